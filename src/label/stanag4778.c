/* SPDX-License-Identifier: MIT */
/*
 * Bindings. A MetadataBinding binds all of its metadata to all of its data, so what a label covers
 * is known only when the binding has been read to its end. Metadata of others are passed over; what
 * stands in the namespace of the binding and is not known is a fault.
 */
#include "label/stanag4778.h"

#include "base/mem.h"
#include "xml/writer.h"

#include <stdlib.h>

#define XMLDSIG "http://www.w3.org/2000/09/xmldsig#"
#define XPATH   "http://www.w3.org/TR/1999/REC-xpath-19991116"

struct reading {
	struct stanag4778 *out;
	const char *fault;
};

static bool fail(struct reading *r, const char *fault)
{
	if (!r->fault)
		r->fault = fault;
	return false;
}

void stanag4778_fini(struct stanag4778 *b)
{
	for (unsigned i = 0; i < b->n; i++)
		label_fini(&b->labels[i].label);
	free(b->labels);
	*b = (struct stanag4778){ 0 };
}

struct stanag4778_label *stanag4778_add(struct stanag4778 *b)
{
	struct stanag4778_label *l;

	if (b->n == STANAG4778_LABELS_MAX)
		return NULL;
	b->labels = mem_resize(b->labels, (b->n + 1) * sizeof(*b->labels));
	l = &b->labels[b->n++];
	*l = (struct stanag4778_label){ 0 };
	label_init(&l->label);
	return l;
}

static bool is_mb(const struct xml_element *e, const char *name)
{
	return xml_element_is(e, STANAG4778_NS, name);
}

bool stanag4778_is(const struct xml_element *e)
{
	return is_mb(e, "BindingInformation");
}

/* Elements are no deeper than an intake lets them be. */
static bool has_label(const struct xml_element *e)
{
	bool has = stanag4774_role(e) != STANAG4774_NONE;

	for (const struct xml_element *c = e->child; c && !has; c = c->next)
		has = has_label(c);
	return has;
}

/* A signature may stand in several places; what is ours and unknown may not, nor a label that
 * somebody finds who does not look where it is. */
static bool read_other(struct reading *r, const struct xml_element *e)
{
	if (has_label(e))
		return fail(r, "a label where a binding has none");
	if (xml_element_is(e, XMLDSIG, "Signature"))
		r->out->has_signature = true;
	return strcmp(e->ns, STANAG4778_NS) != 0 ||
	       fail(r, "an element that a binding does not have");
}

/* ---- what it is bound to ---- */

/* The end of an expression behind "local-name()='body'": nothing, or the namespace besides. */
static bool ends_there(const char *rest)
{
	static const char lead[] = "andnamespace-uri()='";

	if (strncmp(rest, lead, strlen(lead)) == 0) {
		rest = strchr(rest + strlen(lead), '\'');
		rest = rest ? rest + 1 : "";
	}
	return strcmp(rest, "]") == 0;
}

/* Does an expression without its white space end in the choice of elements called body? Nothing
 * more is wanted of XPath: what else it may select is not asked for, but all of them must be. */
static bool selects_body(const char *xpath)
{
	static const char named[] = "local-name()='body'";
	const char *at;
	struct buf plain = { 0 };
	bool selects;

	for (const char *p = xpath; *p; p++)
		if (!strchr(" \t\r\n", *p))
			buf_put_char(&plain, *p == '"' ? '\'' : *p);
	buf_put_char(&plain, '\0');
	at = strstr(buf_view(&plain).p, named);
	selects = (at && ends_there(at + strlen(named))) ||
		  str_ends(str_of(buf_view(&plain).p), STR("/body")) ||
		  str_ends(str_of(buf_view(&plain).p), STR(":body"));
	selects =
		selects && !strstr(buf_view(&plain).p, "not(") && !strstr(buf_view(&plain).p, "!=");
	buf_fini(&plain);
	return selects;
}

static bool read_reference(
	struct reading *r, const struct xml_element *e, enum stanag4778_covers *covers_out)
{
	static const char other[] = "a label bound to something else than the message or its body";
	const char *uri = xml_element_attr(e, "URI");
	const struct xml_element *transforms = xml_element_child(e, XMLDSIG, "Transforms");
	const struct xml_element *transform, *xpath;
	const char *algorithm;

	if (!uri || uri[0])
		return fail(r, other);
	*covers_out = STANAG4778_MESSAGE;
	if (!transforms)
		return true;
	transform = xml_element_child(transforms, XMLDSIG, "Transform");
	algorithm = transform ? xml_element_attr(transform, "Algorithm") : NULL;
	xpath = transform ? xml_element_child(transform, XMLDSIG, "XPath") : NULL;
	if (!algorithm || strcmp(algorithm, XPATH) != 0 || transforms->child->next || !xpath ||
		!selects_body(xpath->text))
		return fail(r, other);
	*covers_out = STANAG4778_BODY;
	return true;
}

