/* SPDX-License-Identifier: MIT */
/* What a CA may issue, what comes out, and which CAs are of no use. */
#include "net/issuer.h"

#include "net/identity.h"
#include "net/pem.h"
#include "net/trust.h"
#include "pki.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/err.h>

enum { DAY = 86400, NOW = 1900000000 };

static struct domain domain(const char *z)
{
	struct domain d;

	if (!domain_parse(str_of(z), &d))
		fail_msg("%s", z);
	return d;
}

/* A chain of CAs, root first; what is below the first is issued by the one before it. */
struct chain {
	struct pki ca[4];
	unsigned n;
	STACK_OF(X509) * above; /* of the last one */
};

static struct chain chain_new(const struct pki_spec *specs, unsigned n)
{
	struct chain c = { .n = n, .above = sk_X509_new_null() };

	for (unsigned i = 0; i < n; i++) {
		struct pki_spec spec = specs[i];
		char cn[16];

		snprintf(cn, sizeof(cn), "CA %u", i);
		spec.cn = cn;
		c.ca[i] = pki_new(i ? &c.ca[i - 1] : NULL, &spec);
		if (i)
			sk_X509_unshift(c.above, c.ca[i - 1].cert);
	}
	return c;
}

static void chain_free(struct chain *c)
{
	for (unsigned i = 0; i < c->n; i++)
		pki_free(&c->ca[i]);
	sk_X509_free(c->above);
}

static bool init(struct issuer *is, const struct chain *c, struct config_report *report)
{
	const struct pki *p = &c->ca[c->n - 1];

	X509_up_ref(p->cert);
	EVP_PKEY_up_ref(p->key);
	return issuer_init(is, p->cert, c->above, p->key, "ca.pem", NULL, report);
}

/* The issuer of a chain in which nothing is wrong. */
static struct issuer issuer_of(const struct chain *c)
{
	struct config_report *report = config_report_new();
	struct issuer is;

	if (!init(&is, c, report))
		fail_msg("%s", config_report_line(report, 0, NULL));
	config_report_free(report);
	return is;
}

/* A certificate for this key. */
static X509 *sign(
	const struct issuer *is, EVP_PKEY *key, const struct domain *d, int64_t from, int64_t to)
{
	X509 *blank = issuer_blank(is, key), *x;

	assert_non_null(blank);
	x = issuer_sign(is, blank, d, from, to);
	X509_free(blank);
	assert_non_null(x);
	return x;
}

/* ---- names ---- */

static void only_host_names_are_issued_for(void **unused)
{
	static const char label63[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const struct {
		const char *name;
		bool permitted;
	} rows[] = {
		{ "a.example", true },
		{ "localhost", true },
		{ "x--y.1.a.example", true },
		{ "xn--mnchen-3ya.example", true },
		{ label63, true },
		{ "under_score.example", false },
		{ "192.0.2.1", false },
		{ "[2001:db8::1]", false },
	};
	/* What no domain is, and so never gets here; it is refused all the same. */
	static const char *const raw[] = { "", "*", "*.example", "a.*.example", "a..example",
		".example", "a.example.", "-a.example", "a-.example", "a b.example", "A.example",
		"a,DNS:b.example", "m\xc3\xbcnchen.example" };
	struct chain c = chain_new(&(struct pki_spec){ .ca = 1 }, 1);
	struct issuer is = issuer_of(&c);
	struct domain d;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		d = domain(rows[i].name);
		if (issuer_permits(&is, &d) != rows[i].permitted)
			fail_msg("%s", rows[i].name);
	}
	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		d.n = (unsigned short)strlen(raw[i]);
		memcpy(d.s, raw[i], d.n + 1u);
		if (issuer_permits(&is, &d))
			fail_msg("\"%s\"", raw[i]);
	}
	memset(d.s, 'a', sizeof(d.s));
	for (int i = 50; i < 250; i += 50)
		d.s[i] = '.';
	d.s[d.n = 253] = '\0';
	assert_true(issuer_permits(&is, &d));
	d.s[253] = 'a';
	d.s[d.n = 254] = '\0';
	assert_false(issuer_permits(&is, &d));
	d.s[d.n = 64] = '\0';
	memset(d.s, 'a', d.n);
	assert_false(issuer_permits(&is, &d));
	issuer_fini(&is);
	chain_free(&c);
}

/* OpenSSL's verdict on a leaf: the root is believed, the rest comes with it. */
static int verify(const struct chain *c, X509 *leaf, int purpose, time_t when)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *rest = sk_X509_dup(c->above);
	int error;

	X509_STORE_add_cert(store, c->ca[0].cert);
	sk_X509_unshift(rest, c->ca[c->n - 1].cert);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, rest), 1);
	X509_STORE_CTX_set_purpose(ctx, purpose);
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx), X509_V_FLAG_X509_STRICT);
	X509_STORE_CTX_set_time(ctx, 0, when);
	X509_verify_cert(ctx);
	error = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(rest);
	return error;
}

