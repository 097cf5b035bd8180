/* SPDX-License-Identifier: MIT */
/*
 * Is the file made of what the schema has? One table of elements, one walk. What is unknown has no
 * effect and is a warning, unless it nearly is something known: then the file's author meant that,
 * and reading on without it could widen access.
 */
#include "label/spif_build.h"

#include "config/suggest.h"

#include <stdlib.h>

#define NAMESPACE "http://www.xmlspif.org/spif"

enum { NEAR = 2, WORDS_MAX = 16 };

struct shape {
	const char *name;
	bool text;                                          /* may have character data */
	bool open;                                          /* anything inside is somebody else's */
	const char *attrs[WORDS_MAX], *children[WORDS_MAX]; /* NULL at the end */
};

#define GROUP_ATTRS                                                               \
	{                                                                         \
		"tagSetRef", "tagType", "enumType", "tag7Encoding", "lacv", "all" \
	}

static const struct shape shapes[] = {
	{ "SPIF", false, false,
		{ "schemaVersion", "version", "creationDate", "originatorDN", "keyIdentifier",
			"privilegeId", "rbacId", "notBefore", "notAfter" },
		{ "defaultSecurityPolicyId", "securityPolicyId", "securityClassifications",
			"securityCategoryTagSets", "privacyMarks", "equivalentPolicies",
			"markingData", "markingQualifier", "extensions" } },
	{ "defaultSecurityPolicyId", false, false, { "name", "id" },
		{ "markingData", "markingQualifier" } },
	{ "securityPolicyId", false, false, { "name", "id" },
		{ "markingData", "markingQualifier" } },
	{ "securityClassifications", false, false, { 0 }, { "securityClassification" } },
	{ "securityClassification", false, false,
		{ "name", "lacv", "hierarchy", "color", "obsolete", "fgcolor", "bgcolor" },
		{ "equivalentClassification", "markingData", "markingQualifier",
			"requiredCategory" } },
	{ "equivalentClassification", false, false, { "policyRef", "lacv", "applied" },
		{ "requiredCategory" } },
	{ "requiredCategory", false, false, { "operation" }, { "categoryGroup" } },
	{ "categoryGroup", false, false, GROUP_ATTRS, { 0 } },
	{ "excludedCategory", false, false, GROUP_ATTRS, { 0 } },
	{ "securityCategoryTagSets", false, false, { 0 }, { "securityCategoryTagSet" } },
	{ "securityCategoryTagSet", false, false, { "name", "id" },
		{ "securityCategoryTag", "equivalentSecurityCategoryTagSet", "markingData",
			"markingQualifier" } },
	{ "securityCategoryTag", false, false,
		{ "name", "tagType", "enumType", "tag7Encoding", "singleSelection", "minSelection",
			"maxSelection" },
		{ "tagCategory", "markingData", "markingQualifier" } },
	{ "tagCategory", false, false,
		{ "name", "lacv", "requiredClass", "obsolete", "userInput", "dateFormat",
			"notBefore", "notAfter" },
		{ "equivalentSecCategoryTag", "markingData", "markingQualifier", "excludedClass",
			"requiredCategory", "excludedCategory" } },
	{ "equivalentSecCategoryTag", false, false,
		{ "policyRef", "tagSetId", "tagType", "enumType", "tag7Encoding", "lacv", "applied",
			"action" },
		{ "requiredCategory" } },
	{ "equivalentSecurityCategoryTagSet", false, false, { "policyRef", "name", "id" },
		{ "requiredCategory" } },
	{ "excludedClass", true, false, { 0 }, { 0 } },
	{ "privacyMarks", true, true, { 0 }, { 0 } },
	{ "equivalentPolicies", false, false, { 0 }, { "equivalentPolicy" } },
	{ "equivalentPolicy", false, false, { "name", "id" }, { "requiredCategory" } },
	{ "markingData", false, false,
		{ "phrase", "shortPhrase", "simplePhrase", "inputPhrase", "code", "fgcolor",
			"bgcolor" },
		{ "code" } },
	{ "markingQualifier", false, false, { "markingCode" }, { "qualifier" } },
	{ "qualifier", false, false, { "markingQualifier", "qualifierCode" }, { 0 } },
	{ "code", true, false, { 0 }, { 0 } },
	{ "extensions", true, true, { 0 }, { 0 } },
};

static const struct shape *shape_of(struct str name)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		if (str_is(name, shapes[i].name))
			return &shapes[i];
	}
	return NULL;
}

/* The schema's namespace, also when it is misspelt, as in published files. */
static bool is_schema(struct str ns)
{
	return str_is(ns, NAMESPACE) ||
	       (memmem(ns.p, ns.n, "spif", 4) && !str_starts(ns, STR("urn:")));
}

