/* SPDX-License-Identifier: MIT */
/* "metrics": the same text that /metrics has, in pieces of whole lines. */
#include "base/mem.h"
#include "daemon/control_command.h"
#include "daemon/metrics.h"

#include <stdlib.h>

enum { PIECE = 65536 };

static void gone(struct control_call *call)
{
	struct buf *page = call->data;
	if (page)
		buf_fini(page);
	free(page);
}

static void more(struct control_call *call)
{
	struct buf *page = call->data;
	struct str rest = buf_view(page);
	if (!rest.n) {
		control_done(call, json_object());
		return;
	}
	if (rest.n > PIECE) {
		const char *end = memrchr(rest.p, '\n', PIECE);
		rest.n = end ? (size_t)(end - rest.p) + 1 : PIECE;
	}
	control_item(call, json_pack("{s:s%}", "text", rest.p, rest.n));
	buf_consume(page, rest.n);
}

static void gathered(void *arg, const struct metrics_facts *facts)
{
	struct control_call *call = arg;
	if (facts && call->conn) {
		call->data = MEM_NEW(struct buf);
		call->gone = gone;
		metrics_write(call->server, facts, METRICS_PROMETHEUS, call->data);
		control_stream(call, more);
	}
	control_unref(call);
}

void control_metrics(struct control_call *call, json_t *arguments)
{
	(void)arguments;
	metrics_gather(call->server, gathered, control_ref(call));
}
