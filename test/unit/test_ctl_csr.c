/* SPDX-License-Identifier: MIT */
/* trunkctl csr: keys and requests, and what is never written over. */
#include "ctl_rig.h"

#include "base/mem.h"
#include "net/csr.h"
#include "net/identity.h"
#include "pki.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

static const char controls[] =
	"peering_controls = (\n"
	" { match = [ \"a.example\", \"b\xc3\xa9.example\" ]; },\n"
	" { match = \"*.us\"; domains = \"navy.us\"; },\n"
	" { match = [ \"*.uk\", \"192.0.2.7\" ]; tls = \"off\"; authentication = \"dialback\"; },\n"
	" { match = \"evil.example\"; action = \"reject\"; } );\n";

static void run(struct ctl_rig *r, const char *line, enum ctl_status want)
{
	if (ctl_rig_run(r, line, NULL) != want)
		fail_msg("%s: status %d: %s%s", line, (int)r->status, r->err, r->out);
}

/* Everything is written into the test's directory. */
static void init(struct ctl_rig *r, const char *text)
{
	ctl_rig_init(r, text);
	assert_int_equal(chdir(pki_dir()), 0);
}

static void fini(struct ctl_rig *r)
{
	assert_int_equal(chdir("/"), 0);
	ctl_rig_fini(r);
}

static X509_REQ *read_request(const char *name)
{
	FILE *f = fopen(name, "r");
	X509_REQ *req = f ? PEM_read_X509_REQ(f, NULL, NULL, NULL) : NULL;

	if (!req)
		fail_msg("%s is no request", name);
	fclose(f);
	assert_int_equal(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
	return req;
}

static EVP_PKEY *read_key(const char *name)
{
	FILE *f = fopen(name, "r");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	struct stat st;

	assert_non_null(key);
	assert_int_equal(fstat(fileno(f), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fclose(f);
	return key;
}

/* What a CA makes of it that keeps what was asked for. */
static X509 *sign(X509_REQ *req, EVP_PKEY *ca)
{
	X509 *cert = X509_new();
	STACK_OF(X509_EXTENSION) *all = X509_REQ_get_extensions(req);

	X509_set_version(cert, 2);
	X509_gmtime_adj(X509_getm_notBefore(cert), -60);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_set_pubkey(cert, X509_REQ_get0_pubkey(req));
	X509_set_subject_name(cert, X509_REQ_get_subject_name(req));
	for (int i = 0; i < sk_X509_EXTENSION_num(all); i++)
		X509_add_ext(cert, sk_X509_EXTENSION_value(all, i), -1);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	assert_true(X509_sign(cert, ca, EVP_sha256()) > 0);
	return cert;
}

struct names {
	const char *const *want;
	unsigned each, n;
};

static void next_name(void *arg, const char *name)
{
	struct names *names = arg;

	if (!names->want[names->n / names->each] ||
		strcmp(names->want[names->n / names->each], name) != 0)
		fail_msg("name %u is %s", names->n, name);
	names->n++;
}

/* With `options`, each domain must stand `each` times behind one another. */
static void expect_names(const char *options, unsigned each)
{
	static const char *const want[] = { "a.example", "xn--b-bga.example", "navy.us", NULL };
	struct names names = { .want = want, .each = each };
	MEM_AUTO char *line = mem_printf("csr trunk %%c %s", options);
	struct ctl_rig r;
	X509_REQ *req;
	EVP_PKEY *key;
	X509 *cert;

	init(&r, controls);
	run(&r, line, CTL_FINE);
	assert_non_null(strstr(r.err, ":8: which domains \"*.uk\" stands for is not known"));
	assert_non_null(strstr(r.err, ":8: 192.0.2.7 is no host name, left out"));
	assert_non_null(
		strstr(r.out, each == 3 ? "XmppAddr is in it: ejabberd breaks the stream off"
					: "XmppAddr is left out: ejabberd breaks the stream off"));
	assert_true(!strstr(r.out, "(--xmpp-addr adds it)") == (each == 3));
	req = read_request("trunk.csr");
	key = read_key("trunk.key");
	cert = sign(req, key);
	assert_int_equal(X509_check_private_key(cert, key), 1);
	identity_each(cert, next_name, &names);
	assert_int_equal(names.n, 3 * each);
	assert_int_equal(X509_get_extended_key_usage(cert), XKU_SSL_SERVER | XKU_SSL_CLIENT);
	assert_int_equal(X509_check_purpose(cert, X509_PURPOSE_SSL_SERVER, 0), 1);
	assert_int_equal(X509_check_purpose(cert, X509_PURPOSE_SSL_CLIENT, 0), 1);
	X509_free(cert);
	EVP_PKEY_free(key);
	X509_REQ_free(req);
	fini(&r);
}

static void a_request_names_each_domain_for_both_purposes(void **state)
{
	expect_names("", 2);
	expect_names("--dns-only", 1);
	expect_names("--xmpp-addr", 3);
}

static void nothing_is_ever_overwritten(void **state)
{
	struct ctl_rig r;

	init(&r, controls);
	run(&r, "csr trunk %c", CTL_FINE);
	run(&r, "csr trunk %c", CTL_FAILED);
	ctl_rig_line(r.err, "trunkctl: trunk.key is there already, and is not overwritten: move it "
			    "away, or name another file");
	run(&r, "csr trunk %c --key-out new.key", CTL_FAILED);
	assert_non_null(strstr(r.err, "trunk.csr is there already"));
	assert_int_equal(access("new.key", F_OK), -1);
	assert_int_equal(symlink("nowhere", "link.csr"), 0);
	run(&r, "csr trunk %c --key trunk.key --out link.csr", CTL_FAILED);
	fini(&r);
}

static void a_key_that_is_there_can_be_used_again(void **state)
{
	struct ctl_rig r;
	X509_REQ *req;
	EVP_PKEY *key;

	init(&r, controls);
	run(&r, "csr one %c --key-type p384", CTL_FINE);
	run(&r, "csr two %c --key one.key", CTL_FINE);
	req = read_request("two.csr");
	key = read_key("one.key");
	assert_int_equal(EVP_PKEY_eq(X509_REQ_get0_pubkey(req), key), 1);
	assert_int_equal(EVP_PKEY_get_bits(key), 384);
	assert_int_equal(access("two.key", F_OK), -1);
	EVP_PKEY_free(key);
	X509_REQ_free(req);
	run(&r, "csr three %c --key ca.pem", CTL_FAILED);
	fini(&r);
}

static void names_are_split_over_several_requests_with_one_key(void **state)
{
	struct ctl_rig r;
	json_t *made;

	init(&r, controls);
	run(&r, "csr trunk %c --max-names 4 --json", CTL_FINE);
	made = json_loads(r.out, 0, NULL);
	assert_int_equal(json_array_size(made), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(made, 1), "request")),
		"trunk-2.csr");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(made, 1), "names")), 2);
	assert_true(json_is_true(json_object_get(json_array_get(made, 0), "srv_names")));
	assert_true(json_is_false(json_object_get(json_array_get(made, 0), "xmpp_addrs")));
	json_decref(made);
	X509_REQ_free(read_request("trunk-1.csr"));
	X509_REQ_free(read_request("trunk-2.csr"));
	run(&r, "csr public %c --max-names 1 --dns-only --key trunk.key", CTL_FINE);
	assert_int_equal(access("public-3.csr", F_OK), 0);
	fini(&r);
}

