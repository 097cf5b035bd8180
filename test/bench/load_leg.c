/* SPDX-License-Identifier: MIT */
/* See load_leg.h. No parser: both ends know by heart what the other one says. */
#include "load_leg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_TLS  "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"

static char read_buffer[256 << 10];

void leaf_domain(char out[32], unsigned pair)
{
	snprintf(out, 32, "l%03u.west.example", pair % PAIRS_MAX);
}

void hop_domain(char out[32], unsigned pair)
{
	snprintf(out, 32, "r%03u.east.example", pair % PAIRS_MAX);
}

int leg_find_pair(struct str text)
{
	static const char domain[] = ".west.example";
	const char *at = memmem(text.p, text.n, domain, sizeof(domain) - 1);

	if (!at || at < text.p + 4 || at[-4] != 'l')
		return -1;
	return (int)strtoul((char[]){ at[-3], at[-2], at[-1], '\0' }, NULL, 10);
}

/* ---- sentences ---- */

static void say(struct leg *g, const char *text)
{
	link_put(&g->link, str_of(text));
	link_flush(&g->link);
}

static void header(struct leg *g, const char *behind)
{
	char leaf[32], hop[32], text[700];

	leaf_domain(leaf, (unsigned)g->pair);
	hop_domain(hop, (unsigned)g->pair);
	snprintf(text, sizeof(text),
		"<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
		"xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams'"
		" from='%s' to='%s'%s version='1.0'>%s",
		g->leaf ? leaf : hop, g->leaf ? hop : leaf, g->leaf ? "" : " id='1'", behind);
	say(g, text);
}

static void open_leaf(struct leg *g)
{
	header(g, "");
}

static void ask_tls(struct leg *g)
{
	say(g, "<starttls xmlns='" NS_TLS "'/>");
}

static void secure_leaf(struct leg *g)
{
	char name[32];

	hop_domain(name, (unsigned)g->pair);
	link_secure(&g->link, g->setup->contexts, name);
}

static void authenticate(struct leg *g)
{
	say(g, "<auth xmlns='" NS_SASL "' mechanism='EXTERNAL'>=</auth>");
}

static void offer_tls(struct leg *g)
{
	header(g, "<stream:features><starttls xmlns='" NS_TLS
		  "'><required/></starttls></stream:features>");
}

static void secure_hop(struct leg *g)
{
	say(g, "<proceed xmlns='" NS_TLS "'/>");
	link_secure(&g->link, g->setup->contexts, NULL);
}

static void offer_external(struct leg *g)
{
	header(g, "<stream:features><mechanisms xmlns='" NS_SASL
		  "'><mechanism>EXTERNAL</mechanism></mechanisms></stream:features>");
}

static void succeed(struct leg *g)
{
	say(g, "<success xmlns='" NS_SASL "'/>");
}

static void answer_last(struct leg *g)
{
	header(g, "<stream:features/>");
}

/* ---- steps ---- */

enum {
	LEAF_CLEAR,
	LEAF_PROCEED,
	LEAF_FEATURES,
	LEAF_SUCCESS,
	LEAF_LAST,
	HOP_CLEAR,
	HOP_STARTTLS,
	HOP_HEADER,
	HOP_AUTH,
	HOP_LAST,
	STEP_UP,
};

static const struct {
	const char *word, * or ; /* and behind either one a '>' */
	void (*then)(struct leg *g);
} steps[] = {
	[LEAF_CLEAR] = { "</stream:features", NULL, ask_tls },
	[LEAF_PROCEED] = { "<proceed", NULL, secure_leaf },
	[LEAF_FEATURES] = { "</stream:features", NULL, authenticate },
	[LEAF_SUCCESS] = { "<success", NULL, open_leaf },
	[LEAF_LAST] = { "</stream:features", "<stream:features/", NULL },
	[HOP_CLEAR] = { "<stream:stream", NULL, offer_tls },
	[HOP_STARTTLS] = { "<starttls", NULL, secure_hop },
	[HOP_HEADER] = { "<stream:stream", NULL, offer_external },
	[HOP_AUTH] = { "</auth", NULL, succeed },
	[HOP_LAST] = { "<stream:stream", NULL, answer_last },
};

