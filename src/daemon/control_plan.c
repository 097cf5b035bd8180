/* SPDX-License-Identifier: MIT */
/*
 * "config", "loglevel", "set-loglevel": what the plan in force has, on the main thread, which holds
 * a reference to it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control_command.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024 };

/* ---- config ---- */

/* What is in force, as a file would say it, in pieces of whole lines; secrets masked. */
void control_config(struct control_call *call, json_t *arguments)
{
	const struct plan *p = call->server->plan;
	struct buf text = { 0 };

	(void)arguments;
	config_print(&settings_schema, &p->settings, false, &text);
	while (buf_len(&text) && call->conn) {
		struct str s = buf_view(&text);
		size_t n = s.n;

		if (n > CHUNK) {
			const char *end = memrchr(s.p, '\n', CHUNK);

			n = end ? (size_t)(end - s.p) + 1 : CHUNK;
		}
		control_item(call, json_pack("{s:o}", "text", json_stringn(s.p, n)));
		buf_consume(&text, n);
	}
	buf_fini(&text);
	control_done(call, json_pack("{s:s, s:s, s:I}", "file", call->server->options->path, "hash",
				   p->hash, "number", (json_int_t)p->number));
}

/* ---- loglevel ---- */

static json_t *levels(const struct server *s)
{
	return json_pack("{s:s, s:s, s:b}", "level", log_level_name(log_level()), "configured",
		log_level_name((enum log_level)s->plan->settings.log.level), "set",
		s->log_level >= 0);
}

void control_loglevel(struct control_call *call, json_t *arguments)
{
	(void)arguments;
	control_done(call, levels(call->server));
}

/* Until the next start, over reloads; "configured": as the configuration says, from now on. */
void control_set_loglevel(struct control_call *call, json_t *arguments)
{
	const char *wanted = control_text(arguments, "level");
	struct server *s = call->server;
	int level = LOG_LEVEL_ERROR;

	while (wanted && level >= 0 && strcmp(wanted, log_level_name((enum log_level)level)) != 0)
		level--;
	if (!wanted || (level < 0 && strcmp(wanted, "configured") != 0)) {
		control_fail(call, "there is no such log level",
			"debug, info, warn, error, or configured: what the configuration says");
		return;
	}
	s->log_level = level;
	log_set_level(
		level < 0 ? (enum log_level)s->plan->settings.log.level : (enum log_level)level);
	control_done(call, levels(s));
}
