/* SPDX-License-Identifier: MIT */
/* See ping.h. */
#include "trunk/ping.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "trunk/bounce.h"
#include "trunk/pair.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "trunkd-ping-"

struct ping {
	struct list link; /* in pings->all until it is answered */
	struct mail mail;
	struct pings *pings;
	struct net_loop *loop;
	struct domain from, to;
	char id[PING_ID];
	uint64_t started_ms;
	struct ping_answer answer;
	void (*told)(void *arg, const struct ping_answer *a); /* NULL: not awaited any more */
	void *arg;
	bool posted;
};

struct pings {
	pthread_mutex_t lock;
	struct list all;
	atomic_uint n;
};

struct pings *pings_new(void)
{
	struct pings *p = MEM_NEW(struct pings);

	pthread_mutex_init(&p->lock, NULL);
	list_init(&p->all);
	return p;
}

void pings_free(struct pings *p)
{
	if (!p)
		return;
	while (!list_empty(&p->all)) {
		struct ping *ping = list_first(&p->all, struct ping, link);

		list_remove(&ping->link);
		free(ping);
	}
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* On the asker's loop: the mail owns it from the post on. */
static void tell(struct mail *m, bool cancelled)
{
	struct ping *p = list_item(m, struct ping, mail);

	if (!cancelled && p->told)
		p->told(p->arg, &p->answer);
	free(p);
}

struct ping *ping_new(struct pings *all, struct net_loop *loop, const struct domain *from,
	const struct domain *to, void (*told)(void *arg, const struct ping_answer *a), void *arg)
{
	char random[RANDOM_ID];
	struct ping *p;

	if (atomic_load(&all->n) >= PINGS)
		return NULL;
	p = MEM_NEW(struct ping);
	random_id(random);
	snprintf(p->id, sizeof(p->id), PREFIX "%s", random);
	p->pings = all;
	p->loop = loop;
	p->from = *from;
	p->to = *to;
	p->started_ms = clock_ms();
	p->told = told;
	p->arg = arg;
	p->mail.run = tell;
	pthread_mutex_lock(&all->lock);
	list_append(&all->all, &p->link);
	atomic_fetch_add(&all->n, 1);
	pthread_mutex_unlock(&all->lock);
	return p;
}

const char *ping_id(const struct ping *p)
{
	return p->id;
}

void ping_end(struct ping *p)
{
	struct pings *all = p->pings;
	bool posted;

	pthread_mutex_lock(&all->lock);
	posted = p->posted;
	if (!posted) {
		list_remove(&p->link);
		atomic_fetch_sub(&all->n, 1);
	}
	pthread_mutex_unlock(&all->lock);
	p->told = NULL;
	if (!posted)
		free(p);
}

/* ---- sending ---- */

void ping_send(
	struct trunk *home, const struct domain *from, const struct domain *to, const char *id)
{
	char from_text[DOMAIN_MAX + 1], to_text[DOMAIN_MAX + 1];
	struct route *r = pair_route(home, from, to);
	struct buf bytes = { 0 };
	struct refusal why;

	domain_display(domain_str(from), from_text, sizeof(from_text));
	domain_display(domain_str(to), to_text, sizeof(to_text));
	struct stanza_head h = {
		.kind = STANZA_IQ,
		.type = TYPE_GET,
		.from = str_of(from_text),
		.to = str_of(to_text),
		.from_domain = str_of(from_text),
		.to_domain = str_of(to_text),
		.id = str_of(id),
	};
	buf_printf(&bytes,
		"<iq from='%s' to='%s' id='%s' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
		from_text, to_text, id);
	struct delivery d = { .head = &h, .bytes = buf_view(&bytes) };
	if (bounce_why(route_deliver(r, &d), &why))
		pings_lost(home, &h, why.why);
	buf_fini(&bytes);
}

/* ---- answers ---- */

static bool is_ours(const struct ping *p, const struct stanza_head *h, bool back)
{
	const struct domain *from = back ? &p->to : &p->from, *to = back ? &p->from : &p->to;
	struct domain a, b;

	return str_eq(h->id, str_of(p->id)) && domain_parse(h->from, &a) &&
	       domain_parse(h->to, &b) && str_eq(domain_str(&a), domain_str(from)) &&
	       str_eq(domain_str(&b), domain_str(to));
}

/* Off the list, to whoever asked. */
static bool settle(
	struct trunk *t, const struct stanza_head *h, bool back, const struct ping_answer *answer)
{
	struct pings *all = t->shared->pings;
	struct ping *found = NULL;

	if (!all || !atomic_load_explicit(&all->n, memory_order_relaxed) ||
		!str_starts(h->id, STR(PREFIX)))
		return false;
	pthread_mutex_lock(&all->lock);
	list_for_each (it, &all->all) {
		struct ping *p = list_item(it, struct ping, link);

		if (!found && is_ours(p, h, back))
			found = p;
	}
	if (found) {
		list_remove(&found->link);
		atomic_fetch_sub(&all->n, 1);
		found->posted = true;
		found->answer = *answer;
		found->answer.took_ms = clock_ms() - found->started_ms;
	}
	pthread_mutex_unlock(&all->lock);
	if (found)
		net_loop_post(found->loop, &found->mail);
	return found != NULL;
}

bool pings_take(struct trunk *t, const struct stanza_head *h)
{
	struct ping_answer a = { .answered = true, .error = h->type == TYPE_ERROR };

	if (h->kind != STANZA_IQ || (h->type != TYPE_RESULT && h->type != TYPE_ERROR))
		return false;
	return settle(t, h, true, &a);
}

bool pings_lost(struct trunk *t, const struct stanza_head *h, const char *why)
{
	struct ping_answer a = { .answered = false };

	if (h->kind != STANZA_IQ || h->type != TYPE_GET)
		return false;
	snprintf(a.words, sizeof(a.words), "%s", why);
	return settle(t, h, false, &a);
}