/* ---- labels ---- */

static bool has_originator(const struct stanag4778 *b)
{
	for (unsigned i = 0; i < b->n; i++)
		if (b->labels[i].role == STANAG4774_ORIGINATOR)
			return true;
	return false;
}

/* The schema has one element in each; published examples have several. */
static bool read_metadata(struct reading *r, const struct xml_element *e)
{
	for (const struct xml_element *c = e->child; c; c = c->next) {
		enum stanag4774_role role = stanag4774_role(c);
		struct stanag4778_label *l;

		if (role == STANAG4774_NONE && has_label(c))
			return fail(r, "a label where a binding has none");
		if (role == STANAG4774_NONE)
			continue;
		if (role == STANAG4774_ORIGINATOR && has_originator(r->out))
			return fail(r, "two labels of the originator");
		l = stanag4778_add(r->out);
		if (!l)
			return fail(r, "too many labels");
		l->role = role;
		if (!stanag4774_read_label(c, &l->label, &r->fault))
			return false;
	}
	return true;
}

static bool read_binding(struct reading *r, const struct xml_element *e)
{
	enum stanag4778_covers covers = STANAG4778_MESSAGE, one = STANAG4778_MESSAGE;
	unsigned first = r->out->n, references = 0;
	bool ok = true;

	for (const struct xml_element *c = e->child; c && ok; c = c->next) {
		if (is_mb(c, "Metadata")) {
			ok = read_metadata(r, c);
		} else if (is_mb(c, "DataReference")) {
			ok = read_reference(r, c, &one);
			/* Bound to both is bound to the whole. */
			covers = references++ && one != covers ? STANAG4778_MESSAGE : one;
		} else if (is_mb(c, "MetadataReference")) {
			ok = fail(r, "metadata that are only referenced");
		} else if (is_mb(c, "Data")) {
			ok = fail(r, "a label bound to data of its own");
		} else {
			ok = read_other(r, c);
		}
	}
	if (ok && !references)
		return fail(r, "a label bound to nothing");
	for (unsigned i = first; i < r->out->n; i++)
		r->out->labels[i].covers = covers;
	return ok;
}

static bool read_container(struct reading *r, const struct xml_element *e)
{
	bool ok = true;

	for (const struct xml_element *c = e->child; c && ok; c = c->next)
		ok = is_mb(c, "MetadataBinding") ? read_binding(r, c) : read_other(r, c);
	return ok;
}

bool stanag4778_read(const struct xml_element *e, struct stanag4778 *b, const char **fault_out)
{
	struct reading r = { .out = b };
	bool ok = true;

	stanag4778_fini(b);
	if (!stanag4778_is(e))
		ok = fail(&r, "no binding");
	for (const struct xml_element *c = ok ? e->child : NULL; c && ok; c = c->next)
		ok = is_mb(c, "MetadataBindingContainer") ? read_container(&r, c)
							  : read_other(&r, c);
	if (ok && !b->n)
		fail(&r, "a binding without a label");
	*fault_out = r.fault;
	return !r.fault;
}

/* ---- writing ---- */

static void put_reference(struct buf *out, enum stanag4778_covers covers, struct str content_ns)
{
	if (covers == STANAG4778_MESSAGE) {
		buf_printf(out, "<DataReference URI=''/>");
		return;
	}
	buf_printf(out, "<DataReference URI=''><ds:Transforms xmlns:ds='" XMLDSIG "'>"
			"<ds:Transform Algorithm='" XPATH "'><ds:XPath>"
			"/*[local-name()='message' and namespace-uri()='");
	xml_escape_text(out, content_ns);
	buf_printf(out, "']/*[local-name()='body' and namespace-uri()='");
	xml_escape_text(out, content_ns);
	buf_printf(out, "']</ds:XPath></ds:Transform></ds:Transforms></DataReference>");
}

bool stanag4778_write(const struct stanag4778_label *labels, unsigned n, struct str content_ns,
	struct stanag4774_times times, struct buf *out)
{
	size_t before = buf_len(out);

	if (!n)
		return false;
	buf_printf(out, "<BindingInformation xmlns='" STANAG4778_NS "'>"
			"<MetadataBindingContainer><MetadataBinding>");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, "<Metadata>");
		if (!stanag4774_write_label(&labels[i].label, labels[i].role, times, out)) {
			buf_truncate(out, before);
			return false;
		}
		buf_printf(out, "</Metadata>");
	}
	put_reference(out, labels[0].covers, content_ns);
	buf_printf(out, "</MetadataBinding></MetadataBindingContainer></BindingInformation>");
	return true;
}
