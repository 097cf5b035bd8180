/* SPDX-License-Identifier: MIT */
/*
 * What must hold for every label and clearance, tried on many random ones under the corpus's
 * policies. The same ones each time.
 *
 *   label_properties <folder>
 */
#include "base/mem.h"
#include "label/decide.h"
#include "label/map.h"
#include "label/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TRIES = 4000 };

static const char *folder;

struct world {
	struct label_policies policies;
	const struct spif *red, *blue, *large;
	uint64_t seed;
};

static const struct spif *load(struct world *w, const char *name)
{
	MEM_AUTO char *path = mem_printf("%s/policies/%s.xml", folder, name);
	struct spif *s = spif_load(path, 0, NULL);

	assert_non_null(s);
	assert_true(label_policies_add(&w->policies, s, NULL));
	return s;
}

static int set_up(void **state)
{
	struct world *w = MEM_NEW(struct world);

	w->seed = 0x9e3779b97f4a7c15u;
	w->red = load(w, "red");
	w->blue = load(w, "blue");
	w->large = load(w, "large");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	label_policies_fini(&w->policies);
	free(w);
	return 0;
}

static unsigned below(struct world *w, unsigned n)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (unsigned)((w->seed >> 16) % n);
}

/* ---- random labels and clearances ---- */

static void put_category(struct label_category *c, const struct spif_category *k)
{
	assert_non_null(c);
	*c = (struct label_category){ .set_id = k->tag->set->id,
		.kind = k->tag->kind,
		.form = k->tag->form,
		.has_lacv = true,
		.lacv = k->lacv };
}

static void resolve(const struct spif *s, struct label *l)
{
	struct label_verdict v;

	assert_true(spif_resolve_label(s, l, &v));
}

static void random_label(struct world *w, const struct spif *s, unsigned most, struct label *l)
{
	unsigned n = below(w, most + 1);

	label_init(l);
	l->policy_id = s->id;
	l->has_class_lacv = true;
	l->class_lacv = s->classes[below(w, s->nclasses)].lacv;
	for (unsigned i = 0; i < n; i++)
		put_category(label_add(l), &s->categories[below(w, s->ncategories)]);
	resolve(s, l);
}

static void settle(const struct spif *s, struct clearance *c)
{
	struct label_verdict v;

	assert_int_equal(spif_resolve_clearance(s, c, &v), 0);
}

static void begin(const struct spif *s, struct clearance *c)
{
	clearance_init(c);
	c->policy_id = s->id;
	c->has_classes = true;
}

/* Each value with a probability of one half, but classifications more often. */
static void random_clearance(struct world *w, const struct spif *s, struct clearance *c)
{
	begin(s, c);
	for (unsigned i = 0; i < s->nclasses; i++) {
		if (below(w, 4))
			assert_true(clearance_add_class(c, s->classes[i].lacv));
	}
	for (unsigned i = 0; i < s->ncategories; i++) {
		if (below(w, 2))
			put_category(clearance_add(c), &s->categories[i]);
	}
	settle(s, c);
}

static bool decides(const struct label *l, const struct clearance *c)
{
	struct label_verdict v;

	return label_decide(l, c, &v);
}

/* ---- a second opinion, written without the first ---- */

static bool holds(const struct clearance *c, const struct spif *s, const struct spif_category *k)
{
	for (unsigned i = 0; i < c->ncategories; i++) {
		const struct label_category *x = &c->categories[i];

		if (str_eq(x->set_id, k->tag->set->id) && x->kind == k->tag->kind &&
			x->form == k->tag->form && x->lacv == k->lacv)
			return true;
	}
	for (unsigned i = 0; i < k->nmembers; i++) {
		if (holds(c, s, &s->categories[k->members[i]]))
			return true;
	}
	return false;
}

static bool opinion(const struct label *l, const struct clearance *c)
{
	if (!clearance_has_class(c, l->class_lacv))
		return false;
	for (unsigned i = 0; i < l->ncategories; i++) {
		const struct spif_category *k = l->categories[i].known;
		bool any = false;

		if (k->tag->kind == LABEL_RESTRICTIVE && !holds(c, l->policy, k))
			return false;
		for (unsigned n = 0; n < l->ncategories; n++)
			any |= l->categories[n].known->tag == k->tag &&
			       holds(c, l->policy, l->categories[n].known);
		if (k->tag->kind == LABEL_PERMISSIVE && !any)
			return false;
	}
	return true;
}

static void decisions_are_those_of_a_second_opinion(void **state)
{
	struct world *w = *state;
	unsigned granted = 0;

	for (unsigned i = 0; i < TRIES; i++) {
		const struct spif *s = i % 16 ? w->red : w->large;
		struct clearance c;
		struct label l;

		random_label(w, s, 4, &l);
		random_clearance(w, s, &c);
		assert_int_equal(decides(&l, &c), opinion(&l, &c));
		granted += decides(&l, &c);
		label_fini(&l);
		clearance_fini(&c);
	}
	/* Both answers occur often. */
	assert_in_range(granted, TRIES / 10, TRIES - TRIES / 10);
}

