/* SPDX-License-Identifier: MIT */
/*
 * The control sockets' protocol, both sides. Input: bytes, as from a socket; the first byte says in
 * pieces of what size they come. Cut otherwise, they are the same lines; what was read as a request
 * or as an answer is, written and read again, the same.
 */
#include "fuzz.h"

#include "control/protocol.h"

#include <string.h>

enum { MAX = 200 };

/* All lines, each behind its length; "!" when it became too much. */
static void read_lines(struct str in, size_t step, struct buf *out)
{
	struct control_lines l;
	enum control_read r = CONTROL_MORE;

	control_lines_init(&l, MAX);
	while (in.n && r == CONTROL_MORE) {
		struct str piece = { in.p, in.n < step ? in.n : step }, line;

		control_lines_feed(&l, piece);
		in = str_skip(in, piece.n);
		while ((r = control_lines_next(&l, &line)) == CONTROL_LINE) {
			MUST(line.n <= MAX && !memchr(line.p, '\n', line.n));
			buf_printf(out, "%zu:", line.n);
			buf_put(out, line);
		}
	}
	if (r == CONTROL_TOO_LONG)
		buf_put_char(out, '!');
	control_lines_fini(&l);
}

static void check_request(struct str line)
{
	struct control_request r, again;
	struct buf out = { 0 };
	const char *wrong = control_request_read(line, &r);

	if (wrong) {
		MUST(!r.arguments);
		return;
	}
	MUST(r.command[0] && strlen(r.command) <= CONTROL_COMMAND_MAX &&
		json_is_object(r.arguments));
	control_request_write(r.command, r.arguments, &out);
	MUST(!control_request_read(str_trim(buf_view(&out)), &again));
	MUST(strcmp(r.command, again.command) == 0);
	MUST(json_object_size(r.arguments) == json_object_size(again.arguments));
	control_request_fini(&r);
	control_request_fini(&again);
	buf_fini(&out);
}

static void check_answer(struct str line)
{
	enum control_kind kind, kind_again;
	struct buf out = { 0 };
	json_t *value, *again;

	if (!control_answer_read(line, &kind, &value))
		return;
	control_answer_write(kind, value, &out);
	MUST(memchr(buf_view(&out).p, '\n', buf_len(&out)) == buf_view(&out).p + buf_len(&out) - 1);
	MUST(control_answer_read(str_trim(buf_view(&out)), &kind_again, &again));
	MUST(kind == kind_again && json_typeof(value) == json_typeof(again));
	json_decref(value);
	json_decref(again);
	buf_fini(&out);
}

static void check_lines(struct str in)
{
	while (in.n) {
		const char *end = memchr(in.p, '\n', in.n);
		struct str line = { in.p, end ? (size_t)(end - in.p) : in.n };

		check_request(line);
		check_answer(line);
		in = str_skip(in, line.n + (end ? 1 : 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data + 1, size - 1 };
	struct buf pieces = { 0 }, whole = { 0 };

	if (!size)
		return 0;
	read_lines(in, (data[0] & 31) + 1u, &pieces);
	read_lines(in, in.n + 1, &whole);
	MUST(str_eq(buf_view(&pieces), buf_view(&whole)));
	buf_fini(&pieces);
	buf_fini(&whole);
	check_lines(in);
	return 0;
}
