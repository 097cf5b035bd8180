/* SPDX-License-Identifier: MIT */
/* What commands read: the configuration as a plan, and whole files. */
#pragma once

#include "base/buf.h"
#include "ctl/command.h"
#include "trunk/plan.h"

/* The plan of the configuration that the options name, built as trunkd builds it; NULL after its
 * errors were printed. The caller gives its reference back. */
struct plan *load_plan(struct ctl *c);
/* The same before there are certificates, stores and secrets: who talks to whom, nothing else. */
struct plan *load_plan_without_keys(struct ctl *c);
/* The path of the configuration that the options name. */
const char *load_path(const struct ctl *c);
/* A whole file, "-" for standard input, at most LOAD_MAX bytes. 0 or -errno (-EFBIG). */
enum { LOAD_MAX = 64 * 1024 * 1024 };
int load_file(struct ctl *c, const char *path, struct buf *out);
