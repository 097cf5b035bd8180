/* SPDX-License-Identifier: MIT */
/*
 * What must be true of everything that the filter lets out, checked on a tree and not as the filter
 * does it: well-formed, one stanza, nothing in it that the table strips or folds, at any depth; and
 * the filter leaves it as it is when it sees it again. For the property test and the fuzzer.
 */
#pragma once

#include "filter_rig.h"

#include "policy/policy_access.h"
#include "xml/element.h"

RIG bool oracle_blank(const char *text)
{
	return str_trim(str_of(text)).n == 0;
}

RIG bool oracle_is_content(const char *ns)
{
	return strcmp(ns, "jabber:server") == 0 || strcmp(ns, "jabber:client") == 0;
}

RIG bool oracle_is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* A child that RFC 6120 or 6121 defines, where it defines it. */
RIG bool oracle_is_core(const struct xml_element *stanza, const struct xml_element *c)
{
	static const char *const message[] = { "body", "subject", "thread", NULL };
	static const char *const presence[] = { "show", "status", "priority", NULL };
	static const char *const iq[] = { NULL };
	const char *type = xml_element_attr(stanza, "type");

	if (strcmp(stanza->ns, c->ns) != 0)
		return false;
	if (strcmp(c->name, "error") == 0)
		return type && strcmp(type, "error") == 0;
	return oracle_is_one_of(c->name, strcmp(stanza->name, "message") == 0    ? message
					 : strcmp(stanza->name, "presence") == 0 ? presence
										 : iq);
}

RIG bool oracle_passes(const struct policy_table *t, enum feature f)
{
	return t->action[f] == ACTION_PASS;
}

/* By the catalogue, and where it knows nothing by the operator's own features. */
RIG struct catalogue_entry oracle_entry(const struct policy_table *t, const struct xml_element *e)
{
	uint32_t mark = catalogue_mark(str_of(e->ns));
	struct catalogue_entry entry = catalogue_find(mark, str_of(e->name));

	if (mark == 0)
		entry.feature = (uint16_t)own_feature_find(t->own, str_of(e->ns));
	return entry;
}

RIG enum feature oracle_feature(const struct policy_table *t, const struct xml_element *e)
{
	return (enum feature)oracle_entry(t, e).feature;
}

RIG const char *oracle_attrs(
	const struct xml_element *e, const char *const *names, const char *complaint)
{
	for (unsigned i = 0; i < e->nattrs; i++)
		if (!oracle_is_one_of(e->attrs[i].name, names))
			return complaint;
	return NULL;
}

RIG const char *oracle_folded(const struct policy_table *t, const struct xml_element *e)
{
	static const char *const attrs[] = { "from", "to", "type", "id", NULL };
	const char *type = xml_element_attr(e, "type");
	bool join = false;

	for (const struct xml_element *c = e->child; c; c = c->next) {
		bool room = strcmp(c->name, "x") == 0 &&
			    (strcmp(c->ns, "http://jabber.org/protocol/muc") == 0 ||
				    strcmp(c->ns, "http://jabber.org/protocol/muc#user") == 0);

		if (room && (c->nattrs > 0 || !oracle_blank(c->text)))
			return "decoration in a room's x";
		join |= room && strcmp(c->ns, "http://jabber.org/protocol/muc") == 0;
		if (room)
			continue;
		if (!oracle_is_core(e, c))
			return "decoration in folded presence";
		if (strcmp(c->name, "show") == 0 && t->fold == FOLD_SHOW && !type)
			continue;
		if (strcmp(c->name, "error") != 0)
			return "core child in folded presence";
	}
	if (xml_element_attr(e, "id") && !(join && !type) && !(type && strcmp(type, "error") == 0))
		return "id on folded presence";
	return oracle_attrs(e, attrs, "attribute on folded presence");
}

RIG bool oracle_is_stanza(const struct xml_element *e)
{
	static const char *const stanzas[] = { "message", "presence", "iq", NULL };

	return oracle_is_content(e->ns) && oracle_is_one_of(e->name, stanzas);
}

