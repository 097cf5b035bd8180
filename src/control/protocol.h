/* SPDX-License-Identifier: MIT */
/*
 * What is said on the control socket, without a socket: lines of JSON (RFC 8259) cut out of bytes,
 * a request read, an answer written and read. The daemon and trunkctl stand on either side of it.
 *
 * One request is one line: {"command":"streams","arguments":{...}}. The answer is lines, each an
 * object with one member: any number of "progress" and "item", then one "result" or "error".
 */
#pragma once

#include "base/buf.h"

#include <jansson.h>

enum {
	CONTROL_REQUEST_MAX = 64 * 1024,      /* bytes of a request, without its newline */
	CONTROL_ANSWER_MAX = 4 * 1024 * 1024, /* of one line of an answer */
	CONTROL_COMMAND_MAX = 32,
};

/* Lines out of bytes as they come. Owns what has not been a line yet. */
struct control_lines {
	struct buf in;
	size_t max;
	size_t searched; /* so much of `in` has no newline */
	size_t taken;    /* of the line that was given out last, with its newline */
};
enum control_read { CONTROL_MORE, CONTROL_LINE, CONTROL_TOO_LONG };
void control_lines_init(struct control_lines *l, size_t max);
void control_lines_fini(struct control_lines *l);
void control_lines_feed(struct control_lines *l, struct str bytes);
/* The next line, without newline; it is valid until the next call of any of these. */
enum control_read control_lines_next(struct control_lines *l, struct str *line_out);

struct control_request {
	char command[CONTROL_COMMAND_MAX + 1];
	json_t *arguments; /* an object, never NULL after a request was read */
};
/* NULL, or what is wrong with it, in words; then there is nothing to finish. */
const char *control_request_read(struct str line, struct control_request *out);
void control_request_fini(struct control_request *r);
/* Appends the line with its newline. `arguments` may be NULL; it stays the caller's. */
void control_request_write(const char *command, json_t *arguments, struct buf *out);

enum control_kind { CONTROL_PROGRESS, CONTROL_ITEM, CONTROL_RESULT, CONTROL_ERROR };
/* Appends one line of an answer with its newline. `value` stays the caller's. */
void control_answer_write(enum control_kind kind, json_t *value, struct buf *out);
/* False: the line is none. *value_out is the caller's. */
bool control_answer_read(struct str line, enum control_kind *kind_out, json_t **value_out);
