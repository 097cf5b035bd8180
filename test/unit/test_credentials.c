/* SPDX-License-Identifier: MIT */
/* Which certificate is shown to whom, and what is said about those that cannot be. */
#include "net/credentials.h"

#include "base/mem.h"
#include "net/pem.h"
#include "pki.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/x509.h>

enum { DAY = 86400 };

static struct pki ca, ab, b_rsa, b_ec, wild, exact, partner;
static struct certificate_config configs[6];
static struct credentials *credentials;

static struct domain domain(const char *z)
{
	struct domain d;

	assert_true(domain_parse(str_of(z), &d));
	return d;
}

static struct certificate_config entry(const char *name, const struct pki *p)
{
	char file[64];
	struct certificate_config c = { .name = mem_strdup(name) };
	X509 *const chain[] = { p->cert, ca.cert };
	static unsigned n;

	snprintf(file, sizeof(file), "%u.pem", ++n);
	c.chain = pki_write_certs(file, chain, 2);
	snprintf(file, sizeof(file), "%u.key", n);
	c.key = pki_write_key(file, p->key, NULL);
	return c;
}

static void entry_fini(struct certificate_config *c)
{
	free(c->name);
	free(c->chain);
	free(c->key);
}

static struct credentials *load(struct certificate_config *c, unsigned n)
{
	struct config_list list = { c, n };
	struct config_report *report = config_report_new();
	struct credentials *out = credentials_new(&list, report);

	if (!out)
		fail_msg("%s", config_report_line(report, 0, NULL));
	assert_int_equal(config_report_count(report, CONFIG_WARNING), 0);
	config_report_free(report);
	return out;
}

static int start(void **state)
{
	static char zone[] = "partner";
	static char *zones[] = { zone };

	ca = pki_new(NULL, &(struct pki_spec){ .cn = "CA", .ca = 1 });
	ab = pki_new(&ca, &(struct pki_spec){ .cn = "ab",
				  .san = PKI_DNS("a.example") "," PKI_SRV("a.example") "," PKI_DNS(
					  "b.example") });
	b_rsa = pki_new(&ca,
		&(struct pki_spec){ .cn = "b", .san = PKI_DNS("b.example"), .rsa_bits = 2048 });
	b_ec = pki_new(&ca,
		&(struct pki_spec){
			.cn = "b", .san = PKI_DNS("b.example"), .from = -DAY, .to = 60 * DAY });
	wild = pki_new(&ca, &(struct pki_spec){ .cn = "w", .san = PKI_DNS("*.w.example") });
	exact = pki_new(&ca, &(struct pki_spec){ .cn = "e", .san = PKI_DNS("x.w.example") });
	partner = pki_new(&ca, &(struct pki_spec){ .cn = "p",
				       .san = PKI_DNS("a.example") "," PKI_DNS("p.example") });
	configs[0] = entry("p", &partner);
	configs[0].zones = (struct config_strings){ zones, 1 };
	configs[1] = entry("ab", &ab);
	configs[2] = entry("b", &b_rsa);
	configs[3] = entry("b", &b_ec);
	configs[4] = entry("w", &wild);
	configs[5] = entry("e", &exact);
	credentials = load(configs, 6);
	return 0;
}

static int stop(void **state)
{
	struct pki *const all[] = { &ca, &ab, &b_rsa, &b_ec, &wild, &exact, &partner };

	credentials_free(credentials);
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++)
		entry_fini(&configs[i]);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		pki_free(all[i]);
	pki_clean();
	return 0;
}

static const struct credential *choose(const struct credentials *c, const struct domain *d,
	const char *name, const char *zone, bool *covers_out)
{
	struct credentials_wanted w = { .domain = d, .name = name, .zone = zone };

	return credentials_choose(c, &w, covers_out);
}