RIG bool oracle_is(const struct xml_element *e, const char *ns, const char *name)
{
	return e && strcmp(e->ns, ns) == 0 && strcmp(e->name, name) == 0;
}

/* What calls and files share: a transport of Jingle, with what is in it, and the proposals of
 * sessions, but for those that say themselves that they are no files. */
RIG bool oracle_is_shared(const struct policy_table *t, const struct xml_element *e)
{
	if (strcmp(e->ns, "urn:xmpp:jingle-message:0") == 0) {
		bool files = strcmp(e->name, "propose") != 0;

		for (const struct xml_element *c = e->child; c; c = c->next)
			files |= strcmp(c->name, "description") == 0 &&
				 oracle_feature(t, c) == FEATURE_FILE_TRANSFER;
		return files;
	}
	for (; e && e->parent; e = e->parent)
		if (strcmp(e->name, "transport") == 0 &&
			oracle_is(e->parent, "urn:xmpp:jingle:1", "content"))
			return true;
	return false;
}

/* Text that is encrypted, offers encryption, or is a link to what is. */
RIG const char *oracle_text(const struct policy_table *t, const char *text)
{
	static const char *const encrypted[] = { "?OTR:", "?OTR,", "?OTR|", "-----BEGIN PGP ",
		" \t  \t\t\t\t \t \t \t  ", NULL };

	for (const char *const *s = encrypted; *s; s++)
		if (strstr(text, *s) && !oracle_passes(t, FEATURE_ENCRYPTED))
			return "an encrypted text";
	if (strstr(text, "aesgcm://") && !oracle_passes(t, FEATURE_FILE_TRANSFER))
		return "a link to an encrypted file";
	return NULL;
}

/* Data, or a link to an encrypted file. */
RIG const char *oracle_link(const struct policy_table *t, struct str value)
{
	value = str_trim(value);
	if ((str_starts(value, STR("data:")) || str_starts(value, STR("cid:"))) &&
		!oracle_passes(t, FEATURE_BOB))
		return "inline data";
	return str_starts(value, STR("aesgcm:")) && !oracle_passes(t, FEATURE_FILE_TRANSFER)
		       ? "a link to an encrypted file"
		       : NULL;
}

/* Is it in a form, and not in a stanza in that? */
RIG bool oracle_in_form(const struct xml_element *e)
{
	for (; e && !oracle_is_stanza(e); e = e->parent)
		if (oracle_is(e, "jabber:x:data", "x"))
			return true;
	return false;
}

/* A carrier by itself: what stands in it, stands in nothing else. */
RIG bool oracle_is_carrier(const struct policy_table *t, const struct xml_element *e)
{
	for (; e && e->parent && !oracle_is_stanza(e); e = e->parent)
		if (oracle_is_content(e->ns) || oracle_feature(t, e) != FEATURE_CARRIER)
			return false;
	return true;
}

RIG bool oracle_is_hash(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789+/=";

	return strlen(text) <= 128 && strspn(text, letters) == strlen(text);
}

/* What a carrier says besides what it carries. */
RIG const char *oracle_carrier(const struct policy_table *t, const struct xml_element *e)
{
	for (unsigned i = 0; i < e->nattrs; i++) {
		const char *wrong = oracle_text(t, e->attrs[i].value);

		wrong = wrong ? wrong : oracle_link(t, str_of(e->attrs[i].value));
		if (wrong)
			return wrong;
	}
	if (oracle_passes(t, FEATURE_UNKNOWN) || !oracle_is_carrier(t, e) || oracle_blank(e->text))
		return NULL;
	return strcmp(e->name, "hash") == 0 && oracle_is_hash(e->text) ? NULL : "text in a carrier";
}

RIG bool oracle_is_hidden(const struct policy_table *t, const struct xml_element *e)
{
	const char *var = xml_element_attr(e, "var");

	return var && oracle_is(e, "http://jabber.org/protocol/disco#info", "feature") &&
	       !oracle_passes(t, catalogue_var(str_of(var)));
}