/* ---- more clearance never sees less; more restriction never shows more ---- */

static void a_larger_clearance_never_sees_less(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < TRIES; i++) {
		struct clearance c, more;
		struct label l;

		random_label(w, w->red, 4, &l);
		random_clearance(w, w->red, &c);
		clearance_init(&more);
		clearance_copy(&more, &c);
		put_category(
			clearance_add(&more), &w->red->categories[below(w, w->red->ncategories)]);
		settle(w->red, &more);
		assert_true(!decides(&l, &c) || decides(&l, &more));
		label_fini(&l);
		clearance_fini(&c);
		clearance_fini(&more);
	}
}

/* A restrictive value, or the first one of a permissive tag. */
static void a_restriction_more_never_shows_more(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < TRIES; i++) {
		const struct spif_category *k = &w->red->categories[below(w, w->red->ncategories)];
		struct label l, more;
		struct clearance c;
		bool used = false;

		random_label(w, w->red, 4, &l);
		random_clearance(w, w->red, &c);
		for (unsigned n = 0; n < l.ncategories; n++)
			used |= l.categories[n].known->tag == k->tag;
		label_init(&more);
		label_copy(&more, &l);
		put_category(label_add(&more), k);
		resolve(w->red, &more);
		if (k->tag->kind == LABEL_RESTRICTIVE || !used)
			assert_true(!decides(&more, &c) || decides(&l, &c));
		else
			assert_true(!decides(&l, &c) || decides(&more, &c));
		label_fini(&l);
		label_fini(&more);
		clearance_fini(&c);
	}
}

static void up_to_grows_with_the_hierarchy(void **state)
{
	struct world *w = *state;
	const struct spif *s = w->red;

	for (unsigned a = 0; a < s->nclasses; a++) {
		for (unsigned b = 0; b < s->nclasses; b++) {
			struct clearance ca, cb;
			bool within = true;

			begin(s, &ca);
			begin(s, &cb);
			assert_true(clearance_add_up_to(&ca, s, s->classes[a].name));
			assert_true(clearance_add_up_to(&cb, s, s->classes[b].name));
			for (unsigned i = 0; i < LABEL_CLASSES / 64; i++)
				within &= (ca.classes[i] & ~cb.classes[i]) == 0;
			assert_int_equal(
				within, s->classes[a].hierarchy <= s->classes[b].hierarchy);
			assert_true(clearance_has_class(&ca, s->classes[a].lacv));
			clearance_fini(&ca);
			clearance_fini(&cb);
		}
	}
}

/* ---- reading ---- */

static void the_order_of_values_does_not_matter(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < TRIES; i++) {
		const struct spif *s = i % 2 ? w->red : w->large;
		struct label l, other;

		random_label(w, s, 40, &l);
		label_init(&other);
		other.policy_name = s->name;
		other.class_name = l.class->name;
		for (unsigned n = l.ncategories; n-- > 0;) {
			put_category(label_add(&other), l.categories[n].known);
			if (below(w, 4) == 0)
				put_category(label_add(&other), l.categories[n].known);
		}
		resolve(s, &other);
		assert_true(label_same(&l, &other));
		resolve(s, &other);
		assert_true(label_same(&l, &other));
		label_fini(&l);
		label_fini(&other);
	}
}

static void names_lead_where_numbers_do(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < w->large->ncategories; i++) {
		const struct spif_category *k = &w->large->categories[i];
		bool ambiguous;

		assert_ptr_equal(k, spif_category_by_name(w->large, k->tag->set, k->tag->kind,
					    LABEL_ANY_FORM, k->name, &ambiguous));
		assert_ptr_equal(k, spif_category_by_lacv(w->large, k->tag->set, k->tag->kind,
					    k->tag->form, k->lacv, &ambiguous));
	}
}

/* ---- mapping ---- */

/* Does a reader of the other policy have what a value stands for there? Of a restrictive value
 * everything, of a permissive one anything; what is to be discarded there, the policy has let go.
 */
static bool stands_for(const struct spif_category *k, unsigned policy, unsigned applied,
	const struct spif *other, const struct clearance *c)
{
	bool all = true, any = false;

	for (unsigned i = 0; i < k->nequivalents; i++) {
		const struct spif_equivalent *e = &k->equivalents[i];
		const struct spif_set *set = spif_set_by_id(other, e->set_id);
		bool ambiguous, has;

		if (e->policy != policy || !(e->applied & applied))
			continue;
		if (e->discard)
			return k->tag->kind == LABEL_RESTRICTIVE;
		has = clearance_grants(
			c, spif_category_by_lacv(other, set, e->kind, e->form, e->lacv, &ambiguous)
				   ->index);
		all &= has;
		any |= has;
	}
	return k->tag->kind == LABEL_RESTRICTIVE ? all && any : any;
}

