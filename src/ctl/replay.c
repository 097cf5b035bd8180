/* SPDX-License-Identifier: MIT */
/* See replay.h. */
#include "ctl/replay.h"

#include "audit/mask.h"
#include "audit/read.h"
#include "base/jid.h"
#include "ctl/json.h"
#include "ctl/text.h"
#include "ctl/trial.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

struct replaying {
	struct ctl *c;
	struct trials *trials;
	struct text text;
	json_t *differences; /* NULL: text */
	const char *path;
	const struct audit_entry *entry; /* that is replayed */
	struct buf masked;               /* what would be sent, as a record has it */
	unsigned told;                   /* stanzas in the record: only the first counts */
	uint64_t stanzas, differ;        /* replayed; of these */
	uint64_t without;                /* stanzas whose records have no content */
	uint64_t broken;                 /* lines that are no record */
};

/* ---- one difference ---- */

/* What would become of it now. */
struct now {
	const char *verdict;
	const char *condition; /* NULL: none */
	struct str sent;       /* as a record would have it */
};

static struct now now_of(struct replaying *r, const struct trial *t)
{
	struct now now = { .verdict = "drop" };

	switch (t->end) {
	case TRIAL_DECIDED: break;
	case TRIAL_FAILED: now.condition = stream_condition_name(t->failed); return now;
	case TRIAL_CUT_OFF:
	case TRIAL_NOTHING: return now;
	}
	now.verdict = decision_verdict(&t->decision, t->filter);
	if (t->decision.kind == DECISION_BOUNCE)
		now.condition = stanza_condition_name(t->decision.condition);
	if (t->decision.kind == DECISION_UNROUTED || t->decision.kind == DECISION_END)
		now.condition = stream_condition_name(t->failed);
	if (t->only_answers) {
		now.verdict = stanza_may_bounce(&t->filter->head) ? "bounce" : "drop";
		now.condition = stanza_condition_name(CONDITION_NOT_ALLOWED);
		return now;
	}
	buf_clear(&r->masked);
	audit_mask(t->sent, &r->masked);
	now.sent = buf_view(&r->masked);
	return now;
}

static bool differs(const struct audit_record *was, const struct now *now)
{
	if (!str_is(was->verdict, now->verdict) || !str_eq(was->sent, now->sent))
		return true;
	return was->condition.n && now->condition && !str_is(was->condition, now->condition);
}

static char *terminated(struct buf *b)
{
	buf_put_char(b, '\0');
	return b->data + b->start;
}

static void print_head(struct replaying *r)
{
	const struct audit_record *a = &r->entry->record;

	text_section(&r->text, "%s:%" PRIu64 ": %.*s%s%.*s from %.*s to %.*s, %.*s", r->path,
		r->entry->line, STR_ARG(a->kind), a->type.n ? " " : "", STR_ARG(a->type),
		STR_ARG(a->from), STR_ARG(a->to), STR_ARG(a->time));
}

static void put_word(struct buf *out, const char *before, struct str word)
{
	if (!word.n)
		return;
	buf_put(out, str_of(before));
	buf_put(out, word);
}

/* "bounce, policy-violation", "block of voip", "narrow block", "file:line". */
static void print_was(struct replaying *r)
{
	const struct audit_record *a = &r->entry->record;
	struct buf end = { 0 }, why = { 0 }, who = { 0 }, place = { 0 };

	put_word(&end, "", a->verdict);
	put_word(&end, ", ", a->condition);
	put_word(&why, "", a->reason);
	put_word(&why, " of ", a->feature);
	put_word(&who, "  by ", a->policy);
	put_word(&who, " ", a->key);
	buf_put(&why, buf_view(&who));
	put_word(&place, "", a->origin);
	text_row(&r->text, TONE_PLAIN, "Was", terminated(&end), terminated(&why),
		terminated(&place), NULL);
	buf_fini(&end);
	buf_fini(&why);
	buf_fini(&who);
	buf_fini(&place);
}

static void print_now(struct replaying *r, const struct trial *t, const struct now *now)
{
	const struct filter_result *f = t->end == TRIAL_DECIDED ? t->filter : NULL;
	struct buf end = { 0 }, why = { 0 };

	put_word(&end, "", str_of(now->verdict));
	put_word(&end, ", ", str_of(now->condition));
	if (t->only_answers)
		buf_put(&why, STR("answers nothing that went there before it"));
	else if (t->words.n)
		buf_put(&why, t->words);
	else if (f && t->decision.kind == DECISION_BOUNCE && t->decision.why != f->reason)
		buf_put(&why, str_of(t->decision.why));
	else if (f) {
		put_word(&why, "", str_of(f->reason));
		put_word(&why, " of ", str_of(own_feature_name(f->own, f->feature)));
		put_word(&why, "  by ", str_of(f->policy ? f->policy->name : NULL));
		put_word(&why, " ", str_of(f->key));
	}
	text_row(&r->text, TONE_WARN, "Now", terminated(&end), terminated(&why),
		f && f->origin ? text_place(f->origin).s : "", NULL);
	buf_fini(&end);
	buf_fini(&why);
}

static void print_text(struct replaying *r, const struct trial *t, const struct now *now)
{
	const struct audit_record *a = &r->entry->record;

	print_head(r);
	print_was(r);
	print_now(r, t, now);
	if (str_eq(a->sent, now->sent))
		return;
	if (a->sent.n) {
		text_row(&r->text, TONE_PLAIN, "Was sent", NULL);
		text_block(&r->text, a->sent);
	}
	if (now->sent.n) {
		text_row(&r->text, TONE_PLAIN, "Now sent", NULL);
		text_block(&r->text, now->sent);
	}
}

