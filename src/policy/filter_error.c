/* SPDX-License-Identifier: MIT */
/*
 * Inside the <error/> of an error: the condition and its text (RFC 6120 8.3) are the error itself
 * and stay, unless the text is what no text may be. What an application adds is decided like any
 * child; in folded presence it goes. And what an error is when nothing else of it may cross: its
 * type and condition, with its addresses and id.
 */
#include "policy/filter_private.h"

enum { LEVEL_CONDITION = 2 }; /* below the stanza */

#define NS_CONDITIONS "urn:ietf:params:xml:ns:xmpp-stanzas"

/* RFC 6120 8.3.2, 8.3.3; payment-required: RFC 3920. */
static const struct str conditions[] = {
	STR_INIT("bad-request"),
	STR_INIT("conflict"),
	STR_INIT("feature-not-implemented"),
	STR_INIT("forbidden"),
	STR_INIT("gone"),
	STR_INIT("internal-server-error"),
	STR_INIT("item-not-found"),
	STR_INIT("jid-malformed"),
	STR_INIT("not-acceptable"),
	STR_INIT("not-allowed"),
	STR_INIT("not-authorized"),
	STR_INIT("payment-required"),
	STR_INIT("policy-violation"),
	STR_INIT("recipient-unavailable"),
	STR_INIT("redirect"),
	STR_INIT("registration-required"),
	STR_INIT("remote-server-not-found"),
	STR_INIT("remote-server-timeout"),
	STR_INIT("resource-constraint"),
	STR_INIT("service-unavailable"),
	STR_INIT("subscription-required"),
	STR_INIT("text"),
	STR_INIT("undefined-condition"),
	STR_INIT("unexpected-request"),
};

static const struct str *condition_find(struct str local)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (str_eq(local, conditions[i]))
			return &conditions[i];
	return NULL;
}

/* Nothing but what is defined may stand there. */
static bool is_strict(const struct filter *f, const struct frame *fr)
{
	return fr->folded || !filter_passes(f, FEATURE_UNKNOWN);
}

static void write_start(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, unsigned allowed)
{
	struct xml_tag copy;

	if (is_strict(f, fr))
		tag = filter_reduce(f, tag, allowed, &copy);
	xml_writer_start(f->writer, tag, true);
}

void filter_error_open(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	fr->inside = f->table->transparent ? INSIDE_PAYLOAD : INSIDE_ERROR;
	write_start(f, fr, tag, ATTR_TYPE | ATTR_BY | ATTR_CODE | ATTR_LANG);
}

/* FEATURE_CORE: the error itself. */
static enum feature error_feature(
	struct filter *f, const struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature = FEATURE_UNKNOWN;

	if (str_eq(tag->ns->uri, STR(NS_CONDITIONS)))
		return f->depth - fr->depth == LEVEL_CONDITION && condition_find(tag->local)
			       ? FEATURE_CORE
			       : FEATURE_UNKNOWN;
	/* No stanza stands in an error, nor what stands in stanzas. */
	if (!(tag->ns->mark & CATALOGUE_CONTENT))
		filter_inner_passes(f, tag, &feature);
	return feature;
}

/* A condition may have text, too: where something has gone (RFC 6120 8.3.3.5). */
static void condition_open(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	if (filter_reads(f))
		filter_body_open(f, fr, BODY_NESTED | BODY_UNMEASURED);
	write_start(f, fr, tag, ATTR_LANG);
}

void filter_error_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature = error_feature(f, fr, tag);

	feature_set_add(&f->result.seen, feature);
	if (!filter_passes(f, feature))
		filter_inner_strip(f, fr, feature);
	else if (feature == FEATURE_CORE)
		condition_open(f, fr, tag);
	else if (fr->folded)
		presence_leave_out(f, feature);
	else
		filter_keep(f, tag);
}

