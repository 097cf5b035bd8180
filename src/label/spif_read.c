/* SPDX-License-Identifier: MIT */
/*
 * A policy file is read in three passes: its shape, its parts in order of the document, then what
 * refers to parts (spif_rules.c). All faults are found, not only the first.
 */
#include "label/spif_build.h"

#include "base/file.h"
#include "base/mem.h"
#include "label/ber.h"

#include <errno.h>
#include <stdlib.h>

enum {
	BIT_MAX = 65535,         /* a BIT STRING of one category is at most 8 KiB */
	NUMBER_MAX = UINT16_MAX, /* of selections */
	POLICIES_MAX = 1024,     /* equivalent ones */
};

static void *zero(struct spif_build *b, size_t count, size_t size)
{
	return label_memory_zero(&b->s->memory, count, size);
}

static struct str required_text(struct spif_build *b, const struct xml_node *n, const char *attr)
{
	struct str v = spif_text(b, n, attr);

	if (!v.n)
		spif_error(b, n->line, "Give it one.", "%.*s has no %s.", STR_ARG(n->name), attr);
	return v;
}

/* Policy and tag sets: without an identifier they are only known to labels that have names. */
static struct str oid(struct spif_build *b, const struct xml_node *n)
{
	struct str v = spif_text(b, n, "id"), prefix = STR("urn:oid:");

	/* "urn" and its namespace are the same in either case (RFC 8141 section 3.1). */
	if (v.n >= prefix.n && str_eq_nocase((struct str){ v.p, prefix.n }, prefix))
		v = str_skip(v, prefix.n);
	if (!v.n)
		spif_warning(b, n->line, "Give it its object identifier.",
			"%.*s has no id; labels in ASN.1 cannot name it.", STR_ARG(n->name));
	else if (!ber_is_oid(v))
		spif_error(b, n->line, "Write an object identifier, such as 2.25.1.",
			"id=\"%.*s\" of %.*s is no object identifier.", STR_ARG(v),
			STR_ARG(n->name));
	return v;
}

/* The one element that is there at most once. */
static const struct xml_node *only(
	struct spif_build *b, const struct xml_node *parent, const char *name)
{
	const struct xml_node *n = spif_next(b, parent, NULL, name);
	const struct xml_node *again = n ? spif_next(b, parent, n, name) : NULL;

	if (again)
		spif_error(b, again->line, "Join them.", "There is a second %s.", name);
	return n;
}

/* ---- classifications ---- */

static void read_class(struct spif_build *b, const struct xml_node *n, struct spif_class *c)
{
	uint64_t lacv = 0, hierarchy = 0;

	c->line = n->line;
	c->name = required_text(b, n, "name");
	c->color = spif_text(b, n, "color");
	if (!c->color.n)
		c->color = spif_text(b, n, "bgcolor");
	c->obsolete = spif_bool(b, n, "obsolete");
	if (!spif_number(b, n, "lacv", LABEL_CLASSES - 1, &lacv) && !xml_node_attr(n, "lacv").p)
		required_text(b, n, "lacv");
	if (!spif_number(b, n, "hierarchy", INT32_MAX, &hierarchy) &&
		!xml_node_attr(n, "hierarchy").p)
		required_text(b, n, "hierarchy");
	c->lacv = (uint32_t)lacv;
	c->hierarchy = (int64_t)hierarchy;
	spif_marking(b, n, &c->marking);
}

static void read_classes(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *list = only(b, root, "securityClassifications"), *n = NULL;
	struct spif *s = b->s;
	unsigned count = spif_count(b, list, "securityClassification");

	if (!count)
		spif_error(b, root->line, "Add securityClassifications.",
			"The policy has no classification.");
	if (count > LABEL_CLASSES) {
		spif_error(b, list->line, "Split the policy.",
			"There are %u classifications; at most %d can be told apart.", count,
			LABEL_CLASSES);
		return;
	}
	s->classes = zero(b, count, sizeof(*s->classes));
	while ((n = spif_next(b, list, n, "securityClassification"))) {
		s->classes[s->nclasses].index = s->nclasses;
		read_class(b, n, &s->classes[s->nclasses++]);
	}
}

/* ---- tag sets ---- */

