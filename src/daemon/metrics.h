/* SPDX-License-Identifier: MIT */
/*
 * What is measured, of the whole process: gathered from all workers, and written as a page of text
 * for Prometheus. Everything here is the main thread's; nothing waits.
 */
#pragma once

#include "base/buf.h"
#include "net/resolver.h"
#include "trunk/metrics.h"
#include "trunk/overview.h"

struct server;

/* All workers together, at nearly the same moment. */
struct metrics_facts {
	struct metrics counts;
	struct overview now;
	struct resolver_counts dns;
};

/* Asks all workers; then `done` runs on the main loop, not from inside the call. facts NULL: the
 * process ends. They are gone when it returns. */
typedef void metrics_done_fn(void *arg, const struct metrics_facts *facts);
void metrics_gather(struct server *s, metrics_done_fn *done, void *arg);

enum metrics_format { METRICS_PROMETHEUS /* 0.0.4 */, METRICS_OPENMETRICS /* 1.0.0 */ };
/* The whole page. */
void metrics_write(struct server *s, const struct metrics_facts *facts, enum metrics_format format,
	struct buf *out);

/* ---- metrics_text.c: how a page is written ---- */
struct metrics_text {
	struct buf *out;
	enum metrics_format format;
	const char *family; /* the one that is being written */
};
struct metrics_label {
	const char *name, *value; /* the value is escaped when it is written */
};
/* A family: `type` is "counter" (its name ends in "_total"), "gauge" or "histogram". */
void metrics_family(struct metrics_text *t, const char *name, const char *type, const char *help);
/* One number of it, with n labels. `suffix` is NULL but for parts of a histogram. */
void metrics_sample(struct metrics_text *t, const char *suffix, const struct metrics_label *labels,
	unsigned n, uint64_t value);
/* The same in seconds. */
void metrics_sample_us(struct metrics_text *t, const char *suffix,
	const struct metrics_label *labels, unsigned n, uint64_t us);
/* All of one histogram; n labels, at most 4. */
void metrics_sample_histogram(struct metrics_text *t, const struct metrics_histogram *h,
	const struct metrics_label *labels, unsigned n);
#define METRICS_LABELS(...)                                             \
	(const struct metrics_label[]){ __VA_ARGS__ },                  \
		sizeof((const struct metrics_label[]){ __VA_ARGS__ }) / \
			sizeof(struct metrics_label)

/* The nodes of a map in the order of their keys; the caller frees the array of map->count. */
struct map_node **metrics_sorted(const struct map *m);

/* ---- metrics_process.c ---- */
/* process_*: memory, descriptors, time, as every exporter has them. */
void metrics_process(struct metrics_text *t);
