/* SPDX-License-Identifier: MIT */
/*
 * Who to whom: the stanza's own two addresses against the access lists in force, and the addresses
 * inside it against these and the flows, since whoever takes the stanza acts for them: forwards it,
 * invites, subscribes (decision 17). Looks at addresses, never at anything else.
 */
#include "policy/filter_private.h"

#include "base/domain.h"
#include "policy/policy_access.h"

enum {
	SPEAKS = 1,  /* it is as if the stanza came from there: held against the recipient */
	REQUEST = 2, /* only a request means something by it */
	ENTERS = 4,  /* whom it is for is told to enter a room: the other address */
};

struct address_row {
	struct str uri, local, attr;
	unsigned flags;
};

static const struct address_row rows[] = {
	/* XEP-0033 4; replies count as what is sent on. "ofrom" speaks. */
	{ STR_INIT("http://jabber.org/protocol/address"), STR_INIT("address"), STR_INIT("jid"), 0 },
	/* XEP-0045 7.8.2: to the room with `to`, from the room with `from`. */
	{ STR_INIT("http://jabber.org/protocol/muc#user"), STR_INIT("invite"), STR_INIT("to"),
		ENTERS },
	{ STR_INIT("http://jabber.org/protocol/muc#user"), STR_INIT("invite"), STR_INIT("from"),
		SPEAKS | ENTERS },
	{ STR_INIT("http://jabber.org/protocol/muc#user"), STR_INIT("decline"), STR_INIT("to"), 0 },
	{ STR_INIT("http://jabber.org/protocol/muc#user"), STR_INIT("decline"), STR_INIT("from"),
		SPEAKS },
	/* XEP-0249: the room. */
	{ STR_INIT("jabber:x:conference"), STR_INIT("x"), STR_INIT("jid"), ENTERS },
	/* XEP-0060 6.1, 8.8, 8.9: who will be sent what is published, and who may do what. */
	{ STR_INIT("http://jabber.org/protocol/pubsub"), STR_INIT("subscribe"), STR_INIT("jid"),
		SPEAKS | REQUEST },
	{ STR_INIT("http://jabber.org/protocol/pubsub"), STR_INIT("options"), STR_INIT("jid"),
		SPEAKS | REQUEST },
	{ STR_INIT("http://jabber.org/protocol/pubsub#owner"), STR_INIT("subscription"),
		STR_INIT("jid"), REQUEST },
	{ STR_INIT("http://jabber.org/protocol/pubsub#owner"), STR_INIT("affiliation"),
		STR_INIT("jid"), REQUEST },
};

uint64_t filter_address_marks(void)
{
	uint64_t marks = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		marks |= UINT64_C(1) << (catalogue_mark(rows[i].uri) & 63);
	return marks;
}

/* False: a list denies it, and the stanza is refused. */
static bool allowed(struct filter *f, struct str from, struct str to)
{
	struct access_subject s;

	if (f->table->naccess == 0)
		return true;
	access_subject_init(&s, f->table->jid_sets, from, to);
	for (unsigned i = 0; i < f->table->naccess; i++) {
		const struct policy_rule *rule = policy_access_denies(f->table->access[i], &s);

		if (!rule)
			continue;
		filter_refuse_by(f, "access", rule, FEATURE_COUNT);
		return false;
	}
	return true;
}

void filter_access(struct filter *f)
{
	allowed(f, f->result.head.from, f->result.head.to);
}

/* The domain of an address, in canonical form; empty when it has none. */
static void domain_of(struct str address, struct domain *out)
{
	struct jid jid;

	if (!jid_split(address, &jid) || !domain_parse(jid.domain, out))
		out->n = 0;
}

/* What stays inside a domain is not for us to say. */
static void judge(struct filter *f, struct str from, struct str to)
{
	const struct filter_context *c = &f->context;
	struct domain a, b;

	domain_of(from, &a);
	domain_of(to, &b);
	if (a.n && str_eq(domain_str(&a), domain_str(&b)))
		return;
	if (c->permit &&
		(!a.n || !b.n || !c->permit(c->permit_arg, domain_str(&a), domain_str(&b))))
		filter_refuse_by(f, "flow", NULL, FEATURE_COUNT);
	else
		allowed(f, from, to);
}

/* An invitation to a room that may not be entered from there invites to nothing. Whom it is for,
 * and the room: by way of the room, these are the stanza's addresses or the one that stands inside.
 */
static void judge_entry(struct filter *f, const struct xml_tag *tag, struct str value)
{
	const struct stanza_head *h = &f->result.head;
	const struct filter_context *c = &f->context;
	struct str asked = xml_tag_value(tag, STR("to"));
	bool direct = str_eq(tag->local, STR("x"));
	struct str who = direct || !asked.p ? h->to : asked;
	struct str room = direct ? value : asked.p ? h->to : h->from;
	struct domain a, b;

	if (!c->permit)
		return;
	domain_of(who, &a);
	domain_of(room, &b);
	if (a.n && str_eq(domain_str(&a), domain_str(&b)))
		return;
	if (!a.n || !b.n || !c->enter(c->permit_arg, domain_str(&a), domain_str(&b)))
		filter_refuse_by(f, "flow", NULL, FEATURE_COUNT);
}

static void judge_row(struct filter *f, const struct xml_tag *tag, const struct address_row *row,
	struct str value)
{
	const struct stanza_head *h = &f->result.head;
	bool speaks = row->flags & SPEAKS;

	if (!value.p || ((row->flags & REQUEST) && h->type != TYPE_SET))
		return;
	if (str_eq(xml_tag_value(tag, STR("type")), STR("ofrom")))
		speaks = true;
	judge(f, speaks ? value : h->from, speaks ? h->to : value);
	if (row->flags & ENTERS)
		judge_entry(f, tag, value);
}

/* XEP-0033 4.1: an XMPP address stands in `jid`; who writes it as a URI means the same. What is
 * percent-encoded is no address and will not be allowed. */
static struct str uri_address(struct str uri)
{
	const char *end;

	if (uri.n < 5 || !str_eq_nocase((struct str){ uri.p, 5 }, STR("xmpp:")))
		return (struct str){ NULL, 0 };
	uri = str_skip(uri, 5);
	end = memchr(uri.p, '?', uri.n);
	if (memchr(uri.p, '%', uri.n))
		return STR("");
	return end ? (struct str){ uri.p, (size_t)(end - uri.p) } : uri;
}

static void judge_inner_stanza(struct filter *f, const struct xml_tag *tag)
{
	const struct stanza_head *h = &f->result.head;
	struct str from = xml_tag_value(tag, STR("from")), to = xml_tag_value(tag, STR("to"));

	if (from.p)
		judge(f, from, h->to);
	if (to.p)
		judge(f, h->from, to);
}

void filter_addresses(struct filter *f, const struct xml_tag *tag)
{
	enum stanza_kind kind;

	/* An error hands back what its recipient said; nobody acts on it. */
	if (f->result.head.type == TYPE_ERROR)
		return;
	if (tag->ns->mark & CATALOGUE_CONTENT) {
		if (filter_is_stanza(tag, &kind))
			judge_inner_stanza(f, tag);
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct address_row *row = &rows[i];

		if (!str_eq(tag->local, row->local) || !str_eq(tag->ns->uri, row->uri))
			continue;
		judge_row(f, tag, row, xml_tag_value(tag, row->attr));
		if (i == 0)
			judge_row(f, tag, row, uri_address(xml_tag_value(tag, STR("uri"))));
	}
}
