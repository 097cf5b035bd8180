/* SPDX-License-Identifier: MIT */
/*
 * The two owners. The receiving one believes a certificate for a.example and keys made with its
 * secret; the initiating one sends stanzas over what was proven. Both note what they have given,
 * and compare it with what they are told. They know nothing of what happens in between.
 */
#include "fuzz_conversation.h"

#include "xmpp/dialback.h"

#include <string.h>

static const struct stream_options options = {
	.early_bytes = 8192,
	.early_elements = 32,
	.max_pairs = 4,
	.setup_ms = 30000,
	.verify_ms = 45000,
	.close_ms = CLOSE_MS,
	.limits = { .bytes = 4096,
		.hard_bytes = 16384,
		.depth = 20,
		.attributes = 20,
		.declarations = 10,
		.tag_bytes = 2000 },
};

/* ---- what was given ---- */

static struct domain domain_of(struct str text)
{
	struct domain d;

	MUST(domain_parse(text, &d));
	return d;
}

static struct claim claim_of(struct str from, struct str to, struct str id, bool verify)
{
	struct claim c = { .from = domain_of(from), .to = domain_of(to), .verify = verify };

	snprintf(c.id, sizeof(c.id), "%.*s", STR_ARG(id));
	return c;
}

static bool claim_same(const struct claim *a, const struct claim *b)
{
	return a->verify == b->verify && strcmp(a->from.s, b->from.s) == 0 &&
	       strcmp(a->to.s, b->to.s) == 0 && strcmp(a->id, b->id) == 0;
}

static struct claim *claims_find(struct claims *all, const struct claim *c)
{
	for (unsigned i = 0; i < all->n; i++)
		if (claim_same(&all->v[i], c))
			return &all->v[i];
	return NULL;
}

static void claims_add(struct claims *all, const struct claim *c)
{
	MUST(all->n < CLAIMS);
	all->v[all->n++] = *c;
}

static void claims_remove(struct claims *all, struct claim *c)
{
	*c = all->v[--all->n];
}

/* ---- stanzas ---- */

static void sink_start(void *self, const struct xml_tag *tag)
{
	struct talk *t = self;
	const struct side *s = &t->receiving;
	char want[16];

	MUST(s->proven);
	MUST(s->ends == 0);
	if (t->depth++ > 0 || t->initiating.harmed)
		return;
	snprintf(want, sizeof(want), "%u", t->delivered++);
	MUST(str_is(xml_tag_value(tag, STR("id")), want));
	MUST(t->delivered <= t->sent);
}

static void sink_text(void *self, struct str text)
{
	MUST(((struct talk *)self)->depth > 0);
}

static void sink_end(void *self)
{
	struct talk *t = self;

	MUST(t->depth-- > 0);
}

static const struct xml_sink sink = { sink_start, sink_text, sink_end };

static void send_stanzas(struct talk *t)
{
	if (!stream_is_open(t->initiating.stream))
		return;
	for (int i = 0; i < STANZAS; i++)
		buf_printf(&t->initiating.out,
			"<message from='x@a.example' to='y@b.example' id='%u'><body>%d</body>"
			"</message>",
			t->sent++, i);
}

static void want_tls(struct side *s)
{
	MUST(buf_len(&s->in) == 0);
	s->wants_tls = true;
}

static void ended(struct side *s)
{
	s->ends++;
	s->wants_tls = false;
}

/* ---- the receiving owner ---- */

static void believe(struct talk *t)
{
	t->receiving.proven = true;
	stream_stanzas(t->receiving.stream, &sink, t);
}

/* What the first header on TLS said is what every later one says. */
static void check_identity(struct side *s)
{
	struct domain from = { 0 }, to = domain_of(s->info.peer.to);

	if (s->info.peer.from.n > 0)
		from = domain_of(s->info.peer.from);
	MUST(!s->named || strcmp(s->named_from.s, from.s) == 0);
	MUST(!s->named || strcmp(s->named_to.s, to.s) == 0);
	s->named = true;
	s->named_from = from;
	s->named_to = to;
}

