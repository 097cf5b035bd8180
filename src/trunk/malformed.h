/* SPDX-License-Identifier: MIT */
/*
 * The last input of each peer that ended a stream, for people: what was wrong, in which byte, and
 * what stood around it. A peer is a host; where it has proven a domain, that domain there. Of a
 * worker, bounded: the peer that was quiet for longest makes room.
 */
#pragma once

#include "base/clock.h"
#include "trunk/leg.h"
#include "xmpp/stream_fault.h"

enum { MALFORMED_PEERS = 256, MALFORMED_KEY = 16 + 1 + DOMAIN_MAX };

struct malformed_row {
	char time[CLOCK_TEXT];
	struct address peer;
	struct domain domain, own; /* the peer's, which it may only have claimed; ours */
	bool proven;
	enum leg_kind kind;
	unsigned long long stream; /* its number in the log */
	unsigned long long times;  /* of this peer, since it is in the table */
	enum stream_condition condition;
	char words[200]; /* of the stream error, "" : none */
	struct stream_fault fault;
	size_t key_n;
	char key[MALFORMED_KEY]; /* who it is: written by malformed_put() */
};

struct malformed;
void malformed_free(struct malformed *m); /* NULL is fine */
/* Takes a copy; *m is made when there is none. row->times is not looked at. */
void malformed_put(struct malformed **m, const struct malformed_row *row);
/* All of them, the last one first, on the heap; NULL with 0: none. */
struct malformed_row *malformed_rows(const struct malformed *m, unsigned *n_out);

/* The leg's stream has failed: notes it, and a log line at debug level, if what it read was why. */
void malformed_note(struct leg *l, const struct stream_info *info);
/* The same for a stanza that ends it, although it can be read. */
void malformed_stanza(
	struct leg *l, const struct stream_info *info, enum stream_condition c, const char *words);
