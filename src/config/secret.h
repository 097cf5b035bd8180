/* SPDX-License-Identifier: MIT */
/*
 * Files that hold one secret: a line of at least 16 bytes, as `openssl rand -hex 32` prints it.
 * Knows nothing of what a secret is for.
 */
#pragma once

#include "config/report.h"

/* The secret, without white space around it. 0 or -errno (-EINVAL: under 16 bytes, over 4,095, or
 * more than a line). The caller frees *out. */
int secret_read(const char *path, char **out);
/* The same for a file that the configuration names, as `what`: says what is wrong with it, and
 * warns when everybody on the machine may read it. NULL: an error was reported. */
char *secret_load(const char *path, const char *what, const struct config_origin *origin,
	struct config_report *report);
