/* SPDX-License-Identifier: MIT */
/* Who there is: what was seen, and what the configuration names; the worst first. */
#include "daemon/remedy.h"
#include "daemon/status_private.h"

#include <stdlib.h>

const struct status_words status_words[STATUS_STATES] = {
	[STATUS_DOWN] = { "bad", "&#10005;", "cannot be reached" },
	[STATUS_CONNECTING] = { "warn", "&#8230;", "connecting" },
	[STATUS_BOTH] = { "good", "&#8646;", "connected" },
	[STATUS_OUT] = { "good", "&#8594;", "connected, out only" },
	[STATUS_IN] = { "good", "&#8592;", "connected, in only" },
	[STATUS_IDLE] = { "calm", "&#9679;", "idle" },
	[STATUS_UNUSED] = { "calm", "&#9675;", "not used yet" },
};

static enum status_state state_of(const struct overview_peer *p)
{
	if (p->down || (p->failures && !p->out))
		return STATUS_DOWN;
	if (p->dialling && !p->out)
		return STATUS_CONNECTING;
	if (p->in && p->out)
		return STATUS_BOTH;
	if (p->out || p->in)
		return p->out ? STATUS_OUT : STATUS_IN;
	return STATUS_IDLE;
}

static void add(struct status *s, const char *name, const struct overview_peer *p)
{
	enum status_state state = p ? state_of(p) : STATUS_UNUSED;
	s->down += state == STATUS_DOWN;
	s->connected += state >= STATUS_BOTH && state <= STATUS_IN;
	if (s->npeers == STATUS_PEERS)
		s->more++;
	else
		s->peers[s->npeers++] = (struct status_peer){ name, p, state };
}

/* A name that no stream and no attempt has shown yet. */
static void add_named(struct status *s, const char *match)
{
	struct domain d;
	if (strchr(match, '*') || !domain_parse(str_of(match), &d))
		return;
	if (!map_get(&s->facts->now.peers, domain_str(&d)))
		add(s, match, NULL);
}

static int by_state(const void *a, const void *b)
{
	const struct status_peer *x = a, *y = b;
	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return strcmp(x->name, y->name);
}

void status_find_peers(struct status *s)
{
	const struct config_list *controls = &s->server->plan->settings.controls;
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&s->facts->now.peers, &pos, n)) != NULL;) {
		const struct overview_peer *p = map_item(n, struct overview_peer, node);
		add(s, p->domain.s, p);
	}
	for (unsigned i = 0; i < controls->n; i++) {
		const struct control_config *c = (const struct control_config *)controls->items + i;
		for (unsigned j = 0; j < c->match.n && c->action == CONTROL_ACCEPT; j++)
			add_named(s, c->match.v[j]);
	}
	s->more += s->facts->now.more_peers;
	qsort(s->peers, s->npeers, sizeof(s->peers[0]), by_state);
}

/* ---- the table ---- */

static void put(struct status *s, const char *text)
{
	buf_put(s->out, str_of(text));
}

static void begin_error(struct status *s, const char *what, const struct attempt *a)
{
	buf_printf(s->out, "<p class=\"error\">%s<bdi>", what);
	html_put(s->out, str_of(a->words));
	buf_printf(
		s->out, "</bdi> <span class=\"muted\">at step %s, ", attempt_stage_name(a->stage));
	html_put_ago(s->out, a->wall, s->now.wall);
}

/* What "trunkctl peers" says to it. */
static void end_error(struct status *s, const struct attempt *a, bool in)
{
	const char *remedy = remedy_for(a->stage, a->words, in);
	put(s, "</span></p>");
	if (!remedy)
		return;
	put(s, "<p class=\"remedy\">What to do: ");
	html_put(s->out, str_of(remedy));
	put(s, "</p>");
}

static void put_errors(struct status *s, const struct overview_peer *p)
{
	if (p->attempt.wall && p->attempt.words[0]) {
		begin_error(s, "", &p->attempt);
		if (p->retry_ms) {
			put(s, "; again in ");
			html_put_duration(s->out, (int64_t)(p->retry_ms + 999) / 1000);
		}
		end_error(s, &p->attempt, false);
	}
	if (p->refused.wall && p->refused.words[0]) {
		begin_error(s, "Coming in: ", &p->refused);
		end_error(s, &p->refused, true);
	}
}

static void put_peer(struct status *s, const struct status_peer *row)
{
	const struct status_words *w = &status_words[row->state];
	const struct overview_peer *p = row->peer;
	put(s, "<tr><th scope=\"row\"><bdi>");
	html_put_domain(s->out, row->name);
	put(s, "</bdi>");
	if (p)
		put_errors(s, p);
	buf_printf(s->out,
		"</th><td data-name=\"State\"><span class=\"state %s\"><span class=\"sign\" "
		"aria-hidden=\"true\">%s</span> %s</span></td>",
		w->class, w->sign, w->words);
	buf_printf(s->out,
		"<td data-name=\"In\" class=\"n\">%u</td><td data-name=\"Out\" "
		"class=\"n\">%u</td><td data-name=\"Waiting\" class=\"n\">",
		p ? p->in : 0, p ? p->out : 0);
	html_put_number(s->out, p ? p->queued : 0);
	put(s, "</td><td data-name=\"Reached\" class=\"n\">");
	if (p && p->out)
		put(s, "now");
	else if (p && p->last_success)
		html_put_ago(s->out, p->last_success, s->now.wall);
	else
		put(s, "<span class=\"muted\">-</span>");
	put(s, "</td></tr>\n");
}

void status_peers(struct status *s)
{
	put(s, "<section class=\"card first\" aria-labelledby=\"peers\"><h2 "
	       "id=\"peers\">Peers</h2>\n");
	if (!s->npeers) {
		put(s, "<p class=\"muted\">Nobody is known yet.</p></section>\n");
		return;
	}
	put(s, "<table class=\"peers\"><thead><tr><th scope=\"col\">Domain</th><th scope=\"col\">"
	       "State</th><th scope=\"col\" class=\"n\">In</th><th scope=\"col\" class=\"n\">Out"
	       "</th><th scope=\"col\" class=\"n\">Waiting</th><th scope=\"col\" class=\"n\">"
	       "Reached</th></tr></thead><tbody>\n");
	for (unsigned i = 0; i < s->npeers; i++)
		put_peer(s, &s->peers[i]);
	put(s, "</tbody></table>\n");
	if (s->more)
		buf_printf(s->out, "<p class=\"muted\">and %zu more</p>\n", s->more);
	put(s, "</section>\n");
}
