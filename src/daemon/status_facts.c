/* SPDX-License-Identifier: MIT */
/* Refusals by policy, certificates by days left, and the configuration in force. */
#include "daemon/status_private.h"

#include "base/mem.h"
#include "net/listener.h"
#include "trunk/alert.h"
#include "trunk/orders.h"

#include <stdlib.h>

enum { RULES = 20, CERTIFICATES = 100, DAY = 86400, SOON = 30, NOW = 7, YEAR = 365 };

static void put(struct status *s, const char *text)
{
	buf_put(s->out, str_of(text));
}

static void begin(struct status *s, const char *id, const char *title)
{
	buf_printf(s->out, "<section class=\"card\" aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n",
		id, id, title);
}

/* A bar of this many percent: SVG, because styles in attributes are not allowed here. */
static void put_bar(struct status *s, uint64_t part, uint64_t whole, const char *class)
{
	unsigned percent = whole ? (unsigned)(part * 100 / whole) : 0;
	if (percent > 100)
		percent = 100;
	buf_printf(s->out,
		"<svg class=\"bar\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\"><rect class=\"track\" width=\"100\" height=\"4\"/><rect "
		"class=\"%s\" width=\"%u\" height=\"4\"/></svg>",
		class, percent ? percent : 1);
}

/* ---- refusals ---- */

static uint64_t hits(const struct metrics_named *n)
{
	return n->counts[0] + n->counts[1];
}

static int by_hits(const void *a, const void *b)
{
	uint64_t x = hits(map_item(*(struct map_node *const *)a, struct metrics_named, node));
	uint64_t y = hits(map_item(*(struct map_node *const *)b, struct metrics_named, node));
	return (x < y) - (x > y);
}

static void put_rule(struct status *s, const struct metrics_named *n, uint64_t most)
{
	size_t end = strlen(n->name);
	put(s, "<li><div class=\"row\"><span><bdi>");
	html_put(s->out, str_of(n->name));
	put(s, "</bdi> <span class=\"muted\"><bdi>");
	html_put(s->out, str_of(end < n->n ? n->name + end + 1 : ""));
	put(s, "</bdi></span></span><span class=\"n\">");
	html_put_number(s->out, n->counts[0]);
	if (n->counts[1]) {
		put(s, " <span class=\"muted\">+ ");
		html_put_number(s->out, n->counts[1]);
		put(s, " in shadow</span>");
	}
	put(s, "</span></div>");
	put_bar(s, hits(n), most, "fill one");
	put(s, "</li>\n");
}

struct sum {
	uint64_t raised, told;
};

static void add_alert(void *arg, const struct alerts_count *c)
{
	struct sum *sum = arg;
	sum->raised += c->raised;
	sum->told += c->told;
}

static void put_alerts(struct status *s)
{
	struct sum sum = { 0 };
	if (s->server->shared.alerts)
		alerts_each(s->server->shared.alerts, add_alert, &sum);
	put(s, "<p class=\"muted\">Alerts: ");
	html_put_number(s->out, sum.raised);
	put(s, ", of which ");
	html_put_number(s->out, sum.told);
	put(s, " were told</p>\n");
}

void status_refusals(struct status *s)
{
	const struct map *rules = &s->facts->counts.rules;
	struct map_node **all = metrics_sorted(rules);
	qsort(all, rules->count, sizeof(*all), by_hits);
	begin(s, "policies", "Policies at work");
	if (!rules->count)
		put(s, "<p class=\"muted\">No policy has decided about a stanza yet.</p>\n");
	else
		put(s, "<ul class=\"bars\">\n");
	for (size_t i = 0; i < rules->count && i < RULES; i++)
		put_rule(s, map_item(all[i], struct metrics_named, node),
			hits(map_item(all[0], struct metrics_named, node)));
	if (rules->count)
		put(s, "</ul>\n");
	if (rules->count > RULES)
		buf_printf(s->out, "<p class=\"muted\">and %zu more</p>\n", rules->count - RULES);
	put_alerts(s);
	put(s, "</section>\n");
	free(all);
}

/* ---- certificates ---- */

static void put_certificate(struct status *s, const char *name, int64_t end)
{
	int64_t left = (end - s->now.wall) / DAY;
	bool over = end <= s->now.wall;
	const char *class = over || left < NOW ? "bad" : left < SOON ? "warn" : "good";
	put(s, "<li><div class=\"row\"><bdi>");
	html_put(s->out, str_of(name));
	buf_printf(s->out, "</bdi><span class=\"n state %s\">", class);
	if (over)
		put(s, "<span class=\"sign\" aria-hidden=\"true\">&#10005;</span> expired");
	else
		buf_printf(s->out, "%s%lld day%s left",
			left < SOON ? "<span class=\"sign\" aria-hidden=\"true\">!</span> " : "",
			(long long)left, left == 1 ? "" : "s");
	put(s, "</span></div>");
	put_bar(s, over ? 0 : (uint64_t)left, YEAR,
		over || left < NOW ? "fill bad"
		: left < SOON      ? "fill warn"
				   : "fill good");
	put(s, "</li>\n");
}

