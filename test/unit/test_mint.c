/* SPDX-License-Identifier: MIT */
/* What is kept of what was issued, when it is issued again, and for whom not. */
#include "net/mint.h"

#include "base/log.h"
#include "net/credentials_private.h"
#include "net/identity.h"
#include "net/issuer.h"
#include "net/pem.h"
#include "net/tls.h"
#include "pki.h"
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

enum { DAY = 86400, LIFE = 900 };

static struct pki root, ca;
static SSL_CTX *ctx;
static int64_t now; /* a time within the life of the CA */

static struct domain domain(const char *z)
{
	struct domain d;

	assert_true(domain_parse(str_of(z), &d));
	return d;
}

static struct mint *mint(size_t most)
{
	struct config_report *report = config_report_new();
	STACK_OF(X509) *above = sk_X509_new_null();
	struct issuer is;
	struct mint *m;

	sk_X509_push(above, root.cert);
	X509_up_ref(ca.cert);
	EVP_PKEY_up_ref(ca.key);
	assert_true(issuer_init(&is, ca.cert, above, ca.key, "ca.pem", NULL, report));
	m = mint_new(&is, "ours", LIFE, most);
	sk_X509_free(above);
	config_report_free(report);
	return m;
}

static int start(void **state)
{
	log_set_level(LOG_LEVEL_WARN); /* each one would be told */
	root = pki_new(NULL, &(struct pki_spec){ .cn = "root", .ca = 1 });
	ca = pki_new(&root, &(struct pki_spec){ .cn = "CA",
				    .ca = 1,
				    .constraints = "critical,permitted;DNS:example",
				    .from = -30 * DAY,
				    .to = 30 * DAY });
	ctx = SSL_CTX_new(TLS_method());
	now = pem_time(X509_get0_notBefore(ca.cert)) + 40 * DAY;
	return 0;
}

static int stop(void **state)
{
	SSL_CTX_free(ctx);
	pki_free(&root);
	pki_free(&ca);
	pki_clean();
	return 0;
}

/* What a connection gets: the certificate, or NULL and why. */
static X509 *use(
	struct mint *m, const char *name, const char *peer, int64_t when, const char **why_out)
{
	struct domain d = domain(name);
	struct address a;
	struct mint_request r = { .domain = &d, .now = when };
	SSL *ssl = SSL_new(ctx);
	const char *why;
	X509 *x;

	if (peer) {
		assert_true(address_parse(peer, 5269, &a));
		r.peer = &a;
	}
	why = mint_use(m, &r, ssl);
	x = SSL_get_certificate(ssl);
	assert_int_equal(why != NULL, x == NULL);
	if (x) {
		STACK_OF(X509) *chain = NULL;

		X509_up_ref(x);
		assert_int_equal(X509_check_private_key(x, SSL_get_privatekey(ssl)), 1);
		SSL_get0_chain_certs(ssl, &chain);
		assert_int_equal(sk_X509_num(chain), 1);
		assert_ptr_equal(sk_X509_value(chain, 0), ca.cert);
	}
	if (why_out)
		*why_out = why;
	SSL_free(ssl);
	return x;
}

/* The same, and only whether it is this one. */
static bool is(struct mint *m, const char *name, int64_t when, X509 *one)
{
	X509 *x = use(m, name, NULL, when, NULL);
	bool same = x == one;

	X509_free(x);
	return same;
}

static struct mint_counts counts(struct mint *m)
{
	struct mint_counts c;

	mint_counts(m, &c);
	return c;
}

static void one_is_made_and_kept(void **unused)
{
	struct mint *m = mint(10);
	X509 *a = use(m, "a.example", NULL, now, NULL), *b = use(m, "b.example", NULL, now, NULL);

	assert_non_null(a);
	assert_ptr_not_equal(a, b);
	assert_int_equal(pem_time(X509_get0_notBefore(a)), now - MINT_BACK);
	assert_int_equal(pem_time(X509_get0_notAfter(a)), now + LIFE);
	assert_true(is(m, "a.example", now + 1, a));
	assert_true(is(m, "b.example", now + 1, b));
	assert_int_equal(counts(m).issued, 2);
	assert_int_equal(counts(m).renewed, 0);
	assert_int_equal(counts(m).cached, 2);
	X509_free(a);
	X509_free(b);
	mint_free(m);
}

