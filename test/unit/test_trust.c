/* SPDX-License-Identifier: MIT */
/* Every bad certificate, and what it is called. */
#include "net/trust.h"

#include "base/buf.h"
#include "base/mem.h"
#include "pki.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/x509.h>

enum { DAY = 86400 };

static struct pki root, sub, old_sub, other, constrained, flat, deep;

static int make_authorities(void **state)
{
	root = pki_new(NULL, &(struct pki_spec){ .cn = "Root", .ca = 1 });
	sub = pki_new(&root, &(struct pki_spec){ .cn = "Sub", .ca = 1 });
	old_sub = pki_new(&root,
		&(struct pki_spec){ .cn = "Old Sub", .ca = 1, .from = -9 * DAY, .to = -DAY });
	other = pki_new(NULL, &(struct pki_spec){ .cn = "Other", .ca = 1 });
	constrained = pki_new(&root, &(struct pki_spec){ .cn = "Constrained",
					     .ca = 1,
					     .constraints = "permitted;DNS:partner.example" });
	flat = pki_new(&root, &(struct pki_spec){ .cn = "Flat", .ca = 1, .pathlen = 1 });
	deep = pki_new(&flat, &(struct pki_spec){ .cn = "Deep", .ca = 1 });
	return 0;
}

static int free_authorities(void **state)
{
	struct pki *const all[] = { &root, &sub, &old_sub, &other, &constrained, &flat, &deep };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		pki_free(all[i]);
	pki_clean();
	return 0;
}

static struct domain domain(const char *z)
{
	struct domain d;

	assert_true(domain_parse(str_of(z), &d));
	return d;
}

/* A store that believes `ca` and has these CRLs (NULL: none). */
static struct trust_store *store_of(X509 *ca, X509_CRL *first, X509_CRL *second)
{
	static char name[] = "test";
	char *paths[3] = { pki_write_certs("ca.pem", &ca, 1), NULL, NULL };
	struct trust_config c = { .name = name, .ca = { paths, 1 } };
	struct config_report *report = config_report_new();
	struct trust_store *s;

	if (first)
		paths[1] = pki_write_crl("1.crl", first);
	if (second)
		paths[2] = pki_write_crl("2.crl", second);
	c.crl = (struct config_strings){ paths + 1, (first != NULL) + (second != NULL) };
	s = trust_store_new(&c, report);
	if (!s)
		fail_msg("%s", config_report_line(report, 0, NULL));
	for (int i = 0; i < 3; i++)
		free(paths[i]);
	config_report_free(report);
	return s;
}

static struct trust_answer ask(const struct trust_question *q, X509 *leaf, X509 *intermediate)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct trust_answer a;

	if (intermediate)
		sk_X509_push(chain, intermediate);
	trust_judge(q, leaf, chain, time(NULL), &a);
	sk_X509_free(chain);
	return a;
}

static void verdict_is(const struct trust_answer *a, enum trust_verdict want, const char *what)
{
	if (a->verdict != want)
		fail_msg("%s: %s (%s)", what, trust_verdict_name(a->verdict), a->words);
	assert_true(a->words[0]);
}

#define A_EXAMPLE PKI_DNS("a.example")

