/* SPDX-License-Identifier: MIT */
/* Compiling what a control says of labels, and asking it; see label_agreement.h. */
#include "trunk/label_agreement.h"

#include "base/clock.h"
#include "base/mem.h"
#include "label/map.h"
#include "trunk/label_private.h"

#include <stdlib.h>

#define KEY(struct_, member, type_, ...)                                                    \
	{                                                                                   \
		.name = #member, .type = type_, .offset = offsetof(struct struct_, member), \
		__VA_ARGS__                                                                 \
	}
#define OWN(member, type_, ...)  KEY(control_labels_config, member, type_, __VA_ARGS__)
#define LINE(member, type_, ...) KEY(label_first_line_config, member, type_, __VA_ARGS__)

static const struct config_choice write_choices[] = { { "add-equivalent", LABEL_WRITE_EQUIVALENT },
	{ "swap", LABEL_WRITE_SWAP }, { "replace", LABEL_WRITE_REPLACE },
	{ "none", LABEL_WRITE_NONE }, { NULL, 0 } };
static const struct config_choice form_choices[] = { { "same", LABEL_FORM_SAME },
	{ "ess", LABEL_FORM_ESS }, { "stanag4774", LABEL_FORM_4774 },
	{ "stanag4778", LABEL_FORM_4778 }, { NULL, 0 } };
static const struct config_choice marking_choices[] = { { "make", LABEL_SHOW_MADE },
	{ "keep", LABEL_SHOW_KEPT }, { "none", LABEL_SHOW_NONE }, { NULL, 0 } };
static const struct config_choice signed_choices[] = { { "refuse", LABEL_SIGNED_REFUSE },
	{ "strip", LABEL_SIGNED_STRIP }, { "keep", LABEL_SIGNED_KEEP }, { NULL, 0 } };

static const struct config_key jid_keys[] = {
	KEY(label_jid_config, jids, CONFIG_STRINGS, .flags = CONFIG_REQUIRED,
		.help = "Whom it is for, as in an access list: \"user@domain\", \"*@domain\", "
			"\"domain\", \"*.domain\", \"@set\"."),
	KEY(label_jid_config, clearance, CONFIG_STRINGS, .flags = CONFIG_REQUIRED,
		.help = "What they are cleared for: one of clearances, or several, each under "
			"another label policy."),
	{ .name = NULL },
};
static const struct config_table jid_schema = { "label rule", sizeof(struct label_jid_config),
	jid_keys };

static const struct config_key first_line_keys[] = {
	LINE(out, CONFIG_BOOL, .def = "false",
		.help = "Whether the marking of the label goes before the text that this peer is "
			"sent, as a line of its own."),
	LINE(in, CONFIG_BOOL, .def = "false",
		.help = "Whether a first line in the frame stands for a label, where none came: "
			"one of labels, by its marking."),
	LINE(open, CONFIG_STRING, .def = "[", .help = "What stands before the marking."),
	LINE(close, CONFIG_STRING, .def = "]", .help = "What stands behind it."),
	{ .name = NULL },
};
static const struct config_table first_line_schema = { "first line",
	sizeof(struct label_first_line_config), first_line_keys };

