/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files and directories it is given: a corpus as a regression test, in
 * builds without a fuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

static unsigned inputs;

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, n;

	if (!f) {
		perror(path);
		return 1;
	}
	do {
		data = realloc(data, size + 65536);
		MUST(data);
		n = fread(data + size, 1, 65536, f);
		size += n;
	} while (n > 0);
	fclose(f);
	/* The exact size, so that reading past the end shows. */
	data = realloc(data, size ? size : 1);
	MUST(data);
	printf("%s\n", path);
	fflush(stdout); /* the last one is the one that failed */
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	inputs++;
	return 0;
}

static int replay(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	char file[4096];
	int failed = 0;

	if (!d)
		return replay_file(path);
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		failed |= replay_file(file);
	}
	closedir(d);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	printf("%u inputs\n", inputs);
	return failed || inputs == 0;
}
