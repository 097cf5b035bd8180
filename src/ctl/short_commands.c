/* SPDX-License-Identifier: MIT */
/* trunkctl loglevel, certs: short answers of the daemon. */
#include "base/mem.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/table.h"
#include "ctl/text.h"

#include <string.h>

enum ctl_status ctl_loglevel(struct ctl *c)
{
	json_t *result;
	struct ctl_request r = {
		.socket = c->nargs ? CTL_CHANGE : CTL_READ,
		.command = c->nargs ? "set-loglevel" : "loglevel",
		.arguments = c->nargs ? json_pack("{s:o}", "level", json_text(str_of(c->args[0])))
				      : NULL,
		.result_out = &result,
	};
	enum ctl_status status = ctl_call(c, &r);

	if (status != CTL_FINE)
		return status;
	if (c->option[OPTION_JSON]) {
		json_print(result, c->out);
		return status;
	}
	MEM_AUTO char *level = form_value(json_object_get(result, "level"), FORM_TEXT);
	MEM_AUTO char *configured = form_value(json_object_get(result, "configured"), FORM_TEXT);

	if (json_is_true(json_object_get(result, "set")))
		text_line(c->out, "%s, until trunkd ends (configured: %s)", level, configured);
	else
		text_line(c->out, "%s, as configured", level);
	json_decref(result);
	return status;
}

static enum ctl_status certs_issued(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "domain", FORM_TEXT, true },
		{ "issuer", FORM_TEXT, true },
		{ "not_before", FORM_TIME, false },
		{ "not_after", FORM_TIME, true },
		{ "renewal", FORM_TIME, true },
		{ NULL, FORM_TEXT, false },
	};

	c->nargs = 0;
	return table_command(c, "certs-issued", columns);
}

enum ctl_status ctl_certs(struct ctl *c)
{
	static const struct table_column columns[] = {
		{ "name", FORM_TEXT, true },
		{ "kind", FORM_TEXT, true },
		{ "state", FORM_TEXT, true },
		{ "days", FORM_NUMBER, true },
		{ "not_after", FORM_TIME, true },
		{ "file", FORM_TEXT, true },
		{ "domains", FORM_TEXT, true },
		{ "about", FORM_TEXT, true },
		{ "age", FORM_DURATION, false },
		{ "names", FORM_TEXT, false },
		{ "zones", FORM_TEXT, false },
		{ "issued", FORM_NUMBER, false },
		{ NULL, FORM_TEXT, false },
	};

	if (!c->nargs)
		return table_command(c, "certs", columns);
	if (strcmp(c->args[0], "issued") == 0)
		return certs_issued(c);
	return ctl_misused(c, "certs knows \"issued\", not \"%s\"", c->args[0]);
}
