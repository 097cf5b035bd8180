/* SPDX-License-Identifier: MIT */
/*
 * The small tree. Each element is one allocation that also remembers how long its text is, so that
 * text in many pieces stays linear. Owns copies of all it was told.
 */
#include "xml/element.h"

#include "base/mem.h"

#include <stdlib.h>

/* What is allocated for an element; the public part first. */
struct node {
	struct xml_element e;
	struct xml_element *last; /* child */
	size_t text_n, text_size;
};

static struct node *node_of(struct xml_element *e)
{
	return (struct node *)(void *)e;
}

static void copy_attributes(struct xml_element *e, const struct xml_tag *tag)
{
	if (tag->nattrs)
		e->attrs = mem_zero(tag->nattrs, sizeof(*e->attrs));
	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];
		bool lang = str_eq(a->local, STR("lang")) && str_eq(a->ns->uri, XML_NS_XML);

		e->attrs[e->nattrs].ns = lang ? mem_strdup("") : str_dup(a->ns->uri);
		e->attrs[e->nattrs].name = lang ? mem_strdup("xml:lang") : str_dup(a->local);
		e->attrs[e->nattrs++].value = str_dup(a->value);
	}
}

static void on_start(void *self, const struct xml_tag *tag)
{
	struct xml_element_builder *b = self;
	struct node *n = MEM_NEW(struct node);
	struct xml_element *parent = b->open;

	n->e.ns = str_dup(tag->ns->uri);
	n->e.name = str_dup(tag->local);
	n->e.text = mem_strdup("");
	n->e.parent = parent;
	copy_attributes(&n->e, tag);
	b->open = &n->e;
	if (!parent) {
		xml_element_free(b->root);
		b->root = &n->e;
		return;
	}
	if (parent->child)
		node_of(parent)->last->next = &n->e;
	else
		parent->child = &n->e;
	node_of(parent)->last = &n->e;
}

static void on_text(void *self, struct str text)
{
	struct xml_element_builder *b = self;
	struct node *n;

	if (!b->open)
		return;
	n = node_of(b->open);
	if (n->text_size - n->text_n <= text.n) {
		n->text_size = (n->text_n + text.n + 1) * 2;
		n->e.text = mem_resize(n->e.text, n->text_size);
	}
	if (text.n)
		memcpy(n->e.text + n->text_n, text.p, text.n);
	n->text_n += text.n;
	n->e.text[n->text_n] = '\0';
}

static void on_end(void *self)
{
	struct xml_element_builder *b = self;

	if (b->open)
		b->open = b->open->parent;
}

struct xml_sink xml_element_sink(void)
{
	return (struct xml_sink){ .start = on_start, .text = on_text, .end = on_end };
}

struct xml_element *xml_element_take(struct xml_element_builder *b)
{
	struct xml_element *e = b->root;

	b->root = b->open = NULL;
	return e;
}

static void free_one(struct xml_element *e)
{
	for (unsigned i = 0; i < e->nattrs; i++) {
		free(e->attrs[i].ns);
		free(e->attrs[i].name);
		free(e->attrs[i].value);
	}
	free(e->attrs);
	free(e->ns);
	free(e->name);
	free(e->text);
	free(e);
}

/* Without recursion: a peer chooses the depth. */
void xml_element_free(struct xml_element *e)
{
	struct xml_element *top = e;

	while (e) {
		struct xml_element *up;

		if (e->child) {
			struct xml_element *child = e->child;

			e->child = child->next;
			child->next = NULL;
			e = child;
			continue;
		}
		up = e == top ? NULL : e->parent;
		free_one(e);
		e = up;
	}
}

bool xml_element_is(const struct xml_element *e, const char *ns, const char *name)
{
	return e && strcmp(e->ns, ns) == 0 && strcmp(e->name, name) == 0;
}

const char *xml_element_attr(const struct xml_element *e, const char *name)
{
	for (unsigned i = 0; i < e->nattrs; i++) {
		if (!e->attrs[i].ns[0] && strcmp(e->attrs[i].name, name) == 0)
			return e->attrs[i].value;
	}
	return NULL;
}

const struct xml_element *xml_element_child(
	const struct xml_element *e, const char *ns, const char *name)
{
	for (const struct xml_element *c = e->child; c; c = c->next) {
		if ((!ns || strcmp(c->ns, ns) == 0) && strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}
