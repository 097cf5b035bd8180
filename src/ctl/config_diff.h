/* SPDX-License-Identifier: MIT */
/* trunkctl config --diff: what a reload would change. */
#pragma once

#include "ctl/command.h"

/* The configuration in force against the file. CTL_PROBLEMS: they differ. */
enum ctl_status config_diff(struct ctl *c);
