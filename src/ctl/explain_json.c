/* SPDX-License-Identifier: MIT */
/* An explanation for programs: the same facts with stable names. */
#include "ctl/explain.h"
#include "ctl/json.h"

static json_t *place(const struct config_origin *o)
{
	if (!o || !o->file)
		return json_null();
	return json_pack(
		"{s:o, s:I}", "file", json_text(str_of(o->file)), "line", (json_int_t)o->line);
}

static json_t *key_place(const struct control *c, const char *key)
{
	return place(config_origin_of(&c->config->origin, key));
}

static json_t *texts(const struct config_strings *list)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < list->n; i++)
		json_array_append_new(out, json_text(str_of(list->v[i])));
	return out;
}

static json_t *domains(const struct domain *list, unsigned n)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(out, json_text(domain_str(&list[i])));
	return out;
}

static json_t *side(const struct explain_side *s)
{
	const struct control *c = s->control;
	json_t *out = json_pack(
		"{s:o, s:s}", "address", json_text(str_of(s->text)), "domain", s->domain.s);

	if (!c) {
		json_object_set_new(out, "control", json_null());
		return out;
	}
	json_object_set_new(out, "control",
		json_pack("{s:s, s:s, s:o, s:b, s:o}", "match", s->match, "action",
			c->accept ? "accept" : "reject", "zone", json_text(str_of(c->zone)),
			"rooms", c->config->service == SERVICE_MUC, "place",
			place(&c->config->origin)));
	return out;
}

static json_t *flow(const struct flow *f)
{
	const struct flow_config *c = f ? flow_config(f) : NULL;

	if (!c)
		return json_null();
	return json_pack("{s:o, s:o, s:b, s:o}", "from", json_text(str_of(c->from)), "to",
		json_text(str_of(c->to)), "muc", c->muc, "place", place(&c->origin));
}

static json_t *permitted(const struct explanation *e, const struct passage *p)
{
	bool some = p->permit == PERMIT_YES || p->permit == PERMIT_ANSWERS;

	return json_pack("{s:s, s:s, s:o}", "permit", permit_name(p->permit), "words",
		explain_permit(p->permit, e->plan->settings.flows.n > 0), "flow",
		flow(some ? p->flow : NULL));
}

static json_t *tls(const struct control *c)
{
	static const char *const words[] = {
		[TLS_POLICY_OFF] = "off",
		[TLS_POLICY_OPTIONAL] = "optional",
		[TLS_POLICY_REQUIRED] = "required",
	};

	return json_pack("{s:s, s:s, s:o}", "policy", words[c->config->tls], "min",
		c->config->tls_min == TLS_1_3 ? "1.3" : "1.2", "place", key_place(c, "tls"));
}

static json_t *trust(const struct control *c, const struct domain *d, const struct domain *more,
	unsigned nmore, const char *more_key)
{
	json_t *names = domains(d, 1);
	json_t *others = domains(more, nmore);

	json_array_extend(names, others);
	json_decref(others);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "store",
		c->trust ? json_text(str_of(trust_store_name(c->trust))) : json_null(),
		"store_place", key_place(c, "trust"), "pins", texts(&c->config->pins), "pins_place",
		c->npins ? key_place(c, "pins") : json_null(), "names", names, "names_place",
		nmore ? key_place(c, more_key) : json_null());
}

static json_t *next_hop(const struct explanation *e)
{
	static const char *const kinds[] = {
		[TARGET_SRV] = "srv",
		[TARGET_HOST] = "host",
		[TARGET_ADDRESS] = "address",
	};
	const struct control *c = e->to.control;
	json_t *targets = json_array();

	for (unsigned i = 0; i < c->ntargets; i++) {
		const struct target *t = &c->targets[i];
		char name[600], address[ADDRESS_TEXT];

		if (t->kind == TARGET_ADDRESS)
			address_print(&t->address, address);
		snprintf(name, sizeof(name), "%s",
			t->kind == TARGET_ADDRESS ? address
			: t->name[0]              ? t->name
						  : e->to.domain.s);
		json_array_append_new(targets,
			json_pack("{s:s, s:s, s:o, s:b}", "kind", kinds[t->kind], "name", name,
				"port", t->kind == TARGET_SRV ? json_null() : json_integer(t->port),
				"direct_tls", t->direct_tls));
	}
	return json_pack("{s:o, s:o, s:o, s:b, s:o}", "targets", targets, "place",
		key_place(c, "connect"), "tls", tls(c), "verify", c->config->verify_next_hop,
		"certificate",
		trust(c, &e->to.domain, c->reference_names, c->nreference, "reference_names"));
}

static json_t *sender(const struct explanation *e)
{
	const struct control *c = e->from.control;
	json_t *proofs = json_array();

	if (c->config->authentication & 1u << PROOF_EXTERNAL)
		json_array_append_new(proofs, json_string("external"));
	if (c->config->authentication & 1u << PROOF_DIALBACK)
		json_array_append_new(proofs, json_string("dialback"));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "authentication", proofs,
		"place", key_place(c, "authentication"), "tls", tls(c), "certificate",
		trust(c, &e->from.domain, c->accept_names, c->naccept, "accept_names"),
		"from_addresses", texts(&c->config->from_addresses), "max_stanza",
		(json_int_t)c->config->max_stanza, "stanzas_per_second",
		(json_int_t)c->config->rate.stanzas_per_second, "bytes_per_second",
		(json_int_t)c->config->rate.bytes_per_second);
}

