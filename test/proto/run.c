/* SPDX-License-Identifier: MIT */
/*
 * Runs every conversation script of a directory: whole, byte by byte, and in random pieces from
 * fixed seeds. TAP on standard output. With --seeds DIR it plays nothing, and writes what the peers
 * say as inputs for the fuzzer of streams (test/fuzz/fuzz_stream.c).
 */
#include "base/mem.h"
#include "play.h"
#include "xml/reader.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	struct cut cut;
} cuts[] = {
	{ "whole", { CUT_WHOLE, 0 } },
	{ "byte by byte", { CUT_BYTES, 0 } },
	{ "in pieces, seed 1", { CUT_RANDOM, 1 } },
	{ "in pieces, seed 2", { CUT_RANDOM, 2 } },
	{ "in pieces, seed 3", { CUT_RANDOM, 3 } },
	{ "in pieces, seed 4", { CUT_RANDOM, 4 } },
	{ "in pieces, seed 5", { CUT_RANDOM, 5 } },
	{ "in pieces, seed 6", { CUT_RANDOM, 6 } },
};

static unsigned tests, failures;

static void report(const char *script, const char *cut, char *error)
{
	printf("%sok %u - %s, %s\n", error ? "not " : "", ++tests, script, cut);
	if (error) {
		printf("# %s\n", error);
		failures++;
	}
	free(error);
}

static void run(const struct script *s)
{
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		if (play_wants(s, cuts[i].cut))
			report(s->name, cuts[i].name, play(s, cuts[i].cut));
}

/* Byte 0 says the role and whether the stream starts on TLS; a NUL is where the peer waits for us.
 */
static bool write_seed(const struct script *s, const char *directory)
{
	MEM_AUTO char *path = mem_printf("%s/%s", directory, s->name);
	FILE *f = fopen(path, "w");
	unsigned flags = 0;
	bool spoke = false;

	if (!f) {
		perror(path);
		return false;
	}
	for (size_t i = 0; i < s->nsteps; i++) {
		struct str text = buf_view(&s->steps[i].text);

		flags |= s->steps[i].verb == VERB_ROLE && str_is(text, "initiating");
		flags |= s->steps[i].verb == VERB_OPTION && str_is(text, "secure yes") ? 2 : 0;
	}
	fputc((int)('0' + flags), f);
	for (size_t i = 0; i < s->nsteps; i++) {
		struct str text = buf_view(&s->steps[i].text);

		if (s->steps[i].verb == VERB_PEER)
			fwrite(text.p, 1, text.n, f);
		else if (spoke)
			fputc('\0', f);
		spoke = s->steps[i].verb == VERB_PEER;
	}
	return fclose(f) == 0;
}

static int is_script(const struct dirent *d)
{
	return str_ends(str_of(d->d_name), STR(".txt"));
}

static bool one(const char *directory, const char *file, const char *seeds)
{
	struct script s;
	bool ok = script_read(&s, &play_language, directory, file);

	if (ok && seeds)
		ok = write_seed(&s, seeds);
	else if (ok)
		run(&s);
	else
		report(file, "read", mem_strdup("it is no script"));
	script_fini(&s);
	return ok;
}

int main(int argc, char **argv)
{
	bool seeding = argc == 4 && strcmp(argv[2], "--seeds") == 0;
	struct dirent **files;
	int n;

	if (argc != 2 && !seeding) {
		fprintf(stderr, "usage: %s DIRECTORY [--seeds DIRECTORY]\n", argv[0]);
		return 2;
	}
	xml_reader_global_init();
	n = scandir(argv[1], &files, is_script, alphasort);
	if (n <= 0) {
		fprintf(stderr, "%s: no scripts\n", argv[1]);
		return 2;
	}
	for (int i = 0; i < n; i++) {
		if (!one(argv[1], files[i]->d_name, seeding ? argv[3] : NULL))
			failures++;
		free(files[i]);
	}
	free(files);
	if (!seeding)
		printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
