/* SPDX-License-Identifier: MIT */
/* trunkctl retry, flush, close, pause, drain, resume, block, unblock, orders: short commands that
 * change what the running daemon does, and a table of which are in force. */
#include "config/units.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/table.h"
#include "ctl/text.h"

#include <stdlib.h>
#include <string.h>

/* Asks; prints the answer as JSON, or leaves it to be told. NULL: there is nothing to tell. */
static json_t *ask(
	struct ctl *c, const char *command, json_t *arguments, enum ctl_status *status_out)
{
	json_t *r = NULL;
	struct ctl_request request = {
		.socket = CTL_CHANGE,
		.command = command,
		.arguments = arguments,
		.result_out = &r,
	};

	*status_out = ctl_call(c, &request);
	if (*status_out != CTL_FINE || !c->option[OPTION_JSON])
		return *status_out == CTL_FINE ? r : NULL;
	json_print(r, c->out);
	return NULL;
}

static json_t *target(const struct ctl *c)
{
	return json_pack("{s:s}", "target", c->args[0]);
}

static enum ctl_status count(struct ctl *c, const char *command, json_t *arguments,
	const char *member, const char *none, const char *one, const char *many)
{
	enum ctl_status status;
	json_t *r = ask(c, command, arguments, &status);
	json_int_t n;

	if (!r)
		return status;
	n = json_integer_value(json_object_get(r, member));
	if (n == 0)
		text_line(c->out, "%s", none);
	else
		text_line(c->out, "%lld %s", (long long)n, n == 1 ? one : many);
	json_decref(r);
	return status;
}

enum ctl_status ctl_retry(struct ctl *c)
{
	return count(c, "retry", target(c), "routes", "nothing waits for another try",
		"route is tried now", "routes are tried now");
}

enum ctl_status ctl_flush(struct ctl *c)
{
	return count(c, "flush", target(c), "stanzas", "nothing was waiting",
		"stanza was sent back to its sender", "stanzas were sent back to their senders");
}

enum ctl_status ctl_close(struct ctl *c)
{
	json_t *arguments;
	char *end;

	if (c->nargs == 1) {
		unsigned long long id = strtoull(c->args[0], &end, 10);

		if (!id || *end)
			return ctl_misused(c, "\"%s\" is no stream's id", c->args[0]);
		arguments = json_pack("{s:I}", "id", (json_int_t)id);
	} else {
		arguments = json_pack("{s:s, s:s}", "from", c->args[0], "to", c->args[1]);
	}
	return count(c, "close", arguments, "streams", "there is no such stream",
		"stream is being closed", "streams are being closed");
}

/* ---- orders ---- */

static enum ctl_status order(
	struct ctl *c, const char *command, json_t *arguments, const char *what)
{
	enum ctl_status status;
	json_t *r = ask(c, command, arguments, &status);

	if (!r)
		return status;
	text_line(c->out, "%s: %s", c->args[0], what);
	json_decref(r);
	return status;
}

enum ctl_status ctl_pause(struct ctl *c)
{
	return order(c, "pause", target(c),
		"paused; what goes there waits in its queue, and is bounced when its time is over");
}

enum ctl_status ctl_drain(struct ctl *c)
{
	return order(c, "drain", target(c),
		"out of service; what is under way is finished, nothing new is begun");
}

enum ctl_status ctl_resume(struct ctl *c)
{
	return order(c, "resume", target(c), "in service");
}

enum ctl_status ctl_block(struct ctl *c)
{
	json_t *arguments = target(c);
	const char *span = c->option[OPTION_FOR];
	int64_t ms;

	if (span && (!units_duration(span, &ms) || ms < 1000)) {
		json_decref(arguments);
		return ctl_misused(c, "\"%s\" is no time: write 30m, 1h, 7d", span);
	}
	if (span)
		json_object_set_new(arguments, "seconds", json_integer(ms / 1000));
	return order(c, "block", arguments,
		span ? "blocked for that time, or until a restart"
		     : "blocked until it is unblocked, or a restart; what shall last belongs into "
		       "the configuration: action = \"reject\"");
}

enum ctl_status ctl_unblock(struct ctl *c)
{
	return order(c, "unblock", target(c), "no longer blocked");
}

enum ctl_status ctl_orders(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "order", FORM_TEXT, true },
		{ "target", FORM_TEXT, true },
		{ "until", FORM_TIME, true },
		{ 0 },
	};

	return table_command(c, "orders", columns);
}