static void it_is_renewed_at_two_thirds(void **unused)
{
	struct mint *m = mint(10);
	X509 *first = use(m, "a.example", NULL, now, NULL), *second;

	assert_true(is(m, "a.example", now + LIFE * 2 / 3 - 1, first));
	second = use(m, "a.example", NULL, now + LIFE * 2 / 3, NULL);
	assert_ptr_not_equal(first, second);
	assert_int_equal(pem_time(X509_get0_notAfter(second)), now + LIFE * 2 / 3 + LIFE);
	assert_int_equal(counts(m).issued, 2);
	assert_int_equal(counts(m).renewed, 1);
	assert_int_equal(counts(m).cached, 1);
	X509_free(first);
	X509_free(second);
	mint_free(m);
}

static void a_clock_that_jumps_makes_a_new_one(void **unused)
{
	struct mint *m = mint(10);
	X509 *x = use(m, "a.example", NULL, now, NULL);

	assert_true(is(m, "a.example", now - MINT_BACK, x));
	assert_false(is(m, "a.example", now - MINT_BACK - 1, x));
	assert_false(is(m, "a.example", now + 5 * DAY, x));
	assert_int_equal(counts(m).issued, 3);
	X509_free(x);
	mint_free(m);
}

static void the_key_is_as_old_as_a_certificate_at_most(void **unused)
{
	struct mint *m = mint(10);
	X509 *a = use(m, "a.example", NULL, now, NULL);
	X509 *b = use(m, "b.example", NULL, now + LIFE - 1, NULL);
	X509 *c = use(m, "c.example", NULL, now + LIFE, NULL);

	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(b)), 1);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(c)), 0);
	X509_free(a);
	X509_free(b);
	X509_free(c);
	mint_free(m);
}

static void the_cache_is_bounded_and_drops_what_was_used_longest_ago(void **unused)
{
	struct mint *m = mint(3);
	X509 *a = use(m, "a.example", NULL, now, NULL), *b = use(m, "b.example", NULL, now, NULL),
	     *c = use(m, "c.example", NULL, now, NULL);

	assert_true(is(m, "a.example", now, a)); /* so b is the oldest */
	assert_false(is(m, "d.example", now, NULL));
	assert_int_equal(counts(m).cached, 3);
	assert_true(is(m, "a.example", now, a));
	assert_true(is(m, "c.example", now, c));
	assert_false(is(m, "b.example", now, b));
	assert_int_equal(counts(m).cached, 3);
	assert_int_equal(counts(m).issued, 5);
	X509_free(a);
	X509_free(b);
	X509_free(c);
	mint_free(m);
}

static void what_may_not_be_issued_is_not(void **unused)
{
	static const char *const names[] = { "a.test", "an-example", "192.0.2.1", "[2001:db8::1]",
		"under_score.example" };
	struct mint *m = mint(10);
	const char *why;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_null(use(m, names[i], "192.0.2.9", now, &why));
		assert_string_equal(why, "none may be issued for this name");
	}
	assert_string_equal(mint_use(m, &(struct mint_request){ .now = now }, NULL),
		"none may be issued for this name");
	assert_int_equal(counts(m).issued, 0);
	assert_int_equal(counts(m).cached, 0);
	mint_free(m);
}

static void an_issuer_whose_time_is_over_issues_nothing(void **unused)
{
	struct mint *m = mint(10);
	int64_t end = pem_time(X509_get0_notAfter(ca.cert));
	int64_t from = pem_time(X509_get0_notBefore(ca.cert));
	const char *why;
	X509 *x = use(m, "a.example", NULL, end - 30, NULL);

	assert_int_equal(pem_time(X509_get0_notAfter(x)), end);
	assert_true(is(m, "a.example", end - 30 + 19, x)); /* its own two thirds are up at 20 */
	assert_false(is(m, "a.example", end - 1, x));
	assert_null(use(m, "a.example", NULL, end, &why));
	assert_string_equal(why, "its issuer's certificate is not valid now");
	assert_null(use(m, "b.example", NULL, from - 1, &why));
	assert_int_equal(counts(m).failed, 2);
	X509_free(x);
	mint_free(m);
}

/* ---- who asks ---- */

