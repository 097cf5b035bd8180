/* SPDX-License-Identifier: MIT */
/* The tables of the configuration file: defaults, ranges, what a control takes over, and that the
 * manual and the dump speak of every key. */
#include "unit.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/listener.h"
#include "net/tls.h"
#include "trunk/settings.h"

#include <stdlib.h>

struct loaded {
	struct settings s;
	struct config_file *file;
	struct config_report *report;
};

static void load(struct loaded *l, const char *text)
{
	l->report = config_report_new();
	l->file = config_load_text(text, "test.conf", &settings_schema, &l->s, l->report);
}

static void must_load(struct loaded *l, const char *text)
{
	load(l, text);
	if (!l->file || config_report_line(l->report, 0, NULL))
		fail_msg("%s\n%s", config_report_line(l->report, 0, NULL), text);
}

static void unload(struct loaded *l)
{
	if (l->file)
		config_values_fini(&settings_schema, &l->s);
	config_file_free(l->file);
	config_report_free(l->report);
}

static const struct control_config *control(const struct loaded *l, unsigned i)
{
	assert_true(i < l->s.controls.n);
	return &((const struct control_config *)l->s.controls.items)[i];
}

/* ---- defaults ---- */

static void an_empty_file_has_the_defaults_of_the_manual(void **unused)
{
	struct loaded l;

	(void)unused;
	must_load(&l, "");
	assert_null(l.s.node.name);
	assert_int_equal(l.s.node.workers, 0);
	assert_int_equal(l.s.log.level, LOG_LEVEL_INFO);
	assert_int_equal(l.s.log.format, LOG_FORMAT_TEXT);
	assert_int_equal(l.s.log.target, LOG_TARGET_STDERR);
	assert_int_equal(l.s.limits.connections, 10000);
	assert_int_equal(l.s.limits.setup_time, 30000);
	assert_int_equal(l.s.limits.setup_bytes, 8192);
	assert_int_equal(l.s.limits.setup_elements, 32);
	assert_int_equal(l.s.limits.queue_memory, 256 << 20);
	assert_null(l.s.dialback.secret_file);
	assert_int_equal(l.s.listen.n, 0);
	assert_int_equal(l.s.certificates.n, 0);
	assert_int_equal(l.s.trust.n, 0);
	assert_int_equal(l.s.controls.n, 0);
	assert_int_equal(l.s.flows.n, 0);
	assert_int_equal(l.s.policies.n, 0);
	unload(&l);
}

static void a_control_is_strict_unless_it_says_otherwise(void **unused)
{
	struct loaded l;
	const struct control_config *c;

	(void)unused;
	must_load(&l, "peering_controls = ( { match = \"a.example\"; } );");
	c = control(&l, 0);
	assert_int_equal(c->match.n, 1);
	assert_int_equal(c->action, CONTROL_ACCEPT);
	assert_int_equal(c->connect.n, 1);
	assert_string_equal(c->connect.v[0], "dns");
	assert_string_equal(c->zone, "default");
	assert_int_equal(c->service, SERVICE_NONE);
	assert_int_equal(c->direction, DIRECTION_BOTH);
	assert_null(c->trust);
	assert_int_equal(c->tls, TLS_POLICY_REQUIRED);
	assert_int_equal(c->tls_min, TLS_1_2);
	assert_int_equal(c->authentication, 1u << PROOF_EXTERNAL | 1u << PROOF_DIALBACK);
	assert_true(c->verify_next_hop);
	assert_int_equal(c->pins.n + c->reference_names.n + c->accept_names.n, 0);
	assert_int_equal(c->from_addresses.n + c->to_peer.n + c->from_peer.n, 0);
	assert_int_equal(c->prefer, PREFER_NONE);
	assert_int_equal(c->connect_timeout, 10000);
	assert_int_equal(c->keepalive, 0);
	assert_int_equal(c->max_stanza, 256 << 10);
	assert_int_equal(c->queue.bytes, 1 << 20);
	assert_int_equal(c->queue.stanzas, 2000);
	assert_int_equal(c->queue.seconds, 60000);
	unload(&l);
}

