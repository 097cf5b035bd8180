/* SPDX-License-Identifier: MIT */
/* Labels and clearances as values: limits, copies, comparison. */
#include "label/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void fill(struct label *l, bool reversed)
{
	assert_true(label_keep(l, &l->policy_id, STR("2.25.1")));
	assert_true(label_keep(l, &l->class_name, STR("LOW")));
	l->has_class_lacv = true;
	l->class_lacv = 1;
	for (unsigned i = 0; i < 3; i++) {
		struct label_category *c = label_add(l);

		assert_non_null(c);
		assert_true(label_keep(l, &c->set_id, STR("2.25.1.1")));
		c->kind = LABEL_PERMISSIVE;
		c->has_lacv = true;
		c->lacv = reversed ? 2 - i : i;
	}
}

static void a_copy_is_equal_and_stands_alone(void **state)
{
	struct label a, b;

	label_init(&a);
	label_init(&b);
	fill(&a, false);
	assert_non_null(label_succeed(&a, 0));
	fill(a.successor, false);
	label_copy(&b, &a);
	assert_true(label_equal(&a, &b));
	assert_ptr_not_equal(a.policy_id.p, b.policy_id.p);
	assert_non_null(b.successor);
	assert_true(label_equal(a.successor, b.successor));
	label_fini(&a);
	assert_true(str_is(b.policy_id, "2.25.1"));
	label_fini(&b);
}

static void the_order_of_categories_does_not_matter(void **state)
{
	struct label a, b;

	label_init(&a);
	label_init(&b);
	fill(&a, false);
	fill(&b, true);
	assert_true(label_equal(&a, &b));
	b.categories[1].lacv = 7;
	assert_false(label_equal(&a, &b));
	label_fini(&a);
	label_fini(&b);
}

static void a_label_has_limits(void **state)
{
	struct label l;
	static char big[LABEL_STRING_MAX + 1];
	unsigned n = 0;
	size_t total = 0;

	label_init(&l);
	memset(big, 'x', sizeof(big));
	assert_false(label_keep(&l, &l.privacy_mark, (struct str){ big, sizeof(big) }));
	while (label_add(&l))
		n++;
	assert_int_equal(n, LABEL_CATEGORIES_MAX);
	while (label_keep(&l, &l.privacy_mark, (struct str){ big, LABEL_STRING_MAX }))
		total += LABEL_STRING_MAX;
	assert_int_equal(total, LABEL_TEXT_MAX);
	label_clear(&l);
	fill(&l, false);
	label_fini(&l);
}

static void successors_nest_only_so_deep(void **state)
{
	struct label l, *at = &l;
	unsigned depth = 0;

	label_init(&l);
	while (label_succeed(at, depth)) {
		at = at->successor;
		depth++;
	}
	assert_int_equal(depth, LABEL_SUCCESSORS_MAX);
	assert_null(label_succeed(&l, 0));
	label_fini(&l);
}

static void a_clearance_has_limits(void **state)
{
	struct clearance c, copy;
	unsigned n = 0;

	clearance_init(&c);
	clearance_init(&copy);
	assert_true(clearance_add_class(&c, 5));
	assert_true(clearance_add_class(&c, LABEL_CLASSES - 1));
	assert_false(clearance_add_class(&c, LABEL_CLASSES));
	assert_true(clearance_has_class(&c, 5));
	assert_false(clearance_has_class(&c, 6));
	assert_false(clearance_has_class(&c, LABEL_CLASSES));
	while (clearance_add(&c))
		n++;
	assert_int_equal(n, CLEARANCE_CATEGORIES_MAX);
	n = 0;
	while (clearance_add_class_name(&c, STR("SECRET")))
		n++;
	assert_int_equal(n, LABEL_CLASSES);
	clearance_copy(&copy, &c);
	assert_true(clearance_has_class(&copy, 5));
	assert_int_equal(copy.ncategories, CLEARANCE_CATEGORIES_MAX);
	assert_int_equal(copy.nclass_names, LABEL_CLASSES);
	clearance_fini(&c);
	clearance_fini(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_equal_and_stands_alone),
		cmocka_unit_test(the_order_of_categories_does_not_matter),
		cmocka_unit_test(a_label_has_limits),
		cmocka_unit_test(successors_nest_only_so_deep),
		cmocka_unit_test(a_clearance_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
