/* SPDX-License-Identifier: MIT */
/* trunkctl check in memory: a rig whose configuration and certificates are the test's own. */
#pragma once

#include "ctl_rig.h"

struct pki;

/* A rig (ctl_rig_init()) with this text as the whole configuration. */
void check_rig_init(struct ctl_rig *r, const char *text);
/* Replaces the configuration. */
void check_rig_text(struct ctl_rig *r, const char *text);
/* Runs "check LINE %c"; fails unless the status is this one. */
void check_rig_run(struct ctl_rig *r, const char *line, enum ctl_status want);
/* Fails unless what was printed has "FILE:LINE: words", or "words" with line 0; "%s" in it is the
 * test's directory. */
void check_rig_line(const struct ctl_rig *r, unsigned line, const char *words);
/* Fails when the words stand anywhere in what was printed. */
void check_rig_without(const struct ctl_rig *r, const char *words);
/* Writes a certificate and its key as NAME.pem, NAME.key; with `more`, that one behind it. */
void check_rig_write(const char *name, const struct pki *own, const struct pki *more);
