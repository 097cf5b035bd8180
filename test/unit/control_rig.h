/* SPDX-License-Identifier: MIT */
/* Control sockets in a directory of the test's own. The loop is turned by hand; the other side is
 * in the same thread. */
#pragma once

#include "daemon/control.h"
#include "daemon/control_command.h"

struct rig {
	struct server server;
	struct server_options options;
	struct plan plan;
	struct control_section section; /* points into `folder`'s paths */
	char folder[40], read[64], change[64];
};

void rig_init(struct rig *r);
/* With both sockets there. */
void rig_start(struct rig *r);
void rig_fini(struct rig *r);
void rig_turn(struct rig *r);
/* A path in the directory; the caller frees it. */
char *rig_name(const struct rig *r, const char *name);
/* Brings a section into force, as a reload does; what a report says when it cannot be. */
char *rig_configure(struct rig *r, const struct control_section *section);
/* -1: nobody is there. */
int rig_dial(const char *path);
/* Everything that is there to read now; *closed: the other side is gone. The caller frees it. */
char *rig_hear(struct rig *r, int fd, bool *closed);
/* So many bytes at a time. */
void rig_say(struct rig *r, int fd, const char *bytes, size_t step);
unsigned rig_count(const char *text, const char *what);
/* Says it, and fails unless the answer has this. */
void rig_expect(struct rig *r, int fd, const char *bytes, const char *want);
