/* SPDX-License-Identifier: MIT */
/* Holding a stream that is too fast. See inbound_rate.h. */
#include "trunk/inbound_rate.h"

#include "trunk/inbound.h"
#include "trunk/metrics.h"

void inbound_rate_widen(struct inbound *in, const struct control *c)
{
	const struct control_rate *config = &c->config->rate;
	struct throttle *t = &in->throttle;

	if (t->set) {
		rate_widen(&t->rate, config->stanzas_per_second, config->bytes_per_second);
		return;
	}
	t->set = true;
	rate_init(&t->rate, config->stanzas_per_second, config->bytes_per_second,
		net_loop_now(in->leg.trunk->loop));
}

/* Whoever else holds the stream (a full route, an older stream of the pair) lets it go by himself.
 */
static void even_again(void *arg)
{
	struct inbound *in = arg;

	in->throttle.holds = false;
	for (unsigned i = 0; i < in->npairs; i++)
		if (!list_empty(&in->pairs[i]->feed.waiting))
			return;
	inbound_resume(in);
}

static void hold(struct inbound *in, uint64_t ms)
{
	struct throttle *t = &in->throttle;

	if (!t->timer)
		t->timer = net_timer_new(in->leg.trunk->loop, even_again, in);
	if (!t->told)
		leg_log(&in->leg, LOG_LEVEL_WARN, "throttled",
			" stanzas_per_second=%lld bytes_per_second=%lld",
			(long long)t->rate.stanzas, (long long)t->rate.bytes);
	t->told = true;
	metrics_limited(in->leg.trunk, &in->leg.peer_domain, METRICS_RATE);
	t->holds = true;
	in->leg.held = true;
	conn_pause(in->leg.conn);
	net_timer_start(t->timer, ms, 0);
}

void inbound_charge(struct inbound *in, size_t bytes)
{
	uint64_t ms = rate_charge(&in->throttle.rate, bytes, net_loop_now(in->leg.trunk->loop));

	if (ms > 0 && !in->leg.ended && inbound_may_hold(in))
		hold(in, ms);
}

void inbound_rate_end(struct inbound *in)
{
	net_timer_close(in->throttle.timer);
	in->throttle.timer = NULL;
	in->throttle.holds = false;
}
