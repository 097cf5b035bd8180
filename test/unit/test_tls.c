/* SPDX-License-Identifier: MIT */
/* TLS between two filters in memory: what is agreed, what is shown, what is refused and in which
 * words. */
#include "net/tls_private.h"

#include "base/mem.h"
#include "tls_fixture.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tls_fixture fixture;

static int start(void **state)
{
	tls_fixture_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	tls_fixture_fini(&fixture);
	return 0;
}

/* Two filters and the wires between them. */
struct wires {
	struct tls *client, *server;
	struct buf up, down; /* to the server, to the client */
	enum tls_outcome at_client, at_server;
};

static void wires_free(struct wires *w)
{
	tls_free(w->client);
	tls_free(w->server);
	buf_fini(&w->up);
	buf_fini(&w->down);
}

/* Lets at most `step` bytes through at once. */
static enum tls_outcome shake_one(struct tls *t, struct buf *from, struct buf *to, size_t step)
{
	struct str all = buf_view(from);
	enum tls_outcome o;
	struct buf piece = { 0 };

	all.n = all.n < step ? all.n : step;
	buf_put(&piece, all);
	buf_consume(from, all.n);
	o = tls_handshake(t, &piece, to);
	/* What it left alone goes back to the front. */
	buf_insert(from, 0, buf_view(&piece));
	buf_fini(&piece);
	return o;
}

static void shake(struct wires *w, size_t step)
{
	size_t up, down;

	w->at_client = w->at_server = TLS_WAIT;
	do {
		up = buf_len(&w->up);
		down = buf_len(&w->down);
		if (w->at_client == TLS_WAIT)
			w->at_client = shake_one(w->client, &w->down, &w->up, step);
		if (w->at_server == TLS_WAIT)
			w->at_server = shake_one(w->server, &w->up, &w->down, step);
	} while (buf_len(&w->up) != up || buf_len(&w->down) != down);
}

static struct domain domain(const char *z)
{
	struct domain d;

	assert_true(domain_parse(str_of(z), &d));
	return d;
}

static struct wires wires_new(void)
{
	return (struct wires){ .client = tls_fixture_client(&fixture, TLS_1_2),
		.server = tls_fixture_server(&fixture, TLS_1_2) };
}

static struct tls *server_new(bool direct, const char *name)
{
	struct domain d;

	if (name)
		d = domain(name);
	return tls_server_new(&(struct tls_server_options){
		.contexts = fixture.contexts, .domain = name ? &d : NULL, .direct = direct });
}

static struct tls *client_new(const char *sni)
{
	struct domain d = domain(sni);

	return tls_client_new(
		&(struct tls_client_options){ .contexts = fixture.contexts, .sni = &d });
}

/* Says something in both directions, `step` bytes at a time. */
static void talk(struct wires *w, size_t step)
{
	struct buf text = { 0 }, heard = { 0 }, piece = { 0 };

	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "line %d\n", i);
	for (int way = 0; way < 2; way++) {
		struct tls *from = way ? w->server : w->client, *to = way ? w->client : w->server;
		struct buf *wire = way ? &w->down : &w->up, *back = way ? &w->up : &w->down;

		assert_int_equal(tls_write(from, buf_view(&text), wire), TLS_DONE);
		while (buf_len(wire)) {
			struct str s = buf_view(wire);

			s.n = s.n < step ? s.n : step;
			buf_put(&piece, s);
			buf_consume(wire, s.n);
			assert_int_equal(tls_read(to, &piece, &heard, back), TLS_WAIT);
			assert_int_equal(buf_len(&piece), 0);
		}
		assert_true(str_eq(buf_view(&text), buf_view(&heard)));
		buf_clear(&heard);
	}
	buf_fini(&text);
	buf_fini(&heard);
	buf_fini(&piece);
}

static void both_versions_work_in_pieces_of_any_size(void **unused)
{
	static const size_t steps[] = { 1, 2, 5, 77, 1000, 100000 };

	for (int v = 0; v < 2; v++) {
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			struct wires w = wires_new();
			char text[100];

			if (v == 0)
				SSL_set_max_proto_version(w.client->ssl, TLS1_2_VERSION);
			shake(&w, steps[i]);
			assert_int_equal(w.at_client, TLS_DONE);
			assert_int_equal(w.at_server, TLS_DONE);
			assert_int_equal(tls_version(w.server), v ? TLS_1_3 : TLS_1_2);
			tls_describe(w.client, text, sizeof(text));
			assert_string_equal(text, v ? "TLSv1.3 TLS_AES_128_GCM_SHA256"
						    : "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384");
			talk(&w, steps[i]);
			assert_string_equal(tls_error(w.client), "");
			wires_free(&w);
		}
	}
}

