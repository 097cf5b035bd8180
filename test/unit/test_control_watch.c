/* SPDX-License-Identifier: MIT */
/* Who reads along over a control socket: what he gets, what he loses, and that nothing is left of
 * him.
 */
#include "control_rig.h"
#include "unit.h"

#include "base/log.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WATCH   "{\"command\":\"watch\"}\n"
#define FILTER  "{\"command\":\"watch\",\"arguments\":{\"filter\":[\"n=1\",\"level=info\"]}}\n"
#define CONTENT "{\"command\":\"watch-stanzas\"}\n"

static void say(const char *n)
{
	static const struct log_aside aside = { STR_INIT(" more=m"), STR_INIT(" content=c") };

	log_write_aside(LOG_LEVEL_DEBUG, &aside, "stanza n=%s", n);
	log_info("other n=%s", n);
}

/* What is heard until it has this: lines come by a timer. */
static void expect(struct rig *r, int fd, const char *want, const char *never)
{
	char *all = str_dup(STR(""));
	bool closed = false;

	for (unsigned i = 0; i < 200 && !closed && !strstr(all, want); i++) {
		char *got, *more;

		poll(NULL, 0, 10);
		got = rig_hear(r, fd, &closed);
		assert_int_not_equal(asprintf(&more, "%s%s", all, got), -1);
		free(all);
		free(got);
		all = more;
	}
	if (!strstr(all, want) || (never && strstr(all, never)))
		fail_msg("\"%s\" (never \"%s\"): \"%s\"", want, never ? never : "", all);
	free(all);
}

static int begin(struct rig *r, const char *path, const char *request)
{
	int fd = rig_dial(path);

	assert_true(fd >= 0);
	rig_expect(r, fd, request, "\"progress\":");
	return fd;
}

static void lines_come_as_their_watchers_want_them(void **unused)
{
	struct rig r;
	int all, some, content;

	(void)unused;
	rig_start(&r);
	all = begin(&r, r.read, WATCH);
	some = begin(&r, r.change, FILTER);
	assert_int_equal(log_watched(), LOG_WATCH_LINES);
	content = begin(&r, r.change, CONTENT);
	assert_int_equal(log_watched(), LOG_WATCH_CONTENT);
	say("2");
	say("1");
	expect(&r, all, "\"event\":\"other\",\"n\":\"1\"", "content");
	expect(&r, some, "\"event\":\"other\",\"n\":\"1\"", "\"n\":\"2\"");
	expect(&r, content, "\"event\":\"other\",\"n\":\"1\"", NULL);
	say("3");
	expect(&r, all, "\"event\":\"stanza\",\"n\":\"3\",\"more\":\"m\"}", "content");
	expect(&r, content, "\"event\":\"stanza\",\"n\":\"3\",\"more\":\"m\",\"content\":\"c\"}",
		NULL);
	close(all);
	close(some);
	close(content);
	rig_fini(&r);
}

static void the_tap_goes_with_the_last_watcher(void **unused)
{
	struct rig r;
	int one, two;

	(void)unused;
	rig_start(&r);
	assert_false(log_heard(LOG_LEVEL_DEBUG));
	one = begin(&r, r.change, CONTENT);
	two = begin(&r, r.read, FILTER);
	assert_true(log_heard(LOG_LEVEL_DEBUG));
	close(one);
	rig_turn(&r);
	assert_int_equal(log_watched(), LOG_WATCH_LINES);
	assert_false(log_heard(LOG_LEVEL_DEBUG));
	assert_true(log_heard(LOG_LEVEL_INFO));
	assert_int_equal(log_level(), LOG_LEVEL_ALERT);
	close(two);
	rig_turn(&r);
	assert_int_equal(log_watched(), LOG_WATCH_NOBODY);
	assert_false(log_heard(LOG_LEVEL_INFO));
	assert_null(r.server.watchers);
	/* And with the server, watchers or not. */
	one = begin(&r, r.read, WATCH);
	rig_fini(&r);
	assert_int_equal(log_watched(), LOG_WATCH_NOBODY);
	close(one);
}

static void contents_are_not_for_who_may_only_read(void **unused)
{
	struct rig r;
	int fd;

	(void)unused;
	rig_start(&r);
	fd = rig_dial(r.read);
	rig_expect(&r, fd, CONTENT, "this socket is for reading");
	assert_int_equal(log_watched(), LOG_WATCH_NOBODY);
	rig_expect(&r, fd, "{\"command\":\"watch\",\"arguments\":{\"filter\":[\"a b\"]}}\n",
		"is no domain");
	rig_expect(&r, fd, "{\"command\":\"watch\",\"arguments\":{\"filter\":1}}\n", "\"error\":");
	assert_int_equal(log_watched(), LOG_WATCH_NOBODY);
	close(fd);
	rig_fini(&r);
}

/* The daemon's memory for him stays what it is; he is told. */
static void who_reads_nothing_loses_lines_and_is_told(void **unused)
{
	static char big[3000];
	struct rig r;
	int fd;

	(void)unused;
	rig_start(&r);
	fd = begin(&r, r.read, WATCH);
	memset(big, 'x', sizeof(big) - 1);
	for (unsigned i = 0; i < 6; i++) {
		for (unsigned n = 0; n < 100; n++)
			log_info("big x=%s", big);
		poll(NULL, 0, 60);
		rig_turn(&r);
	}
	expect(&r, fd, "\"event\":\"lines-lost\",\"lines\":", NULL);
	log_info("again");
	expect(&r, fd, "\"event\":\"again\"", NULL);
	close(fd);
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_as_their_watchers_want_them),
		cmocka_unit_test(the_tap_goes_with_the_last_watcher),
		cmocka_unit_test(contents_are_not_for_who_may_only_read),
		cmocka_unit_test(who_reads_nothing_loses_lines_and_is_told),
	};

	return cmocka_run_group_tests_name("control_watch", tests, NULL, NULL);
}