static void an_address_that_asks_for_too_many_waits_and_harms_nobody(void **unused)
{
	struct mint *m = mint(10000);
	const char *why = NULL;
	X509 *x;
	int n = 0;

	X509_free(use(m, "a.example", "192.0.2.1", now, NULL));
	while (!why && n < MINT_BURST + 10) {
		char name[32];

		snprintf(name, sizeof(name), "n%d.example", ++n);
		X509_free(use(m, name, "192.0.2.1", now, &why));
	}
	assert_int_equal(n, MINT_BURST); /* and a.example */
	assert_string_equal(why, "its address asks for too many");
	assert_int_equal(counts(m).refused, 1);
	/* What is there costs nothing; others may go on, and so do we. */
	x = use(m, "a.example", "192.0.2.1", now, NULL);
	assert_non_null(x);
	X509_free(use(m, "b.example", "192.0.2.2", now, &why));
	assert_null(why);
	X509_free(use(m, "c.example", NULL, now, &why));
	assert_null(why);
	X509_free(x);
	/* The next second. */
	for (int i = 0; i < MINT_PER_SECOND; i++) {
		char name[32];

		snprintf(name, sizeof(name), "m%d.example", i);
		x = use(m, name, "192.0.2.1", now + 1, NULL);
		assert_non_null(x);
		X509_free(x);
	}
	assert_null(use(m, "m.example", "192.0.2.1", now + 1, &why));
	mint_free(m);
}

static void what_is_due_is_shown_until_its_end_when_no_other_may_be_made(void **unused)
{
	struct mint *m = mint(10000);
	int64_t due = now + LIFE * 2 / 3;
	X509 *x = use(m, "a.example", NULL, now, NULL), *y;
	const char *why = NULL;

	for (int i = 0; !why; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%d.example", i);
		X509_free(use(m, name, "192.0.2.1", due, &why));
		assert_in_range(i, 0, MINT_BURST);
	}
	y = use(m, "a.example", "192.0.2.1", due, NULL);
	assert_ptr_equal(x, y);
	X509_free(y);
	y = use(m, "a.example", "192.0.2.2", due, NULL);
	assert_ptr_not_equal(x, y);
	X509_free(y);
	X509_free(x);
	mint_free(m);
}

/* ---- threads ---- */

enum { THREADS = 4, NAMES = 24 };

struct crowd {
	struct mint *mint;
	pthread_barrier_t barrier;
};

static void *ask_for_all(void *arg)
{
	struct crowd *c = arg;

	for (int i = 0; i < NAMES; i++) {
		char name[32];
		struct domain d;
		struct mint_request r = { .domain = &d, .now = now };
		SSL *ssl = SSL_new(ctx);

		snprintf(name, sizeof(name), "t%d.example", i);
		if (!domain_parse(str_of(name), &d))
			abort();
		pthread_barrier_wait(&c->barrier);
		if (mint_use(c->mint, &r, ssl))
			abort();
		/* As a handshake would: its bytes are read by all threads. */
		if (i2d_X509(SSL_get_certificate(ssl), NULL) <= 0)
			abort();
		SSL_free(ssl);
	}
	return NULL;
}

static void two_that_need_the_same_make_it_once(void **unused)
{
	struct crowd c = { .mint = mint(100) };
	pthread_t threads[THREADS];

	pthread_barrier_init(&c.barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_for_all, &c), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(counts(c.mint).issued, NAMES);
	assert_int_equal(counts(c.mint).cached, NAMES);
	pthread_barrier_destroy(&c.barrier);
	mint_free(c.mint);
}

static void *ask_for_other(void *arg)
{
	struct crowd *c = arg;

	for (int i = 0; i < 10 * NAMES; i++) {
		char name[32];
		struct domain d;
		struct mint_request r = { .domain = &d, .now = now + i };
		SSL *ssl = SSL_new(ctx);

		snprintf(name, sizeof(name), "t%d.example", i * 7 % NAMES);
		if (!domain_parse(str_of(name), &d) || mint_use(c->mint, &r, ssl))
			abort();
		SSL_free(ssl);
	}
	return NULL;
}

static void a_small_cache_serves_many_threads(void **unused)
{
	struct crowd c = { .mint = mint(2) };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_for_other, &c), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* One more for each thread that was just making one, and what it made has no room then. */
	assert_in_range(counts(c.mint).cached, 1, 2 + THREADS);
	assert_int_equal(counts(c.mint).failed, 0);
	mint_free(c.mint);
}

/* ---- in a handshake ---- */

static bool may_not_have_b(void *arg, const struct domain *d)
{
	++*(unsigned *)arg;
	return strcmp(d->s, "b.example") != 0;
}

/* One handshake; the name that was minted, "" when it failed (in the words of the server). */
struct shaken {
	char name[64];
	char words[256];
	bool covers;
};

