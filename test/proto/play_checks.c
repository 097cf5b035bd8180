/* SPDX-License-Identifier: MIT */
/* What a script may expect: bytes, events and their fields, stanzas, and how the stream stands. */
#include "play_checks.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- bytes ---- */

/* An id must be one of ours by its form (XEP-0220's NMTOKEN) and must never have been used. */
static bool take_id(struct play *p, struct str out)
{
	size_t n = RANDOM_ID - 1;

	if (out.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)out.p[i]))
			return false;
	memcpy(p->id, out.p, n);
	p->id[n] = '\0';
	if (buf_len(&p->ids) > 0 && memmem(p->ids.data, buf_len(&p->ids), p->id, n))
		return false;
	buf_put(&p->ids, str_of(p->id));
	return str_is(stream_id(p->stream), p->id);
}

/* Compares, with $NEWID standing for an id that was not seen yet and $ID for the last one. Lengths
 * differ from the text's, so the walk is over both. */
static bool matches(struct play *p, struct str out, struct str want)
{
	while (want.n > 0) {
		if (str_starts(want, STR("$NEWID"))) {
			if (!take_id(p, out))
				return false;
			want = str_skip(want, 6);
			out = str_skip(out, RANDOM_ID - 1);
		} else if (str_starts(want, STR("$ID"))) {
			if (!str_starts(out, str_of(p->id)))
				return false;
			want = str_skip(want, 3);
			out = str_skip(out, strlen(p->id));
		} else {
			if (out.n == 0 || *out.p != *want.p)
				return false;
			want = str_skip(want, 1);
			out = str_skip(out, 1);
		}
	}
	return out.n == 0;
}

static size_t least_length(struct str want)
{
	size_t n = 0;

	for (; want.n > 0; want = str_skip(want, 1)) {
		bool id = str_starts(want, STR("$NEWID"));

		n += id ? RANDOM_ID - 1 : 1;
		if (id)
			want = str_skip(want, 5);
	}
	return n;
}

/* Output needs no event to go with it: the stream is asked until enough is there, or an event, or
 * nothing. */
bool play_check_output(struct play *p, struct str want)
{
	size_t n = least_length(want);

	while (buf_len(&p->out) < n && p->event == STREAM_WAIT) {
		p->event = stream_next(p->stream, p->now, &p->info);
		if (buf_len(&p->out) < n && p->event == STREAM_WAIT && !play_feed(p))
			break;
	}
	if (!matches(p, buf_view(&p->out), want))
		return play_failed(p, "output", buf_view(&p->out), want);
	buf_clear(&p->out);
	return true;
}

/* ---- events ---- */

static char *copy(struct str s)
{
	return s.p ? str_dup(s) : mem_strdup("");
}

static char *offers(const struct stream_info *i)
{
	return mem_printf("%s%s%s%s%s%s%s", i->offer.version0 ? "version0," : "",
		i->offer.starttls ? "starttls," : "", i->offer.starttls_required ? "required," : "",
		i->offer.external ? "external," : "", i->offer.dialback ? "dialback," : "",
		i->offer.dialback_errors ? "errors," : "",
		i->offer.unsupported_required ? "unsupported," : "");
}

static const char *const db_types[] = { "request", "valid", "invalid", "error" };

static bool is_db(enum stream_event e)
{
	return e == STREAM_DB_RESULT || e == STREAM_DB_VERIFY || e == STREAM_DB_RESULT_ANSWER ||
	       e == STREAM_DB_VERIFY_ANSWER || e == STREAM_IGNORED;
}

static char *db_field(const struct stream_info *i, struct str name)
{
	if (str_is(name, "from"))
		return copy(i->db.from);
	if (str_is(name, "to"))
		return copy(i->db.to);
	if (str_is(name, "id"))
		return copy(i->db.id);
	if (str_is(name, "key"))
		return copy(i->db.key);
	if (str_is(name, "type"))
		return mem_strdup(db_types[i->db.type]);
	if (str_is(name, "condition"))
		return mem_strdup(stanza_condition_name(i->db.condition));
	return NULL;
}

