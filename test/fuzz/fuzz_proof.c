/* SPDX-License-Identifier: MIT */
/*
 * What a peer shows as proof: base64, dialback keys, and the elements of SASL and dialback on a
 * receiving stream, against a model of what each must lead to.
 *
 * Input: byte 0 says whether there is TLS (bit 0), EXTERNAL is offered (bit 1) and how the bytes
 * are cut (bit 2); then records up to a NUL each. A record is a letter and fields, with a byte 1
 * between them: a<text> is <auth/> for EXTERNAL, m<mechanism>^<text> for any mechanism, r<text>
 * <response/>, x <abort/>, d<from>^<to>^<key> db:result, v<from>^<to>^<id>^<key> db:verify; k and
 * w are the same with the right key behind the given one.
 */
#include "fuzz_output.h"
#include "fuzz_random.h"

#include "base/digest.h"
#include "base/domain.h"
#include "base/mem.h"
#include "xml/writer.h"
#include "xmpp/dialback.h"
#include "xmpp/stream.h"

#include <openssl/evp.h>
#include <string.h>

#define SASL "urn:ietf:params:xml:ns:xmpp-sasl"

enum { FIELDS = 4, FAILURES = 3 };

struct peer {
	struct stream *stream;
	struct stream_info info;
	struct buf in, out;
	struct buf said;
	bool bytewise, tls, external;
	/* the model */
	unsigned failures;
	bool challenged, authenticated, over;
	/* what the record led to */
	struct buf text; /* the element */
	enum stream_event event;
	bool event_valid; /* the key was good */
};

/* ---- base64 by itself ---- */

/* libcrypto's decoder forgives much; whatever ours takes it has to take alike. */
static void check_base64(struct str in)
{
	MEM_AUTO char *ours = mem_alloc(in.n + 4);
	MEM_AUTO char *theirs = mem_alloc(in.n + 4);
	MEM_AUTO char *text = mem_alloc(4 * ((in.n + 2) / 3) + 1);
	size_t n = 0, again = 0;

	digest_base64_encode(in, text);
	MUST(digest_base64_decode(str_of(text), ours, &again) && again == in.n);
	MUST(again == 0 || memcmp(ours, in.p, again) == 0);
	if (!digest_base64_decode(in, ours, &n))
		return;
	MUST(n <= in.n / 4 * 3);
	if (in.n > 0)
		MUST(EVP_DecodeBlock((unsigned char *)theirs, (const unsigned char *)in.p,
			     (int)in.n) >= (int)n);
	MUST(memcmp(ours, theirs, n) == 0 || n == 0);
	/* One text per value. */
	digest_base64_encode((struct str){ ours, n }, text);
	MUST(str_eq(str_of(text), in));
}

/* ---- the stream ---- */

static const struct scanner_limits limits = { .bytes = 1 << 20,
	.hard_bytes = 1 << 20,
	.depth = 30,
	.attributes = 30,
	.declarations = 20,
	.tag_bytes = 1 << 20 };

static bool key_is_good(struct peer *p, struct str id)
{
	struct domain from, to;

	MUST(domain_parse(p->info.db.from, &from) && domain_parse(p->info.db.to, &to));
	return dialback_key_check(
		STR("secret"), domain_str(&to), domain_str(&from), id, p->info.db.key);
}

static void on_db(struct peer *p, bool verify)
{
	const struct stream_info *i = &p->info;
	bool good = key_is_good(p, verify ? i->db.id : stream_id(p->stream));
	enum dialback_type type = good ? DIALBACK_VALID : DIALBACK_INVALID;

	p->event_valid = good;
	if (verify)
		stream_db_verify_answer(
			p->stream, i->db.from, i->db.to, i->db.id, type, CONDITION_ITEM_NOT_FOUND);
	else
		stream_db_result_answer(
			p->stream, i->db.from, i->db.to, type, CONDITION_ITEM_NOT_FOUND);
}

static void on_header(struct peer *p)
{
	stream_answer(p->stream, p->info.peer.to, p->info.peer.from,
		OFFER_DIALBACK | (p->external ? OFFER_EXTERNAL : 0));
}

/* Only the header's own name is believed. */
static void on_auth(struct peer *p)
{
	struct str id = p->info.peer.authzid;

	buf_clear(&p->text);
	buf_put(&p->text, id);
	p->authenticated = id.n == 0 || str_is(id, "a.example");
	stream_auth_result(p->stream, p->authenticated, "invalid-authzid", NULL);
}