static void the_choice_is_by_name_then_wildcard_then_order(void **unused)
{
	static const struct {
		const char *domain, *name, *zone;
		const char *chosen;
		bool covers;
	} rows[] = {
		{ "a.example", NULL, NULL, "ab", true },
		{ "b.example", NULL, NULL, "ab", true },  /* first in the file of several */
		{ "x.w.example", NULL, NULL, "e", true }, /* exact before wildcard */
		{ "y.w.example", NULL, NULL, "w", true },
		{ "z.y.w.example", NULL, NULL, "ab", false },
		{ "w.example", NULL, NULL, "ab", false },
		{ "unknown.example", NULL, NULL, "ab", false },
		{ "192.0.2.1", NULL, NULL, "ab", false }, { NULL, NULL, NULL, "ab", false },
		/* By zone. */
		{ "a.example", NULL, "partner", "p", true },
		{ "p.example", NULL, "partner", "p", true },
		{ "p.example", NULL, "core", "ab", false },
		{ "p.example", NULL, NULL, "ab", false }, { NULL, NULL, "partner", "p", false },
		/* By its name in the configuration. */
		{ "a.example", "w", NULL, "w", false }, { "y.w.example", "w", NULL, "w", true },
		{ "b.example", "b", "core", "b", true }, { NULL, "e", NULL, "e", false },
		{ "a.example", "nobody", NULL, "ab", true },
		{ "a.example", "p", "partner", "p", true },
		{ "a.example", "p", "core", "ab", true }, /* never outside of its zones */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct domain d;
		const struct credential *c;
		bool covers;

		if (rows[i].domain)
			d = domain(rows[i].domain);
		c = choose(credentials, rows[i].domain ? &d : NULL, rows[i].name, rows[i].zone,
			&covers);
		if (strcmp(credential_name(c), rows[i].chosen) != 0 || covers != rows[i].covers)
			fail_msg("row %zu: %s", i, credential_name(c));
		if (rows[i].domain)
			assert_int_equal(credential_covers(c, &d), covers);
	}
	assert_true(credentials_has(credentials, "w"));
	assert_false(credentials_has(credentials, "W"));
}

static void the_end_is_that_of_the_first_to_end(void **unused)
{
	struct domain b = domain("b.example"), x = domain("x.w.example");
	const struct credential *c;
	bool covers;

	c = choose(credentials, &b, "b", NULL, &covers);
	assert_int_equal(credential_not_after(c), pem_time(X509_get0_notAfter(b_ec.cert)));
	c = choose(credentials, &x, NULL, NULL, &covers);
	assert_int_equal(credential_not_after(c), pem_time(X509_get0_notAfter(exact.cert)));
	assert_int_equal(credentials_end(credentials, 3), pem_time(X509_get0_notAfter(b_ec.cert)));
	assert_int_equal(credentials_end(credentials, 6), 0);
}

static void nothing_configured_is_nothing_to_show(void **unused)
{
	struct credentials *none = load(NULL, 0);
	struct domain d = domain("a.example");
	bool covers;

	assert_null(choose(none, &d, NULL, NULL, &covers));
	assert_null(choose(none, NULL, "x", "z", &covers));
	credentials_free(none);
	credentials_free(NULL);
}

/* ---- issuers ---- */

static struct certificate_config issuer(const char *name, const struct pki *p)
{
	struct certificate_config c = entry(name, p);

	c.issuer.chain = c.chain;
	c.issuer.key = c.key;
	c.issuer.lifetime = 7 * DAY * INT64_C(1000);
	c.chain = c.key = NULL;
	return c;
}

static void issuer_config_fini(struct certificate_config *c)
{
	free(c->issuer.chain);
	free(c->issuer.key);
	entry_fini(c);
}

static struct pki issuing_ca(const char *constraints)
{
	return pki_new(
		&ca, &(struct pki_spec){ .cn = "issuing", .ca = 1, .constraints = constraints });
}

