/* SPDX-License-Identifier: MIT */
/*
 * See filter_place.h. In an IQ that is one of pubsub the groups publish and items are followed,
 * item by item; what carries no content needs no label. In a list labels come behind the items, so
 * names are kept to the end of the group.
 */
#include "policy/filter_private.h"

#include "base/mem.h"

#include <stdlib.h>

#define PUBSUB_NS "http://jabber.org/protocol/pubsub"
#define LIST_NS   "http://jabber.org/protocol/disco#items"
#define RSM_NS    "http://jabber.org/protocol/rsm"
#define NAMES_NS  "urn:xmpp:sec-label:pubsub:0"

void filter_places_fini(struct label_places *p)
{
	free(p->ids);
	free(p->references);
	*p = (struct label_places){ 0 };
}

static void forget(struct label_places *p)
{
	if (p->ids)
		p->ids->n = p->references->n = 0;
	p->group = GROUP_NONE;
	p->labelled = p->filled = p->needs = p->refers = false;
}

void filter_place_begin(struct filter *f)
{
	struct label_places *p = &f->labels->places;

	forget(p);
	p->payload = PLACE_OTHER;
	p->rule = NULL;
	p->signal = p->content = p->in_thread = p->bare = false;
	p->messages[0] = (struct place_message){ 0 };
}

static bool named(const struct xml_tag *tag, const char *ns, const char *local)
{
	return str_is(tag->local, local) && str_is(tag->ns->uri, ns);
}

/* An element of an IQ that is followed, outside of messages that it may have inside. */
static bool in_iq(const struct filter *f)
{
	return f->labels->nmessages == 0 && f->labels->places.payload != PLACE_OTHER;
}

/* ---- names of labels in a list ---- */

static struct str name_of(const struct xml_tag *tag, const char *local)
{
	for (unsigned i = 0; i < tag->nattrs; i++)
		if (str_is(tag->attrs[i].local, local) && str_is(tag->attrs[i].ns->uri, NAMES_NS))
			return tag->attrs[i].value;
	return (struct str){ NULL, 0 };
}

static bool has(const struct place_names *names, struct str name)
{
	for (unsigned i = 0; i < names->n; i++)
		if (str_eq((struct str){ names->text[i], names->length[i] }, name))
			return true;
	return false;
}

/* False: there are too many, or it is too long. */
static bool keep(struct place_names *names, struct str name)
{
	if (names->n == PLACE_NAMES || name.n > PLACE_NAME)
		return false;
	memcpy(names->text[names->n], name.p, name.n);
	names->length[names->n++] = (unsigned char)name.n;
	return true;
}

static void need_names(struct label_places *p)
{
	if (p->ids)
		return;
	p->ids = MEM_NEW(struct place_names);
	p->references = MEM_NEW(struct place_names);
}

static void refer(struct filter *f, struct str name)
{
	struct label_places *p = &f->labels->places;

	need_names(p);
	p->refers = true;
	if (!has(p->references, name) && !keep(p->references, name))
		filter_label_deny(f, "label-malformed", "too many labels in a list");
}

/* A label of a list. */
static bool declare(struct filter *f, struct str name)
{
	struct label_places *p = &f->labels->places;

	need_names(p);
	if (!name.n)
		return filter_label_deny(f, "label-malformed", "a label of a list without an id");
	if (has(p->ids, name))
		return filter_label_deny(f, "label-malformed", "two labels with one id");
	return keep(p->ids, name) ||
	       filter_label_deny(f, "label-malformed", "too many labels in a list");
}

/* ---- groups ---- */

static void open_group(struct filter *f, enum place_group group)
{
	struct label_places *p = &f->labels->places;

	forget(p);
	p->group = group;
	p->group_depth = f->depth;
}

