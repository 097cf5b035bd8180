/* SPDX-License-Identifier: MIT */
/* See http_answer.h. */
#include "daemon/http_answer.h"

#include "base/random.h"
#include "daemon/metrics.h"
#include "daemon/server_private.h"
#include "daemon/status_page.h"
#include "trunk/orders.h"

#include <stdio.h>

#define PLAIN "text/plain; charset=utf-8"

enum http_path http_path(const char *url, bool status_page)
{
	static const struct {
		const char *url;
		enum http_path path;
	} paths[] = {
		{ "/metrics", HTTP_METRICS },
		{ "/healthz", HTTP_HEALTH },
		{ "/readyz", HTTP_READY },
		{ "/", HTTP_STATUS_PAGE },
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(url, paths[i].url) == 0 &&
			(status_page || paths[i].path != HTTP_STATUS_PAGE))
			return paths[i].path;
	return HTTP_UNKNOWN;
}

bool http_asks_workers(enum http_path p)
{
	return p == HTTP_METRICS || p == HTTP_HEALTH || p == HTTP_STATUS_PAGE;
}

void http_refuse(struct http_answer *out, unsigned status, const char *words)
{
	out->status = status;
	out->type = PLAIN;
	buf_clear(&out->body);
	buf_printf(&out->body, "%s\n", words);
}

/* Is everybody taken out of service, by the operator? */
static bool drained(const struct orders *o)
{
	for (unsigned i = 0; o && i < orders_count(o); i++) {
		const struct order_entry *e = orders_at(o, i);
		if (e->order >= ORDER_DRAIN && strcmp(e->pattern, "*") == 0)
			return true;
	}
	return false;
}

/* A refused reload is no reason to send nobody here: the configuration before it is in force,
 * whole. But it is said. */
static void ready(const struct server *s, struct http_answer *out)
{
	if (s->stopping) {
		http_refuse(out, 503, "not ready: stopping, streams are being closed");
		return;
	}
	if (s->nlisteners == 0 && s->plan->settings.listen.n) {
		http_refuse(out, 503, "not ready: no listener is open yet");
		return;
	}
	if (drained(s->orders)) {
		http_refuse(out, 503, "not ready: everything is drained (trunkctl resume)");
		return;
	}
	http_refuse(out, 200, "ready");
	if (s->last_reload.wall && !s->last_reload.done)
		buf_printf(&out->body, "the last reload was refused, nothing has changed: %s\n",
			s->last_reload.words);
	if (s->nlisteners == 0)
		buf_put(&out->body, STR("nothing is listened on: the configuration has no "
					"listener\n"));
}

void http_answer(struct server *s, enum http_path p, const struct metrics_facts *facts,
	const struct history *history, bool open_metrics, struct http_answer *out)
{
	if (http_asks_workers(p) && !facts) {
		http_refuse(out, 503, "the worker threads do not answer");
		return;
	}
	switch (p) {
	case HTTP_METRICS:
		out->status = 200;
		out->type = open_metrics ? "application/openmetrics-text; version=1.0.0; "
					   "charset=utf-8"
					 : "text/plain; version=0.0.4; charset=utf-8";
		metrics_write(s, facts, open_metrics ? METRICS_OPENMETRICS : METRICS_PROMETHEUS,
			&out->body);
		return;
	case HTTP_HEALTH: http_refuse(out, 200, "healthy: all threads answer"); return;
	case HTTP_READY: ready(s, out); return;
	case HTTP_STATUS_PAGE:
		out->status = 200;
		out->type = "text/html; charset=utf-8";
		random_id(out->nonce);
		status_page_write(s, facts, history, out->nonce, &out->body);
		return;
	case HTTP_UNKNOWN: break;
	}
	http_refuse(out, 404, "there is /metrics, /healthz, /readyz, and / where it is enabled");
}

/* An IPv4 literal, or an IPv6 one in brackets. */
static bool is_literal(struct str host)
{
	char text[64];
	struct address a;
	if (host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return address_parse(text, 0, &a) && (text[0] == '[' || !strchr(text, ':'));
}

bool http_host_is_ours(const char *host)
{
	if (!host)
		return true;
	const char *end = host[0] == '[' ? strchr(host, ']') : strrchr(host, ':');
	struct str name = str_of(host);
	if (end)
		name.n = (size_t)(end - host) + (host[0] == '[');
	return str_eq_nocase(name, STR("localhost")) || is_literal(name);
}

bool http_wants_open_metrics(const char *accept)
{
	return accept && strcasestr(accept, "application/openmetrics-text");
}
