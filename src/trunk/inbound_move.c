/* SPDX-License-Identifier: MIT */
/*
 * An inbound leg goes to the worker that is home to its first pair: descriptor, TLS, stream and
 * unread bytes in one message, after the proof and before the first stanza.
 */
#include "trunk/inbound.h"

#include "base/mem.h"
#include "trunk/metrics.h"
#include "trunk/record.h"

#include <stdlib.h>

struct move {
	struct mail mail;
	struct inbound *inbound;
	struct trunk *to;
	struct conn_parcel *parcel;
};

/* Stopped before it arrived. */
static void lost(struct move *m)
{
	struct inbound *in = m->inbound;
	in->leg.trunk = m->to;
	leg_log(&in->leg, LOG_LEVEL_INFO, "stream-end", " reason=shutdown");
	metrics_closed(&in->leg, STREAM_SYSTEM_SHUTDOWN);
	record_stream(&in->leg);
	atomic_fetch_add(&m->to->stats.streams_closed, 1);
	conn_parcel_free(m->parcel);
	admission_leave(&m->to->shared->admission, &in->place);
	inbound_pairs_free(in);
	stream_free(in->leg.stream);
	free(in->proofs);
	free(in->trouble);
	free(in->leg.reason);
	free(in->leg.lost);
	free(in->leg.close_reason);
	free(in);
}

static void arrive(struct mail *mail, bool cancelled)
{
	struct move *m = list_item(mail, struct move, mail);
	struct inbound *in = m->inbound;
	struct trunk *t = m->to;
	if (cancelled) {
		lost(m);
		free(m);
		return;
	}
	in->leg.trunk = t;
	in->leg.conn = conn_attach(t->loop, m->parcel, leg_conn_event, &in->leg);
	stream_move(in->leg.stream, conn_in(in->leg.conn), conn_out(in->leg.conn));
	list_append(&t->legs, &in->leg.link);
	atomic_fetch_add(&t->load, 1);
	free(m);
	in->settled = true;
	in->moving = false;
	for (unsigned i = 0; i < in->npairs; i++)
		in->pairs[i]->counts = NULL;
	if (in->pairs[0]->plan != t->plan->number)
		inbound_replan(
			in); /* the plan changed on the way; the old one's controls may be gone */
	if (in->leg.ended)
		return;
	stream_stanzas(in->leg.stream, &filter_sink, t->filter);
	if (t->stopping) {
		inbound_read_rest(in);
		leg_fail(&in->leg, STREAM_SYSTEM_SHUTDOWN, NULL, NULL);
		return;
	}
	in->leg.held = false;
	inbound_attach(in, in->pairs[0]);
	if (in->leg.ended || in->leg.held)
		return;
	conn_resume(in->leg.conn);
	leg_pump(&in->leg);
}

void inbound_move_home(struct inbound *in)
{
	struct trunk *t = in->leg.trunk;
	struct move *m = MEM_NEW(struct move);
	m->inbound = in;
	m->to = t->shared->trunks[in->pairs[0]->home];
	m->mail.run = arrive;
	m->parcel = conn_detach(in->leg.conn);
	in->leg.conn = NULL;
	list_remove(&in->leg.link);
	leg_busy(&in->leg);
	atomic_fetch_sub(&t->load, 1);
	net_loop_post(m->to->loop, &m->mail);
}