static const struct config_key control_labels_keys[] = {
	OWN(clearance, CONFIG_STRINGS,
		.help = "What this peer may send and be sent: one of clearances, or several, each "
			"under another label policy. Left out, and without "
			"certificate_clearance: nothing."),
	OWN(jids, CONFIG_LIST, .table = &jid_schema,
		.help = "What single users of the peer are cleared for. The first rule that names "
			"the address decides; both it and the peer's clearance must grant."),
	OWN(certificate_clearance, CONFIG_BOOL, .def = "false",
		.help = "Whether the peer is cleared for what the Clearance attribute of its "
			"certificate says (RFC 5913), as proven by SASL EXTERNAL on the stream it "
			"opened. It wants a trust store and verify_next_hop. Where there is a "
			"clearance besides, both must grant."),
	OWN(policy, CONFIG_STRING,
		.help = "The label policy that this peer has, one of label_policies: labels are "
			"translated, both ways, and what is translated is decided again with a "
			"clearance under it. Left out: the governing one."),
	OWN(write, CONFIG_ENUM, .def = "add-equivalent", .choices = write_choices,
		.help = "What the peer is sent when the label is translated: the translation "
			"beside the label that came (\"add-equivalent\"), the same with their "
			"places changed (\"swap\"), the translation alone (\"replace\"), or no "
			"label at all, whatever came (\"none\")."),
	OWN(form, CONFIG_ENUM, .def = "same", .choices = form_choices,
		.help = "What labels of ours are written in: as the one that came, ESS when there "
			"was none (\"same\"); ASN.1 (\"ess\"); NATO XML, alone "
			"(\"stanag4774\") or in a binding (\"stanag4778\")."),
	OWN(marking, CONFIG_ENUM, .def = "make", .choices = marking_choices,
		.help = "The text that people see (displaymarking): made from the label by the "
			"policy (\"make\"), as it came (\"keep\"), or left out (\"none\")."),
	{ .name = "signed",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct control_labels_config, on_signature),
		.def = "refuse",
		.choices = signed_choices,
		.help = "A label with a signature that would be wrong afterwards: the stanza is "
			"refused, the signature is taken off, or it is kept all the same." },
	OWN(language, CONFIG_STRING, .help = "The language of markings (\"en\", \"fr-CA\")."),
	OWN(review, CONFIG_DURATION, .def = "365d", .min = 1000, .max = INT64_C(3650) * 86400000,
		.help = "When labels of ours are to be reviewed (STANAG 4774), counted from now."),
	OWN(first_line, CONFIG_GROUP, .table = &first_line_schema,
		.help = "Labels as the first line of texts, for peers without labels."),
	OWN(default_label, CONFIG_STRING,
		.help = "What stands for a label that this peer does not send, where a policy has "
			"labels.unlabelled = \"default\" or the label is empty: one of labels, or "
			"a classification by itself. Left out: that of the label policy, or none, "
			"and it is refused."),
	OWN(stamp, CONFIG_BOOL, .def = "false",
		.help = "Whether the default label is written on what comes without one. "
			"Otherwise it only decides."),
	OWN(strip_default, CONFIG_BOOL, .def = "false",
		.help = "Whether a label that is this peer's default label is not sent to it."),
	OWN(filter_catalogs, CONFIG_BOOL, .def = "false",
		.help = "Whether answers with a label catalogue (XEP-0258) show this peer only "
			"labels that a message between the two would pass with. Such answers, "
			"and the requests for them, pass where unlabelled_iq has \"labels\"."),
	{ .name = NULL },
};
const struct config_table control_labels_schema = { "labels", sizeof(struct control_labels_config),
	control_labels_keys };

struct label_jid_index {
	uint32_t id;
	unsigned rule;
};

/* One control while it is compiled. */
struct agreement {
	struct labels *labels;
	const struct control_labels_config *config;
	struct control_labels *out;
	struct config_report *report;
};

#define AT(a, key)           config_origin_of(&(a)->config->origin, (key))
#define COMPLAIN(a, at, ...) config_report_add((a)->report, CONFIG_ERROR, (at), __VA_ARGS__)

/* ---- clearances ---- */