static json_t *certificate(const struct explain_certificate *c)
{
	char date[24];

	if (!c->shown)
		return json_null();
	explain_time(c->not_after, date);
	return json_pack("{s:o, s:b, s:s, s:b, s:o}", "name",
		json_text(str_of(credential_name(c->shown))), "issuer", c->mint != NULL,
		"not_after", date, "covers", c->covers, "place",
		place(c->config ? explain_chain(c) : NULL));
}

static json_t *policies(const struct explanation *e)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < e->npolicies; i++) {
		const struct policy *p = e->policies[i].policy;

		json_array_append_new(
			out, json_pack("{s:o, s:s, s:s, s:o}", "name", json_text(str_of(p->name)),
				     "list", explain_list(e->policies[i].list), "mode",
				     p->mode == MODE_SHADOW ? "shadow" : "enforce", "place",
				     place(&p->origin)));
	}
	return out;
}

static json_t *entries(const struct explain_entry *list, unsigned n)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < n; i++) {
		const struct explain_entry *e = &list[i];

		json_array_append_new(
			out, json_pack("{s:o, s:b, s:o, s:o, s:s?, s:o}", "what",
				     json_text(str_of(e->what)), "feature", e->feature, "value",
				     json_text(str_of(e->value)), "policy",
				     e->policy ? json_text(str_of(e->policy->name)) : json_null(),
				     "key", e->key, "place", place(e->origin)));
	}
	return out;
}

json_t *explain_json(const struct explanation *e)
{
	json_t *out = json_pack("{s:o, s:o, s:o, s:o}", "from", side(&e->from), "to", side(&e->to),
		"there", permitted(e, &e->there), "back", permitted(e, &e->back));

	if (!explain_permitted(e))
		return out;
	json_object_set_new(out, "next_hop", next_hop(e));
	json_object_set_new(out, "sender", sender(e));
	json_object_set_new(out, "shown_to_sender", certificate(&e->at_from));
	json_object_set_new(out, "shown_to_next_hop", certificate(&e->at_to));
	json_object_set_new(out, "policies", policies(e));
	json_object_set_new(out, "table", entries(e->entries, e->nentries));
	json_object_set_new(out, "shadow", entries(e->shadow, e->nshadow));
	json_object_set_new(out, "labels", explain_labels_json(e));
	return out;
}

/* ---- a stanza ---- */

static json_t *features(const struct filter_result *r, const struct feature_set *s)
{
	json_t *out = json_array();

	for (unsigned f = 0; f < FEATURE_MAX; f++)
		if (feature_set_has(s, (enum feature)f))
			json_array_append_new(
				out, json_string(own_feature_name(r->own, (enum feature)f)));
	return out;
}

static json_t *optional(struct str s)
{
	return s.n ? json_text(s) : json_null();
}

static json_t *verdict(const struct filter_result *f)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s?, s:s?, s:o, s:o, s:o}", "verdict",
		verdict_name(f->verdict), "reason", f->reason, "label", optional(str_of(f->label)),
		"detail", optional(str_of(f->detail)), "policy",
		f->policy ? json_text(str_of(f->policy->name)) : json_null(), "key", f->key,
		"feature", own_feature_name(f->own, f->feature), "place", place(f->origin), "seen",
		features(f, &f->seen), "removed", features(f, &f->removed));
}

json_t *explain_json_trial(const struct trial *r)
{
	static const char *const ends[] = {
		[DECISION_DELIVER] = "deliver",
		[DECISION_BOUNCE] = "bounce",
		[DECISION_DROP] = "drop",
		[DECISION_UNROUTED] = "stream-error",
		[DECISION_END] = "stream-error",
	};
	static const char *const no_end[] = {
		[TRIAL_FAILED] = "stream-error",
		[TRIAL_CUT_OFF] = "cut-off",
		[TRIAL_NOTHING] = "no-stanza",
	};
	bool failed = r->end == TRIAL_FAILED || r->decision.kind == DECISION_UNROUTED ||
		      r->decision.kind == DECISION_END;
	const struct stanza_head *h;
	json_t *out;

	if (r->end != TRIAL_DECIDED)
		return json_pack("{s:s, s:s?, s:o}", "end", no_end[r->end], "stream_error",
			failed ? stream_condition_name(r->failed) : NULL, "words",
			optional(r->words));
	h = &r->filter->head;
	out = json_pack("{s:s, s:s, s:s, s:o, s:o, s:I}", "end",
		r->decision.kind == DECISION_BOUNCE && !r->answer.n ? "drop"
								    : ends[r->decision.kind],
		"kind", stanza_kind_name(h->kind), "type", stanza_type_name(h->type), "from",
		optional(h->from), "to", optional(h->to), "bytes", (json_int_t)r->bytes);
	json_object_set_new(out, "verdict", json_string(decision_verdict(&r->decision, r->filter)));
	json_object_set_new(out, "only_answers", json_boolean(r->only_answers));
	json_object_set_new(out, "filter", verdict(r->filter));
	json_object_set_new(out, "shadow", r->shadow ? verdict(r->shadow) : json_null());
	json_object_set_new(
		out, "cause", r->decision.why ? json_text(str_of(r->decision.why)) : json_null());
	json_object_set_new(out, "condition",
		r->decision.kind == DECISION_BOUNCE
			? json_string(stanza_condition_name(r->decision.condition))
			: json_null());
	json_object_set_new(out, "stream_error",
		failed ? json_string(stream_condition_name(r->failed)) : json_null());
	json_object_set_new(out, "words", optional(r->words));
	json_object_set_new(out, "sent", optional(r->sent));
	json_object_set_new(out, "answer", optional(r->answer));
	return out;
}