static void a_request_goes_to_standard_output(void **state)
{
	struct ctl_rig r;

	init(&r, controls);
	run(&r, "csr trunk %c --out -", CTL_FINE);
	assert_memory_equal(r.out, "-----BEGIN CERTIFICATE REQUEST-----\n", 36);
	assert_non_null(strstr(r.err, "trunk.key: the private key."));
	assert_int_equal(access("trunk.csr", F_OK), -1);
	fini(&r);
}

/* Some 60 bytes a name with so short ones. */
static void a_certificate_that_peers_refuse_is_told_of(void **state)
{
	struct buf text = { 0 };
	char *controls_text;
	struct ctl_rig r;

	buf_put(&text, STR("peering_controls = ( { match = ["));
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&text, "%s \"host%u.example\"", i ? "," : "", i);
	buf_put(&text, STR(" ]; } );"));
	controls_text = str_dup(buf_view(&text));
	init(&r, controls_text);
	run(&r, "csr big %c", CTL_FINE);
	assert_non_null(strstr(r.err, "trunkctl: big.csr: of so large a certificate no handshake "
				      "succeeds with Java (at most 32 KB): split it with "
				      "--max-names 9"));
	run(&r, "csr small %c --max-names 800", CTL_FINE);
	assert_null(strstr(r.err, "refuse"));
	run(&r, "csr dns %c --dns-only", CTL_FINE);
	assert_string_equal(r.err, "");
	free(controls_text);
	buf_fini(&text);
	fini(&r);
}

static void what_cannot_be_requested_is_said(void **state)
{
	static const struct {
		const char *line, *words;
		enum ctl_status status;
	} rows[] = {
		{ "csr x %c --key-type dsa",
			"trunkctl: --key-type dsa: there are p256, p384, rsa2048, rsa3072, rsa4096",
			CTL_PROBLEMS },
		{ "csr x %c --max-names 1",
			"trunkctl: --max-names 1: a number is needed, at least 2, the names of one "
			"domain (1 with --dns-only)",
			CTL_PROBLEMS },
		{ "csr x %c --max-names 2 --out -",
			"trunkctl: 3 requests do not go to standard output", CTL_PROBLEMS },
		{ "csr x %c --key own.key --key-type p256",
			"trunkctl: --key is a key that is there: neither --key-type nor --key-out",
			CTL_PROBLEMS },
		{ "csr x %c --out y --key-out y",
			"trunkctl: request and key would be the same file", CTL_PROBLEMS },
		{ "csr x %c --json --out -",
			"trunkctl: request and JSON do not both go to standard output",
			CTL_PROBLEMS },
		{ "csr x %c --dns-only --xmpp-addr",
			"trunkctl: --dns-only and --xmpp-addr exclude each other", CTL_PROBLEMS },
		{ "csr nowhere/x %c", "trunkctl: nowhere/x.key: No such file or directory",
			CTL_FAILED },
	};
	struct ctl_rig r;

	init(&r, controls);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(&r, rows[i].line, rows[i].status);
		ctl_rig_line(r.err, rows[i].words);
		assert_int_equal(access("x.key", F_OK), -1);
	}
	fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_names_each_domain_for_both_purposes),
		cmocka_unit_test(nothing_is_ever_overwritten),
		cmocka_unit_test(a_key_that_is_there_can_be_used_again),
		cmocka_unit_test(names_are_split_over_several_requests_with_one_key),
		cmocka_unit_test(a_request_goes_to_standard_output),
		cmocka_unit_test(a_certificate_that_peers_refuse_is_told_of),
		cmocka_unit_test(what_cannot_be_requested_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
