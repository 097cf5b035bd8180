/* SPDX-License-Identifier: MIT */
/* One request and its answer, a piece at a time: for client.c, which waits for one, and
 * client_many.c, which waits for several. */
#pragma once

#include "control/protocol.h"
#include "ctl/client.h"

struct answer {
	struct ctl *c;
	const struct ctl_request *r;
	struct control_lines lines; /* the caller's to finish, always */
	enum ctl_status status;
};

/* Where the socket is, on the heap; NULL after words on c->err. */
char *client_path(struct ctl *c, enum ctl_socket socket);
/* Connects and asks: a descriptor, or -1 with the status set. `r` and `c` outlive the answer. */
int client_begin(struct answer *a, struct ctl *c, const struct ctl_request *r, const char *path);
/* Reads once, blocking. False: the answer is over, a->status says how. */
bool client_read(struct answer *a, int fd);
