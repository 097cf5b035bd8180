/* SPDX-License-Identifier: MIT */
/* See load_pair.h. */
#include "load_pair.h"

#include "base/mem.h"
#include "corpus.h"
#include "load_meter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	OUT_FULL = 64 << 10, /* gathered before it is sent */
	RECORD = 16 << 10,
	EVENTS = 256,
	PATIENCE_MS = 10000,
};

static struct load *load_of(const struct leg *g)
{
	return g->setup->owner;
}

/* ---- sending ---- */

/* Up to this offset of the corpus, as one record. */
static void put_until(struct load *l, struct pair *p, size_t end)
{
	size_t n = end - p->at;

	link_put(&p->leaf.link, (struct str){ buf_view(&p->corpus).p + p->at, n });
	p->sent_bytes += n;
	p->at = end;
	while (p->next < l->o.stanzas && p->starts[p->next + 1] <= end) {
		p->next++;
		p->sent++;
	}
	if (p->next == l->o.stanzas) {
		p->next = 0;
		p->at = 0;
	}
}

static void put_stanza(struct load *l, struct pair *p)
{
	put_until(l, p, p->starts[p->next + 1]);
}

/* Wherever the stanzas end. */
static void put_record(struct load *l, struct pair *p)
{
	size_t end = p->at + RECORD;

	put_until(l, p, end < buf_len(&p->corpus) ? end : buf_len(&p->corpus));
}

static void fill(struct load *l, struct pair *p)
{
	if (p->leaf.link.blocked)
		return;
	while (buf_len(&p->leaf.link.out) < OUT_FULL) {
		if (l->o.records_16k)
			put_record(l, p);
		else
			put_stanza(l, p);
	}
	link_flush(&p->leaf.link);
}

static bool fill_all(struct load *l, uint64_t until_bytes)
{
	bool blocked = true;
	uint64_t sent = 0;

	for (unsigned i = 0; i < l->o.pairs; i++) {
		fill(l, &l->pairs[i]);
		blocked &= l->pairs[i].leaf.link.blocked;
		sent += l->pairs[i].sent_bytes;
	}
	load_turn(l, blocked ? 10 : 0);
	return until_bytes == 0 || sent < until_bytes;
}

void load_fill(struct load *l, uint64_t ns, uint64_t bytes)
{
	uint64_t end = meter_now() + ns, until = bytes;

	for (unsigned i = 0; i < l->o.pairs && bytes; i++)
		until += l->pairs[i].sent_bytes;
	while (fill_all(l, until) && (ns == 0 || meter_now() < end))
		;
}

void load_send_one(struct load *l, unsigned pair)
{
	struct pair *p = &l->pairs[pair];

	p->times[p->sent % LOAD_TIMES] = meter_now();
	put_stanza(l, p);
	link_flush(&p->leaf.link);
}

void load_send_each(struct load *l, size_t bytes)
{
	for (unsigned i = 0; i < l->o.pairs; i++) {
		struct pair *p = &l->pairs[i];
		uint64_t until = p->sent_bytes + bytes;

		while (p->sent_bytes < until)
			put_stanza(l, p);
		link_flush(&p->leaf.link);
		load_turn(l, 0);
	}
}

/* ---- arriving ---- */

/* Through a relay that changes no byte: how many whole stanzas this is. */
static uint64_t whole_stanzas(const struct load *l, const struct pair *p, uint64_t bytes)
{
	size_t rest = bytes % buf_len(&p->corpus);
	unsigned low = 0, high = l->o.stanzas;

	while (high - low > 1) {
		unsigned middle = (low + high) / 2;

		if (p->starts[middle] <= rest)
			low = middle;
		else
			high = middle;
	}
	return bytes / buf_len(&p->corpus) * l->o.stanzas + low;
}

static void note_latencies(struct load *l, const struct pair *p, uint64_t arrived)
{
	uint64_t now = meter_now();

	for (uint64_t i = p->arrived; i < arrived && l->nlatencies < l->max_latencies; i++)
		l->latencies[l->nlatencies++] = (uint32_t)(now - p->times[i % LOAD_TIMES]);
}

static void hop_data(struct leg *g, struct str bytes)
{
	struct load *l = load_of(g);
	struct pair *p;
	uint64_t arrived;

	if (g->pair < 0)
		g->pair = leg_find_pair(bytes);
	if (g->pair < 0 || (unsigned)g->pair >= l->o.pairs)
		load_die("a stanza of no pair: %.*s", STR_ARG(bytes));
	p = &l->pairs[g->pair];
	g->bytes += bytes.n;
	if (l->o.speak == SPEAK_RAW)
		arrived = whole_stanzas(l, p, g->bytes);
	else
		arrived = p->arrived + leg_count(g, bytes);
	if (l->timing)
		note_latencies(l, p, arrived);
	l->up += p->arrived == 0 && arrived > 0;
	p->arrived = arrived;
}

/* A leaf that has sent only answers and what needs none hears nothing, or something is wrong. */
static void leaf_data(struct leg *g, struct str bytes)
{
	load_die("to the leaf of pair %d: %.*s", g->pair, (int)(bytes.n < 400 ? bytes.n : 400),
		bytes.p);
}

