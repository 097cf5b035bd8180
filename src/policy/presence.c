/* SPDX-License-Identifier: MIT */
/*
 * Folded presence: online or offline, under one fold <show/> too, and what is protocol and not
 * decoration: the <error/> of an error, and in rooms (XEP-0045) the join with history and password
 * and the room's items and status codes. What may stand in a room's <x/> is listed here; the rest
 * goes.
 */
#include "policy/filter_private.h"

/* An element that may stand in a room's <x/>. */
enum place { PLACE_LEAF, PLACE_JOIN, PLACE_USER, PLACE_ITEM, PLACE_DESTROY };

enum { RULE_ATTRS = 4 };

struct presence_rule {
	struct str local;
	enum place parent, self;
	bool text; /* text, and so xml:lang */
	struct str attrs[RULE_ATTRS];
};

static const struct presence_rule join_rule = { STR_INIT("x"), PLACE_LEAF, PLACE_JOIN, false,
	{ { 0 } } };
static const struct presence_rule user_rule = { STR_INIT("x"), PLACE_LEAF, PLACE_USER, false,
	{ { 0 } } };

/* XEP-0045 18.1, 18.2, as far as they belong in presence. */
static const struct presence_rule room_rules[] = {
	{ STR_INIT("history"), PLACE_JOIN, PLACE_LEAF, false,
		{ STR_INIT("maxchars"), STR_INIT("maxstanzas"), STR_INIT("seconds"),
			STR_INIT("since") } },
	{ STR_INIT("password"), PLACE_JOIN, PLACE_LEAF, true, { { 0 } } },
	{ STR_INIT("item"), PLACE_USER, PLACE_ITEM, false,
		{ STR_INIT("affiliation"), STR_INIT("jid"), STR_INIT("nick"), STR_INIT("role") } },
	{ STR_INIT("status"), PLACE_USER, PLACE_LEAF, false, { STR_INIT("code") } },
	{ STR_INIT("destroy"), PLACE_USER, PLACE_DESTROY, false, { STR_INIT("jid") } },
	{ STR_INIT("actor"), PLACE_ITEM, PLACE_LEAF, false, { STR_INIT("jid"), STR_INIT("nick") } },
	{ STR_INIT("reason"), PLACE_ITEM, PLACE_LEAF, true, { { 0 } } },
	{ STR_INIT("continue"), PLACE_ITEM, PLACE_LEAF, false, { STR_INIT("thread") } },
	{ STR_INIT("reason"), PLACE_DESTROY, PLACE_LEAF, true, { { 0 } } },
	{ STR_INIT("password"), PLACE_DESTROY, PLACE_LEAF, true, { { 0 } } },
};

static void folded(struct filter *f, enum feature feature)
{
	if (filter_blocks(f, feature)) {
		filter_refuse_feature(f, feature);
		return;
	}
	filter_removed(f, feature, "fold", f->table->fold_rule);
}

/* An id tells nothing but could: it stays where an answer names it, on errors and on room joins. A
 * join shows only further in, so the id is written last and taken out at the end if there was none.
 */
static void write_id(struct filter *f, struct frame *fr, const struct xml_attr *id)
{
	fr->id_at = buf_len(&f->out);
	buf_put(&f->out, STR(" id='"));
	xml_escape_value(&f->out, id->value);
	buf_put(&f->out, STR("'"));
	fr->id_end = buf_len(&f->out);
}

void presence_open(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	unsigned keep = ATTR_FROM | ATTR_TO | ATTR_TYPE | (fr->type == TYPE_ERROR ? ATTR_ID : 0);
	struct xml_tag copy = *tag;
	struct xml_attr *attrs = filter_attrs(f, tag->nattrs);
	const struct xml_attr *id = NULL;

	copy.attrs = attrs;
	copy.nattrs = copy.ndecls = 0;
	for (unsigned i = 0; i < tag->nattrs; i++) {
		enum attr_bit bit = filter_attr_bit(&tag->attrs[i]);

		if (bit & keep)
			attrs[copy.nattrs++] = tag->attrs[i];
		else if (bit == ATTR_ID && fr->type == TYPE_NONE)
			id = &tag->attrs[i];
		else
			folded(f, bit & ATTR_STANZA ? FEATURE_CORE : FEATURE_UNKNOWN);
	}
	xml_writer_start(f->writer, &copy, fr->depth != 1);
	if (id)
		write_id(f, fr, id);
}

