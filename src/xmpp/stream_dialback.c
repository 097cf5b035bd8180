/* SPDX-License-Identifier: MIT */
/*
 * db:result and db:verify on one stream (XEP-0220): requests of the peer up to a number of pairs,
 * and ours, each of which one answer may follow, on this very stream. Owns both lists. Keys are
 * neither made nor checked here.
 */
#include "base/mem.h"
#include "xml/writer.h"
#include "xmpp/stream_parts.h"

#include <stdlib.h>

static const char *const type_names[] = {
	[DIALBACK_VALID] = "valid",
	[DIALBACK_INVALID] = "invalid",
	[DIALBACK_ERROR] = "error",
};

/* The addresses of an element, as written and canonical. */
struct addresses {
	struct str from, to, id;
	struct domain from_domain, to_domain;
};

static void pair_free(struct stream_pair *p)
{
	list_remove(&p->link);
	free(p->id);
	free(p);
}

void stream_pairs_forget(struct stream *s)
{
	list_for_each_safe (it, &s->asked)
		pair_free(list_item(it, struct stream_pair, link));
	list_for_each_safe (it, &s->sent)
		pair_free(list_item(it, struct stream_pair, link));
	s->asked_count = 0;
}

static void pair_add(struct list *to, bool verify, const struct addresses *a)
{
	struct stream_pair *p = MEM_NEW(struct stream_pair);

	p->verify = verify;
	p->from = a->from_domain;
	p->to = a->to_domain;
	p->id = verify ? str_dup(a->id) : NULL;
	list_append(to, &p->link);
}

static struct stream_pair *pair_find(
	struct list *in, bool verify, bool proven, const struct addresses *a)
{
	list_for_each (it, in) {
		struct stream_pair *p = list_item(it, struct stream_pair, link);

		if (p->verify == verify && p->proven == proven &&
			str_eq(domain_str(&p->from), domain_str(&a->from_domain)) &&
			str_eq(domain_str(&p->to), domain_str(&a->to_domain)) &&
			(!verify || str_is(a->id, p->id)))
			return p;
	}
	return NULL;
}

static bool canonical(struct addresses *a)
{
	return domain_parse(a->from, &a->from_domain) && domain_parse(a->to, &a->to_domain);
}

/* ---- writing ---- */

static void open_write(struct buf *out, bool verify, struct str from, struct str to, struct str id)
{
	buf_put(out, verify ? STR("<db:verify from='") : STR("<db:result from='"));
	xml_escape_value(out, from);
	buf_put(out, STR("' to='"));
	xml_escape_value(out, to);
	if (verify) {
		buf_put(out, STR("' id='"));
		xml_escape_value(out, id);
	}
	buf_put_char(out, '\'');
}

static void close_write(struct buf *out, bool verify)
{
	buf_put(out, verify ? STR("</db:verify>") : STR("</db:result>"));
}

/* Swaps the addresses of the request. */
static void answer_write(struct buf *out, bool verify, const struct addresses *a,
	enum dialback_type type, enum stanza_condition c)
{
	open_write(out, verify, a->to, a->from, a->id);
	buf_printf(out, " type='%s'", type_names[type]);
	if (type != DIALBACK_ERROR) {
		buf_put(out, STR("/>"));
		return;
	}
	buf_put_char(out, '>');
	stanza_error_element(out, c, false, NULL);
	close_write(out, verify);
}

/* ---- what the peer asks ---- */

static enum stream_event request(
	struct stream *s, const struct xml_element *e, bool verify, const struct addresses *a)
{
	struct stream_pair *again = verify ? NULL : pair_find(&s->asked, false, true, a);

	if (s->o.role == STREAM_INITIATING) {
		/* Only a bidirectional stream could carry one (XEP-0288). */
		stream_fail(s, STREAM_UNSUPPORTED_STANZA_TYPE,
			"dialback is not asked for on this stream", NULL);
		return STREAM_WAIT;
	}
	if (!again && s->asked_count >= s->o.max_pairs) {
		answer_write(s->out, verify, a, DIALBACK_ERROR, CONDITION_RESOURCE_CONSTRAINT);
		return STREAM_WAIT;
	}
	if (again) {
		again->proven = false;
	} else {
		pair_add(&s->asked, verify, a);
		s->asked_count++;
	}
	s->info.db.key = str_of(e->text);
	return verify ? STREAM_DB_VERIFY : STREAM_DB_RESULT;
}