static void note_name(void *arg, const char *name)
{
	snprintf(arg, 64, "%s", name);
}

static void shake(struct tls *client, struct tls *server, const char *want, struct shaken *out)
{
	struct buf up = { 0 }, down = { 0 };
	enum tls_outcome a = TLS_WAIT, b = TLS_WAIT;
	struct domain d = domain(want);

	for (int i = 0; i < 10 && (a == TLS_WAIT || b == TLS_WAIT); i++) {
		if (a == TLS_WAIT)
			a = tls_handshake(client, &down, &up);
		if (b == TLS_WAIT)
			b = tls_handshake(server, &up, &down);
	}
	*out = (struct shaken){ 0 };
	snprintf(out->words, sizeof(out->words), "%s", tls_error(server));
	if (a == TLS_DONE && b == TLS_DONE) {
		identity_each(tls_peer_certificate(client), note_name, out->name);
		out->covers = tls_shown_covers(server, &d);
	}
	tls_free(client);
	tls_free(server);
	buf_fini(&up);
	buf_fini(&down);
}

static struct credentials *issuing_credentials(void)
{
	static char name[] = "ours";
	X509 *const chain[] = { ca.cert, root.cert };
	struct certificate_config c = { .name = name };
	struct config_list list = { &c, 1 };
	struct config_report *report = config_report_new();
	struct credentials *all;

	c.issuer.chain = pki_write_certs("ca.pem", chain, 2);
	c.issuer.key = pki_write_key("ca.key", ca.key, NULL);
	c.issuer.lifetime = DAY * INT64_C(1000);
	all = credentials_new(&list, report);
	if (!all)
		fail_msg("%s", config_report_line(report, 0, NULL));
	config_report_free(report);
	free(c.issuer.chain);
	free(c.issuer.key);
	return all;
}

static void a_handshake_shows_what_was_made_for_its_name(void **unused)
{
	static const struct {
		const char *to, *sni; /* the header's; NULL: direct TLS */
		const char *shown, *words;
	} rows[] = {
		{ NULL, "a.example", "a.example", "" },
		{ "c.example", NULL, "c.example", "" },
		{ "c.example", "a.example", "c.example", "" }, /* RFC 6120 5.4.3.1 */
		{ NULL, "b.example", "", "there is no certificate to show" },
		{ "b.example", "a.example", "", "there is no certificate to show" },
		{ "a.test", NULL, "", "there is no certificate to show" },
		{ NULL, NULL, "", "there is no certificate to show" },
	};
	struct credentials *all = issuing_credentials();
	struct tls_contexts *contexts = tls_contexts_new(all, NULL);
	struct shaken r;
	unsigned asked = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct domain to = { 0 }, sni = { 0 };
		struct tls_server_options s = { .contexts = contexts,
			.direct = !rows[i].to,
			.may_mint = may_not_have_b,
			.arg = &asked,
			.now = now };
		struct tls_client_options c = { .contexts = contexts };

		if (rows[i].to) {
			to = domain(rows[i].to);
			s.domain = &to;
		}
		if (rows[i].sni) {
			sni = domain(rows[i].sni);
			c.sni = &sni;
		}
		shake(tls_client_new(&c), tls_server_new(&s), "c.example", &r);
		if (strcmp(r.name, rows[i].shown) != 0 || strcmp(r.words, rows[i].words) != 0)
			fail_msg("row %zu: %s, %s", i, r.name, r.words);
		assert_int_equal(r.covers, strcmp(rows[i].shown, "c.example") == 0);
	}
	assert_int_equal(asked, 6);
	tls_contexts_free(contexts);
	credentials_free(all);
}

