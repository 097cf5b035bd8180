/* SPDX-License-Identifier: MIT */
/*
 * The control sockets: connections of trunkctl, one request at a time on each, answered by the
 * commands of control_command.h. All on the main loop; nobody who reads slowly, or not at all,
 * holds anything up: output is bounded, and who does not take it is dropped.
 */
#pragma once

#include "trunk/control_section.h"

struct server;
struct control_sockets;
struct control_sockets *control_new(struct server *s);
/* Closes sockets and connections, and takes the names away. Free it after the loop has ended. */
void control_stop(struct control_sockets *c);
void control_free(struct control_sockets *c);

/* A section about to come into force: the sockets that differ from what is there, bound and not
 * published. False: it cannot be, and the report says why. */
struct control_prepared;
bool control_prepare(struct control_sockets *c, const struct control_section *section,
	struct config_report *report, struct control_prepared **out);
/* Publishes them; the old ones go, their connections stay. Takes it over; NULL is fine. */
void control_commit(struct control_sockets *c, struct control_prepared *p);
/* Takes it over; NULL is fine. */
void control_discard(struct control_prepared *p);
