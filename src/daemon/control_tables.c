/* SPDX-License-Identifier: MIT */
/*
 * "streams", "peers", "routes": rows of all workers as items, in order, made as the caller takes
 * them.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "daemon/control_command.h"
#include "daemon/remedy.h"
#include "trunk/report.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 10000, AT_ONCE = 32 /* items */ };

struct table_kind {
	void (*report)(struct trunk *t, const struct report_filter *f, struct report_rows *out);
	int (*order)(const void *a, const void *b); /* of pointers to rows */
	bool (*same)(const void *a, const void *b); /* told as one; NULL: none are */
	json_t *(*tell)(const void *const *rows, unsigned n);
	void (*fini)(struct report_rows *rows);
};

/* What a call has: all rows, and how far they are told. */
struct table {
	const struct table_kind *kind;
	struct report_rows *parts;
	unsigned nparts;
	const void **rows;
	unsigned n, at, told;
	unsigned long long left_out;
};

static void table_free(struct control_call *call)
{
	struct table *t = call->data;

	for (unsigned i = 0; t && i < t->nparts; i++)
		t->kind->fini(&t->parts[i]);
	if (t) {
		free(t->parts);
		free(t->rows);
	}
	free(t);
}

static void more(struct control_call *call)
{
	struct table *t = call->data;

	for (unsigned i = 0; i < AT_ONCE && t->at < t->n; i++) {
		unsigned n = 1;

		while (t->kind->same && t->at + n < t->n &&
			t->kind->same(t->rows[t->at], t->rows[t->at + n]))
			n++;
		control_item(call, t->kind->tell(t->rows + t->at, n));
		if (!call->conn)
			return;
		t->at += n;
		t->told++;
	}
	if (t->at == t->n)
		control_done(call, json_pack("{s:i, s:I}", "rows", (int)t->told, "left_out",
					   (json_int_t)t->left_out));
}

/* `arg` of a survey. */
struct question {
	const struct table_kind *kind;
	struct report_filter filter;
};

static void fill(struct trunk *t, void *slot, const void *arg)
{
	const struct question *q = arg;

	q->kind->report(t, &q->filter, slot);
}

static void filled(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	const struct question *q = arg;
	struct table *t = MEM_NEW(struct table);
	unsigned at = 0;

	t->kind = q->kind;
	t->parts = mem_zero(n + 1, sizeof(*t->parts));
	t->nparts = n;
	for (unsigned i = 0; i < n; i++) {
		struct report_rows *rows = slots[i];

		t->parts[i] = *rows;
		t->n += rows->n;
		t->left_out += rows->left_out;
		*rows = (struct report_rows){ 0 }; /* they are ours */
	}
	t->rows = mem_zero(t->n + 1, sizeof(*t->rows));
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < t->parts[i].n; j++)
			t->rows[at++] = (const char *)t->parts[i].v + j * t->parts[i].size;
	qsort(t->rows, t->n, sizeof(*t->rows), q->kind->order);
	call->data = t;
	call->gone = table_free;
	control_stream(call, more);
}

/* filled() has not been called: the rows are nobody's. */
static void fini_streams(void *slot)
{
	report_rows_fini(slot);
}

static void fini_peers(void *slot)
{
	report_peers_fini(slot);
}

static void ask(struct control_call *call, json_t *arguments, const struct table_kind *kind,
	const struct control_survey *survey)
{
	const char *pattern = control_text(arguments, "pattern");
	struct question *q = MEM_NEW(struct question);

	q->kind = kind;
	if (report_filter_init(&q->filter, pattern, ROWS)) {
		control_survey(call, survey, q);
		return;
	}
	free(q);
	control_fail(call, "the pattern is none",
		"write a domain, \"*.suffix\" for all below it, or \"*\"");
}

/* ---- members ---- */

/* Never NULL, whatever the bytes are. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("?");
}

static json_t *optional_text(const char *s)
{
	return s && *s ? text(s) : json_null();
}

static json_t *time_or_null(int64_t wall)
{
	char out[CLOCK_TEXT];

	if (!wall)
		return json_null();
	clock_print(wall, 0, out);
	return json_string(out);
}

static json_t *seconds(uint64_t ms)
{
	return json_real((double)(ms / 100) / 10);
}

static json_t *number(unsigned long long n)
{
	return json_integer((json_int_t)n);
}

static void set(json_t *o, const char *name, json_t *value)
{
	json_object_set_new(o, name, value);
}

static json_t *domain_or_null(const struct domain *d)
{
	return optional_text(d->n ? d->s : NULL);
}

static int by_name(const struct domain *a, const struct domain *b)
{
	return strcmp(a->s, b->s);
}

/* ---- streams ---- */

