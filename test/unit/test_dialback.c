/* SPDX-License-Identifier: MIT */
/* Dialback keys against known values, and what must make a key differ. */
#include "unit.h"

#include "xmpp/dialback.h"

#include <stdio.h>

struct vector {
	struct str secret, receiving, originating, id;
	const char *key;
};

/* The first two secrets are the example of XEP-0185 under two pairs of names, the third is that of
 * XEP-0220 2.1; the last was made by a Prosody. */
static const struct vector vectors[] = {
	{ STR_INIT("s3cr3tf0rd14lb4ck"), STR_INIT("xmpp.example.com"), STR_INIT("example.org"),
		STR_INIT("D60000229F"),
		"37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643" },
	{ STR_INIT("s3cr3tf0rd14lb4ck"), STR_INIT("montague.example"), STR_INIT("capulet.example"),
		STR_INIT("D60000229F"),
		"b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3" },
	{ STR_INIT("d14lb4ck43v3r"), STR_INIT("capulet.example"), STR_INIT("montague.example"),
		STR_INIT("417GAF25"),
		"225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d" },
	{ STR_INIT("labsecret"), STR_INIT("127.0.0.2"), STR_INIT("leaf.test"), STR_INIT("SID1"),
		"d58f94144c80aeb48a8b5f654c65e4ef385fddf58e4211618dd53aabcab35d6b" },
};

enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

static bool checks(const struct vector *v, struct str presented)
{
	return dialback_key_check(v->secret, v->receiving, v->originating, v->id, presented);
}

static void keys_have_the_known_values(void **unused)
{
	char key[DIGEST_HEX];

	(void)unused;
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];

		dialback_key(v->secret, v->receiving, v->originating, v->id, key);
		assert_string_equal(key, v->key);
		assert_true(checks(v, str_of(v->key)));
	}
}

static void white_space_around_a_presented_key_is_ignored(void **unused)
{
	char spaced[DIGEST_HEX + 8];

	(void)unused;
	snprintf(spaced, sizeof(spaced), "\n\t %s \r\n", vectors[0].key);
	assert_true(checks(&vectors[0], str_of(spaced)));
}

static void another_secret_name_or_id_refuses_the_key(void **unused)
{
	const struct vector *good = &vectors[0];
	struct vector wrong;

	(void)unused;
	wrong = *good;
	wrong.secret = STR("another");
	assert_false(checks(&wrong, str_of(good->key)));
	wrong = *good;
	wrong.receiving = good->originating;
	wrong.originating = good->receiving;
	assert_false(checks(&wrong, str_of(good->key)));
	wrong = *good;
	wrong.id = STR("D60000229E");
	assert_false(checks(&wrong, str_of(good->key)));
}

static void a_key_must_be_whole_and_lower_case(void **unused)
{
	const struct vector *v = &vectors[0];
	char upper[DIGEST_HEX];

	(void)unused;
	assert_false(checks(v, (struct str){ NULL, 0 }));
	assert_false(checks(v, (struct str){ v->key, 63 }));
	memcpy(upper, v->key, sizeof(upper));
	upper[2] = 'C';
	assert_false(checks(v, str_of(upper)));
}

/* HKDF-SHA256 of "master", no salt, info "trunkd dialback a.example", computed with another
 * implementation. */
static void a_domain_s_secret_has_the_documented_value(void **unused)
{
	char secret[DIGEST_HEX];

	(void)unused;
	dialback_secret(STR("master"), STR("a.example"), secret);
	assert_string_equal(
		secret, "13f53773c3e63780ef636463a8aa6965a74a3515d7c5f8472b70307a8903d2ec");
}

static void each_domain_has_its_own_secret(void **unused)
{
	char a[DIGEST_HEX], b[DIGEST_HEX], other[DIGEST_HEX];

	(void)unused;
	dialback_secret(STR("master"), STR("a.example"), a);
	dialback_secret(STR("master"), STR("b.example"), b);
	dialback_secret(STR("Master"), STR("a.example"), other);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_have_the_known_values),
		cmocka_unit_test(white_space_around_a_presented_key_is_ignored),
		cmocka_unit_test(another_secret_name_or_id_refuses_the_key),
		cmocka_unit_test(a_key_must_be_whole_and_lower_case),
		cmocka_unit_test(a_domain_s_secret_has_the_documented_value),
		cmocka_unit_test(each_domain_has_its_own_secret),
	};

	return cmocka_run_group_tests_name("dialback", tests, NULL, NULL);
}