struct end {
	unsigned index;
	int64_t wall;
};

static int by_end(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	return (x->wall > y->wall) - (x->wall < y->wall);
}

void status_certificates(struct status *s)
{
	const struct plan *plan = s->server->plan;
	const struct certificate_config *c = plan->settings.certificates.items;
	unsigned n = plan->settings.certificates.n;
	struct end *ends = mem_zero(n + 1, sizeof(*ends));
	for (unsigned i = 0; i < n; i++)
		ends[i] = (struct end){ i, credentials_end(plan->credentials, i) };
	qsort(ends, n, sizeof(*ends), by_end);
	begin(s, "certificates", "Certificates");
	put(s, n ? "<ul class=\"bars\">\n" : "<p class=\"muted\">None is configured.</p>\n");
	for (unsigned i = 0; i < n && i < CERTIFICATES; i++)
		put_certificate(s, c[ends[i].index].name, ends[i].wall);
	if (n)
		put(s, "</ul>\n");
	if (n > CERTIFICATES)
		buf_printf(s->out, "<p class=\"muted\">and %u more</p>\n", n - CERTIFICATES);
	put(s, "</section>\n");
	free(ends);
}

/* ---- configuration ---- */

static void put_reload(struct status *s)
{
	const struct server_reload *r = &s->server->last_reload;
	put(s, "<dt>Last reload</dt><dd>");
	if (!r->wall) {
		put(s, "none since the start</dd>\n");
		return;
	}
	put(s, r->done ? "<span class=\"state good\"><span class=\"sign\" aria-hidden=\"true\">"
			 "&#10003;</span> done</span> "
		       : "<span class=\"state bad\"><span class=\"sign\" aria-hidden=\"true\">"
			 "&#10005;</span> refused, nothing has changed</span> ");
	html_put_ago(s->out, r->wall, s->now.wall);
	if (!r->done) {
		put(s, "<p class=\"error\"><bdi>");
		html_put(s->out, str_of(r->words));
		put(s, "</bdi></p>");
	}
	put(s, "</dd>\n");
}

static void put_orders(struct status *s)
{
	const struct orders *o = s->server->orders;
	if (!o || !orders_count(o))
		return;
	put(s, "<dt>Orders</dt><dd>");
	for (unsigned i = 0; i < orders_count(o); i++) {
		const struct order_entry *e = orders_at(o, i);
		buf_printf(s->out, "%s<span class=\"state warn\">%s</span> <bdi>", i ? "<br>" : "",
			order_name(e->order));
		html_put_domain(s->out, e->pattern);
		put(s, "</bdi>");
		if (e->until) {
			put(s, " <span class=\"muted\">for ");
			html_put_duration(s->out, e->until - s->now.wall);
			put(s, "</span>");
		}
	}
	put(s, "</dd>\n");
}

static void put_listeners(struct status *s)
{
	put(s, "<dt>Listening</dt><dd>");
	for (unsigned i = 0; i < s->server->nlisteners; i++) {
		char text[ADDRESS_TEXT];
		address_print(listener_address(s->server->listeners[i]), text);
		put(s, i ? "<br>" : "");
		html_put(s->out, str_of(text));
		put(s, listener_mode(s->server->listeners[i]) == LISTEN_STARTTLS ? ""
										 : ", direct TLS");
	}
	put(s, s->server->nlisteners ? "</dd>\n" : "nowhere</dd>\n");
}

void status_configuration(struct status *s)
{
	const struct plan *plan = s->server->plan;
	begin(s, "configuration", "Configuration");
	put(s, "<dl class=\"facts\"><dt>Digest</dt><dd><code>");
	html_put(s->out, str_of(plan->hash));
	put(s, "</code></dd>\n<dt>In force</dt><dd>since ");
	html_put_ago(s->out, s->server->plan_wall, s->now.wall);
	put(s, "</dd>\n");
	put_reload(s);
	buf_printf(s->out, "<dt>Peering controls</dt><dd>%u</dd>\n", plan->settings.controls.n);
	put_orders(s);
	put_listeners(s);
	put(s, "</dl></section>\n");
}
