/* SPDX-License-Identifier: MIT */
/*
 * Our initiating stream against our receiving stream, over two bufs that carry so many bytes at a
 * time. The handshake of TLS is a moment at which both bufs must be empty.
 */
#include "unit.h"

#include "xmpp/dialback.h"
#include "xmpp/stream.h"

enum { STANZAS = 50 };

struct plan {
	bool direct_tls;
	unsigned plain_offers, secure_offers;
	bool external_succeeds;
	const char *initiator_secret; /* the receiver's is "secret" */
	const char *want;             /* what happened, in order */
};

struct end {
	struct stream *stream;
	struct buf in, out;
	struct stream_info info;
};

struct wire {
	const struct plan *plan;
	struct end initiating, receiving;
	size_t step;
	struct buf story;
	unsigned stanzas;
	bool ended_here, ended_there;
};

static const struct stream_options options = {
	.early_bytes = 8192,
	.early_elements = 32,
	.max_pairs = 10,
	.setup_ms = 30000,
	.verify_ms = 45000,
	.close_ms = 5000,
	.limits = { .bytes = 10000,
		.hard_bytes = 20000,
		.depth = 20,
		.attributes = 20,
		.declarations = 10,
		.tag_bytes = 4000 },
};

static void tell(struct wire *w, const char *what)
{
	buf_put(&w->story, str_of(what));
	buf_put_char(&w->story, ' ');
}

/* ---- the receiving owner ---- */

static void sink_start(void *self, const struct xml_tag *tag)
{
	struct wire *w = self;

	w->stanzas += str_is(tag->local, "message");
}

static void sink_text(void *self, struct str text)
{
}

static void sink_end(void *self)
{
}

static const struct xml_sink sink = { sink_start, sink_text, sink_end };

static void answer_header(struct wire *w)
{
	struct stream *s = w->receiving.stream;
	const struct stream_info *i = &w->receiving.info;

	assert_str(i->peer.from, "a.example");
	assert_str(i->peer.to, "b.example");
	stream_answer(s, i->peer.to, i->peer.from,
		stream_is_secure(s) ? w->plan->secure_offers : w->plan->plain_offers);
}

static void answer_result(struct wire *w)
{
	struct stream *s = w->receiving.stream;
	const struct stream_info *i = &w->receiving.info;
	bool valid =
		dialback_key_check(STR("secret"), i->db.to, i->db.from, stream_id(s), i->db.key);

	stream_db_result_answer(s, i->db.from, i->db.to, valid ? DIALBACK_VALID : DIALBACK_INVALID,
		CONDITION_INTERNAL_SERVER_ERROR);
	if (valid)
		stream_stanzas(s, &sink, w);
}

static void authenticate(struct wire *w)
{
	struct stream *s = w->receiving.stream;

	assert_str(w->receiving.info.peer.authzid, "a.example");
	stream_auth_result(s, w->plan->external_succeeds, "not-authorized", "no");
	if (w->plan->external_succeeds)
		stream_stanzas(s, &sink, w);
}

static bool step_receiving(struct wire *w)
{
	enum stream_event e = stream_next(w->receiving.stream, 0, &w->receiving.info);

	if (e == STREAM_WAIT)
		return false;
	if (e == STREAM_HEADER)
		answer_header(w);
	else if (e == STREAM_AUTH)
		authenticate(w);
	else if (e == STREAM_DB_RESULT)
		answer_result(w);
	else if (e == STREAM_CLOSED)
		w->ended_there = true;
	else if (e != STREAM_STARTTLS && e != STREAM_STANZA)
		fail_msg("the receiving side: %s", stream_event_name(e));
	return true;
}

/* ---- the initiating owner ---- */

static void claim(struct wire *w)
{
	char key[DIGEST_HEX];

	dialback_key(str_of(w->plan->initiator_secret), STR("b.example"), STR("a.example"),
		w->initiating.info.peer.id, key);
	assert_true(stream_db_result(
		w->initiating.stream, STR("a.example"), STR("b.example"), str_of(key)));
}

static void choose(struct wire *w)
{
	struct stream *s = w->initiating.stream;

	if (w->initiating.info.offer.starttls)
		assert_true(stream_starttls(s));
	else if (w->initiating.info.offer.external)
		assert_true(stream_auth_external(s));
	else
		claim(w);
}

static void handshake(struct wire *w)
{
	assert_int_equal(buf_len(&w->initiating.out) + buf_len(&w->receiving.in), 0);
	assert_int_equal(buf_len(&w->receiving.out) + buf_len(&w->initiating.in), 0);
	assert_string_equal(stream_state_name(w->receiving.stream), "tls");
	stream_secured(w->receiving.stream);
	stream_secured(w->initiating.stream);
}

static void send_stanzas(struct wire *w)
{
	for (int i = 0; i < STANZAS; i++)
		buf_put(&w->initiating.out, STR("<message from='x@a.example' to='y@b.example'/>"));
	stream_close(w->initiating.stream, 0);
}