static void constraints_hold_as_openssl_has_them(void **unused)
{
	static const struct {
		const char *upper, *lower; /* of the root, of the CA that it issued */
		const char *name;
		bool permitted;
	} rows[] = {
		{ NULL, "critical,permitted;DNS:example", "a.example", true },
		{ NULL, "critical,permitted;DNS:example", "x.a.example", true },
		{ NULL, "critical,permitted;DNS:example", "example", true },
		{ NULL, "critical,permitted;DNS:example", "an-example", false },
		{ NULL, "critical,permitted;DNS:example", "a.example.net", false },
		{ NULL, "critical,permitted;DNS:EXAMPLE", "a.example", true },
		{ NULL, "critical,permitted;DNS:.example", "a.example", true },
		{ NULL, "critical,permitted;DNS:.example", "example", false },
		{ NULL, "critical,permitted;DNS:a.example,permitted;DNS:b.example", "b.example",
			true },
		{ NULL, "critical,permitted;DNS:a.example,permitted;DNS:b.example", "c.example",
			false },
		{ NULL, "critical,excluded;DNS:b.example", "a.example", true },
		{ NULL, "critical,excluded;DNS:b.example", "x.b.example", false },
		{ NULL, "critical,permitted;DNS:example,excluded;DNS:b.example", "b.example",
			false },
		{ "critical,permitted;DNS:example", NULL, "a.example", true },
		{ "critical,permitted;DNS:example", NULL, "a.test", false },
		{ "critical,permitted;DNS:example", "critical,permitted;DNS:a.example", "b.example",
			false },
		{ "critical,permitted;DNS:example", "critical,permitted;DNS:a.example",
			"x.a.example", true },
		{ NULL, "critical,permitted;email:example", "a.example", true },
		/* An empty subject is nothing that they could refuse. */
		{ NULL, "critical,permitted;DNS:example,permitted;email:example", "a.example",
			true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_spec specs[] = { { .ca = 1, .constraints = rows[i].upper },
			{ .ca = 1, .pathlen = 1, .constraints = rows[i].lower } };
		struct chain c = chain_new(specs, 2);
		struct issuer is = issuer_of(&c);
		struct domain d = domain(rows[i].name);
		time_t now = time(NULL);
		X509 *leaf = sign(&is, c.ca[0].key, &d, now - 5, now + DAY);
		int error = verify(&c, leaf, X509_PURPOSE_SSL_SERVER, now);

		if (issuer_permits(&is, &d) != rows[i].permitted ||
			(error == X509_V_OK) != rows[i].permitted)
			fail_msg("row %zu: %s", i, X509_verify_cert_error_string(error));
		if (rows[i].permitted)
			assert_int_equal(verify(&c, leaf, X509_PURPOSE_SSL_CLIENT, now), X509_V_OK);
		X509_free(leaf);
		issuer_fini(&is);
		chain_free(&c);
	}
}

/* ---- one certificate ---- */

static void count(void *arg, const char *name)
{
	++*(unsigned *)arg;
}

static bool is_critical(X509 *x, int nid)
{
	int at = X509_get_ext_by_NID(x, nid, -1);

	assert_true(at >= 0);
	assert_int_equal(X509_get_ext_by_NID(x, nid, at), -1);
	return X509_EXTENSION_get_critical(X509_get_ext(x, at));
}

static void it_names_one_domain_and_is_for_both_purposes(void **unused)
{
	struct chain c =
		chain_new(&(struct pki_spec){ .ca = 1, .from = -DAY, .to = 1000 * DAY }, 1);
	struct issuer is = issuer_of(&c);
	struct domain d = domain("xn--mnchen-3ya.example"), other = domain("b.example");
	struct pki key = pki_new(NULL, &(struct pki_spec){ .cn = "key" });
	time_t now = time(NULL);
	X509 *x = sign(&is, key.key, &d, now - 3600, now + 7 * DAY);
	GENERAL_NAMES *names;
	unsigned n = 0;

	assert_non_null(x);
	names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	assert_int_equal(sk_GENERAL_NAME_num(names), 1);
	assert_int_equal(sk_GENERAL_NAME_value(names, 0)->type, GEN_DNS);
	GENERAL_NAMES_free(names);
	identity_each(x, count, &n);
	assert_int_equal(n, 1);
	assert_true(identity_matches(x, &d));
	assert_false(identity_matches(x, &other));
	assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(x)), 0);
	assert_true(is_critical(x, NID_subject_alt_name));
	assert_true(is_critical(x, NID_basic_constraints));
	assert_true(is_critical(x, NID_key_usage));
	assert_false(is_critical(x, NID_ext_key_usage));
	assert_int_equal(X509_check_ca(x), 0);
	assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extended_key_usage(x), XKU_SSL_SERVER | XKU_SSL_CLIENT);
	assert_int_equal(X509_check_private_key(x, key.key), 1);
	assert_int_equal(pem_time(X509_get0_notBefore(x)), now - 3600);
	assert_int_equal(pem_time(X509_get0_notAfter(x)), now + 7 * DAY);
	assert_int_equal(verify(&c, x, X509_PURPOSE_SSL_SERVER, now), X509_V_OK);
	X509_free(x);
	pki_free(&key);
	issuer_fini(&is);
	chain_free(&c);
}

