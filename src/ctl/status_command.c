/* SPDX-License-Identifier: MIT */
/* trunkctl status: is it running, under which configuration, with how much of everything? */
#include "base/mem.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/text.h"

#include <string.h>

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "-";
}

static long long number_of(const json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

/* "3 d 4 h", "5 min 6 s": the two largest parts. */
static char *ago(long long s)
{
	if (s >= 86400)
		return mem_printf("%lld d %lld h", s / 86400, s % 86400 / 3600);
	if (s >= 3600)
		return mem_printf("%lld h %lld min", s / 3600, s % 3600 / 60);
	if (s >= 60)
		return mem_printf("%lld min %lld s", s / 60, s % 60);
	return mem_printf("%lld s", s);
}

static void print_process(struct text *t, const json_t *r)
{
	MEM_AUTO char *up = ago(number_of(r, "uptime"));
	MEM_AUTO char *workers = mem_printf("%lld", number_of(r, "workers"));
	MEM_AUTO char *pid = mem_printf("%lld", number_of(r, "pid"));
	bool running = strcmp(text_of(r, "state"), "running") == 0;
	const char *keylog = json_string_value(json_object_get(r, "tls_keylog"));

	text_section(t, "trunkd %s on %s", text_of(r, "version"), text_of(r, "node"));
	text_row(t, running ? TONE_GOOD : TONE_WARN, "State", text_of(r, "state"), NULL);
	text_row(t, TONE_PLAIN, "Since", text_of(r, "since"), up, NULL);
	text_row(t, TONE_PLAIN, "Process", pid, NULL);
	text_row(t, TONE_PLAIN, "Workers", workers, NULL);
	text_row(t, TONE_PLAIN, "Log level", text_of(r, "log_level"), NULL);
	if (keylog)
		text_row(t, TONE_BAD, "TLS key log", keylog,
			"whoever reads this file can read all traffic", NULL);
}

static void print_configuration(struct text *t, const json_t *r)
{
	const json_t *c = json_object_get(r, "configuration"), *last;
	MEM_AUTO char *age = ago(number_of(c, "age"));
	MEM_AUTO char *controls = mem_printf("%lld", number_of(c, "peering_controls"));
	bool done;

	text_section(t, "Configuration %s", text_of(c, "hash"));
	text_row(t, TONE_PLAIN, "File", text_of(c, "file"), NULL);
	text_row(t, TONE_PLAIN, "In force since", text_of(c, "since"), age, NULL);
	text_row(t, TONE_PLAIN, "Peering controls", controls, NULL);
	last = json_object_get(r, "last_reload");
	if (!json_is_object(last)) {
		text_row(t, TONE_PLAIN, "Last reload", "none yet", NULL);
		return;
	}
	done = json_is_true(json_object_get(last, "done"));
	text_row(t, done ? TONE_GOOD : TONE_BAD, "Last reload",
		done ? "done" : "refused, nothing has changed", text_of(last, "time"), NULL);
	if (!done)
		text_row(t, TONE_BAD, "", text_of(last, "words"), NULL);
}

static void print_listeners(struct text *t, const json_t *r)
{
	const json_t *all = json_object_get(r, "listeners"), *l;
	size_t i;

	text_section(t, "Listening");
	json_array_foreach(all, i, l)
		text_row(t, TONE_PLAIN, text_of(l, "address"), text_of(l, "mode"), NULL);
}

static void row(struct text *t, const char *label, const json_t *o, const char *name)
{
	MEM_AUTO char *n = mem_printf("%lld", number_of(o, name));

	text_row(t, TONE_PLAIN, label, n, NULL);
}

static void print_counts(struct text *t, const json_t *r)
{
	const json_t *s = json_object_get(r, "streams"), *z = json_object_get(r, "stanzas");

	text_section(t, "Streams");
	row(t, "In", s, "in");
	row(t, "of these unproven", s, "unproven");
	row(t, "Out", s, "out");
	row(t, "Verifying", s, "verify");
	row(t, "Pairs of domains", s, "pairs");
	text_section(t, "Stanzas");
	row(t, "Taken", z, "taken");
	row(t, "Bounced", z, "bounced");
	row(t, "Dropped", z, "dropped");
	row(t, "Waiting", s, "queued");
	row(t, "bytes of them", s, "queued_bytes");
}

enum ctl_status ctl_status_command(struct ctl *c)
{
	struct text t = { .f = c->out, .colour = c->colour };
	json_t *r;
	struct ctl_request request = { .command = "status", .result_out = &r };
	enum ctl_status status = ctl_call(c, &request);

	if (status != CTL_FINE)
		return status;
	if (c->option[OPTION_JSON]) {
		json_print(r, c->out);
		return CTL_FINE;
	}
	print_process(&t, r);
	print_configuration(&t, r);
	print_listeners(&t, r);
	print_counts(&t, r);
	text_end(&t);
	json_decref(r);
	return CTL_FINE;
}