/* Just behind what this step waits for; 0: not there yet. */
static size_t step_end(const struct leg *g)
{
	struct str in = buf_view(&g->in);
	const char *at = memmem(in.p, in.n, steps[g->step].word, strlen(steps[g->step].word));
	const char * or = steps[g->step].or ;

	if (!at && or)
		at = memmem(in.p, in.n, or, strlen(or));
	if (at)
		at = memchr(at, '>', in.n - (size_t)(at - in.p));
	return at ? (size_t)(at - in.p) + 1 : 0;
}

static void is_up(struct leg *g)
{
	struct str rest = buf_view(&g->in);

	g->up = true;
	if (g->ready)
		g->ready(g);
	if (rest.n)
		g->data(g, rest);
	buf_fini(&g->in);
}

static void negotiate(struct leg *g)
{
	size_t end;

	while (!g->up && !g->link.shaking && (end = step_end(g)) > 0) {
		unsigned step = g->step++;

		if (g->pair < 0)
			g->pair = leg_find_pair((struct str){ buf_view(&g->in).p, end });
		if (g->pair < 0)
			load_die("a header without a domain of ours");
		buf_consume(&g->in, end);
		if (steps[step].then)
			steps[step].then(g);
		if (step == LEAF_LAST || step == HOP_LAST)
			is_up(g);
	}
	if (!g->up && memmem(buf_view(&g->in).p, buf_len(&g->in), "error", 5))
		load_die("instead of step %u: %.*s", g->step, STR_ARG(buf_view(&g->in)));
}

/* ---- what the link says ---- */

static void connected(struct leg *g)
{
	if (g->setup->speak != SPEAK_STARTTLS) {
		if (g->leaf)
			secure_leaf(g);
		else
			link_secure(&g->link, g->setup->contexts, NULL);
	} else if (g->leaf) {
		open_leaf(g);
	}
}

static void secured(struct leg *g)
{
	if (g->setup->speak == SPEAK_RAW)
		is_up(g);
	else if (g->leaf)
		open_leaf(g);
}

static void receive(struct leg *g)
{
	do {
		struct str s = { read_buffer,
			link_read(&g->link, read_buffer, sizeof(read_buffer)) };

		if (s.n == 0)
			return;
		if (g->up) {
			g->data(g, s);
			continue;
		}
		buf_put(&g->in, s);
		negotiate(g);
		if (g->link.shaking)
			return;
	} while (link_holds(&g->link));
}

static void on_event(struct link *l, enum link_event e)
{
	struct leg *g = (struct leg *)l;

	switch (e) {
	case LINK_CONNECTED: connected(g); break;
	case LINK_SECURED: secured(g); break;
	case LINK_DATA: receive(g); break;
	}
}

void leg_dial(struct leg *g, const struct leg_setup *s, unsigned pair, const struct sockaddr_in *to,
	struct in_addr from)
{
	g->setup = s;
	g->leaf = true;
	g->pair = (int)pair;
	g->step = s->speak == SPEAK_STARTTLS ? LEAF_CLEAR : LEAF_FEATURES;
	g->link.event = on_event;
	link_connect(&g->link, s->epoll, to, from);
}

void leg_accept(struct leg *g, const struct leg_setup *s, int fd)
{
	g->setup = s;
	g->pair = -1;
	g->step = s->speak == SPEAK_STARTTLS ? HOP_CLEAR : HOP_HEADER;
	g->link.event = on_event;
	link_accepted(&g->link, s->epoll, fd);
}

void leg_close(struct leg *g)
{
	link_close(&g->link);
	buf_fini(&g->in);
}

/* ---- counting ---- */

static bool begins_stanza(uint32_t window)
{
	return window == ('<' << 24 | 'm' << 16 | 'e' << 8 | 's') ||
	       window == ('<' << 24 | 'p' << 16 | 'r' << 8 | 'e') ||
	       window == ('<' << 24 | 'i' << 16 | 'q' << 8 | ' ');
}

static uint32_t four(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

unsigned leg_count(struct leg *g, struct str s)
{
	unsigned count = 0;
	const char *p = s.p, *end = s.p + s.n;

	/* Over the cut: the first three bytes with what was before. */
	for (size_t i = 0; i < 3 && i < s.n; i++) {
		g->window = g->window << 8 | (unsigned char)s.p[i];
		count += begins_stanza(g->window);
	}
	while (end - p >= 4 && (p = memchr(p, '<', (size_t)(end - p) - 3)) != NULL)
		count += begins_stanza(four(p++));
	if (s.n >= 4)
		g->window = four(end - 4);
	return count;
}
