/* SPDX-License-Identifier: MIT */
/* Which byte of what a peer sent ended its stream, and what stood around it. */
#pragma once

#include "xmpp/stream.h"

enum { STREAM_EXCERPT = 128 };

struct stream_fault {
	uint64_t offset; /* in the peer's XML document: the first byte is 0; it starts anew with TLS
			    and with EXTERNAL */
	char words[160]; /* what is wrong there; "": the stream error says it */
	unsigned n, at;  /* bytes below; which of them it is, n: the one behind them */
	char bytes[STREAM_EXCERPT];
};

/* After STREAM_FAILED; NULL: nothing that was read was the reason. Lives as long as the stream. */
const struct stream_fault *stream_fault(const struct stream *s);
