/* SPDX-License-Identifier: MIT */
/* trunkctl probe and trunkctl ping: is a domain reached, and if not, which step fails? */
#include "base/mem.h"
#include "config/units.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/text.h"

#include <string.h>

static const char *member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static long long number(const json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

/* What each stage is, for people. */
static const char *words_for(const char *stage)
{
	static const char *const names[][2] = {
		{ "dns", "looking it up" },
		{ "tcp", "connecting" },
		{ "tls", "TLS handshake" },
		{ "stream", "stream header and features" },
		{ "auth", "proving who we are, and judging its certificate" },
		{ "ready", "ready" },
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], stage) == 0)
			return names[i][1];
	return stage;
}

/* Told while it goes on, where somebody looks. */
static bool print_step(void *arg, json_t *value)
{
	struct ctl *c = arg;

	if (!c->option[OPTION_JSON] && c->colour) {
		fprintf(c->err, "  %s %s ...\n", member(value, "target"),
			words_for(member(value, "stage")));
		fflush(c->err);
	}
	return true;
}

static void print_stages(struct text *t, const json_t *r)
{
	json_t *stages = json_object_get(r, "stages"), *ms;
	const char *name,
		*failed = json_is_true(json_object_get(r, "ok")) ? "" : member(r, "stage");

	json_object_foreach(stages, name, ms)
	{
		bool bad = strcmp(name, failed) == 0;
		MEM_AUTO char *took = mem_printf("%lld ms", (long long)json_integer_value(ms));

		text_row(t, bad ? TONE_BAD : TONE_GOOD, name, bad ? "failed" : "ok", took,
			words_for(name), NULL);
	}
}

enum ctl_status ctl_probe(struct ctl *c)
{
	struct text t = { .f = c->out, .colour = c->colour };
	json_t *r, *arguments = json_pack("{s:s}", "to", c->args[0]);
	struct ctl_request request = {
		.socket = CTL_CHANGE,
		.command = "probe",
		.arguments = arguments,
		.progress = print_step,
		.arg = c,
		.result_out = &r,
	};
	enum ctl_status status;
	bool ok;

	if (c->option[OPTION_FROM])
		json_object_set_new(arguments, "from", json_string(c->option[OPTION_FROM]));
	status = ctl_call(c, &request);
	if (status != CTL_FINE)
		return status;
	ok = json_is_true(json_object_get(r, "ok"));
	if (c->option[OPTION_JSON]) {
		json_print(r, c->out);
		return ok ? CTL_FINE : CTL_FAILED;
	}
	text_section(
		&t, "%s, as %s, at %s", member(r, "to"), member(r, "from"), member(r, "target"));
	print_stages(&t, r);
	if (member(r, "certificate")[0])
		text_row(&t, TONE_PLAIN, "certificate", member(r, "certificate"), NULL);
	if (!ok)
		text_row(&t, TONE_BAD, "why", member(r, "error"), NULL);
	if (!ok && member(r, "remedy")[0])
		text_row(&t, TONE_PLAIN, "remedy", member(r, "remedy"), NULL);
	text_end(&t);
	fputc('\n', c->out);
	text_line(c->out,
		ok ? "Reached in %lld ms; no stanza was sent." : "Not reached, after %lld ms.",
		number(r, "ms"));
	json_decref(r);
	return ok ? CTL_FINE : CTL_FAILED;
}

enum ctl_status ctl_ping(struct ctl *c)
{
	json_t *r, *arguments = json_pack("{s:s, s:s}", "from", c->args[0], "to", c->args[1]);
	struct ctl_request request = {
		.socket = CTL_CHANGE,
		.command = "ping",
		.arguments = arguments,
		.result_out = &r,
	};
	const char *span = c->option[OPTION_TIMEOUT];
	enum ctl_status status;
	int64_t ms;

	if (span && (!units_duration(span, &ms) || ms < 1000 || ms > 300000)) {
		json_decref(arguments);
		return ctl_misused(c, "\"%s\" is no time from 1s to 5m", span);
	}
	if (span)
		json_object_set_new(arguments, "seconds", json_integer(ms / 1000));
	status = ctl_call(c, &request);
	if (status != CTL_FINE)
		return status;
	if (c->option[OPTION_JSON]) {
		json_print(r, c->out);
		return CTL_FINE;
	}
	text_line(c->out, "%s answered %s after %lld ms%s", member(r, "to"), member(r, "from"),
		number(r, "ms"),
		json_is_true(json_object_get(r, "error"))
			? ", with an error: it does not know pings, which is an answer"
			: "");
	json_decref(r);
	return CTL_FINE;
}