static void its_issuer_is_found_by_key_and_its_number_by_nobody(void **unused)
{
	struct chain c = chain_new(&(struct pki_spec){ .ca = 1 }, 1);
	struct issuer is = issuer_of(&c);
	struct domain d = domain("a.example");
	X509 *x[2];

	for (int i = 0; i < 2; i++) {
		x[i] = sign(&is, c.ca[0].key, &d, is.from, is.end);
		assert_non_null(X509_get0_subject_key_id(x[i]));
		assert_int_equal(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(x[i]),
					 X509_get0_subject_key_id(c.ca[0].cert)),
			0);
		assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(x[i])), 16);
		assert_int_equal(ASN1_STRING_type(X509_get0_serialNumber(x[i])), V_ASN1_INTEGER);
	}
	assert_int_not_equal(
		ASN1_INTEGER_cmp(X509_get0_serialNumber(x[0]), X509_get0_serialNumber(x[1])), 0);
	X509_free(x[0]);
	X509_free(x[1]);
	issuer_fini(&is);
	chain_free(&c);
}

static void it_is_never_valid_when_its_issuer_is_not(void **unused)
{
	struct pki_spec specs[] = { { .ca = 1, .from = -100, .to = 50 * DAY },
		{ .ca = 1, .from = -200, .to = 90 * DAY } };
	struct chain c = chain_new(specs, 2);
	struct issuer is = issuer_of(&c);
	struct domain d = domain("a.example");
	X509 *x = sign(&is, c.ca[0].key, &d, is.from - DAY, is.end + DAY);

	assert_int_equal(is.from, pem_time(X509_get0_notBefore(c.ca[0].cert)));
	assert_int_equal(is.end, pem_time(X509_get0_notAfter(c.ca[0].cert)));
	assert_int_equal(pem_time(X509_get0_notBefore(x)), is.from);
	assert_int_equal(pem_time(X509_get0_notAfter(x)), is.end);
	X509_free(x);
	issuer_fini(&is);
	chain_free(&c);
}

static void roots_are_not_sent(void **unused)
{
	struct pki_spec specs[] = { { .ca = 1 }, { .ca = 1 }, { .ca = 1 } };

	for (unsigned n = 1; n <= 3; n++) {
		struct chain c = chain_new(specs, n);
		struct issuer is = issuer_of(&c);

		assert_int_equal(sk_X509_num(is.shown), n - 1);
		for (unsigned i = 0; i + 1 < n; i++)
			assert_ptr_equal(sk_X509_value(is.shown, (int)i), c.ca[n - 1 - i].cert);
		issuer_fini(&is);
		chain_free(&c);
	}
}

static void we_believe_what_we_issue_as_others_do(void **unused)
{
	struct pki_spec specs[] = { { .ca = 1 },
		{ .ca = 1, .pathlen = 1, .constraints = "critical,permitted;DNS:example" } };
	struct chain c = chain_new(specs, 2);
	struct issuer is = issuer_of(&c);
	static char name[] = "ours";
	char *file = pki_write_certs("root.pem", &c.ca[0].cert, 1);
	struct trust_config config = { .name = name, .ca = { &file, 1 } };
	struct config_report *report = config_report_new();
	struct trust_store *store = trust_store_new(&config, report);
	struct domain d = domain("a.example"), other = domain("b.example");
	struct pki key = pki_new(NULL, &(struct pki_spec){ .cn = "key" });
	int64_t now = time(NULL);
	X509 *x = sign(&is, key.key, &d, now - 5, now + DAY);
	struct trust_question q = { .store = store, .domain = &d };
	struct trust_answer a;

	assert_non_null(store);
	trust_judge(&q, x, is.shown, now, &a);
	assert_int_equal(a.verdict, TRUST_OK);
	assert_string_equal(a.subject, "a.example");
	assert_int_equal(a.not_after, now + DAY);
	q.domain = &other;
	trust_judge(&q, x, is.shown, now, &a);
	assert_int_equal(a.verdict, TRUST_NAME);
	X509_free(x);
	pki_free(&key);
	trust_store_free(store);
	config_report_free(report);
	free(file);
	issuer_fini(&is);
	chain_free(&c);
	pki_clean();
}