/* What the namespace, and what it speaks of, say of an element, wherever it stands. */
RIG const char *oracle_element(const struct policy_table *t, const struct xml_element *e)
{
	struct catalogue_entry entry = oracle_entry(t, e);
	const char *about = xml_element_attr(e, "for"), *src = xml_element_attr(e, "src");
	uint32_t mark = about && (entry.flags & ROW_REFERS) ? catalogue_mark(str_of(about)) : 0;

	if (!oracle_passes(t, (enum feature)entry.feature) &&
		!(entry.feature == FEATURE_VOIP && oracle_is_shared(t, e)))
		return own_feature_name(t->own, (enum feature)entry.feature);
	if (e->parent && !oracle_is_stanza(e->parent) && oracle_is_hidden(t, e))
		return "a feature that is hidden";
	if (entry.feature == FEATURE_HTML && src && oracle_link(t, str_of(src)))
		return oracle_link(t, str_of(src));
	if (mark != 0 && !oracle_passes(t, catalogue_feature(mark, STR(""))))
		return "a fallback for what is stripped";
	if (!e->child && oracle_in_form(e) && oracle_text(t, e->text))
		return oracle_text(t, e->text);
	return entry.flags & ROW_CARRIER ? oracle_carrier(t, e) : NULL;
}

/* An element that is no child of a stanza, at any depth, and no stanza itself. */
RIG const char *oracle_inner(const struct policy_table *t, const struct xml_element *e)
{
	struct catalogue_entry entry = oracle_entry(t, e);
	const char *node = xml_element_attr(e, "node");
	enum feature f = node ? catalogue_node(str_of(node)) : FEATURE_UNKNOWN;

	if (oracle_is_content(e->ns))
		return oracle_passes(t, FEATURE_UNKNOWN) ? NULL : "core element in a payload";
	if ((entry.flags & ROW_PUBSUB) && f != FEATURE_UNKNOWN && !oracle_passes(t, f))
		return "stripped node";
	return oracle_element(t, e);
}

/* The <error/> of an error that an element stands in, below the stanza it belongs to; in the other
 * content namespace it is read like one. */
RIG const struct xml_element *oracle_error(const struct xml_element *e)
{
	for (const struct xml_element *p = e->parent; p && p->parent; p = p->parent) {
		const char *type = xml_element_attr(p->parent, "type");

		if (oracle_is_stanza(p))
			return NULL;
		if (oracle_is_stanza(p->parent))
			return strcmp(p->name, "error") == 0 && oracle_is_content(p->ns) && type &&
					       strcmp(type, "error") == 0
				       ? p
				       : NULL;
	}
	return NULL;
}

/* Nothing but what RFC 6120 8.3 defines may stand in this error. */
RIG bool oracle_strict(const struct policy_table *t, const struct xml_element *error)
{
	return !oracle_passes(t, FEATURE_UNKNOWN) ||
	       (t->fold != FOLD_OFF && strcmp(error->parent->name, "presence") == 0);
}

RIG const char *oracle_in_error(
	const struct policy_table *t, const struct xml_element *e, const struct xml_element *error)
{
	static const char *const defined[] = { "bad-request", "conflict", "feature-not-implemented",
		"forbidden", "gone", "internal-server-error", "item-not-found", "jid-malformed",
		"not-acceptable", "not-allowed", "not-authorized", "payment-required",
		"policy-violation", "recipient-unavailable", "redirect", "registration-required",
		"remote-server-not-found", "remote-server-timeout", "resource-constraint",
		"service-unavailable", "subscription-required", "undefined-condition",
		"unexpected-request", "text", NULL };
	static const char *const attrs[] = { "xml:lang", NULL };
	bool own = strcmp(e->ns, "urn:ietf:params:xml:ns:xmpp-stanzas") == 0;

	if (own && e->parent == error && oracle_is_one_of(e->name, defined))
		return oracle_text(t, e->text) ? oracle_text(t, e->text)
		       : oracle_strict(t, error)
			       ? oracle_attrs(e, attrs, "attribute of a condition")
			       : NULL;
	if ((own || oracle_is_content(e->ns)) && !oracle_passes(t, FEATURE_UNKNOWN))
		return "what no error has";
	if (t->fold != FOLD_OFF && strcmp(error->parent->name, "presence") == 0)
		return "decoration in the error of a folded presence";
	return own || oracle_is_content(e->ns) ? NULL : oracle_element(t, e);
}

