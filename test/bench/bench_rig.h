/* SPDX-License-Identifier: MIT */
/*
 * A whole receiving stream in memory for the benches, proven, from bytes to folded stanzas:
 * scanner, reader, stream and filter, with presence folded, chat states and HTML stripped.
 */
#pragma once

#include "../unit/filter_rig.h"

#include "xmpp/stream.h"

struct bench_rig {
	struct rig_policy policy;
	struct filter *filter;
	struct stream *stream;
	struct buf in, out;
	size_t stanzas;
};

void bench_rig_init(struct bench_rig *b);
void bench_rig_fini(struct bench_rig *b);
/* Feeds these bytes in pieces of `step`. All of it must be legal: aborts when the stream ends. */
void bench_rig_pass(struct bench_rig *b, struct str bytes, size_t step);
/* Seconds of CPU that this process has taken. */
double bench_cpu(void);