static int order_streams(const void *a, const void *b)
{
	const struct stream_report *x = *(const void *const *)a, *y = *(const void *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static json_t *tell_stream(const void *const *rows, unsigned n)
{
	static const char *const kinds[] = { "in", "out", "verify" };
	static const char *const states[] = { "setting-up", "open", "closing" };
	const struct stream_report *r = rows[0];
	json_t *o = json_object();

	(void)n;
	set(o, "id", number(r->id));
	set(o, "dir", text(kinds[r->kind]));
	set(o, "state", text(states[r->state]));
	set(o, "from", domain_or_null(&r->from));
	set(o, "to", domain_or_null(&r->to));
	set(o, "peer", optional_text(r->peer));
	set(o, "tls", optional_text(r->tls));
	set(o, "proof", optional_text(r->proof));
	set(o, "certificate", optional_text(r->certificate));
	set(o, "certificate_end", time_or_null(r->certificate_end));
	set(o, "age", seconds(r->age_ms));
	set(o, "quiet", seconds(r->quiet_ms));
	set(o, "held", json_boolean(r->held));
	set(o, "pairs", number(r->pairs));
	set(o, "stanzas_in", number(r->stanzas_in));
	set(o, "stanzas_out", number(r->stanzas_out));
	set(o, "bytes_in", number(r->bytes_in));
	set(o, "bytes_out", number(r->bytes_out));
	set(o, "unsent", number(r->unsent));
	set(o, "worker", number(r->worker));
	return o;
}

void control_streams(struct control_call *call, json_t *arguments)
{
	static const struct table_kind kind = { trunk_report_streams, order_streams, NULL,
		tell_stream, report_rows_fini };
	static const struct control_survey survey = { sizeof(struct report_rows), fill, filled,
		fini_streams };

	ask(call, arguments, &kind, &survey);
}

/* ---- routes ---- */

static int order_routes(const void *a, const void *b)
{
	const struct route_report *x = *(const void *const *)a, *y = *(const void *const *)b;
	int from = by_name(&x->from, &y->from);

	return from ? from : by_name(&x->to, &y->to);
}

static json_t *tell_route(const void *const *rows, unsigned n)
{
	static const char *const states[] = {
		[ROUTE_IDLE] = "idle",
		[ROUTE_CONNECTING] = "connecting",
		[ROUTE_READY] = "ready",
		[ROUTE_WAITING] = "waiting",
	};
	const struct route_report *r = rows[0];
	bool dials = r->state == ROUTE_CONNECTING;
	json_t *o = json_object();

	(void)n;
	set(o, "from", domain_or_null(&r->from));
	set(o, "to", domain_or_null(&r->to));
	set(o, "state", text(states[r->state]));
	set(o, "stanzas", number(r->stanzas));
	set(o, "bytes", number(r->bytes));
	set(o, "oldest", r->oldest_ms ? seconds(r->oldest_ms) : json_null());
	set(o, "retry", r->retry_ms ? seconds(r->retry_ms) : json_null());
	set(o, "stream", r->stream ? number(r->stream) : json_null());
	set(o, "target", dials ? optional_text(r->target) : json_null());
	set(o, "stage", dials ? text(attempt_stage_name(r->stage)) : json_null());
	set(o, "streams_in", number(r->inbounds));
	set(o, "kept", number(r->kept));
	set(o, "permit", text(permit_name(r->permit)));
	set(o, "worker", number(r->worker));
	return o;
}

void control_routes(struct control_call *call, json_t *arguments)
{
	static const struct table_kind kind = { trunk_report_routes, order_routes, NULL, tell_route,
		report_rows_fini };
	static const struct control_survey survey = { sizeof(struct report_rows), fill, filled,
		fini_streams };

	ask(call, arguments, &kind, &survey);
}

/* ---- peers: one domain may be known to several workers ---- */

static int order_peers(const void *a, const void *b)
{
	const struct peer_report *x = *(const void *const *)a, *y = *(const void *const *)b;

	return by_name(&x->domain, &y->domain);
}

static bool same_peer(const void *a, const void *b)
{
	const struct peer_report *x = a, *y = b;

	return by_name(&x->domain, &y->domain) == 0;
}

static json_t *tell_attempt(const struct attempt *a, bool in)
{
	json_t *o = json_object(), *stages = json_object();

	for (unsigned i = 0; i < ATTEMPT_READY; i++)
		if (a->stage_ms[i] || (!in && i <= a->stage))
			set(stages, attempt_stage_name((enum attempt_stage)i),
				number(a->stage_ms[i]));
	set(o, "time", time_or_null(a->wall));
	set(o, "dir", text(in ? "in" : "out"));
	set(o, "target", optional_text(a->target));
	set(o, "stage", text(attempt_stage_name(a->stage)));
	set(o, "ms", number(a->took_ms));
	set(o, "stages", stages);
	set(o, "error", optional_text(a->words));
	set(o, "remedy", optional_text(remedy_for(a->stage, a->words, in)));
	set(o, "certificate", optional_text(a->certificate));
	set(o, "certificate_end", time_or_null(a->certificate_end));
	return o;
}

static int order_attempts(const void *a, const void *b)
{
	const struct attempt *x = *(const struct attempt *const *)a;
	const struct attempt *y = *(const struct attempt *const *)b;

	return x->wall < y->wall ? -1 : x->wall > y->wall;
}

/* The last PEER_RING of all workers, the oldest first; *last_out: the youngest. */
static json_t *tell_attempts(
	const void *const *rows, unsigned n, unsigned which, const struct attempt **last_out)
{
	const struct attempt **all;
	unsigned count = 0, at = 0;
	json_t *o = json_array();

	for (unsigned i = 0; i < n; i++)
		count += ((const struct peer_report *)rows[i])->nattempts[which];
	all = mem_zero(count + 1, sizeof(*all));
	for (unsigned i = 0; i < n; i++) {
		const struct peer_report *r = rows[i];

		for (unsigned j = 0; j < r->nattempts[which]; j++)
			all[at++] = &r->attempts[which][j];
	}
	qsort(all, count, sizeof(*all), order_attempts);
	for (unsigned i = count > PEER_RING ? count - PEER_RING : 0; i < count; i++)
		json_array_append_new(o, tell_attempt(all[i], which == 1));
	*last_out = count ? all[count - 1] : NULL;
	free(all);
	return o;
}

/* Several workers' rows in one. */
static struct peer_report sum(const void *const *rows, unsigned n)
{
	struct peer_report s = { 0 };

	for (unsigned i = 0; i < n; i++) {
		const struct peer_report *r = rows[i];

		s.in += r->in;
		s.out += r->out;
		s.dialling += r->dialling;
		s.failures = r->failures > s.failures ? r->failures : s.failures;
		if (r->retry_ms && (!s.retry_ms || r->retry_ms < s.retry_ms))
			s.retry_ms = r->retry_ms;
		s.last_success =
			r->last_success > s.last_success ? r->last_success : s.last_success;
		s.last_in = r->last_in > s.last_in ? r->last_in : s.last_in;
	}
	return s;
}

/* What went wrong last, and has not been right since then; NULL: nothing. */
static const struct attempt *trouble_of(
	const struct peer_report *s, const struct attempt *ours, const struct attempt *its)
{
	if (ours && ours->words[0] && ours->wall >= s->last_success)
		return ours;
	return its && its->wall >= s->last_in ? its : NULL;
}

static const char *state_of(const struct peer_report *s, const struct attempt *trouble)
{
	if (s->out)
		return "ready";
	if (s->dialling)
		return "connecting";
	return trouble ? "failing" : "idle";
}

static json_t *tell_peer(const void *const *rows, unsigned n)
{
	const struct peer_report *first = rows[0];
	struct peer_report s = sum(rows, n);
	const struct attempt *ours, *its;
	json_t *o = json_object(), *out = tell_attempts(rows, n, 0, &ours);
	json_t *in = tell_attempts(rows, n, 1, &its);
	const struct attempt *trouble = trouble_of(&s, ours, its);

	set(o, "peer", domain_or_null(&first->domain));
	set(o, "state", text(state_of(&s, trouble)));
	set(o, "in", number(s.in));
	set(o, "out", number(s.out));
	set(o, "last_success", time_or_null(s.last_success));
	set(o, "last_in", time_or_null(s.last_in));
	set(o, "clearance", optional_text(first->clearance));
	set(o, "failures", number(s.failures));
	set(o, "retry", s.retry_ms ? seconds(s.retry_ms) : json_null());
	set(o, "failed_at", trouble ? text(attempt_stage_name(trouble->stage)) : json_null());
	set(o, "error", trouble ? text(trouble->words) : json_null());
	set(o, "remedy",
		optional_text(trouble ? remedy_for(trouble->stage, trouble->words, trouble == its)
				      : NULL));
	set(o, "attempts", out);
	set(o, "attempts_in", in);
	return o;
}

void control_peers(struct control_call *call, json_t *arguments)
{
	static const struct table_kind kind = { trunk_report_peers, order_peers, same_peer,
		tell_peer, report_peers_fini };
	static const struct control_survey survey = { sizeof(struct report_rows), fill, filled,
		fini_peers };

	ask(call, arguments, &kind, &survey);
}