/* One more clearance for this source; each is under another policy, and of use. */
static void add_grant(struct agreement *a, struct label_grants *g, const struct clearance *c,
	const char *name, const struct config_origin *at)
{
	const struct spif *own = a->out->terms.policy;
	bool governing = c->policy == a->labels->policies.governing;
	const struct clearance **slot = governing ? &g->governing : &g->translated;

	if (!governing && c->policy != own)
		COMPLAIN(a, at,
			"clearance: \"%s\" is under the label policy \"%s\", which neither governs "
			"nor is this peer's: take it out, or say policy = \"%s\"",
			name, labels_policy_name(a->labels, c->policy),
			labels_policy_name(a->labels, c->policy));
	else if (*slot)
		COMPLAIN(a, at,
			"clearance: \"%s\" is the second one under the label policy \"%s\": keep "
			"one of them",
			name, labels_policy_name(a->labels, c->policy));
	else
		*slot = c;
}

/* False: one of them cannot be used, which has been said. */
static bool find_grants(struct agreement *a, struct label_grants *g,
	const struct config_strings *names, const struct config_origin *at)
{
	bool all = true;

	for (unsigned i = 0; i < names->n; i++) {
		const struct clearance *c = clearances_find(a->labels, names->v[i], at, a->report);

		if (c)
			add_grant(a, g, c, names->v[i], at);
		else
			all = false;
	}
	return all;
}

static void check_grants(
	struct agreement *a, const struct label_grants *g, const struct config_origin *at)
{
	const char *lacks = NULL;

	if (!g->governing)
		lacks = labels_policy_name(a->labels, a->labels->policies.governing);
	else if (a->out->terms.policy && !g->translated)
		lacks = labels_policy_name(a->labels, a->out->terms.policy);
	if (lacks)
		COMPLAIN(a, at,
			"clearance: there is none under the label policy \"%s\", so that nothing "
			"would pass: what is translated is decided again under the other policy; "
			"add one to the list",
			lacks);
}

static void cleared_add(struct label_cleared *list, const struct clearance *c)
{
	if (list->n < LABEL_CLEARANCES)
		list->list[list->n++] = c;
}

static void compile_clearance(struct agreement *a)
{
	const struct control_labels_config *c = a->config;
	struct control_labels *out = a->out;
	struct label_grants g = { 0 };

	if (c->clearance.n) {
		if (find_grants(a, &g, &c->clearance, AT(a, "clearance")))
			check_grants(a, &g, AT(a, "clearance"));
		cleared_add(&out->governing, g.governing);
		cleared_add(&out->translated, g.translated);
	} else if (out->terms.policy && !c->certificate_clearance) {
		COMPLAIN(a, AT(a, "policy"),
			"labels.policy: nothing says what the peer is cleared for: add clearance = "
			"[ ... ], one under the governing label policy and one under \"%s\"",
			c->policy);
	} else if (c->jids.n && !c->certificate_clearance) {
		COMPLAIN(a, AT(a, "jids"),
			"labels.jids: nothing says what the peer itself is cleared for, so that "
			"nothing would pass: add clearance = \"...\"");
	}
	out->certificate = c->certificate_clearance;
}

/* ---- rules by address ---- */