static void pump(struct peer *p)
{
	enum stream_event e;

	while ((e = stream_next(p->stream, 1000, &p->info)) != STREAM_WAIT) {
		MUST(!p->over);
		p->event = e;
		p->over = e == STREAM_FAILED || e == STREAM_CLOSED || e == STREAM_PEER_ERROR;
		if (e == STREAM_HEADER)
			on_header(p);
		else if (e == STREAM_AUTH)
			on_auth(p);
		else if (e == STREAM_DB_RESULT || e == STREAM_DB_VERIFY)
			on_db(p, e == STREAM_DB_VERIFY);
	}
}

/* What came of it is in event, out and text. */
static void say(struct peer *p, struct str bytes)
{
	p->event = STREAM_WAIT;
	p->event_valid = false;
	buf_put(&p->said, buf_view(&p->out));
	buf_clear(&p->out);
	for (size_t i = 0; p->bytewise && i < bytes.n; i++) {
		buf_put_char(&p->in, bytes.p[i]);
		pump(p);
	}
	if (!p->bytewise)
		buf_put(&p->in, bytes);
	pump(p);
}

static bool answered(const struct peer *p, const char *word)
{
	struct str out = buf_view(&p->out);

	return memmem(out.p, out.n, word, strlen(word)) != NULL;
}

static void header(struct peer *p)
{
	say(p, STR("<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
		   "xmlns:db='jabber:server:dialback' "
		   "xmlns:stream='http://etherx.jabber.org/streams' from='a.example' "
		   "to='b.example' version='1.0'>"));
	MUST(p->event == STREAM_HEADER);
}

/* ---- what XML can say ---- */

/* XML 1.0, 2.2; UTF-8 has no surrogates. */
static bool is_xml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

static bool is_xml(struct str s)
{
	while (s.n > 0) {
		uint32_t c = 0;
		size_t n = str_utf8(s, &c);

		if (n == 0 || !is_xml_char(c))
			return false;
		s = str_skip(s, n);
	}
	return true;
}

static bool all_xml(const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_xml(v[i]))
			return false;
	return true;
}

/* ---- SASL ---- */

static void expect_failure(struct peer *p, const char *condition)
{
	p->failures++;
	p->challenged = false;
	MUST(p->event == STREAM_WAIT);
	MUST(answered(p, condition));
	MUST(!answered(p, "<success"));
}

static void expect_response(struct peer *p, struct str text)
{
	MEM_AUTO char *value = mem_alloc(text.n + 4);
	struct str in = str_is(text, "=") ? STR("") : text;
	size_t n = 0;

	if (!digest_base64_decode(in, value, &n)) {
		expect_failure(p, "<incorrect-encoding/>");
		return;
	}
	p->challenged = false;
	MUST(str_eq(buf_view(&p->text), (struct str){ value, n }));
	if (p->authenticated) {
		MUST(p->event == STREAM_AUTH && answered(p, "<success"));
		header(p);
		return;
	}
	MUST(p->event == STREAM_AUTH);
	p->event = STREAM_WAIT;
	expect_failure(p, "<invalid-authzid/>");
}

static void auth(struct peer *p, struct str mechanism, struct str text)
{
	struct str was = STR("EXTERNAL");
	bool too_often = p->failures >= FAILURES;
	bool offered = p->external && !p->authenticated;

	buf_clear(&p->text);
	buf_put(&p->text, STR("<auth xmlns='" SASL "' mechanism='"));
	xml_escape_value(&p->text, mechanism);
	buf_put(&p->text, STR("'>"));
	xml_escape_text(&p->text, text);
	buf_put(&p->text, STR("</auth>"));
	MEM_AUTO char *bytes = str_dup(buf_view(&p->text));
	say(p, str_of(bytes));
	if (too_often)
		MUST(p->event == STREAM_FAILED && answered(p, "<policy-violation"));
	else if (!p->tls)
		expect_failure(p, "<encryption-required/>");
	else if (!offered || !str_eq(mechanism, was))
		expect_failure(p, "<invalid-mechanism/>");
	else if (text.n > 0)
		expect_response(p, text);
	else
		p->challenged = answered(p, "<challenge") && p->event == STREAM_WAIT;
	MUST(text.n > 0 || too_often || !p->tls || !offered || !str_eq(mechanism, was) ||
		p->challenged);
}

static void response(struct peer *p, struct str text)
{
	bool asked = p->challenged;

	buf_clear(&p->text);
	buf_put(&p->text, STR("<response xmlns='" SASL "'>"));
	xml_escape_text(&p->text, text);
	buf_put(&p->text, STR("</response>"));
	MEM_AUTO char *bytes = str_dup(buf_view(&p->text));
	say(p, str_of(bytes));
	if (asked)
		expect_response(p, text);
	else
		expect_failure(p, "<malformed-request/>");
}

/* ---- dialback ---- */

static void put_attribute(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, " %s='", name);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

