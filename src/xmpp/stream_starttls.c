/* SPDX-License-Identifier: MIT */
/*
 * The way into TLS (RFC 6120 5), both roles. Nothing that came in the clear may be read as if it
 * had come under TLS: bytes behind <starttls/> or <proceed/> end the stream.
 */
#include "xmpp/stream_parts.h"

/* One byte is enough: not even white space may stand there (RFC 6120 5.3.4). */
static bool bytes_behind(const struct stream *s)
{
	return buf_len(s->in) > 0;
}

enum stream_event stream_on_starttls(struct stream *s, const struct xml_element *e)
{
	(void)e;
	if (!(s->offers & (OFFER_STARTTLS | OFFER_STARTTLS_REQUIRED))) {
		buf_put(s->out, STR("<failure xmlns='" NS_TLS "'/>"));
		stream_end(s, STREAM_FAILED, STREAM_POLICY_VIOLATION,
			"TLS was asked for and not offered");
		return STREAM_WAIT;
	}
	if (bytes_behind(s)) {
		stream_fail(s, STREAM_POLICY_VIOLATION, "data behind <starttls/>", NULL);
		return STREAM_WAIT;
	}
	buf_put(s->out, STR("<proceed xmlns='" NS_TLS "'/>"));
	stream_enter(s, STATE_TLS);
	return STREAM_STARTTLS;
}

bool stream_starttls(struct stream *s)
{
	if (s->o.role != STREAM_INITIATING || s->state != STATE_OPEN || s->secure)
		return false;
	buf_put(s->out, STR("<starttls xmlns='" NS_TLS "'/>"));
	stream_enter(s, STATE_PROCEED);
	return true;
}

enum stream_event stream_on_proceed(struct stream *s, const struct xml_element *e)
{
	(void)e;
	stream_enter(s, STATE_TLS);
	if (bytes_behind(s)) {
		stream_fail(s, STREAM_POLICY_VIOLATION, "data behind <proceed/>", NULL);
		return STREAM_WAIT;
	}
	return STREAM_STARTTLS;
}

enum stream_event stream_on_tls_failure(struct stream *s, const struct xml_element *e)
{
	(void)e;
	stream_end(s, STREAM_FAILED, STREAM_POLICY_VIOLATION, "the peer refused TLS");
	return STREAM_WAIT;
}

/* What was proven in the clear is not proven now. The set-up clock is not wound up by it, but where
 * it had stopped it starts anew. */
static void forget(struct stream *s)
{
	stream_header_forget(s);
	stream_pairs_forget(s);
	stream_stanzas(s, NULL, NULL);
	s->id[0] = '\0';
	if (s->established)
		s->started_ms = s->now_ms;
	s->established = false;
}

void stream_secured(struct stream *s)
{
	if (s->state != STATE_TLS)
		return;
	forget(s);
	s->secure = true;
	stream_restart(s);
	if (s->o.role == STREAM_INITIATING)
		stream_header_write(s, str_of(s->from), str_of(s->to));
	if (bytes_behind(s))
		stream_fail(s, STREAM_POLICY_VIOLATION, "data in the clear behind the start of TLS",
			NULL);
}