static void answer_header(struct talk *t)
{
	struct side *s = &t->receiving;
	const struct stream_info *i = &s->info;
	unsigned offers = t->plan & PLAN_DIALBACK ? OFFER_DIALBACK : 0;

	if (stream_is_secure(s->stream))
		check_identity(s);
	if (strcmp(domain_of(i->peer.to).s, "b.example") != 0) {
		stream_fail(s->stream, STREAM_HOST_UNKNOWN, NULL, NULL);
		return;
	}
	if (!stream_is_secure(s->stream) && t->plan & PLAN_STARTTLS)
		offers = OFFER_STARTTLS | OFFER_STARTTLS_REQUIRED;
	if (t->plan & PLAN_EXTERNAL)
		offers |= OFFER_EXTERNAL;
	stream_answer(s->stream, i->peer.to, i->peer.from, offers);
}

/* The certificate is a.example's. */
static bool certificate_proves(const struct talk *t, const struct stream_info *i)
{
	struct domain d;

	if (!(t->plan & PLAN_BELIEVED) || t->receiving.intercepted ||
		!domain_parse(i->peer.from, &d) || strcmp(d.s, "a.example") != 0)
		return false;
	return i->peer.authzid.n == 0 ||
	       (domain_parse(i->peer.authzid, &d) && strcmp(d.s, "a.example") == 0);
}

static void authenticate(struct talk *t)
{
	struct side *s = &t->receiving;
	bool good = certificate_proves(t, &s->info);

	MUST(stream_is_secure(s->stream));
	MUST(t->plan & PLAN_EXTERNAL);
	stream_auth_result(s->stream, good, "not-authorized", "no");
	t->auth_given |= good;
	if (good)
		believe(t);
}

static bool key_is_good(struct talk *t, struct str id)
{
	const struct stream_info *i = &t->receiving.info;
	struct domain from = domain_of(i->db.from), to = domain_of(i->db.to);
	bool good = dialback_key_check(
		STR("secret"), domain_str(&to), domain_str(&from), id, i->db.key);
	struct claim c = claim_of(i->db.from, i->db.to, id, false);

	/* Nobody else could make one. */
	MUST(!good || claims_find(&t->made, &c));
	return good;
}

static void give(struct talk *t, const struct debt *d)
{
	struct side *s = &t->receiving;
	struct str from = domain_str(&d->claim.from), to = domain_str(&d->claim.to);
	size_t before = buf_len(&s->out);
	bool gone = d->epoch != t->epoch || !stream_is_open(s->stream);

	if (d->claim.verify)
		stream_db_verify_answer(s->stream, from, to, str_of(d->claim.id), d->type,
			CONDITION_ITEM_NOT_FOUND);
	else
		stream_db_result_answer(s->stream, from, to, d->type, CONDITION_FORBIDDEN);
	/* What was asked before TLS began, or before the end, is answered to nobody. */
	MUST(!gone || buf_len(&s->out) == before);
	if (gone || d->type != DIALBACK_VALID || buf_len(&s->out) == before)
		return;
	if (!claims_find(&t->given, &d->claim))
		claims_add(&t->given, &d->claim);
	if (!d->claim.verify)
		believe(t);
}

static void owe(struct talk *t, bool verify)
{
	const struct stream_info *i = &t->receiving.info;
	struct str id = verify ? i->db.id : stream_id(t->receiving.stream);
	bool good = key_is_good(t, id);
	struct debt d = {
		.claim = claim_of(i->db.from, i->db.to, verify ? id : STR(""), verify),
		.epoch = t->epoch,
		.type = good              ? DIALBACK_VALID
			: i->db.key.n % 2 ? DIALBACK_INVALID
					  : DIALBACK_ERROR,
	};

	if (t->plan & PLAN_LATE && t->ndebts < CLAIMS) {
		stream_verifying(t->receiving.stream, true, t->now);
		t->debts[t->ndebts++] = d;
	} else {
		give(t, &d);
	}
}

