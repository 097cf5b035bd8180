/* SPDX-License-Identifier: MIT */
/*
 * Random stanzas, made from the whole catalogue with fixed seeds, against random policies: what the
 * filter lets out is well-formed, free of what is stripped and folded, and a fixed point; and it
 * does not matter how the bytes were cut.
 */
#include "unit.h"

#include "filter_oracle.h"
#include "filter_shadows.h"

enum {
	POLICIES = 60,
	STANZAS = 250, /* for each policy */
	DEPTH = 5,
	PREFIXES = 3,
};

struct gen {
	uint64_t seed;
	struct buf out;
	bool bound[PREFIXES]; /* p, q, r are declared here */
};

static uint32_t gen_next(struct gen *g, uint32_t bound)
{
	g->seed ^= g->seed << 13;
	g->seed ^= g->seed >> 7;
	g->seed ^= g->seed << 17;
	return (uint32_t)(g->seed >> 33) % bound;
}

static bool chance(struct gen *g, unsigned percent)
{
	return gen_next(g, 100) < percent;
}

static const char *pick(struct gen *g, const char *const *from, size_t n)
{
	return from[gen_next(g, (uint32_t)n)];
}

#define PICK(g, array) pick((g), (array), sizeof(array) / sizeof((array)[0]))

static const char *any_namespace(struct gen *g)
{
	static const char *const often[] = { "jabber:client", "jabber:server", "urn:odd",
		"urn:odd:2", "urn:xmpp:forward:0", "http://jabber.org/protocol/muc",
		"http://jabber.org/protocol/muc#user", "http://jabber.org/protocol/pubsub#event",
		"http://jabber.org/protocol/pubsub", "urn:xmpp:jingle:1", "urn:xmpp:reference:0",
		"urn:ietf:params:xml:ns:xmpp-stanzas", "urn:xmpp:fallback:0", "vcard-temp",
		"http://jabber.org/protocol/chatstates", "http://jabber.org/protocol/xhtml-im",
		"http://www.w3.org/1999/xhtml", "urn:xmpp:jingle:1", "urn:xmpp:jingle:apps:rtp:1",
		"urn:xmpp:jingle:apps:file-transfer:5", "urn:xmpp:jingle:transports:ice-udp:1",
		"urn:xmpp:jingle-message:0", "http://jabber.org/protocol/disco#info",
		"jabber:x:data", "urn:xmpp:hashes:2", "urn:xmpp:rtt:0" };

	if (chance(g, 50))
		return PICK(g, often);
	return catalogue_rows[gen_next(g, catalogue_rows_count)].uri.p;
}

static const char *any_local(struct gen *g)
{
	static const char *const locals[] = { "body", "subject", "thread", "show", "status",
		"priority", "error", "message", "presence", "iq", "x", "x", "x", "item", "items",
		"history", "password", "forwarded", "event", "pubsub", "description", "content",
		"reason", "destroy", "composing", "html", "note", "fallback", "request", "query",
		"c", "gone", "text", "error", "PHOTO", "body", "feature", "jingle", "transport",
		"content", "description", "propose", "proceed", "hash", "field", "value" };

	return PICK(g, locals);
}

static void put_text(struct gen *g)
{
	static const char *const texts[] = { "x", " ", "\n\t", "away", "a &amp; b", "&lt;&#13;&gt;",
		"<![CDATA[<a>]]>", "Gr\xc3\xbc\xc3\x9f", "]]&gt;", "'\"", "?OTR:AA", " ?O", "TR,1",
		"\x20\x09\x20\x20\x09\x09\x09\x09", "\x20\x09\x20\x09\x20\x09\x20\x20",
		"\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20 \t",
		"-----BEGIN PGP ", "aesgcm:", "//" };

	buf_put(&g->out, str_of(PICK(g, texts)));
}

