/* SPDX-License-Identifier: MIT */
/*
 * "probe": one attempt to reach a domain, told step by step. "ping": a stanza there and an answer
 * back. Both are done by the worker that is home to the pair; what it says comes back by mail.
 */
#include "base/mem.h"
#include "daemon/control_command.h"
#include "daemon/remedy.h"
#include "net/loop.h"
#include "trunk/ping.h"
#include "trunk/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PING_SECONDS = 10, PING_SECONDS_MAX = 300 };

/* Two domains of a question, and the worker that is home to them. */
struct two {
	struct domain from, to;
	unsigned home;
};

static bool may_talk(const struct server *s, const struct domain *from, const struct domain *to)
{
	struct passage p;

	peering_permit(s->plan->peering, from, to, &p);
	return p.permit == PERMIT_YES || p.permit == PERMIT_ANSWERS;
}

static bool is_related(const struct domain *a, const struct domain *b)
{
	return domain_below(domain_str(a), domain_str(b)) ||
	       domain_below(domain_str(b), domain_str(a));
}

/* The first domain with a control of its own that may talk to it; `related`: also one that most
 * likely is at the same server, which would wonder. */
static bool find_from(
	const struct server *s, const struct domain *to, bool related, struct domain *out)
{
	const struct control_config *c = s->plan->settings.controls.items;

	for (unsigned i = 0; i < s->plan->settings.controls.n; i++) {
		for (unsigned k = 0; k < c[i].match.n + c[i].domains.n; k++) {
			const char *name = k < c[i].match.n ? c[i].match.v[k]
							    : c[i].domains.v[k - c[i].match.n];

			if (name[0] != '*' && domain_parse(str_of(name), out) &&
				may_talk(s, out, to) && (related || !is_related(out, to)))
				return true;
		}
	}
	return false;
}

/* In whose name, when nobody says. */
static bool choose_from(const struct server *s, const struct domain *to, struct domain *out)
{
	return find_from(s, to, false, out) || find_from(s, to, true, out);
}

/* False after an answer to the caller. */
static bool read_two(struct control_call *call, const char *from, const char *to, struct two *out)
{
	const struct server *s = call->server;

	if (!to || !domain_parse(str_of(to), &out->to) ||
		(from && !domain_parse(str_of(from), &out->from))) {
		control_fail(call, "this is no domain", "Write a.example.");
		return false;
	}
	if (!peering_accepted(s->plan->peering, &out->to)) {
		control_fail(call, "no control accepts that domain",
			"\"trunkctl explain FROM TO\" says why.");
		return false;
	}
	if (!from && !choose_from(s, &out->to, &out->from)) {
		control_fail(call, "no domain may talk to it by itself",
			"Say in whose name: --from DOMAIN.");
		return false;
	}
	if (!may_talk(s, &out->from, &out->to)) {
		control_fail(
			call, "these two may not talk", "\"trunkctl explain FROM TO\" says why.");
		return false;
	}
	out->home = trunk_home(s->workers[0].trunk, &out->from, &out->to);
	return true;
}

/* ---- probe ---- */

/* One thing that the worker says: read on the main loop. */
struct word {
	struct mail mail;
	struct control_call *call;
	bool last;
	enum attempt_stage stage;
	char target[ADDRESS_TEXT];
	struct probe_report report;
	struct domain from, to;
};

struct probing {
	struct mail mail; /* to the worker */
	struct trunk *trunk;
	struct net_loop *back;
	struct control_call *call; /* a reference, given to the last word */
	struct two two;
};

static json_t *stages(const struct attempt *a)
{
	json_t *out = json_object();

	for (unsigned i = 0; i < ATTEMPT_READY && i <= (unsigned)a->stage; i++)
		json_object_set_new(out, attempt_stage_name((enum attempt_stage)i),
			json_integer(a->stage_ms[i]));
	return out;
}

static json_t *report_json(const struct word *w)
{
	const struct attempt *a = &w->report.last;
	bool ok = w->report.outcome == DIAL_OK;
	const char *remedy = ok ? NULL : remedy_for(a->stage, w->report.words, false);

	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:s, s:s*, s:s}", "ok", ok,
		"from", w->from.s, "to", w->to.s, "outcome", dial_outcome_name(w->report.outcome),
		"stage", attempt_stage_name(a->stage), "target", a->target, "ms",
		(int)w->report.took_ms, "stages", stages(a), "error", w->report.words, "remedy",
		remedy, "certificate", a->certificate);
}

static void hear(struct mail *m, bool cancelled)
{
	struct word *w = list_item(m, struct word, mail);

	if (!cancelled && w->last)
		control_done(w->call, report_json(w));
	else if (!cancelled)
		control_progress(
			w->call, json_pack("{s:s, s:s}", "stage", attempt_stage_name(w->stage),
					 "target", w->target));
	if (w->last)
		control_unref(w->call);
	free(w);
}

