/* SPDX-License-Identifier: MIT */
/* What stands in for dials, streams and the clock. */
#include "route_rig.h"

#include "base/mem.h"
#include "trunk/dial.h"
#include "trunk/head.h"
#include "trunk/inbound.h"
#include "trunk/metrics.h"
#include "trunk/peer.h"
#include "trunk/repeats.h"
#include "xml/reader.h"

#include <stdlib.h>

#define SIDE(name)                                                                 \
	"  { match = \"" name "\"; tls = \"off\"; authentication = \"dialback\"; " \
	"queue = { stanzas = 3; bytes = \"16k\"; seconds = \"10s\"; }; }"

/* ---- in the place of loop.c, leg.c, dial.c, outbound.c and inbound.c ---- */

uint64_t __wrap_net_loop_now(const struct net_loop *l);
uint64_t __wrap_net_loop_now(const struct net_loop *l)
{
	return ((const struct rig *)(const void *)l)->now;
}

static struct rig *rig_of(const struct trunk *t)
{
	return (struct rig *)(void *)t->loop;
}

static struct rig_stream *stream_of(const struct outbound *o)
{
	return (struct rig_stream *)(void *)(size_t)o;
}

void leg_log(struct leg *l, enum log_level level, const char *event, const char *fmt, ...)
{
}

void leg_fail(struct leg *l, enum stream_condition c, const char *words, const char *app)
{
	struct rig_stream *s = (struct rig_stream *)(void *)l;

	s->failed = c;
	l->ended = true;
	s->out.retiring = true;
	route_retire(s->out.route, &s->out);
}

static struct dial **dial_towards(struct rig *rig, const struct domain *to)
{
	return str_is(domain_str(to), "b.example") ? &rig->dial : &rig->dial_back;
}

struct dial *dial_start(struct trunk *t, const struct dial_options *o)
{
	struct rig *rig = rig_of(t);
	struct dial **slot = dial_towards(rig, o->to);
	struct dial *d = MEM_NEW(struct dial);

	assert_null(*slot);
	d->trunk = t;
	d->o = *o;
	d->to = *o->to;
	if (o->not_to)
		d->not_to = *o->not_to;
	rig->dials++;
	*slot = d;
	return d;
}

void dial_cancel(struct dial *d)
{
	struct rig *rig = d ? rig_of(d->trunk) : NULL;

	if (!d)
		return;
	*dial_towards(rig, &d->to) = NULL;
	rig->cancelled++;
	free(d);
}

void outbound_adopt(struct outbound *o, struct route *r)
{
	o->route = r;
}

void outbound_send(struct outbound *o, struct str stanza, uint64_t audit)
{
	assert_false(o->retiring);
	assert_ptr_equal(o->route->out, o);
	buf_put(&stream_of(o)->sent, stanza);
	buf_put(&o->numbers, (struct str){ (const char *)&audit, sizeof(audit) });
}

bool outbound_congested(const struct outbound *o)
{
	return stream_of(o)->congested;
}

void outbound_retire(struct outbound *o, const char *reason)
{
	rig_retire(stream_of(o));
}

const char *outbound_check(const struct outbound *o, const struct control *c)
{
	assert_non_null(c);
	return NULL;
}

bool outbound_same_hop(const struct outbound *o, const struct control *c)
{
	return !rig_of(o->leg.trunk)->other_hop;
}

void outbound_keep(struct outbound *o, const struct control *c)
{
	stream_of(o)->kept = true;
}

void outbound_tick(struct outbound *o, uint64_t now)
{
}

void inbound_resume(struct inbound *in)
{
	rig_of(in->leg.trunk)->resumed++;
}

const struct address *inbound_peer(const struct inbound *in)
{
	return &in->listener; /* any address will do */
}

void inbounds_tick(struct route *r, uint64_t now)
{
}

/* ---- the rig ---- */

static void add_plan(struct rig *rig, const char *text)
{
	unsigned i = rig->nplans++;

	assert_true(i < RIG_PLANS);
	peering_rig_init(&rig->controls[i], text);
	rig->plans[i] = (struct plan){ .number = i + 1,
		.settings = rig->controls[i].settings,
		.peering = rig->controls[i].peering };
	rig->trunk.plan = &rig->plans[i];
}

void rig_init_text(struct rig *rig, const char *text)
{
	struct domain a = peering_rig_domain("a.example"), b = peering_rig_domain("b.example");
	struct trunk *t = &rig->trunk;

	*rig = (struct rig){ .now = 1000 };
	xml_reader_global_init();
	log_set_level(LOG_LEVEL_ERROR);
	add_plan(rig, text);
	rig->trunks[0] = t;
	rig->shared = (struct trunk_shared){ .trunks = rig->trunks, .n = 1 };
	t->loop = (struct net_loop *)(void *)rig;
	t->shared = &rig->shared;
	list_init(&t->unrecorded);
	map_init(&t->pairs);
	map_init(&t->peers);
	t->heads = head_reader_new();
	rig->ab = pair_route(t, &a, &b);
	rig->ba = pair_route(t, &b, &a);
}

