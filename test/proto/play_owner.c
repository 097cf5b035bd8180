/* SPDX-License-Identifier: MIT */
/* The owner's hand: one function per thing it can do, found by name. */
#include "play_owner.h"

#include <stdlib.h>

enum { ARGS = 6 };

/* One action. The words behind its name are in v, terminated copies are not needed by most. */
struct act {
	struct play *p;
	struct str v[ARGS];
	size_t n;
};

typedef bool act_fn(struct act *a);

static bool misuse(struct act *a)
{
	return play_failed(a->p, "the owner cannot do that", STR(""), STR(""));
}

/* "-" stands for nothing. */
static struct str arg(const struct act *a, size_t i)
{
	struct str s = i < a->n ? a->v[i] : (struct str){ NULL, 0 };

	if (s.n >= 2 && s.p[0] == '"')
		s = (struct str){ s.p + 1, s.n - 2 };
	return str_is(s, "-") ? (struct str){ NULL, 0 } : s;
}

static char *arg_z(const struct act *a, size_t i)
{
	return arg(a, i).p ? str_dup(arg(a, i)) : NULL;
}

static bool act_open(struct act *a)
{
	stream_open(a->p->stream, arg(a, 0), arg(a, 1));
	return true;
}

static unsigned offer(struct str name)
{
	static const struct {
		const char *name;
		unsigned bit;
	} rows[] = {
		{ "starttls", OFFER_STARTTLS },
		{ "required", OFFER_STARTTLS | OFFER_STARTTLS_REQUIRED },
		{ "external", OFFER_EXTERNAL },
		{ "dialback", OFFER_DIALBACK },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_is(name, rows[i].name))
			return rows[i].bit;
	return 0;
}

/* answer FROM TO [offers] */
static bool act_answer(struct act *a)
{
	unsigned offers = 0;

	for (size_t i = 2; i < a->n; i++) {
		if (!offer(a->v[i]))
			return misuse(a);
		offers |= offer(a->v[i]);
	}
	stream_answer(a->p->stream, arg(a, 0), arg(a, 1), offers);
	return true;
}

static bool act_secured(struct act *a)
{
	/* What the peer has said until now came in the clear. */
	while (play_feed(a->p))
		;
	stream_secured(a->p->stream);
	return true;
}

static bool act_starttls(struct act *a)
{
	return stream_starttls(a->p->stream) || misuse(a);
}

static bool act_auth_external(struct act *a)
{
	return stream_auth_external(a->p->stream) || misuse(a);
}

/* cannot WHAT: the stream must refuse it and write nothing. */
static bool act_cannot(struct act *a)
{
	struct stream *s = a->p->stream;
	struct str d = STR("a.example");
	size_t before = buf_len(&a->p->out);
	bool did = true;

	if (str_is(a->v[0], "starttls"))
		did = stream_starttls(s);
	else if (str_is(a->v[0], "auth-external"))
		did = stream_auth_external(s);
	else if (str_is(a->v[0], "db-result"))
		did = stream_db_result(s, d, d, d);
	else if (str_is(a->v[0], "db-verify"))
		did = stream_db_verify(s, d, d, d, d);
	if (did || buf_len(&a->p->out) != before)
		return play_failed(a->p, "the stream did it", a->v[0], STR("a refusal"));
	return true;
}

static bool act_auth_ok(struct act *a)
{
	stream_auth_result(a->p->stream, true, NULL, NULL);
	return true;
}

/* auth-failed CONDITION [text] */
static bool act_auth_failed(struct act *a)
{
	char *condition = arg_z(a, 0), *text = arg_z(a, 1);

	stream_auth_result(a->p->stream, false, condition, text);
	free(condition);
	free(text);
	return true;
}

static bool type_and_condition(
	const struct act *a, size_t i, enum dialback_type *type_out, enum stanza_condition *c_out)
{
	static const char *const names[] = { "request", "valid", "invalid", "error" };
	char *condition = arg_z(a, i + 1);
	bool known = true;

	*c_out = CONDITION_INTERNAL_SERVER_ERROR;
	if (condition)
		*c_out = stanza_condition_parse(condition, &known);
	free(condition);
	for (unsigned t = DIALBACK_VALID; known && t <= DIALBACK_ERROR; t++) {
		*type_out = (enum dialback_type)t;
		if (i < a->n && str_is(a->v[i], names[t]))
			return true;
	}
	return false;
}

