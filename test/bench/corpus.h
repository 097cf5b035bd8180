/* SPDX-License-Identifier: MIT */
/*
 * Stanzas as they cross: messages with chat state, receipt and id, some with XHTML-IM; presence
 * with show, status and capabilities; disco answers; groupchat. About 350 bytes each, every eighth
 * body not ASCII. From a fixed seed, so that every run measures the same bytes.
 */
#pragma once

#include "base/buf.h"

#include <stdint.h>

static uint32_t corpus_next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static const char *corpus_pick(uint32_t *seed, const char *const *from, size_t n)
{
	return from[corpus_next(seed) % n];
}

#define CORPUS_PICK(seed, array) corpus_pick((seed), (array), sizeof(array) / sizeof((array)[0]))

static void corpus_words(struct buf *b, uint32_t *seed, unsigned n)
{
	static const char *const words[] = { "the", "report", "is", "ready", "when", "you", "are",
		"please", "look", "at", "section", "four", "before", "noon", "thanks", "and",
		"tell", "me", "why", "not" };
	static const char *const foreign[] = { "Grüße", "aus", "Köln", "жду", "ответа", "сегодня",
		"会議は", "三時から", "señor", "mañana" };
	bool other = corpus_next(seed) % 8 == 0;

	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "%s%s", i ? " " : "",
			other ? CORPUS_PICK(seed, foreign) : CORPUS_PICK(seed, words));
	if (corpus_next(seed) % 8 == 0)
		buf_printf(b, " &amp; &lt;more&gt;");
}

static void corpus_addresses(struct buf *b, uint32_t *seed)
{
	static const char *const people[] = { "alice", "bob", "romeo", "juliet", "mercutio",
		"benvolio" };
	static const char *const places[] = { "desk-3af1", "Conversations.x81k", "gajim.NDVG5M2Q",
		"phone" };

	buf_printf(b, " from='%s@leaf.example/%s' to='%s@remote.example/%s' id='%08x-%04x'",
		CORPUS_PICK(seed, people), CORPUS_PICK(seed, places), CORPUS_PICK(seed, people),
		CORPUS_PICK(seed, places), corpus_next(seed), corpus_next(seed) & 0xffff);
}

static void corpus_message(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<message");
	corpus_addresses(b, seed);
	buf_printf(b, " type='chat' xml:lang='en'><body>");
	corpus_words(b, seed, 8 + corpus_next(seed) % 8);
	buf_printf(b, "</body><active xmlns='http://jabber.org/protocol/chatstates'/>");
	if (corpus_next(seed) % 4 == 0) {
		buf_printf(b, "<html xmlns='http://jabber.org/protocol/xhtml-im'>"
			      "<body xmlns='http://www.w3.org/1999/xhtml'><p>");
		corpus_words(b, seed, 8);
		buf_printf(b, "</p></body></html>");
	}
	buf_printf(b,
		"<request xmlns='urn:xmpp:receipts'/><origin-id id='%08x' xmlns='urn:xmpp:sid:0'/>"
		"</message>",
		corpus_next(seed));
}

static void corpus_presence(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<presence");
	corpus_addresses(b, seed);
	buf_printf(b, "><show>away</show><status>");
	corpus_words(b, seed, 4);
	buf_printf(b,
		"</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' "
		"hash='sha-1' node='http://gajim.org' ver='%08x%08xQ='/></presence>",
		corpus_next(seed), corpus_next(seed));
}

static void corpus_iq(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<iq");
	corpus_addresses(b, seed);
	buf_printf(b, " type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
		      "<identity category='client' type='pc' name='Gajim'/>"
		      "<feature var='urn:xmpp:ping'/><feature var='urn:xmpp:time'/>"
		      "<feature var='jabber:iq:version'/></query></iq>");
}

static void corpus_groupchat(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<message");
	corpus_addresses(b, seed);
	buf_printf(b, " type='groupchat'><body>");
	corpus_words(b, seed, 10 + corpus_next(seed) % 10);
	buf_printf(b,
		"</body><stanza-id xmlns='urn:xmpp:sid:0' id='%08x%08x' "
		"by='room%u@rooms.leaf.example'/></message>",
		corpus_next(seed), corpus_next(seed), corpus_next(seed) % 20);
}

static void corpus_make(struct buf *b, unsigned stanzas)
{
	static void (*const kinds[])(struct buf *, uint32_t *) = {
		corpus_message,
		corpus_message,
		corpus_message,
		corpus_presence,
		corpus_presence,
		corpus_iq,
		corpus_groupchat,
		corpus_groupchat,
	};
	uint32_t seed = 1;

	for (unsigned i = 0; i < stanzas; i++)
		kinds[corpus_next(&seed) % (sizeof(kinds) / sizeof(kinds[0]))](b, &seed);
}
