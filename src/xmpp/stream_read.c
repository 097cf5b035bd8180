/* SPDX-License-Identifier: MIT */
/*
 * From bytes to elements: one piece of the scanner at a time goes through the reader, a stanza to
 * the owner's sink, anything else into a small tree and to the handler that the table names. Holds
 * the limits before authentication. Decides what an element is, never what it means.
 */
#include "xmpp/stream_parts.h"

struct reason {
	enum stream_condition condition;
	const char *text;
};

static const struct reason scan_reasons[] = {
	[SCAN_RESTRICTED] = { STREAM_RESTRICTED_XML,
		"comments, processing instructions and DTDs are not allowed" },
	[SCAN_MALFORMED] = { STREAM_NOT_WELL_FORMED, NULL },
	[SCAN_LIMIT] = { STREAM_POLICY_VIOLATION, "too deep, or too many or too long attributes" },
	[SCAN_TOO_BIG] = { STREAM_POLICY_VIOLATION, "too big" },
};

static const struct reason read_reasons[] = {
	[READ_MALFORMED] = { STREAM_NOT_WELL_FORMED, NULL },
	[READ_RESTRICTED] = { STREAM_RESTRICTED_XML,
		"comments, processing instructions and DTDs are not allowed" },
	[READ_ENCODING] = { STREAM_UNSUPPORTED_ENCODING, "UTF-8 only" },
	[READ_VERSION] = { STREAM_NOT_WELL_FORMED, "XML 1.0 only" },
	[READ_DISAGREE] = { STREAM_NOT_WELL_FORMED, NULL },
};

#define IN(state)  (1u << (state))
#define BOTH_ROLES (1u << STREAM_RECEIVING | 1u << STREAM_INITIATING)
#define RECEIVING  (1u << STREAM_RECEIVING)
#define INITIATING (1u << STREAM_INITIATING)
#define ANY_STATE  (~0u)
#define FLOWING                                                                          \
	(IN(STATE_OPEN) | IN(STATE_CHALLENGE) | IN(STATE_FEATURES) | IN(STATE_PROCEED) | \
		IN(STATE_SASL))

/* Which element is expected when. What stands in no row ends the stream. */
static const struct {
	const char *ns, *name;
	unsigned roles, states;
	bool uncounted; /* bounded by max_pairs instead */
	stream_element_fn *handle;
} elements[] = {
	{ NS_STREAM, "error", BOTH_ROLES, ANY_STATE, true, stream_on_error },
	{ NS_STREAM, "features", INITIATING, IN(STATE_FEATURES), false, stream_on_features },
	{ NS_TLS, "starttls", RECEIVING, IN(STATE_OPEN) | IN(STATE_CHALLENGE), false,
		stream_on_starttls },
	{ NS_TLS, "proceed", INITIATING, IN(STATE_PROCEED), false, stream_on_proceed },
	{ NS_TLS, "failure", INITIATING, IN(STATE_PROCEED), false, stream_on_tls_failure },
	{ NS_SASL, "auth", RECEIVING, IN(STATE_OPEN) | IN(STATE_CHALLENGE), false, stream_on_auth },
	{ NS_SASL, "response", RECEIVING, IN(STATE_OPEN) | IN(STATE_CHALLENGE), false,
		stream_on_response },
	{ NS_SASL, "abort", RECEIVING, IN(STATE_OPEN) | IN(STATE_CHALLENGE), false,
		stream_on_abort },
	{ NS_SASL, "challenge", INITIATING, IN(STATE_SASL), false, stream_on_challenge },
	{ NS_SASL, "success", INITIATING, IN(STATE_SASL), false, stream_on_success },
	{ NS_SASL, "failure", INITIATING, IN(STATE_SASL), false, stream_on_sasl_failure },
	{ NS_DIALBACK, "result", BOTH_ROLES, FLOWING, true, stream_on_db_result },
	{ NS_DIALBACK, "verify", BOTH_ROLES, FLOWING, true, stream_on_db_verify },
};

