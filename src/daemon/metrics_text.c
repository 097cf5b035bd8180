/* SPDX-License-Identifier: MIT */
/*
 * How numbers are written: Prometheus' text format 0.0.4 and OpenMetrics 1.0.0, which differ in the
 * name of a counter's family and in the last line. Knows no metric.
 */
#include "daemon/metrics.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTOGRAM_LABELS = 4 };

void metrics_family(struct metrics_text *t, const char *name, const char *type, const char *help)
{
	struct str shown = str_of(name);
	/* OpenMetrics 1.0.0: "_total" belongs to the sample, not to the family. */
	if (t->format == METRICS_OPENMETRICS && strcmp(type, "counter") == 0 &&
		str_ends(shown, STR("_total")))
		shown.n -= strlen("_total");
	t->family = name;
	buf_printf(t->out, "# HELP %.*s %s\n# TYPE %.*s %s\n", STR_ARG(shown), help, STR_ARG(shown),
		type);
}

/* File names are the only values that need not be UTF-8. */
static void put_value(struct buf *out, const char *value)
{
	for (struct str s = str_of(value); s.n;) {
		uint32_t code;
		size_t n = str_utf8(s, &code);
		if (*s.p == '\\' || *s.p == '"')
			buf_put_char(out, '\\');
		if (*s.p == '\n')
			buf_put(out, STR("\\n"));
		else if (n)
			buf_put(out, (struct str){ s.p, n });
		else
			buf_put_char(out, '?');
		s = str_skip(s, n ? n : 1);
	}
}

static void put_name(
	struct metrics_text *t, const char *suffix, const struct metrics_label *labels, unsigned n)
{
	buf_printf(t->out, "%s%s", t->family, suffix ? suffix : "");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(t->out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		put_value(t->out, labels[i].value);
		buf_put_char(t->out, '"');
	}
	buf_put(t->out, n ? STR("} ") : STR(" "));
}

void metrics_sample(struct metrics_text *t, const char *suffix, const struct metrics_label *labels,
	unsigned n, uint64_t value)
{
	put_name(t, suffix, labels, n);
	buf_printf(t->out, "%ju\n", (uintmax_t)value);
}

void metrics_sample_us(struct metrics_text *t, const char *suffix,
	const struct metrics_label *labels, unsigned n, uint64_t us)
{
	put_name(t, suffix, labels, n);
	buf_printf(t->out, "%ju.%06ju\n", (uintmax_t)(us / 1000000), (uintmax_t)(us % 1000000));
}

void metrics_sample_histogram(struct metrics_text *t, const struct metrics_histogram *h,
	const struct metrics_label *labels, unsigned n)
{
	struct metrics_label all[HISTOGRAM_LABELS + 1];
	char bound[32];
	uint64_t sum = 0;
	if (n)
		memcpy(all, labels, n * sizeof(*labels));
	all[n] = (struct metrics_label){ "le", bound };
	for (unsigned i = 0; i <= METRICS_BOUNDS; i++) {
		if (i < METRICS_BOUNDS)
			snprintf(bound, sizeof(bound), "%.10g", metrics_bounds_us[i] / 1e6);
		else
			snprintf(bound, sizeof(bound), "+Inf");
		sum += h->counts[i];
		metrics_sample(t, "_bucket", all, n + 1, sum);
	}
	metrics_sample_us(t, "_sum", labels, n, h->sum_us);
	metrics_sample(t, "_count", labels, n, sum);
}

static int by_key(const void *a, const void *b)
{
	struct str x = (*(struct map_node *const *)a)->key, y = (*(struct map_node *const *)b)->key;
	size_t n = x.n < y.n ? x.n : y.n;
	int order = n ? memcmp(x.p, y.p, n) : 0;
	return order ? order : (x.n > y.n) - (x.n < y.n);
}

struct map_node **metrics_sorted(const struct map *m)
{
	struct map_node **all = mem_zero(m->count + 1, sizeof(struct map_node *));
	size_t pos = 0, i = 0;
	for (struct map_node *n = NULL; (n = map_next(m, &pos, n)) != NULL;)
		all[i++] = n;
	qsort(all, i, sizeof(*all), by_key);
	return all;
}