static void say_step(void *arg, enum attempt_stage s, const char *target)
{
	struct probing *p = arg;
	struct word *w = MEM_NEW(struct word);

	w->mail.run = hear;
	w->call = p->call;
	w->stage = s;
	snprintf(w->target, sizeof(w->target), "%s", target);
	net_loop_post(p->back, &w->mail);
}

static void say_end(void *arg, const struct probe_report *r)
{
	struct probing *p = arg;
	struct word *w = MEM_NEW(struct word);

	w->mail.run = hear;
	w->call = p->call;
	w->last = true;
	w->report = *r;
	w->from = p->two.from;
	w->to = p->two.to;
	net_loop_post(p->back, &w->mail);
	free(p);
}

static void begin_probe(struct mail *m, bool cancelled)
{
	struct probing *p = list_item(m, struct probing, mail);
	struct probe_options o = { &p->two.from, &p->two.to, say_step, say_end, p };
	struct probe_report gone = { .outcome = DIAL_REFUSED };

	snprintf(gone.words, sizeof(gone.words), "%s",
		cancelled ? "trunkd is stopping" : "its control is gone");
	if (cancelled || p->trunk->stopping || !probe_start(p->trunk, &o))
		say_end(p, &gone);
}

void control_probe(struct control_call *call, json_t *arguments)
{
	struct server *s = call->server;
	struct two two;
	struct probing *p;

	if (!read_two(call, control_text(arguments, "from"), control_text(arguments, "to"), &two))
		return;
	p = MEM_NEW(struct probing);
	p->mail.run = begin_probe;
	p->trunk = s->workers[two.home].trunk;
	p->back = s->loop;
	p->call = control_ref(call);
	p->two = two;
	net_loop_post(s->workers[two.home].loop, &p->mail);
}

/* ---- ping ---- */

struct pinging {
	struct control_call *call;
	struct ping *ping;
	struct net_timer *patience;
	struct two two;
	unsigned seconds;
};

static void over(struct control_call *call)
{
	struct pinging *p = call->data;

	net_timer_close(p->patience);
	if (p->ping)
		ping_end(p->ping);
	free(p);
	call->data = NULL;
}

static void answered(void *arg, const struct ping_answer *a)
{
	struct control_call *call = arg;
	struct pinging *p = call->data;

	p->ping = NULL;
	if (a->answered)
		control_done(call,
			json_pack("{s:s, s:s, s:I, s:b}", "from", p->two.from.s, "to", p->two.to.s,
				"ms", (json_int_t)a->took_ms, "error", a->error));
	else
		control_fail(call, a->words, "\"trunkctl probe DOMAIN\" says which step fails.");
}

static void too_late(void *arg)
{
	struct control_call *call = arg;
	const struct pinging *p = call->data;
	MEM_AUTO char *words = mem_printf("no answer within %u s", p->seconds);

	control_fail(call, words,
		"It went out, or waits: \"trunkctl routes\" shows which. An answer needs a stream "
		"from there to here: \"trunkctl streams\".");
}

struct sending {
	struct mail mail;
	struct trunk *trunk;
	struct two two;
	char id[PING_ID];
};

static void send_ping(struct mail *m, bool cancelled)
{
	struct sending *g = list_item(m, struct sending, mail);

	if (!cancelled && !g->trunk->stopping)
		ping_send(g->trunk, &g->two.from, &g->two.to, g->id);
	free(g);
}

void control_ping(struct control_call *call, json_t *arguments)
{
	struct server *s = call->server;
	json_int_t seconds = json_integer_value(json_object_get(arguments, "seconds"));
	struct pinging *p;
	struct sending *g;
	struct two two;

	if (!read_two(call, control_text(arguments, "from"), control_text(arguments, "to"), &two))
		return;
	p = MEM_NEW(struct pinging);
	p->call = call;
	p->two = two;
	p->seconds = seconds > 0 && seconds <= PING_SECONDS_MAX ? (unsigned)seconds : PING_SECONDS;
	p->ping = ping_new(s->shared.pings, s->loop, &two.from, &two.to, answered, call);
	if (!p->ping) {
		free(p);
		control_fail(call, "too many pings are under way", "Try again in a moment.");
		return;
	}
	p->patience = net_timer_new(s->loop, too_late, call);
	net_timer_start(p->patience, p->seconds * 1000ULL, 0);
	call->data = p;
	call->gone = over;
	g = MEM_NEW(struct sending);
	g->mail.run = send_ping;
	g->trunk = s->workers[two.home].trunk;
	g->two = two;
	snprintf(g->id, sizeof(g->id), "%s", ping_id(p->ping));
	net_loop_post(s->workers[two.home].loop, &g->mail);
}
