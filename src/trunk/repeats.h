/* SPDX-License-Identifier: MIT */
/*
 * The last presence that was handed to a route, for each sender (with resource) and recipient, so
 * that one which says the same again can be left out (`presence.suppress_repeats`). One table for
 * each worker, of hashes, with a fixed number of entries; who has been silent for longest goes
 * first, which lets a repeat through and never holds back news. An era is one stream of one route:
 * what an earlier one was given counts no more.
 */
#pragma once

#include "xmpp/stanza.h"

struct repeats;
/* For at most this many pairs of bare addresses. */
struct repeats *repeats_new(unsigned max);
void repeats_free(struct repeats *r);

/* Is this what the sender told the recipient last, in this era? Available presence only. */
bool repeats_known(struct repeats *r, uint64_t era, const struct stanza_head *h, struct str bytes);
/* It was handed over. */
void repeats_note(struct repeats *r, uint64_t era, const struct stanza_head *h, struct str bytes);
/* What any resource of `from` told any of `to` counts no more. */
void repeats_forget(struct repeats *r, uint64_t era, struct str from, struct str to);
