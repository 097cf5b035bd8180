/* SPDX-License-Identifier: MIT */
/*
 * A stream's life: its states, its clocks, and the loop that turns bytes into events. Owns the
 * reader, the scanner and every copy that an event points into; the two bufs are the owner's. Never
 * calls the owner, never asks for the time.
 */
#include "xmpp/stream.h"

#include "base/mem.h"
#include "xmpp/stream_parts.h"

#include <stdlib.h>

enum stream_clock { CLOCK_NONE, CLOCK_SETUP, CLOCK_CLOSING };

static const struct {
	const char *name;
	bool reads; /* false: the owner owes something first */
	enum stream_clock clock;
} states[STATES] = {
	[STATE_NEW] = { "new", false, CLOCK_SETUP },
	[STATE_HEADER] = { "header", true, CLOCK_SETUP },
	[STATE_ANSWER] = { "answer", false, CLOCK_SETUP },
	[STATE_FEATURES] = { "features", true, CLOCK_SETUP },
	[STATE_OPEN] = { "open", true, CLOCK_SETUP },
	[STATE_PROCEED] = { "proceed", true, CLOCK_SETUP },
	[STATE_TLS] = { "tls", false, CLOCK_SETUP },
	[STATE_CHALLENGE] = { "challenge", true, CLOCK_SETUP },
	[STATE_AUTH] = { "auth", false, CLOCK_SETUP },
	[STATE_SASL] = { "sasl", true, CLOCK_SETUP },
	[STATE_CLOSING] = { "closing", true, CLOCK_CLOSING },
	[STATE_ENDED] = { "ended", false, CLOCK_NONE },
};

static const char *const event_names[] = {
	[STREAM_WAIT] = "wait",
	[STREAM_HEADER] = "header",
	[STREAM_STARTTLS] = "starttls",
	[STREAM_AUTH] = "auth",
	[STREAM_FEATURES] = "features",
	[STREAM_AUTH_FAILED] = "auth-failed",
	[STREAM_READY] = "ready",
	[STREAM_DB_RESULT] = "db-result",
	[STREAM_DB_VERIFY] = "db-verify",
	[STREAM_DB_RESULT_ANSWER] = "db-result-answer",
	[STREAM_DB_VERIFY_ANSWER] = "db-verify-answer",
	[STREAM_IGNORED] = "ignored",
	[STREAM_STANZA] = "stanza",
	[STREAM_OVERSIZE] = "oversize",
	[STREAM_CLOSED] = "closed",
	[STREAM_PEER_ERROR] = "peer-error",
	[STREAM_FAILED] = "failed",
};

const char *stream_event_name(enum stream_event e)
{
	return event_names[e];
}

const char *stream_state_name(const struct stream *s)
{
	return states[s->state].name;
}

void stream_enter(struct stream *s, enum stream_state to)
{
	s->state = to;
}

struct stream *stream_new(
	const struct stream_options *o, struct buf *in, struct buf *out, uint64_t now_ms)
{
	struct stream *s = MEM_NEW(struct stream);

	s->o = *o;
	s->in = in;
	s->out = out;
	s->started_ms = s->now_ms = now_ms;
	s->secure = o->secure;
	scanner_init(&s->scanner, &o->limits);
	s->reader = xml_reader_new(o->classify);
	list_init(&s->asked);
	list_init(&s->sent);
	stream_enter(s, o->role == STREAM_RECEIVING ? STATE_HEADER : STATE_NEW);
	return s;
}

static void forget_event(struct stream *s)
{
	xml_element_free(s->element);
	s->element = NULL;
	s->info = (struct stream_info){ 0 };
	s->told = false;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	forget_event(s);
	stream_header_forget(s);
	stream_pairs_forget(s);
	xml_reader_free(s->reader);
	buf_fini(&s->authzid);
	free(s->identity.from);
	free(s->identity.to);
	free(s->from);
	free(s->to);
	free(s->fail_text);
	free(s->fault);
	free(s);
}

void stream_restart(struct stream *s)
{
	scanner_restart(&s->scanner);
	s->tag_open = false;
	s->taken = 0;
	stream_enter(s, STATE_HEADER);
}

bool stream_can_write(const struct stream *s)
{
	return s->tag_open && s->state != STATE_TLS;
}

