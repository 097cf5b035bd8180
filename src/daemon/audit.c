/* SPDX-License-Identifier: MIT */
/* See audit.h. */
#include "daemon/audit.h"

#include "audit/sink.h"
#include "audit/writer.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/secret.h"
#include "daemon/control_command.h"
#include "trunk/record.h"

#include <stdlib.h>

/* On the writer's thread. */
static void written(void *arg, uint64_t upto)
{
	struct trunk_shared *shared = arg;
	(void)upto;
	for (unsigned i = 0; i < shared->n; i++)
		record_progress(shared->trunks[i]);
}

bool audit_open(struct trunk_shared *shared, const struct plan *plan)
{
	const struct audit_config *c = &plan->settings.audit;
	MEM_AUTO char *key = NULL;
	char words[512];
	if (!audit_configured(c))
		return true;
	if (c->key_file && secret_read(c->key_file, &key) != 0) {
		log_error("audit-open-failed error=\"the key cannot be read\"");
		return false;
	}
	struct audit_options o = {
		.file = c->file,
		.journal = c->journald ? AUDIT_JOURNAL_SOCKET : NULL,
		.syslog = c->syslog,
		.sync = c->sync,
		.key = str_of(key),
		.node = plan->node_name,
		.written = c->required ? written : NULL,
		.arg = shared,
	};
	shared->audit.required = c->required;
	shared->audit.level =
		c->required && c->level < AUDIT_LEVEL_HEADERS ? AUDIT_LEVEL_HEADERS : c->level;
	shared->audit.node = mem_strdup(plan->node_name);
	shared->audit.writer = audit_writer_new(&o, words, sizeof(words));
	if (!shared->audit.writer)
		log_error("audit-open-failed error=%s", log_quote(str_of(words)).s);
	return shared->audit.writer != NULL;
}

void audit_hush(struct trunk_shared *shared)
{
	if (shared->audit.writer)
		audit_writer_hush(shared->audit.writer);
}

void audit_close(struct trunk_shared *shared)
{
	audit_writer_free(shared->audit.writer);
	free((char *)(void *)(size_t)shared->audit.node);
	shared->audit = (struct trunk_audit){ 0 };
}

void audit_reopen(struct trunk_shared *shared)
{
	if (shared->audit.writer)
		audit_writer_reopen(shared->audit.writer);
}

void audit_reload(struct trunk_shared *shared, const struct plan *plan, const char *words)
{
	struct audit_record r = {
		.event = AUDIT_RELOAD,
		.verdict = plan ? STR("done") : STR("refused"),
		.text = str_of(words),
	};
	if (!shared->audit.writer)
		return;
	if (plan) {
		r.plan = plan->number;
		r.hash = str_of(plan->hash);
	}
	audit_writer_event(shared->audit.writer, &r);
}

void audit_operator(
	struct server *s, const struct control_call *call, const char *outcome, const char *words)
{
	/* As text: in a number, root would be left out. */
	MEM_AUTO char *uid = mem_printf("%u", (unsigned)call->uid);
	struct audit_record r = {
		.event = AUDIT_OPERATOR,
		.verdict = str_of(outcome),
		.uid = str_of(uid),
		.command = str_of(call->command->name),
		.arguments = str_of(call->arguments),
		.text = str_of(words),
	};

	if (call->command->access != CONTROL_CHANGE)
		return;
	log_info("operator command=%s uid=%s pid=%d outcome=%s arguments=%s words=%s",
		call->command->name, uid, (int)call->pid, outcome,
		log_quote(str_of(call->arguments)).s, log_quote(str_of(words)).s);
	if (s->shared.audit.writer)
		audit_writer_event(s->shared.audit.writer, &r);
}