static void both_certificates_are_recorded(void **unused)
{
	struct wires w = wires_new();
	struct domain a = domain("a.example"), b = domain("b.example");

	shake(&w, 100000);
	assert_true(identity_matches(tls_peer_certificate(w.client), &a));
	assert_true(identity_matches(tls_peer_certificate(w.server), &b));
	assert_true(tls_shown_covers(w.server, &a));
	assert_false(tls_shown_covers(w.server, &b));
	assert_string_equal(tls_sni(w.server), "a.example");
	wires_free(&w);
}

static void a_client_without_certificate_is_let_in_and_asked_without_naming_a_ca(void **unused)
{
	struct wires w = { .client = client_new("a.example"), .server = server_new(true, NULL) };

	shake(&w, 100000);
	assert_int_equal(w.at_server, TLS_DONE);
	assert_null(tls_peer_certificate(w.server));
	assert_null(tls_peer_chain(w.server));
	assert_true(sk_X509_NAME_num(SSL_get0_peer_CA_list(w.client->ssl)) <= 0);
	talk(&w, 100000);
	wires_free(&w);
}

static void nothing_can_be_resumed(void **unused)
{
	for (int v = 0; v < 2; v++) {
		struct wires w = wires_new();

		if (v == 0)
			SSL_set_max_proto_version(w.client->ssl, TLS1_2_VERSION);
		shake(&w, 100000);
		talk(&w, 100000);
		assert_int_equal(SSL_SESSION_is_resumable(SSL_get0_session(w.client->ssl)), 0);
		wires_free(&w);
	}
}

static void nobody_renegotiates(void **unused)
{
	struct wires w = wires_new();
	struct buf plain = { 0 };

	SSL_set_max_proto_version(w.client->ssl, TLS1_2_VERSION);
	shake(&w, 100000);
	assert_int_equal(w.at_client, TLS_DONE);
	SSL_clear_options(w.client->ssl, SSL_OP_NO_RENEGOTIATION);
	if (SSL_renegotiate(w.client->ssl) == 1)
		tls_handshake(w.client, &w.down, &w.up);
	tls_read(w.server, &w.up, &plain, &w.down);
	assert_false(SSL_in_init(w.server->ssl));
	assert_int_equal(SSL_num_renegotiations(w.server->ssl), 0);
	buf_fini(&plain);
	wires_free(&w);
}

/* ---- which certificate is shown ---- */