static bool is_ours(const struct spif_build *b, const struct xml_node *n)
{
	return n->ns.n == 0 || str_eq(n->ns, b->ns) || is_schema(n->ns);
}

bool spif_is(const struct spif_build *b, const struct xml_node *n, const char *name)
{
	return str_is(n->name, name) && is_ours(b, n);
}

const struct xml_node *spif_next(const struct spif_build *b, const struct xml_node *parent,
	const struct xml_node *after, const char *name)
{
	const struct xml_node *n = after ? after->next : parent ? parent->child : NULL;

	while (n && !spif_is(b, n, name))
		n = n->next;
	return n;
}

unsigned spif_count(const struct spif_build *b, const struct xml_node *parent, const char *name)
{
	const struct xml_node *n = NULL;
	unsigned count = 0;

	while ((n = spif_next(b, parent, n, name)))
		count++;
	return count;
}

static bool listed(const char *const *words, struct str name)
{
	for (unsigned i = 0; i < WORDS_MAX && words[i]; i++) {
		if (str_is(name, words[i]))
			return true;
	}
	return false;
}

/* What is said of an unknown name; `what` is "element" or "attribute". */
static void unknown(struct spif_build *b, const struct xml_node *at, const char *what,
	struct str name, const char *const *words)
{
	char *text = str_dup(name);
	struct suggest s;

	suggest_init(&s, text);
	for (unsigned i = 0; i < WORDS_MAX && words[i]; i++)
		suggest_offer(&s, words[i]);
	if (s.best && s.distance <= NEAR)
		spif_error(b, at->line, "Correct the name, so that what it stands for has effect.",
			"The %s \"%s\" in %.*s is not one of the schema's; \"%s\" is.", what, text,
			STR_ARG(at->name), s.best);
	else
		spif_warning(b, at->line, "Remove it, or see that nothing depends on it.",
			"The %s \"%s\" in %.*s is not one of the schema's and has no effect.", what,
			text, STR_ARG(at->name));
	free(text);
}

static void check_children(
	struct spif_build *b, const struct xml_node *n, const struct shape *shape)
{
	for (const struct xml_node *c = n->child; c; c = c->next) {
		if (is_ours(b, c)) {
			if (!listed(shape->children, c->name))
				unknown(b, n, "element", c->name, shape->children);
		} else if (str_is(c->name, "Signature")) {
			spif_warning(b, c->line,
				"Check the signature with another tool before the file is "
				"installed.",
				"The signature of this file is not verified.");
		} else {
			spif_warning(b, c->line, "Put it into \"extensions\".",
				"The element \"%.*s\" is of another namespace and has no effect.",
				STR_ARG(c->name));
		}
	}
}

static void check_node(struct spif_build *b, const struct xml_node *n, const struct shape *shape)
{
	for (unsigned i = 0; i < n->nattrs; i++) {
		struct str ns = n->attrs[i].ns;

		if ((ns.n == 0 || is_schema(ns)) && !listed(shape->attrs, n->attrs[i].name))
			unknown(b, n, "attribute", n->attrs[i].name, shape->attrs);
	}
	check_children(b, n, shape);
	if (!shape->text && str_trim(n->text).n)
		spif_warning(b, n->line, "Remove it, or make it a comment.",
			"There is text in %.*s, which has no effect.", STR_ARG(n->name));
}

/* The next element in document order that is not inside of somebody else's. */
static const struct xml_node *walk(
	const struct spif_build *b, const struct xml_node *root, const struct xml_node *n)
{
	const struct shape *shape = shape_of(n->name);

	if (n->child && is_ours(b, n) && shape && !shape->open)
		return n->child;
	while (n != root && !n->next)
		n = n->parent;
	return n == root ? NULL : n->next;
}

static void check_namespace(struct spif_build *b, const struct xml_node *root)
{
	if (root->ns.n == 0)
		spif_warning(b, root->line, "Add xmlns=\"" NAMESPACE "\" to SPIF.",
			"The file is in no namespace.");
	else if (!str_is(root->ns, NAMESPACE))
		spif_warning(b, root->line, "Write xmlns=\"" NAMESPACE "\".",
			"The namespace \"%.*s\" is not the schema's.", STR_ARG(root->ns));
}

void spif_check_shape(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *odd = NULL;

	check_namespace(b, root);
	for (const struct xml_node *n = root; n; n = walk(b, root, n)) {
		const struct shape *shape = shape_of(n->name);

		if (!shape || !is_ours(b, n) || shape->open)
			continue;
		if (!odd && !str_eq(n->ns, root->ns))
			odd = n;
		check_node(b, n, shape);
	}
	if (odd)
		spif_warning(b, odd->line, "Use one namespace for all elements of the policy.",
			"%.*s is in another namespace than SPIF; it is read all the same.",
			STR_ARG(odd->name));
}
