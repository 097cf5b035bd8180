/* SPDX-License-Identifier: MIT */
/* How large a certificate chain other servers take in a handshake. */
#pragma once

#include <stddef.h>

enum { CHAIN_LIMIT_WORDS = 200, CHAIN_LIMIT_JAVA = 32 * 1024 };

/* Which TLS libraries refuse so many bytes: "Java (at most 32 KB), OpenSSL (at most 100 KB)"; ""
 * when none does. Returns how many. */
unsigned chain_limit_words(size_t bytes, char out[CHAIN_LIMIT_WORDS]);
