/* SPDX-License-Identifier: MIT */
/* See label_facts.h. Labels are copied before they are found in a policy. */
#include "ctl/label_facts.h"

#include "base/digest.h"
#include "base/mem.h"
#include "ctl/json.h"
#include "label/decide.h"
#include "label/marking.h"
#include "label/time.h"

void label_facts_fini(struct label_facts *f)
{
	clearance_list_fini(&f->clearances);
	label_policies_fini(&f->policies);
}

static void set_text(json_t *o, const char *key, struct str s)
{
	if (s.n)
		json_object_set_new(o, key, json_text(s));
}

static void set_time(json_t *o, const char *key, int64_t t)
{
	char text[LABEL_TIME_TEXT];

	if (t == LABEL_NO_TIME)
		return;
	label_time_print(t, text);
	json_object_set_new(o, key, json_string(text));
}

static void set_words(json_t *o, const char *key, const struct label_verdict *v)
{
	char words[400];

	label_verdict_words(v, words, sizeof(words));
	json_object_set_new(o, key, json_text(str_of(words)));
}

/* {"id", "name"} or {"number", "name"}, whichever are known. */
static void set_named(json_t *o, const char *key, struct str id, struct str name)
{
	json_t *named = json_object();

	set_text(named, "id", id);
	set_text(named, "name", name);
	json_object_set_new(o, key, named);
}

static void set_class(json_t *o, const struct label *l)
{
	json_t *class = json_object();

	if (l->has_class_lacv)
		json_object_set_new(class, "number", json_integer(l->class_lacv));
	set_text(class, "name", l->class_name);
	json_object_set_new(o, "classification", class);
}

static void set_categories(json_t *o, const struct label_category *c, unsigned n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++, c++) {
		json_t *one = json_object();

		set_text(one, "unknown", c->unknown_type);
		set_text(one, "set_id", c->set_id);
		set_text(one, "set", c->set_name);
		if (!c->unknown_type.n)
			json_object_set_new(one, "kind", json_string(label_tag_kind_name(c->kind)));
		if (c->has_lacv)
			json_object_set_new(one, "number", json_integer((json_int_t)c->lacv));
		set_text(one, "value", c->value);
		json_array_append_new(list, one);
	}
	json_object_set_new(o, "categories", list);
}

static json_t *what_it_says(const struct label *l)
{
	json_t *o = json_object();

	set_named(o, "policy", l->policy_id, l->policy_name);
	set_class(o, l);
	set_text(o, "privacy_mark", l->privacy_mark);
	set_categories(o, l->categories, l->ncategories);
	set_text(o, "originator", l->originator);
	set_time(o, "created", l->created);
	set_time(o, "review", l->review);
	set_time(o, "succession", l->succession);
	return o;
}

/* ---- what a policy says ---- */

static void set_marking(json_t *o, const struct label *l)
{
	char fg[LABEL_COLOR], bg[LABEL_COLOR];
	struct buf text = { 0 };

	if (label_marking(l, SPIF_PAGE_TOP, STR(""), &text))
		json_object_set_new(o, "marking", json_text(buf_view(&text)));
	if (label_colors(l, fg, bg)) {
		json_object_set_new(o, "foreground", json_string(fg));
		json_object_set_new(o, "background", json_string(bg));
	}
	buf_fini(&text);
}

static void set_valid(struct label_facts *f, json_t *o, const struct label *l)
{
	struct label_verdict v = { 0 };
	bool valid = label_valid(l, LABEL_NEW, f->now, &v);

	json_object_set_new(o, "valid", json_boolean(valid));
	if (!valid)
		set_words(o, "not_valid_because", &v);
	f->problems |= !valid;
}

static void set_decision(struct label_facts *f, json_t *o, const struct label *l)
{
	struct label_verdict v = { 0 };
	bool granted;

	if (!f->cleared)
		return;
	granted = label_decide(l, clearance_list_find(&f->clearances, l->policy), &v);
	json_object_set_new(o, "granted", json_boolean(granted));
	if (!granted)
		set_words(o, "denied_because", &v);
	f->problems |= !granted;
}

static void set_written(json_t *o, const struct label *l, int64_t now)
{
	const struct stanag4774_times times = { now, LABEL_NO_TIME };
	struct buf der = { 0 }, xml = { 0 };

	if (ess_write_label(l, &der)) {
		MEM_AUTO char *text = mem_alloc(4 * ((buf_len(&der) + 2) / 3) + 1);

		digest_base64_encode(buf_view(&der), text);
		json_object_set_new(o, "ess", json_string(text));
	}
	if (stanag4774_write_label(l, STANAG4774_ALTERNATIVE, times, &xml))
		json_object_set_new(o, "stanag4774", json_text(buf_view(&xml)));
	buf_fini(&der);
	buf_fini(&xml);
}

