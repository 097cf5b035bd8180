/* SPDX-License-Identifier: MIT */
/* The table engine on texts in memory: values, defaults, inheritance, and what it says of mistakes.
 */
#include "unit.h"

#include "base/mem.h"
#include "config/suggest.h"
#include "config/units.h"
#include "example_config.h"

#include <stdio.h>
#include <stdlib.h>

struct loaded {
	struct example e;
	struct config_report *report;
	struct config_file *file;
};

static void load(struct loaded *l, const char *text)
{
	l->report = config_report_new();
	l->file = config_load_text(text, "test.conf", &example_root, &l->e, l->report);
}

static void must_load(struct loaded *l, const char *text)
{
	load(l, text);
	if (!l->file)
		fail_msg("%s", config_report_line(l->report, 0, NULL));
	assert_null(config_report_line(l->report, 0, NULL));
}

static void unload(struct loaded *l)
{
	config_values_fini(&example_root, &l->e);
	config_values_fini(&example_root, &l->e);
	config_file_free(l->file);
	config_report_free(l->report);
}

static void an_empty_text_gives_the_defaults(void **unused)
{
	static const char *const texts[] = { "", "\n", "# nothing", "/* nothing */", "\xef\xbb\xbf",
		"node = { };", "controls = ( );" };

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct loaded l;

		must_load(&l, texts[i]);
		assert_null(l.e.node.name);
		assert_int_equal(l.e.node.workers, 2);
		assert_true(l.e.node.verbose);
		assert_string_equal(l.e.node.state, "/var/lib/example");
		assert_int_equal(l.e.node.big, 0);
		assert_int_equal(l.e.defaults.tls, EXAMPLE_TLS_REQUIRED);
		assert_int_equal(l.e.defaults.authentication, 1 << 0 | 1 << 3);
		assert_int_equal(l.e.defaults.queue.bytes, 1 << 20);
		assert_int_equal(l.e.defaults.ciphers.n, 2);
		assert_string_equal(l.e.defaults.ciphers.v[1], "A256");
		assert_int_equal(l.e.controls.n, 0);
		assert_int_equal(l.e.idle, 300000);
		assert_int_equal(l.e.issuer.lifetime, 7 * 86400000);
		assert_null(l.e.issuer.at.file);
		assert_string_equal(l.e.at.file, "test.conf");
		unload(&l);
	}
}

static void every_type_is_read_as_it_may_be_written(void **unused)
{
	struct loaded l;

	(void)unused;
	must_load(&l,
		"node = { name = \"n\\x41\\\"\" \"2\"; workers = 0x10; verbose = FALSE\n"
		"  state = \"sub/dir\", big = -3 }\n"
		"idle = 90\nsize : \"64k\";\n"
		"defaults = { tls = \"off\"; authentication = \"dialback\"; ciphers = \"one\"\n"
		"  queue = { bytes = 4096; seconds = \"1500ms\" } }\n");
	assert_string_equal(l.e.node.name, "nA\"2");
	assert_int_equal(l.e.node.workers, 16);
	assert_false(l.e.node.verbose);
	assert_string_equal(l.e.node.state, "sub/dir");
	assert_int_equal(l.e.node.big, -3);
	assert_int_equal(l.e.idle, 90000);
	assert_int_equal(l.e.size, 65536);
	assert_int_equal(l.e.defaults.tls, EXAMPLE_TLS_OFF);
	assert_int_equal(l.e.defaults.authentication, 1 << 3);
	assert_int_equal(l.e.defaults.ciphers.n, 1);
	assert_string_equal(l.e.defaults.ciphers.v[0], "one");
	assert_int_equal(l.e.defaults.queue.bytes, 4096);
	assert_int_equal(l.e.defaults.queue.seconds, 1500);
	assert_int_equal(l.e.defaults.queue.at.line, 6);
	unload(&l);
	must_load(&l,
		"defaults = { ciphers = [ ]; authentication = ( \"external\", \"dialback\" ); };");
	assert_int_equal(l.e.defaults.ciphers.n, 0);
	assert_int_equal(l.e.defaults.authentication, 1 << 0 | 1 << 3);
	unload(&l);
}