static void put_attrs(struct gen *g)
{
	static const char *const attrs[] = { " a='1'", " node='urn:xmpp:avatar:data'", " jid='j'",
		" xml:lang='en'", " stream:odd='&#10;&lt;'", " for='urn:xmpp:reply:0'",
		" code='110'", " seconds='1'", " parent='p'", " nick='&apos;'", " by='b'",
		" var='urn:xmpp:avatar:metadata+notify'", " src='data:,'", " uri='?OTR:A'",
		" anchor='aesgcm://x'", " action='session-initiate'", " sid='i1'" };
	static const char *const types[] = { " type='error'", " type='unavailable'",
		" type='set'" };
	uint32_t which = gen_next(g, 1u << (sizeof(attrs) / sizeof(attrs[0])));

	which &= gen_next(g, 1u << (sizeof(attrs) / sizeof(attrs[0])));
	for (unsigned i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		if (which >> i & 1)
			buf_put(&g->out, str_of(attrs[i]));
	if (chance(g, 20))
		buf_put(&g->out, str_of(PICK(g, types)));
	if (chance(g, 40))
		buf_put(&g->out, STR(" id='i1'"));
}

/* The attributes of the stanza itself: valid ones mostly, and some that mean nothing there. */
static void put_head(struct gen *g, char kind)
{
	static const char *const message[] = { "", " type='chat'", " type='groupchat'",
		" type='error'", " type='odd'" };
	static const char *const presence[] = { "", "", " type='unavailable'", " type='error'",
		" type='subscribe'", " type='probe'" };
	static const char *const iq[] = { " type='get'", " type='set'", " type='result'",
		" type='error'", " type='odd'" };

	buf_put(&g->out, STR(" from='a@a.example/r' to='b@b.example'"));
	buf_put(&g->out, str_of(kind == 'm'    ? PICK(g, message)
				 : kind == 'p' ? PICK(g, presence)
					       : PICK(g, iq)));
	if (kind == 'i' || chance(g, 50))
		buf_put(&g->out, STR(" id='&lt;1&apos;'"));
	if (chance(g, 20))
		buf_put(&g->out, STR(" xml:lang='de'"));
	if (chance(g, 20))
		buf_put(&g->out, STR(" stream:odd='x' odd='y'"));
}

/* One element with all that is in it. */
static void put_element(struct gen *g, unsigned depth, const char *local)
{
	unsigned prefix = gen_next(g, 2 * PREFIXES);
	bool before[PREFIXES];
	char name[64] = "";

	memcpy(before, g->bound, sizeof(before));
	if (prefix < PREFIXES)
		snprintf(name, sizeof(name), "%c:", "pqr"[prefix]);
	else if (chance(g, 5))
		snprintf(name, sizeof(name), "stream:");
	snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s", local);
	buf_printf(&g->out, "<%s", name);
	if (prefix < PREFIXES && (!g->bound[prefix] || chance(g, 30))) {
		buf_printf(&g->out, " xmlns:%c='%s'", "pqr"[prefix], any_namespace(g));
		g->bound[prefix] = true;
	}
	if (chance(g, prefix < PREFIXES ? 10 : 70))
		buf_printf(&g->out, " xmlns='%s'", any_namespace(g));
	put_attrs(g);
	buf_put_char(&g->out, '>');
	for (unsigned n = gen_next(g, 3); n > 0 && depth < DEPTH; n--) {
		for (unsigned m = gen_next(g, 3); m > 0; m--)
			put_text(g);
		put_element(g, depth + 1, any_local(g));
	}
	for (unsigned m = gen_next(g, 3); m > 0; m--)
		put_text(g);
	buf_printf(&g->out, "</%s>", name);
	memcpy(g->bound, before, sizeof(before));
}

/* Children that chance alone would hardly make. */
static void put_shape(struct gen *g)
{
	static const char *const shapes[] = {
		"<x xmlns='http://jabber.org/protocol/muc#user'><item jid='j@c.example/r' nick='n' "
		"role='none'><actor jid='k@c.example'/><reason>r</reason></item>"
		"<status code='110'/></x>",
		"<query xmlns='http://jabber.org/protocol/disco#info'><identity type='pc'/>"
		"<feature var='http://jabber.org/protocol/ibb'/>"
		"<feature var='urn:xmpp:jingle:apps:rtp:1'/><feature var='urn:xmpp:receipts'/>"
		"<feature var='http://jabber.org/protocol/mood+notify'/></query>",
		"<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s1'><content>"
		"<description xmlns='urn:xmpp:jingle:apps:rtp:1'/>"
		"<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/></content></jingle>",
		"<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s2'><content>"
		"<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/>"
		"<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></content></jingle>",
		"<jingle xmlns='urn:xmpp:jingle:1' action='transport-info' sid='s2'><content>"
		"<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/></content></jingle>",
		"<propose xmlns='urn:xmpp:jingle-message:0' id='s3'>"
		"<description xmlns='urn:xmpp:jingle:apps:rtp:1'/></propose>",
		"<encrypted xmlns='eu.siacs.conversations.axolotl'><payload>x</payload>"
		"</encrypted><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>",
		"<event xmlns='http://jabber.org/protocol/pubsub#event'><items "
		"node='urn:xmpp:avatar:metadata'><item id='1'/></items><items node='n'><item>"
		"<mood xmlns='http://jabber.org/protocol/mood'/></item><item/></items></event>",
		"<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish "
		"node='urn:xmpp:omemo:2:bundles'><item><x xmlns='urn:odd'/></item></publish>"
		"</pubsub>",
		"<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>?OTR:A"
		"</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>"
		"</forwarded>",
		"<body>hello</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body "
		"xmlns='http://www.w3.org/1999/xhtml'><img src='data:,'/>x</body></html>",
		"<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
		"<query xmlns='jabber:iq:version'/></error>",
		"<query xmlns='jabber:iq:version'/>",
		"<ping xmlns='urn:xmpp:ping'/>",
		"<addresses xmlns='http://jabber.org/protocol/address'><address type='to' "
		"jid='c@c.example'/><address type='cc' jid='x@b.example'/></addresses>",
		"<x xmlns='http://jabber.org/protocol/muc#user'><invite to='c@c.example'/></x>",
		"<x xmlns='jabber:x:data'><field var='a'><value>?OTR?v2?</value></field></x>",
		"<box xmlns='urn:odd'><x xmlns='jabber:x:data'><field><value>x -----BEGIN PGP "
		"</value></field></x></box>",
		"<error type='cancel'><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>?OTR:A"
		"</text><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
		"<query xmlns='http://jabber.org/protocol/muc#admin'><item jid='c@c.example' "
		"role='none'/></query>",
		"<reference xmlns='urn:xmpp:reference:0' uri='cid:x'>at nine<hash "
		"xmlns='urn:xmpp:hashes:2'>QUI=</hash></reference>",
	};

	buf_put(&g->out, str_of(PICK(g, shapes)));
}

/* As much as is too much where something is. */
static void put_much(struct gen *g)
{
	buf_printf(&g->out, "<x xmlns='urn:odd:2'>%*s</x>", 9000 + (int)gen_next(g, 2000), "");
}

static void put_stanza(struct gen *g)
{
	static const char *const kinds[] = { "message", "message", "presence", "presence", "iq" };
	const char *kind = PICK(g, kinds);
	bool prefixed = chance(g, 10);

	memset(g->bound, 0, sizeof(g->bound));
	buf_clear(&g->out);
	buf_printf(&g->out, prefixed ? "<p:%s" : "<%s", kind);
	if (prefixed)
		buf_put(&g->out, STR(" xmlns:p='jabber:server' xmlns='urn:odd'"));
	else if (chance(g, 20))
		buf_printf(&g->out, " xmlns:p='%s'", any_namespace(g));
	else
		buf_put(&g->out, STR(" xmlns:p='urn:unused'"));
	g->bound[0] = true;
	put_head(g, kind[0]);
	buf_put_char(&g->out, '>');
	for (unsigned n = kind[0] == 'i' && chance(g, 80) ? 1 : gen_next(g, 6); n > 0; n--) {
		if (chance(g, 10))
			put_text(g);
		if (!prefixed && chance(g, 25))
			put_shape(g);
		else
			put_element(g, 0, any_local(g));
	}
	if (chance(g, 2))
		put_much(g);
	buf_printf(&g->out, prefixed ? "</p:%s>" : "</%s>", kind);
}

static void random_list(struct gen *g, struct buf *line, const char *key)
{
	unsigned percent = 40 + gen_next(g, 60);

	buf_printf(line, "%s=%s ", key, chance(g, 30) ? "odd" : "none");
	for (unsigned i = 0; i < FEATURE_COUNT; i++)
		if (chance(g, percent))
			buf_printf(line, "%s=%s ", key, feature_name((enum feature)i));
}

static void random_rules(struct gen *g, struct buf *line)
{
	static const char *const keys[] = { "allow-from", "deny-from", "allow-to", "deny-to" };
	static const char *const patterns[] = { "a@a.example", "a@a.example/r", "*@a.example",
		"a.example", "*.example", "b@b.example", "b.example", "*.b.example", "c@c.example",
		"c.example", "room@b.example" };

	for (unsigned n = 1 + gen_next(g, LINE_RULES); n > 0; n--)
		buf_printf(line, "%s=%s ", PICK(g, keys), PICK(g, patterns));
}

static void random_keys(struct gen *g, struct buf *line)
{
	static const char *const words[] = { "muc-only ", "one-to-one-only ", "no-subscriptions ",
		"hide-jids ", "otherwise=block ", "short-bodies ", "bare-errors ", "small " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (chance(g, 8))
			buf_put(line, str_of(words[i]));
	if (chance(g, 15))
		random_list(g, line, "allow");
	if (chance(g, 15))
		random_list(g, line, "iq");
	if (chance(g, 15))
		random_rules(g, line);
}

/* Policies on a line, one of them in shadow now and then. */
static void random_policies(struct gen *g, struct buf *line)
{
	static const char *const folds[] = { "", "", "show ", "availability " };

	buf_clear(line);
	for (unsigned n = 1 + gen_next(g, 3); n > 0; n--) {
		unsigned percent = gen_next(g, n > 1 ? 20 : 40);
		unsigned blocks = chance(g, 50) ? gen_next(g, 20) : 0;

		buf_put(line, str_of(PICK(g, folds)));
		for (unsigned i = 0; i < FEATURE_COUNT; i++)
			if (chance(g, percent))
				buf_printf(line, "%s%s ", chance(g, blocks) ? "block=" : "",
					feature_name((enum feature)i));
		if (chance(g, 30))
			buf_put(line, str_of(chance(g, 30) ? "block=odd " : "odd "));
		random_keys(g, line);
		if (chance(g, 30))
			buf_put(line, STR("shadow "));
		if (chance(g, 20))
			buf_put(line, STR("refuse=drop "));
		if (n > 1)
			buf_put(line, STR("| "));
	}
}

struct counts {
	unsigned verdicts[VERDICT_INVALID + 1];
};

/* cmocka cuts long messages. */
static void report(const char *wrong, struct str line, struct str out, struct str in)
{
	print_error("%s:\n", wrong);
	fprintf(stderr, "%.*s\nunder %.*s\nfrom\n%.*s\n", STR_ARG(out), STR_ARG(line), STR_ARG(in));
	fail();
}

/* Told once more first: a session that the stanza begins is known then, both times. */
static void check_cut(struct rig *rig, struct str in)
{
	const struct filter_result *r = rig_feed(rig, in, SIZE_MAX);
	enum verdict verdict = r->verdict;
	const char *reason = r->reason;
	MEM_AUTO char *out = str_dup(r->bytes);

	r = rig_feed(rig, in, 1);
	assert_non_null(r);
	assert_int_equal(r->verdict, verdict);
	assert_string_equal(r->reason, reason);
	assert_str(r->bytes, out);
}

static void check_one(
	struct gen *g, struct shadows *s, struct str line, struct rig *again, struct counts *counts)
{
	struct str in = buf_view(&g->out);
	const struct filter_result *r = NULL;
	const char *wrong = NULL;

	for (unsigned i = 0; i < LINE_VIEWS; i++)
		if (!rig_feed(&s->rigs[i], in, SIZE_MAX))
			fail_msg("not read: %.*s\n%s", STR_ARG(in),
				xml_reader_error(s->rigs[i].reader));
	r = s->rigs[LINE_ENFORCED].result;
	counts->verdicts[r->verdict]++;
	if (r->verdict == VERDICT_PASS || r->verdict == VERDICT_FOLD)
		wrong = oracle_check(again, r->bytes);
	else
		assert_int_equal(r->bytes.n, 0);
	if (!wrong)
		wrong = oracle_size(again->table, r);
	if (!wrong)
		wrong = shadows_check(s);
	if (wrong)
		report(wrong, line, r->bytes, in);
	if (chance(g, 10))
		check_cut(&s->rigs[LINE_AS_WRITTEN], in);
}

static void what_comes_out_is_clean_and_stays_as_it_is(void **unused)
{
	static const char header[] =
		"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/"
		"streams' xmlns:q='http://jabber.org/protocol/xhtml-im' version='1.0'>";
	struct counts counts = { { 0 } };
	struct gen g = { .seed = 0x9e3779b97f4a7c15u };
	struct buf line = { 0 };

	(void)unused;
	buf_init(&g.out, 0);
	for (unsigned i = 0; i < POLICIES; i++) {
		struct shadows s;
		struct rig again;

		random_policies(&g, &line);
		shadows_init(&s, buf_view(&line), header);
		rig_init(&again, s.texts[LINE_ENFORCED].table, RIG_HEADER);
		again.context.from_room = chance(&g, 30);
		again.context.to_room = chance(&g, 30);
		for (unsigned j = 0; j < LINE_VIEWS; j++)
			s.rigs[j].context = again.context;
		for (unsigned j = 0; j < STANZAS; j++) {
			put_stanza(&g);
			check_one(&g, &s, buf_view(&line), &again, &counts);
		}
		rig_fini(&again);
		shadows_fini(&s);
	}
	buf_fini(&g.out);
	buf_fini(&line);
	/* A generator that only makes rubbish would prove nothing. */
	assert_true(counts.verdicts[VERDICT_PASS] > POLICIES * STANZAS / 50);
	assert_true(counts.verdicts[VERDICT_FOLD] > POLICIES * STANZAS / 4);
	assert_true(counts.verdicts[VERDICT_DROP] > POLICIES);
	assert_true(counts.verdicts[VERDICT_BOUNCE] > POLICIES);
	assert_true(counts.verdicts[VERDICT_INVALID] > POLICIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_out_is_clean_and_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
