/* SPDX-License-Identifier: MIT */
/* What stands in for dials, and callers over socket pairs. */
#include "inbound_rig.h"

#include "base/mem.h"
#include "trunk/secrets.h"
#include "xml/reader.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

/* ---- in the place of dial.c ---- */

static struct world *the_world; /* of the test that runs */

const char *dial_outcome_name(enum dial_outcome o)
{
	return "outcome";
}

struct dial *dial_start(struct trunk *t, const struct dial_options *o)
{
	struct dial *d = MEM_NEW(struct dial);

	d->trunk = t;
	d->o = *o;
	d->from = *o->from;
	d->to = *o->to;
	d->verify_id = o->purpose == DIAL_VERIFY ? str_dup(o->verify_id) : NULL;
	d->verify_key = o->purpose == DIAL_VERIFY ? str_dup(o->verify_key) : NULL;
	for (unsigned i = 0; i < DIALS; i++) {
		if (the_world->dials[i])
			continue;
		the_world->dials[i] = d;
		return d;
	}
	fail_msg("too many dials");
	return NULL;
}

static void forget(struct dial *d)
{
	for (unsigned i = 0; i < DIALS; i++)
		if (the_world->dials[i] == d)
			the_world->dials[i] = NULL;
	free(d->verify_id);
	free(d->verify_key);
	free(d);
}

bool dial_leads_there_still(const struct dial *d)
{
	(void)d;
	return true;
}

void dial_cancel(struct dial *d)
{
	if (!d)
		return;
	the_world->cancelled++;
	forget(d);
}

void dial_result(struct dial *d, enum dial_outcome o, const char *words)
{
	fail_msg("no stream was opened");
}

void dial_stage(struct dial *d, enum attempt_stage s)
{
	fail_msg("no stream was opened");
}

/* ---- the world ---- */

void spin(struct world *w)
{
	for (int i = 0; i < 16; i++)
		uv_run(net_loop_uv(w->loop), UV_RUN_NOWAIT);
}

static struct plan *add_plan(struct world *w, const char *text)
{
	unsigned i = w->nplans++;
	struct plan *p = &w->plans[i];

	peering_rig_init(&w->controls[i], text);
	*p = (struct plan){ .number = i + 1,
		.settings = w->controls[i].settings,
		.peering = w->controls[i].peering,
		.credentials = w->tls.credentials,
		.tls = w->tls.contexts,
		.secrets = secrets_new(&w->controls[i].settings.dialback, "a secret of the process",
			w->controls[i].report) };
	atomic_init(&p->refs, 1000); /* freed by the test */
	return p;
}

void world_init(struct world *w, const char *text)
{
	*w = (struct world){ 0 };
	the_world = w;
	log_set_level(LOG_LEVEL_ALERT);
	xml_reader_global_init();
	tls_fixture_init(&w->tls);
	w->loop = net_loop_new();
	w->shared = (struct trunk_shared){ .trunks = &w->trunk, .n = 1 };
	admission_init(&w->shared.admission);
	w->trunk = trunk_new(w->loop, &w->shared, 0, add_plan(w, text));
}

void stopped(void *arg)
{
	net_loop_stop(((struct world *)arg)->loop);
}

void world_fini(struct world *w)
{
	trunk_stop(w->trunk, stopped, w);
	for (unsigned i = 0; i < w->ncallers; i++)
		close(w->callers[i]);
	net_loop_run(w->loop);
	net_loop_free(w->loop);
	trunk_free(w->trunk);
	for (unsigned i = 0; i < DIALS; i++)
		assert_null(w->dials[i]);
	assert_int_equal(w->shared.admission.connections, 0);
	admission_fini(&w->shared.admission);
	assert_int_equal(w->shared.queued_bytes, 0);
	for (unsigned i = 0; i < w->nplans; i++) {
		assert_int_equal(w->plans[i].refs, 1000);
		secrets_free(w->plans[i].secrets);
		peering_rig_fini(&w->controls[i]);
	}
	tls_fixture_fini(&w->tls);
	buf_fini(&w->heard);
}

int call(struct world *w)
{
	struct address peer, listener;
	int fds[2];

	assert_true(address_parse("192.0.2.1", 40000, &peer));
	assert_true(address_parse("192.0.2.100", 5269, &listener));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	trunk_accept(w->trunk, fds[0], &peer, LISTEN_STARTTLS, &listener);
	w->callers[w->ncallers++] = fds[1];
	return fds[1];
}

const char *hear(struct world *w, int fd)
{
	ssize_t n;

	buf_clear(&w->heard);
	spin(w);
	while ((n = recv(fd, buf_reserve(&w->heard, 65536), 65536, 0)) > 0)
		buf_commit(&w->heard, (size_t)n);
	buf_put_char(&w->heard, '\0');
	return buf_view(&w->heard).p;
}

void say(struct world *w, int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), n);
	spin(w);
}

void expect(struct world *w, int fd, const char *want)
{
	const char *got = hear(w, fd);

	if (*want ? !strstr(got, want) : *got)
		fail_msg("heard: %s\nnot: %s", got, *want ? want : "(nothing)");
}

struct dial *only_dial(struct world *w, enum dial_purpose purpose)
{
	struct dial *found = NULL;

	for (unsigned i = 0; i < DIALS; i++) {
		if (!w->dials[i] || w->dials[i]->o.purpose != purpose)
			continue;
		assert_null(found);
		found = w->dials[i];
	}
	if (!found)
		fail_msg("nobody is dialled");
	return found;
}

void verify(struct world *w, enum dial_outcome o)
{
	struct dial *d = only_dial(w, DIAL_VERIFY);

	d->o.done(d->o.arg, d, o, NULL, "words");
	forget(d);
	spin(w);
}

int proven(struct world *w, const char *header, const char *result)
{
	int fd = call(w);

	say(w, fd, header);
	say(w, fd, result);
	verify(w, DIAL_OK);
	expect(w, fd, "type='valid'");
	return fd;
}

struct route *route(struct world *w, const char *from, const char *to)
{
	struct domain a = peering_rig_domain(from), b = peering_rig_domain(to);

	return pair_route(w->trunk, &a, &b);
}

unsigned feeds(struct world *w, const char *from, const char *to)
{
	unsigned n = 0;

	list_for_each (it, &route(w, from, to)->inbounds)
		n++;
	return n;
}

void replan(struct world *w, const char *text)
{
	trunk_change_plan(w->trunk, add_plan(w, text));
	spin(w);
}
