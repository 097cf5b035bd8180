/* SPDX-License-Identifier: MIT */
/* SRV records (RFC 2782): out of the wire form, and into the order in which they are to be tried.
 * Pure. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct srv {
	uint16_t priority, weight, port;
	bool direct_tls; /* from _xmpps-server (XEP-0368) */
	bool secure;
	char target[256]; /* without the last dot; "" for ".": not offered */
};

/* What goes first where two records of the two services have the same priority. */
enum srv_tie { SRV_TIE_NONE, SRV_TIE_DIRECT_TLS, SRV_TIE_STARTTLS };

/* Fills priority, weight, port and target from a record's data. False: malformed, or no host name.
 */
bool srv_parse(struct str rdata, struct srv *out);
/* By priority; within one priority drawn by weight. random(n): uniform in [0, n). */
void srv_sort(struct srv *v, unsigned n, enum srv_tie tie, uint32_t (*random)(uint32_t bound));
