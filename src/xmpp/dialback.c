/* SPDX-License-Identifier: MIT */
/*
 * Dialback keys (XEP-0185). Computes and compares; keeps nothing, and never logs a key or a secret.
 */
#include "xmpp/dialback.h"

#include "base/buf.h"

void dialback_secret(struct str master, struct str domain, char out[DIGEST_HEX])
{
	unsigned char derived[DIGEST_BYTES];
	struct buf info;

	buf_init(&info, 0);
	buf_put(&info, STR("trunkd dialback "));
	buf_put(&info, domain);
	digest_hkdf(master, buf_view(&info), derived);
	digest_hex(derived, out);
	buf_fini(&info);
}

void dialback_key(struct str secret, struct str receiving, struct str originating, struct str id,
	char out[DIGEST_HEX])
{
	unsigned char digest[DIGEST_BYTES];
	char hmac_key[DIGEST_HEX];
	struct buf text;

	/* XEP-0185 2: the HMAC's key is the hexadecimal text of the hash, not its bytes. */
	digest_sha256(secret, digest);
	digest_hex(digest, hmac_key);

	buf_init(&text, 0);
	buf_put(&text, receiving);
	buf_put_char(&text, ' ');
	buf_put(&text, originating);
	buf_put_char(&text, ' ');
	buf_put(&text, id);
	digest_hmac(str_of(hmac_key), buf_view(&text), digest);
	digest_hex(digest, out);
	buf_fini(&text);
}

bool dialback_key_check(struct str secret, struct str receiving, struct str originating,
	struct str id, struct str presented)
{
	char key[DIGEST_HEX];

	dialback_key(secret, receiving, originating, id, key);
	return digest_equal(str_of(key), str_trim(presented));
}