static void each_certificate_has_its_verdict(void **unused)
{
	static const struct {
		const char *what;
		struct pki *by, *sent; /* the issuer (NULL: itself), and what is sent along */
		struct pki_spec spec;
		enum trust_verdict verdict;
	} rows[] = {
		{ "good", &root, NULL, { .san = A_EXAMPLE }, TRUST_OK },
		{ "good, RSA", &root, NULL, { .san = A_EXAMPLE, .rsa_bits = 2048 }, TRUST_OK },
		{ "below a sub-CA", &sub, &sub, { .san = A_EXAMPLE }, TRUST_OK },
		{ "sub-CA left out", &sub, NULL, { .san = A_EXAMPLE }, TRUST_UNKNOWN_CA },
		{ "for servers only", &root, NULL, { .san = A_EXAMPLE, .eku = "serverAuth" },
			TRUST_OK },
		{ "for both", &root, NULL, { .san = A_EXAMPLE, .eku = "serverAuth,clientAuth" },
			TRUST_OK },
		{ "for clients only", &root, NULL, { .san = A_EXAMPLE, .eku = "clientAuth" },
			TRUST_PURPOSE },
		{ "for code", &root, NULL, { .san = A_EXAMPLE, .eku = "codeSigning" },
			TRUST_PURPOSE },
		{ "for clients and expired", &root, NULL,
			{ .san = A_EXAMPLE, .eku = "clientAuth", .from = -9 * DAY, .to = -DAY },
			TRUST_EXPIRED },
		{ "self-signed", NULL, NULL, { .san = A_EXAMPLE }, TRUST_UNKNOWN_CA },
		{ "self-signed and expired", NULL, NULL,
			{ .san = A_EXAMPLE, .from = -9 * DAY, .to = -DAY }, TRUST_UNKNOWN_CA },
		{ "another CA", &other, &other, { .san = A_EXAMPLE }, TRUST_UNKNOWN_CA },
		{ "expired", &root, NULL, { .san = A_EXAMPLE, .from = -9 * DAY, .to = -DAY },
			TRUST_EXPIRED },
		{ "expired, another name", &root, NULL,
			{ .san = PKI_DNS("b.example"), .from = -9 * DAY, .to = -DAY },
			TRUST_EXPIRED },
		{ "not valid yet", &root, NULL, { .san = A_EXAMPLE, .from = DAY, .to = 9 * DAY },
			TRUST_EXPIRED },
		{ "expired sub-CA", &old_sub, &old_sub, { .san = A_EXAMPLE }, TRUST_EXPIRED },
		{ "another name", &root, NULL, { .san = PKI_DNS("b.example") }, TRUST_NAME },
		{ "no name but the common one", &root, NULL, { .san = NULL }, TRUST_NAME },
		{ "too weak a key", &root, NULL, { .san = A_EXAMPLE, .rsa_bits = 1024 },
			TRUST_BROKEN },
		{ "too weak a digest", &root, NULL, { .san = A_EXAMPLE, .digest = "SHA1" },
			TRUST_BROKEN },
		{ "too deep", &deep, NULL, { .san = A_EXAMPLE }, TRUST_UNKNOWN_CA },
		{ "name outside of the constraint", &constrained, &constrained,
			{ .san = A_EXAMPLE }, TRUST_BROKEN },
		{ "SRVName outside of the constraint", &constrained, &constrained,
			{ .san = PKI_SRV("a.example") }, TRUST_NAME },
		{ "XmppAddr outside of the constraint", &constrained, &constrained,
			{ .san = PKI_XMPP("a.example") }, TRUST_NAME },
	};
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct domain a = domain("a.example");
	struct trust_question q = { .store = s, .domain = &a };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_spec spec = rows[i].spec;
		struct pki p;
		struct trust_answer answer;

		spec.cn = strcmp(rows[i].what, "no name but the common one") ? "x" : "a.example";
		p = pki_new(rows[i].by, &spec);
		answer = ask(&q, p.cert, rows[i].sent ? rows[i].sent->cert : NULL);
		verdict_is(&answer, rows[i].verdict, rows[i].what);
		pki_free(&p);
	}
	trust_store_free(s);
}

