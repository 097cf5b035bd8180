/* SPDX-License-Identifier: MIT */
/* libxml2's tree, walked without recursion. Owns nothing; shares no code with src/xml. */
#include "fuzz_dom.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

static const char *z(const xmlChar *text)
{
	return text ? (const char *)text : "";
}

static void put_name(struct buf *out, const xmlNs *ns, const xmlChar *name, bool with_prefix)
{
	bool prefixed = with_prefix && ns && ns->prefix;

	buf_printf(out, "{%s}%s%s%s", ns ? z(ns->href) : "", prefixed ? z(ns->prefix) : "",
		prefixed ? ":" : "", z(name));
}

static void put_start(struct buf *out, const xmlNode *n, unsigned depth)
{
	buf_put_char(out, '<');
	put_name(out, n->ns, n->name, depth != 1);
	for (const xmlAttr *a = n->properties; a; a = a->next) {
		xmlChar *value = xmlNodeListGetString(n->doc, a->children, 1);

		buf_put_char(out, ' ');
		put_name(out, a->ns, a->name, true);
		buf_printf(out, "=%s", z(value));
		xmlFree(value);
	}
	buf_put_char(out, '>');
}

static void put_tree(struct buf *out, const xmlNode *root)
{
	const xmlNode *n = root;
	unsigned depth = 0;

	for (;;) {
		if (n->type == XML_ELEMENT_NODE)
			put_start(out, n, depth);
		else if (depth > 1) /* white space between first-level elements means nothing */
			buf_printf(out, "%s", z(n->content));
		if (n->type == XML_ELEMENT_NODE && n->children) {
			n = n->children;
			depth++;
			continue;
		}
		if (n->type == XML_ELEMENT_NODE)
			buf_put(out, STR("</>"));
		while (n != root && !n->next) {
			n = n->parent;
			depth--;
			buf_put(out, STR("</>"));
		}
		if (n == root)
			return;
		n = n->next;
	}
}

/* Namespaces in XML 1.0, 2.2: whether a namespace name is a URI is not for a parser to judge. */
static void on_error(void *self, xmlError *e)
{
	xmlParserCtxt *context = self;
	bool *bad = context->_private;

	if (e->domain == XML_FROM_NAMESPACE && e->level > XML_ERR_WARNING &&
		e->code != XML_WAR_NS_URI && e->code != XML_WAR_NS_URI_RELATIVE)
		*bad = true;
}

bool dom_transcript(struct str document, struct buf *out)
{
	xmlParserCtxt *context = xmlNewParserCtxt();
	bool bad = false;
	xmlDoc *doc;

	context->_private = &bad;
	context->sax->serror = on_error;
	doc = xmlCtxtReadMemory(context, document.p, (int)document.n, NULL, "UTF-8",
		XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOCDATA);
	bad |= !doc || !context->wellFormed;
	if (!bad)
		put_tree(out, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(context);
	return !bad;
}
