/* SPDX-License-Identifier: MIT */
/* trunkctl in memory: a configuration with throw-away keys in the test's directory, and command
 * lines run against it. */
#pragma once

#include "ctl/command.h"
#include "unit.h"

struct ctl_rig {
	char *conf;      /* path of the configuration */
	char *out, *err; /* what the last command printed */
	enum ctl_status status;
};

/* Writes a CA ("ca.pem"), a certificate ("own.pem", "own.key") for a.example, b.example and
 * rooms.b.example, and a configuration of `text` behind what every configuration needs. */
void ctl_rig_init(struct ctl_rig *r, const char *text);
void ctl_rig_fini(struct ctl_rig *r);
/* Runs "trunkctl LINE": words end at spaces, "%c" is "-c CONFIGURATION". `in` is standard input. */
enum ctl_status ctl_rig_run(struct ctl_rig *r, const char *line, const char *in);
/* Fails unless the text, with runs of spaces as one, has this line. */
void ctl_rig_line(const char *text, const char *line);
