/* SPDX-License-Identifier: MIT */
/* trunkctl config: what is in force, as the file would say it. */
#include "ctl/command.h"
#include "ctl/config_diff.h"
#include "ctl/config_json.h"
#include "ctl/json.h"
#include "ctl/load.h"

static void print(struct ctl *c, const struct settings *s)
{
	struct buf text = { 0 };

	if (c->option[OPTION_JSON]) {
		json_print(config_json(&settings_schema, s), c->out);
		return;
	}
	config_print(&settings_schema, s, c->option[OPTION_CHANGED] != NULL, &text);
	fwrite(buf_view(&text).p, 1, buf_len(&text), c->out);
	buf_fini(&text);
}

/* What an empty file would mean. */
static enum ctl_status defaults(struct ctl *c)
{
	struct config_report *report = config_report_new();
	struct settings s;
	struct config_file *file = config_load_text("", "nothing", &settings_schema, &s, report);

	config_report_free(report);
	if (!file)
		return ctl_failed(c, "the defaults are not known");
	print(c, &s);
	config_values_fini(&settings_schema, &s);
	config_file_free(file);
	return CTL_FINE;
}

enum ctl_status ctl_config(struct ctl *c)
{
	struct plan *plan;

	if (c->option[OPTION_CHANGED] && c->option[OPTION_DEFAULTS])
		return ctl_misused(c, "--changed and --defaults exclude each other");
	if (c->option[OPTION_CHANGED] && c->option[OPTION_JSON])
		return ctl_misused(c, "--changed prints the syntax of the file, not JSON");
	if (c->option[OPTION_DIFF] && (c->option[OPTION_CHANGED] || c->option[OPTION_DEFAULTS]))
		return ctl_misused(c, "--diff stands alone");
	if (c->option[OPTION_DIFF])
		return config_diff(c);
	if (c->option[OPTION_DEFAULTS])
		return defaults(c);
	plan = load_plan_without_keys(c);
	if (!plan)
		return CTL_FAILED;
	print(c, &plan->settings);
	plan_unref(plan);
	return CTL_FINE;
}