/* The clearance that a reader under `other` has under s, by what s says its parts stand for. */
static void translate(const struct spif *s, const struct spif *other, const struct clearance *c,
	struct clearance *out)
{
	begin(s, out);
	for (unsigned i = 0; i < s->nclasses; i++) {
		for (unsigned n = 0; n < s->classes[i].nequivalents; n++) {
			const struct spif_equivalent *e = &s->classes[i].equivalents[n];

			if (e->applied & SPIF_ENCRYPT && clearance_has_class(c, (uint32_t)e->lacv))
				assert_true(clearance_add_class(out, s->classes[i].lacv));
		}
	}
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];

		if (k->tag->kind == LABEL_INFORMATIVE || stands_for(k, 0, SPIF_ENCRYPT, other, c))
			put_category(clearance_add(out), k);
	}
	settle(s, out);
}

static const struct label_map_options options = { .age = LABEL_OLD, .now = 1780000000 };

static void mapping_out_never_widens(void **state)
{
	struct world *w = *state;
	unsigned mapped = 0, read = 0;

	for (unsigned i = 0; i < TRIES * 8; i++) {
		struct clearance blue, red;
		struct label l, m;
		struct label_verdict v;

		random_label(w, w->red, 4, &l);
		label_init(&m);
		random_clearance(w, w->blue, &blue);
		translate(w->red, w->blue, &blue, &red);
		if (label_map(&w->policies, &l, w->blue, &options, &m, NULL, &v)) {
			mapped++;
			read += decides(&m, &blue);
			assert_true(!decides(&m, &blue) || decides(&l, &red));
		}
		label_fini(&l);
		label_fini(&m);
		clearance_fini(&blue);
		clearance_fini(&red);
	}
	assert_true(mapped > TRIES / 10 && read > TRIES / 100);
}

/* The clearance that a reader of red has under blue, by red's equivalents read backwards. */
static void translate_back(const struct spif *red, const struct spif *blue,
	const struct clearance *c, struct clearance *out)
{
	begin(blue, out);
	for (unsigned i = 0; i < red->nclasses; i++) {
		for (unsigned n = 0; n < red->classes[i].nequivalents; n++) {
			const struct spif_equivalent *e = &red->classes[i].equivalents[n];

			if (e->applied & SPIF_DECRYPT &&
				clearance_has_class(c, red->classes[i].lacv))
				assert_true(clearance_add_class(out, (uint32_t)e->lacv));
		}
	}
	for (unsigned i = 0; i < red->ncategories; i++) {
		const struct spif_category *k = &red->categories[i];

		for (unsigned n = 0; n < k->nequivalents && clearance_grants(c, i); n++) {
			const struct spif_equivalent *e = &k->equivalents[n];
			bool ambiguous;

			if (e->applied & SPIF_DECRYPT && !e->discard)
				put_category(clearance_add(out),
					spif_category_by_lacv(blue, spif_set_by_id(blue, e->set_id),
						e->kind, e->form, e->lacv, &ambiguous));
		}
	}
	settle(blue, out);
}

static void mapping_in_never_widens(void **state)
{
	struct world *w = *state;
	unsigned mapped = 0, read = 0;

	for (unsigned i = 0; i < TRIES * 8; i++) {
		struct clearance blue, red;
		struct label l, m;
		struct label_verdict v;

		random_label(w, w->blue, 3, &l);
		label_init(&m);
		random_clearance(w, w->red, &red);
		translate_back(w->red, w->blue, &red, &blue);
		if (label_map(&w->policies, &l, w->red, &options, &m, NULL, &v)) {
			mapped++;
			read += decides(&m, &red);
			assert_true(!decides(&m, &red) || decides(&l, &blue));
		}
		label_fini(&l);
		label_fini(&m);
		clearance_fini(&blue);
		clearance_fini(&red);
	}
	assert_true(mapped > TRIES / 10 && read > TRIES / 100);
}

static void what_is_believed_is_the_mapping_and_nothing_else(void **state)
{
	struct world *w = *state;
	unsigned believed = 0;

	for (unsigned i = 0; i < TRIES * 4; i++) {
		struct label_verdict v;
		struct label l, m, e;
		bool maps;

		random_label(w, w->red, 2, &l);
		random_label(w, w->blue, 2, &e);
		label_init(&m);
		maps = label_map(&w->policies, &l, w->blue, &options, &m, NULL, &v);
		assert_int_equal(label_believe(&w->policies, &l, &e, &options, &v),
			maps && label_same(&m, &e));
		believed += maps && label_same(&m, &e);
		if (maps)
			assert_true(label_believe(&w->policies, &l, &m, &options, &v));
		label_fini(&l);
		label_fini(&m);
		label_fini(&e);
	}
	assert_true(believed > 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions_are_those_of_a_second_opinion),
		cmocka_unit_test(a_larger_clearance_never_sees_less),
		cmocka_unit_test(a_restriction_more_never_shows_more),
		cmocka_unit_test(up_to_grows_with_the_hierarchy),
		cmocka_unit_test(the_order_of_values_does_not_matter),
		cmocka_unit_test(names_lead_where_numbers_do),
		cmocka_unit_test(mapping_out_never_widens),
		cmocka_unit_test(mapping_in_never_widens),
		cmocka_unit_test(what_is_believed_is_the_mapping_and_nothing_else),
	};

	folder = argc > 1 ? argv[1] : ".";
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
