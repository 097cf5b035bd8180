/* SPDX-License-Identifier: MIT */
/*
 * What may come back where a flow leads one way only (decision 14): results and errors of IQ
 * requests that passed, errors to messages and presence that passed, presence to one who subscribed
 * or joined, and what a joined room says. A bounded table per pair; entries age out.
 */
#pragma once

#include "trunk/peering.h"
#include "xmpp/stanza.h"

#include <stdint.h>

struct answers;
struct answers *answers_new(void);
void answers_free(struct answers *a);
/* Remembers a stanza that passed along the flow, when something may answer it. */
void answers_note(struct answers *a, const struct stanza_head *h, uint64_t now_ms);
/* Does this stanza, against the flow, answer something? An IQ's entry is used up by it. */
bool answers_allow(struct answers *a, const struct stanza_head *h, uint64_t now_ms);
/* What answers_allow() lets through for everybody, so that no ghost remains (unavailable,
 * unsubscribe, unsubscribed), and only as a bare tag: nobody asked for its content. */
bool answers_bare(struct answers *a, const struct stanza_head *h, uint64_t now_ms);
enum answers_way {
	ANSWERS_NO,   /* it may not go this way */
	ANSWERS_YES,  /* as it is */
	ANSWERS_BARE, /* stanza_write_bare() of it */
};
/* May a stanza go where `permit` holds, and `back` holds the other way (decision 14)? The whole
 * rule: along a flow what may be answered is noted, against it only answers pass. *a is made when
 * it is needed first. */
enum answers_way answers_admit(struct answers **a, enum permit permit, enum permit back,
	const struct stanza_head *h, uint64_t now_ms);
/* Nothing worth keeping; NULL is empty. */
bool answers_empty(const struct answers *a, uint64_t now_ms);
