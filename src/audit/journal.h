/* SPDX-License-Identifier: MIT */
/*
 * One entry to the journal, with fields of its own (the journal's native protocol), from any thread
 * and without waiting: what the journal does not take at once is lost to it. For what stands in the
 * log, too.
 */
#pragma once

#include "base/str.h"

struct journal_field {
	const char *name; /* A-Z, 0-9 and _ */
	struct str value; /* anything; n == 0: the field is left out */
};

/* A socket to send from; -1: there is none to be had. */
int journal_open(void);
/* To the journal at `path`. 0, or -errno; -EINVAL: no path for a socket. */
int journal_send(int fd, const char *path, const struct journal_field *fields, unsigned n);
