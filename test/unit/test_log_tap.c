/* SPDX-License-Identifier: MIT */
/* The log's tap: which lines it gets, which the log gets, and what happens when nobody takes them.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/log_tap.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int sink[2];

static _Atomic uint64_t lost;

static void open_tap(enum log_level level, enum log_watch watch)
{
	struct log_tap_want want = { .level = level, .lost = &lost };

	log_tap_open(&want, 1, watch);
}

static int open_log(void **unused)
{
	(void)unused;
	lost = 0;
	assert_int_equal(pipe(sink), 0);
	log_open(sink[1], LOG_FORMAT_TEXT);
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static int close_log(void **unused)
{
	(void)unused;
	log_tap_close();
	log_open(STDERR_FILENO, LOG_FORMAT_TEXT);
	log_set_level(LOG_LEVEL_INFO);
	close(sink[0]);
	close(sink[1]);
	return 0;
}

enum { TIME = CLOCK_TEXT - 1, LAST = TIME + sizeof(" alert last\n") - 1 };

/* What the log itself has written: nothing, or one line. */
static void assert_logged(const char *wanted)
{
	char room[4096];
	ssize_t n;

	log_alert("last");
	n = read(sink[0], room, sizeof(room));
	assert_true(n >= LAST);
	n -= LAST;
	assert_str((n > TIME ? (struct str){ room + TIME, (size_t)n - TIME } : STR("")), wanted);
}

/* The events of what the tap has, with a space behind each; contents in brackets. */
static void assert_tapped(const char *wanted)
{
	struct buf got = { 0 };

	for (struct log_tap_line *l = log_tap_take(), *next; l; l = next) {
		next = l->next;
		buf_put(&got, (struct str){ l->text, l->n });
		if (l->content)
			buf_printf(&got, "[%.*s]", (int)l->content, l->text + l->n);
		buf_put_char(&got, ' ');
		free(l);
	}
	assert_int_equal(lost, 0);
	assert_str(buf_view(&got), wanted);
	buf_fini(&got);
}

static size_t take_all(void)
{
	size_t n = 0;

	for (struct log_tap_line *l = log_tap_take(), *next; l; l = next, n++) {
		next = l->next;
		free(l);
	}
	return n;
}

static void without_a_tap_nothing_is_kept(void **unused)
{
	(void)unused;
	assert_false(log_heard(LOG_LEVEL_DEBUG));
	assert_true(log_heard(LOG_LEVEL_INFO));
	log_debug("quiet");
	assert_tapped("");
}

static void the_tap_and_the_log_have_levels_of_their_own(void **unused)
{
	static const struct {
		enum log_level log, tap;
		const char *logged, *tapped;
	} rows[] = {
		{ LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, " info two\n", "one two " },
		{ LOG_LEVEL_WARN, LOG_LEVEL_INFO, "", "two " },
		{ LOG_LEVEL_DEBUG, LOG_LEVEL_WARN, " debug one\n", "" },
		{ LOG_LEVEL_ERROR, LOG_LEVEL_ERROR, "", "" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_set_level(rows[i].log);
		open_tap(rows[i].tap, LOG_WATCH_LINES);
		assert_int_equal(log_level(), rows[i].log);
		log_debug("one");
		if (rows[i].log != LOG_LEVEL_DEBUG)
			log_info("two");
		assert_tapped(rows[i].tapped);
		assert_logged(rows[i].logged);
		assert_tapped(rows[i].tap <= LOG_LEVEL_ALERT ? "last " : "");
	}
	/* Another level of the log leaves the tap's alone, and the end of the tap the log's. */
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_LINES);
	log_set_level(LOG_LEVEL_ERROR);
	assert_true(log_heard(LOG_LEVEL_DEBUG));
	log_tap_close();
	assert_false(log_heard(LOG_LEVEL_WARN));
	assert_true(log_heard(LOG_LEVEL_ERROR));
}

