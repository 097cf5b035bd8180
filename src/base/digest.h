/* SPDX-License-Identifier: MIT */
/* SHA-256, HMAC-SHA-256 and HKDF-SHA-256 (RFC 5869), by libcrypto. */
#pragma once

#include "base/str.h"

#include <stdbool.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX = 65 };

void digest_sha256(struct str data, unsigned char out[DIGEST_BYTES]);
void digest_hmac(struct str key, struct str data, unsigned char out[DIGEST_BYTES]);
/* Empty salt; DIGEST_BYTES bytes of output keying material. */
void digest_hkdf(struct str secret, struct str info, unsigned char out[DIGEST_BYTES]);
/* Lower-case hexadecimal with a NUL. */
void digest_hex(const unsigned char in[DIGEST_BYTES], char out[DIGEST_HEX]);
/* Takes the same time wherever the two differ; lengths are not secret. */
bool digest_equal(struct str a, struct str b);
/* Base64 (RFC 4648 section 4, strict: no white space, right padding, no bits left over). decode
 * returns false for anything malformed; *n_out gets the number of bytes, at most in.n / 4 * 3. */
bool digest_base64_decode(struct str in, char *out, size_t *n_out);
/* out needs 4 * ((in.n + 2) / 3) + 1 bytes; terminated. */
void digest_base64_encode(struct str in, char *out);
