/* SPDX-License-Identifier: MIT */
/* trunkctl reload [--plan]: waits for the end of it, and prints each finding; or what it would do
 * to each stream. */
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/text.h"

#include <string.h>

struct reloading {
	struct ctl *c;
	struct text text;
	unsigned streams;
};

static const char *member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static void print_stream(struct reloading *r, const json_t *item)
{
	const char *verdict = member(item, "verdict");
	char id[32], names[600];

	if (!r->streams++)
		text_section(&r->text, "Streams");
	snprintf(
		id, sizeof(id), "%lld", (long long)json_integer_value(json_object_get(item, "id")));
	snprintf(names, sizeof(names), "%s -> %s (%s, %s)", member(item, "from"),
		member(item, "to"), member(item, "dir"), member(item, "address"));
	text_row(&r->text,
		strcmp(verdict, "keep") == 0    ? TONE_PLAIN
		: strcmp(verdict, "drain") == 0 ? TONE_WARN
						: TONE_BAD,
		id, verdict, names, member(item, "why"), NULL);
}

static bool print_item(void *arg, json_t *item)
{
	struct reloading *r = arg;
	const char *kind = member(item, "kind");

	if (r->c->option[OPTION_JSON])
		json_print(json_incref(item), r->c->out);
	else if (strcmp(kind, "finding") == 0)
		text_line(strcmp(member(item, "severity"), "error") == 0 ? r->c->err : r->c->out,
			"%s", member(item, "words"));
	else if (strcmp(kind, "listener") == 0)
		text_line(r->c->out, "listener %s: %s", member(item, "address"),
			member(item, "verdict"));
	else if (strcmp(kind, "stream") == 0)
		print_stream(r, item);
	return true;
}

static long long number(const json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

static void print_end(struct reloading *r, const json_t *result)
{
	const json_t *configuration = json_object_get(result, "configuration");

	text_end(&r->text);
	if (!r->c->option[OPTION_PLAN]) {
		text_line(r->c->out, "reloaded: configuration %s, %lld peering controls",
			member(configuration, "hash"), number(configuration, "peering_controls"));
		return;
	}
	if (json_is_true(json_object_get(result, "same")))
		text_line(r->c->out,
			"The configuration is the one in force; files that it names are "
			"read again.");
	text_line(r->c->out,
		"A reload would keep %lld streams, drain %lld, close %lld. Nothing was "
		"changed.",
		number(result, "keep"), number(result, "drain"), number(result, "close"));
}

enum ctl_status ctl_reload(struct ctl *c)
{
	struct reloading r = { .c = c, .text = { .f = c->out, .colour = c->colour } };
	json_t *result = NULL;
	struct ctl_request request = {
		.socket = c->option[OPTION_PLAN] ? CTL_READ : CTL_CHANGE,
		.command = c->option[OPTION_PLAN] ? "reload-plan" : "reload",
		.item = print_item,
		.arg = &r,
		.result_out = &result,
	};
	enum ctl_status status = ctl_call(c, &request);

	if (status != CTL_FINE) {
		text_end(&r.text);
		return status;
	}
	if (c->option[OPTION_JSON]) {
		json_print(result, c->out);
		return CTL_FINE;
	}
	print_end(&r, result);
	json_decref(result);
	return CTL_FINE;
}