RIG const char *oracle_stanza(const struct policy_table *t, const struct xml_element *e)
{
	static const char *const attrs[] = { "from", "to", "type", "id", "xml:lang", NULL };
	static const char *const error[] = { "type", "by", "code", "xml:lang", NULL };
	static const char *const texts[] = { "body", "subject", "thread", "show", "status",
		"priority", NULL };

	if (!oracle_blank(e->text))
		return "text directly in a stanza";
	if (!oracle_passes(t, FEATURE_UNKNOWN) && oracle_attrs(e, attrs, ""))
		return "unknown attribute on a stanza";
	for (const struct xml_element *c = e->child; c; c = c->next) {
		bool core = oracle_is_core(e, c);
		enum feature f = core                       ? FEATURE_CORE
				 : oracle_is_content(c->ns) ? FEATURE_UNKNOWN
							    : oracle_feature(t, c);
		const char *wrong;

		if (!oracle_passes(t, f) && !(f == FEATURE_VOIP && oracle_is_shared(t, c)))
			return own_feature_name(t->own, f);
		if (oracle_is_content(c->ns) && strcmp(c->name, "body") == 0 &&
			strcmp(e->name, "message") == 0 && oracle_text(t, c->text))
			return oracle_text(t, c->text);
		if (core && oracle_is_one_of(c->name, texts) && c->child &&
			!oracle_passes(t, FEATURE_UNKNOWN))
			return "element in what is text";
		if (core && strcmp(c->name, "error") == 0 && oracle_strict(t, c) &&
			(!oracle_blank(c->text) || oracle_attrs(c, error, "")))
			return "text or attributes in an error";
		wrong = oracle_is_content(c->ns) ? NULL : oracle_element(t, c);
		if (wrong)
			return wrong;
	}
	if (strcmp(e->name, "presence") == 0 && t->fold != FOLD_OFF)
		return oracle_folded(t, e);
	return NULL;
}

/* Is there an item that has content, and no label beside it? Whether the labels are granted is
 * another question. */
RIG bool oracle_item_bare(const struct xml_element *group, const struct xml_element *item)
{
	const char *wanted = NULL;

	if (strcmp(item->ns, "urn:xmpp:sec-label:0") == 0)
		return false;
	if (strcmp(item->name, "item") != 0)
		return true;
	if (!item->child && str_trim(str_of(item->text)).n == 0)
		return false;
	for (unsigned i = 0; i < item->nattrs; i++)
		if (strcmp(item->attrs[i].ns, "urn:xmpp:sec-label:pubsub:0") == 0 &&
			strcmp(item->attrs[i].name, "label") == 0)
			wanted = item->attrs[i].value;
	for (const struct xml_element *l = group->child; l; l = l->next) {
		if (strcmp(l->name, "securitylabel") != 0)
			continue;
		if (strcmp(group->name, "publish") == 0)
			return false;
		for (unsigned i = 0; wanted && i < l->nattrs; i++)
			if (strcmp(l->attrs[i].name, "id") == 0 &&
				strcmp(l->attrs[i].value, wanted) == 0)
				return false;
	}
	return true;
}

