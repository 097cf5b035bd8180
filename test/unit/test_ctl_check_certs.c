/* SPDX-License-Identifier: MIT */
/* trunkctl check certs: what is shown for whom, and who would refuse it. */
#include "check_rig.h"

#include "base/buf.h"
#include "base/mem.h"
#include "pki.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LISTEN "listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"
#define OWN    "certificates = ( { name = \"own\"; chain = \"own.pem\";\n key = \"own.key\"; } );\n"
#define TRUST  "trust = ( { name = \"ca\"; ca = \"ca.pem\"; } );\ndefaults = { trust = \"ca\"; };\n"
/* The first control stands in line 7. */
#define PLAIN LISTEN OWN TRUST "peering_controls = (\n"

#define A_AND_B                                                  \
	"{ match = \"a.example\"; connect = \"192.0.2.1\"; },\n" \
	"{ match = \"b.example\"; connect = \"192.0.2.2\"; }"

static const char both[] = "serverAuth,clientAuth";

/* An "own" certificate issued by the CA of the name "ca". */
static void issue(const struct pki_spec *spec)
{
	struct pki ca = pki_new(NULL, &(struct pki_spec){ .cn = "ca", .ca = 1 });
	struct pki own = pki_new(&ca, spec);

	check_rig_write("ca", &ca, NULL);
	check_rig_write("own", &own, NULL);
	pki_free(&own);
	pki_free(&ca);
}

static void what_is_fine_is_told_in_one_line_and_two_tables(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	check_rig_run(&r, "certs", CTL_FINE);
	ctl_rig_line(r.out, "certs: fine (1 certificate for 2 domains)");
	assert_non_null(strstr(r.out, "(60 days)"));
	assert_non_null(strstr(r.out, "3 names, 0.4 KB, serverAuth, clientAuth, trust ca"));
	assert_non_null(strstr(r.out, "a.example  own  the same"));
	ctl_rig_fini(&r);
}

static void a_name_that_is_missing_is_missed_once_for_all_domains(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B
		",\n"
		"{ match = [ \"c.example\", \"d.example\" ]; connect = \"dns\"; },\n"
		"{ match = \"*.us\"; domains = [ \"e.us\", \"f.us\", \"g.us\" ]; } );\n");
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 9,
		"warning: no certificate names c.example, d.example, e.us and 2 more: \"own\" is "
		"shown for it, and other servers refuse it: request one with these names "
		"(trunkctl csr)");
	ctl_rig_line(r.out, "certs: 1 problem (1 certificate for 7 domains)");
	ctl_rig_fini(&r);
}

static void a_domain_is_missed_once_for_all_zones(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r,
		PLAIN "{ match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"x\"; },\n"
		      "{ match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"y\"; },\n"
		      "{ match = \"c.example\"; connect = \"192.0.2.3\"; zone = \"z\"; } );\n");
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 9,
		"warning: no certificate names c.example: \"own\" is shown for it, and other "
		"servers refuse it: request one with these names (trunkctl csr)");
	ctl_rig_fini(&r);
}

/* Nobody who speaks TLS meets c.example; a.example in the clear is met by others with TLS. */
static void only_domains_that_are_met_under_tls_need_a_name(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, PLAIN
		"{ match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"x\"; },\n"
		"{ match = \"c.example\"; connect = \"192.0.2.3\"; tls = \"off\"; "
		"authentication = \"dialback\"; zone = \"y\"; },\n"
		"{ match = \"d.example\"; connect = \"192.0.2.4\"; tls = \"off\"; "
		"authentication = \"dialback\"; zone = \"x\"; } );\n"
		"flows = ( { from = \"x\"; to = \"x\"; }, { from = \"x\"; to = \"y\"; } );\n");
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 8,
		"warning: no certificate names c.example and d.example: \"own\" is shown for it, "
		"and other servers refuse it: request one with these names (trunkctl csr)");
	check_rig_text(&r, PLAIN
		"{ match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"x\"; },\n"
		"{ match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"x\"; },\n"
		"{ match = \"c.example\"; connect = \"192.0.2.3\"; tls = \"off\"; "
		"authentication = \"dialback\"; zone = \"y\"; } );\n"
		"flows = ( { from = \"x\"; to = \"x\"; }, { from = \"y\"; to = \"y\"; } );\n");
	check_rig_run(&r, "certs", CTL_FINE);
	ctl_rig_fini(&r);
}

#define ZONED                                                                                 \
	"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = \"own.key\"; zones = " \
	"\"in\"; },\n"                                                                        \
	" { name = \"far\"; chain = \"far.pem\"; key = \"far.key\"; zones = \"out\"; } );\n"

