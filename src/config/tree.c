/* SPDX-License-Identifier: MIT */
/* libconfig's part of the work: text to tree. Owns the tree and the text. */
#include "config/tree.h"

#include "config/syntax.h"

#include <stdlib.h>

/* The line as it stands, for a syntax error that nothing explains. */
static struct str line_text(struct str text, unsigned line)
{
	const char *end;

	while (--line && text.n) {
		end = memchr(text.p, '\n', text.n);
		text = str_skip(text, end ? (size_t)(end - text.p) + 1 : text.n);
	}
	end = text.n ? memchr(text.p, '\n', text.n) : NULL;
	if (end)
		text.n = (size_t)(end - text.p);
	text = str_trim(text);
	text.n = text.n < 120 ? text.n : 120;
	return text;
}

static void complain(struct tree *t, struct config_report *report, unsigned line, const char *why)
{
	struct config_origin at = source_origin(&t->source, line);

	config_report_add(report, CONFIG_ERROR, &at, "%s (near: %.*s)", why,
		STR_ARG(line_text(buf_view(&t->source.text), line)));
}

bool tree_parse(struct tree *t, struct config_report *report)
{
	unsigned line = 1;
	char *why;

	config_init(&t->config);
	/* A comment at the very end needs its newline. */
	buf_put(&t->source.text, STR("\n"));
	why = syntax_check(buf_view(&t->source.text), &line);
	if (why) {
		complain(t, report, line, why);
		free(why);
		return false;
	}
	buf_put_char(&t->source.text, '\0');
	buf_truncate(&t->source.text, buf_len(&t->source.text) - 1);
	if (config_read_string(&t->config, buf_view(&t->source.text).p))
		return true;
	/* The check knows the grammar; should libconfig know it better, it has the last word. */
	complain(t, report, (unsigned)config_error_line(&t->config), "syntax error");
	return false;
}

struct config_origin tree_origin(const struct tree *t, const config_setting_t *s)
{
	unsigned line = config_setting_source_line(s);

	return source_origin(&t->source, line ? line : 1);
}

void tree_fini(struct tree *t)
{
	config_destroy(&t->config);
	source_fini(&t->source);
}
