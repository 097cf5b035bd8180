/* SPDX-License-Identifier: MIT */
/*
 * A control's `rate` on an inbound stream: when more came than it allows, the stream is not read
 * until it is even again. Nothing is lost and nothing refused: the peer's TCP waits. All pairs of
 * the stream wait, since the limit is the stream's.
 */
#include "trunk/inbound.h"

void inbound_rate_widen(struct inbound *in, const struct control *c)
{
	const struct control_rate *config = &c->config->rate;

	if (in->rated) {
		rate_widen(&in->rate, config->stanzas_per_second, config->bytes_per_second);
		return;
	}
	in->rated = true;
	rate_init(&in->rate, config->stanzas_per_second, config->bytes_per_second,
		net_loop_now(in->leg.trunk->loop));
}

/* Whoever else holds the stream (a full route, an older stream of the pair) lets it go by himself.
 */
static void even_again(void *arg)
{
	struct inbound *in = arg;

	in->throttled = false;
	for (unsigned i = 0; i < in->npairs; i++)
		if (!list_empty(&in->pairs[i]->feed.waiting))
			return;
	inbound_resume(in);
}

void inbound_charge(struct inbound *in, size_t bytes)
{
	struct trunk *t = in->leg.trunk;
	uint64_t ms = rate_charge(&in->rate, bytes, net_loop_now(t->loop));

	/* Who stops reads on with everybody. */
	if (ms == 0 || in->leg.ended || t->stopping)
		return;
	if (!in->throttle)
		in->throttle = net_timer_new(t->loop, even_again, in);
	if (!in->told) {
		in->told = true;
		leg_log(&in->leg, LOG_LEVEL_WARN, "throttled",
			" stanzas_per_second=%lld bytes_per_second=%lld",
			(long long)in->rate.stanzas, (long long)in->rate.bytes);
	}
	in->throttled = true;
	in->leg.held = true;
	conn_pause(in->leg.conn);
	net_timer_start(in->throttle, ms, 0);
}

void inbound_rate_end(struct inbound *in)
{
	net_timer_close(in->throttle);
	in->throttle = NULL;
	in->throttled = false;
}