/* What is presented: `given`, and behind it the right key when that is wanted. True when it is the
 * right one, and nothing but white space is around it. */
static bool put_key(struct peer *p, bool verify, bool right, const struct str *v)
{
	struct str given = v[verify ? 3 : 2];
	struct domain from, to;
	char key[DIGEST_HEX];

	xml_escape_text(&p->text, given);
	if (!domain_parse(v[0], &from) || !domain_parse(v[1], &to))
		return false;
	dialback_key(STR("secret"), domain_str(&to), domain_str(&from),
		verify ? v[2] : stream_id(p->stream), key);
	if (!right)
		return str_is(str_trim(given), key);
	buf_put(&p->text, str_of(key));
	return str_trim(given).n == 0;
}

static void expect_claim(struct peer *p, bool verify, bool good, const struct str *v)
{
	const char *valid = verify ? "<db:verify" : "<db:result";
	struct domain d;

	if (!domain_parse(v[0], &d) || !domain_parse(v[1], &d) || (verify && v[2].n == 0)) {
		MUST(p->event == STREAM_FAILED && answered(p, "<improper-addressing"));
		return;
	}
	MUST(p->event == (verify ? STREAM_DB_VERIFY : STREAM_DB_RESULT));
	MUST(p->event_valid == good);
	MUST(answered(p, valid));
	MUST(answered(p, good ? "type='valid'" : "type='invalid'"));
}

static void claim(struct peer *p, bool verify, bool right, const struct str *v)
{
	bool good;

	buf_clear(&p->text);
	buf_put(&p->text, verify ? STR("<db:verify") : STR("<db:result"));
	put_attribute(&p->text, "from", v[0]);
	put_attribute(&p->text, "to", v[1]);
	if (verify)
		put_attribute(&p->text, "id", v[2]);
	buf_put_char(&p->text, '>');
	good = put_key(p, verify, right, v);
	buf_put(&p->text, verify ? STR("</db:verify>") : STR("</db:result>"));
	MEM_AUTO char *bytes = str_dup(buf_view(&p->text));
	say(p, str_of(bytes));
	expect_claim(p, verify, good, v);
}

/* ---- records ---- */

static void split(struct str s, struct str v[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		const char *end = s.n ? memchr(s.p, 1, s.n) : NULL;
		size_t n = end ? (size_t)(end - s.p) : s.n;

		v[i] = (struct str){ s.p, n };
		s = str_skip(s, end ? n + 1 : n);
	}
}

static void record(struct peer *p, struct str s)
{
	struct str v[FIELDS];
	char kind;

	if (s.n == 0)
		return;
	kind = s.p[0];
	split(str_skip(s, 1), v);
	for (int i = 0; i < FIELDS; i++)
		check_base64(v[i]);
	if (!all_xml(v, FIELDS))
		return;
	if (kind == 'a')
		auth(p, STR("EXTERNAL"), v[0]);
	else if (kind == 'm')
		auth(p, v[0], v[1]);
	else if (kind == 'r')
		response(p, v[0]);
	else if (kind == 'd' || kind == 'k')
		claim(p, false, kind == 'k', v);
	else if (kind == 'v' || kind == 'w')
		claim(p, true, kind == 'w', v);
	else if (kind == 'x') {
		say(p, STR("<abort xmlns='" SASL "'/>"));
		expect_failure(p, "<aborted/>");
	}
}

static void peer_init(struct peer *p, unsigned flags)
{
	struct stream_options o = {
		.role = STREAM_RECEIVING,
		.secure = flags & 1,
		.early_bytes = 1 << 20,
		.early_elements = 1 << 20,
		.max_pairs = 1 << 20,
		.setup_ms = 30000,
		.verify_ms = 45000,
		.close_ms = 5000,
		.limits = limits,
	};

	*p = (struct peer){ .tls = flags & 1, .external = flags & 2, .bytewise = flags & 4 };
	p->stream = stream_new(&o, &p->in, &p->out, 1000);
	header(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data + (size ? 1 : 0), size ? size - 1 : 0 };
	struct peer p;

	fuzz_random_reset();
	xml_reader_global_init();
	peer_init(&p, size ? data[0] : 0);
	while (in.n > 0 && !p.over) {
		const char *end = memchr(in.p, '\0', in.n);
		size_t n = end ? (size_t)(end - in.p) : in.n;

		record(&p, (struct str){ in.p, n });
		in = str_skip(in, end ? n + 1 : n);
	}
	buf_put(&p.said, buf_view(&p.out));
	output_check(buf_view(&p.said));
	stream_free(p.stream);
	buf_fini(&p.in);
	buf_fini(&p.out);
	buf_fini(&p.said);
	buf_fini(&p.text);
	return 0;
}
