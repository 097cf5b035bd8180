/* SPDX-License-Identifier: MIT */
/* Clearances of certificates: what is read of a chain, what its CAs leave of it, and what is
 * remembered of whom. */
#include "trunk/certified.h"

#include "label/decide.h"
#include "pki.h"
#include "tiny_spif.h"
#include "unit.h"

#include "base/mem.h"

#include <stdlib.h>
#include <time.h>

/* Clearances under RED (2.25.1): classes are bits, 1 LOW, 2 HIGH. */
#define RED_ID \
	"0602" \
	"6901"
#define BOTH \
	"30" \
	"08" RED_ID "03020560"
#define ONLY_LOW \
	"30"     \
	"08" RED_ID "03020640"
#define ONLY_HIGH \
	"30"      \
	"08" RED_ID "03020520"
#define GREEN_BOTH \
	"30"       \
	"08"       \
	"06026909" \
	"03020560"
/* SubjectDirectoryAttributes with one attribute, id-at-clearance, of one of these. */
#define DIRECTORY(clearance) \
	"DER:30"             \
	"13"                 \
	"30"                 \
	"11"                 \
	"0603550437"         \
	"31"                 \
	"0A" clearance
#define LIMITS(clearance) \
	"DER:30"          \
	"0A" clearance

static struct plan *plan, *other_plan;
static char *paths[5];

static const char text[] =
	"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"
	"trust = ( { name = \"ca\"; ca = \"ca.pem\"; } );\n"
	"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = \"own.key\"; } );\n"
	"label_policies = ( { name = \"red\"; file = \"red.xml\"; governing = true; },\n"
	" { name = \"blue\"; file = \"blue.xml\"; } );\n"
	"peering_controls = ( { match = \"a.example\"; connect = \"192.0.2.1\"; trust = \"ca\";\n"
	" labels = { certificate_clearance = true; }; },\n"
	" { match = \"b.example\"; connect = \"192.0.2.2\"; trust = \"ca\"; } );\n";

static struct pki root;

static struct domain domain(const char *z)
{
	struct domain d;

	assert_true(domain_parse(str_of(z), &d));
	return d;
}

static const struct control *control(const char *name)
{
	struct domain d = domain(name);

	return peering_find(plan->peering, &d);
}

/* Judged for a.example under its control, as it is done on a connection. */
static struct certified *judge(X509 *leaf, STACK_OF(X509) * chain, enum trust_verdict want)
{
	struct domain d = domain("a.example");
	struct trust_question q = certified_question(control("a.example"), &d, false);
	struct chain_claims claims = { 0 };
	struct certified *c = NULL;
	struct trust_answer a;

	q.claims = &claims;
	trust_judge(&q, leaf, chain, time(NULL), &a);
	if (a.verdict != want)
		fail_msg("%s: %s", trust_verdict_name(a.verdict), a.words);
	if (a.verdict == TRUST_OK)
		c = certified_new(plan, &claims, a.not_after);
	chain_claims_fini(&claims);
	return c;
}

static void each_chain_brings_what_all_of_it_allow(void **unused)
{
	static const struct {
		const char *what, *directory, *limits, *lower; /* of the leaf, of two CAs */
		const char *brings;
	} rows[] = {
		{ "both", DIRECTORY(BOTH), NULL, NULL, "RED: LOW, HIGH" },
		{ "one", DIRECTORY(ONLY_HIGH), NULL, NULL, "RED: HIGH" },
		{ "none", NULL, NULL, NULL, "it has no clearance" },
		{ "another policy", DIRECTORY(GREEN_BOTH), NULL, NULL,
			"none that our policies know" },
		{ "limited", DIRECTORY(BOTH), LIMITS(ONLY_LOW), NULL, "RED: LOW" },
		{ "critically", DIRECTORY(BOTH), "critical," LIMITS(ONLY_LOW), NULL, "RED: LOW" },
		{ "to all", DIRECTORY(BOTH), LIMITS(BOTH), LIMITS(BOTH), "RED: LOW, HIGH" },
		{ "twice", DIRECTORY(BOTH), LIMITS(BOTH), LIMITS(ONLY_HIGH), "RED: HIGH" },
		{ "to nothing", DIRECTORY(BOTH), LIMITS(ONLY_LOW), LIMITS(ONLY_HIGH), "RED" },
		{ "to another policy", DIRECTORY(BOTH), LIMITS(GREEN_BOTH), NULL,
			"none that our policies know" },
		{ "limits without a leaf", NULL, LIMITS(BOTH), NULL, "it has no clearance" },
		{ "limits that cannot be read", DIRECTORY(BOTH), "DER:3000", NULL,
			"limits of a CA cannot be read: a list of clearances without one" },
		{ "a leaf that cannot be read", "DER:0500", LIMITS(BOTH), NULL,
			"what it says is not believed: " },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki upper = pki_new(&root,
			&(struct pki_spec){ .cn = "upper", .ca = 1, .limits = rows[i].limits });
		struct pki lower = pki_new(&upper,
			&(struct pki_spec){ .cn = "lower", .ca = 1, .limits = rows[i].lower });
		struct pki leaf = pki_new(&lower, &(struct pki_spec){ .cn = "leaf",
							  .san = PKI_DNS("a.example"),
							  .directory = rows[i].directory });
		STACK_OF(X509) *chain = sk_X509_new_null();
		struct certified *c;
		char words[200];

		sk_X509_push(chain, lower.cert);
		sk_X509_push(chain, upper.cert);
		c = judge(leaf.cert, chain, TRUST_OK);
		certified_describe(c, words, sizeof(words));
		if (strncmp(words, rows[i].brings, strlen(rows[i].brings)) != 0)
			fail_msg("%s: %s", rows[i].what, words);
		certified_unref(c);
		sk_X509_free(chain);
		pki_free(&leaf);
		pki_free(&lower);
		pki_free(&upper);
	}
}

