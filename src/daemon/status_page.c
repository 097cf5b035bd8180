/* SPDX-License-Identifier: MIT */
/* The status page's frame: head, the few numbers that matter most, and the order of its parts. */
#include "daemon/status_private.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum { MANY = 14 };

static void put(struct status *s, const char *text)
{
	buf_put(s->out, str_of(text));
}

static void put_head(struct status *s, const char *nonce)
{
	put(s, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	       "<meta name=\"color-scheme\" content=\"light dark\">\n"
	       "<link rel=\"icon\" href=\"data:,\">\n"
	       "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>\n<title>");
	if (s->down)
		buf_printf(s->out, "(%u down) ", s->down);
	html_put(s->out, str_of(s->server->plan->node_name));
	buf_printf(s->out, " - trunkd</title>\n<style nonce=\"%s\">\n", nonce);
	put(s, status_style);
	put(s, "</style></head>\n<body>\n");
}

/* ---- what an officer looks at first ---- */

static void put_verdict(struct status *s)
{
	const struct server_reload *r = &s->server->last_reload;
	if (s->server->stopping)
		put(s, "<p class=\"verdict warn\"><span class=\"sign\" aria-hidden=\"true\">"
		       "&#9646;</span> Stopping: streams are being closed</p>\n");
	else if (s->down)
		buf_printf(s->out,
			"<p class=\"verdict bad\"><span class=\"sign\" "
			"aria-hidden=\"true\">&#10005;"
			"</span> %u peer%s cannot be reached</p>\n",
			s->down, s->down == 1 ? "" : "s");
	else if (r->wall && !r->done)
		put(s, "<p class=\"verdict warn\"><span class=\"sign\" "
		       "aria-hidden=\"true\">!</span>"
		       " The last reload was refused</p>\n");
	else
		put(s, "<p class=\"verdict good\"><span class=\"sign\" aria-hidden=\"true\">"
		       "&#10003;</span> All is well</p>\n");
}

static void put_top(struct status *s)
{
	char now[CLOCK_TEXT];
	clock_print(s->now.wall, 0, now);
	put(s, "<header>\n<div><h1>");
	html_put(s->out, str_of(s->server->plan->node_name));
	put(s, "</h1>\n<p class=\"muted\">trunkd " TRUNKD_VERSION ", up ");
	html_put_duration(s->out, s->now.wall - s->server->started);
	buf_printf(s->out, ", seen <time datetime=\"%s\">%.10s %.8s UTC</time></p></div>\n", now,
		now, now + 11);
	put_verdict(s);
	put(s, "</header>\n");
}

static void begin_number(struct status *s, const char *name)
{
	buf_printf(s->out, "<div class=\"number\"><dt>%s</dt><dd>", name);
}

static void end_number(struct status *s, const char *words)
{
	buf_printf(s->out, "<small>%s</small></dd></div>\n", words);
}

static void put_numbers(struct status *s)
{
	struct status_rates r = status_rates(s);
	put(s, "<dl class=\"numbers\">\n");
	begin_number(s, "Peers connected");
	buf_printf(s->out, "%u", s->connected);
	buf_printf(s->out, "<small>of %zu known</small></dd></div>\n", s->npeers + s->more);
	begin_number(s, "Streams");
	html_put_number(s->out, s->now.streams);
	end_number(s, "established");
	begin_number(s, "Stanzas in");
	html_put_rate(s->out, r.received);
	end_number(s, "a second");
	begin_number(s, "Refused");
	html_put_rate(s->out, r.refused);
	end_number(s, "a second");
	begin_number(s, "Waiting");
	html_put_number(s->out, s->now.waiting);
	end_number(s, "stanzas in queues");
	put(s, "</dl>\n");
}

static void put_facts(struct status *s)
{
	status_refusals(s);
	status_certificates(s);
	status_configuration(s);
}

/* A long table has everything else beside it, a short one only the map. */
static void put_cards(struct status *s)
{
	put(s, s->npeers > MANY ? "<div class=\"columns many\"><div class=\"stack\">\n"
				: "<div class=\"columns\">\n");
	status_map(s);
	if (s->npeers > MANY) {
		put_facts(s);
		put(s, "</div>\n");
	}
	status_peers(s);
	put(s, "</div>\n");
	if (s->npeers > MANY)
		return;
	put(s, "<div class=\"columns three\">\n");
	put_facts(s);
	put(s, "</div>\n");
}

void status_page_write(const struct server *server, const struct metrics_facts *facts,
	const struct history *history, const char *nonce, struct buf *out)
{
	struct status *s = MEM_NEW(struct status);
	s->server = server;
	s->facts = facts;
	s->history = history;
	s->out = out;
	history_measure(facts, clock_wall(), &s->now);
	status_find_peers(s);
	put_head(s, nonce);
	put(s, "<p id=\"stale\" role=\"status\"></p>\n<main>\n");
	put_top(s);
	put_numbers(s);
	status_plots(s);
	put_cards(s);
	put(s, "</main>\n");
	buf_printf(
		out, "<script nonce=\"%s\">\n%s</script>\n</body></html>\n", nonce, status_script);
	free(s);
}
