/* SPDX-License-Identifier: MIT */
/*
 * Our initiating stream against our receiving one, and somebody in between who drops, repeats,
 * inserts and flips bytes or whole tags, plays them back later, cuts a direction, makes TLS with
 * one side alone, or lets time pass. What must hold whatever happens: no stanza is delivered before
 * a proof; neither side takes for proven what the other's owner has not proven; what one side hears
 * unharmed is what the other side said; what was done in the clear is forgotten on TLS; both end,
 * once; and all that either writes is well-formed.
 *
 * Input: byte 0 is the plan (enum plan), byte 1 how many bytes are carried at a time; then steps,
 * see step_next(). Behind the last step all that is left is carried.
 */
#include "fuzz_conversation.h"
#include "fuzz_output.h"
#include "fuzz_random.h"

#include <string.h>

/* ---- the wire ---- */

/* What a side has written since goes onto its wire, and into the record of all that it said. */
static void collect(struct side *s)
{
	buf_put(&s->said, buf_view(&s->out));
	if (!s->cut)
		buf_put(&s->wire, buf_view(&s->out));
	buf_clear(&s->out);
}

static void settle(struct talk *t)
{
	while (conversation_pump(t))
		;
	collect(&t->initiating);
	collect(&t->receiving);
}

static void deliver(struct talk *t, struct side *from, struct str bytes)
{
	struct side *to = from->other;

	/* XML is no handshake. An owner who fed it to the stream all the same would be told. */
	buf_put(to->wants_tls ? &to->early : &to->in, bytes);
	settle(t);
}

/* Carries the first n bytes of a wire, t->step at a time. */
static void carry(struct talk *t, struct side *from, size_t n)
{
	buf_clear(&from->carried);
	while (n > 0 && buf_len(&from->wire) > 0) {
		struct buf piece = { 0 };
		size_t some = n < t->step ? n : t->step;

		some = some < buf_len(&from->wire) ? some : buf_len(&from->wire);
		buf_put(&piece, (struct str){ buf_view(&from->wire).p, some });
		buf_consume(&from->wire, some);
		buf_put(&from->carried, buf_view(&piece));
		deliver(t, from, buf_view(&piece));
		buf_fini(&piece);
		n -= some;
	}
}

static void secure(struct talk *t, struct side *s)
{
	bool harmed = buf_len(&s->early) > 0;

	s->wants_tls = false;
	conversation_forget(t, s);
	buf_move(&s->in, &s->early);
	MUST(!stream_is_secure(s->stream));
	stream_secured(s->stream);
	MUST(stream_is_secure(s->stream));
	MUST(!harmed || !stream_is_open(s->stream));
}

/* A moment at which both sides have asked for it. */
static bool handshake(struct talk *t)
{
	if (!t->initiating.wants_tls || !t->receiving.wants_tls)
		return false;
	secure(t, &t->initiating);
	secure(t, &t->receiving);
	settle(t);
	return true;
}

/* Everything left is carried until nobody has anything to say. */
static void run_dry(struct talk *t)
{
	bool moved = true;

	while (moved) {
		moved = buf_len(&t->initiating.wire) + buf_len(&t->receiving.wire) > 0;
		carry(t, &t->initiating, SIZE_MAX);
		carry(t, &t->receiving, SIZE_MAX);
		moved |= handshake(t);
		moved |= conversation_answer_late(t);
		settle(t);
	}
}

/* Lets the other side talk until at least n bytes wait on this wire, or nothing moves. */
static size_t available(struct talk *t, struct side *from, size_t n)
{
	bool moved = true;

	while (moved && buf_len(&from->wire) < n) {
		moved = buf_len(&from->other->wire) > 0;
		carry(t, from->other, SIZE_MAX);
		if (buf_len(&from->wire) == 0)
			moved |= handshake(t);
		moved |= conversation_answer_late(t);
		settle(t);
	}
	return buf_len(&from->wire) < n ? buf_len(&from->wire) : n;
}

