/* SPDX-License-Identifier: MIT */
/* The effective configuration as text, and the manual. */
#include "unit.h"

#include "base/mem.h"
#include "example_config.h"

#include <stdio.h>
#include <stdlib.h>

static const char rich[] =
	"node = { name = \"a \\\"b\\\" \\\\ \\x07\\n\xc3\xbc\"; workers = 0; verbose = false; big "
	"= "
	"-5000000000; };\n"
	"defaults = { tls = \"off\"; authentication = [ \"dialback\" ]; trust = \"core\";\n"
	"  queue = { seconds = \"1500ms\"; bytes = \"3k\"; }; ciphers = [ \"x\", \"y\" ]; };\n"
	"controls = (\n"
	"  { match = \"a.example\"; },\n"
	"  { match = [ \"b.example\", \"*.b.example\" ]; tls = \"required\"; ciphers = [ ]; },\n"
	"  { match = \"c.example\"; authentication = [ \"external\", \"dialback\" ];\n"
	"    queue = { seconds = \"30s\"; }; connect = \"\"; name = \"third\"; }\n"
	");\n"
	"issuer = { chain = \"/etc/ca.pem\"; };\n"
	"idle = \"1h\"; size = 1000; path = \"/x\"; paths = [ \"/a\", \"b\" ];\n";

struct loaded {
	struct example e;
	struct config_report *report;
	struct config_file *file;
};

static void load(struct loaded *l, const char *text)
{
	l->report = config_report_new();
	l->file = config_load_text(text, "test.conf", &example_root, &l->e, l->report);
	if (!l->file)
		fail_msg("%s\n%s", config_report_line(l->report, 0, NULL), text);
}

static void unload(struct loaded *l)
{
	config_values_fini(&example_root, &l->e);
	config_file_free(l->file);
	config_report_free(l->report);
}

static char *print(const char *text, bool only_set)
{
	struct buf out = { 0 };
	struct loaded l;

	load(&l, text);
	config_print(&example_root, &l.e, only_set, &out);
	unload(&l);
	buf_put_char(&out, '\0');
	return out.data;
}

static void assert_same_limits(const struct example_limits *a, const struct example_limits *b)
{
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->seconds, b->seconds);
}

static void assert_same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void assert_same_strings(const struct config_strings *a, const struct config_strings *b)
{
	assert_int_equal(a->n, b->n);
	for (unsigned i = 0; i < a->n; i++)
		assert_string_equal(a->v[i], b->v[i]);
}

static void assert_same_security(const struct example_defaults *a, const struct example_defaults *b)
{
	assert_int_equal(a->tls, b->tls);
	assert_int_equal(a->authentication, b->authentication);
	assert_same_text(a->trust, b->trust);
	assert_same_limits(&a->queue, &b->queue);
	assert_same_strings(&a->ciphers, &b->ciphers);
}

/* Every value but origins; passwords are masked. */
static void assert_same(const struct example *a, const struct example *b)
{
	assert_same_text(a->node.name, b->node.name);
	assert_int_equal(a->node.workers, b->node.workers);
	assert_int_equal(a->node.verbose, b->node.verbose);
	assert_same_text(a->node.state, b->node.state);
	assert_true(a->node.big == b->node.big);
	assert_same_security(&a->defaults, &b->defaults);
	assert_int_equal(a->controls.n, b->controls.n);
	for (unsigned i = 0; i < a->controls.n; i++) {
		const struct example_control *x = example_control_at(a, i);
		const struct example_control *y = example_control_at(b, i);

		assert_same_strings(&x->match, &y->match);
		assert_same_text(x->connect, y->connect);
		assert_same_text(x->name, y->name);
		assert_same_security(&x->security, &y->security);
	}
	assert_int_equal(!a->issuer.at.file, !b->issuer.at.file);
	assert_same_text(a->issuer.chain, b->issuer.chain);
	assert_int_equal(a->issuer.lifetime, b->issuer.lifetime);
	assert_int_equal(a->idle, b->idle);
	assert_int_equal(a->size, b->size);
	assert_same_text(a->path, b->path);
	assert_same_strings(&a->paths, &b->paths);
}

static void what_is_printed_loads_again_to_the_same_values(void **unused)
{
	static const char *const texts[] = { "", rich, "issuer = { chain = \"/c\"; };",
		"defaults = { }; controls = ( { match = [ \"m\" ]; } );", "controls = ( );",
		/* An item says what is the default, against the group it inherits from. */
		"defaults = { tls = \"off\"; authentication = [ ]; }; controls = ( { match = "
		"\"a\"; "
		"tls = \"required\"; authentication = [ \"external\", \"dialback\" ]; } );",
		/* And the other way round. */
		"defaults = { tls = \"required\"; }; controls = ( { match = \"a\"; tls = \"off\"; "
		"} "
		");",
		"defaults = { queue = { bytes = \"2k\"; }; }; controls = ( { match = \"a\"; queue "
		"= { "
		"bytes = \"1M\"; }; }, { match = \"b\"; queue = { }; } );" };

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (int only_set = 0; only_set < 2; only_set++) {
			MEM_AUTO char *once = print(texts[i], only_set);
			MEM_AUTO char *again = print(once, only_set);
			struct loaded a, b;

			load(&a, texts[i]);
			load(&b, once);
			assert_same(&a.e, &b.e);
			assert_string_equal(once, again);
			unload(&a);
			unload(&b);
		}
	}
}

