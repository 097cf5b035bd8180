/* SPDX-License-Identifier: MIT */
/* See reload.h. */
#include "daemon/reload.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/notify.h"
#include "net/loop.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct reload {
	struct reload_options o;
	struct plan *running;
	uv_work_t work;
	bool building, again;
	unsigned waiting; /* workers that have not changed over yet */
	uint64_t number, started_ms;
	struct plan *built;
	struct config_report *report;
};

static void begin(struct reload *r);

struct reload *reload_new(const struct reload_options *o, struct plan *running)
{
	struct reload *r = MEM_NEW(struct reload);
	r->o = *o;
	r->running = plan_ref(running);
	r->number = running->number;
	r->work.data = r;
	return r;
}

void reload_free(struct reload *r)
{
	if (!r)
		return;
	plan_unref(r->running);
	free(r);
}

static void log_report(const struct config_report *report)
{
	enum config_severity sev;
	const char *line;
	for (unsigned i = 0; (line = config_report_line(report, i, &sev)) != NULL; i++)
		log_write(sev == CONFIG_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
			"configuration %s=%s", sev == CONFIG_ERROR ? "error" : "warning",
			log_quote(str_of(line)).s);
}

static void finished(struct reload *r)
{
	r->building = false;
	notify_send("READY=1\nSTATUS=%u peering controls", r->running->settings.controls.n);
	if (r->again)
		begin(r);
}

static void changed_over(void *arg)
{
	struct reload *r = arg;
	if (--r->waiting)
		return;
	r->o.ended(r->o.arg, r->running, NULL);
	log_info("reloaded number=%llu hash=%s ms=%llu", (unsigned long long)r->running->number,
		r->running->hash, (unsigned long long)(clock_ms() - r->started_ms));
	finished(r);
}

static bool dns_differs(const struct resolver_config *a, const struct resolver_config *b)
{
	if (a->timeout != b->timeout || a->servers.n != b->servers.n ||
		!a->trust_anchor != !b->trust_anchor ||
		(a->trust_anchor && strcmp(a->trust_anchor, b->trust_anchor) != 0))
		return true;
	for (unsigned i = 0; i < a->servers.n; i++)
		if (strcmp(a->servers.v[i], b->servers.v[i]) != 0)
			return true;
	return false;
}

static void warn_restart(const struct reload *r, const struct plan *new)
{
	const struct settings *a = &r->running->settings, *b = &new->settings;
	if (a->node.workers != b->node.workers)
		log_warn("configuration warning=\"node.workers needs a restart; the old value is "
			 "kept\"");
	if (dns_differs(&a->dns, &b->dns))
		log_warn("configuration warning=\"dns needs a restart; the old values are kept\"");
	if (!audit_config_same(&a->audit, &b->audit))
		log_warn("configuration warning=\"audit needs a restart; the old values are "
			 "kept\"");
	if (a->log.format != b->log.format || a->log.target != b->log.target)
		log_warn("configuration warning=\"log.format and log.target need a restart; the "
			 "old values are kept\"");
}

static void commit(struct reload *r, struct plan *plan, void *kept)
{
	warn_restart(r, plan);
	plan_unref(r->running);
	r->running = plan;
	r->waiting = r->o.workers;
	r->o.commit(r->o.arg, plan, kept, changed_over, r);
}

static const char *first_error(const struct config_report *report)
{
	enum config_severity sev;
	const char *line;
	for (unsigned i = 0; (line = config_report_line(report, i, &sev)) != NULL; i++)
		if (sev == CONFIG_ERROR)
			return line;
	return NULL;
}

static void built(uv_work_t *work, int status)
{
	struct reload *r = work->data;
	void *kept = NULL;
	struct plan *plan = r->built;
	(void)status;
	r->built = NULL;
	bool ok = plan && r->o.prepare(r->o.arg, plan, r->report, &kept);
	log_report(r->report);
	unsigned errors = config_report_count(r->report, CONFIG_ERROR);
	if (!ok)
		r->o.ended(r->o.arg, NULL, first_error(r->report));
	config_report_free(r->report);
	r->report = NULL;
	if (ok) {
		commit(r, plan, kept);
		return;
	}
	log_error("reload-failed errors=%u what=\"nothing has changed\"", errors);
	plan_unref(plan);
	finished(r);
}

static void build(uv_work_t *work)
{
	struct reload *r = work->data;
	struct plan_options o = {
		.path = r->o.path,
		.keylog_file = r->o.keylog_file,
		.fallback_secret = r->o.fallback_secret,
		.number = r->number,
	};
	r->report = config_report_new();
	r->built = plan_new(&o, r->report);
}

static void begin(struct reload *r)
{
	r->building = true;
	r->again = false;
	r->number++;
	r->started_ms = clock_ms();
	notify_reloading();
	uv_queue_work(net_loop_uv(r->o.loop), &r->work, build, built);
}

void reload_request(struct reload *r)
{
	if (r->building)
		r->again = true;
	else
		begin(r);
}
