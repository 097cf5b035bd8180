/* SPDX-License-Identifier: MIT */
/*
 * Inside the <error/> of an error: the condition and its text (RFC 6120 8.3) are the error itself
 * and always stay. What an application adds is decided like any child; in folded presence it goes.
 */
#include "policy/filter_private.h"

enum { LEVEL_CONDITION = 2 }; /* below the stanza */

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

static bool is_condition(struct str local)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (str_eq(local, conditions[i]))
			return true;
	return false;
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

	if (str_eq(tag->ns->uri, STR("urn:ietf:params:xml:ns:xmpp-stanzas")))
		return f->depth - fr->depth == LEVEL_CONDITION && is_condition(tag->local)
			       ? FEATURE_CORE
			       : FEATURE_UNKNOWN;
	/* No stanza stands in an error, nor what stands in stanzas. */
	if (!(tag->ns->mark & CATALOGUE_CONTENT))
		filter_inner_passes(f, tag, &feature);
	return feature;
}

void filter_error_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature = error_feature(f, fr, tag);

	feature_set_add(&f->result.seen, feature);
	if (!filter_passes(f, feature))
		filter_inner_strip(f, fr, feature);
	else if (feature == FEATURE_CORE)
		write_start(f, fr, tag, ATTR_LANG);
	else if (fr->folded)
		presence_leave_out(f, feature);
	else
		filter_keep(f, tag);
}

void filter_error_text(struct filter *f, struct frame *fr, struct str text)
{
	/* Text stands in the condition and in <text/>, not between them. */
	if (f->depth > fr->depth + 1 || !is_strict(f, fr))
		xml_writer_text(f->writer, text);
	else if (str_trim(text).n > 0)
		filter_removed_unknown(f);
}
