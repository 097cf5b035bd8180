/* SPDX-License-Identifier: MIT */
/* See chain_limit.h. */
#include "ctl/chain_limit.h"

#include <stdio.h>
#include <string.h>

/* What each takes of one handshake message, or of the chain, unless somebody changed it. */
static const struct {
	const char *who;
	size_t kilobytes;
} limits[] = {
	{ "Java", CHAIN_LIMIT_JAVA / 1024 },
	{ "OpenSSL", 100 },
	{ "GnuTLS", 128 },
	{ "Erlang", 256 },
};

unsigned chain_limit_words(size_t bytes, char out[CHAIN_LIMIT_WORDS])
{
	unsigned n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t at = strlen(out);

		if (bytes <= limits[i].kilobytes * 1024)
			continue;
		snprintf(out + at, CHAIN_LIMIT_WORDS - at, "%s%s (at most %zu KB)", n ? ", " : "",
			limits[i].who, limits[i].kilobytes);
		n++;
	}
	return n;
}
