/* SPDX-License-Identifier: MIT */
/*
 * A label or clearance as one line for a test's table: policy, classification, mark, categories,
 * times. "1.1 (NATO); 4 (SECRET); mark 'x'; 2.5.1 (Rel) permissive bits 3 (XAA)".
 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "label/model.h"

static inline void put_named(struct buf *out, struct str id, struct str name)
{
	buf_put(out, id);
	if (name.n)
		buf_printf(out, "%s(%.*s)", id.n ? " " : "", STR_ARG(name));
}

static inline void put_categories(struct buf *out, const struct label_category *c, unsigned n)
{
	static const char *const forms[] = { "", " bits", " integers" };

	for (unsigned i = 0; i < n; i++, c++) {
		buf_printf(out, "; ");
		if (c->unknown_type.n) {
			buf_printf(out, "unknown %.*s", STR_ARG(c->unknown_type));
			continue;
		}
		put_named(out, c->set_id, c->set_name);
		buf_printf(out, " %s%s", label_tag_kind_name(c->kind), forms[c->form]);
		if (c->has_lacv)
			buf_printf(out, " %llu", (unsigned long long)c->lacv);
		if (c->value.n)
			buf_printf(out, " (%.*s)", STR_ARG(c->value));
	}
}

static inline void put_time(struct buf *out, const char *what, int64_t t)
{
	char text[CLOCK_TEXT];

	if (t == LABEL_NO_TIME)
		return;
	clock_print(t, 0, text);
	buf_printf(out, "; %s %.19sZ", what, text);
}

static inline void put_label(struct buf *out, const struct label *l)
{
	put_named(out, l->policy_id, l->policy_name);
	buf_printf(out, "; ");
	if (l->has_class_lacv)
		buf_printf(out, "%u ", (unsigned)l->class_lacv);
	buf_printf(out, l->class_name.n ? "(%.*s)" : "%.*s", STR_ARG(l->class_name));
	if (l->privacy_mark.n)
		buf_printf(out, "; mark '%.*s'", STR_ARG(l->privacy_mark));
	put_categories(out, l->categories, l->ncategories);
	put_time(out, "created", l->created);
	put_time(out, "review", l->review);
	put_time(out, "succeeded", l->succession);
	if (l->originator.n)
		buf_printf(
			out, "; by %.*s %.*s", STR_ARG(l->originator_type), STR_ARG(l->originator));
	if (l->successor) {
		buf_printf(out, " by [");
		put_label(out, l->successor);
		buf_printf(out, "]");
	}
}

/* Terminated. */
static inline const char *label_line(struct buf *out, const struct label *l)
{
	buf_clear(out);
	put_label(out, l);
	buf_put_char(out, '\0');
	return buf_view(out).p;
}

static inline const char *clearance_line(struct buf *out, const struct clearance *c)
{
	buf_clear(out);
	put_named(out, c->policy_id, c->policy_name);
	buf_printf(out, ";%s", c->has_classes ? "" : " default");
	for (uint32_t i = 0; i < LABEL_CLASSES; i++)
		if (clearance_has_class(c, i))
			buf_printf(out, " %u", i);
	for (unsigned i = 0; i < c->nclass_names; i++)
		buf_printf(out, " (%.*s)", STR_ARG(c->class_names[i]));
	put_categories(out, c->categories, c->ncategories);
	buf_put_char(out, '\0');
	return buf_view(out).p;
}
