/* SPDX-License-Identifier: MIT */
/* See map_dot.h. */
#include "ctl/map_dot.h"

#include <stdbool.h>

/* A quoted ID: \" is its only escape, and labels read other backslashes themselves. */
static void put_name(FILE *f, const json_t *pair, const char *name)
{
	const char *s = json_string_value(json_object_get(pair, name));

	fputc('"', f);
	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fputc('\\', f);
		fputc(c < ' ' || c == 0x7f ? '?' : c, f);
	}
	fputc('"', f);
}

static long long number(const json_t *way, const char *name)
{
	return (long long)json_integer_value(json_object_get(way, name));
}

static const char *colour(const json_t *there, const json_t *back)
{
	bool out = json_is_true(json_object_get(there, "connected"));
	bool in = json_is_true(json_object_get(back, "connected"));

	if (json_is_true(json_object_get(there, "down")) ||
		json_is_true(json_object_get(back, "down")))
		return "#b3261e\", style=\"dashed";
	if (out && in)
		return "#1a66d6";
	return out || in ? "#0a857a" : "#566270\", style=\"dotted";
}

void map_dot_begin(FILE *f)
{
	fputs("graph trunkd {\n\tlayout=circo;\n\tnode [shape=box, style=rounded, "
	      "fontname=\"sans-serif\"];\n",
		f);
}

void map_dot_pair(FILE *f, const json_t *pair)
{
	const json_t *there = json_object_get(pair, "there"), *back = json_object_get(pair, "back");
	long long carried = number(there, "carried"), returned = number(back, "carried");
	long long waiting = number(there, "waiting") + number(back, "waiting");
	unsigned width = 1;

	for (long long n = carried + returned; n >= 10; n /= 10)
		width++;
	fputc('\t', f);
	put_name(f, pair, "a");
	fputs(" -- ", f);
	put_name(f, pair, "b");
	fprintf(f, " [color=\"%s\", penwidth=%u, label=\"%lld / %lld", colour(there, back),
		width > 7 ? 7 : width, carried, returned);
	if (waiting)
		fprintf(f, " (%lld waiting)", waiting);
	fputs("\"];\n", f);
}

void map_dot_end(FILE *f)
{
	fputs("}\n", f);
}
