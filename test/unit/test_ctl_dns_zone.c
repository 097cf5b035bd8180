/* SPDX-License-Identifier: MIT */
/* trunkctl dns-zone and config: the records that lead to a trunk, and what is in force. */
#include "ctl_rig.h"

#include "base/mem.h"
#include "pki.h"

#include <jansson.h>
#include <stdlib.h>

/* The first line of it is line 5 of the file. */
static const char controls[] = "peering_controls = (\n"
			       " { match = [ \"a.example\", \"b\xc3\xa9.example\" ]; },\n"
			       " { match = \"*.us\"; domains = [ \"navy.us\", \"NAVY.us\" ]; },\n"
			       " { match = [ \"*.uk\", \"192.0.2.7\" ]; },\n"
			       " { match = \"evil.example\"; action = \"reject\"; } );\n";

/* Before there is a key or a certificate; and listeners of all kinds. */
static const char bare[] =
	"listen = ( { address = \"::\"; port = 5269; mode = \"starttls\"; },\n"
	"  { address = \"192.0.2.1\"; port = 5270; mode = \"direct-tls\"; zones = \"in\"; },\n"
	"  { address = \"2001:db8::1\"; port = 5271; mode = \"direct-tls\"; zones = \"out\"; } );\n"
	"certificates = ( { name = \"x\"; chain = \"none.pem\"; key = \"none.key\"; } );\n"
	"trust = ( { name = \"ca\"; ca = \"none-ca.pem\"; } );\n"
	"defaults = { trust = \"ca\"; };\n"
	"dialback = { secret_file = \"none.secret\"; };\n"
	"peering_controls = ( { match = \"a.example\"; zone = \"in\"; } );\n";

static void run(struct ctl_rig *r, const char *line, enum ctl_status want)
{
	if (ctl_rig_run(r, line, NULL) != want)
		fail_msg("%s: status %d: %s%s", line, (int)r->status, r->err, r->out);
}

/* Another configuration instead of the rig's. */
static void rig_init(struct ctl_rig *r, const char *text)
{
	ctl_rig_init(r, controls);
	free(r->conf);
	r->conf = pki_write_text("trunkd.conf", text);
}

static void lines(const char *text, const char *const *want)
{
	for (; *want; want++)
		ctl_rig_line(text, *want);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static void every_domain_gets_both_services_in_each_format(void **state)
{
	static const struct {
		const char *line, *lines[6];
		unsigned records;
	} rows[] = {
		{ "dns-zone %c",
			{ "_xmpp-server._tcp.a.example IN SRV 10 0 5269 trunkd.internal.",
				"_xmpps-server._tcp.a.example IN SRV 0 0 0 .",
				"_xmpp-server._tcp.xn--b-bga.example IN SRV 10 0 5269 "
				"trunkd.internal.",
				"_xmpp-server._tcp.navy.us IN SRV 10 0 5269 trunkd.internal.",
				"trunkd.internal IN A 127.0.0.1" },
			6 },
		{ "dns-zone %c --format unbound --target T.core.example. --address 192.0.2.1 "
		  "--address=2001:db8::1 --ttl 60",
			{ "\tlocal-data: '_xmpp-server._tcp.a.example. 60 IN SRV 10 0 5269 "
			  "t.core.example.'",
				"\tlocal-data: '_xmpps-server._tcp.a.example. 60 IN SRV 0 0 0 .'",
				"\tlocal-data: 't.core.example. 60 IN A 192.0.2.1'",
				"\tlocal-data: 't.core.example. 60 IN AAAA 2001:db8::1'" },
			6 },
		{ "dns-zone %c --target t1.core.example --target t2.core.example",
			{ "_xmpp-server._tcp.a.example IN SRV 10 0 5269 t1.core.example.",
				"_xmpp-server._tcp.a.example IN SRV 20 0 5269 t2.core.example.",
				"_xmpps-server._tcp.a.example IN SRV 0 0 0 ." },
			9 },
		{ "dns-zone %c --format=dnsmasq --address 192.0.2.1,2001:db8::1",
			{ "srv-host=_xmpp-server._tcp.a.example,trunkd.internal,5269,10,0",
				"srv-host=_xmpps-server._tcp.a.example",
				"host-record=trunkd.internal,192.0.2.1,300",
				"host-record=trunkd.internal,2001:db8::1,300" },
			6 },
	};
	struct ctl_rig r;

	ctl_rig_init(&r, controls);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(&r, rows[i].line, CTL_FINE);
		lines(r.out, rows[i].lines);
		assert_int_equal(count(r.out, "-server._tcp."), rows[i].records);
		assert_null(strstr(r.out, "evil"));
	}
	ctl_rig_fini(&r);
}

static void a_wildcard_without_domains_is_mentioned(void **state)
{
	MEM_AUTO char *words = NULL, *told = NULL, *address = NULL;
	struct ctl_rig r;

	ctl_rig_init(&r, controls);
	words = mem_printf("%s:8: which domains \"*.uk\" stands for is not known, and they are "
			   "left out: list them with domains = [ ... ]",
		r.conf);
	told = mem_printf("trunkctl: %s", words);
	address = mem_printf(
		"trunkctl: %s:8: the DNS has no records for 192.0.2.7, left out", r.conf);
	run(&r, "dns-zone %c --format unbound", CTL_FINE);
	ctl_rig_line(r.err, told);
	ctl_rig_line(r.err, address);
	free(told);
	told = mem_printf("# %s", words);
	ctl_rig_line(r.out, told);
	assert_null(strstr(r.out, "\"*.us\""));
	ctl_rig_fini(&r);
}

