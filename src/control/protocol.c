/* SPDX-License-Identifier: MIT */
/* See protocol.h. */
#include "control/protocol.h"

#include <string.h>

static const char *const kind_names[] = {
	[CONTROL_PROGRESS] = "progress",
	[CONTROL_ITEM] = "item",
	[CONTROL_RESULT] = "result",
	[CONTROL_ERROR] = "error",
};
enum { KINDS = sizeof(kind_names) / sizeof(kind_names[0]) };

/* ---- lines ---- */

void control_lines_init(struct control_lines *l, size_t max)
{
	*l = (struct control_lines){ .max = max };
}

void control_lines_fini(struct control_lines *l)
{
	buf_fini(&l->in);
	l->searched = l->taken = 0;
}

static void drop_taken(struct control_lines *l)
{
	buf_consume(&l->in, l->taken);
	l->taken = 0;
}

void control_lines_feed(struct control_lines *l, struct str bytes)
{
	drop_taken(l);
	buf_put(&l->in, bytes);
}

enum control_read control_lines_next(struct control_lines *l, struct str *line_out)
{
	struct str all;
	const char *end;

	drop_taken(l);
	all = buf_view(&l->in);
	end = memchr(all.p + l->searched, '\n', all.n - l->searched);
	if (!end) {
		l->searched = all.n;
		return all.n > l->max ? CONTROL_TOO_LONG : CONTROL_MORE;
	}
	*line_out = (struct str){ all.p, (size_t)(end - all.p) };
	l->searched = 0;
	l->taken = line_out->n + 1;
	return line_out->n > l->max ? CONTROL_TOO_LONG : CONTROL_LINE;
}

/* ---- requests ---- */

static bool is_command(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz-");

	return n > 0 && n <= CONTROL_COMMAND_MAX && !name[n];
}

static const char *take_members(const json_t *object, struct control_request *out)
{
	const char *name = json_string_value(json_object_get(object, "command"));
	json_t *arguments = json_object_get(object, "arguments");

	if (!name || !is_command(name))
		return "the request has no command: {\"command\":\"status\"}";
	if (arguments && !json_is_object(arguments))
		return "the request's arguments are no object";
	if (json_object_size(object) > (arguments ? 2u : 1u))
		return "the request has members other than command and arguments";
	memcpy(out->command, name, strlen(name) + 1);
	out->arguments = arguments ? json_incref(arguments) : json_object();
	return NULL;
}

const char *control_request_read(struct str line, struct control_request *out)
{
	json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	const char *wrong = "the request is no line of JSON";

	*out = (struct control_request){ 0 };
	if (object)
		wrong = json_is_object(object) ? take_members(object, out)
					       : "the request is no JSON object";
	json_decref(object);
	return wrong;
}

void control_request_fini(struct control_request *r)
{
	json_decref(r->arguments);
	*r = (struct control_request){ 0 };
}

/* ---- what both write ---- */

static int put(const char *bytes, size_t n, void *arg)
{
	buf_put(arg, (struct str){ bytes, n });
	return 0;
}

static void put_line(json_t *object, struct buf *out)
{
	json_dump_callback(
		object, put, out, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
	buf_put_char(out, '\n');
	json_decref(object);
}

void control_request_write(const char *command, json_t *arguments, struct buf *out)
{
	json_t *object = json_object();

	json_object_set_new(object, "command", json_string(command));
	if (arguments)
		json_object_set(object, "arguments", arguments);
	put_line(object, out);
}

/* ---- answers ---- */

void control_answer_write(enum control_kind kind, json_t *value, struct buf *out)
{
	json_t *object = json_object();

	json_object_set(object, kind_names[kind], value);
	put_line(object, out);
}

bool control_answer_read(struct str line, enum control_kind *kind_out, json_t **value_out)
{
	json_t *object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	bool found = false;

	for (unsigned i = 0; json_object_size(object) == 1 && i < KINDS; i++) {
		json_t *value = json_object_get(object, kind_names[i]);

		if (!value)
			continue;
		*kind_out = (enum control_kind)i;
		*value_out = json_incref(value);
		found = true;
	}
	json_decref(object);
	return found;
}