/* ---- somebody in between ---- */

static const char *const phrases[] = {
	"<db:result from='b.example' to='a.example' type='valid'/>",
	"<db:result from='b.example' to='more.example' type='valid'/>",
	"<db:result from='evil.example' to='a.example' type='valid'/>",
	"<db:result from='b.example' to='a.example' type='invalid'/>",
	"<db:verify from='b.example' to='a.example' id='1' type='valid'/>",
	"<db:result from='a.example' to='b.example'>x</db:result>",
	"<db:result from='evil.example' to='b.example'>0123456789abcdef</db:result>",
	"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
	"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>",
	"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
	"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>",
	"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'/>",
	"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>YS5leGFtcGxl</response>",
	"<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
	"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
	"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
	"<stream:features/>",
	"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL"
	"</mechanism></mechanisms></stream:features>",
	"<message from='x@a.example' to='y@b.example' id='evil'/>",
	"<iq from='x@evil.example' to='y@b.example' id='evil' type='get'><q xmlns='q'/></iq>",
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:"
	"dialback' xmlns:stream='http://etherx.jabber.org/streams' from='a.example' "
	"to='b.example' version='1.0'>",
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:"
	"dialback' xmlns:stream='http://etherx.jabber.org/streams' from='b.example' "
	"to='a.example' id='7' version='1.0'>",
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:"
	"dialback' xmlns:stream='http://etherx.jabber.org/streams' from='evil.example' "
	"to='b.example' version='1.0'>",
	"</stream:stream>",
	"<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
	" ",
	"<!--",
	"<a>",
};

/* The length of the first n tags on a wire. */
static size_t tags(const struct buf *wire, size_t n)
{
	struct str s = buf_view(wire);
	size_t i = 0;

	while (i < s.n && n > 0)
		n -= s.p[i++] == '>';
	return i;
}

/* Now, or behind what is on the wire. */
static void insert(struct talk *t, struct side *from, bool behind, struct str bytes)
{
	from->harmed |= bytes.n > 0;
	if (behind)
		buf_put(&from->wire, bytes);
	else
		deliver(t, from, bytes);
}

static void flip(struct side *from, size_t n, uint8_t mask)
{
	if (n == 0)
		return;
	from->wire.data[from->wire.start] ^= (char)mask;
	from->harmed |= mask != 0;
}

static void drop(struct side *from, size_t n)
{
	from->harmed |= n > 0;
	buf_consume(&from->wire, n);
}

static void repeat(struct talk *t, struct side *from, bool behind)
{
	struct buf copy = { 0 };

	buf_put(&copy, buf_view(&from->carried));
	insert(t, from, behind, buf_view(&copy));
	buf_fini(&copy);
}

/* The tags from number `first` on of all that a side has said. */
static void play_back(struct talk *t, struct side *from, bool behind, size_t first, size_t n)
{
	struct buf copy = { 0 };
	size_t at = tags(&from->said, first), end = tags(&from->said, first + n);

	buf_put(&copy, (struct str){ buf_view(&from->said).p + at, end - at });
	insert(t, from, behind, buf_view(&copy));
	buf_fini(&copy);
}

/* Somebody in between makes TLS with one side, who shows no certificate. */
static void intercept(struct talk *t, struct side *s)
{
	if (!s->wants_tls)
		return;
	secure(t, s);
	s->intercepted = true;
	s->harmed = s->other->harmed = true;
	settle(t);
}

/* What an owner, or the transport, does at any time. */
static void turn(struct talk *t, struct side *s, unsigned what)
{
	switch (what % 4) {
	case 0: intercept(t, s); break;
	case 1: stream_close(s->stream, t->now); break;
	case 2: stream_idle(s->stream); break;
	default:
		if (s->wants_tls)
			stream_fail(s->stream, STREAM_NOT_AUTHORIZED, "no TLS", NULL);
		break;
	}
	settle(t);
}

struct steps {
	const uint8_t *p;
	size_t n;
};

