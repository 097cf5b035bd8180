/* SPDX-License-Identifier: MIT */
/* The audit writer in the daemon: opened by a plan's section, shared by the workers, told to reopen
 * its file, and the records that are the main thread's own. */
#pragma once

#include "trunk/trunk.h"

/* Opens the sinks of the plan and tells the workers through `shared`, whose trunks are there and do
 * not run yet. False: it cannot be opened, which is logged. True also when nothing is to be
 * recorded. */
bool audit_open(struct trunk_shared *shared, const struct plan *plan);
/* The workers are about to be freed: they are told of nothing any more. */
void audit_hush(struct trunk_shared *shared);
/* The last record, and the end. */
void audit_close(struct trunk_shared *shared);
/* The file may have been moved away. */
void audit_reopen(struct trunk_shared *shared);
/* What somebody asked on a control socket and may change something: `outcome` is "begun" (what
 * lasts), "done", "failed", "refused" or "gone" (the caller, before the end). Nothing happens for
 * commands that only read. */
struct server;
struct control_call;
void audit_operator(
	struct server *s, const struct control_call *call, const char *outcome, const char *words);
/* A reload was done (`plan`), or refused: `words` say why. */
void audit_reload(struct trunk_shared *shared, const struct plan *plan, const char *words);
