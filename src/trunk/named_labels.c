/* SPDX-License-Identifier: MIT */
/*
 * Labels that the operator has named, from names or from files: what stands for a missing label,
 * and what the first lines of texts stand for. Found valid here, once, under their policy.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "label/file.h"
#include "label/ism.h"
#include "label/marking.h"
#include "label/resolve.h"
#include "label/securitylabel_choose.h"
#include "label/valid.h"
#include "trunk/label_private.h"

#include <stdlib.h>

#define KEY(struct_, member, type_, ...)                                                    \
	{                                                                                   \
		.name = #member, .type = type_, .offset = offsetof(struct struct_, member), \
		__VA_ARGS__                                                                 \
	}

static const struct config_key category_keys[] = {
	KEY(label_category_config, set, CONFIG_STRING, .flags = CONFIG_REQUIRED,
		.help = "The tag set, by its name in the label policy."),
	KEY(label_category_config, values, CONFIG_STRINGS, .flags = CONFIG_REQUIRED,
		.help = "Its values by name; of clearances also \"*\": all of them."),
	{ .name = NULL },
};
const struct config_table label_category_schema = { "label category",
	sizeof(struct label_category_config), category_keys };

static const struct config_key label_keys[] = {
	KEY(label_config, name, CONFIG_STRING, .flags = CONFIG_REQUIRED | CONFIG_ONCE,
		.help = "What default_label calls it."),
	KEY(label_config, policy, CONFIG_STRING,
		.help = "The label policy that it is under, one of label_policies; left out: the "
			"governing one."),
	KEY(label_config, classification, CONFIG_STRING,
		.help = "Its classification, by its name in the policy."),
	KEY(label_config, categories, CONFIG_LIST, .table = &label_category_schema,
		.help = "Its values of tag sets."),
	KEY(label_config, privacy_mark, CONFIG_STRING, .help = "Its privacy mark."),
	KEY(label_config, file, CONFIG_PATH,
		.help = "Instead of all these, a file with the label: XML of XEP-0258, STANAG 4774 "
			"or 4778, an ESSSecurityLabel in BER or in base64. Read again at every "
			"reload."),
	KEY(label_config, marking, CONFIG_STRING,
		.help = "What the first line of a text says for it, without the frame; left out: "
			"what the policy has for first lines (firstLineOfText)."),
	{ .name = NULL },
};
const struct config_table label_schema = { "label", sizeof(struct label_config), label_keys };

static const struct label_config *config_of(const struct labels *l, unsigned i)
{
	return &((const struct label_config *)l->sections.labels->items)[i];
}

static void unfit(const struct label_config *c, const char *key, const char *words,
	struct config_report *report)
{
	config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, key),
		"label \"%s\": %s", c->name, words);
}

/* ---- from names ---- */

static bool add_value(struct label *out, const char *set, const char *value)
{
	struct label_category *k = label_add(out);

	return k && label_keep(out, &k->set_name, str_of(set)) &&
	       label_keep(out, &k->value, str_of(value));
}

static bool put_names(const struct label_config *c, const struct spif *s, struct label *out)
{
	const struct label_category_config *k = c->categories.items;
	bool ok = label_keep(out, &out->policy_id, s->id) &&
		  label_keep(out, &out->class_name, str_of(c->classification));

	if (c->privacy_mark)
		ok = ok && label_keep(out, &out->privacy_mark, str_of(c->privacy_mark));
	for (unsigned i = 0; i < c->categories.n; i++)
		for (unsigned j = 0; j < k[i].values.n; j++)
			ok = ok && add_value(out, k[i].set, k[i].values.v[j]);
	return ok;
}

/* ---- from a file ---- */

static bool take_payload(const struct xml_element *e, struct label *out, const char **fault_out)
{
	struct securitylabel_payload p = { 0 };

	securitylabel_read_payload(&p, e);
	*fault_out = p.fault;
	if (!p.fault && p.labels.n)
		label_copy(out, &p.labels.labels[0].label);
	else if (!p.fault)
		*fault_out = "there is no label in it";
	securitylabel_payload_fini(&p);
	return !*fault_out;
}

