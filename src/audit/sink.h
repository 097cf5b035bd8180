/* SPDX-License-Identifier: MIT */
/*
 * Where audit lines go besides the file: the journal, and a syslog daemon (RFC 5424), by datagrams
 * to a local socket or octet-counted over TCP (RFC 6587 3.4.1). Blocks for a second at most; what a
 * sink does not take is counted, and the file is not held up for it. For writer.c.
 */
#pragma once

#include "base/buf.h"

#include <sys/socket.h>

enum audit_sink_kind { AUDIT_SINK_JOURNAL, AUDIT_SINK_SYSLOG_LOCAL, AUDIT_SINK_SYSLOG_TCP };

struct audit_sink {
	enum audit_sink_kind kind;
	struct sockaddr_storage to;
	socklen_t to_len;
	int fd;            /* -1: not connected */
	uint64_t retry_ms; /* not before */
	uint64_t lost;     /* lines that it did not take */
	uint64_t told;     /* of these, mentioned in the log */
	char host[256];
};

#define AUDIT_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* `where`: a path, or ADDRESS:PORT, [ADDRESS]:PORT (syslog only). 0, or -EINVAL. Connects later. */
int audit_sink_init(struct audit_sink *s, bool journal, const char *where, const char *host);
void audit_sink_fini(struct audit_sink *s);
/* Sends one line, without its newline. */
void audit_sink_send(struct audit_sink *s, struct str line, uint64_t now_ms);
/* The message that a line becomes: for tests too. */
void audit_sink_message(const struct audit_sink *s, struct str line, struct buf *out);
