/* SPDX-License-Identifier: MIT */
/* trunkctl map: who is joined to whom, as a list, for Graphviz, or as the daemon's own picture. */
#include "base/mem.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/map_dot.h"
#include "ctl/table.h"
#include "ctl/text.h"

#include <stdlib.h>
#include <string.h>

static const char *member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static bool print_picture(void *arg, json_t *value)
{
	struct ctl *c = arg;

	fputs(member(value, "text"), c->out);
	return true;
}

static bool print_json(void *arg, json_t *value)
{
	struct ctl *c = arg;

	json_dumpf(value, c->out, JSON_COMPACT);
	fputc('\n', c->out);
	return true;
}

static bool print_dot(void *arg, json_t *value)
{
	struct ctl *c = arg;

	map_dot_pair(c->out, value);
	return true;
}

static void add_row(
	struct table *t, const json_t *pair, const char *from, const char *to, const char *way)
{
	json_t *row = json_copy(json_object_get(pair, way));

	json_object_set(row, "from", json_object_get(pair, from));
	json_object_set(row, "to", json_object_get(pair, to));
	table_row(t, row);
	json_decref(row);
}

static bool add_rows(void *arg, json_t *value)
{
	add_row(arg, value, "a", "b", "there");
	add_row(arg, value, "b", "a", "back");
	return true;
}

static enum ctl_status print_table(struct ctl *c, struct ctl_request *r)
{
	static const struct table_column columns[] = {
		{ "from", FORM_TEXT, true },
		{ "to", FORM_TEXT, true },
		{ "state", FORM_TEXT, true },
		{ "carried", FORM_NUMBER, true },
		{ "waiting", FORM_NUMBER, true },
		{ NULL, FORM_TEXT, false },
	};
	enum ctl_status status;
	struct table t;

	if (!table_init(&t, c, columns, NULL)) {
		json_decref(r->arguments);
		return CTL_PROBLEMS;
	}
	r->item = add_rows;
	r->arg = &t;
	status = ctl_call(c, r);
	if (status == CTL_FINE)
		table_end(&t);
	return status;
}

static enum ctl_status print_graph(struct ctl *c, struct ctl_request *r)
{
	enum ctl_status status;
	char *graph = NULL;
	size_t n = 0;
	FILE *out = c->out, *f = open_memstream(&graph, &n);

	if (!f) {
		json_decref(r->arguments);
		return ctl_failed(c, "no memory");
	}
	/* A graph is whole, or there is none. */
	c->out = f;
	r->item = print_dot;
	map_dot_begin(f);
	status = ctl_call(c, r);
	map_dot_end(f);
	fclose(f);
	c->out = out;
	if (status == CTL_FINE)
		fputs(graph, out);
	free(graph);
	return status;
}

enum ctl_status ctl_map(struct ctl *c)
{
	const char *format = c->option[OPTION_FORMAT] ? c->option[OPTION_FORMAT] : "txt";
	bool svg = strcmp(format, "svg") == 0, dot = strcmp(format, "dot") == 0;
	json_t *result;
	struct ctl_request r = {
		.command = "map", .item = print_json, .arg = c, .result_out = &result
	};
	enum ctl_status status;

	if (!svg && !dot && strcmp(format, "txt") != 0)
		return ctl_misused(c, "\"%s\" is no format: txt, dot or svg", format);
	if (c->option[OPTION_JSON] && (svg || dot))
		return ctl_misused(c, "--json and --format %s do not go together", format);
	r.arguments = json_pack("{s:s}", "format", svg ? "svg" : "pairs");
	if (svg)
		r.item = print_picture;
	if (dot)
		status = print_graph(c, &r);
	else
		status = svg || c->option[OPTION_JSON] ? ctl_call(c, &r) : print_table(c, &r);
	if (status == CTL_FINE && json_integer_value(json_object_get(result, "left_out")))
		fprintf(c->err, "trunkctl: %lld more pairs are left out\n",
			(long long)json_integer_value(json_object_get(result, "left_out")));
	if (status == CTL_FINE)
		json_decref(result);
	return status;
}