/* libconfig alone reads 705032704 and -1 here. */
static void large_numbers_need_no_suffix(void **unused)
{
	static const struct {
		const char *text;
		int64_t n;
	} rows[] = {
		{ "node = { big = 5000000000 };", INT64_C(5000000000) },
		{ "node = { big = -5000000000 };", INT64_C(-5000000000) },
		{ "node = { big = 5000000000L };", INT64_C(5000000000) },
		{ "node = { big = 0xFFFFFFFF };", INT64_C(0xffffffff) },
		{ "node = { big = 2147483647 };", INT64_C(2147483647) },
		{ "node = { big = 2147483648 };", INT64_C(2147483648) },
		{ "node = { big = -2147483648 };", -INT64_C(2147483648) },
		{ "node = { big = 9223372036854775807 };", INT64_MAX },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;

		must_load(&l, rows[i].text);
		assert_true(l.e.node.big == rows[i].n);
		unload(&l);
	}
}

static void items_take_what_they_leave_out_from_the_group_they_inherit_from(void **unused)
{
	struct loaded l;
	struct example_control *a, *b;

	(void)unused;
	must_load(&l, "controls = (\n"
		      "  { match = \"a.example\"; tls = \"off\";\n"
		      "    queue = { bytes = \"2k\"; }; },\n"
		      "  { match = [ \"b.example\", \"*.b.example\" ]; ciphers = [ ]; }\n"
		      ");\n"
		      "defaults = { tls = \"optional\"; trust = \"core\"; ciphers = [ \"X\" ];\n"
		      "  queue = { bytes = \"4k\"; seconds = 7; }; };\n");
	assert_int_equal(l.e.controls.n, 2);
	a = example_control_at(&l.e, 0);
	b = example_control_at(&l.e, 1);
	assert_string_equal(a->at.file, "test.conf");
	assert_int_equal(a->at.line, 2);
	assert_int_equal(b->at.line, 4);
	assert_int_equal(a->security.tls, EXAMPLE_TLS_OFF);
	assert_int_equal(b->security.tls, EXAMPLE_TLS_OPTIONAL);
	assert_string_equal(a->security.trust, "core");
	assert_string_equal(b->security.trust, "core");
	assert_int_equal(a->security.queue.bytes, 2048);
	assert_int_equal(a->security.queue.seconds, 7000);
	assert_int_equal(b->security.queue.bytes, 4096);
	assert_int_equal(a->security.authentication, 1 << 0 | 1 << 3);
	assert_int_equal(a->security.ciphers.n, 1);
	assert_string_equal(a->security.ciphers.v[0], "X");
	assert_int_equal(b->security.ciphers.n, 0);
	assert_int_equal(b->match.n, 2);
	assert_string_equal(b->connect, "dns");
	/* Each owns what it holds. */
	assert_ptr_not_equal(a->security.trust, b->security.trust);
	unload(&l);
}

/* Lines of the report, joined, without their common beginning. */
static void assert_errors(const char *text, const char *want)
{
	struct buf got = { 0 };
	struct loaded l;
	const char *line;

	load(&l, text);
	for (unsigned i = 0; (line = config_report_line(l.report, i, NULL)) != NULL; i++) {
		if (strncmp(line, "test.conf:", 10) == 0)
			line += 10;
		buf_printf(&got, "%s%s", i ? "\n" : "", line);
	}
	buf_put_char(&got, '\0');
	assert_string_equal(buf_view(&got).p, want);
	assert_null(l.file);
	assert_null(l.e.controls.items);
	assert_null(l.e.node.state);
	buf_fini(&got);
	unload(&l);
}