static void a_client_shows_what_was_made_for_who_it_is(void **unused)
{
	struct credentials *all = issuing_credentials();
	struct tls_contexts *contexts = tls_contexts_new(all, NULL);
	struct domain a = domain("a.example"), c = domain("c.example"), t = domain("a.test");
	struct credentials_wanted w = { .domain = &a, .may_mint = true };
	struct tls_server_options so = { .contexts = contexts, .domain = &c, .now = now };
	struct tls_client_options co = { .contexts = contexts, .domain = &a, .now = now };
	struct tls *client, *server;
	struct buf up = { 0 }, down = { 0 };
	char name[64] = "";
	bool covers;
	unsigned asked = 0;

	so.may_mint = may_not_have_b;
	so.arg = &asked;
	co.credential = credentials_choose(all, &w, &covers);
	assert_true(covers);
	client = tls_client_new(&co);
	server = tls_server_new(&so);
	for (int i = 0; i < 4; i++) {
		tls_handshake(client, &down, &up);
		tls_handshake(server, &up, &down);
	}
	identity_each(tls_peer_certificate(server), note_name, name);
	assert_string_equal(name, "a.example");
	/* The server has the intermediate one, but not the root. */
	assert_int_equal(sk_X509_num(tls_peer_chain(server)), 1);
	tls_free(client);
	tls_free(server);
	buf_fini(&up);
	buf_fini(&down);
	co.domain = &t;
	client = tls_client_new(&co);
	assert_int_equal(tls_handshake(client, &down, &up), TLS_FAILED);
	assert_string_equal(tls_error(client),
		"no certificate for a.test from the issuer \"ours\": none may be issued for this "
		"name");
	tls_free(client);
	tls_contexts_free(contexts);
	credentials_free(all);
}

static void the_rate_of_an_address_is_said_in_the_handshake(void **unused)
{
	struct credentials *all = issuing_credentials();
	struct tls_contexts *contexts = tls_contexts_new(all, NULL);
	struct mint *m = credential_mint(credentials_at(all, 0));
	struct domain c = domain("c.example");
	struct address peer;
	struct shaken r;
	unsigned asked = 0;
	struct tls_server_options s = { .contexts = contexts,
		.domain = &c,
		.may_mint = may_not_have_b,
		.arg = &asked,
		.peer = &peer,
		.now = now };
	const char *why = NULL;

	assert_true(address_parse("192.0.2.1", 5269, &peer));
	for (int i = 0; !why && i <= MINT_BURST; i++) {
		char name[32];
		struct domain d;
		struct mint_request q = { &d, &peer, now };
		SSL *ssl = SSL_new(ctx);

		snprintf(name, sizeof(name), "n%d.example", i);
		d = domain(name);
		why = mint_use(m, &q, ssl);
		SSL_free(ssl);
	}
	assert_non_null(why);
	shake(tls_client_new(&(struct tls_client_options){ .contexts = contexts }),
		tls_server_new(&s), "c.example", &r);
	assert_string_equal(r.words,
		"no certificate for c.example from the issuer \"ours\": its address asks for too "
		"many");
	tls_contexts_free(contexts);
	credentials_free(all);
}

/* ---- looking in ---- */

static void note(void *arg, const struct minted *one)
{
	unsigned *n = arg;

	assert_string_equal(one->issuer, "ours");
	assert_string_equal(one->domain.s, *n ? "b.example" : "a.example");
	assert_int_equal(one->not_before, now - MINT_BACK);
	assert_int_equal(one->not_after, now + LIFE);
	assert_int_equal(one->renewal, now + LIFE * 2 / 3);
	++*n;
}

static void what_was_made_is_listed(void **unused)
{
	struct mint *m = mint(10);
	unsigned n = 0;

	X509_free(use(m, "a.example", NULL, now, NULL));
	X509_free(use(m, "b.example", NULL, now, NULL));
	mint_each(m, note, &n);
	assert_int_equal(n, 2);
	assert_non_null(mint_issuer(m)->cert);
	mint_free(m);
	mint_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_made_and_kept),
		cmocka_unit_test(it_is_renewed_at_two_thirds),
		cmocka_unit_test(a_clock_that_jumps_makes_a_new_one),
		cmocka_unit_test(the_key_is_as_old_as_a_certificate_at_most),
		cmocka_unit_test(the_cache_is_bounded_and_drops_what_was_used_longest_ago),
		cmocka_unit_test(what_may_not_be_issued_is_not),
		cmocka_unit_test(an_issuer_whose_time_is_over_issues_nothing),
		cmocka_unit_test(an_address_that_asks_for_too_many_waits_and_harms_nobody),
		cmocka_unit_test(what_is_due_is_shown_until_its_end_when_no_other_may_be_made),
		cmocka_unit_test(two_that_need_the_same_make_it_once),
		cmocka_unit_test(a_small_cache_serves_many_threads),
		cmocka_unit_test(a_handshake_shows_what_was_made_for_its_name),
		cmocka_unit_test(a_client_shows_what_was_made_for_who_it_is),
		cmocka_unit_test(the_rate_of_an_address_is_said_in_the_handshake),
		cmocka_unit_test(what_was_made_is_listed),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
