/* SPDX-License-Identifier: MIT */
/* See table.h. */
#include "ctl/table.h"

#include "base/mem.h"
#include "config/suggest.h"
#include "ctl/client.h"
#include "ctl/text.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED = 3, WIDE = 60 /* a longer cell does not push the others away */ };

/* ---- cells ---- */

char *form_duration(double seconds)
{
	unsigned long long s = (unsigned long long)seconds;

	if (seconds < 60)
		return mem_printf("%.1fs", seconds);
	if (s < 3600)
		return mem_printf("%llum%02llus", s / 60, s % 60);
	if (s < 86400)
		return mem_printf("%lluh%02llum", s / 3600, s % 3600 / 60);
	return mem_printf("%llud%02lluh", s / 86400, s % 86400 / 3600);
}

char *form_bytes(double bytes)
{
	static const char units[] = "kMGT";
	unsigned u = 0;

	if (bytes < 1024)
		return mem_printf("%.0f", bytes);
	for (bytes /= 1024; bytes >= 1024 && units[u + 1]; u++)
		bytes /= 1024;
	return mem_printf("%.1f%c", bytes, units[u]);
}

static char *form_time(const char *text)
{
	size_t n = strcspn(text, ".");

	return mem_printf("%.*s%s", (int)n, text, text[n] ? "Z" : "");
}

static char *form_number(const json_t *value)
{
	if (json_is_integer(value))
		return mem_printf("%lld", (long long)json_integer_value(value));
	return mem_printf("%.1f", json_number_value(value));
}

/* The first few of a list of texts, and how many more. */
static char *form_list(const json_t *list)
{
	size_t n = json_array_size(list);
	char *out = mem_strdup(n ? "" : "-");

	for (size_t i = 0; i < n && i < LISTED; i++) {
		const char *one = json_string_value(json_array_get(list, i));
		char *longer = mem_printf("%s%s%s", out, i ? " " : "", one ? one : "?");

		free(out);
		out = longer;
	}
	if (n > LISTED) {
		char *longer = mem_printf("%s +%zu", out, n - LISTED);

		free(out);
		out = longer;
	}
	return out;
}

char *form_value(const json_t *value, enum table_form form)
{
	const char *text = json_string_value(value);

	if (form == FORM_YES)
		return mem_strdup(json_is_true(value) ? "yes" : "-");
	if (text)
		return form == FORM_TIME ? form_time(text) : mem_strdup(text);
	if (json_is_array(value))
		return form_list(value);
	if (json_is_boolean(value))
		return mem_strdup(json_is_true(value) ? "yes" : "no");
	if (!json_is_number(value))
		return mem_strdup("-");
	if (form == FORM_BYTES)
		return form_bytes(json_number_value(value));
	if (form == FORM_DURATION)
		return form_duration(json_number_value(value));
	return form_number(value);
}

/* ---- columns ---- */

static const struct table_column *column_named(
	const struct table_column *columns, const char *name, struct suggest *s)
{
	for (; columns->name; columns++) {
		if (strcmp(columns->name, name) == 0)
			return columns;
		suggest_offer(s, columns->name);
	}
	return NULL;
}

static bool no_column(
	struct ctl *c, const struct table_column *columns, const char *name, const char *best)
{
	char all[1024] = "";
	size_t n = 0;

	for (; columns->name && n < sizeof(all); columns++)
		n += (size_t)snprintf(
			all + n, sizeof(all) - n, "%s%s", n ? " " : "", columns->name);
	if (best)
		ctl_misused(c, "there is no column \"%s\"; did you mean \"%s\"? There are: %s",
			name, best, all);
	else
		ctl_misused(c, "there is no column \"%s\"; there are: %s", name, all);
	return false;
}

static bool choose(struct table *t, const struct table_column *columns, const char *chosen)
{
	for (const char *p = chosen; *p;) {
		size_t n = strcspn(p, ", ");
		char name[48];
		struct suggest s;

		snprintf(name, sizeof(name), "%.*s", (int)(n < 47 ? n : 47), p);
		p += n + strspn(p + n, ", ");
		if (!name[0])
			continue;
		suggest_init(&s, name);
		if (t->n == TABLE_COLUMNS)
			return true;
		t->shown[t->n] = column_named(columns, name, &s);
		if (!t->shown[t->n])
			return no_column(t->c, columns, name, s.best);
		t->n++;
	}
	return t->n ? true : no_column(t->c, columns, "", NULL);
}