static const struct {
	const char *text, *want;
} wrong_values[] = {
	/* keys */
	{ "nod = { };", "1: error: unknown key nod in the configuration: did you mean node?" },
	{ "Idle = 5;", "1: error: unknown key Idle in the configuration: did you mean idle?" },
	{ "frobnicate = 1;",
		"1: error: unknown key frobnicate in the configuration: its keys are node, "
		"defaults, controls, issuer, idle, size, path, paths" },
	{ "\nnode = {\n  wrokers = 3; };",
		"3: error: unknown key wrokers in node: did you mean workers?" },
	{ "node = { name = \"x\"; };\ncontrols = (\n  { tls = \"off\"; }\n);",
		"3: error: match is missing in peering control: it needs a list of "
		"strings, "
		"[ \"...\", \"...\" ]" },
	{ "controls = (\n  { match = [ ]; }\n);",
		"2: error: match is empty in peering control: it needs a list of strings, "
		"[ \"...\", \"...\" ]" },
	{ "issuer = { };",
		"1: error: chain is missing in issuer: it needs a path in double quotes" },
	/* types */
	{ "node = { workers = \"3\"; };",
		"1: error: workers needs a whole number, from 0 to 64; this is a string" },
	{ "node = { workers = 1.5; };", "1: error: workers needs a whole number, from 0 to "
					"64; this is a number with a "
					"fraction" },
	{ "node = { verbose = 1; };", "1: error: verbose needs true or false; this is a number" },
	{ "node = { name = [ \"x\" ]; };",
		"1: error: name needs a string in double quotes; this is an array" },
	{ "node = \"x\";", "1: error: node needs a group, { ... }; this is a string" },
	{ "controls = { match = \"x\"; };", "1: error: controls needs a list of groups, ( "
					    "{ ... }, { ... } ); this is a group" },
	{ "controls = ( \"x\" );", "1: error: controls needs a list of groups, ( { ... }, "
				   "{ ... } ); this is a string" },
	{ "defaults = { ciphers = [ 1, 2 ]; };", "1: error: ciphers needs a list of "
						 "strings, [ \"...\", \"...\" ]; this is a "
						 "number" },
	{ "defaults = { ciphers = { }; };", "1: error: ciphers needs a list of strings, [ "
					    "\"...\", \"...\" ]; this is a group" },
	{ "defaults = 3;\ncontrols = ( { match = \"x\"; } );",
		"1: error: defaults needs a group, { ... }; this is a number" },
	{ "path = \"\";", "1: error: path is an empty path: name a file, or leave the key out" },
	{ "node = { name = \"b\\xfc\"; };",
		"1: error: name is no valid UTF-8: save the file as UTF-8" },
	{ "node = { name = \"b\\x00\"; };",
		"1: error: a string cannot hold a NUL byte: remove the \\x00" },
	/* choices */
	{ "defaults = { tls = \"requierd\"; };",
		"1: error: tls cannot be \"requierd\": did you mean \"required\"?" },
	{ "defaults = { tls = \"sometimes\"; };",
		"1: error: tls cannot be \"sometimes\": it needs one of \"required\", "
		"\"optional\", \"off\"" },
	{ "defaults = { tls = false; };", "1: error: tls needs one of \"required\", "
					  "\"optional\", \"off\"; this is true or "
					  "false" },
	{ "defaults = { authentication = [ \"external\", \"dialbak\" ]; };",
		"1: error: authentication cannot be \"dialbak\": did you mean "
		"\"dialback\"?" },
	{ "defaults = { authentication = [ \"external\", \"external\" ]; };",
		"1: error: authentication lists \"external\" twice: remove one" },
	/* ranges */
	{ "node = { workers = 65; };",
		"1: error: 65 is too large for workers: it may be from 0 to 64" },
	{ "node = { workers = -1; };",
		"1: error: -1 is too small for workers: it may be from 0 to 64" },
	{ "node = { workers = 4294967297; };",
		"1: error: 4294967297 is too large for workers: it may be from 0 to 64" },
	{ "node = { big = 99999999999999999999; };",
		"1: error: 99999999999999999999 is more than 64 bits can hold: write a "
		"smaller "
		"number" },
	{ "idle = \"500ms\";", "1: error: 500ms is too small for idle: it may be from 1s to 1d" },
	{ "idle = \"2d\";", "1: error: 2d is too large for idle: it may be from 1s to 1d" },
	{ "idle = \"soon\";",
		"1: error: idle cannot be \"soon\": it needs a duration such as \"30s\" or "
		"\"5m\", from 1s to 1d" },
	{ "idle = 9223372036854775807L;", "1: error: 9223372036854775807ms is too large "
					  "for idle: it may be from 1s to 1d" },
	{ "size = 0;", "1: error: 0 is too small for size: it may be at least 1" },
	{ "size = \"9999999999G\";", "1: error: size cannot be \"9999999999G\": it needs a "
				     "size such as \"64k\" or "
				     "\"1M\", at least 1" },
	{ "defaults = { queue = { seconds = -5; }; };",
		"1: error: -5s is too small for seconds: it may be 0 or more" },
	/* what may stand once */
	{ "controls = ( { match = \"x\"; name = \"n\"; },\n{ match = \"y\"; name = \"n\"; "
	  "} );",
		"2: error: name \"n\" is taken already at test.conf:1: choose another" },
	{ "controls = ( { match = [ \"x\", \"y\" ]; },\n{ match = [ \"z\", \"x\" ]; } );",
		"2: error: match \"x\" is taken already at test.conf:1: choose another" },
	{ "controls = ( { match = [ \"x\", \"x\" ]; } );",
		"1: error: match lists \"x\" twice: remove one" },
};