/* The clock of the set-up stands still for as long as the owner verified, but not for ever. */
static uint64_t setup_deadline(const struct stream *s)
{
	uint64_t still = s->verified_ms;

	if (s->verifying || still > s->o.verify_ms)
		still = s->o.verify_ms;
	return s->started_ms + s->o.setup_ms + still;
}

uint64_t stream_deadline(const struct stream *s)
{
	switch (states[s->state].clock) {
	case CLOCK_NONE: return 0;
	case CLOCK_SETUP: return s->established ? 0 : setup_deadline(s);
	case CLOCK_CLOSING: return s->closing_ms + s->o.close_ms;
	}
	return 0;
}

void stream_verifying(struct stream *s, bool on, uint64_t now_ms)
{
	if (on == s->verifying)
		return;
	s->verifying = on;
	if (on)
		s->verify_since_ms = now_ms;
	else
		s->verified_ms += now_ms - s->verify_since_ms;
}

static void time_out(struct stream *s)
{
	if (s->state == STATE_CLOSING)
		stream_end(s, STREAM_CLOSED, STREAM_UNDEFINED_CONDITION, NULL);
	else
		stream_fail(s, STREAM_CONNECTION_TIMEOUT, "the set-up took too long", NULL);
}

static enum stream_event tell_end(struct stream *s)
{
	enum stream_event e = s->end;

	s->end = STREAM_WAIT;
	s->info = (struct stream_info){ 0 };
	s->info.fail.condition = s->end_condition;
	s->info.fail.text = str_of(s->fail_text);
	return e;
}

static enum stream_event read_on(struct stream *s)
{
	enum stream_event e = STREAM_WAIT;
	uint64_t deadline = stream_deadline(s);

	if (deadline && s->now_ms >= deadline)
		time_out(s);
	while (e == STREAM_WAIT) {
		if (s->end != STREAM_WAIT)
			return tell_end(s);
		if (!states[s->state].reads)
			return STREAM_WAIT;
		if (s->state == STATE_FEATURES && stream_peer_is_old(s))
			return stream_features_old(s);
		if (!stream_read(s, &e))
			return STREAM_WAIT;
		if (e == STREAM_WAIT)
			forget_event(s);
	}
	return e;
}

static void tell(struct stream *s, struct stream_info *info_out)
{
	s->told = true;
	s->info.peer.from = str_of(s->peer.from);
	s->info.peer.to = str_of(s->peer.to);
	s->info.peer.id = str_of(s->peer.id);
	s->info.peer.lang = str_of(s->peer.lang);
	s->info.peer.major = s->peer.major;
	s->info.peer.minor = s->peer.minor;
	*info_out = s->info;
}

/* Not inlined: stream_next() is called for every piece, and needs no frame where nothing is new. */
static __attribute__((noinline)) enum stream_event next(
	struct stream *s, struct stream_info *info_out)
{
	enum stream_event e;

	if (s->told)
		forget_event(s);
	e = read_on(s);
	if (e != STREAM_WAIT)
		tell(s, info_out);
	return e;
}

/* What a peer that sends a few bytes at a time mostly asks for. */
static bool nothing_new(struct stream *s)
{
	return s->established && s->state == STATE_OPEN && !s->told && s->end == STREAM_WAIT &&
	       scanner_waits(&s->scanner, buf_view(s->in));
}

enum stream_event stream_next(struct stream *s, uint64_t now_ms, struct stream_info *info_out)
{
	s->now_ms = now_ms;
	return nothing_new(s) ? STREAM_WAIT : next(s, info_out);
}

void stream_stanzas(struct stream *s, const struct xml_sink *sink, void *self)
{
	s->sink = sink ? *sink : (struct xml_sink){ 0 };
	s->sink_self = self;
}

void stream_limits(struct stream *s, const struct scanner_limits *limits)
{
	s->o.limits = *limits;
}

void stream_established(struct stream *s)
{
	s->established = true;
}

bool stream_is_open(const struct stream *s)
{
	return s->state != STATE_CLOSING && s->state != STATE_ENDED;
}

bool stream_is_secure(const struct stream *s)
{
	return s->secure;
}

void stream_idle(struct stream *s)
{
	xml_reader_idle(s->reader);
}

void stream_move(struct stream *s, struct buf *in, struct buf *out)
{
	s->in = in;
	s->out = out;
}