bool stream_count(struct stream *s)
{
	if (s->established || ++s->early_elements <= s->o.early_elements)
		return true;
	stream_fail(s, STREAM_POLICY_VIOLATION, "too many elements before authentication", NULL);
	return false;
}

static void scan_failed(struct stream *s, enum scan_outcome o)
{
	const struct reason *r = &scan_reasons[o];

	if (o != SCAN_TOO_BIG)
		stream_fail(s, r->condition, r->text, NULL);
	else if (!s->established)
		stream_fail(s, r->condition, "too much before authentication", NULL);
	else
		stream_fail(s, r->condition, NULL, "stanza-too-big");
}

void stream_read_failed(struct stream *s, enum read_outcome o)
{
	stream_fail(s, read_reasons[o].condition, read_reasons[o].text, NULL);
}

static bool is_stanza(const struct xml_tag *tag)
{
	return str_is(tag->ns->uri, NS_SERVER) &&
	       (str_is(tag->local, "message") || str_is(tag->local, "presence") ||
		       str_is(tag->local, "iq"));
}

static enum stream_target target_of(const struct stream *s, const struct xml_tag *tag)
{
	if (is_stanza(tag))
		return s->sink.start ? TARGET_STANZA : TARGET_ILLEGAL;
	return s->reading.big ? TARGET_TOO_BIG : TARGET_TREE;
}

/* Where the events of this first-level element go. */
static void aim(struct stream *s, const struct xml_tag *tag)
{
	s->reading.target = target_of(s, tag);
	s->reading.to = (struct xml_sink){ 0 };
	if (s->reading.target == TARGET_STANZA) {
		s->reading.to = s->sink;
		s->reading.to_self = s->sink_self;
	} else if (s->reading.target == TARGET_TREE) {
		s->reading.to = xml_element_sink();
		s->reading.to_self = &s->reading.builder;
	}
}

static void on_start(void *self, const struct xml_tag *tag)
{
	struct stream *s = self;

	if (s->reading.depth++ == 0)
		aim(s, tag);
	if (s->reading.to.start)
		s->reading.to.start(s->reading.to_self, tag);
}

static void on_text(void *self, struct str text)
{
	struct stream *s = self;

	if (s->reading.to.text)
		s->reading.to.text(s->reading.to_self, text);
}

static void on_end(void *self)
{
	struct stream *s = self;

	s->reading.depth--;
	if (s->reading.to.end)
		s->reading.to.end(s->reading.to_self);
}

static bool parse(struct stream *s, struct str piece, bool oversize)
{
	static const struct xml_sink sink = { on_start, on_text, on_end };
	enum read_outcome o;

	s->reading.depth = 0;
	s->reading.big = oversize || s->info.bytes > s->o.early_bytes;
	if (oversize)
		o = xml_reader_start_tag(s->reader, piece, sink, s);
	else
		o = xml_reader_element(s->reader, piece, sink, s);
	if (o == READ_OK)
		return true;
	xml_element_free(s->reading.builder.root);
	s->reading.builder = (struct xml_element_builder){ 0 };
	stream_read_failed(s, o);
	return false;
}

static enum stream_event dispatch(struct stream *s, const struct xml_element *e)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (!(elements[i].roles & 1u << s->o.role) || !(elements[i].states & IN(s->state)))
			continue;
		if (!xml_element_is(e, elements[i].ns, elements[i].name))
			continue;
		if (!elements[i].uncounted && !stream_count(s))
			return STREAM_WAIT;
		return elements[i].handle(s, e);
	}
	/* What comes behind our closing tag is read for the peer's and for stanzas only. */
	if (s->state != STATE_CLOSING && stream_count(s))
		stream_fail(s, STREAM_UNSUPPORTED_STANZA_TYPE, "this element is not expected here",
			NULL);
	return STREAM_WAIT;
}

