/* SPDX-License-Identifier: MIT */
/* See server.h. */
#include "daemon/server.h"

#include "audit/sink.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/audit.h"
#include "daemon/command.h"
#include "daemon/control.h"
#include "daemon/http.h"
#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/server_private.h"
#include "daemon/watchdog.h"
#include "net/listener.h"
#include "trunk/alert.h"
#include "trunk/certified.h"
#include "trunk/ping.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void on_connection(void *arg, struct listener *l, int fd, const struct address *peer)
{
	struct server *s = arg;
	unsigned best = 0;
	for (unsigned i = 1; i < s->n; i++)
		if (trunk_load(s->workers[i].trunk) < trunk_load(s->workers[best].trunk))
			best = i;
	worker_accept(&s->workers[best], fd, peer, listener_mode(l), listener_address(l));
}

/* ---- listeners ---- */

static struct listener *take_same(struct server *s, const struct listen_config *c)
{
	for (unsigned i = 0; i < s->nlisteners; i++) {
		struct listener *l = s->listeners[i];
		if (l && listener_same(l, c)) {
			s->listeners[i] = NULL;
			return l;
		}
	}
	return NULL;
}

/* Binds what the plan wants and is not bound yet; all or nothing. The new array has NULL where a
 * listener is kept. */
static struct listener **bind_new(struct server *s, struct plan *plan, struct config_report *report)
{
	const struct listen_config *c = plan->settings.listen.items;
	unsigned n = plan->settings.listen.n;
	struct listener **out = mem_zero(n + 1, sizeof(*out));
	bool ok = true;
	for (unsigned i = 0; i < n; i++) {
		bool same = false;
		for (unsigned j = 0; j < s->nlisteners && !same; j++)
			same = listener_same(s->listeners[j], &c[i]);
		if (!same)
			ok &= (out[i] = listener_new(&c[i], &s->inherited, report)) != NULL;
	}
	if (ok)
		return out;
	for (unsigned i = 0; i < n; i++)
		listener_free(out[i]);
	free(out);
	return NULL;
}

static void commit_listeners(struct server *s, struct plan *plan, struct listener **bound)
{
	const struct listen_config *c = plan->settings.listen.items;
	unsigned n = plan->settings.listen.n;
	for (unsigned i = 0; i < n; i++) {
		if (!bound[i]) {
			bound[i] = take_same(s, &c[i]);
			listener_configure(bound[i], &c[i]);
			continue;
		}
		char text[ADDRESS_TEXT];
		address_print(listener_address(bound[i]), text);
		log_info("listening address=%s mode=%s", text,
			listener_mode(bound[i]) == LISTEN_STARTTLS ? "starttls" : "direct-tls");
		listener_start(bound[i], s->loop, on_connection, s);
	}
	for (unsigned i = 0; i < s->nlisteners; i++) {
		if (!s->listeners[i])
			continue;
		listener_stop(s->listeners[i]);
		listener_free(s->listeners[i]);
	}
	free(s->listeners);
	s->listeners = bound;
	s->nlisteners = n;
}

static void stop_listeners(struct server *s)
{
	for (unsigned i = 0; i < s->nlisteners; i++) {
		listener_stop(s->listeners[i]);
		listener_free(s->listeners[i]);
	}
	free(s->listeners);
	s->listeners = NULL;
	s->nlisteners = 0;
}

/* ---- reload ---- */

static void run_command(void *arg, struct str json)
{
	struct server *s = arg;
	command_post(s->command, json);
}

static void configure_alerts(struct server *s, const struct plan *plan)
{
	const struct alerts_config *c = &plan->settings.alerts;
	alerts_configure(s->shared.alerts, c->interval, c->journald ? AUDIT_JOURNAL_SOCKET : NULL);
	command_configure(s->command, c->command);
}

/* What a plan wants to be open, and is not yet. */
struct prepared {
	struct listener **listeners;
	struct control_prepared *control;
	struct http_prepared *http;
};

static bool prepare_plan(
	void *arg, struct plan *plan, struct config_report *report, void **kept_out)
{
	struct server *s = arg;
	struct prepared *p = MEM_NEW(struct prepared);
	bool ok = !s->stopping &&
		  control_prepare(s->control, &plan->settings.control, report, &p->control) &&
		  http_prepare(s->http, &plan->settings.http, report, &p->http) &&
		  (p->listeners = bind_new(s, plan, report)) != NULL;
	*kept_out = ok ? p : NULL;
	if (ok)
		return true;
	control_discard(p->control);
	http_discard(p->http);
	free(p);
	return false;
}