static void leaf_ready(struct leg *g)
{
	load_send_one(load_of(g), (unsigned)g->pair);
}

static void take_hop(struct load *l)
{
	int fd = accept4(l->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct leg *g;

	if (fd < 0)
		return;
	g = MEM_NEW(struct leg);
	g->data = hop_data;
	l->hops = mem_resize(l->hops, (l->nhops + 1) * sizeof(*l->hops));
	l->hops[l->nhops++] = g;
	leg_accept(g, &l->hop_setup, fd);
}

void load_turn(struct load *l, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(l->epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			link_turn(events[i].data.ptr, events[i].events);
		else
			take_hop(l);
	}
}

uint64_t load_sent(const struct load *l)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < l->o.pairs; i++)
		sum += l->pairs[i].sent;
	return sum;
}

uint64_t load_arrived(const struct load *l)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < l->o.pairs; i++)
		sum += l->pairs[i].arrived;
	return sum;
}

void load_drain(struct load *l)
{
	uint64_t sent, arrived = 0, since = meter_now();

	for (unsigned i = 0; i < l->o.pairs; i++) {
		struct pair *p = &l->pairs[i];

		if (p->at != p->starts[p->next])
			put_stanza(l, p);
		link_flush(&p->leaf.link);
	}
	sent = load_sent(l);
	while (load_arrived(l) < sent) {
		load_turn(l, 10);
		if (load_arrived(l) != arrived)
			since = meter_now();
		arrived = load_arrived(l);
		if (meter_now() - since > (uint64_t)PATIENCE_MS * 1000000u)
			load_die("%llu stanzas were lost", (unsigned long long)(sent - arrived));
	}
	if (load_arrived(l) > sent)
		load_die("more stanzas arrived than were sent");
}

void load_time(struct load *l, size_t max)
{
	free(l->latencies);
	l->latencies = mem_zero(max, sizeof(*l->latencies));
	l->max_latencies = max;
	l->nlatencies = 0;
	l->timing = true;
}

/* ---- pairs ---- */

static void find_starts(struct load *l, struct pair *p)
{
	struct leg counter = { .window = 0 };
	struct str s = buf_view(&p->corpus);
	unsigned n = 0;

	p->starts = mem_zero(l->o.stanzas + 1, sizeof(*p->starts));
	for (size_t i = 0; i < s.n; i++)
		if (leg_count(&counter, (struct str){ s.p + i, 1 }))
			p->starts[n++] = i - 3;
	p->starts[n] = s.n;
	if (n != l->o.stanzas)
		load_die("the corpus is not what it should be");
}

static void dial(struct load *l)
{
	unsigned i = l->dialled++;
	struct pair *p = &l->pairs[i];
	char from[32], to[32];

	leaf_domain(from, i);
	hop_domain(to, i);
	corpus_make_between(&p->corpus, l->o.stanzas, from, to);
	find_starts(l, p);
	p->times = mem_zero(LOAD_TIMES, sizeof(*p->times));
	p->leaf.ready = leaf_ready;
	p->leaf.data = leaf_data;
	leg_dial(&p->leaf, &l->leaf_setup, i, &l->o.relay, l->o.leaf_address);
}

void load_connect(struct load *l)
{
	uint64_t since = meter_now();
	unsigned up = 0;

	while (l->up < l->o.pairs) {
		while (l->dialled < l->o.pairs && l->dialled - l->up < l->o.at_a_time)
			dial(l);
		load_turn(l, 10);
		if (l->up != up)
			since = meter_now();
		up = l->up;
		if (meter_now() - since > (uint64_t)PATIENCE_MS * 1000000u)
			load_die("%u of %u pairs are up, and no more", l->up, l->o.pairs);
	}
}

static int listen_at(const struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)a, sizeof(*a)) < 0 || listen(fd, 1024) < 0)
		load_die("listen: %s", strerror(errno));
	return fd;
}

void load_init(struct load *l, const struct load_options *o)
{
	struct epoll_event e = { .events = EPOLLIN };

	*l = (struct load){ .o = *o };
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->listener = listen_at(&o->hop);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->listener, &e) < 0)
		load_die("epoll: %s", strerror(errno));
	link_contexts_init(&l->leaf_contexts, o->leaf_pem, o->ca);
	link_contexts_init(&l->hop_contexts, o->hop_pem, o->ca);
	l->leaf_setup = (struct leg_setup){ o->speak, &l->leaf_contexts, l->epoll, l };
	l->hop_setup = (struct leg_setup){ o->speak, &l->hop_contexts, l->epoll, l };
	l->pairs = mem_zero(o->pairs, sizeof(*l->pairs));
}

void load_fini(struct load *l)
{
	for (unsigned i = 0; i < l->o.pairs; i++) {
		leg_close(&l->pairs[i].leaf);
		buf_fini(&l->pairs[i].corpus);
		free(l->pairs[i].starts);
		free(l->pairs[i].times);
	}
	for (unsigned i = 0; i < l->nhops; i++) {
		leg_close(l->hops[i]);
		free(l->hops[i]);
	}
	free(l->pairs);
	free(l->hops);
	free(l->latencies);
	link_contexts_fini(&l->leaf_contexts);
	link_contexts_fini(&l->hop_contexts);
	close(l->listener);
	close(l->epoll);
}