static void an_issuer_comes_after_certificates_that_name_the_domain(void **unused)
{
	static char zone[] = "partner";
	static char *zones[] = { zone };
	struct pki first = issuing_ca("critical,permitted;DNS:first.example"),
		   second = issuing_ca("critical,permitted;DNS:example"),
		   third = issuing_ca("critical,permitted;DNS:test");
	struct certificate_config c[] = { issuer("first", &first), issuer("partners", &third),
		entry("w", &wild), entry("e", &exact), issuer("second", &second) };
	static const struct {
		const char *domain, *name, *zone;
		bool may_mint;
		const char *chosen;
		bool covers, issues;
	} rows[] = {
		{ "x.w.example", NULL, NULL, true, "e", true, false },
		{ "y.w.example", NULL, NULL, true, "w", true, false },
		{ "z.y.w.example", NULL, NULL, true, "second", true, true },
		{ "a.first.example", NULL, NULL, true, "first", true, true },
		{ "a.example", NULL, NULL, true, "second", true, true },
		/* No control of its own, no host name, no domain. */
		{ "a.example", NULL, NULL, false, "w", false, false },
		{ "192.0.2.1", NULL, NULL, true, "w", false, false },
		{ "under_score.example", NULL, NULL, true, "w", false, false },
		{ NULL, NULL, NULL, true, "w", false, false },
		/* By zone. */
		{ "a.test", NULL, "partner", true, "partners", true, true },
		{ "a.test", NULL, "core", true, "w", false, false },
		{ "a.test", NULL, NULL, true, "w", false, false },
		/* By name: what it may make, or nothing of it. */
		{ "a.first.example", "second", NULL, true, "second", true, true },
		{ "x.w.example", "second", NULL, true, "second", true, true },
		{ "x.w.example", "second", NULL, false, "e", true, false },
		{ "a.example", "first", NULL, true, "second", true, true },
		{ "a.example", "w", NULL, true, "w", false, false },
		{ NULL, "first", NULL, true, "w", false, false },
	};
	struct credentials *all;

	c[1].zones = (struct config_strings){ zones, 1 };
	all = load(c, 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct domain d;
		struct credentials_wanted w = {
			.name = rows[i].name, .zone = rows[i].zone, .may_mint = rows[i].may_mint
		};
		const struct credential *found;
		bool covers;

		if (rows[i].domain) {
			d = domain(rows[i].domain);
			w.domain = &d;
		}
		found = credentials_choose(all, &w, &covers);
		if (strcmp(credential_name(found), rows[i].chosen) != 0 ||
			covers != rows[i].covers ||
			(credential_mint(found) != NULL) != rows[i].issues)
			fail_msg("row %zu: %s", i, credential_name(found));
	}
	for (unsigned i = 0; i < 5; i++)
		assert_string_equal(credential_name(credentials_at(all, i)), c[i].name);
	assert_null(credentials_at(all, 5));
	assert_int_equal(credential_not_after(credentials_at(all, 0)),
		pem_time(X509_get0_notAfter(ca.cert)));
	assert_true(credentials_has(all, "second"));
	credentials_free(all);
	for (unsigned i = 0; i < 5; i++)
		issuer_config_fini(&c[i]);
	pki_free(&first);
	pki_free(&second);
	pki_free(&third);
}

static void with_issuers_alone_there_may_be_nothing_to_show(void **unused)
{
	struct pki p = issuing_ca("critical,permitted;DNS:example");
	struct certificate_config c = issuer("i", &p);
	struct credentials *all = load(&c, 1);
	struct domain good = domain("a.example"), bad = domain("a.test");
	struct credentials_wanted w = { .domain = &good, .may_mint = true };
	bool covers;

	assert_non_null(credentials_choose(all, &w, &covers));
	w.may_mint = false;
	assert_null(credentials_choose(all, &w, &covers));
	w = (struct credentials_wanted){ .domain = &bad, .may_mint = true, .name = "i" };
	assert_null(credentials_choose(all, &w, &covers));
	assert_false(covers);
	credentials_free(all);
	issuer_config_fini(&c);
	pki_free(&p);
}