static void a_control_takes_from_defaults_what_it_leaves_out(void **unused)
{
	struct loaded l;

	(void)unused;
	must_load(&l, "defaults = { trust = \"core\"; tls = \"optional\"; authentication = "
		      "\"external\";\n"
		      "  queue = { stanzas = 5; seconds = \"5s\"; }; to_peer = [ \"p\" ]; };\n"
		      "peering_controls = (\n"
		      "  { match = \"a.example\"; },\n"
		      "  { match = \"b.example\"; trust = \"other\"; tls = \"off\";\n"
		      "    authentication = [ \"dialback\" ]; queue = { stanzas = 7; }; to_peer = "
		      "[ ]; } );");
	assert_string_equal(control(&l, 0)->trust, "core");
	assert_int_equal(control(&l, 0)->tls, TLS_POLICY_OPTIONAL);
	assert_int_equal(control(&l, 0)->authentication, 1u << PROOF_EXTERNAL);
	assert_int_equal(control(&l, 0)->queue.stanzas, 5);
	assert_int_equal(control(&l, 0)->to_peer.n, 1);
	assert_string_equal(control(&l, 1)->trust, "other");
	assert_int_equal(control(&l, 1)->tls, TLS_POLICY_OFF);
	assert_int_equal(control(&l, 1)->authentication, 1u << PROOF_DIALBACK);
	assert_int_equal(control(&l, 1)->queue.stanzas, 7);
	assert_int_equal(control(&l, 1)->queue.seconds, 5000);
	assert_int_equal(control(&l, 1)->queue.bytes, 1 << 20);
	assert_int_equal(control(&l, 1)->to_peer.n, 0);
	unload(&l);
}

static void what_is_of_one_domain_alone_has_no_default(void **unused)
{
	static const char *const keys[] = { "match = \"a.example\"", "action = \"reject\"",
		"connect = \"dns\"", "zone = \"z\"", "service = \"muc\"", "direction = \"in\"" };

	(void)unused;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char *text = mem_printf("defaults = { %s; };", keys[i]);
		struct loaded l;

		load(&l, text);
		if (l.file)
			fail_msg("%s", text);
		unload(&l);
		free(text);
	}
}

/* ---- ranges ---- */

static const char *const good[] = {
	"defaults = { max_stanza = 10000; };",
	"defaults = { rate = { stanzas_per_second = 0; bytes_per_second = \"1G\"; }; };",
	"defaults = { max_stanza = \"16M\"; };",
	"defaults = { queue = { bytes = \"16k\"; stanzas = 1; seconds = 1; }; };",
	"defaults = { connect_timeout = \"100ms\"; keepalive = 0; };",
	"limits = { setup_bytes = \"2k\"; setup_elements = 4; setup_time = \"1s\"; depth = 8; };",
	"node = { workers = 256; };",
	"defaults = { tls_min = \"1.3\"; prefer = \"direct-tls\"; };",
};

static const char *const bad[] = {
	"defaults = { max_stanza = 9999; };", /* RFC 6120 13.12 */
	"defaults = { rate = { stanzas_per_second = -1; }; };",
	"defaults = { rate = { stanzas_per_second = 10000001; }; };",
	"defaults = { rate = { bytes_per_second = \"1025M\"; }; };",
	"defaults = { max_stanza = \"17M\"; };",
	"defaults = { queue = { bytes = \"15k\"; }; };",
	"defaults = { queue = { stanzas = 0; }; };",
	"defaults = { queue = { seconds = \"999ms\"; }; };",
	"defaults = { connect_timeout = \"99ms\"; };",
	"defaults = { connect_timeout = \"121s\"; };",
	"defaults = { tls_min = \"1.1\"; };",
	"defaults = { tls = \"on\"; };",
	"defaults = { authentication = [ \"external\", \"password\" ]; };",
	"defaults = { verify_next_hop = \"no\"; };",
	"limits = { setup_bytes = 2047; };",
	"limits = { setup_elements = 3; };",
	"limits = { setup_time = \"301s\"; };",
	"limits = { depth = 7; };",
	"limits = { pairs = 0; };",
	"limits = { queue_memory = \"1k\"; };",
	"node = { workers = 257; };",
	"node = { workers = -1; };",
	"log = { level = \"verbose\"; };",
	"log = { target = \"file\"; };",
	"peering_controls = ( { zone = \"z\"; } );",
	"peering_controls = ( { match = \"a.example\"; action = \"drop\"; } );",
	"peering_controls = ( { match = \"a.example\"; direction = \"inout\"; } );",
	"peering_controls = ( { match = \"a.example\"; service = \"pubsub\"; } );",
	"peering_controls = ( { match = \"a.example\"; matches = \"b.example\"; } );",
	"flows = ( { from = \"a\"; } );",
	"flows = ( { to = \"a\"; } );",
	"dialback = { secrets = ( { domains = \"a.example\"; } ); };",
	"dialback = { secrets = ( { file = \"x\"; } ); };",
	"peering = ( );",
};

