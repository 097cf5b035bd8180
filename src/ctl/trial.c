/* SPDX-License-Identifier: MIT */
/* See trial.h. */
#include "ctl/trial.h"

#include "base/map.h"
#include "base/mem.h"
#include "policy/catalogue.h"
#include "trunk/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "trunkctl-trial:stream"

/* For streams time stands still: nothing in a trial waits. */
enum { NOW = 1 };

/* What passed between two domains where a flow leads one way only. */
struct two {
	struct map_node node;
	struct answers *answers;
	char key[];
};

struct trials {
	const struct plan *plan;
	struct filter *filter;
	struct map twos;
	uint64_t now_ms; /* of the stanza; what may be answered ages by it */
	/* Of the stanza that is read. */
	struct domain from, to;
	struct passage passage;
	struct pair_refusal refusal;
	bool routed;
	/* Of one run. */
	struct stream *stream;
	struct buf in, out;
	struct buf sent, answer;
	trial_fn *fn;
	void *arg;
	unsigned told;
	bool over; /* a decision ended the stream */
};

/* As inbound_choose(), with every pair proven. */
static const struct policy_table *choose(
	void *arg, const struct stanza_head *head, struct filter_context *out)
{
	struct trials *t = arg;

	t->passage = (struct passage){ .permit = PERMIT_NO_FROM };
	t->routed = false;
	if (!domain_parse(head->from_domain, &t->from) || !domain_parse(head->to_domain, &t->to)) {
		t->refusal = decide_no_domain();
		return NULL;
	}
	peering_permit(t->plan->peering, &t->from, &t->to, &t->passage);
	t->routed = decide_pair(&t->passage, &t->refusal);
	if (!t->routed)
		return NULL;
	decide_context(&t->passage, head, &(struct decide_certificates){ 0 }, out);
	return t->passage.table;
}

struct trials *trials_new(const struct plan *plan)
{
	struct trials *t = MEM_NEW(struct trials);

	t->plan = plan;
	t->filter = filter_new(choose, t);
	t->now_ms = NOW;
	map_init(&t->twos);
	return t;
}

void trials_free(struct trials *t)
{
	size_t pos = 0;

	if (!t)
		return;
	for (struct map_node *n = NULL; (n = map_next(&t->twos, &pos, NULL)) != NULL;) {
		struct two *two = map_item(n, struct two, node);

		map_remove(&t->twos, n);
		answers_free(two->answers);
		free(two);
	}
	map_fini(&t->twos);
	filter_free(t->filter);
	buf_fini(&t->in);
	buf_fini(&t->out);
	buf_fini(&t->sent);
	buf_fini(&t->answer);
	free(t);
}

void trials_time(struct trials *t, uint64_t now_ms)
{
	t->now_ms = now_ms;
}

static void tell(struct trials *t, const struct trial *r)
{
	t->told++;
	t->fn(t->arg, r);
}

/* ---- one stanza ---- */

/* What may be answered between these two, whichever of them asks. */
static struct answers **answers_between(
	struct trials *t, const struct domain *a, const struct domain *b)
{
	char key[2 * DOMAIN_MAX + 3];
	bool swap = strcmp(a->s, b->s) > 0;
	struct map_node *node;
	struct two *two;

	snprintf(key, sizeof(key), "%s %s", swap ? b->s : a->s, swap ? a->s : b->s);
	node = map_get(&t->twos, str_of(key));
	if (node)
		return &map_item(node, struct two, node)->answers;
	two = mem_zero(1, sizeof(*two) + strlen(key) + 1);
	strcpy(two->key, key);
	map_put(&t->twos, &two->node, str_of(two->key));
	return &two->answers;
}

/* As route_deliver() holds it against the flows. */
static void hold_against_flow(struct trials *t, struct trial *r)
{
	const struct stanza_head *h = &r->filter->head;
	struct passage back;
	enum answers_way way;

	peering_permit(t->plan->peering, &t->to, &t->from, &back);
	way = answers_admit(
		answers_between(t, &t->from, &t->to), r->passage.permit, back.permit, h, t->now_ms);
	r->only_answers = way == ANSWERS_NO;
	r->bare = way == ANSWERS_BARE;
	if (!r->bare)
		return;
	buf_clear(&t->sent);
	stanza_write_bare(&t->sent, h);
	r->sent = buf_view(&t->sent);
}

static void answer(struct trials *t, struct trial *r)
{
	const struct stanza_head *h = &r->filter->head;

	if (!stanza_may_bounce(h))
		return;
	buf_clear(&t->answer);
	stanza_error_write(
		&t->answer, h, r->decision.condition, false, r->decision.text, r->decision.app);
	r->answer = buf_view(&t->answer);
}

