/* SPDX-License-Identifier: MIT */
/*
 * The head of a stanza and its checks, and the stanza that answers it with an error. Works on views
 * and tables; keeps nothing, and never looks at a stanza's content.
 */
#include "xmpp/stanza.h"

#include "base/jid.h"
#include "xml/writer.h"

enum {
	KIND_MESSAGE = 1 << STANZA_MESSAGE,
	KIND_PRESENCE = 1 << STANZA_PRESENCE,
	KIND_IQ = 1 << STANZA_IQ,
};

static const struct str kinds[] = {
	[STANZA_MESSAGE] = STR_INIT("message"),
	[STANZA_PRESENCE] = STR_INIT("presence"),
	[STANZA_IQ] = STR_INIT("iq"),
};

/* Which type may stand on what (RFC 6120 8.2.3, RFC 6121 4.7.1 and 5.2.2), and which of them may be
 * answered with an error: an answer to an error or a result could loop, and one to the presence
 * types that end something would only tell that nobody was there. */
static const struct {
	struct str name;
	unsigned kinds;
	unsigned bounces;
} types[] = {
	[TYPE_NONE] = { STR_INIT(""), KIND_MESSAGE | KIND_PRESENCE,
		KIND_MESSAGE | KIND_PRESENCE | KIND_IQ },
	[TYPE_CHAT] = { STR_INIT("chat"), KIND_MESSAGE, KIND_MESSAGE },
	[TYPE_GROUPCHAT] = { STR_INIT("groupchat"), KIND_MESSAGE, KIND_MESSAGE },
	[TYPE_HEADLINE] = { STR_INIT("headline"), KIND_MESSAGE, KIND_MESSAGE },
	[TYPE_NORMAL] = { STR_INIT("normal"), KIND_MESSAGE, KIND_MESSAGE },
	[TYPE_UNAVAILABLE] = { STR_INIT("unavailable"), KIND_PRESENCE, 0 },
	[TYPE_SUBSCRIBE] = { STR_INIT("subscribe"), KIND_PRESENCE, KIND_PRESENCE },
	[TYPE_SUBSCRIBED] = { STR_INIT("subscribed"), KIND_PRESENCE, 0 },
	[TYPE_UNSUBSCRIBE] = { STR_INIT("unsubscribe"), KIND_PRESENCE, 0 },
	[TYPE_UNSUBSCRIBED] = { STR_INIT("unsubscribed"), KIND_PRESENCE, 0 },
	[TYPE_PROBE] = { STR_INIT("probe"), KIND_PRESENCE, KIND_PRESENCE },
	[TYPE_GET] = { STR_INIT("get"), KIND_IQ, KIND_IQ },
	[TYPE_SET] = { STR_INIT("set"), KIND_IQ, KIND_IQ },
	[TYPE_RESULT] = { STR_INIT("result"), KIND_IQ, 0 },
	[TYPE_ERROR] = { STR_INIT("error"), KIND_MESSAGE | KIND_PRESENCE | KIND_IQ, 0 },
	[TYPE_UNKNOWN] = { STR_INIT("unknown"), 0, KIND_MESSAGE | KIND_PRESENCE | KIND_IQ },
};

static const struct {
	const char *name, *type;
} conditions[CONDITIONS] = {
	[CONDITION_BAD_REQUEST] = { "bad-request", "modify" },
	[CONDITION_FORBIDDEN] = { "forbidden", "auth" },
	[CONDITION_INTERNAL_SERVER_ERROR] = { "internal-server-error", "cancel" },
	[CONDITION_ITEM_NOT_FOUND] = { "item-not-found", "cancel" },
	[CONDITION_JID_MALFORMED] = { "jid-malformed", "modify" },
	[CONDITION_NOT_ACCEPTABLE] = { "not-acceptable", "modify" },
	[CONDITION_NOT_ALLOWED] = { "not-allowed", "cancel" },
	[CONDITION_NOT_AUTHORIZED] = { "not-authorized", "auth" },
	[CONDITION_POLICY_VIOLATION] = { "policy-violation", "modify" },
	[CONDITION_REMOTE_SERVER_NOT_FOUND] = { "remote-server-not-found", "cancel" },
	[CONDITION_REMOTE_SERVER_TIMEOUT] = { "remote-server-timeout", "wait" },
	[CONDITION_RESOURCE_CONSTRAINT] = { "resource-constraint", "wait" },
	[CONDITION_SERVICE_UNAVAILABLE] = { "service-unavailable", "cancel" },
	[CONDITION_REMOTE_CONNECTION_FAILED] = { "remote-connection-failed", "cancel" },
};

const char *stanza_kind_name(enum stanza_kind k)
{
	return kinds[k].p;
}

const char *stanza_type_name(enum stanza_type t)
{
	return types[t].name.p;
}

const char *stanza_condition_name(enum stanza_condition c)
{
	return conditions[c].name;
}

const char *stanza_condition_type(enum stanza_condition c)
{
	return conditions[c].type;
}

