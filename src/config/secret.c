/* SPDX-License-Identifier: MIT */
/* See secret.h. */
#include "config/secret.h"

#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SECRET_MIN = 16, SECRET_MAX = 4096 };

int secret_read(const char *path, char **out)
{
	char data[SECRET_MAX];
	FILE *f = fopen(path, "re");
	size_t n;
	struct str s;
	int error;

	if (!f)
		return -errno;
	n = fread(data, 1, sizeof(data), f);
	error = ferror(f) ? -errno : 0;
	fclose(f);
	s = str_trim((struct str){ data, n });
	if (error)
		return error;
	if (s.n < SECRET_MIN || n == sizeof(data) || memchr(s.p, 0, s.n) || memchr(s.p, '\n', s.n))
		return -EINVAL;
	*out = str_dup(s);
	return 0;
}

/* Whoever reads it can make what only trunkd should. */
static void check_mode(const char *path, const char *what, const struct config_origin *origin,
	struct config_report *report)
{
	struct stat st;

	if (stat(path, &st) < 0 || !(st.st_mode & (S_IROTH | S_IWOTH)))
		return;
	config_report_add(report, CONFIG_WARNING, origin,
		"%s \"%s\" is open to every user of this machine: chown root:trunkd and chmod "
		"0640 it",
		what, path);
}

char *secret_load(const char *path, const char *what, const struct config_origin *origin,
	struct config_report *report)
{
	char *secret = NULL;
	int error = secret_read(path, &secret);

	if (error == -EINVAL)
		config_report_add(report, CONFIG_ERROR, origin,
			"%s \"%s\": must be one line of %d to %d bytes; make one with: openssl "
			"rand -hex 32 > %s",
			what, path, SECRET_MIN, SECRET_MAX - 1, path);
	else if (error == -ENOENT)
		config_report_add(report, CONFIG_ERROR, origin,
			"%s \"%s\": %s; make one with: openssl rand -hex 32 > %s", what, path,
			strerror(-error), path);
	else if (error)
		config_report_add(report, CONFIG_ERROR, origin, "%s \"%s\": %s", what, path,
			strerror(-error));
	else
		check_mode(path, what, origin, report);
	return secret;
}
