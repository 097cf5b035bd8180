/* SPDX-License-Identifier: MIT */
/* See trial.h. */
#include "ctl/trial.h"

#include "base/mem.h"
#include "policy/catalogue.h"
#include "trunk/answers.h"

#include <stdlib.h>

/* Time stands still here: nothing in a trial waits. */
enum { NOW = 1 };

struct trials {
	const struct plan *plan;
	struct filter *filter;
	/* Of the stanza that is read. */
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
	struct domain from, to;

	t->passage = (struct passage){ .permit = PERMIT_NO_FROM };
	t->routed = false;
	if (!domain_parse(head->from_domain, &from) || !domain_parse(head->to_domain, &to)) {
		t->refusal = decide_no_domain();
		return NULL;
	}
	peering_permit(t->plan->peering, &from, &to, &t->passage);
	t->routed = decide_pair(&t->passage, &t->refusal);
	if (!t->routed)
		return NULL;
	decide_context(&t->passage, out);
	return t->passage.table;
}

struct trials *trials_new(const struct plan *plan)
{
	struct trials *t = MEM_NEW(struct trials);

	t->plan = plan;
	t->filter = filter_new(choose, t);
	return t;
}

void trials_free(struct trials *t)
{
	if (!t)
		return;
	filter_free(t->filter);
	buf_fini(&t->in);
	buf_fini(&t->out);
	buf_fini(&t->sent);
	buf_fini(&t->answer);
	free(t);
}

static void tell(struct trials *t, const struct trial *r)
{
	t->told++;
	t->fn(t->arg, r);
}

/* ---- one stanza ---- */

/* Where the flow leads the other way: what would be let through if nothing had gone there. */
static void hold_against_flow(struct trials *t, struct trial *r)
{
	struct answers *none = answers_new();
	const struct stanza_head *h = &r->filter->head;

	r->only_answers = !answers_allow(none, h, NOW);
	r->bare = answers_bare(none, h, NOW);
	answers_free(none);
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
	stanza_error_write(&t->answer, h, r->decision.condition, false, NULL, r->decision.app);
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
		if (t->passage.permit == PERMIT_ANSWERS)
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
	buf_put(&t->in, STR("<stream:stream xmlns='jabber:server' "
			    "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"));
	buf_printf(&t->in, " from='%s' to='%s'", from->s, to->s);
	if (declared.n)
		buf_put_char(&t->in, ' ');
	buf_put(&t->in, declared);
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
		buf_put(&t->in, STR("</stream:stream>"));
		if (stream_next(t->stream, NOW, &info) != STREAM_CLOSED)
			tell(t, &(struct trial){ .end = TRIAL_CUT_OFF });
	}
	if (!t->told)
		tell(t, &(struct trial){ .end = TRIAL_NOTHING });
	stream_free(t->stream);
	t->stream = NULL;
}