/* db-result-answer FROM TO TYPE [CONDITION] */
static bool act_db_result_answer(struct act *a)
{
	enum dialback_type type;
	enum stanza_condition c;

	if (!type_and_condition(a, 2, &type, &c))
		return misuse(a);
	stream_db_result_answer(a->p->stream, arg(a, 0), arg(a, 1), type, c);
	return true;
}

/* db-verify-answer FROM TO ID TYPE [CONDITION] */
static bool act_db_verify_answer(struct act *a)
{
	enum dialback_type type;
	enum stanza_condition c;

	if (!type_and_condition(a, 3, &type, &c))
		return misuse(a);
	stream_db_verify_answer(a->p->stream, arg(a, 0), arg(a, 1), arg(a, 2), type, c);
	return true;
}

static bool act_db_result(struct act *a)
{
	return stream_db_result(a->p->stream, arg(a, 0), arg(a, 1), arg(a, 2)) || misuse(a);
}

static bool act_db_verify(struct act *a)
{
	return stream_db_verify(a->p->stream, arg(a, 0), arg(a, 1), arg(a, 2), arg(a, 3)) ||
	       misuse(a);
}

static bool act_stanzas(struct act *a)
{
	stream_stanzas(a->p->stream, str_is(arg(a, 0), "on") ? &play_sink : NULL, a->p);
	return true;
}

static bool act_established(struct act *a)
{
	stream_established(a->p->stream);
	return true;
}

static bool act_verifying(struct act *a)
{
	stream_verifying(a->p->stream, str_is(arg(a, 0), "on"), a->p->now);
	return true;
}

/* limits BYTES HARD */
static bool act_limits(struct act *a)
{
	struct scanner_limits l = a->p->options.limits;

	l.bytes = script_number(a->v[0]);
	l.hard_bytes = script_number(a->v[1]);
	stream_limits(a->p->stream, &l);
	return true;
}

static bool act_close(struct act *a)
{
	stream_close(a->p->stream, a->p->now);
	return true;
}

/* fail CONDITION [text] [app] */
static bool act_fail(struct act *a)
{
	char *condition = arg_z(a, 0), *text = arg_z(a, 1), *app = arg_z(a, 2);

	stream_fail(a->p->stream, stream_condition_parse(condition), text, app);
	free(condition);
	free(text);
	free(app);
	return true;
}

/* part CONDITION [text] */
static bool act_part(struct act *a)
{
	char *condition = arg_z(a, 0), *text = arg_z(a, 1);

	stream_part(a->p->stream, stream_condition_parse(condition), text, a->p->now);
	free(condition);
	free(text);
	return true;
}

static bool act_wait_anew(struct act *a)
{
	stream_wait_anew(a->p->stream, a->p->now);
	return true;
}

static bool act_idle(struct act *a)
{
	stream_idle(a->p->stream);
	return true;
}

static const struct {
	const char *name;
	size_t least;
	act_fn *fn;
} acts[] = {
	{ "open", 2, act_open },
	{ "answer", 2, act_answer },
	{ "secured", 0, act_secured },
	{ "starttls", 0, act_starttls },
	{ "auth-external", 0, act_auth_external },
	{ "cannot", 1, act_cannot },
	{ "auth-ok", 0, act_auth_ok },
	{ "auth-failed", 1, act_auth_failed },
	{ "db-result-answer", 3, act_db_result_answer },
	{ "db-verify-answer", 4, act_db_verify_answer },
	{ "db-result", 3, act_db_result },
	{ "db-verify", 4, act_db_verify },
	{ "stanzas", 1, act_stanzas },
	{ "established", 0, act_established },
	{ "verifying", 1, act_verifying },
	{ "limits", 2, act_limits },
	{ "close", 0, act_close },
	{ "fail", 1, act_fail },
	{ "part", 1, act_part },
	{ "wait-anew", 0, act_wait_anew },
	{ "idle", 0, act_idle },
};

bool play_owner(struct play *p, struct str line)
{
	struct act a = { .p = p };
	struct str name;

	script_word(&line, &name);
	while (a.n < ARGS && script_word(&line, &a.v[a.n]))
		a.n++;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (str_is(name, acts[i].name) && a.n >= acts[i].least)
			return acts[i].fn(&a);
	return misuse(&a);
}