static void records_can_be_made_before_there_are_keys(void **state)
{
	static const char *const both[] = {
		"_xmpp-server._tcp.a.example IN SRV 10 0 5269 trunkd.internal.",
		"_xmpps-server._tcp.a.example IN SRV 10 0 5270 trunkd.internal.",
		"_xmpps-server._tcp.a.example IN SRV 10 0 5271 trunkd.internal.",
		"trunkd.internal IN A 192.0.2.1", "trunkd.internal IN AAAA 2001:db8::1", NULL
	};
	struct ctl_rig r;

	rig_init(&r, bare);
	run(&r, "dns-zone %c", CTL_FINE);
	lines(r.out, both);
	assert_int_equal(count(r.err, "this listener is for some zones only"), 2);
	run(&r, "dns-zone %c --zone in", CTL_FINE);
	assert_null(strstr(r.out, "5271"));
	assert_null(strstr(r.out, "AAAA"));
	assert_string_equal(r.err, "");
	ctl_rig_fini(&r);
}

static void what_cannot_be_told_is_asked_for(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "dns-zone %c --format tinydns",
			"trunkctl: --format tinydns: there are bind, unbound and dnsmasq" },
		{ "dns-zone %c --address 192.0.2.1:5269",
			"trunkctl: --address 192.0.2.1:5269: that is no address of a host" },
		{ "dns-zone %c --address ::",
			"trunkctl: --address ::: that is no address of a host" },
		{ "dns-zone %c --target 192.0.2.1",
			"trunkctl: --target 192.0.2.1: that is no host name" },
		{ "dns-zone %c --target a.b,c.d --address 192.0.2.1",
			"trunkctl: several targets, and --address: whose would it be? Leave it "
			"out, where the DNS knows these hosts" },
		{ "dns-zone %c --ttl 1h",
			"trunkctl: --ttl 1h: a number of seconds is needed, at most 604800 (a "
			"week)" },
		{ "dns-zone %c --zone out",
			"trunkctl: where is this trunk? Its listeners are on every address: say "
			"--address ADDRESS, or --target NAME of a host that the DNS knows" },
		{ "dns-zone %c --zone out --address 192.0.2.1 --target a.example",
			"trunkctl: a.example is a domain behind the trunk: an address for it would "
			"hide its own from its clients; say --target with another name" },
		{ "dns-zone %c x", "trunkctl: unexpected argument \"x\"" },
	};
	struct ctl_rig r;

	rig_init(&r, "listen = ( { address = \"::\"; port = 5269; mode = \"starttls\"; } );\n"
		     "defaults = { tls = \"off\"; "
		     "authentication = \"dialback\"; };\n"
		     "peering_controls = ( { match = \"a.example\"; trust = \"ca\"; } );\n"
		     "trust = ( { name = \"ca\"; system = true; } );\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(&r, rows[i].line, CTL_PROBLEMS);
		ctl_rig_line(r.err, rows[i].words);
		assert_string_equal(r.out, "");
	}
	ctl_rig_fini(&r);
}

static void records_come_as_json_too(void **state)
{
	struct ctl_rig r;
	json_t *all, *one;

	ctl_rig_init(&r, controls);
	run(&r, "dns-zone %c --json", CTL_FINE);
	all = json_loads(r.out, 0, NULL);
	assert_non_null(all);
	assert_int_equal(json_array_size(json_object_get(all, "records")), 6);
	one = json_array_get(json_object_get(all, "records"), 1);
	assert_string_equal(
		json_string_value(json_object_get(one, "name")), "_xmpps-server._tcp.a.example");
	assert_string_equal(json_string_value(json_object_get(one, "target")), ".");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(all, "wildcards"), 0)), "*.uk");
	json_decref(all);
	ctl_rig_fini(&r);
}

/* ---- config ---- */

static void the_configuration_in_force_is_printed(void **state)
{
	struct ctl_rig r;
	json_t *all;

	ctl_rig_init(&r, controls);
	run(&r, "config %c", CTL_FINE);
	ctl_rig_line(r.out, "\tsetup_time = \"30s\";");
	run(&r, "config %c --changed", CTL_FINE);
	assert_null(strstr(r.out, "setup_time"));
	ctl_rig_line(r.out, "\t\tmatch = [ \"*.us\" ];");
	run(&r, "config --defaults", CTL_FINE);
	ctl_rig_line(r.out, "\tsetup_time = \"30s\";");
	assert_null(strstr(r.out, "match"));
	run(&r, "config %c --json", CTL_FINE);
	all = json_loads(r.out, 0, NULL);
	assert_non_null(all);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(all, "limits"), "setup_time")),
		30000);
	assert_int_equal(json_array_size(json_object_get(all, "peering_controls")), 4);
	json_decref(all);
	run(&r, "config %c --changed --defaults", CTL_PROBLEMS);
	run(&r, "config -c /nowhere", CTL_FAILED);
	ctl_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_domain_gets_both_services_in_each_format),
		cmocka_unit_test(a_wildcard_without_domains_is_mentioned),
		cmocka_unit_test(records_can_be_made_before_there_are_keys),
		cmocka_unit_test(what_cannot_be_told_is_asked_for),
		cmocka_unit_test(records_come_as_json_too),
		cmocka_unit_test(the_configuration_in_force_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
