/* SPDX-License-Identifier: MIT */
/*
 * How a stream ends (RFC 6120 4.4, 4.9): by closing tags, by an error of ours or of the peer's;
 * once, with one reason. Closing the transport is the owner's.
 */
#include "base/mem.h"
#include "xmpp/stream_parts.h"

#include <stdlib.h>

static void closing_tag_write(struct stream *s)
{
	if (stream_can_write(s))
		buf_put(s->out, STR("</stream:stream>"));
	s->tag_open = false;
}

void stream_end(struct stream *s, enum stream_event e, enum stream_condition c, const char *text)
{
	char *words = text ? mem_strdup(text) : NULL;

	closing_tag_write(s);
	free(s->fail_text);
	s->fail_text = words;
	s->end = e;
	s->end_condition = c;
	stream_enter(s, STATE_ENDED);
}

/* RFC 6120 4.9.1.2: an error needs an open stream. We stand in for a name only when it is ours to
 * answer for. */
static void open_for_error(struct stream *s, enum stream_condition c)
{
	struct str from = { NULL, 0 };

	if (s->tag_open || s->o.role == STREAM_INITIATING)
		return;
	if (s->state == STATE_ANSWER && c != STREAM_HOST_UNKNOWN)
		from = str_of(s->peer.to);
	stream_header_write(s, from, str_of(s->peer.from));
}

void stream_fail(struct stream *s, enum stream_condition c, const char *text, const char *app)
{
	if (s->state == STATE_ENDED)
		return;
	if (s->state != STATE_CLOSING && s->state != STATE_TLS)
		open_for_error(s, c);
	if (stream_can_write(s))
		stream_error_write(s->out, c, text, app);
	stream_end(s, STREAM_FAILED, c, text ? text : app);
}

void stream_close(struct stream *s, uint64_t now_ms)
{
	if (!stream_is_open(s))
		return;
	if (!stream_can_write(s)) {
		stream_end(s, STREAM_CLOSED, STREAM_UNDEFINED_CONDITION, NULL);
		return;
	}
	closing_tag_write(s);
	s->closing_ms = now_ms;
	stream_enter(s, STATE_CLOSING);
}

void stream_part(struct stream *s, enum stream_condition c, const char *text, uint64_t now_ms)
{
	if (stream_is_open(s) && stream_can_write(s))
		stream_error_write(s->out, c, text, NULL);
	stream_close(s, now_ms);
}

void stream_wait_anew(struct stream *s, uint64_t now_ms)
{
	s->closing_ms = now_ms;
}

/* Never answered with an error. Servers from before RFC 3920 put their words straight into the
 * element. */
enum stream_event stream_on_error(struct stream *s, const struct xml_element *e)
{
	const struct xml_element *text = xml_element_child(e, NS_ERRORS, "text");
	enum stream_condition c = STREAM_UNDEFINED_CONDITION;

	for (const struct xml_element *child = e->child; child; child = child->next) {
		if (child != text && strcmp(child->ns, NS_ERRORS) == 0) {
			c = stream_condition_parse(child->name);
			break;
		}
	}
	stream_end(s, STREAM_PEER_ERROR, c, text ? text->text : *e->text ? e->text : NULL);
	return STREAM_WAIT;
}
