/* SPDX-License-Identifier: MIT */
/* See load.h. */
#include "ctl/load.h"

#include "base/random.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_PATH "/etc/trunkd/trunkd.conf"

/* Errors in full. Warnings are trunkd -t's: here they would stand in the way of the answer. */
static void print_report(struct ctl *c, const char *path, const struct config_report *report)
{
	unsigned warnings = config_report_count(report, CONFIG_WARNING);
	enum config_severity sev;
	const char *line;

	for (unsigned i = 0; (line = config_report_line(report, i, &sev)) != NULL; i++)
		if (sev == CONFIG_ERROR)
			fprintf(c->err, "%s\n", line);
	if (warnings)
		fprintf(c->err, "trunkctl: %s: %u warning%s; trunkd -t prints %s\n", path, warnings,
			warnings == 1 ? "" : "s", warnings == 1 ? "it" : "them");
}

const char *load_path(const struct ctl *c)
{
	return c->option[OPTION_CONFIG] ? c->option[OPTION_CONFIG] : DEFAULT_PATH;
}

static struct plan *load(struct ctl *c, bool without_keys)
{
	const char *path = load_path(c);
	struct config_report *report = config_report_new();
	char secret[2 * RANDOM_ID];
	struct plan_options o = {
		.path = path, .fallback_secret = secret, .number = 1, .without_keys = without_keys
	};
	struct plan *plan;
	unsigned errors;

	random_id(secret);
	random_id(secret + RANDOM_ID - 1);
	plan = plan_new(&o, report);
	print_report(c, path, report);
	errors = config_report_count(report, CONFIG_ERROR);
	if (!plan)
		ctl_failed(c, "%s: %u error%s: trunkd would not take it", path, errors,
			errors == 1 ? "" : "s");
	config_report_free(report);
	return plan;
}

struct plan *load_plan(struct ctl *c)
{
	return load(c, false);
}

struct plan *load_plan_without_keys(struct ctl *c)
{
	return load(c, true);
}

static int read_all(FILE *f, struct buf *out)
{
	while (!feof(f)) {
		size_t n = fread(buf_reserve(out, 65536), 1, 65536, f);

		buf_commit(out, n);
		if (ferror(f))
			return -EIO;
		if (buf_len(out) > LOAD_MAX)
			return -EFBIG;
	}
	return 0;
}

int load_file(struct ctl *c, const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") == 0 ? c->in : fopen(path, "re");
	int err;

	if (!f)
		return -errno;
	errno = 0;
	err = read_all(f, out);
	if (f != c->in)
		fclose(f);
	if (err)
		buf_fini(out);
	return err;
}