/* ---- of no use ---- */

static void a_ca_of_no_use_is_refused_and_explained(void **unused)
{
	static const struct {
		struct pki_spec specs[3];
		unsigned n;
		bool fit;
		const char *words; /* NULL: none */
	} rows[] = {
		{ { { .ca = 1, .constraints = "critical,permitted;DNS:example" } }, 1, true, NULL },
		{ { { .ca = 1, .constraints = "critical,permitted;DNS:example" }, { .ca = 1 } }, 2,
			true, NULL },
		{ { { .ca = 1 } }, 1, true, "ca.pem has no name constraints" },
		{ { { .ca = 1, .constraints = "critical,excluded;DNS:example" } }, 1, true,
			"ca.pem has no name constraints" },
		{ { { .ca = 1, .constraints = "critical,permitted;email:example" } }, 1, true,
			"ca.pem has no name constraints" },
		{ { { .ca = 0 } }, 1, false, "ca.pem is not one of a CA" },
		{ { { .ca = 1, .usage = "critical,cRLSign" } }, 1, false, "lacks keyCertSign" },
		{ { { .ca = 1, .pathlen = 1 }, { .ca = 1 } }, 2, false,
			"(path length constraint exceeded)" },
		{ { { .ca = 1, .pathlen = 1 } }, 1, true, "name constraints" },
		{ { { .ca = 1, .eku = "clientAuth" } }, 1, false, "peers would refuse every" },
		{ { { .ca = 1, .eku = "serverAuth" } }, 1, true, "needs clientAuth, too" },
		{ { { .ca = 1 }, { .ca = 0 }, { .ca = 1 } }, 3, false, "peers would refuse every" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct chain c = chain_new(rows[i].specs, rows[i].n);
		struct config_report *report = config_report_new();
		struct issuer is;
		const char *line;

		if (init(&is, &c, report) != rows[i].fit)
			fail_msg("row %zu", i);
		line = config_report_line(report, 0, NULL);
		if (rows[i].words ? !line || !strstr(line, rows[i].words) : line != NULL)
			fail_msg("row %zu: %s", i, line ? line : "not a word");
		assert_int_equal(config_report_count(report, CONFIG_ERROR), !rows[i].fit);
		issuer_fini(&is);
		config_report_free(report);
		chain_free(&c);
	}
}

static void a_gap_in_the_chain_is_found(void **unused)
{
	struct pki_spec specs[] = { { .ca = 1 }, { .ca = 1 }, { .ca = 1 } };
	struct chain c = chain_new(specs, 3);
	struct config_report *report = config_report_new();
	struct issuer is;

	sk_X509_shift(c.above); /* root and issuing CA, but not what is between them */
	assert_false(init(&is, &c, report));
	assert_non_null(strstr(config_report_line(report, 0, NULL),
		"the file must have the CA and then each one that issued the one before it"));
	issuer_fini(&is);
	config_report_free(report);
	chain_free(&c);
}

static void every_kind_of_key_signs(void **unused)
{
	static const char *const kinds[] = { "ED25519", "ED448", "P-384", "P-521", "RSA" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct config_report *report = config_report_new();
		struct chain c = chain_new(&(struct pki_spec){ .ca = 1, .kind = kinds[i] }, 1);
		struct issuer is;
		struct domain d = domain("a.example");
		X509 *x;

		if (!init(&is, &c, report))
			fail_msg("%s: %s", kinds[i], config_report_line(report, 0, NULL));
		x = sign(&is, c.ca[0].key, &d, is.from, is.end);
		assert_int_equal(verify(&c, x, X509_PURPOSE_SSL_SERVER, time(NULL)), X509_V_OK);
		X509_free(x);
		issuer_fini(&is);
		config_report_free(report);
		chain_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_host_names_are_issued_for),
		cmocka_unit_test(constraints_hold_as_openssl_has_them),
		cmocka_unit_test(it_names_one_domain_and_is_for_both_purposes),
		cmocka_unit_test(its_issuer_is_found_by_key_and_its_number_by_nobody),
		cmocka_unit_test(it_is_never_valid_when_its_issuer_is_not),
		cmocka_unit_test(roots_are_not_sent),
		cmocka_unit_test(we_believe_what_we_issue_as_others_do),
		cmocka_unit_test(a_ca_of_no_use_is_refused_and_explained),
		cmocka_unit_test(a_gap_in_the_chain_is_found),
		cmocka_unit_test(every_kind_of_key_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