static json_t *optional(struct str s)
{
	return s.n ? json_text(s) : json_null();
}

static json_t *json_was(const struct audit_record *a)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "verdict",
		optional(a->verdict), "condition", optional(a->condition), "reason",
		optional(a->reason), "feature", optional(a->feature), "policy", optional(a->policy),
		"key", optional(a->key), "origin", optional(a->origin), "sent", optional(a->sent));
}

static json_t *json_now(const struct trial *t, const struct now *now)
{
	const struct filter_result *f = t->end == TRIAL_DECIDED ? t->filter : NULL;
	char origin[512] = "";

	if (f && f->origin)
		snprintf(origin, sizeof(origin), "%s", text_place(f->origin).s);
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:o, s:s?, s:o, s:o, s:b}", "verdict",
		now->verdict, "condition", now->condition, "reason", f ? f->reason : NULL,
		"feature", f ? own_feature_name(f->own, f->feature) : NULL, "policy",
		f && f->policy ? json_text(str_of(f->policy->name)) : json_null(), "key",
		f ? f->key : NULL, "origin", optional(str_of(origin)), "sent", optional(now->sent),
		"answers_nothing", t->only_answers);
}

static void add_json(struct replaying *r, const struct trial *t, const struct now *now)
{
	const struct audit_record *a = &r->entry->record;

	json_array_append_new(r->differences,
		json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "line",
			(json_int_t)r->entry->line, "sequence", (json_int_t)r->entry->sequence,
			"time", optional(a->time), "kind", optional(a->kind), "type",
			optional(a->type), "from", optional(a->from), "to", optional(a->to), "id",
			optional(a->id), "was", json_was(a), "now", json_now(t, now)));
}

static void compare(void *arg, const struct trial *t)
{
	struct replaying *r = arg;
	struct now now = now_of(r, t);

	if (r->told++ || !differs(&r->entry->record, &now))
		return;
	r->differ++;
	if (r->differences)
		add_json(r, t, &now);
	else
		print_text(r, t, &now);
}

/* ---- all of them ---- */

/* Of RFC 3339 in UTC, as records have it; 0: it is no such time. */
static uint64_t milliseconds(struct str time)
{
	struct tm tm = { 0 };
	char text[24];

	snprintf(text, sizeof(text), "%.*s", (int)(time.n < 19 ? time.n : 19), time.p);
	if (time.n < 19 || !strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	return (uint64_t)timegm(&tm) * 1000;
}

static bool domain_of(struct str address, struct domain *out)
{
	struct jid jid;

	return jid_split(address, &jid) && domain_parse(jid.domain, out);
}

static void replay_record(struct replaying *r, const struct audit_entry *e)
{
	struct domain from, to;

	if (e->record.event != AUDIT_STANZA)
		return;
	if (!e->record.received.n || !domain_of(e->record.from, &from) ||
		!domain_of(e->record.to, &to)) {
		r->without++;
		return;
	}
	r->entry = e;
	r->told = 0;
	r->stanzas++;
	trials_time(r->trials, milliseconds(e->record.time));
	trials_run(r->trials, &from, &to, e->record.declared, e->record.received, compare, r);
}

/* 0 or -errno. */
static int replay_all(struct replaying *r, FILE *f)
{
	struct audit_reader *reader = audit_reader_new(f);
	struct audit_entry e;
	int outcome;

	while ((outcome = audit_read_next(reader, &e)) == 1 || outcome == -EBADMSG) {
		if (outcome == 1)
			replay_record(r, &e);
		else
			r->broken++;
	}
	audit_reader_free(reader);
	return outcome;
}

static void row_count(struct text *t, enum tone tone, const char *label, uint64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	text_row(t, tone, label, text, NULL);
}

static void print_summary(struct replaying *r)
{
	if (r->differences) {
		json_print(json_pack("{s:o, s:I, s:I, s:I, s:I}", "differences", r->differences,
				   "replayed", (json_int_t)r->stanzas, "differ",
				   (json_int_t)r->differ, "without_content", (json_int_t)r->without,
				   "no_records", (json_int_t)r->broken),
			r->c->out);
		return;
	}
	text_section(&r->text, "%s",
		r->differ ? "Some would fare otherwise" : "All would fare as they did");
	row_count(&r->text, TONE_PLAIN, "Stanzas replayed", r->stanzas);
	row_count(&r->text, r->differ ? TONE_WARN : TONE_GOOD, "Of these differ", r->differ);
	if (r->without)
		row_count(&r->text, TONE_WARN, "Without content, left out", r->without);
	if (r->broken)
		row_count(&r->text, TONE_BAD, "Lines that are no records", r->broken);
	text_end(&r->text);
}

static enum ctl_status finish(struct replaying *r, int err)
{
	if (!err && r->stanzas) {
		print_summary(r);
		return r->differ ? CTL_PROBLEMS : CTL_FINE;
	}
	json_decref(r->differences);
	if (err)
		return ctl_failed(r->c, "%s: %s", r->path, strerror(-err));
	return ctl_failed(r->c,
		"%s: no record has its stanza: a policy with audit = \"full\" "
		"keeps them",
		r->path);
}

enum ctl_status replay(struct ctl *c, const struct plan *plan, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? c->in : fopen(path, "re");
	struct replaying r = {
		.c = c,
		.text = { .f = c->out, .colour = c->colour },
		.differences = c->option[OPTION_JSON] ? json_array() : NULL,
		.path = path,
	};
	int err = f ? 0 : -errno;
	enum ctl_status status;

	r.trials = trials_new(plan);
	if (f)
		err = replay_all(&r, f);
	if (f && f != c->in)
		fclose(f);
	status = finish(&r, err);
	trials_free(r.trials);
	buf_fini(&r.masked);
	return status;
}