/* An IQ of pubsub with labels instead of leave (XEP-0314). */
RIG bool oracle_labelled(const struct policy_table *t, const struct xml_element *e, enum feature f)
{
	if (!t->labels || feature_set_has(&t->iq_refused, f) || strcmp(e->name, "pubsub") != 0 ||
		str_trim(str_of(e->text)).n)
		return false;
	for (const struct xml_element *g = e->child; g; g = g->next) {
		if (strcmp(g->name, "set") == 0)
			continue;
		if ((strcmp(g->name, "publish") != 0 && strcmp(g->name, "items") != 0) ||
			str_trim(str_of(g->text)).n)
			return false;
		for (const struct xml_element *i = g->child; i; i = i->next)
			if (oracle_item_bare(g, i))
				return false;
	}
	return true;
}

/* What the start tag of the stanza that crosses says, and the kind of an IQ. */
RIG const char *oracle_head(
	const struct policy_table *t, const struct filter_context *c, const struct xml_element *e)
{
	const char *type = xml_element_attr(e, "type");
	bool subscribes =
		type && (strcmp(type, "subscribe") == 0 || strcmp(type, "subscribed") == 0);
	bool room = c->from_room || c->to_room;
	bool always = strcmp(e->name, "presence") == 0 && type && strncmp(type, "un", 2) == 0;
	bool iq = strcmp(e->name, "iq") == 0 && strcmp(type, "error") != 0;

	if (t->no_subscriptions && strcmp(e->name, "presence") == 0 && subscribes)
		return "a subscription";
	if (t->limits_iq && iq && e->child && t->iq[oracle_feature(t, e->child)] &&
		!oracle_labelled(t, e->child, oracle_feature(t, e->child)))
		return "a kind of IQ";
	if (always || (strcmp(e->name, "iq") == 0 && !iq))
		return NULL;
	if (t->only_rooms && !room)
		return "from user to user";
	return t->only_users && room ? "in a room" : NULL;
}

/* By the lists themselves, which have tests of their own: is every address held against them? */
RIG bool oracle_denied(const struct policy_table *t, const char *from, const char *to)
{
	struct access_subject s;

	if (t->naccess == 0 || !from || !to)
		return false;
	access_subject_init(&s, t->jid_sets, str_of(from), str_of(to));
	for (unsigned i = 0; i < t->naccess; i++)
		if (policy_access_denies(t->access[i], &s))
			return true;
	return false;
}

/* What ends something, and an error that is one instead of a result, go where nothing else may. */
RIG const char *oracle_access(const struct policy_table *t, const struct xml_element *root)
{
	const char *from = xml_element_attr(root, "from"), *to = xml_element_attr(root, "to");
	const char *type = xml_element_attr(root, "type");
	const struct xml_element *list = root->child;

	if (type && (strcmp(type, "error") == 0 || strncmp(type, "un", 2) == 0))
		return NULL;
	if (oracle_denied(t, from, to))
		return "who may not write to whom";
	for (; list && !oracle_is(list, "http://jabber.org/protocol/address", "addresses");)
		list = list->next;
	for (const struct xml_element *c = list ? list->child : NULL; c; c = c->next) {
		const char *jid = xml_element_attr(c, "jid"), *of = xml_element_attr(c, "type");

		if (!jid || !oracle_is(c, "http://jabber.org/protocol/address", "address") ||
			(of && strcmp(of, "ofrom") == 0))
			continue;
		if (oracle_denied(t, from, jid) && !str_is(str_of(jid), "a.example") &&
			!strstr(jid, "@a.example"))
			return "a further recipient who may not be written to";
	}
	return NULL;
}

RIG const char *oracle_jids(const struct policy_table *t, const struct xml_element *e)
{
	static const char user[] = "http://jabber.org/protocol/muc#user";
	const struct xml_element *x = e->parent, *stanza = x ? x->parent : NULL;
	const char *type = stanza ? xml_element_attr(stanza, "type") : NULL;
	bool told =
		oracle_is(x, user, "x") && (oracle_is(stanza, "jabber:server", "presence") ||
						   oracle_is(stanza, "jabber:server", "message"));
	bool listed = oracle_is(x, "http://jabber.org/protocol/muc#admin", "query") &&
		      oracle_is(stanza, "jabber:server", "iq") && type &&
		      strcmp(type, "result") == 0;

	if (!t->hide_real_jids || (!told && !listed) || strcmp(e->name, "item") != 0 ||
		strcmp(e->ns, x->ns) != 0)
		return NULL;
	return xml_element_attr(e, "jid") ? "a real JID" : NULL;
}