static void mistakes_in_values_are_named_with_line_and_remedy(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(wrong_values) / sizeof(wrong_values[0]); i++)
		assert_errors(wrong_values[i].text, wrong_values[i].want);
}

static const struct {
	const char *text, *want;
} wrong_syntax[] = {
	{ "node = { verbose = yes; };",
		"1: error: write true instead of yes (near: node = { verbose = yes; };)" },
	{ "node = { verbose = Off; };",
		"1: error: write false instead of Off (near: node = { verbose = Off; };)" },
	{ "idle = 1;\nnode = { name = trunk1; };\nsize = 1;",
		"2: error: text stands in double quotes: write \"trunk1\" (near: node = { "
		"name = "
		"trunk1; };)" },
	{ "idle = 30s;", "1: error: this is no plain number: write \"30s\" in double "
			 "quotes (near: idle = "
			 "30s;)" },
	{ "path = 192.0.2.1;", "1: error: this is no plain number: write \"192.0.2.1\" in "
			       "double quotes (near: "
			       "path = 192.0.2.1;)" },
	{ "controls = (\n  { match = \"a\"; },\n);",
		"3: error: no comma may stand after the last item, before ) (near: );)" },
	{ "defaults = { ciphers = [ \"a\", \"b\", ]; };",
		"1: error: no comma may stand after the last item, before ] (near: "
		"defaults = { "
		"ciphers = [ \"a\", \"b\", ]; };)" },
	{ "defaults = { ciphers = [ \"a\"; \"b\" ]; };",
		"1: error: items in [ ] are separated by commas, not by ; (near: defaults "
		"= "
		"{ "
		"ciphers = [ \"a\"; \"b\" ]; };)" },
	{ "idle = 1;;", "1: error: one ; too many (near: idle = 1;;)" },
	{ "idle = ;", "1: error: after idle = a value is missing (near: idle = ;)" },
	{ "idle 5;", "1: error: after the name idle an = and a value are missing (near: "
		     "idle 5;)" },
	{ "node = {\n  workers = 1;\n", "1: error: this { is not closed (near: node = {)" },
	{ "node = {\n  workers = 1;\n);",
		"3: error: this ) meets the { of line 1, which is not closed (near: );)" },
	{ "idle = 1;\n}\n", "2: error: this } closes nothing: remove it (near: })" },
	{ "node = { name = \xe2\x80\x9ctrunk\xe2\x80\x9d; };",
		"1: error: there is a character that may only stand in double quotes "
		"(near: node "
		"= { name = \xe2\x80\x9ctrunk\xe2\x80\x9d; };)" },
	{ "idle = 1;\nsize = 2;\nidle = 3;", "3: error: idle stands twice in this group: "
					     "keep one of them (near: idle = 3;)" },
	{ "defaults = { ciphers = [ \"a\", 1 ]; };",
		"1: error: the values in [ ] must all be of one kind (near: defaults = { "
		"ciphers "
		"= [ \"a\", 1 ]; };)" },
	{ "idle = 1;\nnode = { name = \"x; };\n",
		"2: error: a string begins here and has no closing quote" },
	{ "idle = 1;\n/* and so on\n", "2: error: a comment begins here and has no closing */" },
	{ "node = {\n  true = 1; };",
		"2: error: a key cannot be called true (near: true = 1; };)" },
	{ "idle = - 1;", "1: error: digits must follow the sign at once (near: idle = - 1;)" },
	{ "idle = -0x1;", "1: error: a hexadecimal number has no sign (near: idle = -0x1;)" },
	{ "controls = ( { match = \"a\" }\n { match = \"b\" } );",
		"2: error: a comma is missing before this item (near: { match = \"b\" } "
		");)" },
	{ "controls = [ { match = \"a\" } ];", "1: error: no { may stand in [ ]: write ( ) "
					       "around the items (near: controls = [ "
					       "{ match = \"a\" } ];)" },
	{ "{ idle = 1; }", "1: error: a name and an = are missing before this { (near: { "
			   "idle = 1; })" },
	{ "\"idle\" = 1;", "1: error: names stand without quotes (near: \"idle\" = 1;)" },
	{ "node = { name = \"x;\n};\npath = \"y;",
		"3: error: a string that began on line 1 ends here: is a quote missing? "
		"(near: "
		"path = \"y;)" },
	{ "node = { name = \"x;\n};\npath = \"y\";",
		"1: error: a string without end follows on line 3: is the closing quote "
		"missing "
		"in this one?" },
	{ "a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({",
		"1: error: brackets stand too deep in each other (near: "
		"a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({a=({)" },
	{ "@include \"x.conf\"", "1: error: nothing can be included here" },
	{ "idle = 1;\n@include x.conf", "2: error: this is no include: write @include \"FILE\"" },
};