static void read_category(struct spif_build *b, const struct xml_node *n, struct spif_category *c)
{
	struct str input = str_trim(xml_node_attr(n, "userInput"));
	uint64_t max = c->tag->form == LABEL_BITS ? BIT_MAX : INT64_MAX;

	c->line = n->line;
	c->name = required_text(b, n, "name");
	c->obsolete = spif_bool(b, n, "obsolete");
	/* A type of input (string, date, ...) in 2.1, a truth value before. */
	c->input = input.n && !str_is(input, "none") && !str_eq_nocase(input, STR("false"));
	c->not_before = spif_time(b, n, "notBefore");
	c->not_after = spif_time(b, n, "notAfter");
	if (!spif_number(b, n, "lacv", max, &c->lacv) && !xml_node_attr(n, "lacv").p)
		required_text(b, n, "lacv");
	spif_marking(b, n, &c->marking);
}

static void read_selection(struct spif_build *b, const struct xml_node *n, struct spif_tag *t)
{
	uint64_t least = 0, most = 0;

	if (spif_number(b, n, "minSelection", NUMBER_MAX, &least))
		t->least = (unsigned)least;
	if (spif_number(b, n, "maxSelection", NUMBER_MAX, &most))
		t->most = (unsigned)most;
	if (spif_bool(b, n, "singleSelection"))
		t->most = 1;
	if (t->most && t->least > t->most)
		spif_error(b, n->line, "Correct minSelection or maxSelection.",
			"No number of values is both at least %u and at most %u.", t->least,
			t->most);
}

static void read_tag(struct spif_build *b, const struct xml_node *n, struct spif_tag *t)
{
	const struct xml_node *c = NULL;
	struct spif *s = b->s;

	t->line = n->line;
	t->name = spif_text(b, n, "name");
	spif_tag_type(b, n, &t->kind, &t->form);
	read_selection(b, n, t);
	spif_marking(b, n, &t->marking);
	t->categories = &s->categories[s->ncategories];
	while ((c = spif_next(b, n, c, "tagCategory"))) {
		struct spif_category *to = &s->categories[s->ncategories];

		to->index = s->ncategories++;
		to->tag = t;
		t->ncategories++;
		read_category(b, c, to);
	}
}

static void read_set(struct spif_build *b, const struct xml_node *n, struct spif_set *set)
{
	const struct xml_node *c = NULL;
	struct spif *s = b->s;

	set->line = n->line;
	set->name = required_text(b, n, "name");
	set->id = oid(b, n);
	spif_marking(b, n, &set->marking);
	set->tags = &s->tags[s->ntags];
	while ((c = spif_next(b, n, c, "securityCategoryTag"))) {
		struct spif_tag *to = &s->tags[s->ntags];

		to->index = s->ntags++;
		to->set = set;
		set->ntags++;
		read_tag(b, c, to);
	}
}

static void reserve_sets(struct spif_build *b, const struct xml_node *list)
{
	unsigned sets = spif_count(b, list, "securityCategoryTagSet"), tags = 0, categories = 0;
	const struct xml_node *set = NULL;
	struct spif *s = b->s;

	while ((set = spif_next(b, list, set, "securityCategoryTagSet"))) {
		const struct xml_node *tag = NULL;

		while ((tag = spif_next(b, set, tag, "securityCategoryTag"))) {
			tags++;
			categories += spif_count(b, tag, "tagCategory");
		}
	}
	s->sets = zero(b, sets, sizeof(*s->sets));
	s->tags = zero(b, tags, sizeof(*s->tags));
	s->categories = zero(b, categories, sizeof(*s->categories));
}

static void read_sets(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *list = only(b, root, "securityCategoryTagSets"), *n = NULL;
	struct spif *s = b->s;

	reserve_sets(b, list);
	while ((n = spif_next(b, list, n, "securityCategoryTagSet"))) {
		s->sets[s->nsets].index = s->nsets;
		read_set(b, n, &s->sets[s->nsets++]);
	}
}

static void read_policies(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *list = only(b, root, "equivalentPolicies"), *n = NULL;
	unsigned count = spif_count(b, list, "equivalentPolicy");
	struct spif *s = b->s;

	if (count > POLICIES_MAX) {
		spif_error(b, list->line, "Remove those that nobody labels by.",
			"There are %u equivalent policies; at most %d are read.", count,
			POLICIES_MAX);
		return;
	}
	s->equivalents = zero(b, count, sizeof(*s->equivalents));
	while ((n = spif_next(b, list, n, "equivalentPolicy"))) {
		struct spif_policy *p = &s->equivalents[s->nequivalents++];

		p->line = n->line;
		p->name = required_text(b, n, "name");
		p->id = oid(b, n);
	}
}

/* ---- the whole ---- */