static bool take_securitylabel(
	const struct xml_element *e, struct label *out, const char **fault_out)
{
	const struct label *primary = NULL;
	struct securitylabel s;
	unsigned piece = 0;

	securitylabel_init(&s);
	if (securitylabel_read_element(&s, e, NULL, &piece, fault_out)) {
		*fault_out = s.label.fault ? s.label.fault : "its label is empty";
		primary = s.label.fault ? NULL : securitylabel_primary(&s);
	}
	if (primary)
		label_copy(out, primary);
	securitylabel_fini(&s);
	return primary != NULL;
}

/* The first label of a document. */
static bool take_tree(const struct xml_element *root, struct label *out, const char **fault_out)
{
	for (const struct xml_element *e = root; e; e = label_file_next(root, e)) {
		if (xml_element_is(e, SECURITYLABEL_NS, "securitylabel"))
			return take_securitylabel(e, out, fault_out);
		if (xml_element_is(e, "urn:xmpp:sec-label:ess:0", "esssecuritylabel") ||
			stanag4774_role(e) != STANAG4774_NONE || stanag4778_is(e) || ism_is(e))
			return take_payload(e, out, fault_out);
	}
	*fault_out = "there is no label in it";
	return false;
}

static bool put_file(const struct label_config *c, struct label *out, struct config_report *report)
{
	MEM_AUTO char *what = mem_printf("label \"%s\"", c->name);
	const struct config_origin *at = config_origin_of(&c->origin, "file");
	struct label_file f = { 0 };
	struct buf bytes = { 0 };
	const char *fault = NULL;
	char *words = NULL;
	bool ok = labels_read_file(what, c->file, at, &bytes, report);

	if (ok && !label_file_read(&f, buf_view(&bytes), &words))
		ok = false;
	else if (ok)
		ok = f.tree ? take_tree(f.tree, out, &fault)
			    : ess_read_label(buf_view(&f.ber), out, &fault);
	if (words || fault)
		config_report_add(report, CONFIG_ERROR, at, "%s: %s: %s", what, c->file,
			words ? words : fault);
	free(words);
	label_file_fini(&f);
	buf_fini(&bytes);
	return ok;
}

/* ---- both ---- */

static const struct spif *policy_for(const struct labels *l, const struct label_config *c,
	struct label *out, struct config_report *report)
{
	MEM_AUTO char *what = mem_printf("label \"%s\"", c->name);
	const struct spif *s = NULL;

	if (!c->policy && c->file)
		s = label_policies_find(&l->policies, out->policy_id, out->policy_name);
	if (!s)
		s = labels_policy(
			l, what, c->policy, config_origin_of(&c->origin, "policy"), report);
	/* A file may leave out what stands beside its name. */
	if (s && c->file && !out->policy_id.n && !out->policy_name.n &&
		!label_keep(out, &out->policy_id, s->id))
		return NULL;
	return s;
}

static bool resolved(const struct spif *s, struct label *out, char words[], size_t size)
{
	struct label_verdict v = { 0 };

	if (spif_resolve_label(s, out, &v) && label_valid(out, LABEL_OLD, clock_wall(), &v))
		return true;
	label_verdict_words(&v, words, size);
	out->policy = NULL;
	return false;
}

static void load(struct labels *l, const struct label_config *c, struct label *out,
	struct config_report *report)
{
	const struct spif *s;
	char words[200];

	if (c->file && (c->classification || c->categories.n || c->privacy_mark)) {
		unfit(c, "file", "a file and names at once: keep one of them", report);
		return;
	}
	if (!c->file && !c->classification) {
		unfit(c, "name", "it has neither a classification nor a file: add one", report);
		return;
	}
	if (c->file && !put_file(c, out, report))
		return;
	s = policy_for(l, c, out, report);
	if (!s)
		return;
	if (!c->file && !put_names(c, s, out))
		unfit(c, "categories", "it is too large", report);
	else if (!resolved(s, out, words, sizeof(words)))
		unfit(c, c->file ? "file" : "classification", words, report);
}

void named_labels_load(struct labels *l, struct config_report *report)
{
	unsigned n = l->sections.labels->n;

	l->named = mem_zero(n + 1u, sizeof(*l->named));
	for (unsigned i = 0; i < n; i++) {
		label_init(&l->named[i]);
		load(l, config_of(l, i), &l->named[i], report);
	}
}

