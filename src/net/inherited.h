/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets that the service manager has bound and passed (sd_listen_fds(3)'s protocol:
 * LISTEN_PID, LISTEN_FDS): they stay open while the daemon is restarted, so that no peer is refused
 * meanwhile. They are found by their address, not by a name. Owns the descriptors; gives out
 * copies.
 */
#pragma once

#include "net/address.h"

struct inherited {
	struct inherited_socket {
		int fd;
		struct address address;
		bool taken;
	} * sockets;
	unsigned n;
};

/* Reads the environment and takes the variables out of it. What was passed and is no listening TCP
 * socket is closed, with a line in the log. */
void inherited_init(struct inherited *in);
void inherited_fini(struct inherited *in);
/* A copy of the socket at this address, non-blocking, the caller's; -1: none was passed. */
int inherited_take(struct inherited *in, const struct address *wanted);
/* Warns of each that nobody has taken: peers connect to it, and nobody answers. */
void inherited_warn_unused(const struct inherited *in);
