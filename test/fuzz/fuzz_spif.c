/* SPDX-License-Identifier: MIT */
/*
 * Policy files. Input: one, or two with a NUL between them. A file either has an error or is a
 * policy; then all of its values are found by their numbers, labels made of them resolve, once and
 * again alike, whoever is cleared for everything may read them, markings are plain text, and what a
 * label maps to is a valid label of the other policy, which is believed.
 */
#include "fuzz.h"
#include "fuzz_random.h"

#include "base/random.h"
#include "label/decide.h"
#include "label/lint.h"
#include "label/map.h"
#include "label/marking.h"
#include "label/resolve.h"

#include <string.h>

enum { LABELS = 24, VALUES = 6, SIZE_MAX_INPUT = 64 << 10 };

static const struct label_map_options options = { .age = LABEL_OLD, .now = 1780000000 };

static unsigned below(unsigned n)
{
	unsigned x;

	random_bytes(&x, sizeof(x));
	return x % n;
}

static struct spif *read_policy(struct str text)
{
	struct label_findings f = { 0 };
	struct spif *s = spif_read(text, SIZE_MAX_INPUT, "f", &f);

	MUST(s ? f.errors == 0 : f.errors > 0);
	for (unsigned i = 0; i < f.n; i++)
		MUST(f.list[i].words[0] && f.list[i].remedy[0]);
	label_findings_fini(&f);
	return s;
}

/* By its number: itself or its first variant, unless the number is shared. */
static void check_found(
	const struct spif *s, const struct spif_category *k, const struct spif_category *found)
{
	MUST(!found == k->shared);
	while (found && found != k)
		found = found->variant;
	MUST(found == k || k->shared);
}

static void check_values(const struct spif *s)
{
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];
		const struct spif_tag *t = k->tag;
		bool ambiguous;

		MUST(k->index == i && t == &s->tags[t->index]);
		if (t->kind != LABEL_ANY_KIND)
			check_found(s, k,
				spif_category_by_lacv(
					s, t->set, t->kind, t->form, k->lacv, &ambiguous));
		for (unsigned n = 0; n < k->nmembers; n++)
			MUST(k->members[n] < s->ncategories);
	}
	for (unsigned i = 0; i < s->nclasses; i++)
		MUST(spif_class_by_name(s, s->classes[i].name) == &s->classes[i]);
}

static void add_value(const struct spif *s, struct label *l)
{
	const struct spif_category *k = &s->categories[below(s->ncategories)];
	struct label_category *c;

	if (k->tag->kind == LABEL_ANY_KIND)
		return;
	c = label_add(l);
	*c = (struct label_category){ .set_id = k->tag->set->id,
		.set_name = k->tag->set->name,
		.kind = k->tag->kind,
		.form = k->tag->form,
		.has_lacv = true,
		.lacv = k->lacv,
		.value = k->name };
}

static void make_label(const struct spif *s, struct label *l)
{
	struct label_verdict v;

	label_init(l);
	l->policy_id = s->id;
	l->policy_name = s->name;
	l->has_class_lacv = true;
	l->class_lacv = s->classes[below(s->nclasses)].lacv;
	for (unsigned i = below(VALUES); i > 0 && s->ncategories; i--)
		add_value(s, l);
	MUST(spif_resolve_label(s, l, &v));
}

static void check_again(const struct spif *s, const struct label *l)
{
	struct label_verdict v;
	struct label again;

	label_init(&again);
	label_copy(&again, l);
	MUST(label_same(l, &again));
	MUST(spif_resolve_label(s, &again, &v));
	MUST(label_same(l, &again));
	label_fini(&again);
}

static void check_marking(const struct label *l)
{
	static const enum spif_code places[] = { SPIF_PAGE_TOP, SPIF_FIRST_LINE, SPIF_PORTION };
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct str s;

		buf_clear(&out);
		if (!label_marking(l, places[i], STR("fr-CA"), &out))
			MUST(buf_len(&out) == 0);
		s = buf_view(&out);
		MUST(s.n <= LABEL_MARKING_MAX && str_is_utf8(s));
		MUST(!s.n || (s.p[0] != ' ' && s.p[s.n - 1] != ' '));
		for (size_t k = 0; k < s.n; k++)
			MUST((unsigned char)s.p[k] >= ' ' && s.p[k] != 0x7f);
	}
	buf_fini(&out);
}

static void check_map(struct label_policies *p, const struct label *l)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct spif *target = p->list[i];
		struct label_verdict v;
		struct label m;

		if (target == l->policy)
			continue;
		label_init(&m);
		if (label_map(p, l, target, &options, &m, NULL, &v)) {
			MUST(m.policy == target && label_valid(&m, options.age, options.now, &v));
			MUST(label_believe(p, l, &m, &options, &v));
		} else {
			char words[400];

			label_verdict_words(&v, words, sizeof(words));
			MUST(v.outcome != LABEL_GRANTED && words[0]);
		}
		label_fini(&m);
	}
}

static void all_of(const struct spif *s, struct clearance *c)
{
	struct label_verdict v;

	clearance_init(c);
	c->policy_id = s->id;
	c->policy_name = s->name;
	for (unsigned i = 0; i < s->nclasses; i++)
		MUST(clearance_add_up_to(c, s, s->classes[i].name));
	MUST(spif_resolve_clearance(s, c, &v) == 0);
	for (unsigned i = 0; i < s->ncategories; i++)
		c->granted[i / 64] |= UINT64_C(1) << i % 64;
}

static void check_labels(struct label_policies *p, const struct spif *s)
{
	struct clearance all;

	all_of(s, &all);
	for (unsigned i = 0; i < LABELS; i++) {
		struct label_verdict v;
		struct label l;

		make_label(s, &l);
		check_again(s, &l);
		MUST(label_decide(&l, &all, &v));
		if (!label_valid(&l, LABEL_NEW, options.now, &v))
			MUST(v.outcome != LABEL_GRANTED);
		check_marking(&l);
		check_map(p, &l);
		label_fini(&l);
	}
	clearance_fini(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	const char *cut = size ? memchr(data, 0, size) : NULL;
	struct label_policies p = { 0 };
	struct label_findings f = { 0 };

	if (size > SIZE_MAX_INPUT)
		return 0;
	fuzz_random_reset();
	for (unsigned i = 0; i < 2 && in.n; i++) {
		struct str one = { in.p, cut ? (size_t)(cut - in.p) : in.n };
		struct spif *s = read_policy(one);

		if (s)
			(void)!label_policies_add(&p, s, NULL);
		in = cut ? str_skip(in, one.n + 1) : (struct str){ 0 };
		cut = NULL;
	}
	for (unsigned i = 0; i < p.n; i++) {
		check_values(p.list[i]);
		check_labels(&p, p.list[i]);
	}
	label_lint(&p, options.now, &f);
	label_findings_fini(&f);
	label_policies_fini(&p);
	return 0;
}