static void drop_open(const struct plan *plan, struct prepared *p)
{
	for (unsigned i = 0; i < plan->settings.listen.n; i++)
		listener_free(p->listeners[i]);
	free(p->listeners);
	control_discard(p->control);
	http_discard(p->http);
	free(p);
}

static void commit_open(struct server *s, struct plan *plan, struct prepared *p)
{
	commit_listeners(s, plan, p->listeners);
	control_commit(s->control, p->control);
	plan_unref(s->plan);
	s->plan = plan_ref(plan);
	s->plan_wall = clock_wall();
	http_commit(s->http, p->http);
	free(p);
}

static void commit_plan(
	void *arg, struct plan *plan, void *kept, void (*done)(void *arg), void *done_arg)
{
	struct server *s = arg;
	struct plan *run = server_ordered(s, plan);
	commit_open(s, run, kept);
	if (s->log_level < 0)
		log_set_level((enum log_level)plan->settings.log.level);
	configure_alerts(s, plan);
	for (unsigned i = 0; i < s->n; i++)
		worker_change_plan(&s->workers[i], run, done, done_arg);
	plan_unref(run);
}

static void reload_ended(void *arg, const struct plan *plan, const char *words)
{
	struct server *s = arg;
	s->last_reload = (struct server_reload){ .wall = clock_wall(), .done = plan != NULL };
	snprintf(s->last_reload.words, sizeof(s->last_reload.words), "%s", words ? words : "");
	audit_reload(&s->shared, plan, words);
}

/* ---- signals, stop ---- */

static void close_signal(uv_signal_t *sig)
{
	uv_signal_stop(sig);
	uv_close((uv_handle_t *)sig, NULL);
}

static void worker_stopped(void *arg)
{
	struct server *s = arg;
	if (--s->running)
		return;
	for (unsigned i = 0; i < sizeof(s->signals) / sizeof(s->signals[0]); i++)
		close_signal(&s->signals[i]);
	command_stop(s->command);
	control_stop(s->control);
	http_stop(s->http);
	server_orders_stop(s);
	net_loop_stop(s->loop);
}

static void stop(struct server *s)
{
	if (!s->stopping) {
		log_info("stopping");
		notify_send("STOPPING=1\nSTATUS=closing streams");
		stop_listeners(s);
		/* Workers end one after another: nobody waits for their answers. */
		watchdog_stop(s->watchdog);
	}
	s->stopping = true;
	for (unsigned i = 0; i < s->n; i++)
		worker_stop(&s->workers[i], worker_stopped, s);
}

static void on_signal(uv_signal_t *sig, int number)
{
	struct server *s = sig->data;
	if ((number == SIGHUP || number == SIGUSR1) && !s->stopping)
		audit_reopen(&s->shared);
	if (number == SIGHUP && !s->stopping)
		reload_request(s->reload);
	else if (number == SIGTERM || number == SIGINT)
		stop(s);
}

static void mask_hangup(int how)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(how, &set, NULL);
}

void server_hold_signals(void)
{
	mask_hangup(SIG_BLOCK);
}

