/* SPDX-License-Identifier: MIT */
/*
 * "map": who is joined to whom. The picture of the status page in pieces of text, or the pairs it
 * is drawn from as items. Draws nothing itself.
 */
#include "base/mem.h"
#include "daemon/control_command.h"
#include "daemon/metrics.h"
#include "daemon/status_private.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 16384, CHARACTER = 4 /* bytes at most */ };

struct drawn {
	struct control_call *call;
	bool svg;
};

static void gone(struct control_call *call)
{
	struct buf *picture = call->data;

	buf_fini(picture);
	free(picture);
}

/* Cut between characters: a piece has to be UTF-8 by itself. */
static size_t piece_of(struct str s)
{
	size_t n = s.n < PIECE ? s.n : PIECE;

	for (unsigned i = 0; n < s.n && i < CHARACTER && ((unsigned char)s.p[n] & 0xc0) == 0x80;
		i++)
		n--;
	return n;
}

static void more(struct control_call *call)
{
	struct buf *picture = call->data;
	struct str rest = buf_view(picture);
	size_t n = piece_of(rest);

	if (!n) {
		control_done(call, json_object());
		return;
	}
	control_item(call, json_pack("{s:s%}", "text", rest.p, n));
	buf_consume(picture, n);
}

static json_t *way(const struct overview_way *w)
{
	return json_pack("{s:s, s:b, s:b, s:b, s:I, s:I}", "state", status_way(w), "streams_in",
		w->in, "connected", w->out, "down", w->down, "waiting", (json_int_t)w->queued,
		"carried", (json_int_t)w->carried);
}

/* At most OVERVIEW_PAIRS: far below what a connection may hold. */
static void tell_pairs(struct control_call *call, const struct overview *now)
{
	struct map_node **all = metrics_sorted(&now->pairs);

	for (size_t i = 0; i < now->pairs.count; i++) {
		const struct overview_pair *p = map_item(all[i], struct overview_pair, node);

		control_item(call, json_pack("{s:s, s:s, s:o, s:o}", "a", p->a.s, "b", p->b.s,
					   "there", way(&p->ways[0]), "back", way(&p->ways[1])));
	}
	control_done(call, json_pack("{s:I, s:I}", "pairs", (json_int_t)now->pairs.count,
				   "left_out", (json_int_t)now->more_pairs));
	free(all);
}

static void gathered(void *arg, const struct metrics_facts *facts)
{
	struct drawn *d = arg;

	if (facts && d->call->conn && d->svg) {
		d->call->data = MEM_NEW(struct buf);
		d->call->gone = gone;
		status_map_write(d->call->server, facts, d->call->data);
		control_stream(d->call, more);
	} else if (facts && d->call->conn) {
		tell_pairs(d->call, &facts->now);
	}
	control_unref(d->call);
	free(d);
}

void control_map(struct control_call *call, json_t *arguments)
{
	const char *format = control_text(arguments, "format");
	struct drawn *d = MEM_NEW(struct drawn);

	d->call = control_ref(call);
	d->svg = format && strcmp(format, "svg") == 0;
	metrics_gather(call->server, gathered, d);
}
