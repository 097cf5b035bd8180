/* SPDX-License-Identifier: MIT */
/*
 * Catalogues. An item is the piece that the intake wrote down, so what is kept says exactly what it
 * said. What is no item is not written again: the schema has nothing else.
 */
#include "label/catalog.h"

#include "base/mem.h"

#include <stdlib.h>

bool catalog_is(const struct xml_element *e)
{
	return xml_element_is(e, CATALOG_NS, "catalog");
}

void catalog_fini(struct catalog *c)
{
	for (unsigned i = 0; i < c->n; i++)
		securitylabel_fini(&c->items[i].label);
	free(c->items);
	*c = (struct catalog){ 0 };
}

/* Its own pieces are not written down: the whole item is one. */
static void read_item(struct catalog_item *item, const struct xml_element *e)
{
	unsigned none = 0;

	securitylabel_init(&item->label);
	for (const struct xml_element *c = e->child; c; c = c->next) {
		if (item->has_label)
			item->fault = "an item with several elements";
		item->has_label = true;
		if (!item->fault)
			securitylabel_read_element(&item->label, c, NULL, &none, &item->fault);
	}
}

static unsigned count(const struct xml_element *e)
{
	unsigned n = 0;

	for (const struct xml_element *c = e->child; c; c = c->next)
		n++;
	return n;
}

bool catalog_read(struct catalog *c, const struct label_intake *in, const char **fault_out)
{
	const struct xml_element *e = label_intake_tree(in);
	unsigned piece = 0, n = e ? count(e) : 0;

	catalog_fini(c);
	*fault_out = !e                      ? "a catalogue that is too large"
		     : !catalog_is(e)        ? "no catalogue"
		     : n > CATALOG_ITEMS_MAX ? "a catalogue of too many items"
					     : NULL;
	if (*fault_out)
		return false;
	c->element = e;
	c->items = mem_zero(n ? n : 1, sizeof(*c->items));
	for (const struct xml_element *i = e->child; i; i = i->next, piece++) {
		struct catalog_item *item = &c->items[c->n];

		if (!xml_element_is(i, CATALOG_NS, "item"))
			continue;
		c->n++;
		item->xml = label_intake_piece(in, piece);
		read_item(item, i);
	}
	return true;
}

unsigned catalog_write(
	const struct catalog *c, catalog_permit_fn *permit, void *arg, struct buf *out)
{
	unsigned left_out = 0;

	buf_printf(out, "<catalog xmlns='" CATALOG_NS "'");
	for (unsigned i = 0; i < c->element->nattrs; i++) {
		const struct xml_element_attr *a = &c->element->attrs[i];

		if (a->ns[0])
			continue;
		buf_printf(out, " %s='", a->name);
		xml_escape_value(out, str_of(a->value));
		buf_put_char(out, '\'');
	}
	for (unsigned i = 0; i < c->n; i++) {
		if (!permit(arg, &c->items[i])) {
			left_out++;
			continue;
		}
		if (left_out == i) /* the first */
			buf_put_char(out, '>');
		buf_put(out, c->items[i].xml);
	}
	buf_printf(out, left_out == c->n ? "/>" : "</catalog>");
	return left_out;
}