static void the_print_shows_defaults_or_leaves_them_out(void **unused)
{
	MEM_AUTO char *all = print("idle = 5;", false);
	MEM_AUTO char *set = print("idle = 5;", true);
	MEM_AUTO char *none = print("idle = 300;\nnode = { };", true);
	MEM_AUTO char *list =
		print("defaults = { tls = \"off\"; };\n"
		      "controls = ( { match = \"a\"; tls = \"off\"; }, { match = \"b\"; "
		      "tls = \"required\"; } );",
			true);

	(void)unused;
	assert_string_equal(all, "node = {\n"
				 "\tworkers = 2;\n"
				 "\tverbose = true;\n"
				 "\tstate = \"/var/lib/example\";\n"
				 "\tbig = 0;\n"
				 "};\n"
				 "defaults = {\n"
				 "\ttls = \"required\";\n"
				 "\tauthentication = [ \"external\", \"dialback\" ];\n"
				 "\tqueue = {\n"
				 "\t\tbytes = \"1M\";\n"
				 "\t\tseconds = \"30s\";\n"
				 "\t};\n"
				 "\tciphers = [ \"A128\", \"A256\" ];\n"
				 "};\n"
				 "idle = \"5s\";\n"
				 "paths = [ ];\n");
	assert_string_equal(set, "idle = \"5s\";\n");
	assert_string_equal(none, "node = {\n};\n");
	assert_string_equal(list, "defaults = {\n"
				  "\ttls = \"off\";\n"
				  "};\n"
				  "controls = (\n"
				  "\t{\n"
				  "\t\tmatch = [ \"a\" ];\n"
				  "\t},\n"
				  "\t{\n"
				  "\t\tmatch = [ \"b\" ];\n"
				  "\t\ttls = \"required\";\n"
				  "\t}\n"
				  ");\n");
}

static void secrets_are_masked(void **unused)
{
	MEM_AUTO char *text = print("node = { password = \"hunter2\"; };", false);

	(void)unused;
	assert_non_null(strstr(text, "password = \"********\";"));
	assert_null(strstr(text, "hunter2"));
}

static void the_manual_names_every_key_with_all_there_is_to_know(void **unused)
{
	static const char *const want[] = {
		"## the configuration\n\n*node* = _group_\n\tThis node. Its keys stand under "
		"*node*.",
		"*controls* = _list of groups_\n\tThe peers. Its keys stand under *peering "
		"control*. "
		"What an item leaves out is taken from *defaults*.",
		"*idle* = _duration_\n\tSilence. Allowed: from 1s to 1d. Default: \"5m\".",
		"*workers* = _number_\n\tEvent loops. Allowed: from 0 to 64. Default: 2. A change "
		"needs "
		"a restart.\n",
		"*tls* = _choice_\n\tWhether streams are encrypted. One of \"required\", "
		"\"optional\", "
		"\"off\". Default: \"required\". A reload takes effect with the next TLS "
		"handshake.",
		"*authentication* = _list of choices_\n\tWhat proof is accepted. One or several of "
		"\"external\", \"dialback\". Default: external, dialback.",
		"*match* = _list of strings_\n\tWhich domains: \\*.suffix is one. Must be set. No "
		"value "
		"may stand twice.",
		"*password* = _string_\n\tSecret. Never printed or logged.",
		"*size* = _size_\n\tAny size. Allowed: at least 1.",
		"*paths* = _list of paths_\n\tFiles. No value may stand twice.",
		"*verbose* = _boolean_\n\tSay more. Default: true.",
		"## queue\n\n*bytes* = _size_\n\tBytes that may wait. Allowed: from 1k to 1G. "
		"Default: "
		"\"1M\".",
	};
	struct buf out = { 0 };
	unsigned queues = 0;

	(void)unused;
	config_manual(&example_root, &out);
	buf_put_char(&out, '\0');
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		if (!strstr(out.data, want[i]))
			fail_msg("not in the manual: %s\n%s", want[i], out.data);
	}
	for (const char *p = out.data; (p = strstr(p, "## queue")) != NULL; p++)
		queues++;
	assert_int_equal(queues, 1);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_loads_again_to_the_same_values),
		cmocka_unit_test(the_print_shows_defaults_or_leaves_them_out),
		cmocka_unit_test(secrets_are_masked),
		cmocka_unit_test(the_manual_names_every_key_with_all_there_is_to_know),
	};

	return cmocka_run_group_tests_name("config_print", tests, NULL, NULL);
}
