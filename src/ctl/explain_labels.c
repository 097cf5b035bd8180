/* SPDX-License-Identifier: MIT */
/*
 * What is agreed about security labels with either side of an explanation: clearances, the rule for
 * the address, the peer's label policy. What a peer's certificate says is not known here: it counts
 * as nothing.
 */
#include "ctl/explain.h"
#include "ctl/json.h"
#include "ctl/text.h"
#include "trunk/label_agreement.h"

#define AT(config, key) config_origin_of(&(config)->origin, (key))

static void join(struct buf *out, const struct config_strings *list)
{
	for (unsigned i = 0; i < list->n; i++)
		buf_printf(out, "%s%s", i ? ", " : "", list->v[i]);
}

static const struct label_jid_rule *rule_of(const struct explain_side *s)
{
	bool known;

	return control_labels_rule(&s->control->labels, str_of(s->text), &known);
}

/* ---- for people ---- */

static void print_terms(struct text *t, const struct control_labels_config *c)
{
	if (c->policy)
		text_row(t, TONE_PLAIN, "", "label policy", c->policy,
			text_place(AT(c, "policy")).s, NULL);
	if (c->default_label)
		text_row(t, TONE_PLAIN, "", "without a label", c->default_label,
			text_place(AT(c, "default_label")).s, NULL);
}

static void print_rule(struct text *t, const struct label_jid_rule *rule)
{
	struct buf words = { 0 };

	if (!rule)
		return;
	join(&words, &rule->config->clearance);
	buf_put_char(&words, '\0');
	text_row(t, TONE_PLAIN, "", "this address", buf_view(&words).p,
		text_place(&rule->config->origin).s, NULL);
	buf_fini(&words);
}

static void print_side(struct text *t, const char *who, const struct explain_side *s)
{
	const struct control_labels_config *c = &s->control->config->labels;
	bool nobody = !c->clearance.n && !c->certificate_clearance;
	struct buf words = { 0 };

	join(&words, &c->clearance);
	buf_put_char(&words, '\0');
	text_row(t, nobody ? TONE_BAD : TONE_PLAIN, who, "cleared for",
		nobody           ? "nothing"
		: c->clearance.n ? buf_view(&words).p
				 : "what its certificate says",
		c->clearance.n ? text_place(AT(c, "clearance")).s : "", NULL);
	if (c->certificate_clearance)
		text_row(t, TONE_WARN, "", "its certificate", "not known here: counts as nothing",
			text_place(AT(c, "certificate_clearance")).s, NULL);
	print_rule(t, rule_of(s));
	print_terms(t, c);
	buf_fini(&words);
}

void explain_labels_text(const struct explanation *e, struct text *t)
{
	const struct label_policies *p = labels_policies(e->plan->labels);

	if (!e->there.table || !e->there.table->checks_labels || !p)
		return;
	text_section(t, "Labels, under the policy %.*s", STR_ARG(p->governing->name));
	print_side(t, "From", &e->from);
	print_side(t, "To", &e->to);
}

/* ---- for programs ---- */

static json_t *names(const struct config_strings *list)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < list->n; i++)
		json_array_append_new(out, json_text(str_of(list->v[i])));
	return out;
}

static json_t *name(const char *z)
{
	return z ? json_text(str_of(z)) : json_null();
}

static json_t *place(const struct config_origin *o)
{
	if (!o->file)
		return json_null();
	return json_pack(
		"{s:o, s:I}", "file", json_text(str_of(o->file)), "line", (json_int_t)o->line);
}

static json_t *rule_json(const struct label_jid_rule *rule)
{
	if (!rule)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "jids", names(&rule->config->jids), "clearance",
		names(&rule->config->clearance), "place", place(&rule->config->origin));
}

static json_t *side_json(const struct explain_side *s)
{
	const struct control_labels_config *c = &s->control->config->labels;

	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o}", "clearance", names(&c->clearance),
		"clearance_place", c->clearance.n ? place(AT(c, "clearance")) : json_null(), "rule",
		rule_json(rule_of(s)), "certificate",
		c->certificate_clearance ? "unknown" : "ignored", "policy", name(c->policy),
		"default_label", name(c->default_label));
}

json_t *explain_labels_json(const struct explanation *e)
{
	const struct label_policies *p = labels_policies(e->plan->labels);

	if (!e->there.table || !e->there.table->checks_labels || !p)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "policy", json_text(p->governing->name), "from",
		side_json(&e->from), "to", side_json(&e->to));
}