static void watch_signals(struct server *s)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR1 };
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uv_signal_init(net_loop_uv(s->loop), &s->signals[i]);
		s->signals[i].data = s;
		uv_signal_start(&s->signals[i], on_signal, numbers[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	mask_hangup(SIG_UNBLOCK);
}

/* Every connection costs a descriptor: take what the system allows. */
static void raise_descriptors(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

unsigned server_workers(const struct plan *plan)
{
	long n = plan->settings.node.workers;
	if (n == 0)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : (unsigned)n;
}

static bool start_workers(struct server *s, struct plan *plan)
{
	s->n = s->shared.n = server_workers(plan);
	s->workers = mem_zero(s->n, sizeof(*s->workers));
	s->shared.trunks = mem_zero(s->n, sizeof(*s->shared.trunks));
	admission_init(&s->shared.admission);
	for (unsigned i = 0; i < s->n; i++) {
		worker_init(&s->workers[i], s->loop, &s->shared, i, plan);
		s->shared.trunks[i] = s->workers[i].trunk;
	}
	if (!audit_open(&s->shared, plan))
		return false;
	s->command = command_new(s->loop);
	s->shared.pings = pings_new();
	s->shared.certified = certified_peers_new();
	s->shared.alerts = alerts_new(plan->node_name, run_command, s);
	configure_alerts(s, plan);
	for (unsigned i = 0; i < s->n; i++) {
		int error = worker_start(&s->workers[i]);
		if (error) {
			log_error("worker-failed error=%s", strerror(-error));
			return false;
		}
	}
	s->running = s->n;
	return true;
}

/* Every stanza that was taken was delivered, bounced or dropped; an uncertain one is one of the
 * latter two. */
static void log_stopped(const struct server *s)
{
	unsigned long long taken = 0, bounced = 0, dropped = 0, uncertain = 0;
	for (unsigned i = 0; i < s->n; i++) {
		const struct trunk_stats *stats = &s->workers[i].trunk->stats;
		for (size_t v = 0; v < sizeof(stats->stanzas) / sizeof(stats->stanzas[0]); v++)
			taken += stats->stanzas[v];
		bounced += stats->bounced;
		dropped += stats->dropped;
		uncertain += stats->uncertain;
	}
	log_info("stopped stanzas=%llu bounced=%llu dropped=%llu uncertain=%llu", taken, bounced,
		dropped, uncertain);
}

static void free_server(struct server *s)
{
	reload_free(s->reload);
	for (unsigned i = 0; i < s->n; i++)
		worker_join(&s->workers[i]);
	log_stopped(s);
	audit_hush(&s->shared);
	for (unsigned i = 0; i < s->n; i++)
		worker_fini(&s->workers[i]);
	audit_close(&s->shared);
	net_loop_free(s->loop);
	alerts_free(s->shared.alerts);
	pings_free(s->shared.pings);
	certified_peers_free(s->shared.certified);
	command_free(s->command);
	control_free(s->control);
	http_free(s->http);
	plan_unref(s->plan);
	orders_unref(s->orders);
	watchdog_free(s->watchdog);
	inherited_fini(&s->inherited);
	free(s->workers);
	free(s->shared.trunks);
	admission_fini(&s->shared.admission);
}

static void log_report(const struct config_report *report)
{
	for (unsigned i = 0; config_report_line(report, i, NULL); i++)
		log_error("configuration error=%s",
			log_quote(str_of(config_report_line(report, i, NULL))).s);
}

static void start_reload(struct server *s, struct plan *plan, const char *fallback_secret)
{
	struct reload_options r = {
		.path = s->options->path,
		.keylog_file = s->options->keylog_file,
		.fallback_secret = fallback_secret,
		.loop = s->loop,
		.workers = s->n,
		.prepare = prepare_plan,
		.commit = commit_plan,
		.ended = reload_ended,
		.arg = s,
	};
	s->reload = reload_new(&r, plan);
}

int server_run(const struct server_options *o, struct plan *plan, const char *fallback_secret)
{
	struct server s = { .options = o, .log_level = -1, .started = clock_wall() };
	struct config_report *report = config_report_new();
	void *open;
	raise_descriptors();
	inherited_init(&s.inherited);
	s.started_ms = clock_ms();
	s.loop = net_loop_new();
	s.control = control_new(&s);
	s.http = http_new(&s);
	bool ok = prepare_plan(&s, plan, report, &open);
	log_report(report);
	config_report_free(report);
	if (!ok || !start_workers(&s, plan)) {
		if (ok)
			drop_open(plan, open);
		control_stop(s.control);
		http_stop(s.http);
		net_loop_free(s.loop);
		control_free(s.control);
		http_free(s.http);
		inherited_fini(&s.inherited);
		plan_unref(plan);
		return EXIT_FAILURE;
	}
	watch_signals(&s);
	start_reload(&s, plan, fallback_secret);
	server_orders_start(&s);
	log_info("started node=%s workers=%u configuration=%s hash=%s", plan->node_name, s.n,
		log_quote(str_of(o->path)).s, plan->hash);
	commit_open(&s, plan, open);
	inherited_warn_unused(&s.inherited);
	s.watchdog = watchdog_new(s.loop, s.workers, s.n);
	notify_send(
		"READY=1\nSTATUS=%u peering controls, %u workers", plan->settings.controls.n, s.n);
	plan_unref(plan);
	net_loop_run(s.loop);
	free_server(&s);
	return EXIT_SUCCESS;
}