static void write_far(const char *san)
{
	struct pki ca = pki_new(NULL, &(struct pki_spec){ .cn = "far-ca", .ca = 1 });
	struct pki far = pki_new(&ca, &(struct pki_spec){ .cn = "far", .san = san, .eku = both });

	check_rig_write("far-ca", &ca, NULL);
	check_rig_write("far", &far, NULL);
	pki_free(&far);
	pki_free(&ca);
}

static void each_zone_is_shown_its_own(void **state)
{
	static const char text[] = LISTEN ZONED
		"trust = ( { name = \"ca\"; ca = \"ca.pem\"; }, { name = \"far\"; ca = "
		"\"far-ca.pem\"; } );\n"
		"peering_controls = (\n"
		"{ match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"in\"; trust = \"ca\"; "
		"},\n"
		"{ match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"out\"; trust = \"ca\"; "
		"} "
		");\n";
	struct ctl_rig r;

	check_rig_init(&r, text);
	write_far(PKI_DNS("b.example"));
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 6,
		"warning: no certificate names a.example for peers in zone \"out\": \"far\" is "
		"shown to them, and they refuse it: request one with these names (trunkctl csr)");
	check_rig_without(&r, "\"in\"");
	/* Whether somebody believes a CA that he does not use is for him to say. */
	check_rig_line(&r, 3,
		"note: \"far\" is shown to peers whose certificates come from trust \"ca\", but "
		"does not come from there: make sure that they believe its CA");
	write_far(PKI_DNS("a.example"));
	check_rig_run(&r, "certs", CTL_FINE);
	assert_non_null(strstr(r.out, "certs: fine"));
	ctl_rig_fini(&r);
}

static void who_begins_with_tls_has_no_zone_yet(void **state)
{
	static const char text[] =
		"listen = ( { address = \"127.0.0.1\"; port = 5270; mode = \"direct-tls\"; } "
		");\n" ZONED TRUST "peering_controls = (\n"
		"{ match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"out\"; },\n"
		"{ match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"out\"; } );\n";
	struct ctl_rig r;

	check_rig_init(&r, text);
	issue(&(struct pki_spec){ .cn = "own", .san = PKI_DNS("c.example"), .eku = both });
	write_far(PKI_DNS("a.example") "," PKI_DNS("b.example"));
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 7,
		"warning: who begins with TLS has not said its zone, and is shown \"own\" for "
		"a.example and b.example, which does not name it: give each direct-tls listener "
		"one zone, or add a certificate without zones");
	ctl_rig_fini(&r);
}

static void a_certificate_that_a_control_insists_on_is_looked_at(void **state)
{
	static const char text[] = LISTEN
		"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = \"own.key\"; },\n"
		" { name = \"far\"; chain = \"far.pem\"; key = \"far.key\"; } );\n" TRUST
		"peering_controls = (\n"
		"{ match = \"a.example\"; connect = \"192.0.2.1\"; },\n"
		"{ match = \"b.example\"; connect = \"192.0.2.2\"; certificate = \"far\"; } );\n";
	struct ctl_rig r;

	check_rig_init(&r, text);
	write_far(PKI_DNS("x.example"));
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 8,
		"warning: certificate = \"far\" does not name a.example, and whom it is shown to "
		"refuses it: request one with these names (trunkctl csr), or leave the key out");
	ctl_rig_fini(&r);
}

/* ---- who issued it ---- */

static const char names[] = PKI_DNS("a.example") "," PKI_DNS("b.example");

static void what_nobody_issued_whom_we_know_is_told(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	write_far(names);
	check_rig_text(&r,
		LISTEN "certificates = ( { name = \"far\"; chain = \"far.pem\";\n"
		       " key = \"far.key\"; } );\n" TRUST "peering_controls = (\n" A_AND_B " );\n");
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	check_rig_line(&r, 2,
		"warning: the certificate in %s/far.pem leads to no CA in trust: servers that "
		"believe the same refuse it: append the intermediate certificates, have it issued "
		"by one of these, or give the CA that they believe with --ca");
	MEM_AUTO char *right = mem_printf("certs --ca %s/far-ca.pem", pki_dir());
	MEM_AUTO char *wrong = mem_printf("certs --ca %s/ca.pem", pki_dir());
	MEM_AUTO char *none = mem_printf("certs --ca %s/far.key", pki_dir());
	check_rig_run(&r, right, CTL_FINE);
	check_rig_run(&r, wrong, CTL_PROBLEMS);
	assert_non_null(strstr(r.out, "far.pem does not lead to the CA in "));
	check_rig_run(&r, none, CTL_FAILED);
	assert_non_null(strstr(r.out, "certs: not done: "));
	ctl_rig_fini(&r);
}