static void the_certificate_is_chosen_by_name(void **unused)
{
	static const struct {
		bool direct;
		const char *header, *sni; /* what the header said, what the client asks for */
		const char *shown;
	} rows[] = {
		{ true, NULL, "a.example", "a.example" },
		{ true, NULL, "b.example", "b.example" },
		{ true, NULL, "c.example", "a.example" }, /* the first in the file */
		{ true, NULL, "192.0.2.1", "a.example" }, /* no SNI */
		{ false, "b.example", "a.example", "b.example" },
		{ false, "b.example", "192.0.2.1", "b.example" },
		{ false, NULL, "b.example", "b.example" },
		{ false, "c.example", "b.example", "a.example" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wires w = { .client = client_new(rows[i].sni),
			.server = server_new(rows[i].direct, rows[i].header) };
		struct domain shown = domain(rows[i].shown);

		shake(&w, 100000);
		assert_int_equal(w.at_client, TLS_DONE);
		assert_true(identity_matches(tls_peer_certificate(w.client), &shown));
		wires_free(&w);
	}
}

static void sni_in_utf8_finds_the_same_certificate(void **unused)
{
	struct pki idn = pki_new(&fixture.ca,
		&(struct pki_spec){ .cn = "x", .san = PKI_DNS("xn--mnchen-3ya.example") });
	struct credentials *c = tls_fixture_credentials((struct pki *[]){ &fixture.a, &idn }, 2);
	struct tls_contexts *contexts = tls_contexts_new(c, NULL);
	struct wires w = { .client = client_new("a.example"),
		.server = tls_server_new(
			&(struct tls_server_options){ .contexts = contexts, .direct = true }) };
	struct domain d = domain("xn--mnchen-3ya.example");

	SSL_set_tlsext_host_name(w.client->ssl, "M\xc3\xbcnchen.example");
	shake(&w, 100000);
	assert_true(identity_matches(tls_peer_certificate(w.client), &d));
	assert_string_equal(tls_sni(w.server), "M\xc3\xbcnchen.example");
	wires_free(&w);
	tls_contexts_free(contexts);
	credentials_free(c);
	pki_free(&idn);
}

static void rsa_and_ecdsa_are_shown_as_the_client_can(void **unused)
{
	struct pki rsa = pki_new(&fixture.ca,
		&(struct pki_spec){ .cn = "x", .rsa_bits = 2048, .san = PKI_DNS("a.example") });
	struct credentials *c = tls_fixture_credentials((struct pki *[]){ &rsa, &fixture.a }, 2);
	struct tls_contexts *contexts = tls_contexts_new(c, NULL);
	static const struct {
		const char *algorithms;
		int type;
	} rows[] = { { "rsa_pss_rsae_sha256", EVP_PKEY_RSA },
		{ "ecdsa_secp256r1_sha256", EVP_PKEY_EC } };

	for (size_t i = 0; i < 2; i++) {
		struct wires w = { .client = client_new("a.example"),
			.server = tls_server_new(&(struct tls_server_options){
				.contexts = contexts, .direct = true }) };
		struct domain a = domain("a.example");

		assert_int_equal(SSL_set1_sigalgs_list(w.client->ssl, rows[i].algorithms), 1);
		shake(&w, 100000);
		assert_int_equal(w.at_client, TLS_DONE);
		assert_int_equal(
			EVP_PKEY_get_base_id(X509_get0_pubkey(tls_peer_certificate(w.client))),
			rows[i].type);
		assert_true(tls_shown_covers(w.server, &a));
		wires_free(&w);
	}
	tls_contexts_free(contexts);
	credentials_free(c);
	pki_free(&rsa);
}

static void a_handshake_outlives_the_plan_that_it_began_under(void **unused)
{
	struct credentials *c = tls_fixture_credentials((struct pki *[]){ &fixture.a }, 1);
	struct tls_contexts *contexts = tls_contexts_new(c, NULL);
	struct wires w = { .client = client_new("a.example"),
		.server = tls_server_new(&(struct tls_server_options){
			.contexts = contexts, .credentials = c, .zone = "core" }) };

	credentials_free(c);
	tls_contexts_free(contexts);
	shake(&w, 100);
	assert_int_equal(w.at_server, TLS_DONE);
	talk(&w, 100000);
	wires_free(&w);
}

static void without_any_certificate_the_handshake_fails(void **unused)
{
	struct credentials *none = tls_fixture_credentials(NULL, 0);
	struct tls_contexts *contexts = tls_contexts_new(none, NULL);
	struct wires w = { .client = client_new("a.example"),
		.server = tls_server_new(&(struct tls_server_options){ .contexts = contexts }) };

	shake(&w, 100000);
	assert_int_equal(w.at_server, TLS_FAILED);
	assert_string_equal(tls_error(w.server), "there is no certificate to show");
	assert_int_equal(w.at_client, TLS_FAILED);
	wires_free(&w);
	tls_contexts_free(contexts);
	credentials_free(none);
}

/* ---- ALPN ---- */

static void alpn_decides_only_on_direct_tls(void **unused)
{
	static const struct {
		bool direct;
		struct str offered;
		bool ok;
		const char *selected;
	} rows[] = {
		{ true, STR_INIT("\x0bxmpp-server"), true, "xmpp-server" },
		{ true, STR_INIT("\x08http/1.1\x0bxmpp-server"), true, "xmpp-server" },
		{ true, STR_INIT("\x08http/1.1"), false, NULL },
		{ true, STR_INIT("\x0bxmpp-client"), false, NULL },
		{ true, STR_INIT(""), true, NULL },
		{ false, STR_INIT("\x0bxmpp-server"), true, "xmpp-server" },
		{ false, STR_INIT("\x08http/1.1"), true, NULL },
		{ false, STR_INIT(""), true, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wires w = { .client = client_new("a.example"),
			.server = server_new(rows[i].direct, NULL) };
		const unsigned char *selected;
		unsigned n;

		SSL_set_alpn_protos(w.client->ssl, (const unsigned char *)rows[i].offered.p,
			(unsigned)rows[i].offered.n);
		shake(&w, 100000);
		assert_int_equal(w.at_client == TLS_DONE, rows[i].ok);
		if (!rows[i].ok)
			assert_string_equal(
				tls_error(w.client), "the peer ended TLS: no application protocol");
		SSL_get0_alpn_selected(w.client->ssl, &selected, &n);
		assert_int_equal(n, rows[i].selected ? strlen(rows[i].selected) : 0);
		wires_free(&w);
	}
}

/* ---- what fails, and in which words ---- */

static void a_version_too_old_is_refused(void **unused)
{
	struct wires w = { .client = tls_fixture_client(&fixture, TLS_1_2),
		.server = tls_fixture_server(&fixture, TLS_1_3) };

	SSL_set_max_proto_version(w.client->ssl, TLS1_2_VERSION);
	shake(&w, 100000);
	assert_string_equal(tls_error(w.server), "TLS failed: unsupported protocol");
	assert_string_equal(tls_error(w.client), "the peer ended TLS: protocol version");
	wires_free(&w);
	w = (struct wires){ .client = tls_fixture_client(&fixture, TLS_1_3),
		.server = tls_fixture_server(&fixture, TLS_1_2) };
	SSL_set_max_proto_version(w.server->ssl, TLS1_2_VERSION);
	shake(&w, 100000);
	assert_int_equal(w.at_client, TLS_FAILED);
	assert_int_equal(w.at_server, TLS_FAILED);
	wires_free(&w);
}

static void tls_before_1_2_does_not_exist(void **unused)
{
	struct wires w = wires_new();

	SSL_set_min_proto_version(w.client->ssl, TLS1_VERSION);
	SSL_set_max_proto_version(w.client->ssl, TLS1_1_VERSION);
	shake(&w, 100000);
	assert_int_equal(w.at_client, TLS_FAILED);
	wires_free(&w);
}

static void a_peer_that_rejects_our_certificate_is_understood(void **unused)
{
	for (int v = 0; v < 2; v++) {
		struct tls_contexts *strict = tls_contexts_new(fixture.credentials, NULL);
		struct buf plain = { 0 };
		struct wires w;

		/* OpenSSL's own verification, with nobody trusted. */
		SSL_CTX_set_cert_verify_callback(strict->server, NULL, NULL);
		w = (struct wires){ .client = tls_fixture_client(&fixture, TLS_1_2),
			.server = tls_server_new(
				&(struct tls_server_options){ .contexts = strict }) };
		if (v == 0)
			SSL_set_max_proto_version(w.client->ssl, TLS1_2_VERSION);
		shake(&w, 100000);
		assert_int_equal(w.at_server, TLS_FAILED);
		/* With TLS 1.3 the client is done before it hears. */
		if (v == 1)
			assert_int_equal(tls_read(w.client, &w.down, &plain, &w.up), TLS_FAILED);
		assert_string_equal(
			tls_error(w.client), "the peer rejected our certificate: unknown ca");
		buf_fini(&plain);
		wires_free(&w);
		tls_contexts_free(strict);
	}
}

static void a_cipher_list_without_ciphers_fails_in_words(void **unused)
{
	struct domain a = domain("a.example");
	struct tls *t = tls_client_new(&(struct tls_client_options){
		.contexts = fixture.contexts, .sni = &a, .ciphers = "NOTHING" });
	struct buf in = { 0 }, out = { 0 };

	assert_int_equal(tls_handshake(t, &in, &out), TLS_FAILED);
	assert_string_equal(tls_error(t), "the configured cipher list leaves no cipher");
	assert_int_equal(buf_len(&out), 0);
	tls_free(t);
	assert_false(tls_ciphers_valid("NOTHING"));
	assert_true(tls_ciphers_valid("ECDHE-RSA-AES128-GCM-SHA256"));
}

static void a_configured_cipher_is_used(void **unused)
{
	struct domain a = domain("a.example");
	struct wires w = { .client = tls_client_new(
				   &(struct tls_client_options){ .contexts = fixture.contexts,
					   .sni = &a,
					   .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305" }),
		.server = tls_fixture_server(&fixture, TLS_1_2) };
	char text[100];

	SSL_set_max_proto_version(w.client->ssl, TLS1_2_VERSION);
	shake(&w, 100000);
	tls_describe(w.server, text, sizeof(text));
	assert_string_equal(text, "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305");
	wires_free(&w);
}

static void a_goodbye_is_heard_by_both(void **unused)
{
	struct wires w = wires_new();
	struct buf plain = { 0 };

	shake(&w, 100000);
	assert_int_equal(tls_write(w.client, STR("last"), &w.up), TLS_DONE);
	tls_shutdown(w.client, &w.up);
	assert_int_equal(tls_read(w.server, &w.up, &plain, &w.down), TLS_CLOSED);
	assert_str(buf_view(&plain), "last");
	/* The other direction is still open (RFC 8446 6.1). */
	assert_int_equal(tls_write(w.server, STR("answer"), &w.down), TLS_DONE);
	tls_shutdown(w.server, &w.down);
	buf_clear(&plain);
	assert_int_equal(tls_read(w.client, &w.down, &plain, &w.up), TLS_CLOSED);
	assert_str(buf_view(&plain), "answer");
	buf_fini(&plain);
	wires_free(&w);
}

static void every_flipped_byte_fails_and_nothing_worse(void **unused)
{
	for (size_t at = 0;; at += 7) {
		struct wires w = wires_new();
		size_t n;

		tls_handshake(w.client, &w.down, &w.up);
		n = buf_len(&w.up);
		if (at < n)
			w.up.data[w.up.start + at] ^= 0x55;
		tls_handshake(w.server, &w.up, &w.down);
		if (at >= n && at - n < buf_len(&w.down))
			w.down.data[w.down.start + at - n] ^= 0x55;
		else if (at >= n)
			n = 0;
		shake(&w, 100000);
		if (n)
			assert_false(w.at_client == TLS_DONE && w.at_server == TLS_DONE);
		wires_free(&w);
		if (!n)
			break;
	}
}

static void records_are_as_large_as_they_may_be(void **unused)
{
	struct wires w = wires_new();
	struct buf plain = { 0 };
	size_t records = 0;

	shake(&w, 100000);
	buf_clear(&w.up);
	memset(buf_reserve(&plain, 100000), 'x', 100000);
	buf_commit(&plain, 100000);
	assert_int_equal(tls_write(w.client, buf_view(&plain), &w.up), TLS_DONE);
	for (struct str s = buf_view(&w.up); s.n; records++) {
		size_t n = 5 + ((size_t)(unsigned char)s.p[3] << 8 | (unsigned char)s.p[4]);

		assert_true(n <= s.n);
		s = str_skip(s, n);
	}
	assert_int_equal(records, 100000 / TLS_RECORD + 1);
	buf_fini(&plain);
	wires_free(&w);
}

/* ---- the key log ---- */

static void keys_are_logged_only_into_a_private_file(void **unused)
{
	char *path = mem_printf("%s/keys", pki_dir()), *sideways = mem_printf("%s/link", pki_dir());
	struct tls_contexts *contexts;
	struct wires w;
	struct stat st;
	char line[100];
	FILE *f;

	assert_null(tls_contexts_new(fixture.credentials, "/nowhere/keys"));
	free(pki_write_text("keys", "old\n"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(symlink(path, sideways), 0);
	assert_null(tls_contexts_new(fixture.credentials, sideways));
	contexts = tls_contexts_new(fixture.credentials, path);
	assert_non_null(contexts);
	w = (struct wires){ .client = client_new("a.example"),
		.server = tls_server_new(&(struct tls_server_options){ .contexts = contexts }) };
	shake(&w, 100000);
	wires_free(&w);
	tls_contexts_free(contexts);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	f = fopen(path, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	assert_string_equal(line, "old\n"); /* what was there stays */
	assert_non_null(fgets(line, sizeof(line), f));
	assert_non_null(strstr(line, "SERVER_HANDSHAKE_TRAFFIC_SECRET "));
	fclose(f);
	free(path);
	free(sideways);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_versions_work_in_pieces_of_any_size),
		cmocka_unit_test(both_certificates_are_recorded),
		cmocka_unit_test(
			a_client_without_certificate_is_let_in_and_asked_without_naming_a_ca),
		cmocka_unit_test(nothing_can_be_resumed),
		cmocka_unit_test(nobody_renegotiates),
		cmocka_unit_test(the_certificate_is_chosen_by_name),
		cmocka_unit_test(sni_in_utf8_finds_the_same_certificate),
		cmocka_unit_test(rsa_and_ecdsa_are_shown_as_the_client_can),
		cmocka_unit_test(a_handshake_outlives_the_plan_that_it_began_under),
		cmocka_unit_test(without_any_certificate_the_handshake_fails),
		cmocka_unit_test(alpn_decides_only_on_direct_tls),
		cmocka_unit_test(a_version_too_old_is_refused),
		cmocka_unit_test(tls_before_1_2_does_not_exist),
		cmocka_unit_test(a_peer_that_rejects_our_certificate_is_understood),
		cmocka_unit_test(a_cipher_list_without_ciphers_fails_in_words),
		cmocka_unit_test(a_configured_cipher_is_used),
		cmocka_unit_test(a_goodbye_is_heard_by_both),
		cmocka_unit_test(every_flipped_byte_fails_and_nothing_worse),
		cmocka_unit_test(records_are_as_large_as_they_may_be),
		cmocka_unit_test(keys_are_logged_only_into_a_private_file),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