void presence_end(struct filter *f, const struct frame *fr)
{
	if (fr->id_end == 0 || fr->join)
		return;
	buf_remove(&f->out, fr->id_at, fr->id_end - fr->id_at);
	folded(f, FEATURE_CORE);
}

void presence_leave_out(struct filter *f, enum feature feature)
{
	f->skip = f->depth;
	folded(f, feature);
}

static bool attr_kept(const struct presence_rule *rule, const struct xml_attr *a)
{
	if (a->prefix.n != 0)
		return rule->text && filter_attr_bit(a) == ATTR_LANG;
	for (unsigned i = 0; i < RULE_ATTRS && rule->attrs[i].n; i++)
		if (str_eq(a->local, rule->attrs[i]))
			return true;
	return false;
}

/* Who somebody in a room really is (XEP-0045 7.2.2), and what was said about it. */
static bool is_hidden_attr(
	const struct filter *f, const struct xml_tag *tag, const struct xml_attr *a)
{
	return f->table->hide_real_jids && a->prefix.n == 0 && str_eq(a->local, STR("jid")) &&
	       (str_eq(tag->local, STR("item")) || str_eq(tag->local, STR("actor")));
}

static bool is_hidden(const struct filter *f, const struct xml_tag *tag)
{
	return f->table->hide_real_jids && str_eq(tag->local, STR("reason"));
}

static void hidden(struct filter *f)
{
	const struct policy_rule *rule = f->table->hide_real_jids;

	filter_removed(f, FEATURE_COUNT, rule->key, rule);
}

static void room_write(
	struct filter *f, const struct xml_tag *tag, const struct presence_rule *rule)
{
	struct xml_tag copy = *tag;
	struct xml_attr *attrs = filter_attrs(f, tag->nattrs);

	copy.attrs = attrs;
	copy.nattrs = copy.ndecls = 0;
	for (unsigned i = 0; i < tag->nattrs; i++) {
		if (is_hidden_attr(f, tag, &tag->attrs[i]))
			hidden(f);
		else if (attr_kept(rule, &tag->attrs[i]))
			attrs[copy.nattrs++] = tag->attrs[i];
		else
			folded(f, FEATURE_UNKNOWN);
	}
	xml_writer_start(f->writer, &copy, true);
}

static bool is_room_user(const struct xml_tag *tag)
{
	return str_eq(tag->ns->uri, STR("http://jabber.org/protocol/muc#user"));
}

/* The lists of who may do what in a room (XEP-0045 9, 10), as it tells them. */
static bool is_room_list(const struct frame *fr, const struct xml_tag *tag)
{
	return fr->kind == STANZA_IQ && fr->type == TYPE_RESULT &&
	       (str_eq(tag->ns->uri, STR("http://jabber.org/protocol/muc#admin")) ||
		       str_eq(tag->ns->uri, STR("http://jabber.org/protocol/muc#owner")));
}

/* The same in a room's configuration: fields that a form comes back without stay as they were. */
static bool is_room_field(const struct filter *f, const struct frame *fr, const struct xml_tag *tag)
{
	struct str var = xml_tag_value(tag, STR("var"));

	return fr->kind == STANZA_IQ && fr->type == TYPE_RESULT && tag->ns->mark == f->form_mark &&
	       (str_eq(var, STR("muc#roomconfig_roomadmins")) ||
		       str_eq(var, STR("muc#roomconfig_roomowners")));
}

/* Why somebody is invited is no reason for a change. */
static bool is_left_out(const struct filter *f, const struct frame *fr, const struct xml_tag *tag)
{
	return is_room_field(f, fr, tag) || (fr->kind != STANZA_MESSAGE && is_hidden(f, tag));
}

static void keep_hidden(struct filter *f, const struct xml_tag *tag)
{
	struct xml_attr *attrs = filter_attrs(f, tag->nattrs);
	struct xml_tag copy = *tag;

	copy.attrs = attrs;
	copy.nattrs = 0;
	for (unsigned i = 0; i < tag->nattrs; i++)
		if (!is_hidden_attr(f, tag, &tag->attrs[i]))
			attrs[copy.nattrs++] = tag->attrs[i];
	if (copy.nattrs < tag->nattrs)
		hidden(f);
	xml_writer_start(f->writer, &copy, true);
}

