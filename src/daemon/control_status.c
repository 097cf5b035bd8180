/* SPDX-License-Identifier: MIT */
/* "status": the process, its configuration, and how much of everything there is. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control_command.h"
#include "net/listener.h"
#include "policy/filter.h"
#include "trunk/report.h"

#include <unistd.h>

static void fill(struct trunk *t, void *slot, const void *arg)
{
	(void)arg;
	trunk_count(t, slot);
}

static json_t *time_text(int64_t wall)
{
	char text[CLOCK_TEXT];

	clock_print(wall, 0, text);
	return json_string(text);
}

static json_t *listeners(const struct server *s)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < s->nlisteners; i++) {
		char text[ADDRESS_TEXT];

		address_print(listener_address(s->listeners[i]), text);
		json_array_append_new(all,
			json_pack("{s:s, s:s}", "address", text, "mode",
				listener_mode(s->listeners[i]) == LISTEN_STARTTLS ? "starttls"
										  : "direct-tls"));
	}
	return all;
}

static json_t *configuration(const struct server *s)
{
	return json_pack("{s:s, s:s, s:I, s:o, s:I, s:i}", "file", s->options->path, "hash",
		s->plan->hash, "number", (json_int_t)s->plan->number, "since",
		time_text(s->plan_wall), "age", (json_int_t)(clock_wall() - s->plan_wall),
		"peering_controls", (int)s->plan->settings.controls.n);
}

/* null: there was none. */
static json_t *last_reload(const struct server *s)
{
	const struct server_reload *r = &s->last_reload;

	if (!r->wall)
		return json_null();
	return json_pack(
		"{s:o, s:b, s:s}", "time", time_text(r->wall), "done", r->done, "words", r->words);
}

static json_t *streams(const struct server *s, void **slots, unsigned n)
{
	struct trunk_counts all = { 0 };
	unsigned long long opened = 0, closed = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct trunk_counts *c = slots[i];
		const struct trunk_stats *stats = &s->workers[i].trunk->stats;

		all.in += c->in;
		all.out += c->out;
		all.verify += c->verify;
		all.unproven += c->unproven;
		all.pairs += c->pairs;
		all.queued += c->queued;
		all.queued_bytes += c->queued_bytes;
		opened += stats->streams_opened;
		closed += stats->streams_closed;
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I}", "in", (int)all.in, "out",
		(int)all.out, "verify", (int)all.verify, "unproven", (int)all.unproven, "pairs",
		(int)all.pairs, "queued", (json_int_t)all.queued, "queued_bytes",
		(json_int_t)all.queued_bytes, "opened", (json_int_t)opened, "closed",
		(json_int_t)closed);
}

/* By verdict, and what became of those that were to pass. */
static json_t *stanzas(const struct server *s)
{
	unsigned long long by[6] = { 0 }, bounced = 0, dropped = 0, uncertain = 0;
	unsigned long long all = 0;

	for (unsigned i = 0; i < s->n; i++) {
		const struct trunk_stats *stats = &s->workers[i].trunk->stats;

		for (unsigned v = 0; v < sizeof(by) / sizeof(by[0]); v++)
			by[v] += stats->stanzas[v];
		bounced += stats->bounced;
		dropped += stats->dropped;
		uncertain += stats->uncertain;
	}
	for (unsigned v = 0; v < sizeof(by) / sizeof(by[0]); v++)
		all += by[v];
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "taken", (json_int_t)all, "refused",
		(json_int_t)(all - by[VERDICT_PASS] - by[VERDICT_FOLD]), "bounced",
		(json_int_t)bounced, "dropped", (json_int_t)dropped, "uncertain",
		(json_int_t)uncertain);
}

static void answer(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	struct server *s = call->server;
	const char *keylog = s->options->keylog_file;
	json_t *r = json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:s}",
		"state", s->stopping ? "stopping" : "running", "version", TRUNKD_VERSION, "node",
		s->plan->node_name, "pid", (int)getpid(), "workers", (int)s->n, "since",
		time_text(s->started), "uptime", (json_int_t)((clock_ms() - s->started_ms) / 1000),
		"configuration", configuration(s), "last_reload", last_reload(s), "listeners",
		listeners(s), "streams", streams(s, slots, n), "stanzas", stanzas(s), "log_level",
		log_level_name(log_level()));

	(void)arg;
	json_object_set_new(r, "tls_keylog", keylog ? json_string(keylog) : json_null());
	json_object_set_new(r, "log_dropped", json_integer((json_int_t)log_dropped()));
	control_done(call, r);
}

static const struct control_survey survey = {
	.size = sizeof(struct trunk_counts),
	.fill = fill,
	.done = answer,
};

void control_status(struct control_call *call, json_t *arguments)
{
	(void)arguments;
	control_survey(call, &survey, NULL);
}