static void payload_open(struct filter *f, const struct xml_tag *tag)
{
	struct label_places *p = &f->labels->places;

	if (named(tag, PUBSUB_NS, "pubsub"))
		p->payload = PLACE_PUBSUB;
	if (!named(tag, LIST_NS, "query"))
		return;
	p->payload = PLACE_LIST;
	open_group(f, GROUP_ITEMS);
}

static void group_child(struct filter *f, const struct xml_tag *tag)
{
	struct label_places *p = &f->labels->places;
	struct str name;

	if (p->group == GROUP_PAGES || str_is(tag->ns->uri, SECURITYLABEL_NS))
		return;
	p->filled = p->refers = false;
	p->bare |= !str_is(tag->local, "item");
	name = name_of(tag, "label");
	if (name.p && p->group == GROUP_ITEMS)
		refer(f, name);
}

static void iq_start(struct filter *f, const struct xml_tag *tag)
{
	struct label_places *p = &f->labels->places;

	if (f->depth == 2) {
		payload_open(f, tag);
		filter_catalog_open(f, tag);
	} else if (p->payload == PLACE_OTHER) {
		return;
	} else if (p->group != GROUP_NONE) {
		if (f->depth == p->group_depth + 1)
			group_child(f, tag);
		else
			p->filled = true;
	} else if (named(tag, PUBSUB_NS, "publish")) {
		open_group(f, GROUP_PUBLISH);
	} else if (named(tag, PUBSUB_NS, "items")) {
		open_group(f, GROUP_ITEMS);
	} else if (named(tag, RSM_NS, "set")) {
		open_group(f, GROUP_PAGES);
	} else {
		p->bare = true;
	}
}

static void item_end(struct label_places *p)
{
	if (!p->filled)
		return;
	p->needs = true;
	p->bare |= p->group == GROUP_ITEMS && !p->refers;
	p->filled = false;
}

static void group_end(struct filter *f)
{
	struct label_places *p = &f->labels->places;

	p->bare |= p->group == GROUP_PUBLISH && p->needs && !p->labelled;
	for (unsigned i = 0; p->references && i < p->references->n; i++)
		if (!has(p->ids, (struct str){ p->references->text[i], p->references->length[i] }))
			filter_label_deny(f, "label-malformed",
				"an item refers to a label that is not there");
	forget(p);
}

/* ---- messages ---- */

/* What a label of the body alone leaves without one: ids, hints and the like carry nothing. */
static void message_child(struct filter *f, struct place_message *m, const struct xml_tag *tag)
{
	bool core = tag->ns->mark & CATALOGUE_CONTENT;

	if (core)
		m->more |= !str_is(tag->local, "body") && !str_is(tag->local, "thread");
	else
		m->more |= !(filter_find(f, tag).flags & ROW_ATTACHED);
}

static bool is_signal(enum feature feature)
{
	return feature == FEATURE_RECEIPTS || feature == FEATURE_MARKERS ||
	       feature == FEATURE_CHAT_STATES;
}

/* A child of the message that crosses, or what is in it. */
static void signal_child(struct filter *f, const struct xml_tag *tag)
{
	struct label_places *p = &f->labels->places;
	enum feature feature = (enum feature)filter_find(f, tag).feature;
	bool core = tag->ns->mark & CATALOGUE_CONTENT;

	if (f->depth == 2)
		p->in_thread = core && str_is(tag->local, "thread");
	if (f->depth > 2)
		p->content = true;
	else if (core)
		p->content |= !p->in_thread;
	else if (is_signal(feature))
		p->signal = true;
	else
		p->content |= feature != FEATURE_HINTS && feature != FEATURE_IDS;
}

bool filter_place_is_signal(const struct filter *f)
{
	return f->labels->places.signal && !f->labels->places.content;
}

void filter_place_message_end(struct filter *f)
{
	const struct label_watch *w = f->labels;
	const struct place_message *m = &w->places.messages[w->nmessages - 1];

	if (m->for_body && m->more)
		filter_label_deny(f, "label-malformed",
			"the label covers the body alone, and the message has more");
}

/* ---- labels ---- */

