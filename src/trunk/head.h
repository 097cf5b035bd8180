/* SPDX-License-Identifier: MIT */
/*
 * Stanzas that we wrote ourselves, read again: where each one ends, and its head. For what comes
 * back out of a queue or a broken connection and must be answered.
 */
#pragma once

#include "xmpp/stanza.h"

struct head_reader;
struct head_reader *head_reader_new(void);
void head_reader_free(struct head_reader *r);

/* The head of one serialised stanza. The views live until the next call. False only for bytes that
 * are none of ours. */
bool head_read(struct head_reader *r, struct str stanza, struct stanza_head *out);
/* Is it an error that says a defined condition and nothing else? So are ours; of others it gives
 * nothing away. */
bool head_is_plain_error(struct str stanza);
/* The first whole stanza in `bytes` (which start at one); 0 when there is none. */
size_t head_stanza_length(struct str bytes);
