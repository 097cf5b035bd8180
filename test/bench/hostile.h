/* SPDX-License-Identifier: MIT */
/* Input that costs the most for its bytes, each made of stanzas that a peer may send. */
#pragma once

#include "base/buf.h"

struct hostile_input {
	const char *name;
	void (*make)(struct buf *b); /* some hundred KiB at most, to be sent over and over */
	size_t step;                 /* the size of the pieces it comes in */
};

/* The last one has no name. */
extern const struct hostile_input hostile_inputs[];
