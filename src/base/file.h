/* SPDX-License-Identifier: MIT */
/*
 * Files of the operator's: opened so that nothing can block, and only when they are regular ones. A
 * FIFO would hold a reload up for good. Keeps no state.
 */
#pragma once

#include "base/buf.h"

/* A descriptor to read from, which the caller closes; or -errno: -EISDIR for a directory, -EINVAL
 * for what else is no regular file. */
int file_open(const char *path);
/* Appends what is in the file. 0, or -errno as file_open() has it, or -EFBIG: there are more than
 * `max` bytes; the out buf has got its beginning then, which is longer than `max`. */
int file_read(const char *path, size_t max, struct buf *out);
/* What such an error is called: strerror(), but for what is no regular file. */
const char *file_error(int error);