static bool step_initiating(struct wire *w)
{
	enum stream_event e = stream_next(w->initiating.stream, 0, &w->initiating.info);

	if (e == STREAM_WAIT)
		return false;
	tell(w, stream_event_name(e));
	if (e == STREAM_FEATURES)
		choose(w);
	else if (e == STREAM_STARTTLS)
		handshake(w);
	else if (e == STREAM_AUTH_FAILED)
		claim(w);
	else if (e == STREAM_READY)
		send_stanzas(w);
	else if (e == STREAM_DB_RESULT_ANSWER && w->initiating.info.db.type == DIALBACK_VALID)
		send_stanzas(w);
	else if (e == STREAM_DB_RESULT_ANSWER)
		stream_close(w->initiating.stream, 0);
	else if (e == STREAM_CLOSED)
		w->ended_here = true;
	else if (e != STREAM_HEADER)
		fail_msg("the initiating side: %s", stream_event_name(e));
	return true;
}

/* ---- the wire ---- */

static bool carry(struct wire *w, struct buf *from, struct buf *to)
{
	size_t n = buf_len(from) < w->step ? buf_len(from) : w->step;

	if (n == 0)
		return false;
	buf_put(to, (struct str){ buf_view(from).p, n });
	buf_consume(from, n);
	return true;
}

static bool turn(struct wire *w)
{
	bool moved = carry(w, &w->initiating.out, &w->receiving.in);

	while (step_receiving(w))
		moved = true;
	moved |= carry(w, &w->receiving.out, &w->initiating.in);
	while (step_initiating(w))
		moved = true;
	return moved;
}

static void end_fini(struct end *e)
{
	stream_free(e->stream);
	buf_fini(&e->in);
	buf_fini(&e->out);
}

static void converse(const struct plan *plan, size_t step, unsigned stanzas)
{
	struct wire w = { .plan = plan, .step = step };
	struct stream_options o = options;

	o.secure = plan->direct_tls;
	o.role = STREAM_INITIATING;
	w.initiating.stream = stream_new(&o, &w.initiating.in, &w.initiating.out, 0);
	o.role = STREAM_RECEIVING;
	w.receiving.stream = stream_new(&o, &w.receiving.in, &w.receiving.out, 0);
	stream_open(w.initiating.stream, STR("a.example"), STR("b.example"));
	while (turn(&w))
		;
	assert_true(w.ended_here && w.ended_there);
	assert_str(buf_view(&w.story), plan->want);
	assert_int_equal(w.stanzas, stanzas);
	end_fini(&w.initiating);
	end_fini(&w.receiving);
	buf_fini(&w.story);
}

static const size_t steps[] = { 1, 2, 7, 64, 100000 };

static void in_all_steps(const struct plan *plan, unsigned stanzas)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		converse(plan, steps[i], stanzas);
}

static void starttls_and_external_carry_stanzas(void **unused)
{
	static const struct plan plan = {
		.plain_offers = OFFER_STARTTLS | OFFER_STARTTLS_REQUIRED,
		.secure_offers = OFFER_EXTERNAL | OFFER_DIALBACK,
		.external_succeeds = true,
		.want = "header features starttls header features header ready closed ",
	};

	(void)unused;
	in_all_steps(&plan, STANZAS);
}

static void direct_tls_and_external_carry_stanzas(void **unused)
{
	static const struct plan plan = {
		.direct_tls = true,
		.secure_offers = OFFER_EXTERNAL,
		.external_succeeds = true,
		.want = "header features header ready closed ",
	};

	(void)unused;
	in_all_steps(&plan, STANZAS);
}

static void dialback_in_the_clear_carries_stanzas(void **unused)
{
	static const struct plan plan = {
		.plain_offers = OFFER_DIALBACK,
		.initiator_secret = "secret",
		.want = "header features db-result-answer closed ",
	};

	(void)unused;
	in_all_steps(&plan, STANZAS);
}

static void dialback_follows_a_failed_external(void **unused)
{
	static const struct plan plan = {
		.plain_offers = OFFER_STARTTLS,
		.secure_offers = OFFER_EXTERNAL,
		.initiator_secret = "secret",
		.want = "header features starttls header features auth-failed db-result-answer "
			"closed ",
	};

	(void)unused;
	in_all_steps(&plan, STANZAS);
}

static void a_key_of_another_secret_carries_nothing(void **unused)
{
	static const struct plan plan = {
		.plain_offers = OFFER_DIALBACK,
		.initiator_secret = "another",
		.want = "header features db-result-answer closed ",
	};

	(void)unused;
	in_all_steps(&plan, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starttls_and_external_carry_stanzas),
		cmocka_unit_test(direct_tls_and_external_carry_stanzas),
		cmocka_unit_test(dialback_in_the_clear_carries_stanzas),
		cmocka_unit_test(dialback_follows_a_failed_external),
		cmocka_unit_test(a_key_of_another_secret_carries_nothing),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
