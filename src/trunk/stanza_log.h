/* SPDX-License-Identifier: MIT */
/*
 * The log line of a stanza: what was decided, and why. To who watches (base/log_tap.h) it also says
 * from whom to whom, and, where that was asked for, what is in it: the log never does.
 */
#pragma once

#include "trunk/decide.h"
#include "xmpp/stream_event.h"

struct inbound;

/* At debug level; costs nothing when nobody listens. */
void stanza_log(struct inbound *in, const struct filter_result *f, const struct decision *d,
	const struct stream_info *info);
