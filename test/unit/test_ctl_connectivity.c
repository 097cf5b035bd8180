/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check connectivity against a daemon that is made up: it takes connections, and answers
 * when and in which order the test says. What is measured is who is open at the same time, never
 * how long anything takes.
 */
#include "check_rig.h"

#include "base/mem.h"
#include "control/protocol.h"
#include "pki.h"

#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DOMAINS = 30, AT_ONCE = 12 };

struct asked {
	int fd;
	char domain[64];
	bool answered;
};

struct daemon {
	pthread_t thread;
	int listening;
	struct asked asked[DOMAINS]; /* in the order of their coming */
	unsigned n, most, open;
	unsigned open_with_dead; /* answered while the dead one still was not */
	bool wrong;              /* what came was no probe; cmocka's are for the first thread */
};

/* ---- the daemon ---- */

static bool read_request(struct asked *a)
{
	struct control_lines in;
	struct control_request r;
	struct str line;
	bool good = true;

	control_lines_init(&in, CONTROL_REQUEST_MAX);
	while (good && control_lines_next(&in, &line) == CONTROL_MORE) {
		char room[1024];
		ssize_t n = recv(a->fd, room, sizeof(room), 0);

		good = n > 0;
		control_lines_feed(&in, (struct str){ room, good ? (size_t)n : 0 });
	}
	good = good && !control_request_read(line, &r);
	if (good) {
		good = strcmp(r.command, "probe") == 0;
		snprintf(a->domain, sizeof(a->domain), "%s",
			json_string_value(json_object_get(r.arguments, "to")));
		control_request_fini(&r);
	}
	control_lines_fini(&in);
	return good;
}

/* False: nobody comes any more, for now. The wait only ends what has failed already. */
static bool take(struct daemon *d, int wait_ms)
{
	struct pollfd p = { .fd = d->listening, .events = POLLIN };
	struct asked *a = &d->asked[d->n];

	if (d->n == DOMAINS || poll(&p, 1, wait_ms) <= 0)
		return false;
	a->fd = accept(d->listening, NULL, NULL);
	d->wrong |= a->fd < 0 || !read_request(a);
	d->n++;
	if (++d->open > d->most)
		d->most = d->open;
	return true;
}

static bool is_dead(const struct asked *a)
{
	return strcmp(a->domain, "d00.example") == 0;
}

/* "d00" is dead, each seventh is not reached, "d05" breaks off. */
static void answer(struct daemon *d, struct asked *a)
{
	bool bad = is_dead(a) || atoi(a->domain + 1) % 7 == 0;
	struct buf out = { 0 };
	json_t *r = bad ? json_pack("{s:b, s:s, s:s}", "ok", 0, "stage", "tcp", "error",
				  is_dead(a) ? "timed out" : "connection refused")
			: json_pack("{s:b}", "ok", 1);

	control_answer_write(CONTROL_RESULT, r, &out);
	if (strcmp(a->domain, "d05.example") != 0)
		d->wrong |= send(a->fd, buf_view(&out).p, buf_len(&out), MSG_NOSIGNAL) < 0;
	json_decref(r);
	buf_fini(&out);
	close(a->fd);
	a->answered = true;
	d->open--;
}

/* Whoever came last is answered first; the dead one when nobody else is left. */
static void *serve(void *arg)
{
	struct daemon *d = arg;
	unsigned answered = 0;

	while (answered + 1 < DOMAINS) {
		while (d->open < AT_ONCE && take(d, 10000))
			;
		if (d->n == AT_ONCE)
			take(d, 50); /* one more than there should be */
		for (unsigned i = d->n; i-- > 0;) {
			struct asked *a = &d->asked[i];

			if (a->answered || is_dead(a))
				continue;
			answer(d, a);
			answered++;
			break;
		}
		if (d->n == DOMAINS && answered + 1 == DOMAINS)
			break;
	}
	d->open_with_dead = answered;
	for (unsigned i = 0; i < d->n; i++)
		if (!d->asked[i].answered)
			answer(d, &d->asked[i]);
	return NULL;
}

static char *start(struct daemon *d)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char *path = mem_printf("%s/change", pki_dir());

	*d = (struct daemon){ .listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	assert_true(strlen(path) < sizeof(at.sun_path));
	memcpy(at.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(d->listening, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(d->listening, DOMAINS), 0);
	assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
	return path;
}

static void stop(struct daemon *d, char *path)
{
	pthread_join(d->thread, NULL);
	close(d->listening);
	unlink(path);
	free(path);
}

/* ---- what trunkctl makes of it ---- */

static char *configuration(void)
{
	struct buf b = { 0 };
	char *text;

	buf_printf(&b,
		"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"
		"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = \"own.key\"; } );\n"
		"trust = ( { name = \"ca\"; ca = \"ca.pem\"; } ); defaults = { trust = \"ca\"; };\n"
		"control = { change = \"%s/change\"; };\npeering_controls = (\n",
		pki_dir());
	for (unsigned i = 0; i < DOMAINS; i++)
		buf_printf(&b, "{ match = \"d%02u.example\"; connect = \"192.0.2.%u\"; }%s\n", i,
			i + 1, i + 1 < DOMAINS ? "," : " );");
	text = str_dup(buf_view(&b));
	buf_fini(&b);
	return text;
}

static void a_dead_host_holds_up_nobody_and_the_order_is_the_configurations(void **unused)
{
	MEM_AUTO char *text = NULL;
	struct daemon d;
	struct ctl_rig r;
	char *path;

	(void)unused;
	ctl_rig_init(&r, "");
	text = configuration();
	check_rig_text(&r, text);
	path = start(&d);
	check_rig_run(&r, "connectivity", CTL_PROBLEMS);
	stop(&d, path);
	assert_false(d.wrong);
	assert_int_equal(d.most, AT_ONCE);
	assert_int_equal(d.open_with_dead, DOMAINS - 1);
	ctl_rig_line(r.out, "connectivity: 3 problems (24 of 30 domains are reached)");
	/* Sentences that are the same are said once; where each begins is where its first domain
	 * stands. */
	check_rig_line(&r, 6,
		"warning: no stream to d00.example: tcp: timed out; look at its "
		"connect, at firewalls, and whether it runs there");
	check_rig_line(&r, 11,
		"warning: d05.example could not be probed: trunkd closed the "
		"connection before its answer was complete");
	check_rig_line(&r, 13,
		"warning: no stream to d07.example, d14.example, d21.example and d28.example: "
		"tcp: connection refused; look at its connect, at firewalls, and whether it runs "
		"there");
	ctl_rig_fini(&r);
}

static void without_a_daemon_nothing_is_probed(void **unused)
{
	MEM_AUTO char *text = NULL;
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, "");
	text = configuration();
	check_rig_text(&r, text);
	check_rig_run(&r, "connectivity", CTL_FAILED);
	assert_non_null(strstr(r.out, "connectivity: not done: trunkd is not running"));
	ctl_rig_fini(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_host_holds_up_nobody_and_the_order_is_the_configurations),
		cmocka_unit_test(without_a_daemon_nothing_is_probed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
