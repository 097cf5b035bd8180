/* SPDX-License-Identifier: MIT */
/* See config_diff.h. Both are compared as they are printed: defaults written out, secrets masked.
 */
#include "ctl/config_diff.h"

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/client.h"
#include "ctl/diff.h"
#include "ctl/json.h"
#include "ctl/load.h"
#include "ctl/text.h"

#include <stdlib.h>

static bool take_text(void *arg, json_t *value)
{
	const json_t *text = json_object_get(value, "text");

	if (json_is_string(text))
		buf_put(arg, (struct str){ json_string_value(text), json_string_length(text) });
	return true;
}

static unsigned depth_of(struct str line)
{
	unsigned n = 0;

	while (n < line.n && line.p[n] == '\t')
		n++;
	return n;
}

/* "peering_controls: match = [ "b.example" ]: queue": where a line stands. Of a group in a list,
 * its first key says which one it is. */
static char *place_of(const struct diff_text *t, unsigned at)
{
	unsigned depth = at < t->n ? depth_of(t->lines[at]) : 0;
	char *place = mem_strdup("");

	for (unsigned i = at; i-- > 0 && depth;) {
		struct str line = t->lines[i];
		char *longer;

		if (depth_of(line) >= depth)
			continue;
		depth = depth_of(line);
		line = str_trim(line);
		if (str_is(line, "{") || str_is(line, "},"))
			line = i + 1 < t->n ? str_trim(t->lines[i + 1]) : line;
		while (line.n && strchr(" =({;", line.p[line.n - 1]))
			line.n--;
		longer = mem_printf("%.*s%s%s", STR_ARG(line), *place ? ": " : "", place);
		free(place);
		place = longer;
	}
	return place;
}

/* Of a change that only takes lines out, where they stood. */
static char *place_of_change(
	const struct diff_text *a, const struct diff_text *b, const struct diff_change *c)
{
	return c->nb ? place_of(b, c->b) : place_of(a, c->a);
}

static void print_lines(
	struct ctl *c, const struct diff_text *t, unsigned from, unsigned n, char sign)
{
	for (unsigned i = from; i < from + n; i++) {
		char *line = str_dup(str_trim(t->lines[i]));

		if (c->colour)
			fputs(sign == '-' ? "\033[31m" : "\033[32m", c->out);
		fprintf(c->out, "  %c ", sign);
		text_put(c->out, line);
		fputs(c->colour ? "\033[0m\n" : "\n", c->out);
		free(line);
	}
}

static json_t *lines_json(const struct diff_text *t, unsigned from, unsigned n)
{
	json_t *out = json_array();

	for (unsigned i = from; i < from + n; i++)
		json_array_append_new(out, json_text(str_trim(t->lines[i])));
	return out;
}

struct sides {
	struct diff_text running, file;
	struct diff_change *changes;
	unsigned n;
};

static void print_text(struct ctl *c, const struct sides *s)
{
	char *last = mem_strdup("");

	if (!s->n)
		text_line(c->out, "What runs is what %s says.", load_path(c));
	for (unsigned i = 0; i < s->n; i++) {
		const struct diff_change *d = &s->changes[i];
		char *place = place_of_change(&s->running, &s->file, d);

		if (i == 0 || strcmp(place, last) != 0)
			text_line(c->out, "%s", *place ? place : "(sections)");
		free(last);
		last = place;
		print_lines(c, &s->running, d->a, d->na, '-');
		print_lines(c, &s->file, d->b, d->nb, '+');
	}
	free(last);
}

static void print_json(struct ctl *c, const struct sides *s, const json_t *running)
{
	json_t *changes = json_array();

	for (unsigned i = 0; i < s->n; i++) {
		const struct diff_change *d = &s->changes[i];
		MEM_AUTO char *place = place_of_change(&s->running, &s->file, d);

		json_array_append_new(
			changes, json_pack("{s:o, s:o, s:o}", "place", json_text(str_of(place)),
					 "running", lines_json(&s->running, d->a, d->na), "file",
					 lines_json(&s->file, d->b, d->nb)));
	}
	json_print(json_pack("{s:b, s:s, s:O, s:o}", "same", s->n == 0, "file", load_path(c),
			   "running_hash", json_object_get(running, "hash"), "changes", changes),
		c->out);
}

static enum ctl_status compare(struct ctl *c, const struct settings *settings)
{
	struct buf running = { 0 }, file = { 0 };
	struct sides s = { 0 };
	json_t *result;
	struct ctl_request r = {
		.command = "config",
		.item = take_text,
		.arg = &running,
		.result_out = &result,
	};
	enum ctl_status status = ctl_call(c, &r);

	if (status == CTL_FINE) {
		config_print(&settings_schema, settings, false, &file);
		diff_text_init(&s.running, buf_view(&running));
		diff_text_init(&s.file, buf_view(&file));
		s.n = diff_texts(&s.running, &s.file, &s.changes);
		if (c->option[OPTION_JSON])
			print_json(c, &s, result);
		else
			print_text(c, &s);
		status = s.n ? CTL_PROBLEMS : CTL_FINE;
		diff_text_fini(&s.running);
		diff_text_fini(&s.file);
	}
	free(s.changes);
	json_decref(result);
	buf_fini(&running);
	buf_fini(&file);
	return status;
}

enum ctl_status config_diff(struct ctl *c)
{
	struct plan *plan = load_plan_without_keys(c);
	enum ctl_status status;

	if (!plan)
		return CTL_FAILED;
	status = compare(c, &plan->settings);
	plan_unref(plan);
	return status;
}