static void mistakes_in_syntax_are_explained(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(wrong_syntax) / sizeof(wrong_syntax[0]); i++)
		assert_errors(wrong_syntax[i].text, wrong_syntax[i].want);
}

static void all_mistakes_are_reported_in_file_order(void **unused)
{
	(void)unused;
	assert_errors("size = \"x\";\n"
		      "controls = ( { match = 1; },\n"
		      "  { mach = \"a\"; } );\n"
		      "node = { workers = 99;\n"
		      "  verbos = true; };\n",
		"1: error: size cannot be \"x\": it needs a size such as \"64k\" or \"1M\", at "
		"least 1\n"
		"2: error: match needs a list of strings, [ \"...\", \"...\" ]; this is a number\n"
		"3: error: unknown key mach in peering control: did you mean match?\n"
		"3: error: match is missing in peering control: it needs a list of strings, [ "
		"\"...\", "
		"\"...\" ]\n"
		"4: error: 99 is too large for workers: it may be from 0 to 64\n"
		"5: error: unknown key verbos in node: did you mean verbose?");
}

static void each_value_has_a_place_of_its_own(void **unused)
{
	static const struct {
		const char *key;
		unsigned line[2]; /* of the first control and the second */
	} rows[] = { { "match", { 6, 9 } }, { "trust", { 2, 10 } }, { "tls", { 3, 3 } },
		{ "connect", { 5, 9 } }, /* nobody wrote it */ { "nonsense", { 5, 9 } } };
	struct loaded l;

	(void)unused;
	load(&l, "defaults = {\n trust = \"a\";\n tls = \"off\";\n queue = { seconds = 1;\n"
		 " }; }; controls = ( {\n match = \"a\"; queue = {\n bytes =\n 4096; }; },\n"
		 " { match = \"b\";\n trust = \"b\"; } );");
	for (unsigned i = 0; i < 2; i++) {
		struct example_control *c = example_control_at(&l.e, i);

		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
			assert_int_equal(
				config_origin_of(&c->at, rows[j].key)->line, rows[j].line[i]);
	}
	assert_int_equal(
		config_origin_of(&example_control_at(&l.e, 0)->security.queue.at, "bytes")->line,
		7);
	assert_int_equal(
		config_origin_of(&example_control_at(&l.e, 0)->security.queue.at, "seconds")->line,
		4);
	assert_null(config_origin_of(&l.e.issuer.at, "chain")->file);
	unload(&l);
}

