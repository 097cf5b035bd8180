/* SPDX-License-Identifier: MIT */
/* "retry", "flush", "close": what is done to queues and streams, by every worker. */
#include "base/mem.h"
#include "daemon/control_command.h"
#include "trunk/operate.h"

#include <string.h>

struct pattern {
	char text[DOMAIN_MAX + 4];
};

/* Of "target"; NULL after an answer to the caller. */
static struct pattern *pattern_of(struct control_call *call, json_t *arguments)
{
	const char *text = control_text(arguments, "target");
	MEM_AUTO char *pattern = text ? orders_pattern(text) : NULL;
	struct pattern *p;

	if (!pattern) {
		control_fail(call, "this is no domain", "Write a.example, *.us, or * for all.");
		return NULL;
	}
	p = MEM_NEW(struct pattern);
	strncpy(p->text, pattern, sizeof(p->text) - 1);
	return p;
}

static unsigned long long sum(void **slots, unsigned n)
{
	unsigned long long all = 0;

	for (unsigned i = 0; i < n; i++)
		all += *(unsigned long long *)slots[i];
	return all;
}

/* ---- retry ---- */

static void retry(struct trunk *t, void *slot, const void *arg)
{
	*(unsigned long long *)slot = trunk_retry(t, ((const struct pattern *)arg)->text);
}

static void retried(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	(void)arg;
	control_done(call, json_pack("{s:I}", "routes", (json_int_t)sum(slots, n)));
}

void control_retry(struct control_call *call, json_t *arguments)
{
	static const struct control_survey survey = {
		.size = sizeof(unsigned long long),
		.fill = retry,
		.done = retried,
	};
	struct pattern *p = pattern_of(call, arguments);

	if (p)
		control_survey(call, &survey, p);
}

/* ---- flush ---- */

static void flush(struct trunk *t, void *slot, const void *arg)
{
	*(unsigned long long *)slot = trunk_flush(t, ((const struct pattern *)arg)->text);
}

static void flushed(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	(void)arg;
	control_done(call, json_pack("{s:I}", "stanzas", (json_int_t)sum(slots, n)));
}

void control_flush(struct control_call *call, json_t *arguments)
{
	static const struct control_survey survey = {
		.size = sizeof(unsigned long long),
		.fill = flush,
		.done = flushed,
	};
	struct pattern *p = pattern_of(call, arguments);

	if (p)
		control_survey(call, &survey, p);
}

/* ---- close ---- */

static void close_them(struct trunk *t, void *slot, const void *arg)
{
	*(unsigned long long *)slot = trunk_close(t, arg);
}

static void closed(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	unsigned long long all = sum(slots, n);

	(void)arg;
	if (all)
		control_done(call, json_pack("{s:I}", "streams", (json_int_t)all));
	else
		control_fail(call, "there is no such stream",
			"\"trunkctl streams\" lists them with their ids.");
}

static bool read_which(json_t *arguments, struct trunk_streams *out)
{
	const char *from = control_text(arguments, "from"), *to = control_text(arguments, "to");
	json_int_t id = json_integer_value(json_object_get(arguments, "id"));

	*out = (struct trunk_streams){ .number = id > 0 ? (unsigned long long)id : 0 };
	if (id > 0)
		return true;
	return from && to && domain_parse(str_of(from), &out->from) &&
	       domain_parse(str_of(to), &out->to);
}

void control_close(struct control_call *call, json_t *arguments)
{
	static const struct control_survey survey = {
		.size = sizeof(unsigned long long),
		.fill = close_them,
		.done = closed,
	};
	struct trunk_streams which, *arg;

	if (!read_which(arguments, &which)) {
		control_fail(call, "which stream?",
			"Give its id, or the two domains in the direction of the stanzas.");
		return;
	}
	arg = MEM_NEW(struct trunk_streams);
	*arg = which;
	control_survey(call, &survey, arg);
}