static void add(X509 *cert, const char *oid, size_t n)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;
	char *bytes = mem_zero(n, 1);

	assert_true(ASN1_OCTET_STRING_set(data, (unsigned char *)bytes, (int)n));
	ext = X509_EXTENSION_create_by_OBJ(NULL, object, 0, data);
	assert_true(X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(object);
	free(bytes);
}

/* Limits of what a chain may say; then nothing of it counts. */
static void a_chain_that_says_too_much_says_nothing(void **unused)
{
	static const struct {
		unsigned directories, cas, limits; /* in the leaf; above it; in each of those */
		size_t bytes;
		const char *fault;
	} rows[] = {
		{ 1, 1, 1, 10, NULL },
		{ 1, CHAIN_LIMITS, 1, CHAIN_CLAIM_BYTES, NULL },
		{ 2, 0, 0, 10, "an extension stands twice in a certificate" },
		{ 1, 1, 2, 10, "an extension stands twice in a certificate" },
		{ 1, 0, 0, CHAIN_CLAIM_BYTES + 1, "an extension is too large" },
		{ 1, 1, 1, CHAIN_CLAIM_BYTES + 1, "an extension is too large" },
		{ 1, CHAIN_LIMITS + 1, 1, 10, "too many CAs limit it" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		STACK_OF(X509) *chain = sk_X509_new_null();
		struct chain_claims claims = { 0 };
		struct certified *c;

		sk_X509_push(chain, X509_new());
		for (unsigned k = 0; k < rows[i].directories; k++)
			add(sk_X509_value(chain, 0), "2.5.29.9", rows[i].bytes);
		for (unsigned k = 1; k <= rows[i].cas; k++) {
			sk_X509_push(chain, X509_new());
			for (unsigned j = 0; j < rows[i].limits; j++)
				add(sk_X509_value(chain, (int)k), "1.3.6.1.5.5.7.1.21",
					rows[i].bytes);
		}
		chain_claims_read(&claims, chain);
		if (rows[i].fault) {
			assert_string_equal(claims.fault, rows[i].fault);
			c = certified_new(plan, &claims, 1);
			assert_int_equal(c->list.n, 0);
			assert_non_null(strstr(c->words, rows[i].fault));
			certified_unref(c);
		} else {
			assert_null(claims.fault);
			assert_int_equal(claims.nlimits, rows[i].cas);
		}
		chain_claims_fini(&claims);
		sk_X509_pop_free(chain, X509_free);
	}
	chain_claims_read(&(struct chain_claims){ 0 }, NULL);
}

/* A critical extension is understood only where it is heeded, above the leaf, and alone. */
static void what_is_critical_and_not_heeded_is_refused(void **unused)
{
	static const struct {
		struct pki_spec ca, leaf;
		const char *control;
		enum trust_verdict verdict;
	} rows[] = {
		{ { .limits = "critical," LIMITS(BOTH) }, { 0 }, "a.example", TRUST_OK },
		{ { .limits = "critical," LIMITS(BOTH) }, { 0 }, "b.example", TRUST_BROKEN },
		{ { .limits = "critical," LIMITS(BOTH), .strange = "critical,DER:0500" }, { 0 },
			"a.example", TRUST_BROKEN },
		{ { .strange = "critical,DER:0500" }, { 0 }, "a.example", TRUST_BROKEN },
		{ { 0 }, { .limits = "critical," LIMITS(BOTH) }, "a.example", TRUST_BROKEN },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct domain d = domain(rows[i].control);
		struct trust_question q = certified_question(control(rows[i].control), &d, false);
		struct pki_spec ca = rows[i].ca, spec = rows[i].leaf;
		STACK_OF(X509) *chain = sk_X509_new_null();
		struct trust_answer a;
		struct pki sub, leaf;

		ca.cn = "sub";
		ca.ca = 1;
		sub = pki_new(&root, &ca);
		spec.cn = "leaf";
		spec.san = PKI_DNS("a.example") "," PKI_DNS("b.example");
		leaf = pki_new(&sub, &spec);
		sk_X509_push(chain, sub.cert);
		trust_judge(&q, leaf.cert, chain, time(NULL), &a);
		if (a.verdict != rows[i].verdict)
			fail_msg("%zu: %s (%s)", i, trust_verdict_name(a.verdict), a.words);
		sk_X509_free(chain);
		pki_free(&leaf);
		pki_free(&sub);
	}
}

static struct pki leaf_for(const char *san, const char *directory)
{
	return pki_new(&root, &(struct pki_spec){ .cn = "x", .san = san, .directory = directory });
}

static void expect(struct certified_peers *p, struct plan *under, const char *name, int64_t later,
	const char *brings)
{
	struct domain d = domain(name);
	struct certified *c = certified_peers_find(
		p, under, peering_find(under->peering, &d), &d, time(NULL) + later);
	char words[200] = "";

	if (c)
		certified_describe(c, words, sizeof(words));
	assert_string_equal(words, brings ? brings : "");
	certified_unref(c);
}

static void the_last_certificate_of_a_domain_is_remembered(void **unused)
{
	struct certified_peers *p = certified_peers_new();
	struct domain a = domain("a.example"), b = domain("b.example");
	struct pki both = leaf_for(PKI_DNS("a.example"), DIRECTORY(BOTH));
	struct pki low = leaf_for(PKI_DNS("a.example"), DIRECTORY(ONLY_LOW));
	struct pki wrong = leaf_for(PKI_DNS("c.example"), DIRECTORY(BOTH));
	uint64_t changes = certified_peers_changes(p);

	(void)unused;
	expect(p, plan, "a.example", 0, NULL);
	certified_peers_note(p, control("a.example"), &a, both.cert, NULL, false);
	assert_true(certified_peers_changes(p) > changes);
	changes = certified_peers_changes(p);
	expect(p, plan, "a.example", 0, "RED: LOW, HIGH");
	certified_peers_note(p, control("a.example"), &a, both.cert, NULL, false);
	assert_int_equal(certified_peers_changes(p), changes);
	certified_peers_note(p, control("a.example"), &a, low.cert, NULL, true);
	assert_true(certified_peers_changes(p) > changes);
	expect(p, plan, "a.example", 0, "RED: LOW");
	/* another plan judges it anew */
	certified_peers_plan(p, other_plan);
	expect(p, other_plan, "a.example", 0, "RED: LOW");
	expect(p, plan, "a.example", 0, "RED: LOW");
	/* until it has expired: then it is forgotten */
	expect(p, plan, "a.example", 91 * 86400, NULL);
	expect(p, plan, "a.example", 0, NULL);
	/* what does not name the domain is not believed */
	certified_peers_note(p, control("a.example"), &a, wrong.cert, NULL, false);
	expect(p, plan, "a.example", 0, NULL);
	/* nobody asks what b.example's says */
	certified_peers_note(p, control("b.example"), &b, both.cert, NULL, false);
	expect(p, plan, "b.example", 0, NULL);
	/* an end without a certificate */
	certified_peers_note(p, control("a.example"), &a, NULL, NULL, false);
	certified_peers_free(p);
	pki_free(&both);
	pki_free(&low);
	pki_free(&wrong);
}

static void a_domain_is_called_now_and_then_only(void **unused)
{
	struct certified_peers *p = certified_peers_new();
	struct domain a = domain("a.example"), b = domain("b.example");

	(void)unused;
	assert_true(certified_peers_may_ask(p, &a, 1000));
	assert_false(certified_peers_may_ask(p, &a, 30999));
	assert_true(certified_peers_may_ask(p, &b, 1001));
	assert_true(certified_peers_may_ask(p, &a, 31000));
	expect(p, plan, "a.example", 0, NULL);
	assert_false(certified_peers_may_ask(p, &a, 31001));
	certified_peers_free(p);
}

static void the_oldest_is_forgotten_when_there_are_too_many(void **unused)
{
	struct certified_peers *p = certified_peers_new();
	struct domain a = domain("a.example"), d;
	struct pki both = leaf_for(PKI_DNS("a.example"), DIRECTORY(BOTH));
	char name[40];

	(void)unused;
	certified_peers_note(p, control("a.example"), &a, both.cert, NULL, false);
	/* Whom we are made to call drives out nobody who has shown something. */
	for (unsigned i = 0; i < CERTIFIED_DOMAINS + 1; i++) {
		snprintf(name, sizeof(name), "d%u.example", i);
		d = domain(name);
		assert_true(certified_peers_may_ask(p, &d, 1));
	}
	d = domain("d1.example");
	assert_false(certified_peers_may_ask(p, &d, 2));
	d = domain("d0.example");
	assert_true(certified_peers_may_ask(p, &d, 2));
	for (unsigned i = 1; i < CERTIFIED_DOMAINS; i++) {
		snprintf(name, sizeof(name), "e%u.example", i);
		d = domain(name);
		certified_peers_note(p, control("a.example"), &d, both.cert, NULL, false);
	}
	expect(p, plan, "a.example", 0, "RED: LOW, HIGH");
	d = domain("one-more.example");
	certified_peers_note(p, control("a.example"), &d, both.cert, NULL, false);
	expect(p, plan, "a.example", 0, NULL);
	certified_peers_free(p);
	pki_free(&both);
}

static void grants_go_by_policy_and_end_with_the_certificate(void **unused)
{
	struct pki both = leaf_for(PKI_DNS("a.example"), DIRECTORY(BOTH));
	struct certified *c = judge(both.cert, NULL, TRUST_OK);
	struct control_labels l = { .policies = labels_policies(plan->labels) };
	struct label_grants g;

	(void)unused;
	g = certified_grants(c, &l, c->not_after);
	assert_non_null(g.governing);
	assert_true(clearance_has_class(g.governing, 2));
	assert_null(g.translated);
	l.terms.policy = l.policies->list[1];
	assert_null(certified_grants(c, &l, c->not_after).translated);
	assert_null(certified_grants(c, &l, c->not_after + 1).governing);
	certified_unref(certified_ref(c));
	certified_unref(c);
	pki_free(&both);
}

static struct plan *load(const char *path)
{
	struct config_report *report = config_report_new();
	struct plan_options o = {
		.path = path, .number = 1, .fallback_secret = "0123456789abcdef"
	};
	struct plan *p = plan_new(&o, report);

	if (!p)
		fail_msg("%s", config_report_line(report, 0, NULL));
	config_report_free(report);
	return p;
}

static int init(void **unused)
{
	struct pki own;
	char *conf;

	(void)unused;
	root = pki_new(NULL, &(struct pki_spec){ .cn = "root", .ca = 1 });
	own = pki_new(&root, &(struct pki_spec){ .cn = "own",
				     .san = PKI_DNS("a.example") "," PKI_DNS("b.example") });
	paths[0] = pki_write_certs("ca.pem", &root.cert, 1);
	paths[1] = pki_write_certs("own.pem", &own.cert, 1);
	paths[2] = pki_write_key("own.key", own.key, NULL);
	paths[3] = pki_write_text("red.xml", TINY_RED);
	paths[4] = pki_write_text("blue.xml", TINY_BLUE);
	conf = pki_write_text("trunkd.conf", text);
	plan = load(conf);
	other_plan = load(conf);
	free(conf);
	pki_free(&own);
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	plan_unref(plan);
	plan_unref(other_plan);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		free(paths[i]);
	pki_free(&root);
	pki_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_chain_brings_what_all_of_it_allow),
		cmocka_unit_test(a_chain_that_says_too_much_says_nothing),
		cmocka_unit_test(what_is_critical_and_not_heeded_is_refused),
		cmocka_unit_test(the_last_certificate_of_a_domain_is_remembered),
		cmocka_unit_test(a_domain_is_called_now_and_then_only),
		cmocka_unit_test(the_oldest_is_forgotten_when_there_are_too_many),
		cmocka_unit_test(grants_go_by_policy_and_end_with_the_certificate),
	};

	return cmocka_run_group_tests_name("certified", tests, init, fini);
}
