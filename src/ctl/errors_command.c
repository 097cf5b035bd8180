/* SPDX-License-Identifier: MIT */
/* trunkctl errors: what peers have sent that could not be read; with the bytes, where asked for. */
#include "base/buf.h"
#include "base/mem.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/table.h"
#include "ctl/text.h"

#include <string.h>

static const char *member(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

/* The bytes with everything but ASCII escaped, and a mark below the one at `at`. */
static void put_bytes(struct buf *out, const char *hex, size_t at)
{
	size_t n = strlen(hex) / 2, mark = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned c = digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]);

		if (i == at)
			mark = buf_len(out);
		if (c >= ' ' && c < 0x7f && c != '\\')
			buf_put_char(out, (char)c);
		else
			buf_printf(out, c == '\n' ? "\\n" : "\\x%02x", c);
	}
	if (at >= n)
		mark = buf_len(out);
	/* text_block() indents the first line. */
	buf_printf(out, "\n  %*s^", (int)mark, "");
}

static bool print_bytes(void *arg, json_t *row)
{
	struct ctl *c = arg;
	struct text t = { .f = c->out, .colour = c->colour };
	struct buf bytes = { 0 };
	const char *domain = member(row, "domain");
	bool proven = json_is_true(json_object_get(row, "proven"));
	json_int_t offset = json_integer_value(json_object_get(row, "offset"));
	json_int_t first = json_integer_value(json_object_get(row, "bytes_offset"));
	MEM_AUTO char *what = mem_printf("%s, at byte %lld%s%s", member(row, "condition"),
		(long long)offset, *member(row, "words") ? ": " : "", member(row, "words"));

	text_section(&t, "%s, %s%s, stream %lld, %s", member(row, "peer"),
		!*domain ? "no domain yet"
		: proven ? ""
			 : "claiming ",
		domain, (long long)json_integer_value(json_object_get(row, "id")),
		member(row, "time"));
	text_row(&t, TONE_BAD, "what", what, NULL);
	put_bytes(&bytes, member(row, "bytes"), (size_t)(offset - first));
	text_block(&t, buf_view(&bytes));
	text_end(&t);
	buf_fini(&bytes);
	fputc('\n', c->out);
	return true;
}

static bool print_json(void *arg, json_t *row)
{
	struct ctl *c = arg;

	json_dumpf(row, c->out, JSON_COMPACT);
	fputc('\n', c->out);
	return true;
}

static enum ctl_status errors_bytes(struct ctl *c)
{
	struct ctl_request r = {
		.socket = CTL_CHANGE,
		.command = "errors-bytes",
		.arguments = json_object(),
		.item = c->option[OPTION_JSON] ? print_json : print_bytes,
		.arg = c,
	};

	if (c->nargs)
		json_object_set_new(r.arguments, "pattern", json_text(str_of(c->args[0])));
	return ctl_call(c, &r);
}

enum ctl_status ctl_errors(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "time", FORM_TIME, true },
		{ "peer", FORM_TEXT, true },
		{ "domain", FORM_TEXT, true },
		{ "proven", FORM_YES, true },
		{ "dir", FORM_TEXT, false },
		{ "own", FORM_TEXT, false },
		{ "id", FORM_NUMBER, false },
		{ "times", FORM_NUMBER, true },
		{ "offset", FORM_NUMBER, true },
		{ "condition", FORM_TEXT, true },
		{ "words", FORM_TEXT, true },
		{ NULL, FORM_TEXT, false },
	};

	if (!c->option[OPTION_BYTES])
		return table_command(c, "errors", columns);
	if (c->option[OPTION_COLUMNS])
		return ctl_misused(c, "--bytes is no table: -o does not go with it");
	return errors_bytes(c);
}
