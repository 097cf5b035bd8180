/* SPDX-License-Identifier: MIT */
/*
 * Writing log lines out. A sink that fails or stands still costs lines, never the process. Owns no
 * descriptor.
 */
#include "base/log_sink.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <syslog.h>
#include <unistd.h>

enum { SINK_PATIENCE_MS = 1000 };

static unsigned count_lines(struct str s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

/* Somebody may have made the pipe non-blocking, or stopped reading it. */
static bool wait_writable(struct log_sink *sink, const _Atomic bool *hurry)
{
	struct pollfd p = { .fd = sink->fd, .events = POLLOUT };
	int n;

	do {
		bool last = *hurry;

		n = poll(&p, 1, sink->stuck ? 0 : SINK_PATIENCE_MS);
		if (n == 0 && last) {
			sink->stuck = true;
			return false;
		}
	} while (n == 0 || (n < 0 && errno == EINTR));
	sink->stuck = false;
	return n > 0;
}

unsigned log_sink_write(struct log_sink *sink, struct str lines, const _Atomic bool *hurry)
{
	bool mend = sink->torn;

	while (lines.n) {
		/* A pipe that polls writable takes this much without blocking. */
		struct str part = { lines.p, lines.n < PIPE_BUF ? lines.n : PIPE_BUF };
		ssize_t n;

		if (mend)
			part = STR("\n");
		if (!wait_writable(sink, hurry))
			return count_lines(lines);
		n = write(sink->fd, part.p, part.n);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return count_lines(lines);
		sink->torn = part.p[n - 1] != '\n';
		if (!mend)
			lines = str_skip(lines, (size_t)n);
		mend = false;
	}
	return 0;
}

void log_sink_syslog(enum log_level level, struct str line)
{
	static const int priority[] = {
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_WARN] = LOG_WARNING,
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_ALERT] = LOG_ALERT,
	};

	syslog(priority[level], "%.*s", STR_ARG(line));
}