static uint8_t take(struct steps *s)
{
	if (s->n == 0)
		return 0;
	s->n--;
	return *s->p++;
}

static struct str take_bytes(struct steps *s, size_t n)
{
	struct str out = { (const char *)s->p, n < s->n ? n : s->n };

	s->p += out.n;
	s->n -= out.n;
	return out;
}

/* A step: what (bits 0 to 2), on which wire (bit 3), and a count. Bit 4: in tags and not in bytes;
 * or behind what is on the wire, and not now. Bits 5 to 7: more bytes; or another kind. */
static void step_next(struct talk *t, struct steps *s)
{
	enum { PASS, DROP, REPEAT, INSERT, FLIP, CUT, TIME, PHRASE };
	uint8_t op = take(s), count = take(s);
	struct side *from = op & 8 ? &t->receiving : &t->initiating;
	bool flag = op & 16;
	unsigned more = op >> 5;
	size_t n = 0;

	if ((op & 7) == PASS || (op & 7) == DROP) {
		size_t want = flag ? count % 16 : count * (1u + more);

		n = available(t, from, want);
		n = flag ? tags(&from->wire, want) : n;
	}
	switch (op & 7) {
	case PASS: carry(t, from, n); break;
	case DROP: drop(from, n); break;
	case REPEAT: repeat(t, from, flag); break;
	case INSERT:
		if (more)
			play_back(t, from, flag, count, more);
		else
			insert(t, from, flag, take_bytes(s, count));
		break;
	case FLIP: flip(from, available(t, from, 1), count); break;
	case CUT: from->cut = true; break;
	case TIME:
		if (more)
			turn(t, from, count);
		t->now += more ? 0 : count * UINT64_C(300);
		settle(t);
		break;
	default:
		insert(t, from, flag,
			str_of(phrases[count % (sizeof(phrases) / sizeof(*phrases))]));
		break;
	}
}

/* ---- the whole ---- */

/* After the end nothing does anything. */
static void check_dead(struct talk *t, struct side *s)
{
	struct str a = STR("a.example"), b = STR("b.example");

	MUST(buf_len(&s->out) == 0);
	stream_fail(s->stream, STREAM_RESET, "again", NULL);
	stream_close(s->stream, t->now);
	stream_answer(s->stream, a, b, OFFER_DIALBACK);
	stream_auth_result(s->stream, true, NULL, NULL);
	stream_db_result_answer(s->stream, a, b, DIALBACK_VALID, CONDITION_FORBIDDEN);
	stream_secured(s->stream);
	MUST(!stream_starttls(s->stream) && !stream_auth_external(s->stream));
	MUST(!stream_db_result(s->stream, a, b, a) && !stream_db_verify(s->stream, a, b, a, b));
	MUST(stream_next(s->stream, t->now, &s->info) == STREAM_WAIT);
	MUST(buf_len(&s->out) == 0);
}

/* A stream that is not established ends by its clock at the latest, and so does one that its owner
 * closes. */
static void end(struct talk *t, struct side *s)
{
	uint64_t deadline = stream_deadline(s->stream);

	if (deadline) {
		t->now = deadline > t->now ? deadline : t->now;
		settle(t);
		MUST(s->ends == 1);
	}
	stream_close(s->stream, t->now);
	t->now += CLOSE_MS;
	settle(t);
	MUST(s->ends == 1);
	MUST(stream_deadline(s->stream) == 0);
	check_dead(t, s);
	output_check(buf_view(&s->said));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { SIZE_MAX, 1, 3, 60 };
	struct steps steps = { data, size };
	struct talk t;

	fuzz_random_reset();
	xml_reader_global_init();
	conversation_init(&t, take(&steps));
	t.step = sizes[take(&steps) & 3];
	settle(&t);
	while (steps.n > 0)
		step_next(&t, &steps);
	run_dry(&t);
	conversation_finish(&t);
	run_dry(&t);
	end(&t, &t.initiating);
	end(&t, &t.receiving);
	conversation_fini(&t);
	return 0;
}
