/* SPDX-License-Identifier: MIT */
/* Private to the files that read a policy: what they share while it is read. */
#pragma once

#include "label/spif.h"
#include "xml/document.h"

struct spif_build {
	struct spif *s;
	struct label_findings *findings; /* never NULL */
	struct str ns;                   /* the root's namespace */
};

/* One more error or warning at a line; the sentence ends in a full stop. */
#define spif_error(b, line, remedy, ...) \
	label_findings_add((b)->findings, LABEL_ERROR, (b)->s->file, line, remedy, __VA_ARGS__)
#define spif_warning(b, line, remedy, ...) \
	label_findings_add((b)->findings, LABEL_WARNING, (b)->s->file, line, remedy, __VA_ARGS__)

/* ---- spif_shape.c: is it made of what the schema has ---- */

/* Unknown elements and attributes, other namespaces, stray text. A name that nearly is one of the
 * schema's is an error: it may stand for a restriction that would get lost. */
void spif_check_shape(struct spif_build *b, const struct xml_node *root);
/* An element of the policy by this name: in the root's namespace, in none, or in one that is meant
 * to be the schema's. */
bool spif_is(const struct spif_build *b, const struct xml_node *n, const char *name);
/* The next such child behind `after` (NULL: the first). */
const struct xml_node *spif_next(const struct spif_build *b, const struct xml_node *parent,
	const struct xml_node *after, const char *name);
unsigned spif_count(const struct spif_build *b, const struct xml_node *parent, const char *name);

/* ---- spif_value.c: attributes ---- */

struct str spif_text(struct spif_build *b, const struct xml_node *n, const char *attr);
bool spif_bool(struct spif_build *b, const struct xml_node *n, const char *attr);
/* False: not given, or (an error was added) no number up to max. */
bool spif_number(struct spif_build *b, const struct xml_node *n, const char *attr, uint64_t max,
	uint64_t *out);
int64_t spif_time(struct spif_build *b, const struct xml_node *n, const char *attr);
/* tagType, enumType and tag7Encoding. False: an error was added. */
bool spif_tag_type(struct spif_build *b, const struct xml_node *n, enum label_tag_kind *kind,
	enum label_tag_form *form);
void spif_marking(struct spif_build *b, const struct xml_node *n, struct spif_marking *out);
/* A copy in the policy's memory. */
struct str spif_keep(struct spif_build *b, struct str s);

/* ---- spif_rules.c: what refers to other parts; after all parts have been read ---- */

void spif_read_rules(struct spif_build *b, const struct xml_node *root);
void spif_read_memberships(struct spif_build *b, const struct xml_node *root);

/* ---- spif_index.c ---- */

/* False: too many parts are alike. */
bool spif_index(struct spif *s);
bool spif_index_equivalents(struct spif *s);
/* Duplicates, by what has been indexed. */
void spif_check_unique(struct spif_build *b);
