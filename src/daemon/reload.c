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
	uint64_t building_number;
	struct plan *built;
	struct config_report *report;
	struct list askers, later; /* of the reload that is under way, of the next one */
	struct foretelling *foretelling;
};

/* Somebody who waits for the end of a reload. */
struct asker {
	struct list link;
	reload_told_fn *told;
	void *arg;
};

/* A plan that will not be run. */
struct foretelling {
	uv_work_t work;
	struct reload *r;
	struct plan_options options;
	struct plan *built;
	struct config_report *report;
	reload_foretold_fn *told;
	void *arg;
};

static void begin(struct reload *r);

struct reload *reload_new(const struct reload_options *o, struct plan *running)
{
	struct reload *r = MEM_NEW(struct reload);
	r->o = *o;
	r->running = plan_ref(running);
	r->number = running->number;
	r->work.data = r;
	list_init(&r->askers);
	list_init(&r->later);
	return r;
}

void reload_free(struct reload *r)
{
	if (!r)
		return;
	/* The loop has ended: nobody listens any more. */
	list_splice(&r->askers, &r->later);
	while (!list_empty(&r->askers)) {
		struct asker *a = list_first(&r->askers, struct asker, link);
		list_remove(&a->link);
		a->told(a->arg, NULL, NULL);
		free(a);
	}
	config_report_free(r->report);
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

static void tell(struct reload *r, const struct plan *plan)
{
	while (!list_empty(&r->askers)) {
		struct asker *a = list_first(&r->askers, struct asker, link);
		list_remove(&a->link);
		a->told(a->arg, plan, r->report);
		free(a);
	}
	config_report_free(r->report);
	r->report = NULL;
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
	tell(r, r->running);
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

unsigned reload_restarts(
	const struct plan *running, const struct plan *next, const char *out[RELOAD_RESTARTS])
{
	const struct settings *a = &running->settings, *b = &next->settings;
	unsigned n = 0;
	if (a->node.workers != b->node.workers)
		out[n++] = "node.workers needs a restart; the old value is kept";
	if (dns_differs(&a->dns, &b->dns))
		out[n++] = "dns needs a restart; the old values are kept";
	if (!audit_config_same(&a->audit, &b->audit))
		out[n++] = "audit needs a restart; the old values are kept";
	if (a->log.format != b->log.format || a->log.target != b->log.target)
		out[n++] = "log.format and log.target need a restart; the old values are kept";
	return n;
}

static void warn_restart(const struct reload *r, const struct plan *new)
{
	const char *words[RELOAD_RESTARTS];
	unsigned n = reload_restarts(r->running, new, words);
	for (unsigned i = 0; i < n; i++)
		log_warn("configuration warning=\"%s\"", words[i]);
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
	if (ok) {
		commit(r, plan, kept);
		return;
	}
	log_error("reload-failed errors=%u what=\"nothing has changed\"", errors);
	plan_unref(plan);
	tell(r, NULL);
	finished(r);
}

static struct plan_options options_of(const struct reload *r)
{
	return (struct plan_options){
		.path = r->o.path,
		.keylog_file = r->o.keylog_file,
		.fallback_secret = r->o.fallback_secret,
	};
}

static void build(uv_work_t *work)
{
	struct reload *r = work->data;
	struct plan_options o = options_of(r);
	o.number = r->building_number;
	r->report = config_report_new();
	r->built = plan_new(&o, r->report);
}

static void begin(struct reload *r)
{
	r->building = true;
	r->again = false;
	list_splice(&r->askers, &r->later);
	r->building_number = reload_next_number(r);
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

void reload_ask(struct reload *r, reload_told_fn *told, void *arg)
{
	struct asker *a = MEM_NEW(struct asker);
	a->told = told;
	a->arg = arg;
	list_append(&r->later, &a->link);
	reload_request(r);
}

uint64_t reload_next_number(struct reload *r)
{
	return ++r->number;
}

/* ---- what a reload would do ---- */

static void build_unrun(uv_work_t *work)
{
	struct foretelling *f = work->data;
	f->built = plan_new(&f->options, f->report);
}

static void built_unrun(uv_work_t *work, int status)
{
	struct foretelling *f = work->data;
	(void)status;
	f->r->foretelling = NULL;
	f->told(f->arg, f->built, f->report);
	plan_unref(f->built);
	config_report_free(f->report);
	free(f);
}

bool reload_foretell(struct reload *r, reload_foretold_fn *told, void *arg)
{
	if (r->foretelling)
		return false;
	struct foretelling *f = MEM_NEW(struct foretelling);
	f->r = r;
	f->options = options_of(r);
	f->options.number = reload_next_number(r);
	f->report = config_report_new();
	f->told = told;
	f->arg = arg;
	f->work.data = f;
	r->foretelling = f;
	uv_queue_work(net_loop_uv(r->o.loop), &f->work, build_unrun, built_unrun);
	return true;
}