static int by_id(const void *a, const void *b)
{
	const struct label_jid_index *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static void compile_rule(struct agreement *a, const struct label_jid_config *c, unsigned number)
{
	struct control_labels *out = a->out;
	struct label_jid_rule *rule = &out->rules[number];
	const struct config_origin *at = config_origin_of(&c->origin, "clearance");

	rule->config = c;
	if (find_grants(a, &rule->grants, &c->clearance, at))
		check_grants(a, &rule->grants, at);
	out->index = mem_resize(
		out->index, (out->nindex + c->jids.n + 1u) * sizeof(struct label_jid_index));
	for (unsigned i = 0; i < c->jids.n; i++) {
		uint32_t id = jid_sets_pattern(a->labels->sections.jid_sets, "jids", c->jids.v[i],
			"", config_origin_of(&c->origin, "jids"), a->report);

		if (id)
			out->index[out->nindex++] = (struct label_jid_index){ id, number };
	}
}

static void compile_rules(struct agreement *a)
{
	const struct label_jid_config *c = a->config->jids.items;
	struct control_labels *out = a->out;

	out->nrules = a->config->jids.n;
	if (!out->nrules)
		return;
	out->jid_sets = a->labels->sections.jid_sets;
	out->rules = mem_zero(out->nrules, sizeof(*out->rules));
	for (unsigned i = 0; i < out->nrules; i++)
		compile_rule(a, &c[i], i);
	if (out->nindex)
		qsort(out->index, out->nindex, sizeof(*out->index), by_id);
}

/* ---- the default label ---- */

/* The default of another policy, as a label of the governing one. */
static const struct label *map_default(struct agreement *a, unsigned i)
{
	const struct label_policy_config *all = a->labels->sections.policies->items;
	const struct label *own = a->labels->policy_defaults[i];
	const struct label_policies *p = &a->labels->policies;
	const struct label_map_options o = { LABEL_OLD, clock_wall() };
	struct label_verdict v = { 0 };
	struct label *mapped;
	char words[200];

	if (!own || own->policy == p->governing)
		return own;
	mapped = labels_make(a->labels);
	if (label_map(p, own, p->governing, &o, mapped, NULL, &v))
		return mapped;
	label_verdict_words(&v, words, sizeof(words));
	COMPLAIN(a, config_origin_of(&all[i].origin, "default_label"),
		"default_label: \"%s\" is no label of the governing policy: %s; give controls a "
		"default_label of their own",
		all[i].default_label, words);
	return NULL;
}

static const struct label *policy_default(struct agreement *a, const struct spif *s)
{
	for (unsigned i = 0; s && i < a->labels->sections.policies->n; i++)
		if (a->labels->by_config[i] == s)
			return map_default(a, i);
	return NULL;
}

/* The peer's own, that of its policy, of the governing one, of the one that this says unlabelled
 * data are of (SPIF defaultSecurityPolicyId): the first that there is. */
static void compile_default(struct agreement *a)
{
	const struct control_labels_config *c = a->config;
	const struct spif *governing = a->labels->policies.governing;
	struct label_terms *t = &a->out->terms;

	if (c->default_label) {
		t->default_label = named_labels_find(a->labels, c->default_label, governing,
			"default_label", AT(a, "default_label"), a->report);
		return;
	}
	t->default_label = policy_default(a, t->policy);
	if (!t->default_label)
		t->default_label = policy_default(a, governing);
	if (!t->default_label)
		t->default_label = policy_default(a, a->out->assumed);
	if (!t->default_label && (c->stamp || c->strip_default))
		COMPLAIN(a, AT(a, c->stamp ? "stamp" : "strip_default"),
			"labels.%s: there is no default label: add default_label = \"...\"",
			c->stamp ? "stamp" : "strip_default");
}

/* ---- the terms ---- */

static void compile_policy(struct agreement *a)
{
	const struct spif *governing = a->labels->policies.governing;
	const struct spif *s;

	if (!a->config->policy)
		return;
	s = labels_policy(
		a->labels, "labels.policy", a->config->policy, AT(a, "policy"), a->report);
	if (!s || s == governing)
		return;
	a->out->terms.policy = s;
	if (spif_equivalent_policy(governing, s->id, s->name) < 0)
		COMPLAIN(a, AT(a, "policy"),
			"labels.policy: the governing policy %.*s does not know %.*s, so that no "
			"label can be translated: its file needs equivalentPolicies and "
			"equivalents",
			STR_ARG(governing->name), STR_ARG(s->name));
}

static struct str frame_text(struct agreement *a, const char *key, const char *text)
{
	if (!text[0] || strpbrk(text, "\r\n"))
		COMPLAIN(a, config_origin_of(&a->config->first_line.origin, key),
			"first_line.%s: it must not be empty, nor have a line end in it", key);
	return str_of(text);
}

static void compile_first_line(struct agreement *a)
{
	const struct control_labels_config *c = a->config;
	struct label_terms *t = &a->out->terms;

	t->first_line = c->first_line.out;
	t->frame.open = frame_text(a, "open", c->first_line.open);
	t->frame.close = frame_text(a, "close", c->first_line.close);
	if (!c->first_line.in)
		return;
	t->marks = named_labels_marks(a->labels, c->language ? c->language : "", a->report);
	if (!a->labels->sections.labels->n)
		COMPLAIN(a, config_origin_of(&c->first_line.origin, "in"),
			"first_line.in: nothing says what first lines stand for: add labels = ( "
			"... )");
}

static bool is_written(const struct control_labels_config *c)
{
	return c->clearance.n || c->jids.n || c->certificate_clearance || c->policy ||
	       c->default_label || c->stamp || c->strip_default || c->filter_catalogs ||
	       c->first_line.in || c->first_line.out;
}

void control_labels_init(struct control_labels *out, struct labels *l,
	const struct control_labels_config *c, struct config_report *report)
{
	struct agreement a = { l, c, out, report };
	const struct spif *s = l->policies.governing;
	struct label_terms *t = &out->terms;

	out->policies = labels_policies(l);
	t->write = (enum label_write)c->write;
	t->form = (enum label_form)c->form;
	t->show = (enum label_show)c->marking;
	t->on_signature = (enum label_signed)c->on_signature;
	t->language = c->language ? str_of(c->language) : STR("");
	t->review = c->review / 1000;
	t->strip_default = c->strip_default;
	t->stamp = c->stamp;
	t->filter_catalogs = c->filter_catalogs;
	if (!s) {
		if (is_written(c) && !l->broken)
			COMPLAIN(&a, &c->origin,
				"labels: there is no label policy: add label_policies = ( ... )");
		return;
	}
	if (s->default_id.n || s->default_name.n)
		out->assumed = label_policies_find(&l->policies, s->default_id, s->default_name);
	compile_policy(&a);
	compile_clearance(&a);
	compile_rules(&a);
	compile_default(&a);
	compile_first_line(&a);
}

void control_labels_fini(struct control_labels *c)
{
	free(c->rules);
	free(c->index);
	*c = (struct control_labels){ 0 };
}

/* ---- for one stanza ---- */

static unsigned first_rule(const struct control_labels *c, uint32_t id, unsigned best)
{
	unsigned low = 0, high = c->nindex;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (c->index[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < c->nindex && c->index[low].id == id && c->index[low].rule < best)
		return c->index[low].rule;
	return best;
}

const struct label_jid_rule *control_labels_rule(
	const struct control_labels *c, struct str jid, bool *known_out)
{
	unsigned best = c->nrules;
	struct jid_found found;
	struct jid_form form;

	*known_out = true;
	if (!c->nrules)
		return NULL;
	found.n = 0;
	*known_out = jid_form(jid, &form);
	if (*known_out)
		jid_sets_find(c->jid_sets, &form, &found);
	for (unsigned i = 0; i < found.n; i++) {
		best = first_rule(c, found.v[i]->id, best);
		for (unsigned j = 0; j < found.v[i]->nsets; j++)
			best = first_rule(c, found.v[i]->sets[j], best);
	}
	return best < c->nrules ? &c->rules[best] : NULL;
}

static void add_grants(struct label_side *side, const struct label_grants *g)
{
	cleared_add(&side->governing, g->governing);
	cleared_add(&side->translated, g->translated);
}

struct label_side control_labels_side(
	const struct control_labels *c, struct str jid, const struct label_grants *certificate)
{
	static const struct label_grants nothing;
	struct label_side side = { &c->terms, c->governing, c->translated };
	const struct label_jid_rule *rule;
	bool known;

	if (c->certificate)
		add_grants(&side, certificate ? certificate : &nothing);
	if (!c->nrules)
		return side;
	rule = control_labels_rule(c, jid, &known);
	if (rule || !known)
		add_grants(&side, rule ? &rule->grants : &nothing);
	return side;
}
