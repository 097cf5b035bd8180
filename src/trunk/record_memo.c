/* SPDX-License-Identifier: MIT */
/*
 * A table of the last results, by their hash: a place is taken by who came last. A result is known
 * by what it points to and by its sets of features; in one plan these are the same names. Writes
 * no records.
 */
#include "trunk/record_memo.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { PLACES = 64 };

/* Compared as bytes: words only, so that there are none between them. */
struct same {
	uint64_t plan;
	const char *reason, *key, *shadow_reason, *shadow_key;
	const struct policy *policy, *shadow_policy;
	const struct config_origin *origin, *shadow_origin;
	const struct own_features *own;
	uint64_t verdicts, features; /* of both */
	struct feature_set seen, removed;
};

struct place {
	struct same same;
	struct buf text;
};

struct record_memo {
	struct place places[PLACES];
};

struct record_memo *record_memo_new(void)
{
	return MEM_NEW(struct record_memo);
}

void record_memo_free(struct record_memo *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < PLACES; i++)
		buf_fini(&m->places[i].text);
	free(m);
}

/* ---- what is written ---- */

static struct str print_origin(const struct config_origin *o, char *out, size_t n)
{
	if (!o || !o->file)
		return (struct str){ 0 };
	snprintf(out, n, "%s:%u", o->file, o->line);
	return str_of(out);
}

static struct str name_of(const struct filter_result *r, enum feature f)
{
	return str_of(own_feature_name(r->own, f));
}

/* Names of the features in the set; `out` has room for all. */
static struct audit_names names_of(
	const struct filter_result *r, const struct feature_set *s, struct str out[FEATURE_MAX])
{
	struct audit_names names = { .v = out };
	for (unsigned i = 0; i < sizeof(s->bits) / sizeof(s->bits[0]); i++)
		for (uint64_t bits = s->bits[i]; bits; bits &= bits - 1) {
			enum feature f = (enum feature)(i * 64 + (unsigned)__builtin_ctzll(bits));
			if (f != FEATURE_COUNT)
				out[names.n++] = name_of(r, f);
		}
	return names;
}

void record_fill_result(
	struct audit_record *r, const struct filter_result *f, struct record_texts *texts)
{
	r->reason = str_of(f->reason);
	if (f->policy)
		r->policy = str_of(f->policy->name);
	r->key = str_of(f->key);
	r->feature = name_of(f, f->feature);
	r->origin = print_origin(f->origin, texts->origin, sizeof(texts->origin));
	r->seen = names_of(f, &f->seen, texts->seen);
	r->removed = names_of(f, &f->removed, texts->removed);
}

void record_fill_shadow(
	struct audit_record *r, const struct filter_result *shadow, struct record_texts *texts)
{
	if (!shadow)
		return;
	r->shadow_verdict = str_of(verdict_name(shadow->verdict));
	r->shadow_reason = str_of(shadow->reason);
	if (shadow->policy)
		r->shadow_policy = str_of(shadow->policy->name);
	r->shadow_key = str_of(shadow->key);
	r->shadow_feature = name_of(shadow, shadow->feature);
	r->shadow_origin =
		print_origin(shadow->origin, texts->shadow_origin, sizeof(texts->shadow_origin));
}

bool record_fill_labels(
	struct audit_record *r, const struct filter_result *f, const struct filter_result *shadow)
{
	r->label = str_of(f->label);
	r->detail = str_of(f->detail);
	r->shadow_detail = str_of(shadow ? shadow->detail : NULL);
	return r->label.n || r->detail.n || r->shadow_detail.n;
}

static void write_decision(
	struct buf *out, const struct filter_result *f, const struct filter_result *shadow)
{
	struct record_texts texts;
	struct audit_record r = { .verdict = str_of(verdict_name(f->verdict)) };
	record_fill_result(&r, f, &texts);
	record_fill_shadow(&r, shadow, &texts);
	buf_clear(out);
	audit_record_part(&r, AUDIT_PART_DECISION, out);
}

/* ---- the table ---- */

/* NULL and what is in no result differ: every reason is a word. */
static void same_of(struct same *s, uint64_t plan, const struct filter_result *f,
	const struct filter_result *shadow)
{
	*s = (struct same){
		.plan = plan,
		.reason = f->reason,
		.key = f->key,
		.policy = f->policy,
		.origin = f->origin,
		.own = f->own,
		.verdicts = f->verdict,
		.features = f->feature,
		.seen = f->seen,
		.removed = f->removed,
	};
	if (!shadow)
		return;
	s->shadow_reason = shadow->reason;
	s->shadow_key = shadow->key;
	s->shadow_policy = shadow->policy;
	s->shadow_origin = shadow->origin;
	s->verdicts |= (uint64_t)shadow->verdict << 32;
	s->features |= (uint64_t)shadow->feature << 32;
}

static unsigned place_of(const struct same *s)
{
	uint64_t words[sizeof(*s) / sizeof(uint64_t)], h = 0;
	memcpy(words, s, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		h = (h ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)(h >> 58);
}

_Static_assert(PLACES == 64, "place_of() makes six bits");

struct str record_memo_decision(struct record_memo *m, uint64_t plan, const struct filter_result *f,
	const struct filter_result *shadow)
{
	struct same s;
	same_of(&s, plan, f, shadow);
	struct place *p = &m->places[place_of(&s)];
	if (!buf_len(&p->text) || memcmp(&p->same, &s, sizeof(s)) != 0) {
		p->same = s;
		write_decision(&p->text, f, shadow);
	}
	return buf_view(&p->text);
}
