/* SPDX-License-Identifier: MIT */
/* trunkctl audit verify: are audit files as they were written? The verifying is audit/verify.h's.
 */
#include "audit/verify.h"

#include "base/mem.h"
#include "config/secret.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct verifying {
	struct ctl *c;
	struct audit_verify verify;
	const char *file; /* that is read */
	json_t *faults;   /* NULL: text */
};

static void found(void *arg, const struct audit_finding *f)
{
	struct verifying *v = arg;

	if (v->faults)
		json_array_append_new(v->faults,
			json_pack("{s:o, s:I, s:s, s:o}", "file", json_text(str_of(v->file)),
				"line", (json_int_t)f->line, "fault", audit_fault_name(f->fault),
				"words", json_text(str_of(f->words))));
	else
		text_line(v->c->out, "%s:%" PRIu64 ": %s: %s", v->file, f->line,
			audit_fault_name(f->fault), f->words);
}

/* 0 or -errno. */
static int verify_file(struct verifying *v, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? v->c->in : fopen(path, "re");
	int err;

	if (!f)
		return -errno;
	v->file = path;
	err = audit_verify_file(&v->verify, f);
	if (!standard)
		fclose(f);
	return err;
}

static char *counted(uint64_t n, const char *rest)
{
	return mem_printf("%" PRIu64 "%s", n, rest);
}

/* A row with a number, where there is something to tell. */
static void row_count(
	struct text *t, enum tone tone, const char *label, uint64_t n, const char *rest)
{
	MEM_AUTO char *text = counted(n, rest);

	if (n)
		text_row(t, tone, label, text, NULL);
}

static void print_text(struct verifying *v)
{
	const struct audit_verify_result *r = &v->verify.result;
	bool key = v->verify.key.n > 0;
	struct text t = { .f = v->c->out, .colour = v->c->colour, .started = r->faults > 0 };
	MEM_AUTO char *records = mem_printf(
		"%" PRIu64 ", numbers %" PRIu64 " to %" PRIu64, r->records, r->first, r->last);
	MEM_AUTO char *last = mem_printf("number %" PRIu64 ", %s", r->last, r->last_time);

	text_section(&t, r->faults ? "Not as it was written" : "As it was written");
	row_count(&t, TONE_BAD, "Faults", r->faults, "");
	text_row(&t, TONE_PLAIN, "Records", r->records ? records : "none", NULL);
	row_count(&t, TONE_WARN, "Lost", r->lost, " that trunkd could not write, and says so");
	row_count(&t, TONE_WARN, "Torn", r->torn, " that trunkd has marked");
	row_count(&t, TONE_WARN, "Died", r->died,
		" (no stop before a start): records of the moments before may be missing");
	row_count(&t, key ? TONE_PLAIN : TONE_WARN, "Checkpoints", r->checkpoints,
		key ? "" : ", not checked: no --key");
	if (r->continues)
		text_row(&t, TONE_WARN, "Begins behind", r->first_prev, NULL);
	if (r->records) {
		text_row(&t, TONE_PLAIN, "Last", last, NULL);
		text_row(&t, TONE_PLAIN, "its digest", r->last_digest, NULL);
		text_row(&t, TONE_PLAIN, "Then trunkd", r->stopped ? "stopped" : "had not stopped",
			NULL);
	}
	if (!key)
		text_row(&t, TONE_WARN, "Not seen",
			"without the key: a tail that was cut, a chain that was written anew",
			NULL);
	text_end(&t);
}

static void print_json(struct verifying *v)
{
	const struct audit_verify_result *r = &v->verify.result;

	json_print(
		json_pack("{s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:b, s:b, s:s, s:s, "
			  "s:o}",
			"ok", r->faults == 0, "faults", v->faults, "records",
			(json_int_t)r->records, "checkpoints", (json_int_t)r->checkpoints, "lost",
			(json_int_t)r->lost, "torn", (json_int_t)r->torn, "died",
			(json_int_t)r->died, "key", v->verify.key.n > 0, "first",
			(json_int_t)r->first, "last", (json_int_t)r->last, "continues",
			r->continues, "stopped", r->stopped, "first_prev", r->first_prev,
			"last_digest", r->last_digest, "last_time",
			json_text(str_of(r->last_time))),
		v->c->out);
}

static enum ctl_status verify(struct ctl *c, struct str key)
{
	struct verifying v = { .c = c };

	if (c->option[OPTION_JSON])
		v.faults = json_array();
	audit_verify_init(&v.verify, key, found, &v);
	for (unsigned i = 0; i < c->nargs; i++) {
		int err = verify_file(&v, c->args[i]);

		if (!err)
			continue;
		json_decref(v.faults);
		return ctl_failed(c, "%s: %s", c->args[i], strerror(-err));
	}
	audit_verify_end(&v.verify);
	if (!v.verify.result.records && !v.verify.result.faults) {
		json_decref(v.faults);
		return ctl_failed(c, "%s: there is no record in it", c->args[c->nargs - 1]);
	}
	if (c->option[OPTION_JSON])
		print_json(&v);
	else
		print_text(&v);
	return v.verify.result.faults ? CTL_PROBLEMS : CTL_FINE;
}

enum ctl_status ctl_audit_verify(struct ctl *c)
{
	const char *path = c->option[OPTION_KEY];
	MEM_AUTO char *key = NULL;
	int err = path ? secret_read(path, &key) : 0;

	if (err == -EINVAL)
		return ctl_failed(c, "%s: a key is one line of at least 16 bytes", path);
	if (err)
		return ctl_failed(c, "%s: %s", path, strerror(-err));
	return verify(c, key ? str_of(key) : STR(""));
}
