/* SPDX-License-Identifier: MIT */
/* The corpus: see corpus.h. Owns nothing; the only state is the seed of the call. */
#include "corpus.h"

#include <stdint.h>

struct corpus {
	struct buf *out;
	uint32_t seed;
	const char *from, *to; /* domains */
};

static uint32_t next(struct corpus *c)
{
	c->seed = c->seed * 1664525u + 1013904223u;
	return c->seed >> 8;
}

static const char *pick(struct corpus *c, const char *const *from, size_t n)
{
	return from[next(c) % n];
}

#define PICK(c, array) pick((c), (array), sizeof(array) / sizeof((array)[0]))

static void put_words(struct corpus *c, unsigned n)
{
	static const char *const words[] = { "the", "report", "is", "ready", "when", "you", "are",
		"please", "look", "at", "section", "four", "before", "noon", "thanks", "and",
		"tell", "me", "why", "not" };
	static const char *const foreign[] = { "Grüße", "aus", "Köln", "жду", "ответа", "сегодня",
		"会議は", "三時から", "señor", "mañana" };
	bool other = next(c) % 8 == 0;

	for (unsigned i = 0; i < n; i++)
		buf_printf(c->out, "%s%s", i ? " " : "", other ? PICK(c, foreign) : PICK(c, words));
	if (next(c) % 8 == 0)
		buf_printf(c->out, " &amp; &lt;more&gt;");
}

static void put_address(struct corpus *c, const char *name, const char *domain)
{
	static const char *const people[] = { "alice", "bob", "romeo", "juliet", "mercutio",
		"benvolio" };
	static const char *const places[] = { "desk-3af1", "Conversations.x81k", "gajim.NDVG5M2Q",
		"phone" };
	const char *who = PICK(c, people);

	buf_printf(c->out, " %s='%s@%s/%s'", name, who, domain, PICK(c, places));
}

static void put_addresses(struct corpus *c)
{
	uint32_t high, low;

	put_address(c, "from", c->from);
	put_address(c, "to", c->to);
	high = next(c);
	low = next(c) & 0xffff;
	buf_printf(c->out, " id='%08x-%04x'", high, low);
}

static void put_message(struct corpus *c)
{
	buf_printf(c->out, "<message");
	put_addresses(c);
	buf_printf(c->out, " type='chat' xml:lang='en'><body>");
	put_words(c, 8 + next(c) % 8);
	buf_printf(c->out, "</body><active xmlns='http://jabber.org/protocol/chatstates'/>");
	if (next(c) % 4 == 0) {
		buf_printf(c->out, "<html xmlns='http://jabber.org/protocol/xhtml-im'>"
				   "<body xmlns='http://www.w3.org/1999/xhtml'><p>");
		put_words(c, 8);
		buf_printf(c->out, "</p></body></html>");
	}
	buf_printf(c->out,
		"<request xmlns='urn:xmpp:receipts'/><origin-id id='%08x' xmlns='urn:xmpp:sid:0'/>"
		"</message>",
		next(c));
}

static void put_presence(struct corpus *c)
{
	uint32_t high, low;

	buf_printf(c->out, "<presence");
	put_addresses(c);
	buf_printf(c->out, "><show>away</show><status>");
	put_words(c, 4);
	high = next(c);
	low = next(c);
	buf_printf(c->out,
		"</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' "
		"hash='sha-1' node='http://gajim.org' ver='%08x%08xQ='/></presence>",
		high, low);
}

static void put_iq(struct corpus *c)
{
	buf_printf(c->out, "<iq");
	put_addresses(c);
	buf_printf(c->out, " type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
			   "<identity category='client' type='pc' name='Gajim'/>"
			   "<feature var='urn:xmpp:ping'/><feature var='urn:xmpp:time'/>"
			   "<feature var='jabber:iq:version'/></query></iq>");
}

static void put_groupchat(struct corpus *c)
{
	uint32_t high, low;

	buf_printf(c->out, "<message");
	put_addresses(c);
	buf_printf(c->out, " type='groupchat'><body>");
	put_words(c, 10 + next(c) % 10);
	high = next(c);
	low = next(c);
	buf_printf(c->out,
		"</body><stanza-id xmlns='urn:xmpp:sid:0' id='%08x%08x' by='room%u@rooms.%s'/>"
		"</message>",
		high, low, next(c) % 20, c->from);
}

void corpus_make_between(struct buf *b, unsigned stanzas, const char *from, const char *to)
{
	static void (*const kinds[])(struct corpus *) = {
		put_message,
		put_message,
		put_message,
		put_presence,
		put_presence,
		put_iq,
		put_groupchat,
		put_groupchat,
	};
	struct corpus c = { .out = b, .seed = 1, .from = from, .to = to };

	for (unsigned i = 0; i < stanzas; i++)
		kinds[next(&c) % (sizeof(kinds) / sizeof(kinds[0]))](&c);
}

void corpus_make(struct buf *b, unsigned stanzas)
{
	corpus_make_between(b, stanzas, "leaf.example", "remote.example");
}
