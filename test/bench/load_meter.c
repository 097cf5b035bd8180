/* SPDX-License-Identifier: MIT */
/* See load_meter.h. */
#include "load_meter.h"

#include "load_link.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t read_clock(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t meter_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t meter_own_cpu(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static uint64_t thread_cpu(pid_t pid, const char *thread)
{
	char path[300];
	uint64_t ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid, thread);
	f = fopen(path, "r");
	if (f && fscanf(f, "%" SCNu64, &ns) != 1)
		load_die("%s: not what was expected", path);
	if (f)
		fclose(f);
	return ns;
}

static uint64_t process_cpu(pid_t pid)
{
	char path[64];
	uint64_t sum = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	d = opendir(path);
	if (!d)
		load_die("%s: %s", path, strerror(errno));
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			sum += thread_cpu(pid, e->d_name);
	closedir(d);
	return sum;
}

uint64_t meter_cpu(const struct meter *m)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < m->n; i++)
		sum += process_cpu(m->pids[i]);
	return sum;
}

static void process_memory(pid_t pid, long *rss, long *anonymous)
{
	char path[64], line[200];
	long kib;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	if (!f)
		load_die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			*rss += kib;
		else if (sscanf(line, "RssAnon: %ld", &kib) == 1)
			*anonymous += kib;
	}
	fclose(f);
}

void meter_memory(const struct meter *m, long *rss_out, long *anonymous_out)
{
	*rss_out = *anonymous_out = 0;
	for (unsigned i = 0; i < m->n; i++)
		process_memory(m->pids[i], rss_out, anonymous_out);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

uint32_t meter_quantile(uint32_t *values, size_t n, double q)
{
	if (n == 0)
		return 0;
	qsort(values, n, sizeof(*values), by_value);
	return values[(size_t)(q * (double)(n - 1))];
}