static void a_path_longer_than_allowed_is_broken(void **unused)
{
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct pki p = pki_new(&deep, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	struct domain a = domain("a.example");
	struct trust_question q = { .store = s, .domain = &a };
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct trust_answer answer;

	sk_X509_push(chain, deep.cert);
	sk_X509_push(chain, flat.cert);
	trust_judge(&q, p.cert, chain, time(NULL), &answer);
	verdict_is(&answer, TRUST_BROKEN, "path length");
	sk_X509_free(chain);
	pki_free(&p);
	trust_store_free(s);
}

static void a_leaf_is_no_authority(void **unused)
{
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct pki b = pki_new(&root, &(struct pki_spec){ .cn = "b", .san = PKI_DNS("b.example") });
	struct pki p = pki_new(&b, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	struct domain a = domain("a.example");
	struct trust_question q = { .store = s, .domain = &a };
	struct trust_answer answer = ask(&q, p.cert, b.cert);

	assert_int_not_equal(answer.verdict, TRUST_OK);
	assert_false(answer.verdict == TRUST_NAME || answer.verdict == TRUST_PURPOSE);
	pki_free(&p);
	pki_free(&b);
	trust_store_free(s);
}

static void a_changed_certificate_is_broken(void **unused)
{
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct pki p = pki_new(&root, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	struct domain a = domain("a.example");
	struct trust_question q = { .store = s, .domain = &a };
	struct trust_answer answer;
	unsigned char *der = NULL;
	const unsigned char *at;
	int n = i2d_X509(p.cert, &der);
	X509 *changed;

	/* Another name of the same length, under the old signature. */
	for (int i = 0; i + 9 < n; i++)
		if (memcmp(der + i, "a.example", 9) == 0)
			der[i] = 'c';
	at = der;
	changed = d2i_X509(NULL, &at, n);
	assert_non_null(changed);
	a = domain("c.example");
	answer = ask(&q, changed, NULL);
	verdict_is(&answer, TRUST_BROKEN, "signature");
	X509_free(changed);
	OPENSSL_free(der);
	pki_free(&p);
	trust_store_free(s);
}

static void a_listed_intermediate_or_leaf_is_an_anchor(void **unused)
{
	struct pki p = pki_new(&sub, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	X509 *const anchors[] = { sub.cert, p.cert };
	struct domain a = domain("a.example");

	for (int i = 0; i < 2; i++) {
		struct trust_store *s = store_of(anchors[i], NULL, NULL);
		struct trust_question q = { .store = s, .domain = &a };
		struct trust_answer answer = ask(&q, p.cert, NULL);

		verdict_is(&answer, TRUST_OK, "anchor");
		trust_store_free(s);
	}
	pki_free(&p);
}

/* ---- CRLs ---- */

static void revocation_is_checked_for_the_whole_chain(void **unused)
{
	struct domain a = domain("a.example");
	struct pki p = pki_new(&sub, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	struct pki late = pki_new(&sub,
		&(struct pki_spec){ .cn = "x", .san = A_EXAMPLE, .from = -9 * DAY, .to = -DAY });
	X509_CRL *root_ok = pki_crl(&root, NULL, 0, -DAY, DAY);
	X509_CRL *root_stale = pki_crl(&root, NULL, 0, -3 * DAY, -DAY);
	X509_CRL *root_revokes = pki_crl(&root, &sub.cert, 1, -DAY, DAY);
	X509_CRL *sub_ok = pki_crl(&sub, NULL, 0, -DAY, DAY);
	X509_CRL *sub_stale = pki_crl(&sub, NULL, 0, -3 * DAY, -DAY);
	X509_CRL *sub_early = pki_crl(&sub, NULL, 0, DAY, 3 * DAY);
	X509_CRL *sub_revokes = pki_crl(&sub, (X509 *[]){ p.cert, late.cert }, 2, -DAY, DAY);
	X509_CRL *sub_stale_revokes = pki_crl(&sub, &p.cert, 1, -3 * DAY, -DAY);
	const struct {
		const char *what;
		X509 *leaf;
		X509_CRL *root, *sub;
		enum trust_verdict verdict;
	} rows[] = {
		{ "both fresh", p.cert, root_ok, sub_ok, TRUST_OK },
		{ "leaf revoked", p.cert, root_ok, sub_revokes, TRUST_REVOKED },
		{ "leaf revoked and expired", late.cert, root_ok, sub_revokes, TRUST_REVOKED },
		{ "sub-CA revoked", p.cert, root_revokes, sub_ok, TRUST_REVOKED },
		{ "leaf's list missing", p.cert, root_ok, NULL, TRUST_NO_CRL },
		{ "sub-CA's list missing", p.cert, NULL, sub_ok, TRUST_NO_CRL },
		{ "leaf's list stale", p.cert, root_ok, sub_stale, TRUST_NO_CRL },
		{ "leaf's list of tomorrow", p.cert, root_ok, sub_early, TRUST_NO_CRL },
		{ "sub-CA's list stale", p.cert, root_stale, sub_ok, TRUST_NO_CRL },
		{ "revoked by a stale list", p.cert, root_ok, sub_stale_revokes, TRUST_REVOKED },
	};
	X509_CRL *const all[] = { root_ok, root_stale, root_revokes, sub_ok, sub_stale, sub_early,
		sub_revokes, sub_stale_revokes };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct trust_store *s =
			store_of(root.cert, rows[i].root ? rows[i].root : rows[i].sub,
				rows[i].root ? rows[i].sub : NULL);
		struct trust_question q = { .store = s, .domain = &a };
		struct trust_answer answer = ask(&q, rows[i].leaf, sub.cert);

		verdict_is(&answer, rows[i].verdict, rows[i].what);
		trust_store_free(s);
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		X509_CRL_free(all[i]);
	pki_free(&p);
	pki_free(&late);
}

static void an_anchor_below_a_root_needs_no_list_of_the_root(void **unused)
{
	struct pki p = pki_new(&sub, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	X509_CRL *crl = pki_crl(&sub, NULL, 0, -DAY, DAY);
	struct trust_store *s = store_of(sub.cert, crl, NULL);
	struct domain a = domain("a.example");
	struct trust_question q = { .store = s, .domain = &a };
	struct trust_answer answer = ask(&q, p.cert, NULL);

	verdict_is(&answer, TRUST_OK, "anchor");
	X509_CRL_free(crl);
	trust_store_free(s);
	pki_free(&p);
}

/* ---- pins and names ---- */

static void pins_and_store_both_hold(void **unused)
{
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct domain a = domain("a.example");
	struct pki good = pki_new(&root, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	struct pki own = pki_new(NULL, &(struct pki_spec){ .cn = "x", .san = A_EXAMPLE });
	struct pki late =
		pki_new(NULL, &(struct pki_spec){ .cn = "x", .from = -9 * DAY, .to = -DAY });
	struct pki early =
		pki_new(NULL, &(struct pki_spec){ .cn = "x", .from = DAY, .to = 9 * DAY });
	const struct {
		const char *what;
		const struct trust_store *store;
		X509 *leaf, *pinned;
		enum trust_verdict verdict;
	} rows[] = {
		{ "both", s, good.cert, good.cert, TRUST_OK },
		{ "good chain, other key", s, good.cert, own.cert, TRUST_PIN },
		{ "pinned, unknown CA", s, own.cert, own.cert, TRUST_UNKNOWN_CA },
		{ "neither", s, own.cert, good.cert, TRUST_PIN },
		{ "pin alone", NULL, own.cert, own.cert, TRUST_OK },
		{ "pin alone, other key", NULL, own.cert, good.cert, TRUST_PIN },
		{ "pin alone, expired", NULL, late.cert, late.cert, TRUST_EXPIRED },
		{ "pin alone, not valid yet", NULL, early.cert, early.cert, TRUST_EXPIRED },
		{ "nothing to hold", NULL, own.cert, NULL, TRUST_UNKNOWN_CA },
		{ "no certificate", s, NULL, good.cert, TRUST_NO_CERTIFICATE },
		{ "no certificate, pin alone", NULL, NULL, good.cert, TRUST_NO_CERTIFICATE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct trust_question q = { .store = rows[i].store, .domain = &a };
		unsigned char pins[2][32] = { { 0 } };
		struct trust_answer answer;

		if (rows[i].pinned) {
			answer = ask(&q, rows[i].pinned, NULL);
			memcpy(pins[1], answer.spki, 32);
			q.pins = (const unsigned char(*)[32])pins;
			q.npins = 2;
		}
		answer = ask(&q, rows[i].leaf, NULL);
		verdict_is(&answer, rows[i].verdict, rows[i].what);
	}
	pki_free(&good);
	pki_free(&own);
	pki_free(&late);
	pki_free(&early);
	trust_store_free(s);
}

static void further_names_do_as_well(void **unused)
{
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct pki p =
		pki_new(&root, &(struct pki_spec){ .cn = "x", .san = PKI_DNS("hub.example") });
	struct domain a = domain("a.example");
	struct domain more[2] = { domain("x.example"), domain("hub.example") };
	struct trust_question q = { .store = s, .domain = &a, .more = more, .nmore = 2 };
	struct trust_answer answer = ask(&q, p.cert, NULL);

	verdict_is(&answer, TRUST_OK, "further name");
	q.nmore = 1;
	answer = ask(&q, p.cert, NULL);
	verdict_is(&answer, TRUST_NAME, "other further name");
	assert_string_equal(answer.words, "certificate does not name a.example");
	pki_free(&p);
	trust_store_free(s);
}

static void the_answer_tells_what_was_shown(void **unused)
{
	struct trust_store *s = store_of(root.cert, NULL, NULL);
	struct pki small_sub = pki_new(
		&root, &(struct pki_spec){ .cn = "Short", .ca = 1, .from = -DAY, .to = 3600 });
	struct pki p = pki_new(&small_sub, &(struct pki_spec){ .cn = "x",
						   .san = A_EXAMPLE "," PKI_SRV("b.example"),
						   .from = -DAY,
						   .to = 9 * DAY });
	struct pki nameless = pki_new(NULL, &(struct pki_spec){ .cn = "evil\nline=\"1\"" });
	struct domain a = domain("a.example");
	struct trust_question q = { .store = s, .domain = &a };
	struct trust_answer answer = ask(&q, p.cert, small_sub.cert);
	int64_t now = time(NULL);
	struct buf names = { 0 };
	struct pki many;

	for (int i = 0; i < 100; i++)
		buf_printf(&names, "%sDNS:n%d.example", i ? "," : "", i);
	buf_put_char(&names, '\0');
	many = pki_new(NULL, &(struct pki_spec){ .cn = "x", .san = buf_view(&names).p });
	verdict_is(&answer, TRUST_OK, "chain");
	assert_string_equal(answer.subject, "a.example b.example");
	/* The sub-CA ends first. */
	assert_true(answer.not_after > now && answer.not_after <= now + 3600);
	answer = ask(&q, many.cert, NULL);
	assert_string_equal(answer.subject + strlen(answer.subject) - 16, " n20.example ...");
	answer = ask(&q, nameless.cert, NULL);
	assert_null(strchr(answer.subject, '\n'));
	assert_non_null(strstr(answer.subject, "CN=evil\\0A"));
	answer = ask(&q, NULL, NULL);
	assert_string_equal(answer.subject, "");
	assert_int_equal(answer.not_after, 0);
	pki_free(&p);
	pki_free(&small_sub);
	pki_free(&nameless);
	pki_free(&many);
	buf_fini(&names);
	trust_store_free(s);
}

static void only_harmless_verdicts_leave_dialback(void **unused)
{
	static const bool rows[] = { [TRUST_OK] = false,
		[TRUST_NO_CERTIFICATE] = true,
		[TRUST_UNKNOWN_CA] = true,
		[TRUST_EXPIRED] = false,
		[TRUST_REVOKED] = false,
		[TRUST_NO_CRL] = false,
		[TRUST_PURPOSE] = true,
		[TRUST_BROKEN] = false,
		[TRUST_NAME] = true,
		[TRUST_PIN] = false };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(trust_verdict_allows_dialback((enum trust_verdict)i), rows[i]);
}

/* Whether we have a revocation list, and that it is stale, or which key we know, is ours. */
static void the_peer_hears_only_what_it_can_see(void **unused)
{
	for (int v = TRUST_OK; v <= TRUST_PIN; v++) {
		struct trust_answer a = { .verdict = (enum trust_verdict)v, .words = "all of it" };
		bool ours = v == TRUST_NO_CRL || v == TRUST_PIN;

		assert_int_equal(strcmp(trust_peer_words(&a), "all of it") != 0, ours);
		assert_true(strncmp(trust_peer_words(&a), "certificate is", 14) == 0 ||
			    strncmp(trust_peer_words(&a), "certificate cannot", 18) == 0 || !ours);
	}
}

/* ---- loading ---- */

static void loading_says_what_is_wrong(void **unused)
{
	static char name[] = "x", missing[] = "/nowhere/ca.pem";
	X509_CRL *stale = pki_crl(&root, NULL, 0, -3 * DAY, -DAY);
	X509_CRL *soon = pki_crl(&root, NULL, 0, -3 * DAY, DAY);
	char *good = pki_write_certs("ca.pem", &root.cert, 1);
	char *old = pki_write_certs("old.pem", &old_sub.cert, 1);
	char *text = pki_write_text("text.pem", "hello\n");
	char *damaged = pki_write_text(
		"damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	char *stale_crl = pki_write_crl("stale.crl", stale);
	char *soon_crl = pki_write_crl("soon.crl", soon);
	const struct {
		char *ca, *crl;
		bool loads;
		const char *line; /* NULL: not a word */
	} rows[] = {
		{ good, NULL, true, NULL },
		{ missing, NULL, false, "cannot read /nowhere/ca.pem: No such file" },
		{ text, NULL, false, "no certificate in" },
		{ damaged, NULL, false, "certificate number 1 in" },
		{ NULL, NULL, false, "believes nobody" },
		{ good, text, false, "no CRL in" },
		{ good, stale_crl, true, "is stale since" },
		{ good, soon_crl, true, "must be renewed before" },
		{ old, NULL, true, "expired on" },
	};
	char *const files[] = { good, old, text, damaged, stale_crl, soon_crl };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *ca = rows[i].ca, *crl = rows[i].crl;
		struct trust_config c = {
			.name = name, .ca = { &ca, ca != NULL }, .crl = { &crl, crl != NULL }
		};
		struct config_report *report = config_report_new();
		struct trust_store *s = trust_store_new(&c, report);
		const char *line = config_report_line(report, 0, NULL);

		assert_int_equal(s != NULL, rows[i].loads);
		if (rows[i].line ? !line || !strstr(line, rows[i].line) : line != NULL)
			fail_msg("%zu: %s", i, line ? line : "not a word");
		trust_store_free(s);
		config_report_free(report);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		free(files[i]);
	X509_CRL_free(stale);
	X509_CRL_free(soon);
	trust_store_free(NULL);
}

static void what_is_in_a_store_can_be_listed(void **unused)
{
	X509_CRL *list = pki_crl(&root, NULL, 0, -DAY, 2 * DAY);
	struct trust_store *s = store_of(root.cert, list, NULL);
	const struct trust_item *items;
	int64_t now = time(NULL);
	unsigned n;

	(void)unused;
	items = trust_store_items(s, &n);
	assert_int_equal(n, 2);
	assert_false(items[0].crl);
	assert_string_equal(items[0].name, "CN=Root");
	assert_true(items[0].from < now && items[0].until > now);
	assert_true(items[1].crl);
	assert_string_equal(items[1].name, items[0].name);
	assert_in_range(now - items[1].from, DAY - 60, DAY + 60);
	assert_in_range(items[1].until - now, 2 * DAY - 60, 2 * DAY + 60);
	trust_store_free(s);
	X509_CRL_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_certificate_has_its_verdict),
		cmocka_unit_test(a_path_longer_than_allowed_is_broken),
		cmocka_unit_test(a_leaf_is_no_authority),
		cmocka_unit_test(a_changed_certificate_is_broken),
		cmocka_unit_test(a_listed_intermediate_or_leaf_is_an_anchor),
		cmocka_unit_test(revocation_is_checked_for_the_whole_chain),
		cmocka_unit_test(an_anchor_below_a_root_needs_no_list_of_the_root),
		cmocka_unit_test(pins_and_store_both_hold),
		cmocka_unit_test(further_names_do_as_well),
		cmocka_unit_test(the_answer_tells_what_was_shown),
		cmocka_unit_test(only_harmless_verdicts_leave_dialback),
		cmocka_unit_test(the_peer_hears_only_what_it_can_see),
		cmocka_unit_test(what_is_in_a_store_can_be_listed),
		cmocka_unit_test(loading_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, make_authorities, free_authorities);
}
