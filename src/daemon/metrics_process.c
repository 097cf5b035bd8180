/* SPDX-License-Identifier: MIT */
/* What the kernel says about the process, under the names that all exporters use. */
#include "daemon/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Fields of /proc/self/stat, counted from the one behind the name (proc(5): state is the third). */
struct stat_fields {
	unsigned long long user, system, threads, start, virtual_bytes, resident;
};

static bool read_stat(struct stat_fields *f)
{
	char line[1024] = "";
	FILE *file = fopen("/proc/self/stat", "re");
	size_t n = file ? fread(line, 1, sizeof(line) - 1, file) : 0;
	if (file)
		fclose(file);
	line[n] = '\0';
	const char *rest = strrchr(line, ')');
	return rest && sscanf(rest + 1,
			       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d "
			       "%*d %llu %*d %llu %llu %llu",
			       &f->user, &f->system, &f->threads, &f->start, &f->virtual_bytes,
			       &f->resident) == 6;
}

/* Microseconds since 1970, of the kernel's start. Not from /proc/stat, which a service may not see.
 */
static uint64_t boot_us(void)
{
	struct timespec now, up;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return (uint64_t)((now.tv_sec - up.tv_sec) * 1000000 + (now.tv_nsec - up.tv_nsec) / 1000);
}

static uint64_t count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	uint64_t n = 0;
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n > 3 ? n - 3 : 0; /* ".", ".." and the directory itself */
}

static void gauge(struct metrics_text *t, const char *name, const char *help, uint64_t value)
{
	metrics_family(t, name, "gauge", help);
	metrics_sample(t, NULL, NULL, 0, value);
}

void metrics_process(struct metrics_text *t)
{
	struct stat_fields f = { 0 };
	struct rlimit limit;
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), page = (uint64_t)sysconf(_SC_PAGESIZE);
	if (read_stat(&f)) {
		metrics_family(t, "process_cpu_seconds_total", "counter",
			"Total user and system CPU time spent in seconds.");
		metrics_sample_us(
			t, NULL, NULL, 0, (f.user + f.system) * 1000000 / (ticks ? ticks : 100));
		gauge(t, "process_resident_memory_bytes", "Resident memory size in bytes.",
			f.resident * page);
		gauge(t, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
			f.virtual_bytes);
		gauge(t, "process_threads", "Number of threads of the process.", f.threads);
		metrics_family(t, "process_start_time_seconds", "gauge",
			"Start time of the process since unix epoch in seconds.");
		metrics_sample_us(
			t, NULL, NULL, 0, boot_us() + f.start * 1000000 / (ticks ? ticks : 100));
	}
	gauge(t, "process_open_fds", "Number of open file descriptors.", count_descriptors());
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		gauge(t, "process_max_fds", "Maximum number of open file descriptors.",
			limit.rlim_cur);
}