static char *peer_field(const struct stream_info *i, struct str name)
{
	if (str_is(name, "from"))
		return copy(i->peer.from);
	if (str_is(name, "to"))
		return copy(i->peer.to);
	if (str_is(name, "id"))
		return copy(i->peer.id);
	if (str_is(name, "lang"))
		return copy(i->peer.lang);
	if (str_is(name, "version"))
		return mem_printf("%u.%u", i->peer.major, i->peer.minor);
	if (str_is(name, "authzid"))
		return copy(i->peer.authzid);
	if (str_is(name, "sasl"))
		return copy(i->peer.text);
	return NULL;
}

static char *field(const struct play *p, struct str name)
{
	const struct stream_info *i = &p->info;

	if (str_is(name, "bytes"))
		return mem_printf("%zu", i->bytes);
	if (str_is(name, "offer"))
		return offers(i);
	if (str_is(name, "text"))
		return copy(i->fail.text);
	if (is_db(p->event))
		return db_field(i, name);
	if (str_is(name, "condition"))
		return mem_strdup(stream_condition_name(i->fail.condition));
	return peer_field(i, name);
}

static struct str unquote(struct str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct str){ s.p + 1, s.n - 2 };
	return s;
}

static bool check_field(struct play *p, struct str word)
{
	const char *eq = memchr(word.p, '=', word.n);
	size_t n = eq ? (size_t)(eq - word.p) : word.n;
	MEM_AUTO char *got = field(p, (struct str){ word.p, n });
	struct str want = eq ? unquote(str_skip(word, n + 1)) : STR("");

	if (!got)
		return play_failed(p, "no such field", word, STR(""));
	if (!str_is(want, got))
		return play_failed(p, "field", str_of(got), word);
	return true;
}

bool play_check_event(struct play *p, struct str want)
{
	struct str name, word;
	bool ok = true;

	script_word(&want, &name);
	play_peek(p);
	if (!str_is(name, stream_event_name(p->event))) {
		MEM_AUTO char *got = mem_printf("%s (%s: %.*s)", stream_event_name(p->event),
			stream_condition_name(p->info.fail.condition), STR_ARG(p->info.fail.text));

		return play_failed(p, "event", str_of(got), name);
	}
	while (ok && script_word(&want, &word))
		ok = check_field(p, word);
	p->event = STREAM_WAIT;
	return ok;
}

/* ---- the rest ---- */

bool play_check_sink(struct play *p, struct str want)
{
	if (!str_eq(buf_view(&p->heard), want))
		return play_failed(p, "stanza", buf_view(&p->heard), want);
	buf_clear(&p->heard);
	return true;
}

static char *deadline(const struct play *p)
{
	uint64_t d = stream_deadline(p->stream);

	return d ? mem_printf("%llu", (unsigned long long)(d - PLAY_START)) : mem_strdup("none");
}

/* waiting | open | closed | secure | plain | state=NAME | deadline=MS|none | lang=XX | id=ID */
static bool holds(struct play *p, struct str word, char **got_out)
{
	struct str want = word;

	*got_out = NULL;
	if (str_is(word, "waiting"))
		return play_peek(p) == STREAM_WAIT && buf_len(&p->out) == 0;
	if (str_is(word, "open") || str_is(word, "closed"))
		return stream_is_open(p->stream) == str_is(word, "open");
	if (str_is(word, "secure") || str_is(word, "plain"))
		return stream_is_secure(p->stream) == str_is(word, "secure");
	if (str_starts(word, STR("state=")))
		*got_out = mem_printf("state=%s", stream_state_name(p->stream));
	else if (str_starts(word, STR("deadline="))) {
		MEM_AUTO char *d = deadline(p);

		*got_out = mem_printf("deadline=%s", d);
	} else if (str_starts(word, STR("lang=")))
		*got_out = mem_printf("lang=%.*s", STR_ARG(stream_lang(p->stream)));
	return *got_out && str_is(want, *got_out);
}

bool play_check_state(struct play *p, struct str want)
{
	struct str word;
	bool ok = true;

	while (ok && script_word(&want, &word)) {
		char *got;

		ok = holds(p, word, &got) ||
		     play_failed(p, "state", str_of(got ? got : "not so"), word);
		free(got);
	}
	return ok;
}
