/* SPDX-License-Identifier: MIT */
/* trunkctl streams, routes, peers: what the daemon has, as tables. */
#include "base/mem.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/table.h"
#include "ctl/text.h"

#include <string.h>

enum ctl_status ctl_streams(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "id", FORM_NUMBER, true },
		{ "dir", FORM_TEXT, true },
		{ "state", FORM_TEXT, true },
		{ "from", FORM_TEXT, true },
		{ "to", FORM_TEXT, true },
		{ "peer", FORM_TEXT, true },
		{ "proof", FORM_TEXT, true },
		{ "stanzas_in", FORM_NUMBER, true },
		{ "stanzas_out", FORM_NUMBER, true },
		{ "bytes_in", FORM_BYTES, false },
		{ "bytes_out", FORM_BYTES, false },
		{ "age", FORM_DURATION, true },
		{ "quiet", FORM_DURATION, false },
		{ "tls", FORM_TEXT, true },
		{ "certificate", FORM_TEXT, false },
		{ "certificate_end", FORM_TIME, false },
		{ "held", FORM_YES, false },
		{ "pairs", FORM_NUMBER, false },
		{ "unsent", FORM_BYTES, false },
		{ "worker", FORM_NUMBER, false },
		{ NULL, FORM_TEXT, false },
	};

	return table_command(c, "streams", columns);
}

enum ctl_status ctl_routes(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "from", FORM_TEXT, true },
		{ "to", FORM_TEXT, true },
		{ "state", FORM_TEXT, true },
		{ "stanzas", FORM_NUMBER, true },
		{ "bytes", FORM_BYTES, true },
		{ "oldest", FORM_DURATION, true },
		{ "retry", FORM_DURATION, true },
		{ "stream", FORM_NUMBER, true },
		{ "target", FORM_TEXT, false },
		{ "stage", FORM_TEXT, false },
		{ "streams_in", FORM_NUMBER, false },
		{ "kept", FORM_NUMBER, false },
		{ "permit", FORM_TEXT, false },
		{ "worker", FORM_NUMBER, false },
		{ NULL, FORM_TEXT, false },
	};

	return table_command(c, "routes", columns);
}

/* ---- peers ---- */

static char *value(const json_t *o, const char *name, enum table_form form)
{
	return form_value(json_object_get(o, name), form);
}

static void row(struct text *t, enum tone tone, const char *label, const json_t *o,
	const char *name, enum table_form form)
{
	MEM_AUTO char *cell = value(o, name, form);

	text_row(t, tone, label, cell, NULL);
}

/* "dns 2, tcp 1, tls 7 ms". */
static char *stages(const json_t *attempt)
{
	json_t *all = json_object_get(attempt, "stages"), *ms;
	char out[128] = "";
	const char *name;
	size_t n = 0;

	json_object_foreach(all, name, ms) if (n < sizeof(out)) n +=
		(size_t)snprintf(out + n, sizeof(out) - n, "%s%s %lld", n ? ", " : "", name,
			(long long)json_integer_value(ms));
	return n ? mem_printf("%s ms", out) : mem_strdup("-");
}

static void print_attempts(struct text *t, const json_t *peer, const char *name, const char *title)
{
	const json_t *all = json_object_get(peer, name), *a;
	size_t i;

	if (!json_array_size(all))
		return;
	text_section(t, "%s", title);
	json_array_foreach(all, i, a)
	{
		MEM_AUTO char *time = value(a, "time", FORM_TIME);
		MEM_AUTO char *target = value(a, "target", FORM_TEXT);
		MEM_AUTO char *stage = value(a, "stage", FORM_TEXT);
		MEM_AUTO char *took = stages(a);
		MEM_AUTO char *end = value(a, "certificate_end", FORM_TIME);
		const char *error = json_string_value(json_object_get(a, "error"));
		const char *seen = json_string_value(json_object_get(a, "certificate"));

		text_row(t, error ? TONE_BAD : TONE_GOOD, time, error ? error : "succeeded", NULL);
		text_row(t, TONE_PLAIN, "", target, stage, took, NULL);
		if (seen)
			text_row(t, TONE_PLAIN, "", "certificate", seen, end, NULL);
	}
}

static void print_peer(struct text *t, const json_t *p)
{
	MEM_AUTO char *name = value(p, "peer", FORM_TEXT);
	const char *error = json_string_value(json_object_get(p, "error"));
	const char *remedy = json_string_value(json_object_get(p, "remedy"));

	text_section(t, "%s", name);
	row(t, error ? TONE_BAD : TONE_PLAIN, "State", p, "state", FORM_TEXT);
	row(t, TONE_PLAIN, "Streams in", p, "in", FORM_NUMBER);
	row(t, TONE_PLAIN, "Streams out", p, "out", FORM_NUMBER);
	row(t, TONE_PLAIN, "Last reached", p, "last_success", FORM_TIME);
	row(t, TONE_PLAIN, "Last came in", p, "last_in", FORM_TIME);
	if (json_is_string(json_object_get(p, "clearance")))
		row(t, TONE_PLAIN, "Its certificate's clearance", p, "clearance", FORM_TEXT);
	row(t, TONE_PLAIN, "Failures in a row", p, "failures", FORM_NUMBER);
	row(t, TONE_PLAIN, "Next try in", p, "retry", FORM_DURATION);
	if (error) {
		row(t, TONE_BAD, "Failed at", p, "failed_at", FORM_TEXT);
		text_row(t, TONE_BAD, "Error", error, NULL);
	}
	if (remedy)
		text_row(t, TONE_PLAIN, "Remedy", remedy, NULL);
	print_attempts(t, p, "attempts", "Attempts to reach it");
	print_attempts(t, p, "attempts_in", "Its attempts that failed");
}

struct details {
	struct text text;
	unsigned n;
};

static bool take_details(void *arg, json_t *value)
{
	struct details *d = arg;

	d->n++;
	print_peer(&d->text, value);
	return true;
}

/* One domain: everything about it. */
static enum ctl_status details(struct ctl *c)
{
	struct details d = { .text = { .f = c->out, .colour = c->colour } };
	struct ctl_request r = {
		.command = "peers",
		.arguments = json_pack("{s:o}", "pattern", json_text(str_of(c->args[0]))),
		.item = take_details,
		.arg = &d,
	};
	enum ctl_status status = ctl_call(c, &r);

	text_end(&d.text);
	if (status == CTL_FINE && !d.n)
		text_line(c->out,
			"Nothing is known of %s: nothing was sent there, nobody came from there.",
			c->args[0]);
	return status;
}

enum ctl_status ctl_peers(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "peer", FORM_TEXT, true },
		{ "state", FORM_TEXT, true },
		{ "in", FORM_NUMBER, true },
		{ "out", FORM_NUMBER, true },
		{ "last_success", FORM_TIME, true },
		{ "last_in", FORM_TIME, false },
		{ "clearance", FORM_TEXT, false },
		{ "failures", FORM_NUMBER, false },
		{ "retry", FORM_DURATION, true },
		{ "failed_at", FORM_TEXT, true },
		{ "error", FORM_TEXT, true },
		{ NULL, FORM_TEXT, false },
	};

	if (c->nargs && c->args[0][0] != '*' && !c->option[OPTION_JSON] &&
		!c->option[OPTION_COLUMNS])
		return details(c);
	return table_command(c, "peers", columns);
}
