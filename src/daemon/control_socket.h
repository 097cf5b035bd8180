/* SPDX-License-Identifier: MIT */
/*
 * One Unix socket under its name: bound and listening beside it with its permissions, then moved
 * there, so that nobody meets it half made and a reload can still be refused. A name that a dead
 * process has left is taken over; one that somebody listens on is not.
 */
#pragma once

#include "config/report.h"

#include <sys/stat.h>

struct control_socket_want {
	const char *what;                   /* "control socket", for words */
	const struct config_origin *origin; /* of the key that names it */
	const char *path;
	gid_t group; /* (gid_t)-1: as it comes */
	bool mine;   /* what listens at the path now is this process */
};

struct control_socket {
	int fd;
	char *path, *beside; /* `beside` is NULL once it is published */
	struct stat is;      /* what it is in the file system */
};

/* NULL, and a line in the report. */
struct control_socket *control_socket_new(
	const struct control_socket_want *w, struct config_report *report);
/* 0 or -errno: it is found under its name from now on. */
int control_socket_publish(struct control_socket *s);
/* Closes it (when fd is not -1) and takes its name away if that is still it. NULL is fine. */
void control_socket_free(struct control_socket *s);