/* The element has been read and dropped from the input. */
static enum stream_event act(struct stream *s, bool oversize)
{
	switch (s->reading.target) {
	case TARGET_STANZA: return oversize ? STREAM_OVERSIZE : STREAM_STANZA;
	case TARGET_TREE:
		s->element = xml_element_take(&s->reading.builder);
		return dispatch(s, s->element);
	case TARGET_ILLEGAL:
		if (s->state != STATE_CLOSING)
			stream_fail(
				s, STREAM_NOT_AUTHORIZED, "no stanzas before authentication", NULL);
		return STREAM_WAIT;
	case TARGET_TOO_BIG:
		if (s->state != STATE_CLOSING)
			stream_fail(s, STREAM_POLICY_VIOLATION, NULL, "stanza-too-big");
		return STREAM_WAIT;
	}
	return STREAM_WAIT;
}

static void consume(struct stream *s, size_t n)
{
	buf_consume(s->in, n);
	s->taken += n;
}

static enum stream_event element(struct stream *s, struct str piece, size_t used, bool oversize)
{
	bool ok = parse(s, piece, oversize);

	consume(s, used);
	s->info.raw = oversize ? (struct str){ 0 } : piece;
	return ok ? act(s, oversize) : STREAM_WAIT;
}

/* The scanner sees that the root ends; that it is the tag that was opened is for us to see. */
static void closing_tag(struct stream *s, struct str piece)
{
	struct str name = str_of(s->peer.root);

	if (piece.n > 0)
		piece = str_trim((struct str){ piece.p + 2, piece.n - 3 });
	if (piece.n > 0 && !str_eq(piece, name))
		stream_read_failed(s, READ_MALFORMED);
	else
		stream_end(s, STREAM_CLOSED, STREAM_UNDEFINED_CONDITION, NULL);
}

/* What one piece may have. Before authentication that is what is left of the whole. */
static void apply_limits(struct stream *s)
{
	s->scanner.limits = s->o.limits;
	if (s->established)
		return;
	s->scanner.limits.bytes = s->o.early_bytes - s->early_bytes;
	s->scanner.limits.hard_bytes = s->scanner.limits.bytes;
}

/* ---- pieces ---- */

static enum stream_event take_piece(
	struct stream *s, enum scan_outcome o, struct str piece, size_t used)
{
	enum stream_event e = STREAM_WAIT;

	switch (o) {
	case SCAN_HEADER:
		e = stream_header_read(s, piece);
		consume(s, used);
		return e;
	case SCAN_ELEMENT:
	case SCAN_OVERSIZE: return element(s, piece, used, o == SCAN_OVERSIZE);
	case SCAN_CLOSE:
		closing_tag(s, piece);
		consume(s, used);
		return e;
	case SCAN_MORE:
	case SCAN_RESTRICTED:
	case SCAN_MALFORMED:
	case SCAN_LIMIT:
	case SCAN_TOO_BIG: break;
	}
	scan_failed(s, o);
	stream_fault_of_scanner(s, o);
	return e;
}

bool stream_read(struct stream *s, enum stream_event *event_out)
{
	struct str piece, all = buf_view(s->in);
	enum scan_outcome o;
	size_t used;

	apply_limits(s);
	o = scanner_next(&s->scanner, all, &piece, &used);
	if (o == SCAN_MORE) {
		if (used)
			buf_remove(s->in, scanner_kept(&s->scanner), used);
		s->taken += used;
		return false;
	}
	s->info.bytes = scanner_element_bytes(&s->scanner);
	if (!s->established)
		s->early_bytes += s->info.bytes;
	s->info.offset = s->taken + used - s->info.bytes;
	*event_out = take_piece(s, o, piece, used);
	/* What was consumed is still there. */
	if (s->end == STREAM_FAILED && !s->fault)
		stream_fault_of_piece(s, all, piece);
	return true;
}