static void what_many_items_inherit_is_wrong_once(void **unused)
{
	(void)unused;
	assert_errors("defaults = {\n  tls = \"of\"; };\n"
		      "controls = ( { match = \"a\"; }, { match = \"b\"; }, { match = \"c\"; } );",
		"2: error: tls cannot be \"of\": did you mean \"off\"?");
}

static void lines_past_65535_are_right(void **unused)
{
	struct buf text = { 0 };
	struct loaded l;

	(void)unused;
	buf_put(&text, STR("controls = (\n"));
	for (int i = 0; i < 40000; i++)
		buf_printf(&text, "{ match = \"%d.example\";\n tls = \"off\"; }%s\n", i,
			i < 39999 ? "," : "");
	buf_put(&text, STR(");"));
	buf_put_char(&text, '\0');
	must_load(&l, buf_view(&text).p);
	assert_int_equal(l.e.controls.n, 40000);
	for (unsigned i = 0; i < 40000; i++)
		assert_int_equal(example_control_at(&l.e, i)->at.line, 2 + 2 * i);
	unload(&l);
	buf_fini(&text);
}

static void warnings_do_not_stop_a_configuration(void **unused)
{
	struct config_report *r = config_report_new();
	enum config_severity severity = CONFIG_ERROR;
	struct config_origin at = { .file = "a.conf", .line = 7 },
			     earlier = { .file = "a.conf", .line = 3 };
	struct config_file *file;
	struct example e;

	(void)unused;
	config_report_add(r, CONFIG_WARNING, &at, "late");
	config_report_add(r, CONFIG_WARNING, &earlier, "early");
	config_report_add(r, CONFIG_WARNING, NULL, "nowhere");
	config_report_add(r, CONFIG_WARNING, &at, "late");
	assert_int_equal(config_report_count(r, CONFIG_WARNING), 3);
	assert_int_equal(config_report_count(r, CONFIG_ERROR), 0);
	assert_string_equal(config_report_line(r, 0, &severity), "warning: nowhere");
	assert_int_equal(severity, CONFIG_WARNING);
	assert_string_equal(config_report_line(r, 1, NULL), "a.conf:3: warning: early");
	assert_string_equal(config_report_line(r, 2, NULL), "a.conf:7: warning: late");
	assert_null(config_report_line(r, 3, NULL));
	file = config_load_text("idle = 5;", "x.conf", &example_root, &e, r);
	assert_non_null(file);
	config_values_fini(&example_root, &e);
	config_file_free(file);
	config_report_free(r);
	config_report_free(NULL);
	config_file_free(NULL);
}

static void sizes_and_durations_read_as_written_and_print_short(void **unused)
{
	static const struct {
		const char *text;
		int64_t n; /* -1: refused */
		const char *printed;
	} sizes[] = { { "0", 0, "0" }, { "4096", 4096, "4k" }, { "1000", 1000, "1000" },
		{ "64k", 65536, "64k" }, { "64K", 65536, "64k" }, { "64 kB", 65536, "64k" },
		{ "64KiB", 65536, "64k" }, { "1M", 1 << 20, "1M" },
		{ "2G", INT64_C(2) << 30, "2G" }, { "1536k", 1536 << 10, "1536k" },
		{ "10B", 10, "10" }, { "", -1, "" }, { "k", -1, "" }, { "-1k", -1, "" },
		{ "1.5M", -1, "" }, { "1kk", -1, "" }, { "1 T", -1, "" }, { "1iB", -1, "" },
		{ "8589934592G", -1, "" }, { "99999999999999999999", -1, "" } },
	  durations[] = { { "0", 0, "0s" }, { "500ms", 500, "500ms" }, { "30s", 30000, "30s" },
		  { "30", 30000, "30s" }, { "5 m", 300000, "5m" }, { "90s", 90000, "90s" },
		  { "60s", 60000, "1m" }, { "1h", 3600000, "1h" }, { "7d", 604800000, "7d" },
		  { "24h", 86400000, "1d" }, { "1M", -1, "" }, { "1 week", -1, "" },
		  { "s", -1, "" }, { "", -1, "" }, { "-1s", -1, "" }, { "106751991168d", -1, "" } };
	char text[32];

	(void)unused;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int64_t n = -1;

		assert_int_equal(units_size(sizes[i].text, &n), sizes[i].n >= 0);
		if (sizes[i].n < 0)
			continue;
		assert_true(n == sizes[i].n);
		config_size_text(n, text, sizeof(text));
		assert_string_equal(text, sizes[i].printed);
	}
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		int64_t n = -1;

		assert_int_equal(units_duration(durations[i].text, &n), durations[i].n >= 0);
		if (durations[i].n < 0)
			continue;
		assert_true(n == durations[i].n);
		config_duration_text(n, text, sizeof(text));
		assert_string_equal(text, durations[i].printed);
	}
}

