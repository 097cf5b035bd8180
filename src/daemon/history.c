/* SPDX-License-Identifier: MIT */
/* See history.h. */
#include "daemon/history.h"

#include "daemon/metrics.h"

static void measure_peer(const struct metrics_peer *p, struct history_sample *out)
{
	for (unsigned kind = 0; kind < METRICS_KINDS; kind++) {
		const uint64_t *in = p->stanzas[0][kind];
		for (unsigned v = 0; v < METRICS_SENT; v++)
			out->received += in[v];
		out->refused += in[METRICS_BOUNCE] + in[METRICS_DROP] + in[METRICS_REFUSED];
		out->sent += p->stanzas[1][kind][METRICS_SENT];
	}
	out->bytes += p->bytes[0] + p->bytes[1];
}

void history_measure(const struct metrics_facts *f, int64_t wall, struct history_sample *out)
{
	size_t pos = 0;
	*out = (struct history_sample){ .wall = wall };
	for (struct map_node *n = NULL; (n = map_next(&f->counts.peers, &pos, n)) != NULL;)
		measure_peer(map_item(n, struct metrics_peer, node), out);
	if (f->counts.other)
		measure_peer(f->counts.other, out);
	pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&f->now.labels, &pos, n)) != NULL;) {
		const struct overview_label *l = map_item(n, struct overview_label, node);
		out->streams += l->streams[0][1] + l->streams[1][1];
		out->waiting += l->queue_stanzas;
	}
}

void history_add(struct history *h, const struct history_sample *s)
{
	h->ring[h->next] = *s;
	h->next = (h->next + 1) % (HISTORY_MINUTES + 1);
	h->n += h->n <= HISTORY_MINUTES;
}

const struct history_sample *history_at(const struct history *h, unsigned i)
{
	return &h->ring[(h->next + HISTORY_MINUTES + 1 - h->n + i) % (HISTORY_MINUTES + 1)];
}