/* ---- what is wrong ---- */

static void first_line_is(struct certificate_config *c, unsigned n, bool loads, const char *words)
{
	struct config_list list = { c, n };
	struct config_report *report = config_report_new();
	struct credentials *out = credentials_new(&list, report);
	const char *line = config_report_line(report, 0, NULL);

	assert_int_equal(out != NULL, loads);
	if (!line || !strstr(line, words))
		fail_msg("\"%s\" instead of \"%s\"", line ? line : "not a word", words);
	assert_int_equal(config_report_count(report, CONFIG_ERROR) > 0, !loads);
	credentials_free(out);
	config_report_free(report);
}

static void files_that_do_not_load_are_explained(void **unused)
{
	static char missing[] = "/nowhere/x.pem", name[] = "x";
	char *chain = configs[1].chain, *key = configs[1].key, *other = configs[2].key;
	char *text = pki_write_text("text.pem", "hello\n");
	char *locked = pki_write_key("locked.key", ab.key, "secret");
	char *broken = pki_write_text(
		"broken.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	X509 *const turned[] = { ca.cert, ab.cert };
	char *order = pki_write_certs("order.pem", turned, 2);
	const struct {
		char *chain, *key;
		const char *words;
	} rows[] = {
		{ missing, key, "cannot read /nowhere/x.pem: No such file or directory" },
		{ chain, missing, "cannot read /nowhere/x.pem" },
		{ text, key, "no certificate in" },
		{ key, chain, "no certificate in" },
		{ chain, text, "no private key in" },
		{ chain, locked, "is encrypted: store it without a pass phrase" },
		{ chain, broken, "is damaged" },
		{ chain, other, "key does not belong to the certificate" },
		{ order, key, "begins with another certificate" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct certificate_config c = {
			.name = name, .chain = rows[i].chain, .key = rows[i].key
		};

		first_line_is(&c, 1, false, rows[i].words);
	}
	free(text);
	free(locked);
	free(broken);
	free(order);
}

static void certificates_that_are_unwise_are_mentioned(void **unused)
{
	static const struct {
		struct pki_spec spec;
		bool loads;
		const char *words;
	} rows[] = {
		{ { .san = PKI_DNS("x.example"), .from = -9 * DAY, .to = -DAY }, true,
			"expired on" },
		{ { .san = PKI_DNS("x.example"), .from = -9 * DAY, .to = 9 * DAY }, true,
			"in less than 30 days" },
		{ { .san = PKI_DNS("x.example"), .from = DAY, .to = 9 * DAY }, true,
			"is not valid before" },
		{ { .san = PKI_DNS("x.example"), .eku = "serverAuth" }, true,
			"lacks the purpose clientAuth" },
		{ { .san = PKI_DNS("x.example"), .eku = "clientAuth" }, true,
			"lacks the purpose serverAuth" },
		{ { .san = NULL }, true, "names no domain" },
		{ { .san = "email:x@x.example" }, true, "names no domain" },
		{ { .san = PKI_DNS("x.example"), .rsa_bits = 1024 }, false, "cannot be used: " },
		{ { .san = PKI_DNS("x.example"), .digest = "SHA1" }, false, "cannot be used: " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_spec spec = rows[i].spec;
		struct certificate_config c;
		struct pki p;

		spec.cn = "x";
		p = pki_new(&ca, &spec);
		c = entry("x", &p);
		first_line_is(&c, 1, rows[i].loads, rows[i].words);
		entry_fini(&c);
		pki_free(&p);
	}
}

static void an_issuer_that_is_of_no_use_is_explained(void **unused)
{
	static char missing[] = "/nowhere/ca.pem";
	struct pki p = issuing_ca("critical,permitted;DNS:example"), open = issuing_ca(NULL);
	struct certificate_config good = issuer("i", &p), wide = issuer("o", &open), c[2];

	first_line_is(&wide, 1, true, "has no name constraints: whoever reads its key");
	c[0] = good;
	c[0].issuer.lifetime = 60 * 1000;
	first_line_is(c, 1, true, "this is for trials");
	c[0] = good;
	c[0].chain = good.issuer.chain;
	first_line_is(c, 1, false, "chain beside issuer");
	c[0].chain = NULL;
	c[0].key = good.issuer.key;
	first_line_is(c, 1, false, "key beside issuer");
	c[0] = (struct certificate_config){ .name = good.name };
	first_line_is(c, 1, false, "chain is missing in certificate");
	c[0].chain = good.issuer.chain;
	first_line_is(c, 1, false, "key is missing in certificate");
	c[0] = good;
	c[0].issuer.chain = missing;
	first_line_is(c, 1, false, "cannot read /nowhere/ca.pem");
	c[0] = good;
	c[0].issuer.key = wide.issuer.key;
	first_line_is(c, 1, false, "key does not belong to the certificate");
	c[0] = good;
	c[0].issuer.chain = configs[1].chain;
	c[0].issuer.key = configs[1].key;
	first_line_is(c, 1, false, "is not one of a CA");
	c[0] = c[1] = good;
	first_line_is(c, 2, false, "two certificates are called \"i\"");
	c[1] = configs[1];
	c[1].name = good.name;
	first_line_is(c, 2, false, "two certificates are called \"i\"");
	issuer_config_fini(&good);
	issuer_config_fini(&wide);
	pki_free(&p);
	pki_free(&open);
}

static void a_key_that_everybody_can_read_is_mentioned(void **unused)
{
	struct certificate_config c = entry("x", &ab);

	assert_int_equal(chmod(c.key, 0644), 0);
	first_line_is(&c, 1, true,
		"is open to every user of this machine: chown root:trunkd and "
		"chmod 0640 it");
	assert_int_equal(chmod(c.key, 0640), 0);
	credentials_free(load(&c, 1)); /* not a word */
	entry_fini(&c);
}

static void one_name_for_two_of_a_kind_is_refused(void **unused)
{
	struct certificate_config c[2] = { entry("same", &ab), entry("same", &b_ec) };

	first_line_is(c, 2, false, "two certificates are called \"same\"");
	entry_fini(&c[0]);
	entry_fini(&c[1]);
}

static void all_that_is_wrong_is_reported(void **unused)
{
	static char missing[] = "/nowhere/x.pem", lost[] = "/nowhere/y.pem", name[] = "x",
		    other[] = "y";
	struct certificate_config c[2] = { { .name = name, .chain = missing, .key = missing },
		{ .name = other, .chain = lost, .key = lost } };
	struct config_list list = { c, 2 };
	struct config_report *report = config_report_new();

	assert_null(credentials_new(&list, report));
	assert_int_equal(config_report_count(report, CONFIG_ERROR), 2);
	config_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_choice_is_by_name_then_wildcard_then_order),
		cmocka_unit_test(the_end_is_that_of_the_first_to_end),
		cmocka_unit_test(nothing_configured_is_nothing_to_show),
		cmocka_unit_test(an_issuer_comes_after_certificates_that_name_the_domain),
		cmocka_unit_test(with_issuers_alone_there_may_be_nothing_to_show),
		cmocka_unit_test(an_issuer_that_is_of_no_use_is_explained),
		cmocka_unit_test(files_that_do_not_load_are_explained),
		cmocka_unit_test(certificates_that_are_unwise_are_mentioned),
		cmocka_unit_test(a_key_that_everybody_can_read_is_mentioned),
		cmocka_unit_test(one_name_for_two_of_a_kind_is_refused),
		cmocka_unit_test(all_that_is_wrong_is_reported),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