static void say(enum log_level level, const char *event)
{
	static const struct log_aside aside = { STR_INIT(" to=b@b"), STR_INIT(" x=secret") };

	log_write_aside(level, &aside, "%s", event);
}

static void what_is_said_aside_reaches_only_the_tap_and_contents_who_asked_for_them(void **unused)
{
	(void)unused;
	assert_int_equal(log_watched(), LOG_WATCH_NOBODY);
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_LINES);
	assert_int_equal(log_watched(), LOG_WATCH_LINES);
	say(LOG_LEVEL_INFO, "a");
	assert_tapped("a to=b@b ");
	assert_logged(" info a\n");
	assert_tapped("last ");
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_CONTENT);
	assert_int_equal(log_watched(), LOG_WATCH_CONTENT);
	say(LOG_LEVEL_INFO, "b");
	assert_tapped("b to=b@b[ x=secret] ");
	assert_logged(" info b\n");
	log_debug("c");
	assert_tapped("last c ");
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_LINES);
	say(LOG_LEVEL_DEBUG, "d");
	assert_tapped("d to=b@b ");
	log_tap_close();
	say(LOG_LEVEL_DEBUG, "e");
	assert_tapped("");
	assert_logged("");
}

static void what_is_not_taken_is_thrown_away_at_the_end(void **unused)
{
	(void)unused;
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_LINES);
	log_debug("one");
	log_tap_close();
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_LINES);
	assert_tapped("");
}

static void what_nobody_wants_is_not_kept(void **unused)
{
	const struct log_tap_want wants[] = {
		{ .level = LOG_LEVEL_DEBUG, .n = 2, .needles = { "a.example", "verdict=drop" } },
		{ .level = LOG_LEVEL_WARN },
		{ .level = LOG_LEVEL_INFO, .n = 1, .needles = { "B@B" } },
	};

	(void)unused;
	log_tap_open(wants, 3, LOG_WATCH_LINES);
	log_debug("1 from=A.Example verdict=drop");
	log_debug("2 from=a.example verdict=pass");
	log_debug("3 from=a.exampl verdict=drop");
	log_info("4");
	log_warn("5");
	log_debug("6 to=b@b");
	log_info("7 to=b@b");
	say(LOG_LEVEL_INFO, "8");
	say(LOG_LEVEL_DEBUG, "9");
	/* These letters are not ASCII, and could be any. */
	log_debug("10 from=\xef\xbd\x81.example");
	assert_tapped("1 from=A.Example verdict=drop 5 7 to=b@b 8 to=b@b "
		      "10 from=\xef\xbd\x81.example ");
	/* And fills no queue. */
	for (unsigned i = 0; i < LOG_TAP_LINES * 2; i++)
		log_debug("from=c.example");
	log_warn("last");
	assert_int_equal(take_all(), 1);
}

static void a_tap_that_is_not_read_loses_lines_and_tells_how_many(void **unused)
{
	static char big[64 * 1024];
	static const struct log_aside aside = { .content = { big, sizeof(big) } };
	size_t n;

	(void)unused;
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_CONTENT);
	for (unsigned i = 0; i < LOG_TAP_LINES + 5; i++)
		log_debug("n=%u", i);
	assert_int_equal(take_all(), LOG_TAP_LINES);
	assert_int_equal(lost, 5);
	/* There is room again. */
	lost = 0;
	log_debug("again");
	assert_tapped("again ");
	memset(big, 'x', sizeof(big));
	for (unsigned i = 0; i < 100; i++)
		log_write_aside(LOG_LEVEL_DEBUG, &aside, "big");
	n = take_all();
	assert_true(n * sizeof(big) <= LOG_TAP_SHARE);
	assert_true(n >= LOG_TAP_SHARE / sizeof(big) - 2);
	assert_int_equal(n + lost, 100);
}