static void the_nearest_name_is_suggested_or_none(void **unused)
{
	static const char *const names[] = { "listen", "trust", "max_stanza", "authentication",
		"tls", "tls_min" };
	static const struct {
		const char *word, *want;
	} rows[] = { { "lisen", "listen" }, { "lsiten", "listen" }, { "Listen", "listen" },
		{ "max-stanza", "max_stanza" }, { "maxstanza", "max_stanza" }, { "tsl", "tls" },
		{ "tlsmin", "tls_min" }, { "autentification", "authentication" }, { "zone", NULL },
		{ "x", NULL }, { "", NULL },
		{ "a_word_so_long_that_nobody_can_have_meant_any_key_by_it", NULL } };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct suggest s;

		suggest_init(&s, rows[i].word);
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			suggest_offer(&s, names[j]);
		if (rows[i].want) {
			assert_non_null(s.best);
			assert_string_equal(s.best, rows[i].want);
		} else {
			assert_null(s.best);
		}
	}
}

/* Whatever is cut off or broken in it, a text is loaded or refused with a reason. */
static void a_damaged_text_is_refused_with_a_reason(void **unused)
{
	static const char whole[] = "node = { name = \"n\\\"x\"; workers = 3; }; # c\n"
				    "/* c */ controls = ( { match = [ \"a\", \"b\" ]; },\n"
				    " { match = \"c\"; queue = { bytes = 5000000000; }; } );\n";
	static const char marks[] = "{}[]()\"=;,@#/*\\0xL\n\xff";

	(void)unused;
	for (size_t n = 0; n < sizeof(whole); n++) {
		for (size_t m = 0; m < sizeof(marks); m++) {
			char text[sizeof(whole)];
			struct loaded l;

			memcpy(text, whole, sizeof(whole));
			text[n] = marks[m];
			text[sizeof(whole) - 1] = '\0';
			load(&l, text);
			assert_int_equal(!l.file, config_report_count(l.report, CONFIG_ERROR) > 0);
			unload(&l);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_gives_the_defaults),
		cmocka_unit_test(every_type_is_read_as_it_may_be_written),
		cmocka_unit_test(large_numbers_need_no_suffix),
		cmocka_unit_test(items_take_what_they_leave_out_from_the_group_they_inherit_from),
		cmocka_unit_test(mistakes_in_values_are_named_with_line_and_remedy),
		cmocka_unit_test(mistakes_in_syntax_are_explained),
		cmocka_unit_test(all_mistakes_are_reported_in_file_order),
		cmocka_unit_test(each_value_has_a_place_of_its_own),
		cmocka_unit_test(what_many_items_inherit_is_wrong_once),
		cmocka_unit_test(lines_past_65535_are_right),
		cmocka_unit_test(warnings_do_not_stop_a_configuration),
		cmocka_unit_test(sizes_and_durations_read_as_written_and_print_short),
		cmocka_unit_test(the_nearest_name_is_suggested_or_none),
		cmocka_unit_test(a_damaged_text_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