/* Every element in the tree; without a policy only the outermost stanza is looked at. */
RIG const char *oracle_tree(const struct policy_table *t, const struct xml_element *root)
{
	const struct xml_element *e = root;

	while (e) {
		const struct xml_element *error = t->transparent ? NULL : oracle_error(e);
		const char *wrong = error ? oracle_in_error(t, e, error) : oracle_jids(t, e);

		if (wrong)
			return wrong;
		if (e == root || (!t->transparent && oracle_is_stanza(e)))
			wrong = oracle_stanza(t, e);
		else if (error)
			wrong = NULL;
		else if (!t->transparent && !oracle_is_stanza(e->parent))
			wrong = oracle_inner(t, e);
		if (wrong)
			return wrong;
		if (e->child) {
			e = e->child;
			continue;
		}
		while (e && e != root && !e->next)
			e = e->parent;
		e = e && e != root ? e->next : NULL;
	}
	return NULL;
}

/* The text of all bodies in the stanza. */
RIG size_t oracle_bodies(const struct xml_element *e)
{
	size_t n = 0;

	if (oracle_is_content(e->ns) && strcmp(e->name, "body") == 0 && e->parent &&
		strcmp(e->parent->name, "message") == 0 && oracle_is_stanza(e->parent))
		n = strlen(e->text);
	for (const struct xml_element *c = e->child; c; c = c->next)
		n += oracle_bodies(c);
	return n;
}

/* NULL, or what is wrong with these bytes as an output. `rig` is one of the same table. */
RIG const char *oracle_clean(struct rig *rig, struct str out)
{
	struct xml_element_builder builder = { NULL, NULL };
	struct xml_element *tree;
	const char *wrong;

	if (xml_reader_element(rig->reader, out, xml_element_sink(), &builder) != READ_OK) {
		xml_element_free(xml_element_take(&builder));
		return "not well-formed";
	}
	tree = xml_element_take(&builder);
	wrong = tree && strcmp(tree->ns, "jabber:server") == 0
			? oracle_head(rig->table, &rig->context, tree)
			: "no stanza";
	if (!wrong)
		wrong = oracle_access(rig->table, tree);
	if (!wrong)
		wrong = oracle_tree(rig->table, tree);
	if (!wrong && rig->table->max_body && oracle_bodies(tree) > rig->table->max_body)
		wrong = "long bodies";
	xml_element_free(tree);
	return wrong;
}

/* What is let through although its addresses are refused (presence that ends, an error instead of a
 * result) would be refused the second time too. */
RIG bool oracle_by_address(const struct filter_result *r)
{
	return r->key && (strcmp(r->key, "access") == 0 || strcmp(r->key, "conversations") == 0);
}

/* NULL, or what is wrong with the length of what went on. */
RIG const char *oracle_size(const struct policy_table *t, const struct filter_result *r)
{
	bool large = t->max_stanza && r->bytes_in > t->max_stanza;

	return large && r->bytes.n > t->max_stanza ? "larger than anything may be" : NULL;
}

/* It may be longer in its own bytes than it was in its sender's. */
RIG bool oracle_by_size(const struct filter_result *r)
{
	return r->key && strcmp(r->key, "max_stanza") == 0;
}

/* The same, and it must pass as it is. */
RIG const char *oracle_check(struct rig *again, struct str out)
{
	const char *wrong = oracle_clean(again, out);
	const struct filter_result *r;

	if (wrong)
		return wrong;
	r = rig_feed(again, out, SIZE_MAX);
	if (!r)
		return "refused the second time";
	if (oracle_by_address(r) || oracle_by_size(r))
		return NULL;
	if (r->verdict != VERDICT_PASS)
		return "not passed the second time";
	return str_eq(r->bytes, out) ? NULL : "other bytes the second time";
}