static void answer(struct stream *s, bool verify, const struct addresses *a,
	enum dialback_type type, enum stanza_condition c)
{
	struct stream_pair *p = pair_find(&s->asked, verify, false, a);

	if (!p || !stream_can_write(s))
		return;
	answer_write(s->out, verify, a, type, c);
	if (!verify && type == DIALBACK_VALID) {
		p->proven = true;
		stream_established(s);
		return;
	}
	s->asked_count--;
	pair_free(p);
}

void stream_db_result_answer(struct stream *s, struct str from, struct str to,
	enum dialback_type type, enum stanza_condition c)
{
	struct addresses a = { .from = from, .to = to };

	if (canonical(&a))
		answer(s, false, &a, type, c);
}

void stream_db_verify_answer(struct stream *s, struct str from, struct str to, struct str id,
	enum dialback_type type, enum stanza_condition c)
{
	struct addresses a = { .from = from, .to = to, .id = id };

	if (canonical(&a))
		answer(s, true, &a, type, c);
}

/* ---- what we ask ---- */

static bool send(struct stream *s, bool verify, struct addresses *a, struct str key)
{
	if (s->o.role != STREAM_INITIATING || !canonical(a))
		return false;
	if (s->state != STATE_OPEN && s->state != STATE_FEATURES)
		return false;
	pair_add(&s->sent, verify, a);
	open_write(s->out, verify, a->from, a->to, a->id);
	buf_put_char(s->out, '>');
	xml_escape_text(s->out, key);
	close_write(s->out, verify);
	return true;
}

bool stream_db_result(struct stream *s, struct str from, struct str to, struct str key)
{
	struct addresses a = { .from = from, .to = to };

	return send(s, false, &a, key);
}

bool stream_db_verify(
	struct stream *s, struct str from, struct str to, struct str id, struct str key)
{
	struct addresses a = { .from = from, .to = to, .id = id };

	return send(s, true, &a, key);
}

static void read_type(struct stream *s, const struct xml_element *e, const char *type)
{
	const struct xml_element *error = xml_element_child(e, NULL, "error");
	const struct xml_element *child = error ? error->child : NULL;
	bool known = false;

	s->info.db.condition = CONDITION_INTERNAL_SERVER_ERROR;
	s->info.db.type =
		DIALBACK_ERROR; /* a type that nobody knows leaves the pair unproven as well */
	if (strcmp(type, "valid") == 0)
		s->info.db.type = DIALBACK_VALID;
	else if (strcmp(type, "invalid") == 0)
		s->info.db.type = DIALBACK_INVALID;
	for (; child && !known; child = child->next)
		s->info.db.condition = stanza_condition_parse(child->name, &known);
}

/* Counts only when it answers what was sent on this stream: anybody can send a 'valid'. */
static enum stream_event response(struct stream *s, bool verify, const struct addresses *a)
{
	struct addresses asked = { .from = a->to,
		.to = a->from,
		.id = a->id,
		.from_domain = a->to_domain,
		.to_domain = a->from_domain };
	struct stream_pair *p = pair_find(&s->sent, verify, false, &asked);

	if (!p)
		return stream_count(s) ? STREAM_IGNORED : STREAM_WAIT;
	pair_free(p);
	if (!verify && s->info.db.type == DIALBACK_VALID)
		stream_established(s);
	return verify ? STREAM_DB_VERIFY_ANSWER : STREAM_DB_RESULT_ANSWER;
}

static enum stream_event on_db(struct stream *s, const struct xml_element *e, bool verify)
{
	const char *type = xml_element_attr(e, "type");
	struct addresses a = {
		.from = str_of(xml_element_attr(e, "from")),
		.to = str_of(xml_element_attr(e, "to")),
		.id = str_of(xml_element_attr(e, "id")),
	};

	if (!canonical(&a) || (verify && a.id.n == 0)) {
		stream_fail(s, STREAM_IMPROPER_ADDRESSING, "dialback without from, to or id", NULL);
		return STREAM_WAIT;
	}
	s->info.db.from = a.from;
	s->info.db.to = a.to;
	s->info.db.id = a.id;
	if (!type)
		return request(s, e, verify, &a);
	read_type(s, e, type);
	return response(s, verify, &a);
}

enum stream_event stream_on_db_result(struct stream *s, const struct xml_element *e)
{
	return on_db(s, e, false);
}

enum stream_event stream_on_db_verify(struct stream *s, const struct xml_element *e)
{
	return on_db(s, e, true);
}
