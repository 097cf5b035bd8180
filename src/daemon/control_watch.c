/* SPDX-License-Identifier: MIT */
/*
 * "watch" and "watch-stanzas": lines of the log as they are written, from the log's tap to whoever
 * asked for those that fit his filter, until he goes away. The tap is open while there is a
 * watcher, at the least level that one of them wants, and emptied by a timer of the main loop; who
 * does not keep up loses lines, is told how many, and is dropped by control.c when he reads nothing
 * at all.
 */
#include "base/log_line.h"
#include "base/log_tap.h"
#include "base/mem.h"
#include "daemon/audit.h"
#include "daemon/control_command.h"
#include "daemon/watch_filter.h"
#include "net/loop.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { WATCHERS = LOG_TAP_WANTS, EVERY_MS = 25, UNREAD_MAX = 512 * 1024 };

struct watcher {
	struct list link;
	struct control_call *call;
	struct watch_filter *filter;
	bool stanzas;
	_Atomic uint64_t missed; /* in the tap */
	uint64_t lost;           /* with those that he was too slow for; not told yet */
};

struct watchers {
	struct list list;
	unsigned n;
	struct net_timer *timer;
	bool draining; /* they are walked through, and stay */
};

/* ---- lines out ---- */

static json_t *parse(const struct log_tap_line *l, size_t n)
{
	struct buf text = { 0 };
	json_t *line;

	log_line_render(&text, LOG_FORMAT_JSON, l->level, l->time, (struct str){ l->text, n });
	line = json_loadb(buf_view(&text).p, buf_len(&text), JSON_ALLOW_NUL, NULL);
	buf_fini(&text);
	return line;
}

static bool has_room(const struct watcher *w)
{
	return control_unread(w->call) < UNREAD_MAX;
}

/* False: he is gone. */
static bool tell_lost(struct watcher *w)
{
	struct control_call *call = w->call;
	char now[CLOCK_TEXT];
	uint64_t lost = w->lost;

	if (!lost || !has_room(w))
		return true;
	clock_text(now);
	w->lost = 0;
	control_item(call, json_pack("{s:s, s:s, s:s, s:I}", "time", now, "level", "warn", "event",
				   "lines-lost", "lines", (json_int_t)lost));
	return call->conn != NULL;
}

/* A line of which `whole` has the content too (NULL: there is none). */
static void tell(struct watcher *w, enum log_level level, json_t *line, json_t *whole)
{
	if (!watch_filter_fits(w->filter, level, line))
		return;
	if (!has_room(w))
		w->lost++;
	else if (tell_lost(w))
		control_item(w->call, json_incref(w->stanzas && whole ? whole : line));
}

/* What cannot be read as JSON cannot be told. */
static void tell_all(struct watchers *all, const struct log_tap_line *l)
{
	json_t *line = parse(l, l->n), *whole = l->content ? parse(l, l->n + l->content) : NULL;

	list_for_each_safe (it, &all->list) {
		struct watcher *w = list_item(it, struct watcher, link);
		struct control_call *call = control_ref(w->call);

		if (line)
			tell(w, l->level, line, whole);
		control_unref(call);
	}
	json_decref(line);
	json_decref(whole);
}

/* The last one takes everything with him. */
static void end_if_empty(struct server *s)
{
	struct watchers *all = s->watchers;

	if (all->n || all->draining)
		return;
	net_timer_close(all->timer);
	free(all);
	s->watchers = NULL;
}

static void drain(void *arg)
{
	struct server *s = arg;
	struct watchers *all = s->watchers;
	struct log_tap_line *l, *next;

	all->draining = true;
	for (l = log_tap_take(); l; l = next) {
		next = l->next;
		tell_all(all, l);
		free(l);
	}
	list_for_each_safe (it, &all->list) {
		struct watcher *w = list_item(it, struct watcher, link);
		struct control_call *call = control_ref(w->call);

		w->lost += atomic_exchange(&w->missed, 0);
		tell_lost(w);
		control_unref(call);
	}
	all->draining = false;
	end_if_empty(s);
}

/* ---- who watches ---- */

/* Opens the tap as the watchers want it. */
static void tune(const struct watchers *all)
{
	struct log_tap_want wants[WATCHERS];
	enum log_watch watch = LOG_WATCH_LINES;
	unsigned n = 0;

	list_for_each (it, &all->list) {
		struct watcher *w = list_item(it, struct watcher, link);

		watch_filter_want(w->filter, &wants[n]);
		wants[n++].lost = &w->missed;
		if (w->stanzas)
			watch = LOG_WATCH_CONTENT;
	}
	log_tap_open(wants, n, watch);
}

/* The tap forgets him first. */
static void gone(struct control_call *call)
{
	struct server *s = call->server;
	struct watcher *w = call->data;

	list_remove(&w->link);
	if (--s->watchers->n)
		tune(s->watchers);
	else
		log_tap_close();
	watch_filter_free(w->filter);
	free(w);
	call->data = NULL;
	end_if_empty(s);
}

static void admit(struct control_call *call, struct watch_filter *filter, bool stanzas)
{
	struct server *s = call->server;
	struct watcher *w = MEM_NEW(struct watcher);

	if (!s->watchers) {
		s->watchers = MEM_NEW(struct watchers);
		list_init(&s->watchers->list);
		s->watchers->timer = net_timer_new(s->loop, drain, s);
		net_timer_start(s->watchers->timer, EVERY_MS, EVERY_MS);
	}
	w->call = call;
	w->filter = filter;
	w->stanzas = stanzas;
	list_append(&s->watchers->list, &w->link);
	s->watchers->n++;
	call->data = w;
	call->gone = gone;
	call->lasting = true;
	/* One that shows contents is recorded when it begins, too: it may last for days. */
	audit_operator(s, call, "begun", NULL);
	tune(s->watchers);
	control_progress(call, json_pack("{s:b}", "stanzas", stanzas));
}

static void watch(struct control_call *call, json_t *arguments, bool stanzas)
{
	struct watch_filter *filter;
	char *wrong;

	if (call->server->watchers && call->server->watchers->n >= WATCHERS) {
		control_fail(call, "too many are watching already", "End one of them.");
		return;
	}
	filter = watch_filter_new(json_object_get(arguments, "filter"), &wrong);
	if (filter) {
		admit(call, filter, stanzas);
		return;
	}
	control_fail(call, wrong,
		"Write a domain, *.suffix, a JID, an address, or key=value as in the log: "
		"verdict=bounce,drop, event=stream-end, level=info.");
	free(wrong);
}

void control_watch(struct control_call *call, json_t *arguments)
{
	watch(call, arguments, false);
}

void control_watch_stanzas(struct control_call *call, json_t *arguments)
{
	watch(call, arguments, true);
}