void filter_error_text(struct filter *f, struct frame *fr, struct str text)
{
	/* Text stands in the condition and in <text/>, not between them. */
	if (fr->body.reading != READING_NOTHING)
		filter_body_text(f, fr, text);
	else if (f->depth > fr->depth + 1 || !is_strict(f, fr))
		xml_writer_text(f->writer, text);
	else if (str_trim(text).n > 0)
		filter_removed_unknown(f);
}

/* ---- rebuilt ---- */

void filter_error_refused(struct filter *f, struct frame *fr, enum feature feature)
{
	if (fr->depth > 1 || filter_blocks(f, feature)) {
		filter_part_refused(f, fr, feature, fr->body.depth, fr->body.mark);
		return;
	}
	filter_removed_feature(f, feature);
	f->error.alone = true;
	f->skip = 1;
}

/* RFC 6120 8.3.2 */
static struct str error_type(struct str value)
{
	static const struct str types[] = { STR_INIT("auth"), STR_INIT("cancel"),
		STR_INIT("continue"), STR_INIT("modify"), STR_INIT("wait") };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq(types[i], value))
			return types[i];
	return (struct str){ NULL, 0 };
}

static void note_error(struct error_state *e, const struct xml_tag *tag)
{
	struct str type = error_type(xml_tag_value(tag, STR("type")));

	e->more |= e->type.n > 0 || type.n == 0 || tag->nattrs > 1;
	if (e->type.n == 0)
		e->type = type;
}

static void note_condition(struct error_state *e, const struct xml_tag *tag)
{
	const struct str *condition = condition_find(tag->local);
	bool known = str_eq(tag->ns->uri, STR(NS_CONDITIONS)) && condition &&
		     !str_eq(*condition, STR("text"));

	e->more |= e->condition.n > 0 || !known || tag->nattrs > 0;
	if (e->condition.n == 0 && known)
		e->condition = *condition;
}

/* What does not cross is named all the same. */
static void note_feature(struct filter *f, const struct xml_tag *tag)
{
	enum feature feature;

	if ((tag->ns->mark & CATALOGUE_CONTENT) || str_eq(tag->ns->uri, STR(NS_CONDITIONS)))
		return;
	feature = (enum feature)filter_find(f, tag).feature;
	feature_set_add(&f->result.seen, feature);
	feature_set_add(&f->result.removed, feature);
}

void filter_error_note(struct filter *f, const struct xml_tag *tag)
{
	struct error_state *e = &f->error;

	if (e->by_key)
		note_feature(f, tag);
	if (f->depth == 2) {
		e->inside = str_eq(tag->local, STR("error")) &&
			    str_eq(tag->ns->uri, STR("jabber:server"));
		e->more |= !e->inside;
		if (e->inside)
			note_error(e, tag);
	} else if (f->depth == 3 && e->inside) {
		note_condition(e, tag);
	} else {
		e->more = true;
	}
}

void filter_error_alone(struct filter *f)
{
	static const struct str undefined = STR_INIT("undefined-condition");
	const struct error_state *e = &f->error;

	buf_clear(&f->out);
	filter_error_head(f);
	buf_put(&f->out, STR("<error type='"));
	buf_put(&f->out, e->type.n ? e->type : STR("cancel"));
	buf_put(&f->out, STR("'><"));
	buf_put(&f->out, e->condition.n ? e->condition : undefined);
	buf_put(&f->out, STR(" xmlns='" NS_CONDITIONS "'/></error></"));
	buf_put(&f->out, str_of(stanza_kind_name(f->result.head.kind)));
	buf_put_char(&f->out, '>');
}

void filter_error_close(struct filter *f)
{
	const struct error_state *e = &f->error;
	const struct policy_rule *rule = f->table->bare_errors;

	if (e->by_key && (e->more || e->type.n == 0 || e->condition.n == 0))
		filter_removed(f, FEATURE_COUNT, rule->key, rule);
	filter_error_alone(f);
	f->result.bytes = buf_view(&f->out);
}