void rig_init(struct rig *rig)
{
	rig_init_text(
		rig, "peering_controls = (\n" SIDE("a.example") ",\n" SIDE("b.example") " );\n");
}

void rig_fini(struct rig *rig)
{
	if (rig->ab)
		pair_free(rig->ab->pair);
	assert_int_equal(rig->trunk.pairs.count, 0);
	assert_int_equal(rig->shared.queued_bytes, 0);
	map_fini(&rig->trunk.pairs);
	peers_free(&rig->trunk.peers);
	head_reader_free(rig->trunk.heads);
	repeats_free(rig->trunk.repeats);
	for (unsigned i = 0; i < rig->nstreams; i++) {
		buf_fini(&rig->streams[i].sent);
		buf_fini(&rig->streams[i].out.numbers);
	}
	metrics_fini(&rig->trunk.metrics);
	buf_fini(&rig->trunk.record);
	buf_fini(&rig->trunk.masked);
	for (unsigned i = 0; i < rig->nplans; i++)
		peering_rig_fini(&rig->controls[i]);
}

void rig_replan(struct rig *rig, const char *text)
{
	add_plan(rig, text);
	route_replan(rig->ab);
	route_replan(rig->ba);
}

enum route_outcome rig_deliver(struct route *r, const char *stanza, bool patient)
{
	struct head_reader *reader = head_reader_new();
	struct stanza_head head;
	struct delivery d = { .head = &head, .bytes = str_of(stanza), .patient = patient };
	enum route_outcome o;

	if (!head_read(reader, d.bytes, &head))
		fail_msg("%s", stanza);
	d.bounce = head.type == TYPE_ERROR && head.kind == STANZA_MESSAGE;
	o = route_deliver(r, &d);
	head_reader_free(reader);
	return o;
}

enum route_outcome rig_message(struct route *r, const char *id)
{
	const char *from = r->from.s, *to = r->to.s;
	char *text = mem_printf("<message from='%s@%s' to='%s@%s' id='%s'><body>x</body></message>",
		*from == 'a' ? "u" : "v", from, *to == 'a' ? "u" : "v", to, id);
	enum route_outcome o = rig_deliver(r, text, false);

	free(text);
	return o;
}

struct rig_stream *rig_dialled(struct rig *rig, struct route *r, enum dial_outcome o)
{
	struct dial **slot = dial_towards(rig, &r->to), *d = *slot;
	struct rig_stream *s = NULL;
	struct peer *peer = peer_get(&rig->trunk.peers, &r->to);

	assert_non_null(d);
	*slot = NULL;
	if (o == DIAL_OK) {
		assert_true(rig->nstreams < RIG_STREAMS);
		s = &rig->streams[rig->nstreams++];
		s->out.leg.trunk = &rig->trunk;
		s->out.leg.opened_ms = rig->now;
		peer_succeeded(peer, 1);
	} else {
		peer_failed(peer, rig->now);
	}
	d->o.done(d->o.arg, d, o, s ? &s->out : NULL, "words");
	free(d);
	return s;
}

void rig_break(struct rig *rig, struct rig_stream *s, size_t acked, size_t written)
{
	struct route *r = s->out.route;

	s->out.route = NULL;
	s->out.leg.ended = true;
	struct returned_bytes back = { &s->sent, acked, written, buf_view(&s->out.numbers) };
	route_returned(r, &s->out, &back);
	buf_clear(&s->sent);
	buf_fini(&s->out.numbers);
}

void rig_retire(struct rig_stream *s)
{
	s->retired = s->out.retiring = true;
	route_retire(s->out.route, &s->out);
}

void rig_tick(struct rig *rig, uint64_t ms)
{
	rig->now += ms;
	pair_tick(rig->ab->pair, rig->now);
}

void rig_expect_sent(struct rig_stream *s, const char *want)
{
	if (!str_is(buf_view(&s->sent), want))
		fail_msg("sent: %.*s\nnot: %s", STR_ARG(buf_view(&s->sent)), want);
	buf_clear(&s->sent);
}

void rig_expect_counts(struct rig *rig, unsigned bounced, unsigned dropped)
{
	assert_int_equal(rig->trunk.stats.bounced, bounced);
	assert_int_equal(rig->trunk.stats.dropped, dropped);
}
