/* SPDX-License-Identifier: MIT */
/*
 * Runs the alert command: one at a time, each with one line of JSON on its standard input, for a
 * bounded time. Alerts that come meanwhile wait; more than a few are left out, which the log tells.
 * Everything but command_post() is the main thread's.
 */
#pragma once

#include "base/str.h"

struct command;
struct net_loop;
struct command *command_new(struct net_loop *loop);
/* The program, NULL: none. From now on. */
void command_configure(struct command *c, const char *path);
/* From any thread. */
void command_post(struct command *c, struct str json);
/* Runs nothing more and closes its handles; one that runs is killed. Free it after the loop. */
void command_stop(struct command *c);
void command_free(struct command *c);
