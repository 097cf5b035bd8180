/* SPDX-License-Identifier: MIT */
/* See top_frame.h. */
#include "ctl/top_frame.h"

#include "base/mem.h"
#include "ctl/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void top_poll_fini(struct top_poll *p)
{
	json_decref(p->status);
	json_decref(p->pairs);
	json_decref(p->peers);
	*p = (struct top_poll){ 0 };
}

static json_int_t number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static const char *words(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "-";
}

/* ---- facts ---- */

static json_t *rate(json_int_t before, json_int_t now, double seconds)
{
	if (seconds <= 0)
		return json_null();
	return json_real(now > before ? (double)(now - before) / seconds : 0);
}

struct flow {
	const char *from, *to;
	json_int_t carried, grown, waiting;
	bool known; /* by the poll before */
};

/* Pairs stand in the order of their names in every answer, but some come and go. */
static const json_t *find_pair(const json_t *pairs, const json_t *like)
{
	size_t low = 0, high = json_array_size(pairs);

	while (low < high) {
		size_t at = low + (high - low) / 2;
		const json_t *p = json_array_get(pairs, at);
		MEM_AUTO char *x = mem_printf("%s %s", words(like, "a"), words(like, "b"));
		MEM_AUTO char *y = mem_printf("%s %s", words(p, "a"), words(p, "b"));
		int order = strcmp(x, y);

		if (!order)
			return p;
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return NULL;
}

static struct flow flow_of(const json_t *pair, const json_t *was, bool back)
{
	const char *way = back ? "back" : "there";
	const json_t *now = json_object_get(pair, way), *then = json_object_get(was, way);
	struct flow f = {
		.from = words(pair, back ? "b" : "a"),
		.to = words(pair, back ? "a" : "b"),
		.carried = number(now, "carried"),
		.waiting = number(now, "waiting"),
		.known = then != NULL,
	};
	json_int_t before = number(then, "carried");

	f.grown = then && f.carried > before ? f.carried - before : 0;
	return f;
}

static int busiest(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;

	if (x->grown != y->grown)
		return x->grown > y->grown ? -1 : 1;
	if (x->waiting != y->waiting)
		return x->waiting > y->waiting ? -1 : 1;
	return x->carried > y->carried ? -1 : x->carried < y->carried;
}

static json_t *flows(const struct top_poll *before, const struct top_poll *now, double seconds)
{
	size_t n = json_array_size(now->pairs), used = 0;
	struct flow *all = mem_zero(2 * n + 1, sizeof(*all));
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(now->pairs, i);
		const json_t *was = find_pair(before->pairs, pair);

		all[used++] = flow_of(pair, was, false);
		all[used++] = flow_of(pair, was, true);
	}
	qsort(all, used, sizeof(*all), busiest);
	for (size_t i = 0; i < used && i < TOP_ROWS; i++)
		json_array_append_new(out,
			json_pack("{s:s, s:s, s:o, s:I, s:I}", "from", all[i].from, "to", all[i].to,
				"rate", all[i].known ? rate(0, all[i].grown, seconds) : json_null(),
				"carried", all[i].carried, "waiting", all[i].waiting));
	free(all);
	return out;
}

static json_t *down(const json_t *peers)
{
	json_t *out = json_array(), *p;
	size_t i;

	json_array_foreach(peers, i, p)
	{
		if (strcmp(words(p, "state"), "failing") == 0)
			json_array_append_new(out,
				json_pack("{s:s, s:s, s:O}", "peer", words(p, "peer"), "error",
					words(p, "error"), "retry", json_object_get(p, "retry")));
	}
	return out;
}

json_t *top_facts(const struct top_poll *before, const struct top_poll *now)
{
	static const char *const counters[] = { "taken", "refused", "bounced" };
	const json_t *streams = json_object_get(now->status, "streams");
	const json_t *stanzas = json_object_get(now->status, "stanzas");
	const json_t *then = json_object_get(before->status, "stanzas");
	double seconds = before->status ? now->at - before->at : 0;
	json_t *rates = json_object();

	for (unsigned i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		json_object_set_new(rates, counters[i],
			rate(number(then, counters[i]), number(stanzas, counters[i]), seconds));
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "node",
		words(now->status, "node"), "state", words(now->status, "state"), "streams_in",
		number(streams, "in"), "streams_out", number(streams, "out"), "waiting",
		number(streams, "queued"), "waiting_bytes", number(streams, "queued_bytes"),
		"rates", rates, "pairs", flows(before, now, seconds), "down", down(now->peers));
}

/* ---- a screen ---- */

struct screen {
	FILE *f;
	unsigned left, columns;
};

/* Cut where it would not fit; nothing of it moves the cursor. */
static void line(struct screen *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void line(struct screen *s, const char *fmt, ...)
{
	char *text = NULL;
	unsigned shown = 0;
	va_list ap;
	size_t n;

	if (!s->left)
		return;
	s->left--;
	va_start(ap, fmt);
	n = (size_t)vasprintf(&text, fmt, ap);
	va_end(ap);
	for (size_t i = 0; s->columns && i < n; i++) {
		shown += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (shown > s->columns)
			text[i] = '\0', n = i;
	}
	text_put(s->f, text);
	fputc('\n', s->f);
	free(text);
}

struct cell {
	char s[24];
};

static struct cell rate_cell(const json_t *value)
{
	struct cell c = { "-" };

	if (json_is_real(value))
		snprintf(c.s, sizeof(c.s), "%.1f", json_real_value(value));
	return c;
}

static void print_down(struct screen *s, const json_t *all)
{
	json_t *d;
	size_t i;

	line(s, "%s", "");
	line(s, "Cannot be reached: %zu", json_array_size(all));
	json_array_foreach(all, i, d) line(s, "  %s: %s", words(d, "peer"), words(d, "error"));
}

void top_print(const json_t *facts, unsigned lines, unsigned columns, FILE *f)
{
	struct screen s = { f, lines ? lines : ~0U, columns };
	const json_t *rates = json_object_get(facts, "rates");
	const json_t *all = json_object_get(facts, "pairs"),
		     *broken = json_object_get(facts, "down");
	json_t *p;
	size_t i;

	line(&s, "trunkd on %s: %s", words(facts, "node"), words(facts, "state"));
	line(&s, "Streams  %lld in, %lld out", (long long)number(facts, "streams_in"),
		(long long)number(facts, "streams_out"));
	line(&s, "Stanzas  %s/s taken, %s/s refused, %s/s bounced",
		rate_cell(json_object_get(rates, "taken")).s,
		rate_cell(json_object_get(rates, "refused")).s,
		rate_cell(json_object_get(rates, "bounced")).s);
	line(&s, "Waiting  %lld stanzas, %lld bytes", (long long)number(facts, "waiting"),
		(long long)number(facts, "waiting_bytes"));
	if (json_array_size(broken))
		print_down(&s, broken);
	line(&s, "%s", "");
	line(&s, "%10s %10s %8s  %s", "rate/s", "carried", "waiting", "pair");
	json_array_foreach(all, i, p) line(&s, "%10s %10lld %8lld  %s to %s",
		rate_cell(json_object_get(p, "rate")).s, (long long)number(p, "carried"),
		(long long)number(p, "waiting"), words(p, "from"), words(p, "to"));
}
