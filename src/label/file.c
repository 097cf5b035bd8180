/* SPDX-License-Identifier: MIT */
/*
 * Files. XML is read as a document of its own, with declaration and comments, since people write
 * it; the tree is told again as the small one that the codecs know.
 */
#include "label/file.h"

#include "base/digest.h"
#include "base/mem.h"
#include "label/stanag4774.h"
#include "xml/document.h"

#include <stdlib.h>

enum { DEPTH = 64, ATTRIBUTES = 64 };

void label_file_fini(struct label_file *f)
{
	xml_element_free(f->tree);
	buf_fini(&f->ber);
	*f = (struct label_file){ 0 };
}

/* ---- XML ---- */

static bool tell(struct xml_element_builder *b, const struct xml_node *n)
{
	const struct xml_sink sink = xml_element_sink();
	struct xml_ns ns = { .uri = n->ns }, of_attrs[ATTRIBUTES];
	struct xml_attr attrs[ATTRIBUTES];
	struct xml_tag tag = { .local = n->name, .ns = &ns, .attrs = attrs, .nattrs = n->nattrs };

	if (n->nattrs > ATTRIBUTES)
		return false;
	for (unsigned i = 0; i < n->nattrs; i++) {
		of_attrs[i] = (struct xml_ns){ .uri = n->attrs[i].ns };
		attrs[i] = (struct xml_attr){
			.local = n->attrs[i].name, .ns = &of_attrs[i], .value = n->attrs[i].value
		};
	}
	sink.start(b, &tag);
	sink.text(b, n->text);
	return true;
}

/* The whole document, without recursion. */
static bool tell_all(struct xml_element_builder *b, const struct xml_node *root)
{
	const struct xml_node *n = root;
	unsigned depth = 0;

	while (n) {
		if (depth++ == DEPTH || !tell(b, n))
			return false;
		if (n->child) {
			n = n->child;
			continue;
		}
		for (;; n = n->parent) {
			xml_element_sink().end(b);
			depth--;
			if (n == root)
				return true;
			if (n->next)
				break;
		}
		n = n->next;
	}
	return true;
}

static bool read_xml(struct label_file *f, struct str bytes, char **words_out)
{
	struct xml_document_error error = { 0 };
	struct xml_document *d = xml_document_read(bytes, XML_DOCUMENT_MAX, &error);
	struct xml_element_builder b = { 0 };
	bool ok;

	if (!d) {
		*words_out = mem_printf("line %u: %s", error.line, error.words);
		return false;
	}
	ok = tell_all(&b, xml_document_root(d));
	xml_document_free(d);
	f->tree = xml_element_take(&b);
	if (ok)
		return true;
	label_file_fini(f);
	*words_out = mem_strdup("nested too deeply, or too many attributes");
	return false;
}

/* ---- BER ---- */

/* base64 with white space, with or without padding. False: it is none. */
static bool read_base64(struct label_file *f, struct str bytes)
{
	struct buf plain = { 0 };
	size_t n = 0;
	bool is;

	for (size_t i = 0; i < bytes.n; i++)
		if (!strchr(" \t\r\n", bytes.p[i]))
			buf_put_char(&plain, bytes.p[i]);
	while (buf_len(&plain) % 4)
		buf_put_char(&plain, '=');
	buf_reserve(&f->ber, buf_len(&plain) + 1);
	is = digest_base64_decode(buf_view(&plain), f->ber.data, &n) && n;
	buf_commit(&f->ber, is ? n : 0);
	buf_fini(&plain);
	return is;
}

bool label_file_read(struct label_file *f, struct str bytes, char **words_out)
{
	struct str text = str_trim(bytes);

	*words_out = NULL;
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	if (str_starts(text, STR("<")))
		return read_xml(f, bytes, words_out);
	if (!text.n)
		*words_out = mem_strdup("there is nothing in it");
	else if (bytes.n > 2 * ESS_CLEARANCE_MAX)
		*words_out = mem_strdup("it is too long");
	if (*words_out)
		return false;
	if (!memchr(text.p, '\0', text.n) && read_base64(f, text))
		return true;
	buf_put(&f->ber, bytes);
	return true;
}

/* ---- clearances ---- */

const struct xml_element *label_file_next(
	const struct xml_element *root, const struct xml_element *after)
{
	if (!after)
		return root;
	if (after->child)
		return after->child;
	while (after != root && !after->next)
		after = after->parent;
	return after == root ? NULL : after->next;
}

static bool add_xml(
	const struct xml_element *e, struct clearance_list *list, const char **fault_out)
{
	if (list->n == ESS_CLEARANCES_MAX) {
		*fault_out = "too many clearances";
		return false;
	}
	list->items = mem_resize(list->items, (list->n + 1) * sizeof(*list->items));
	clearance_init(&list->items[list->n++]);
	return stanag4774_read_clearance(e, &list->items[list->n - 1], fault_out);
}

/* A Clearance begins with an identifier and has no SET OF something behind it; the others are told
 * apart by trying, the most particular first. */
static bool add_ber(struct str ber, struct clearance_list *list, const char **fault_out)
{
	static bool (*const readers[])(
		struct str ber, struct clearance_list * list, const char **fault_out) = {
		ess_read_attribute,
		ess_read_directory,
		ess_read_constraints,
	};
	struct clearance one;
	const char *first;

	clearance_init(&one);
	if (ess_read_clearance(ber, &one, fault_out)) {
		list->items = mem_resize(list->items, (list->n + 1) * sizeof(*list->items));
		list->items[list->n++] = one;
		return true;
	}
	clearance_fini(&one);
	first = *fault_out;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (readers[i](ber, list, fault_out) && list->n)
			return true;
		clearance_list_fini(list);
	}
	*fault_out = first;
	return false;
}

bool label_file_clearances(
	const struct label_file *f, struct clearance_list *list, const char **fault_out)
{
	*fault_out = NULL;
	if (!f->tree)
		return add_ber(buf_view(&f->ber), list, fault_out);
	for (const struct xml_element *e = f->tree; e; e = label_file_next(f->tree, e))
		if (stanag4774_is_clearance(e) && !add_xml(e, list, fault_out))
			return false;
	if (!list->n)
		*fault_out = "there is no clearance in it";
	return list->n > 0;
}