static void decided(struct trials *t, const struct stream_info *info, bool oversize)
{
	const struct filter_result *f = oversize ? filter_oversize(t->filter, info->bytes)
						 : filter_finish(t->filter, info->bytes);
	struct trial r = {
		.end = TRIAL_DECIDED,
		.filter = f,
		.shadow = filter_shadow(t->filter),
		.decision = decide_stanza(t->routed ? &t->passage : NULL, f, oversize),
		.passage = t->passage,
		.routed = t->routed,
		.oversize = oversize,
		.bytes = info->bytes,
	};

	switch (r.decision.kind) {
	case DECISION_DELIVER:
		r.sent = f->bytes;
		hold_against_flow(t, &r);
		break;
	case DECISION_BOUNCE: answer(t, &r); break;
	case DECISION_DROP: break;
	case DECISION_UNROUTED:
		r.failed = t->refusal.condition;
		r.words = str_of(t->refusal.text);
		break;
	case DECISION_END:
		r.failed = r.decision.stream;
		r.words = str_of(r.decision.why);
		break;
	}
	t->over = r.decision.kind == DECISION_UNROUTED || r.decision.kind == DECISION_END;
	tell(t, &r);
}

/* ---- the stream ---- */

static void open_stream(
	struct trials *t, const struct domain *from, const struct domain *to, struct str declared)
{
	const struct limits_config *lim = &t->plan->settings.limits;
	const struct control *c = peering_accepted(t->plan->peering, from);
	struct stream_options o = {
		.role = STREAM_RECEIVING,
		.secure = true,
		.early_bytes = (size_t)lim->setup_bytes,
		.early_elements = (unsigned)lim->setup_elements,
		.max_pairs = (unsigned)lim->pairs,
		.setup_ms = (uint32_t)lim->setup_time,
		.limits = decide_limits(lim, c ? (size_t)c->config->max_stanza : 256 * 1024),
		.classify = catalogue_mark,
	};
	buf_clear(&t->in);
	buf_clear(&t->out);
	t->stream = stream_new(&o, &t->in, &t->out, NOW);
	/* The prefix is ours, so that it is none of those declared. */
	buf_printf(&t->in,
		"<" ROOT " xmlns:trunkctl-trial='http://etherx.jabber.org/streams' version='1.0' "
		"from='%s' to='%s' ",
		from->s, to->s);
	buf_put(&t->in, declared.n ? declared : STR("xmlns='jabber:server'"));
	buf_put_char(&t->in, '>');
}

/* The header is in: from here on, as on a stream that was proven. */
static void establish(struct trials *t)
{
	struct stream *s = t->stream;

	stream_answer(s, STR(""), STR(""), 0);
	stream_established(s);
	filter_bind(t->filter, t, stream_lang(s), STR("en"));
	stream_stanzas(s, &filter_sink, t->filter);
}

/* Everything that is in the input. False: the stream is over. */
static bool pump(struct trials *t)
{
	struct stream_info info;

	while (!t->over) {
		switch (stream_next(t->stream, NOW, &info)) {
		case STREAM_WAIT: return true;
		case STREAM_HEADER: establish(t); break;
		case STREAM_STANZA: decided(t, &info, false); break;
		case STREAM_OVERSIZE: decided(t, &info, true); break;
		case STREAM_FAILED:
			tell(t, &(struct trial){ .end = TRIAL_FAILED,
					.failed = info.fail.condition,
					.words = info.fail.text });
			return false;
		case STREAM_CLOSED:
		case STREAM_PEER_ERROR: return false;
		case STREAM_STARTTLS:
		case STREAM_AUTH:
		case STREAM_FEATURES:
		case STREAM_AUTH_FAILED:
		case STREAM_READY:
		case STREAM_DB_RESULT:
		case STREAM_DB_VERIFY:
		case STREAM_DB_RESULT_ANSWER:
		case STREAM_DB_VERIFY_ANSWER:
		case STREAM_IGNORED: break; /* no stanza: not for a trial */
		}
	}
	return false;
}

void trials_run(struct trials *t, const struct domain *from, const struct domain *to,
	struct str declared, struct str stanzas, trial_fn *fn, void *arg)
{
	struct stream_info info;

	t->fn = fn;
	t->arg = arg;
	t->told = 0;
	t->over = false;
	open_stream(t, from, to, declared);
	buf_put(&t->in, stanzas);
	if (pump(t)) {
		/* Only between two stanzas does the closing tag of the stream end it. */
		buf_put(&t->in, STR("</" ROOT ">"));
		if (stream_next(t->stream, NOW, &info) != STREAM_CLOSED)
			tell(t, &(struct trial){ .end = TRIAL_CUT_OFF });
	}
	if (!t->told)
		tell(t, &(struct trial){ .end = TRIAL_NOTHING });
	stream_free(t->stream);
	t->stream = NULL;
}