static void an_intermediate_that_is_missing_or_ends_is_told(void **state)
{
	struct pki_spec leaf = { .cn = "own", .san = names, .eku = both };
	struct pki_spec middle = { .cn = "middle", .ca = 1, .from = -86400, .to = 9 * 86400 };
	struct pki_spec old = { .cn = "old", .ca = 1, .from = -9 * 86400, .to = -86400 };
	struct pki ca = pki_new(NULL, &(struct pki_spec){ .cn = "ca", .ca = 1 });
	struct pki mid = pki_new(&ca, &middle), gone = pki_new(&ca, &old);
	struct pki own = pki_new(&mid, &leaf), lost = pki_new(&gone, &leaf);
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	check_rig_write("ca", &ca, NULL);
	check_rig_write("own", &own, NULL);
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	assert_non_null(strstr(r.out, "own.pem leads to no CA in trust"));
	check_rig_write("own", &own, &mid);
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	assert_non_null(strstr(r.out, "warning: an issuer of the certificate in "));
	check_rig_write("own", &lost, &gone);
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	assert_non_null(strstr(r.out, "own.pem is refused by who believes what trust says: "
				      "certificate of its issuer has expired ("));
	pki_free(&own);
	pki_free(&lost);
	pki_free(&mid);
	pki_free(&gone);
	pki_free(&ca);
	ctl_rig_fini(&r);
}

/* ---- the certificate itself ---- */

static void purposes_dates_and_keys_are_looked_at(void **state)
{
	static const struct {
		struct pki_spec spec;
		const char *words;
	} rows[] = {
		{ { .cn = "own", .san = names, .eku = "serverAuth" },
			"lacks the purpose clientAuth" },
		{ { .cn = "own", .san = names, .eku = "clientAuth" },
			"lacks the purpose serverAuth" },
		{ { .cn = "own", .san = names, .eku = both, .from = -86400, .to = -3600 },
			"own.pem expired on " },
		{ { .cn = "own", .san = names, .eku = both, .from = 86400, .to = 172800 },
			"is the clock right?" },
		{ { .cn = "own", .san = names, .eku = both, .from = -86400, .to = 20 * 86400 },
			", in less than 30 days: renew it" },
		{ { .cn = "own", .san = names, .eku = both, .from = -86400, .to = 6 * 86400 },
			", in less than 7 days: renew it now" },
		{ { .cn = "own", .san = names, .eku = both, .from = -86400, .to = 80000 },
			", in less than a day: renew it at once" },
	};
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		issue(&rows[i].spec);
		check_rig_run(&r, "certs", CTL_PROBLEMS);
		ctl_rig_line(r.out, "certs: 1 problem (1 certificate for 2 domains)");
		if (!strstr(r.out, rows[i].words))
			fail_msg("no \"%s\" in:\n%s", rows[i].words, r.out);
	}
	ctl_rig_fini(&r);
}

static void a_key_of_another_certificate_is_an_error(void **state)
{
	struct pki other = pki_new(NULL, &(struct pki_spec){ .cn = "other" });
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	free(pki_write_key("own.key", other.key, NULL));
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	assert_non_null(strstr(r.out, ":3: error: key does not belong to the certificate: "));
	check_rig_run(&r, "", CTL_PROBLEMS);
	ctl_rig_line(r.out, "config: not done: trunkd would not take the configuration");
	ctl_rig_line(r.out, "dns: not done: trunkd would not take the configuration");
	pki_free(&other);
	ctl_rig_fini(&r);
}

static void a_stale_crl_is_told(void **state)
{
	struct pki ca = pki_new(NULL, &(struct pki_spec){ .cn = "ca", .ca = 1 });
	struct pki own = pki_new(&ca, &(struct pki_spec){ .cn = "own", .san = names, .eku = both });
	X509_CRL *crl = pki_crl(&ca, NULL, 0, -9 * 86400, -86400);
	struct ctl_rig r;

	check_rig_init(&r, LISTEN OWN
		"trust = ( { name = \"ca\"; ca = \"ca.pem\";\n crl = \"ca.crl\"; } );\n"
		"defaults = { trust = \"ca\"; };\npeering_controls = (\n" A_AND_B " );\n");
	check_rig_write("ca", &ca, NULL);
	check_rig_write("own", &own, NULL);
	free(pki_write_crl("ca.crl", crl));
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	assert_non_null(strstr(r.out, ":5: warning: the CRL in "));
	ctl_rig_line(r.out, "certs: 1 problem (1 certificate for 2 domains)");
	X509_CRL_free(crl);
	pki_free(&own);
	pki_free(&ca);
	ctl_rig_fini(&r);
}