/* An owner who is asked the same again on TLS has to know which one it answers. */
static bool asked_again(const struct talk *t, const struct debt *d)
{
	for (unsigned i = 0; i < t->ndebts; i++)
		if (t->debts[i].epoch != d->epoch && claim_same(&t->debts[i].claim, &d->claim))
			return true;
	return false;
}

bool conversation_answer_late(struct talk *t)
{
	struct debt d;

	if (t->ndebts == 0)
		return false;
	d = t->debts[0];
	memmove(t->debts, t->debts + 1, --t->ndebts * sizeof(*t->debts));
	if (t->ndebts == 0)
		stream_verifying(t->receiving.stream, false, t->now);
	if (!asked_again(t, &d))
		give(t, &d);
	return true;
}

/* An id too long for our notes is none that we have given. */
static bool id_fits(struct str id)
{
	return id.n < sizeof(((struct claim *)0)->id) && (!id.n || !memchr(id.p, '\0', id.n));
}

static void receive(struct talk *t, enum stream_event e)
{
	struct side *s = &t->receiving;

	switch (e) {
	case STREAM_HEADER: answer_header(t); break;
	case STREAM_STARTTLS: want_tls(s); break;
	case STREAM_AUTH: authenticate(t); break;
	case STREAM_DB_RESULT: owe(t, false); break;
	case STREAM_DB_VERIFY:
		if (id_fits(s->info.db.id))
			owe(t, true);
		break;
	case STREAM_STANZA:
	case STREAM_OVERSIZE:
		MUST(t->depth == 0);
		MUST(s->proven);
		break;
	case STREAM_CLOSED:
	case STREAM_PEER_ERROR:
	case STREAM_FAILED: ended(s); break;
	case STREAM_FEATURES:
	case STREAM_AUTH_FAILED:
	case STREAM_READY:
	case STREAM_DB_RESULT_ANSWER:
	case STREAM_DB_VERIFY_ANSWER: MUST(e == STREAM_WAIT); break; /* the other role's */
	case STREAM_IGNORED:
	case STREAM_WAIT: break;
	}
}

/* ---- the initiating owner ---- */

static void claim(struct talk *t, const char *from, bool verify)
{
	struct side *s = &t->initiating;
	struct str id = verify ? STR("other-stream") : s->info.peer.id;
	struct str secret = t->plan & PLAN_WRONG_SECRET ? STR("another") : STR("secret");
	struct claim c;
	char key[DIGEST_HEX];

	if (!id_fits(id) || t->made.n == CLAIMS || t->asked.n == CLAIMS)
		return;
	dialback_key(secret, STR("b.example"), str_of(from), id, key);
	if (!(verify ? stream_db_verify(s->stream, str_of(from), STR("b.example"), id, str_of(key))
		     : stream_db_result(s->stream, str_of(from), STR("b.example"), str_of(key))))
		return;
	c = claim_of(str_of(from), STR("b.example"), id, false);
	if (!(t->plan & PLAN_WRONG_SECRET) && !claims_find(&t->made, &c))
		claims_add(&t->made, &c);
	c = claim_of(str_of(from), STR("b.example"), verify ? id : STR(""), verify);
	claims_add(&t->asked, &c);
}

static void claim_more(struct talk *t)
{
	if (!(t->plan & PLAN_MORE))
		return;
	claim(t, "more.example", false);
	claim(t, "a.example", true);
}

static void choose(struct talk *t)
{
	struct side *s = &t->initiating;

	if (!stream_is_secure(s->stream))
		MUST(!stream_auth_external(s->stream));
	if (s->info.offer.starttls) {
		MUST(stream_starttls(s->stream));
	} else if (s->info.offer.external && stream_is_secure(s->stream)) {
		MUST(stream_auth_external(s->stream));
		t->auth_sent = true;
	} else {
		claim(t, "a.example", false);
		claim_more(t);
	}
}

