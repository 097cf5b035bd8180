/* SPDX-License-Identifier: MIT */
/* Where rendered log lines go: a descriptor or syslog. For base/log.c. */
#pragma once

#include "base/log.h"

struct log_sink {
	int fd;     /* -1: syslog */
	bool torn;  /* the last write ended inside a line */
	bool stuck; /* took nothing for a second: not waited for again until it does */
};

/* Writes whole lines. While *hurry is false a full pipe is waited for; once it is true, for at most
 * a second. Returns how many lines were lost. */
unsigned log_sink_write(struct log_sink *sink, struct str lines, const _Atomic bool *hurry);
/* One line to syslog, without its newline. */
void log_sink_syslog(enum log_level level, struct str line);
