/* SPDX-License-Identifier: MIT */
/*
 * All options and all commands, in the order of the alphabet: what the command line is held
 * against, what --help prints, and what the shells complete.
 */
#pragma once

#include "ctl/command.h"

#define CTL_BIT(o) (UINT64_C(1) << (o))

struct ctl_option_row {
	char letter;
	const char *name;
	const char *value; /* what stands for it in the help: FILE, a|b|c; NULL: takes none */
	const char *help;
	bool many; /* may be repeated */
};
extern const struct ctl_option_row ctl_options[OPTIONS];

struct ctl_command {
	const char *words[2]; /* "audit", "verify"; the second may be NULL */
	const char *synopsis; /* behind them; [a|b] says which words there are */
	const char *summary;
	uint64_t options;  /* CTL_BIT of enum ctl_option; OPTION_HELP is always there */
	unsigned min, max; /* arguments */
	ctl_command_fn *run;
};
extern const struct ctl_command ctl_commands[];
extern const unsigned ctl_command_count;

/* Prints what the last of the words on the command line (the program left out) can become, a line
 * for each; ":files" stands for names of files. For shells. */
void ctl_complete(struct ctl *c, int n, char **words);