struct str filter_place_id(const struct xml_tag *tag)
{
	return name_of(tag, "id");
}

bool filter_place_is_payload(const struct xml_tag *tag)
{
	struct str ns = tag->ns->uri;

	return str_is(ns, STANAG4774_LABEL_NS) || str_is(ns, STANAG4778_NS) ||
	       str_is(ns, "urn:xmpp:sec-label:ess:0");
}

static bool denied(struct filter *f)
{
	return filter_label_deny(f, "label-malformed", "a label where there may be none");
}

bool filter_place_allows(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct label_places *p = &w->places;
	enum stanza_type type = f->result.head.type;

	if (w->nmessages > 0)
		return f->depth == w->messages[w->nmessages - 1].depth + 1 || denied(f);
	if (!in_iq(f) || f->depth != p->group_depth + 1)
		return denied(f);
	if (p->group == GROUP_ITEMS && type == TYPE_RESULT)
		return declare(f, name_of(tag, "id"));
	if (p->group != GROUP_PUBLISH || type != TYPE_SET)
		return denied(f);
	if (p->labelled)
		return filter_label_deny(f, "label-malformed", "two labels");
	p->labelled = true;
	return true;
}

static bool is_for_body(const struct securitylabel_payload *l)
{
	for (unsigned i = 0; i < l->labels.n; i++)
		if (l->labels.labels[i].covers == STANAG4778_BODY)
			return true;
	return false;
}

void filter_place_covers(struct filter *f, const struct securitylabel *s)
{
	struct label_watch *w = f->labels;
	bool for_body = is_for_body(&s->label);

	for (unsigned i = 0; i < s->nequivalents; i++)
		for_body |= is_for_body(&s->equivalents[i]);
	if (!for_body)
		return;
	if (w->nmessages > 0)
		w->places.messages[w->nmessages - 1].for_body = true;
	else
		filter_label_deny(f, "label-malformed", "a label of a body where there is none");
}

bool filter_place_waits(struct filter *f, const struct policy_rule *rule, enum feature feature)
{
	struct label_places *p = f->labelling ? &f->labels->places : NULL;

	if (!p || p->payload != PLACE_PUBSUB || feature_set_has(&f->table->iq_refused, feature))
		return false;
	p->rule = rule;
	p->feature = feature;
	return true;
}

/* ---- events ---- */

void filter_place_start(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct place_message *m = w->nmessages ? &w->places.messages[w->nmessages - 1] : NULL;

	if (!m && f->result.head.kind == STANZA_IQ)
		iq_start(f, tag);
	if (!m || f->depth == 1)
		return;
	if (f->result.head.kind == STANZA_MESSAGE)
		signal_child(f, tag);
	if (f->depth != w->messages[w->nmessages - 1].depth + 1)
		return;
	message_child(f, m, tag);
	if (filter_place_is_payload(tag))
		filter_label_deny(f, "label-malformed", "a label that is in no securitylabel");
}

void filter_place_text(struct filter *f, struct str text)
{
	struct label_places *p = &f->labels->places;

	if (filter_catalog_is_open(f))
		filter_catalog_text(f, text);
	if (str_trim(text).n == 0)
		return;
	if (f->labels->nmessages > 0)
		p->content |= !p->in_thread;
	else if (p->group != GROUP_NONE && f->depth > p->group_depth)
		p->filled = true;
	else
		p->bare = true;
}

void filter_place_end(struct filter *f)
{
	struct label_places *p = &f->labels->places;

	if (filter_catalog_is_open(f))
		filter_catalog_end(f);
	if (in_iq(f) && p->group != GROUP_NONE) {
		if (f->depth == p->group_depth + 1)
			item_end(p);
		else if (f->depth == p->group_depth)
			group_end(f);
	}
	if (f->depth > 1 || !p->rule || !p->bare || f->labels->reason)
		return;
	filter_refuse_by(f, p->rule->key, p->rule, p->feature);
}