enum stanza_condition stanza_condition_parse(const char *name, bool *known_out)
{
	for (unsigned i = 0; i < CONDITIONS; i++) {
		*known_out = strcmp(conditions[i].name, name) == 0;
		if (*known_out)
			return (enum stanza_condition)i;
	}
	return CONDITION_INTERNAL_SERVER_ERROR;
}

static bool kind_parse(const struct xml_tag *tag, enum stanza_kind *out)
{
	if (!str_is(tag->ns->uri, "jabber:server"))
		return false;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(tag->local, kinds[i])) {
			*out = (enum stanza_kind)i;
			return true;
		}
	}
	return false;
}

static enum stanza_type type_parse(enum stanza_kind kind, struct str s)
{
	if (!s.p)
		return TYPE_NONE;
	for (unsigned i = TYPE_NONE + 1; i < TYPE_UNKNOWN; i++)
		if (str_eq(s, types[i].name) && (types[i].kinds & 1u << kind))
			return (enum stanza_type)i;
	return TYPE_UNKNOWN;
}

/* Everything a head is made of, in one walk over the attributes: this runs for every stanza. */
static void attributes_read(const struct xml_tag *tag, struct stanza_head *h)
{
	struct str type = { NULL, 0 };

	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];

		if (a->ns->uri.n != 0) {
			if (str_is(a->local, "lang") && str_eq(a->ns->uri, XML_NS_XML))
				h->lang = a->value;
		} else if (str_is(a->local, "from")) {
			h->from = a->value;
		} else if (str_is(a->local, "to")) {
			h->to = a->value;
		} else if (str_is(a->local, "id")) {
			h->id = a->value;
		} else if (str_is(a->local, "type")) {
			type = a->value;
		}
	}
	h->type = type_parse(h->kind, type);
}

static bool type_is_legal(const struct stanza_head *h)
{
	switch (h->kind) {
	case STANZA_MESSAGE: return true; /* RFC 6121 5.2.2: an unknown type is normal */
	case STANZA_PRESENCE: return h->type != TYPE_UNKNOWN;
	case STANZA_IQ: return h->type != TYPE_UNKNOWN && h->type != TYPE_NONE && h->id.p;
	}
	return false;
}

enum stanza_check stanza_head_read(const struct xml_tag *tag, struct stanza_head *out)
{
	struct jid from, to;

	*out = (struct stanza_head){ 0 };
	if (!kind_parse(tag, &out->kind))
		return STANZA_NOT_A_STANZA;
	attributes_read(tag, out);
	if (out->from.n == 0 || out->to.n == 0)
		return STANZA_ADDRESSING;
	if (!jid_split(out->from, &from) || !jid_split(out->to, &to))
		return STANZA_ADDRESSING;
	out->from_domain = from.domain;
	out->to_domain = to.domain;
	return type_is_legal(out) ? STANZA_OK : STANZA_BAD_REQUEST;
}

bool stanza_may_bounce(const struct stanza_head *h)
{
	return types[h->type].bounces & 1u << h->kind;
}

static void attribute_write(struct buf *out, const char *name, struct str value)
{
	if (!value.p)
		return;
	buf_printf(out, " %s='", name);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

static void error_write(
	struct buf *out, enum stanza_condition c, bool permanent, const char *text, const char *app)
{
	const char *type = conditions[c].type;

	if (permanent && strcmp(type, "wait") == 0)
		type = "cancel";
	buf_printf(out, "<error type='%s'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", type,
		conditions[c].name);
	if (text) {
		buf_put(out,
			STR("<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>"));
		xml_escape_text(out, str_of(text));
		buf_put(out, STR("</text>"));
	}
	if (app)
		buf_printf(out, "<%s xmlns='urn:xmpp:errors'/>", app);
	buf_put(out, STR("</error>"));
}

void stanza_error_element(
	struct buf *out, enum stanza_condition c, bool permanent, const char *text)
{
	error_write(out, c, permanent, text, NULL);
}

void stanza_error_write(struct buf *out, const struct stanza_head *h, enum stanza_condition c,
	bool permanent, const char *text, const char *app)
{
	buf_put_char(out, '<');
	buf_put(out, kinds[h->kind]);
	attribute_write(out, "from", h->to);
	attribute_write(out, "to", h->from);
	attribute_write(out, "id", h->id);
	buf_put(out, STR(" type='error'>"));
	error_write(out, c, permanent, text, app);
	buf_put(out, STR("</"));
	buf_put(out, kinds[h->kind]);
	buf_put_char(out, '>');
}

void stanza_write_bare(struct buf *out, const struct stanza_head *h)
{
	buf_put(out, STR("<presence from='"));
	xml_escape_value(out, h->from);
	buf_put(out, STR("' to='"));
	xml_escape_value(out, h->to);
	buf_put(out, STR("' type='"));
	xml_escape_value(out, str_of(stanza_type_name(h->type)));
	buf_put(out, STR("'/>"));
}
