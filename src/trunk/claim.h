/* SPDX-License-Identifier: MIT */
/*
 * Proving a pair by dialback as the receiving server (XEP-0220 2.2): ask the authoritative server
 * of the claimed domain, over a connection of its own and by that domain's control, whether the key
 * is its own; answer on the stream that asked. Any number at once, each by itself, so that two
 * servers which verify each other never wait for one another.
 */
#pragma once

#include "trunk/inbound.h"

/* False: too many are under way on this stream. */
bool claim_start(struct inbound *in, const struct stream_info *info, const struct domain *from,
	const struct domain *to, const struct control *control);
