/* SPDX-License-Identifier: MIT */
/* The manager hears of us as long as every worker answers, and no longer. */
#include "daemon/watchdog.h"

#include "daemon/worker.h"
#include "net/loop.h"
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct rig {
	struct net_loop *main, *theirs;
	struct worker worker;
	struct watchdog *dog;
	struct net_timer *look;
	char folder[32], path[64];
	int inbox;
	unsigned heard, looks;
	unsigned enough; /* heard or looked so often: the end */
};

static void look(void *arg)
{
	struct rig *r = arg;
	char text[64];

	for (ssize_t n; (n = recv(r->inbox, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0;) {
		text[n] = 0;
		assert_string_equal(text, "WATCHDOG=1");
		r->heard++;
	}
	if (++r->looks < 20 || (r->heard < r->enough && r->looks < 2000))
		return;
	watchdog_stop(r->dog);
	net_timer_close(r->look);
	net_loop_stop(r->main);
}

static void rig_init(struct rig *r, const char *usec)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	*r = (struct rig){ .main = net_loop_new(), .theirs = net_loop_new() };
	strcpy(r->folder, "/tmp/watchdog.XXXXXX");
	assert_non_null(mkdtemp(r->folder));
	snprintf(r->path, sizeof(r->path), "%s/notify", r->folder);
	strcpy(a.sun_path, r->path);
	r->inbox = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(r->inbox, (struct sockaddr *)&a, sizeof(a)), 0);
	setenv("NOTIFY_SOCKET", r->path, 1);
	setenv("WATCHDOG_USEC", usec, 1);
	r->worker = (struct worker){ .loop = r->theirs, .main_loop = r->main };
	r->dog = watchdog_new(r->main, &r->worker, 1);
}

static void rig_run(struct rig *r)
{
	r->look = net_timer_new(r->main, look, r);
	net_timer_start(r->look, 4, 4);
	net_loop_run(r->main);
}

static void rig_fini(struct rig *r)
{
	net_loop_free(r->theirs);
	net_loop_free(r->main);
	watchdog_free(r->dog);
	close(r->inbox);
	unlink(r->path);
	rmdir(r->folder);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void nothing_is_said_when_a_worker_is_stuck(void **unused)
{
	struct rig r;

	rig_init(&r, "8000"); /* a tick each 2 ms; its loop does not run */
	rig_run(&r);
	assert_int_equal(r.heard, 1); /* at the start, before anybody was asked */
	rig_fini(&r);
}

static void *turn(void *arg)
{
	net_loop_run(arg);
	return NULL;
}

struct end {
	struct mail mail;
	struct net_loop *loop;
};

static void end_now(struct mail *m, bool cancelled)
{
	struct end *e = list_item(m, struct end, mail);

	net_loop_stop(e->loop);
	free(e);
}

static void it_is_said_again_and_again_while_workers_answer(void **unused)
{
	struct rig r;
	pthread_t thread;
	struct end *e = calloc(1, sizeof(*e));

	rig_init(&r, "8000");
	r.enough = 5;
	assert_int_equal(pthread_create(&thread, NULL, turn, r.theirs), 0);
	rig_run(&r);
	assert_true(r.heard >= 5);
	e->loop = r.theirs;
	e->mail.run = end_now;
	net_loop_post(r.theirs, &e->mail);
	pthread_join(thread, NULL);
	rig_fini(&r);
}

static void a_manager_that_does_not_ask_is_told_nothing(void **unused)
{
	struct rig r;

	rig_init(&r, "0");
	assert_null(r.dog);
	rig_fini(&r);
	setenv("WATCHDOG_PID", "1", 1);
	rig_init(&r, "8000"); /* it asks another process */
	assert_null(r.dog);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_when_a_worker_is_stuck),
		cmocka_unit_test(it_is_said_again_and_again_while_workers_answer),
		cmocka_unit_test(a_manager_that_does_not_ask_is_told_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
