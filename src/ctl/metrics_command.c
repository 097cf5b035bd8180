/* SPDX-License-Identifier: MIT */
/* trunkctl metrics: the text that Prometheus reads, without a HTTP server. */
#include "ctl/client.h"

static bool print(void *arg, json_t *value)
{
	struct ctl *c = arg;
	const char *text = json_string_value(json_object_get(value, "text"));

	if (text)
		fputs(text, c->out);
	return true;
}

enum ctl_status ctl_metrics_command(struct ctl *c)
{
	struct ctl_request request = { .command = "metrics", .item = print, .arg = c };

	return ctl_call(c, &request);
}
