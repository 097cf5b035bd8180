/* SPDX-License-Identifier: MIT */
/*
 * What the load generator measures: time, the processor time and memory of the processes under
 * test as the kernel counts them, and the spread of latencies.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

uint64_t meter_now(void); /* nanoseconds, monotonic */

enum { METER_PIDS = 8 };
struct meter {
	pid_t pids[METER_PIDS];
	unsigned n;
};
/* Nanoseconds on a processor of all threads of these processes. Threads that have ended do not
 * count: none of what is measured here ends any. */
uint64_t meter_cpu(const struct meter *m);
/* The same of this program. */
uint64_t meter_own_cpu(void);
/* Resident memory in KiB: all of it, and what is private to the process (no file behind it). */
void meter_memory(const struct meter *m, long *rss_out, long *anonymous_out);

/* Sorts. */
uint32_t meter_quantile(uint32_t *values, size_t n, double q);