static void set_translation(struct label_facts *f, json_t *o, const struct label *l)
{
	const struct label_map_options options = { LABEL_NEW, f->now };
	struct label_verdict v = { 0 };
	unsigned dropped = 0;
	struct label to;
	json_t *t;

	if (!f->to || f->to == l->policy)
		return;
	label_init(&to);
	if (!label_map(&f->policies, l, f->to, &options, &to, &dropped, &v)) {
		f->problems = true;
		set_words(o, "no_translation_because", &v);
		label_fini(&to);
		return;
	}
	t = what_it_says(&to);
	json_object_set_new(t, "dropped", json_integer(dropped));
	set_marking(t, &to);
	set_decision(f, t, &to);
	set_written(t, &to, f->now);
	json_object_set_new(o, "translation", t);
	label_fini(&to);
}

/* ---- labels ---- */

/* The label found in its policy, and all that follows. */
static void set_judgement(struct label_facts *f, json_t *o, const struct label *l)
{
	const struct spif *s = label_policies_find(&f->policies, l->policy_id, l->policy_name);
	struct label_verdict v = { 0 };
	struct label known;

	if (!s && f->policies.n) {
		f->problems = true;
		json_object_set_new(
			o, "not_known_because", json_string("its policy is not loaded"));
	}
	if (!s)
		return;
	label_init(&known);
	label_copy(&known, l);
	if (spif_resolve_label(s, &known, &v)) {
		json_object_update_new(o, what_it_says(&known));
		set_marking(o, &known);
		set_valid(f, o, &known);
		set_decision(f, o, &known);
		set_translation(f, o, &known);
	} else {
		f->problems = true;
		set_words(o, "not_known_because", &v);
	}
	label_fini(&known);
}

json_t *label_facts_label(struct label_facts *f, const struct label *l)
{
	const struct label *at = label_at(l, f->now);
	json_t *o = what_it_says(l), *successor;

	set_judgement(f, o, l);
	if (at == l)
		return o;
	successor = what_it_says(at);
	set_judgement(f, successor, at);
	json_object_set_new(o, "succeeded_by", successor);
	return o;
}

static json_t *begin_payload(const struct securitylabel_payload *p, const char *place)
{
	json_t *o = json_object();

	if (place[0])
		json_object_set_new(o, "in", json_string(place));
	json_object_set_new(o, "format", json_string(securitylabel_kind_name(p->kind)));
	if (p->labels.has_signature)
		json_object_set_new(o, "signed", json_true());
	return o;
}

void label_facts_payload(struct label_facts *f, const struct securitylabel_payload *p,
	const char *place, json_t *list)
{
	if (p->fault || !p->labels.n) {
		json_t *o = begin_payload(p, place);

		if (p->kind == SECURITYLABEL_UNKNOWN)
			set_named(o, "element", p->ns, p->name);
		if (p->fault)
			json_object_set_new(o, "fault", json_string(p->fault));
		f->problems |= p->fault || p->kind == SECURITYLABEL_UNKNOWN;
		json_array_append_new(list, o);
	}
	for (unsigned i = 0; i < p->labels.n && !p->fault; i++) {
		const struct stanag4778_label *l = &p->labels.labels[i];
		json_t *o = begin_payload(p, place);

		json_object_set_new(o, "role", json_string(stanag4774_role_name(l->role)));
		if (p->kind == SECURITYLABEL_4778)
			json_object_set_new(o, "covers",
				json_string(l->covers == STANAG4778_BODY ? "body" : "message"));
		json_object_update_new(o, label_facts_label(f, &l->label));
		json_array_append_new(list, o);
	}
}

/* ---- clearances ---- */

json_t *label_facts_clearance(struct label_facts *f, const struct clearance *c)
{
	const struct spif *s = label_policies_find(&f->policies, c->policy_id, c->policy_name);
	json_t *o = json_object(), *classes = json_array();
	struct label_verdict v = { 0 };
	struct clearance known;

	clearance_init(&known);
	clearance_copy(&known, c);
	if (s && spif_resolve_clearance(s, &known, &v) != 0) {
		f->problems = true;
		set_words(o, "not_known_because", &v);
	}
	set_named(o, "policy", s ? s->id : c->policy_id, s ? s->name : c->policy_name);
	for (unsigned i = 0; i < LABEL_CLASSES; i++) {
		json_t *class;

		if (!clearance_has_class(&known, i))
			continue;
		class = json_pack("{s:i}", "number", (int)i);
		if (s && s->class_by_lacv[i])
			set_text(class, "name", s->class_by_lacv[i]->name);
		json_array_append_new(classes, class);
	}
	for (unsigned i = 0; i < known.nclass_names && !s; i++)
		json_array_append_new(
			classes, json_pack("{s:o}", "name", json_text(known.class_names[i])));
	json_object_set_new(o, "classifications", classes);
	set_categories(o, known.categories, known.ncategories);
	clearance_fini(&known);
	return o;
}