void named_labels_free(struct labels *l)
{
	for (unsigned i = 0; l->named && i < l->sections.labels->n; i++)
		label_fini(&l->named[i]);
	free(l->named);
	for (unsigned i = 0; i < l->nmarks; i++) {
		label_marks_fini(&l->marks[i]->marks);
		free(l->marks[i]->language);
		free(l->marks[i]);
	}
	free(l->marks);
}

/* ---- by name ---- */

/* A classification by itself. */
static const struct label *make(struct labels *l, const char *classification, const struct spif *s,
	const char *key, const struct config_origin *at, struct config_report *report)
{
	struct label *made = labels_make(l);
	char words[200];

	if (label_keep(made, &made->policy_id, s->id) &&
		label_keep(made, &made->class_name, str_of(classification)) &&
		resolved(s, made, words, sizeof(words)))
		return made;
	config_report_add(report, CONFIG_ERROR, at,
		"%s: \"%s\" alone is no label: %s; name one of labels = ( ... )", key,
		classification, words);
	return NULL;
}

const struct label *named_labels_find(struct labels *l, const char *name, const struct spif *policy,
	const char *key, const struct config_origin *at, struct config_report *report)
{
	struct suggest near;

	suggest_init(&near, name);
	for (unsigned i = 0; i < l->sections.labels->n; i++) {
		const struct label *found = &l->named[i];

		if (strcmp(config_of(l, i)->name, name) != 0) {
			suggest_offer(&near, config_of(l, i)->name);
			continue;
		}
		if (!found->policy || found->policy == policy)
			return found->policy ? found : NULL;
		config_report_add(report, CONFIG_ERROR, at,
			"%s: the label \"%s\" is under the policy %.*s, but one under %.*s is "
			"needed here",
			key, name, STR_ARG(found->policy->name), STR_ARG(policy->name));
		return NULL;
	}
	if (spif_class_by_name(policy, str_of(name)))
		return make(l, name, policy, key, at, report);
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "add it to labels = ( ... ), or correct the name");
	config_report_add(report, CONFIG_ERROR, at,
		"%s: \"%s\" is neither a label nor a classification of the policy %.*s%s", key,
		name, STR_ARG(policy->name), remedy);
	return NULL;
}

/* ---- first lines ---- */

static void add_mark(
	const struct labels *l, unsigned i, struct label_marks_in *in, struct config_report *report)
{
	const struct label_config *c = config_of(l, i);
	const struct label *label = &l->named[i];
	const struct config_origin *at =
		config_origin_of(&c->origin, c->marking ? "marking" : "name");
	struct buf text = { 0 };
	bool made = true;

	if (!label->policy)
		return;
	if (c->marking)
		buf_put(&text, str_of(c->marking));
	else
		made = label_marking(label, SPIF_FIRST_LINE, str_of(in->language), &text);
	if (!made || !buf_len(&text))
		config_report_add(report, CONFIG_ERROR, at,
			"label \"%s\": the policy %.*s has no marking for it: give it marking = "
			"\"...\"",
			c->name, STR_ARG(label->policy->name));
	else if (!label_marks_add(&in->marks, buf_view(&text), label))
		config_report_add(report, CONFIG_ERROR, at,
			"label \"%s\": its marking \"%.*s\" stands for another label already: "
			"give it marking = \"...\"",
			c->name, STR_ARG(buf_view(&text)));
	buf_fini(&text);
}

const struct label_marks *named_labels_marks(
	struct labels *l, const char *language, struct config_report *report)
{
	struct label_marks_in *in;

	for (unsigned i = 0; i < l->nmarks; i++)
		if (strcmp(l->marks[i]->language, language) == 0)
			return &l->marks[i]->marks;
	in = MEM_NEW(struct label_marks_in);
	in->language = mem_strdup(language);
	l->marks = mem_resize(l->marks, (l->nmarks + 1u) * sizeof(struct label_marks_in *));
	l->marks[l->nmarks++] = in;
	for (unsigned i = 0; i < l->sections.labels->n; i++)
		add_mark(l, i, in, report);
	return &in->marks;
}