static void values_at_the_edge_are_taken_and_beyond_it_refused(void **unused)
{
	struct loaded l;

	(void)unused;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		must_load(&l, good[i]);
		unload(&l);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		load(&l, bad[i]);
		if (l.file)
			fail_msg("%s", bad[i]);
		assert_int_equal(config_report_count(l.report, CONFIG_ERROR), 1);
		unload(&l);
	}
}

/* ---- manual and dump ---- */

static unsigned keys_seen;

static void each_key(const struct config_table *t,
	void (*fn)(const struct config_key *k, const char *in), const char *in)
{
	for (const struct config_key *k = t->keys; k->name; k++) {
		fn(k, in);
		keys_seen++;
		if (k->table)
			each_key(k->table, fn, in);
	}
}

/* An underscore would begin emphasis in scdoc. */
static char *escaped(const char *name)
{
	struct buf out = { 0 };

	buf_put_char(&out, '*');
	for (; *name; name++) {
		if (*name == '_')
			buf_put_char(&out, '\\');
		buf_put_char(&out, *name);
	}
	buf_put(&out, STR("*"));
	buf_put_char(&out, '\0');
	return out.data;
}

static void is_in_the_manual(const struct config_key *k, const char *manual)
{
	char *want = escaped(k->name);

	if (!strstr(manual, want))
		fail_msg("the manual lacks %s", k->name);
	if (!k->help || !str_ends(str_of(k->help), STR(".")))
		fail_msg("no sentence about %s", k->name);
	free(want);
}

static char *manual(void)
{
	struct buf out = { 0 };

	config_manual(&settings_schema, &out);
	buf_put_char(&out, '\0');
	return out.data;
}

static void the_manual_speaks_of_every_key(void **unused)
{
	MEM_AUTO char *text = manual();

	(void)unused;
	keys_seen = 0;
	each_key(&settings_schema, is_in_the_manual, text);
	assert_true(keys_seen > 100);
}

/* A default that is out of its own range, or no choice, would fail every configuration. */
static void every_section_can_be_written_empty(void **unused)
{
	struct loaded l;

	(void)unused;
	must_load(&l,
		"node = { }; log = { }; limits = { }; dns = { }; dialback = { };\n"
		"defaults = { queue = { }; }; listen = ( ); certificates = ( ); trust = ( );\n"
		"peering_controls = ( ); flows = ( ); policies = ( );");
	unload(&l);
}

static char *dump(const char *text)
{
	struct buf out = { 0 };
	struct loaded l;

	must_load(&l, text);
	config_print(&settings_schema, &l.s, false, &out);
	unload(&l);
	buf_put_char(&out, '\0');
	return out.data;
}

static void the_dump_is_a_configuration_that_means_the_same(void **unused)
{
	static const char text[] =
		"node = { name = \"n1\"; workers = 3; };\n"
		"listen = ( { address = \"::\"; port = 5269; mode = \"starttls\"; } );\n"
		"trust = ( { name = \"core\"; ca = \"/ca.pem\"; } );\n"
		"dialback = { secret_file = \"/s\"; secrets = ( { domains = \"a.example\"; "
		"file = \"/t\"; } ); };\n"
		"defaults = { trust = \"core\"; authentication = [ \"external\" ]; };\n"
		"peering_controls = ( { match = [ \"a.example\", \"*.us\" ]; zone = \"z\"; },\n"
		"  { match = \"*\"; action = \"reject\"; } );\n"
		"flows = ( { from = \"z\"; to = \"z\"; muc = false; } );\n"
		"policies = ( { name = \"p\"; strip = [ \"html\" ]; } );\n";
	MEM_AUTO char *once = dump(text);
	MEM_AUTO char *twice = dump(once);

	(void)unused;
	assert_string_equal(once, twice);
	assert_non_null(strstr(once, "workers = 3"));
	assert_non_null(strstr(once, "\"*.us\""));
	/* Written down as empty, flows are an error. */
	MEM_AUTO char *none = dump("");
	assert_null(strstr(none, "flows"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_has_the_defaults_of_the_manual),
		cmocka_unit_test(a_control_is_strict_unless_it_says_otherwise),
		cmocka_unit_test(a_control_takes_from_defaults_what_it_leaves_out),
		cmocka_unit_test(what_is_of_one_domain_alone_has_no_default),
		cmocka_unit_test(values_at_the_edge_are_taken_and_beyond_it_refused),
		cmocka_unit_test(the_manual_speaks_of_every_key),
		cmocka_unit_test(every_section_can_be_written_empty),
		cmocka_unit_test(the_dump_is_a_configuration_that_means_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
