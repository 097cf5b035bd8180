/* SPDX-License-Identifier: MIT */
/* trunkctl: standard streams, colours, and the commands. */
#include "ctl/command.h"
#include "xml/reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Colours are for people at a terminal who did not say no (https://no-color.org). */
static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

int main(int argc, char **argv)
{
	struct ctl c = { .in = stdin, .out = stdout, .err = stderr, .colour = wants_colour() };
	enum ctl_status status;

	xml_reader_global_init();
	status = ctl_main(&c, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("trunkctl: standard output");
		return CTL_FAILED;
	}
	return (int)status;
}
