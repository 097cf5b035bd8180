/* SPDX-License-Identifier: MIT */
/*
 * See filter_catalog.h. It is written as it comes, and once more when all of it was read: an item
 * whose label cannot be read, or judged, is not offered.
 */
#include "policy/filter_private.h"

#include "base/mem.h"
#include "label/catalog.h"

#include <stdlib.h>

void label_catalog_free(struct label_catalog *c)
{
	if (!c)
		return;
	label_intake_fini(&c->intake);
	free(c);
}

void filter_catalog_begin(struct label_catalog *c)
{
	if (!c)
		return;
	c->depth = 0;
	c->filtered = false;
}

static struct label_catalog *open_one(const struct filter *f)
{
	struct label_catalog *c = f->labels->catalog;

	return c && c->depth ? c : NULL;
}

bool filter_catalog_is_open(const struct filter *f)
{
	return open_one(f);
}

void filter_catalog_open(struct filter *f, const struct xml_tag *tag)
{
	const struct label_terms *to = f->context.labels.to.terms;
	struct label_watch *w = f->labels;
	struct label_catalog *c = w->catalog;

	if (!str_eq(tag->ns->uri, STR(CATALOG_NS)) || !str_eq(tag->local, STR("catalog")))
		return;
	if (!c) {
		c = w->catalog = MEM_NEW(struct label_catalog);
		label_intake_init(&c->intake, CATALOG_INTAKE);
	}
	c->depth = f->depth;
	c->filtered = to && to->filter_catalogs && f->result.head.type == TYPE_RESULT && !f->skip;
	if (!c->filtered)
		return;
	c->before = filter_mark(f);
	c->changes = f->changes;
	label_intake_clear(&c->intake);
	label_intake_sink().start(&c->intake, tag);
}

void filter_catalog_start(struct filter *f, const struct xml_tag *tag)
{
	struct label_catalog *c = open_one(f);
	enum stanza_kind kind;

	if (filter_is_stanza(tag, &kind))
		filter_label_deny(f, "label-malformed", "a stanza in a label catalogue");
	if (c->filtered)
		label_intake_sink().start(&c->intake, tag);
}

void filter_catalog_text(struct filter *f, struct str text)
{
	struct label_catalog *c = open_one(f);

	if (c->filtered)
		label_intake_sink().text(&c->intake, text);
}

void filter_catalog_end(struct filter *f)
{
	struct label_catalog *c = open_one(f);

	if (c->filtered)
		label_intake_sink().end(&c->intake);
	if (f->depth == c->depth)
		c->depth = 0;
}

/* ---- written again ---- */

static bool permit(void *arg, const struct catalog_item *item)
{
	struct filter *f = arg;

	return !item->fault && filter_label_offers(f, item->has_label ? &item->label : NULL);
}

static bool has_more(const struct catalog *c)
{
	unsigned n = 0;

	for (const struct xml_element *e = c->element->child; e; e = e->next)
		n++;
	return n > c->n || str_trim(str_of(c->element->text)).n > 0;
}

static void write_again(struct filter *f, const struct catalog *c, struct mark before)
{
	struct buf out = { 0 };

	if (catalog_write(c, permit, f, &out) == 0 && !has_more(c)) {
		/* It stays as it was written. */
	} else if (f->changes != f->labels->catalog->changes) {
		/* Of the items as they came, some have in them what the policy takes out. */
		filter_label_deny(
			f, "label-malformed", "a label catalogue of which a part may not pass");
	} else {
		buf_truncate(&f->out, before.offset);
		buf_put(&f->out, buf_view(&out));
		filter_removed(f, FEATURE_LABELS, "catalog", f->table->labels);
	}
	buf_fini(&out);
}

void filter_catalog_ended(struct filter *f, unsigned depth)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_catalog *c = f->labels->catalog;
	struct catalog read = { 0 };
	const char *fault = NULL;

	if (!c || !c->filtered || depth != 2)
		return;
	c->filtered = false;
	if (f->labels->reason)
		return;
	if (!g->policies || !g->policies->governing)
		filter_label_deny(f, label_outcome_name(LABEL_NONE), "no label policy governs");
	else if (catalog_read(&read, &c->intake, &fault))
		write_again(f, &read, c->before);
	else
		filter_label_deny(f, "label-malformed", fault);
	catalog_fini(&read);
	/* Such are rare, and may be large. */
	label_intake_fini(&c->intake);
}