static void ready(struct talk *t)
{
	MUST(stream_is_secure(t->initiating.stream));
	MUST(t->auth_sent);
	MUST(t->receiving.harmed || t->auth_given);
	t->initiating.proven = true;
	send_stanzas(t);
	claim_more(t);
}

static void answered(struct talk *t, bool verify)
{
	struct side *s = &t->initiating;
	const struct stream_info *i = &s->info;
	struct claim c = claim_of(i->db.to, i->db.from, verify ? i->db.id : STR(""), verify);
	struct claim *asked = claims_find(&t->asked, &c);

	MUST(asked);
	claims_remove(&t->asked, asked);
	if (i->db.type != DIALBACK_VALID)
		return;
	MUST(t->receiving.harmed || claims_find(&t->given, &c));
	if (verify)
		return;
	s->proven = true;
	send_stanzas(t);
}

static void initiate(struct talk *t, enum stream_event e)
{
	struct side *s = &t->initiating;

	switch (e) {
	case STREAM_FEATURES: choose(t); break;
	case STREAM_STARTTLS: want_tls(s); break;
	case STREAM_AUTH_FAILED:
		MUST(t->auth_sent);
		claim(t, "a.example", false);
		break;
	case STREAM_READY: ready(t); break;
	case STREAM_DB_RESULT_ANSWER: answered(t, false); break;
	case STREAM_DB_VERIFY_ANSWER: answered(t, true); break;
	case STREAM_CLOSED:
	case STREAM_PEER_ERROR:
	case STREAM_FAILED: ended(s); break;
	case STREAM_AUTH:
	case STREAM_DB_RESULT:
	case STREAM_DB_VERIFY:
	case STREAM_STANZA:
	case STREAM_OVERSIZE: MUST(e == STREAM_WAIT); break; /* the other role's */
	case STREAM_HEADER:
	case STREAM_IGNORED:
	case STREAM_WAIT: break;
	}
}

/* ---- both ---- */

static bool pump(struct talk *t, struct side *s, void (*handle)(struct talk *, enum stream_event))
{
	bool any = false;
	enum stream_event e;

	while ((e = stream_next(s->stream, t->now, &s->info)) != STREAM_WAIT) {
		any = true;
		MUST(s->ends == 0);
		handle(t, e);
	}
	MUST((s->ends == 1) == (strcmp(stream_state_name(s->stream), "ended") == 0));
	return any;
}

bool conversation_pump(struct talk *t)
{
	bool any = pump(t, &t->initiating, initiate);

	return pump(t, &t->receiving, receive) || any;
}

void conversation_forget(struct talk *t, struct side *s)
{
	s->proven = s->harmed = s->named = false;
	if (s == &t->receiving) {
		t->epoch++;
		t->given.n = 0;
		t->auth_given = false;
		return;
	}
	/* Nothing was proven to an owner who prefers TLS, so it has sent nothing. */
	MUST(t->sent == 0);
	t->delivered = 0;
	t->asked.n = 0;
	t->auth_sent = false;
}

void conversation_finish(struct talk *t)
{
	stream_close(t->initiating.stream, t->now);
}

void conversation_init(struct talk *t, unsigned plan)
{
	struct stream_options o = options;
	struct side *i = &t->initiating, *r = &t->receiving;

	*t = (struct talk){ .plan = plan, .now = 1000 };
	o.secure = plan & PLAN_DIRECT_TLS;
	o.role = STREAM_INITIATING;
	i->stream = stream_new(&o, &i->in, &i->out, t->now);
	o.role = STREAM_RECEIVING;
	r->stream = stream_new(&o, &r->in, &r->out, t->now);
	i->other = r;
	r->other = i;
	stream_open(i->stream, STR("a.example"), STR("b.example"));
}

static void side_fini(struct side *s)
{
	stream_free(s->stream);
	buf_fini(&s->in);
	buf_fini(&s->out);
	buf_fini(&s->early);
	buf_fini(&s->said);
	buf_fini(&s->wire);
	buf_fini(&s->carried);
}

void conversation_fini(struct talk *t)
{
	side_fini(&t->initiating);
	side_fini(&t->receiving);
}