bool table_init(
	struct table *t, struct ctl *c, const struct table_column *columns, const char *chosen)
{
	*t = (struct table){ .c = c };
	if (chosen)
		return choose(t, columns, chosen);
	for (; columns->name && t->n < TABLE_COLUMNS; columns++)
		if (columns->usual)
			t->shown[t->n++] = columns;
	return true;
}

/* ---- rows ---- */

void table_row(struct table *t, const json_t *item)
{
	t->cells = mem_resize(t->cells, (t->rows + 1) * t->n * sizeof(*t->cells));
	for (unsigned i = 0; i < t->n; i++)
		t->cells[t->rows * t->n + i] =
			form_value(json_object_get(item, t->shown[i]->name), t->shown[i]->form);
	t->rows++;
}

static bool to_the_right(enum table_form form)
{
	return form == FORM_NUMBER || form == FORM_BYTES || form == FORM_DURATION;
}

static void widths(const struct table *t, unsigned out[TABLE_COLUMNS])
{
	for (unsigned i = 0; i < t->n; i++)
		out[i] = (unsigned)strlen(t->shown[i]->name);
	for (unsigned i = 0; i < t->rows * t->n; i++) {
		unsigned w = text_width(t->cells[i]);

		if (w > out[i % t->n] && w <= WIDE)
			out[i % t->n] = w;
	}
}

static void print_cell(const struct table *t, unsigned column, const char *cell, unsigned wide)
{
	unsigned w = text_width(cell);
	int pad = (int)(wide > w ? wide - w : 0);
	bool right = to_the_right(t->shown[column]->form), last = column + 1 == t->n;

	if (column)
		fputs("  ", t->c->out);
	if (right)
		fprintf(t->c->out, "%*s", pad, "");
	text_put(t->c->out, cell);
	if (!right && !last)
		fprintf(t->c->out, "%*s", pad, "");
}

void table_end(struct table *t)
{
	unsigned wide[TABLE_COLUMNS];

	widths(t, wide);
	if (t->c->colour)
		fputs("\033[1m", t->c->out);
	for (unsigned i = 0; i < t->n; i++)
		print_cell(t, i, t->shown[i]->name, wide[i]);
	fputs(t->c->colour ? "\033[0m\n" : "\n", t->c->out);
	for (unsigned i = 0; i < t->rows * t->n; i++) {
		print_cell(t, i % t->n, t->cells[i], wide[i % t->n]);
		if (i % t->n + 1 == t->n)
			fputc('\n', t->c->out);
		free(t->cells[i]);
	}
	free(t->cells);
	*t = (struct table){ .c = t->c };
}

/* ---- commands ---- */

static bool take_row(void *arg, json_t *value)
{
	table_row(arg, value);
	return true;
}

static bool take_json(void *arg, json_t *value)
{
	struct table *t = arg;

	json_dumpf(value, t->c->out, JSON_COMPACT | JSON_REAL_PRECISION(15));
	fputc('\n', t->c->out);
	return true;
}

enum ctl_status table_command(
	struct ctl *c, const char *command, const struct table_column *columns)
{
	bool json = c->option[OPTION_JSON] != NULL;
	json_t *result, *arguments = json_object();
	struct table t;
	struct ctl_request r = {
		.command = command,
		.arguments = arguments,
		.item = json ? take_json : take_row,
		.arg = &t,
		.result_out = &result,
	};
	enum ctl_status status = CTL_PROBLEMS;

	if (c->nargs)
		json_object_set_new(arguments, "pattern", json_string(c->args[0]));
	if (!table_init(&t, c, columns, c->option[OPTION_COLUMNS])) {
		json_decref(arguments);
		return status;
	}
	status = ctl_call(c, &r);
	if (!json && status == CTL_FINE)
		table_end(&t);
	if (status == CTL_FINE && json_integer_value(json_object_get(result, "left_out")))
		fprintf(c->err, "trunkctl: %lld more are left out: give a pattern\n",
			(long long)json_integer_value(json_object_get(result, "left_out")));
	if (status == CTL_FINE && json_integer_value(json_object_get(result, "problems")))
		status = CTL_PROBLEMS;
	json_decref(result);
	return status;
}
