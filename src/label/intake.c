/* SPDX-License-Identifier: MIT */
/*
 * Intake. A piece is written by a writer of its own, beginning in the default namespace of its
 * parent, so that it carries every declaration that it needs. What is beyond a limit is dropped at
 * once.
 */
#include "label/intake.h"

#include "base/mem.h"

#include <stdlib.h>

#define XMLDSIG "http://www.w3.org/2000/09/xmldsig#"

const struct label_intake_limits LABEL_INTAKE = { 64 << 10, 1000, 32 };
const struct label_intake_limits CATALOG_INTAKE = { 1 << 20, 20000, 40 };

void label_intake_init(struct label_intake *in, struct label_intake_limits limits)
{
	*in = (struct label_intake){ .limits = limits };
}

void label_intake_fini(struct label_intake *in)
{
	xml_element_free(xml_element_take(&in->tree));
	xml_writer_free(in->writer);
	buf_fini(&in->xml);
	free(in->pieces);
	label_intake_init(in, in->limits);
}

void label_intake_clear(struct label_intake *in)
{
	xml_element_free(xml_element_take(&in->tree));
	buf_clear(&in->xml);
	in->npieces = in->depth = in->elements = in->inside = in->muted = 0;
	in->bytes = 0;
	in->over = in->in_payload_parent = false;
}

static void charge(struct label_intake *in, size_t bytes)
{
	in->bytes += bytes;
	if (in->over || (in->bytes <= in->limits.bytes && in->elements <= in->limits.elements &&
				in->depth <= in->limits.depth))
		return;
	in->over = true;
	xml_element_free(xml_element_take(&in->tree));
	buf_clear(&in->xml);
	in->npieces = in->inside = 0;
}

static size_t tag_bytes(const struct xml_tag *tag)
{
	size_t n = tag->local.n + tag->ns->uri.n;

	for (unsigned i = 0; i < tag->nattrs; i++)
		n += tag->attrs[i].local.n + tag->attrs[i].ns->uri.n + tag->attrs[i].value.n;
	for (unsigned i = 0; i < tag->ndecls; i++)
		n += tag->decls[i].prefix.n + tag->decls[i].ns->uri.n;
	return n;
}

/* ---- pieces ---- */

static bool named(const struct xml_tag *tag, struct str ns, struct str local)
{
	return str_eq(tag->ns->uri, ns) && str_eq(tag->local, local);
}

/* What the first two levels are decides what a piece is. */
static void place(struct label_intake *in, const struct xml_tag *tag)
{
	if (in->depth == 1) {
		in->root = named(tag, STR(SECURITYLABEL_NS), STR("securitylabel")) ? INTAKE_LABEL
			   : named(tag, STR(CATALOG_NS), STR("catalog"))           ? INTAKE_CATALOG
										   : INTAKE_OTHER;
		return;
	}
	if (in->depth == 2)
		in->in_payload_parent =
			in->root == INTAKE_LABEL &&
			(named(tag, STR(SECURITYLABEL_NS), STR("label")) ||
				named(tag, STR(SECURITYLABEL_NS), STR("equivalentlabel")));
}

static bool begins_piece(const struct label_intake *in)
{
	return (in->depth == 2 && in->root == INTAKE_CATALOG) ||
	       (in->depth == 3 && in->in_payload_parent);
}

static void begin_piece(struct label_intake *in)
{
	if (in->npieces == in->max_pieces) {
		in->max_pieces = in->max_pieces ? 2 * in->max_pieces : 4;
		in->pieces = mem_resize(in->pieces, in->max_pieces * sizeof(*in->pieces));
	}
	if (!in->writer)
		in->writer = xml_writer_new();
	in->pieces[in->npieces++] = (struct label_piece){ .at = buf_len(&in->xml) };
	xml_writer_begin(in->writer, &in->xml,
		in->root == INTAKE_CATALOG ? STR(CATALOG_NS) : STR(SECURITYLABEL_NS));
	in->inside = in->depth;
}

/* ---- events ---- */

static void on_start(void *self, const struct xml_tag *tag)
{
	struct label_intake *in = self;

	in->depth++;
	in->elements++;
	charge(in, tag_bytes(tag));
	if (in->over)
		return;
	xml_element_sink().start(&in->tree, tag);
	place(in, tag);
	if (begins_piece(in))
		begin_piece(in);
	if (in->inside && in->unsigned_pieces && !in->muted &&
		named(tag, STR(XMLDSIG), STR("Signature")))
		in->muted = in->depth;
	if (in->inside && !in->muted)
		xml_writer_start(in->writer, tag, true);
}

static void on_text(void *self, struct str text)
{
	struct label_intake *in = self;

	charge(in, text.n);
	if (in->over)
		return;
	xml_element_sink().text(&in->tree, text);
	if (in->inside && !in->muted)
		xml_writer_text(in->writer, text);
}

static void on_end(void *self)
{
	struct label_intake *in = self;

	if (!in->over) {
		xml_element_sink().end(&in->tree);
		if (in->inside && !in->muted)
			xml_writer_end(in->writer);
		if (in->muted == in->depth)
			in->muted = 0;
		if (in->inside == in->depth) {
			struct label_piece *p = &in->pieces[in->npieces - 1];

			p->n = buf_len(&in->xml) - p->at;
			in->inside = 0;
		}
	}
	in->depth--;
}

struct xml_sink label_intake_sink(void)
{
	return (struct xml_sink){ .start = on_start, .text = on_text, .end = on_end };
}

const struct xml_element *label_intake_tree(const struct label_intake *in)
{
	return in->over ? NULL : in->tree.root;
}

struct str label_intake_piece(const struct label_intake *in, unsigned i)
{
	if (in->over || i >= in->npieces)
		return STR("");
	return (struct str){ buf_view(&in->xml).p + in->pieces[i].at, in->pieces[i].n };
}