static void a_chain_that_peers_do_not_take_is_told(void **state)
{
	struct buf san = { 0 };
	struct ctl_rig r;
	char *all;

	buf_put(&san, str_of(names));
	for (unsigned i = 0; i < 2000; i++)
		buf_printf(&san, ",DNS:some-host-%u.example", i);
	all = str_dup(buf_view(&san));
	check_rig_init(&r, PLAIN A_AND_B " );\n");
	issue(&(struct pki_spec){ .cn = "own", .san = all, .eku = both });
	check_rig_run(&r, "certs", CTL_PROBLEMS);
	assert_non_null(strstr(r.out, " KB, and no handshake succeeds with Java (at most 32 KB): "
				      "split them (trunkctl csr --max-names), or issue one for "
				      "each domain"));
	free(all);
	buf_fini(&san);
	ctl_rig_fini(&r);
}

/* An issuer names whatever has a control of its own; what only "*" matches it does not. */
static void an_issuer_names_every_domain_that_it_may(void **state)
{
	struct pki ca = pki_new(
		NULL, &(struct pki_spec){ .cn = "ca",
			      .ca = 1,
			      .constraints = "critical,permitted;DNS:example,permitted;DNS:us" });
	struct ctl_rig r;

	check_rig_init(&r,
		LISTEN "certificates = ( { name = \"own\"; issuer = {\n chain = \"ca.pem\"; key = "
		       "\"ca.key\"; }; } );\n" TRUST "peering_controls = (\n" A_AND_B
		       ",\n{ match = \"*.us\"; domains = \"e.us\"; } );\n");
	check_rig_write("ca", &ca, NULL);
	check_rig_run(&r, "certs", CTL_FINE);
	ctl_rig_line(r.out, "certs: fine (1 certificate for 3 domains)");
	assert_non_null(strstr(r.out, "issues others, trust ca"));
	assert_non_null(strstr(r.out, "e.us       own  the same"));
	write_far(names);
	MEM_AUTO char *other = mem_printf("certs --ca %s/far-ca.pem", pki_dir());
	check_rig_run(&r, other, CTL_PROBLEMS);
	assert_non_null(strstr(r.out, ":3: warning: the certificate in "));
	pki_free(&ca);
	ctl_rig_fini(&r);
}

static void a_name_that_ejabberd_fails_on_is_told(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	issue(&(struct pki_spec){
		.cn = "own", .san = PKI_DNS("a.example") "," PKI_XMPP("b.example"), .eku = both });
	check_rig_run(&r, "certs", CTL_FINE);
	assert_non_null(strstr(r.out, ":2: note: the certificate in "));
	assert_non_null(
		strstr(r.out, " has an XmppAddr, at which every ejabberd breaks the stream"));
	ctl_rig_fini(&r);
}

static void programs_get_the_matrix_as_json(void **state)
{
	json_t *all, *part, *cell, *row;
	struct ctl_rig r;

	check_rig_init(&r, PLAIN A_AND_B " );\n");
	check_rig_run(&r, "certs --json", CTL_FINE);
	all = json_loads(r.out, 0, NULL);
	assert_int_equal(json_array_size(all), 1);
	part = json_array_get(all, 0);
	assert_string_equal(json_string_value(json_object_get(part, "check")), "certs");
	assert_int_equal(json_integer_value(json_object_get(part, "problems")), 0);
	cell = json_array_get(json_object_get(part, "certificates"), 0);
	assert_int_equal(json_integer_value(json_object_get(cell, "days_left")), 60);
	row = json_array_get(json_object_get(part, "matrix"), 1);
	assert_string_equal(json_string_value(json_object_get(row, "domain")), "b.example");
	cell = json_array_get(json_object_get(row, "shown"), 0);
	assert_true(json_is_true(json_object_get(cell, "names_it")));
	json_decref(all);
	ctl_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_fine_is_told_in_one_line_and_two_tables),
		cmocka_unit_test(a_name_that_is_missing_is_missed_once_for_all_domains),
		cmocka_unit_test(a_domain_is_missed_once_for_all_zones),
		cmocka_unit_test(only_domains_that_are_met_under_tls_need_a_name),
		cmocka_unit_test(each_zone_is_shown_its_own),
		cmocka_unit_test(who_begins_with_tls_has_no_zone_yet),
		cmocka_unit_test(a_certificate_that_a_control_insists_on_is_looked_at),
		cmocka_unit_test(what_nobody_issued_whom_we_know_is_told),
		cmocka_unit_test(an_intermediate_that_is_missing_or_ends_is_told),
		cmocka_unit_test(purposes_dates_and_keys_are_looked_at),
		cmocka_unit_test(a_key_of_another_certificate_is_an_error),
		cmocka_unit_test(a_stale_crl_is_told),
		cmocka_unit_test(a_chain_that_peers_do_not_take_is_told),
		cmocka_unit_test(an_issuer_names_every_domain_that_it_may),
		cmocka_unit_test(a_name_that_ejabberd_fails_on_is_told),
		cmocka_unit_test(programs_get_the_matrix_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
