/* SPDX-License-Identifier: MIT */
/* Digests against published vectors, and base64. */
#include "unit.h"

#include "base/digest.h"
#include "base/mem.h"

#include <stdlib.h>

static void assert_hex(const unsigned char digest[DIGEST_BYTES], const char *want)
{
	char hex[DIGEST_HEX];

	digest_hex(digest, hex);
	assert_string_equal(hex, want);
}

/* The examples of FIPS 180-2, appendix B. */
static void sha256_gives_the_published_values(void **unused)
{
	unsigned char out[DIGEST_BYTES];
	MEM_AUTO char *million = mem_alloc(1000000);

	(void)unused;
	digest_sha256((struct str){ NULL, 0 }, out);
	assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_sha256(STR("abc"), out);
	assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_sha256(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
	assert_hex(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	digest_sha256((struct str){ million, 1000000 }, out);
	assert_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* RFC 4231: cases 1, 2, 3, 4, 6 and 7. */
static void hmac_gives_the_values_of_rfc_4231(void **unused)
{
	unsigned char out[DIGEST_BYTES];
	char key[131], data[50];

	(void)unused;
	memset(key, 0x0b, 20);
	digest_hmac((struct str){ key, 20 }, STR("Hi There"), out);
	assert_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	digest_hmac(STR("Jefe"), STR("what do ya want for nothing?"), out);
	assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	digest_hmac((struct str){ key, 20 }, (struct str){ data, 50 }, out);
	assert_hex(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	memset(data, 0xcd, sizeof(data));
	digest_hmac(STR("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12"
			"\x13\x14\x15\x16\x17\x18\x19"),
		(struct str){ data, 50 }, out);
	assert_hex(out, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	digest_hmac((struct str){ key, 131 },
		STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
	assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	digest_hmac((struct str){ key, 131 },
		STR("This is a test using a larger than block-size key and a larger than "
		    "block-size data. The key needs to be hashed before being used by the "
		    "HMAC algorithm."),
		out);
	assert_hex(out, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

static void hmac_takes_an_empty_key_and_empty_data(void **unused)
{
	unsigned char out[DIGEST_BYTES];

	(void)unused;
	digest_hmac((struct str){ NULL, 0 }, (struct str){ NULL, 0 }, out);
	assert_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 5869 A.3 (zero-length salt and info): the first 32 bytes of its output. */
static void hkdf_gives_the_value_of_rfc_5869(void **unused)
{
	unsigned char out[DIGEST_BYTES], other[DIGEST_BYTES];
	char secret[22];

	(void)unused;
	memset(secret, 0x0b, sizeof(secret));
	digest_hkdf((struct str){ secret, sizeof(secret) }, STR(""), out);
	assert_hex(out, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
	digest_hkdf((struct str){ secret, sizeof(secret) }, STR("trunkd dialback a.example"), out);
	digest_hkdf(
		(struct str){ secret, sizeof(secret) }, STR("trunkd dialback b.example"), other);
	assert_memory_not_equal(out, other, sizeof(out));
}

static void equality_is_of_length_and_bytes(void **unused)
{
	(void)unused;
	assert_true(digest_equal(STR("abc"), STR("abc")));
	assert_false(digest_equal(STR("abc"), STR("abd")));
	assert_false(digest_equal(STR("abc"), STR("ab")));
	assert_true(digest_equal(STR(""), (struct str){ NULL, 0 }));
}

/* RFC 4648 section 10. */
static void base64_gives_the_published_values_both_ways(void **unused)
{
	static const struct {
		const char *plain, *coded;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfb\xef\xbe", "//77774=" },
		{ "a.example", "YS5leGFtcGxl" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char coded[64], plain[64];
		size_t n = 99;

		digest_base64_encode(str_of(rows[i].plain), coded);
		assert_string_equal(coded, rows[i].coded);
		assert_true(digest_base64_decode(str_of(rows[i].coded), plain, &n));
		assert_str(((struct str){ plain, n }), rows[i].plain);
	}
}

static void every_byte_survives_base64(void **unused)
{
	char in[256], coded[400], out[256];
	size_t n;

	(void)unused;
	for (int i = 0; i < 256; i++)
		in[i] = (char)(i * 7);
	for (size_t len = 0; len <= 256; len++) {
		digest_base64_encode((struct str){ in, len }, coded);
		assert_int_equal(strlen(coded), 4 * ((len + 2) / 3));
		assert_true(digest_base64_decode(str_of(coded), out, &n));
		assert_int_equal(n, len);
		assert_memory_equal(in, out, len);
	}
}

static void malformed_base64_is_refused(void **unused)
{
	static const char *const rows[] = { "=", "====", "A", "AA", "AAA", "A===", "AA=A", "=AAA",
		"AAAA=", "AAA=AAAA", "AA==AA==", "AA A", "AAA\n", " AAAA", "AA-_", "AAA\x80",
		/* Bits left over: "Zh==" would decode to the same byte as "Zg==". */
		"Zh==", "Zm9=" };
	char out[16];
	size_t n;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(digest_base64_decode(str_of(rows[i]), out, &n));
	assert_false(digest_base64_decode(STR("AA\0A"), out, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_published_values),
		cmocka_unit_test(hmac_gives_the_values_of_rfc_4231),
		cmocka_unit_test(hmac_takes_an_empty_key_and_empty_data),
		cmocka_unit_test(hkdf_gives_the_value_of_rfc_5869),
		cmocka_unit_test(equality_is_of_length_and_bytes),
		cmocka_unit_test(base64_gives_the_published_values_both_ways),
		cmocka_unit_test(every_byte_survives_base64),
		cmocka_unit_test(malformed_base64_is_refused),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