static void read_head(struct spif_build *b, const struct xml_node *root)
{
	static const char *const known[] = { "1.0", "2.0", "2.1", "3.0" };
	const struct xml_node *policy = only(b, root, "securityPolicyId");
	const struct xml_node *unlabelled = only(b, root, "defaultSecurityPolicyId");
	struct spif *s = b->s;
	bool found = false;

	s->schema = spif_text(b, root, "schemaVersion");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		found |= str_is(s->schema, known[i]);
	if (!s->schema.n)
		spif_warning(b, root->line, "Add schemaVersion=\"2.1\".",
			"SPIF has no schemaVersion; it is read as 2.1.");
	else if (!found)
		spif_error(b, root->line, "Use a file of schema 1.0, 2.0, 2.1 or 3.0.",
			"schemaVersion=\"%.*s\" is unknown.", STR_ARG(s->schema));
	s->version = spif_text(b, root, "version");
	s->created = spif_text(b, root, "creationDate");
	s->originator = spif_text(b, root, "originatorDN");
	s->key = spif_text(b, root, "keyIdentifier");
	s->rbac_id = spif_text(b, root, "rbacId");
	s->privilege_id = spif_text(b, root, "privilegeId");
	s->not_before = spif_time(b, root, "notBefore");
	s->not_after = spif_time(b, root, "notAfter");
	spif_marking(b, root, &s->marking);
	if (policy) {
		s->name = required_text(b, policy, "name");
		s->id = oid(b, policy);
		spif_marking(b, policy, &s->policy_marking);
	} else {
		spif_error(
			b, root->line, "Add securityPolicyId.", "The policy has no name and id.");
	}
	if (unlabelled) {
		s->default_name = required_text(b, unlabelled, "name");
		s->default_id = oid(b, unlabelled);
	}
}

static void read_all(struct spif_build *b, const struct xml_node *root)
{
	b->ns = root->ns;
	if (!str_is(root->name, "SPIF")) {
		spif_error(b, root->line, "Use a security policy information file (Open XML SPIF).",
			"The root element is \"%.*s\", not SPIF.", STR_ARG(root->name));
		return;
	}
	spif_check_shape(b, root);
	read_head(b, root);
	read_classes(b, root);
	read_sets(b, root);
	read_policies(b, root);
	if (!spif_index(b->s)) {
		spif_error(b, root->line, "Give them names and numbers of their own.",
			"More than a thousand parts have the same name or number.");
		return;
	}
	spif_check_unique(b);
	spif_read_rules(b, root);
	spif_read_memberships(b, root);
	if (!spif_index_equivalents(b->s))
		spif_error(b, root->line, "Correct their numbers.",
			"More than a thousand values have the same equivalent.");
}

struct spif *spif_read(
	struct str bytes, size_t max, const char *file, struct label_findings *findings)
{
	struct label_findings own = { 0 };
	struct xml_document_error e;
	struct xml_document *d = xml_document_read(bytes, max ? max : XML_DOCUMENT_MAX, &e);
	struct spif_build b = { .findings = findings ? findings : &own };
	unsigned errors = b.findings->errors, from = b.findings->n;
	struct spif *s = MEM_NEW(struct spif);

	b.s = s;
	s->file = mem_strdup(file);
	if (d)
		read_all(&b, xml_document_root(d));
	else
		spif_error(&b, e.line, "Correct the XML.", "The file cannot be read: %s.", e.words);
	xml_document_free(d);
	label_findings_sort(b.findings, from);
	if (b.findings->errors != errors) {
		spif_free(s);
		s = NULL;
	}
	label_findings_fini(&own);
	return s;
}

struct spif *spif_load(const char *path, size_t max, struct label_findings *findings)
{
	struct buf bytes = { 0 };
	int error = file_read(path, max ? max : XML_DOCUMENT_MAX, &bytes);
	struct spif *s = NULL;

	/* spif_read() says itself that a file is too long. */
	if (error && error != -EFBIG)
		label_findings_add(findings, LABEL_ERROR, path, 0,
			"Correct the name, or make it readable for trunkd.",
			"The file cannot be read: %s.", file_error(error));
	else
		s = spif_read(buf_view(&bytes), max, path, findings);
	buf_fini(&bytes);
	return s;
}

void spif_free(struct spif *s)
{
	if (!s)
		return;
	free(s->file);
	free(s->class_names.slots);
	free(s->set_ids.slots);
	free(s->set_names.slots);
	free(s->category_numbers.slots);
	free(s->category_names.slots);
	free(s->category_equivalents.slots);
	label_memory_fini(&s->memory);
	free(s);
}