static void who_reads_much_does_not_take_anothers_room(void **unused)
{
	_Atomic uint64_t greedy = 0, modest = 0;
	struct log_tap_want wants[] = {
		{ .level = LOG_LEVEL_DEBUG, .lost = &greedy },
		{ .level = LOG_LEVEL_DEBUG, .n = 1, .needles = { "this" }, .lost = &modest },
	};

	(void)unused;
	log_tap_open(wants, 2, LOG_WATCH_LINES);
	for (unsigned i = 0; i < LOG_TAP_LINES + 3; i++)
		log_debug("that");
	assert_int_equal(greedy, 3);
	for (unsigned i = 0; i < LOG_TAP_LINES + 4; i++)
		log_debug("this");
	assert_int_equal(modest, 4);
	assert_int_equal(greedy, 7);
	assert_int_equal(take_all(), 2 * LOG_TAP_LINES);
	log_debug("this");
	assert_tapped("this ");
}

enum { THREADS = 4, LINES_EACH = 20000 };

static void *chatter(void *arg)
{
	for (int i = 0; i < LINES_EACH; i++)
		log_debug("line thread=%d n=%d", *(int *)arg, i);
	return NULL;
}

/* Counts what was taken; lines of one thread stay in their order. */
static size_t take_in_order(int *last)
{
	size_t n = 0;

	for (struct log_tap_line *l = log_tap_take(), *next; l; l = next, n++) {
		char text[64];
		int thread = -1, at = -1;

		next = l->next;
		snprintf(text, sizeof(text), "%.*s", (int)l->n, l->text);
		assert_int_equal(sscanf(text, "line thread=%d n=%d", &thread, &at), 2);
		assert_in_range(thread, 0, THREADS - 1);
		assert_true(at > last[thread]);
		last[thread] = at;
		free(l);
	}
	return n;
}

static void every_line_of_many_threads_is_taken_or_counted(void **unused)
{
	int ids[THREADS], last[THREADS];
	pthread_t threads[THREADS];
	size_t taken = 0;

	(void)unused;
	open_tap(LOG_LEVEL_DEBUG, LOG_WATCH_LINES);
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		last[i] = -1;
		assert_int_equal(pthread_create(&threads[i], NULL, chatter, &ids[i]), 0);
	}
	while (taken + lost < (size_t)THREADS * LINES_EACH)
		taken += take_in_order(last);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(taken + lost, THREADS * LINES_EACH);
	assert_true(taken >= LOG_TAP_LINES / 2);
}

static _Atomic bool enough;

static void *chatter_on(void *unused)
{
	while (!enough)
		say(LOG_LEVEL_DEBUG, "line");
	return NULL;
}

/* A watcher comes and goes while workers write. */
static void opening_and_closing_under_fire_leaves_nothing_behind(void **unused)
{
	pthread_t threads[2];

	(void)unused;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, chatter_on, NULL), 0);
	for (int i = 0; i < 300; i++) {
		open_tap(LOG_LEVEL_DEBUG, i & 1 ? LOG_WATCH_LINES : LOG_WATCH_CONTENT);
		take_all();
		log_tap_close();
	}
	enough = true;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(take_all(), 0);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_log, close_log)
	const struct CMUnitTest tests[] = {
		EACH(without_a_tap_nothing_is_kept),
		EACH(the_tap_and_the_log_have_levels_of_their_own),
		EACH(what_is_said_aside_reaches_only_the_tap_and_contents_who_asked_for_them),
		EACH(what_is_not_taken_is_thrown_away_at_the_end),
		EACH(what_nobody_wants_is_not_kept),
		EACH(a_tap_that_is_not_read_loses_lines_and_tells_how_many),
		EACH(who_reads_much_does_not_take_anothers_room),
		EACH(every_line_of_many_threads_is_taken_or_counted),
		EACH(opening_and_closing_under_fire_leaves_nothing_behind),
	};

	return cmocka_run_group_tests_name("log_tap", tests, NULL, NULL);
}