void presence_keep(struct filter *f, const struct frame *fr, const struct xml_tag *tag)
{
	bool tells = f->table->hide_real_jids &&
		     ((fr->kind != STANZA_IQ && is_room_user(tag)) || is_room_list(fr, tag) ||
			     is_room_field(f, fr, tag));

	if (!tells) {
		filter_keep(f, tag);
	} else if (is_left_out(f, fr, tag)) {
		f->skip = f->depth;
		hidden(f);
	} else {
		keep_hidden(f, tag);
	}
}

/* Room's <x/>: the join, or what the room says. Subscriptions and probes have none. */
static const struct presence_rule *room_rule(const struct frame *fr, const struct xml_tag *tag)
{
	if (fr->type != TYPE_NONE && fr->type != TYPE_UNAVAILABLE && fr->type != TYPE_ERROR)
		return NULL;
	if (!str_eq(tag->local, STR("x")))
		return NULL;
	if (str_eq(tag->ns->uri, STR("http://jabber.org/protocol/muc")))
		return &join_rule;
	if (is_room_user(tag))
		return &user_rule;
	return NULL;
}

static void core_child(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	if (str_eq(tag->local, STR("error"))) {
		filter_error_open(f, fr, tag);
	} else if (str_eq(tag->local, STR("show")) && f->table->fold == FOLD_SHOW &&
		   fr->type == TYPE_NONE && !fr->shown) {
		fr->inside = INSIDE_SHOW;
		fr->show_n = 0;
		if (tag->nattrs > 0)
			folded(f, FEATURE_UNKNOWN);
	} else {
		presence_leave_out(f, FEATURE_CORE);
	}
}

void presence_child(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum feature feature)
{
	const struct presence_rule *rule;

	if (feature == FEATURE_CORE) {
		core_child(f, fr, tag);
		return;
	}
	rule = feature == FEATURE_MUC ? room_rule(fr, tag) : NULL;
	if (!rule) {
		presence_leave_out(f, feature);
		return;
	}
	fr->inside = INSIDE_ROOM;
	fr->child_ns = tag->ns;
	fr->rules[0] = rule;
	if (rule == &join_rule)
		fr->join = true;
	room_write(f, tag, rule);
}

void presence_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	unsigned level = f->depth - fr->depth - 1; /* 0: the <x/> itself */

	if (fr->inside == INSIDE_ROOM && tag->ns == fr->child_ns && level < ROOM_DEPTH) {
		enum place in = fr->rules[level - 1]->self;

		for (size_t i = 0; i < sizeof(room_rules) / sizeof(room_rules[0]); i++) {
			const struct presence_rule *rule = &room_rules[i];

			if (rule->parent != in || !str_eq(rule->local, tag->local))
				continue;
			if (is_hidden(f, tag)) {
				f->skip = f->depth;
				hidden(f);
				return;
			}
			fr->rules[level] = rule;
			room_write(f, tag, rule);
			return;
		}
	}
	if (f->table->blocks)
		filter_look(f, tag);
	if (!f->skip)
		presence_leave_out(f, FEATURE_UNKNOWN);
}

static void show_text(struct frame *fr, struct str text)
{
	size_t room = SHOW_BYTES - fr->show_n;
	size_t n = text.n < room ? text.n : room;

	if (n > 0)
		memcpy(fr->show + fr->show_n, text.p, n);
	fr->show_n += n;
}

void presence_text(struct filter *f, struct frame *fr, struct str text)
{
	if (fr->inside == INSIDE_SHOW)
		show_text(fr, text);
	else if (fr->rules[f->depth - fr->depth - 1]->text)
		xml_writer_text(f->writer, text);
	else if (str_trim(text).n > 0)
		folded(f, FEATURE_UNKNOWN);
}

void presence_show_end(struct filter *f, struct frame *fr)
{
	struct xml_tag tag = { .local = STR("show"), .ns = fr->ns };
	struct str value = { fr->show, fr->show_n }, to = { NULL, 0 };
	enum policy_show s;

	if (policy_show_parse(value, &s))
		to = f->table->show[s];
	if (!str_eq(value, to))
		folded(f, FEATURE_CORE);
	if (to.n == 0)
		return;
	fr->shown = true;
	xml_writer_start(f->writer, &tag, true);
	xml_writer_text(f->writer, to);
	xml_writer_end(f->writer);
}
