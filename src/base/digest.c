/* SPDX-License-Identifier: MIT */
/*
 * Digests by libcrypto, base64 by hand (libcrypto's decoder forgives white space and bad padding).
 * A libcrypto that cannot do SHA-256 is a broken host: abort, like running out of memory.
 */
#include "base/digest.h"

#include "base/buf.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

static void must(bool done)
{
	if (!done)
		abort();
}

/* libcrypto takes a NULL key or text for "not given". */
static const unsigned char *bytes(struct str s)
{
	return (const unsigned char *)(s.n ? s.p : "");
}

void digest_sha256(struct str data, unsigned char out[DIGEST_BYTES])
{
	must(EVP_Digest(bytes(data), data.n, out, NULL, EVP_sha256(), NULL) == 1);
}

void digest_hmac(struct str key, struct str data, unsigned char out[DIGEST_BYTES])
{
	size_t n = 0;

	must(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, bytes(key), key.n, bytes(data), data.n,
		     out, DIGEST_BYTES, &n) != NULL &&
		n == DIGEST_BYTES);
}

/* RFC 5869 2.2 and 2.3 with one block of output; an empty salt is a block of zeros. */
void digest_hkdf(struct str secret, struct str info, unsigned char out[DIGEST_BYTES])
{
	static const char salt[DIGEST_BYTES];
	unsigned char prk[DIGEST_BYTES];
	struct buf block = { 0 };

	digest_hmac((struct str){ salt, sizeof(salt) }, secret, prk);
	buf_put(&block, info);
	buf_put_char(&block, 1);
	digest_hmac((struct str){ (const char *)prk, sizeof(prk) }, buf_view(&block), out);
	buf_fini(&block);
	OPENSSL_cleanse(prk, sizeof(prk));
}

void digest_hex(const unsigned char in[DIGEST_BYTES], char out[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[DIGEST_HEX - 1] = '\0';
}

bool digest_equal(struct str a, struct str b)
{
	return a.n == b.n && CRYPTO_memcmp(bytes(a), bytes(b), a.n) == 0;
}

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

bool digest_base64_decode(struct str in, char *out, size_t *n_out)
{
	size_t pad = 0, n = 0;
	uint32_t bits = 0;

	if (in.n % 4)
		return false;
	while (pad < 2 && pad < in.n && in.p[in.n - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < in.n - pad; i++) {
		int v = base64_value(in.p[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		/* Every letter but the first of four completes a byte. */
		if (i % 4)
			out[n++] = (char)(bits >> (6 - 2 * (i % 4)));
	}
	*n_out = n;
	/* What is left over after the last byte must be zero: one text per value. */
	return pad == 0 || (bits & (pad == 2 ? 15u : 3u)) == 0;
}

void digest_base64_encode(struct str in, char *out)
{
	for (size_t i = 0; i < in.n; i += 3) {
		const unsigned char *p = (const unsigned char *)in.p + i;
		size_t left = in.n - i;
		uint32_t bits = (uint32_t)p[0] << 16;

		bits |= left > 1 ? (uint32_t)p[1] << 8 : 0;
		bits |= left > 2 ? p[2] : 0;
		*out++ = base64_letters[bits >> 18];
		*out++ = base64_letters[bits >> 12 & 63];
		*out++ = left > 1 ? base64_letters[bits >> 6 & 63] : '=';
		*out++ = left > 2 ? base64_letters[bits & 63] : '=';
	}
	*out = '\0';
}
