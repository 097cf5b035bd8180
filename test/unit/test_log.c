/* SPDX-License-Identifier: MIT */
/* The event log: what a line looks like, and what happens when nobody takes the lines. */
#include "unit.h"

#include "base/buf.h"
#include "base/log_line.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE(lit)                    \
	{                            \
		lit, sizeof(lit) - 1 \
	}

static void text_lines_cannot_be_forged(void **unused)
{
	static const struct {
		struct str in;
		const char *out;
	} rows[] = {
		{ LINE("stream-end reason=idle"), "T info stream-end reason=idle\n" },
		{ LINE("x a=\"b\nT info forged\""), "T info x a=\"b\\nT info forged\"\n" },
		{ LINE("x a=\r\t\x1b[2J\x7f"), "T info x a=\\x0d\\t\\x1b[2J\\x7f\n" },
		{ LINE("x a=\0b"), "T info x a=\\x00b\n" },
		{ LINE("x a=\xc2\x9b"
		       "2J"),
			"T info x a=\\u009b2J\n" },
		{ LINE("x a=\xe2\x80\xae"), "T info x a=\\u202e\n" },
		{ LINE("x a=\xe2\x80\xa8"), "T info x a=\\u2028\n" },
		{ LINE("x a=\xff\xc3"), "T info x a=\\xff\\xc3\n" },
		{ LINE("x a=\xc3\xbc"), "T info x a=\xc3\xbc\n" },
		{ LINE(""), "T info \n" },
	};
	struct buf out = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_line_render(&out, LOG_FORMAT_TEXT, LOG_LEVEL_INFO, "T", rows[i].in);
		assert_str(buf_view(&out), rows[i].out);
		buf_clear(&out);
	}
	buf_fini(&out);
}

static void json_lines_have_one_member_per_key(void **unused)
{
	static const struct {
		struct str in;
		const char *out;
	} rows[] = {
		{ LINE("stream-end reason=idle n=3"),
			"\"event\":\"stream-end\",\"reason\":\"idle\",\"n\":\"3\"}\n" },
		{ LINE("session closed reason=idle"),
			"\"event\":\"session closed\",\"reason\":\"idle\"}\n" },
		{ LINE("x a=\"b c\" d=e"), "\"event\":\"x\",\"a\":\"b c\",\"d\":\"e\"}\n" },
		{ LINE("x a=\"say \\\"hi\\\" \\\\ \xc3\xbc\xc3\x9f\""),
			"\"event\":\"x\",\"a\":\"say \\\"hi\\\" \\\\ \xc3\xbc\xc3\x9f\"}\n" },
		{ LINE("x a=b and more c=d"),
			"\"event\":\"x\",\"a\":\"b and more\",\"c\":\"d\"}\n" },
		{ LINE("x a=\"cut off"), "\"event\":\"x\",\"a\":\"cut off\"}\n" },
		{ LINE("x a=\"cut\\"), "\"event\":\"x\",\"a\":\"cut\\\\\"}\n" },
		{ LINE("x a= b=\"\""), "\"event\":\"x\",\"a\":\"\",\"b\":\"\"}\n" },
		{ LINE("x level=9 time=1 event=z"),
			"\"event\":\"x\",\"level_\":\"9\",\"time_\":\"1\",\"event_\":\"z\"}\n" },
		{ LINE("x 1=2 =3"), "\"event\":\"x 1=2 =3\"}\n" },
		{ LINE("x a=\"\n\xff\x1b\xe2\x80\xae\""),
			"\"event\":\"x\",\"a\":\"\\u000a\\ufffd\\u001b\\u202e\"}\n" },
		{ LINE("only=this"), "\"event\":\"\",\"only\":\"this\"}\n" },
		{ LINE(""), "\"event\":\"\"}\n" },
	};
	struct buf out = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_line_render(&out, LOG_FORMAT_JSON, LOG_LEVEL_ALERT, "T", rows[i].in);
		buf_remove(&out, 0, strlen("{\"time\":\"T\",\"level\":\"alert\","));
		assert_str(buf_view(&out), rows[i].out);
		buf_clear(&out);
	}
	buf_fini(&out);
}

static void quoting_protects_the_key_value_form_and_is_bounded(void **unused)
{
	char big[2000];

	(void)unused;
	assert_string_equal(log_quote(STR("a.example")).s, "a.example");
	assert_string_equal(log_quote(STR("no such host")).s, "\"no such host\"");
	assert_string_equal(log_quote(STR("x=\"y\\")).s, "\"x=\\\"y\\\\\"");
	assert_string_equal(log_quote(STR("")).s, "\"\"");
	assert_string_equal(log_quote(STR("a\0b")).s, "\"a?b\"");
	memset(big, 'x', sizeof(big));
	assert_true(strlen(log_quote((struct str){ big, sizeof(big) }).s) < LOG_QUOTED);
	assert_non_null(strstr(log_quote((struct str){ big, sizeof(big) }).s, "xxx..."));
	memset(big, '"', sizeof(big));
	assert_true(strlen(log_quote((struct str){ big, sizeof(big) }).s) < LOG_QUOTED);
	for (size_t i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xbc", 2);
	assert_true(str_is_utf8(str_of(log_quote((struct str){ big, sizeof(big) }).s)));
}

/* All that was written to a pipe, which nobody else holds open any more. */
static void read_all(int fd, struct buf *out)
{
	ssize_t n;

	while ((n = read(fd, buf_reserve(out, 65536), 65536)) > 0)
		buf_commit(out, (size_t)n);
}

static void restore_log(void)
{
	log_open(STDERR_FILENO, LOG_FORMAT_TEXT);
	log_set_level(LOG_LEVEL_INFO);
}

static void without_a_writer_lines_are_written_at_once(void **unused)
{
	struct buf out = { 0 };
	int fds[2];

	(void)unused;
	assert_int_equal(pipe(fds), 0);
	log_open(fds[1], LOG_FORMAT_TEXT);
	log_set_level(LOG_LEVEL_WARN);
	errno = 77;
	log_info("not-this n=%d", 1);
	log_warn("this n=%d", 2);
	assert_int_equal(errno, 77);
	log_set_level(LOG_LEVEL_ALERT);
	log_error("nor-this");
	restore_log();
	close(fds[1]);
	read_all(fds[0], &out);
	close(fds[0]);
	assert_str(str_skip(buf_view(&out), 27), " warn this n=2\n");
	buf_fini(&out);
}

static void a_very_long_line_is_cut(void **unused)
{
	struct buf out = { 0 };
	char *big = malloc(100000);
	int fds[2];

	(void)unused;
	memset(big, 'x', 99999);
	big[99999] = '\0';
	assert_int_equal(pipe(fds), 0);
	log_open(fds[1], LOG_FORMAT_TEXT);
	log_warn("big a=%s", big);
	restore_log();
	close(fds[1]);
	read_all(fds[0], &out);
	close(fds[0]);
	assert_true(buf_len(&out) < 4100);
	assert_true(str_ends(buf_view(&out), STR("xxx...\n")));
	free(big);
	buf_fini(&out);
}

enum { THREADS = 4, LINES_EACH = 700 };

static void *chatter(void *arg)
{
	for (int i = 0; i < LINES_EACH; i++)
		log_info("line thread=%d n=%d", *(int *)arg, i);
	return NULL;
}

static void *drain(void *arg)
{
	struct buf *out = arg;

	/* The descriptor travels in the ceiling, which nobody uses here. */
	int fd = (int)out->max;

	out->max = 0;
	read_all(fd, out);
	return NULL;
}

static void lines_of_many_threads_all_arrive_whole_and_in_order_per_thread(void **unused)
{
	pthread_t threads[THREADS], reader;
	int ids[THREADS], next[THREADS] = { 0 }, fds[2], lines = 0;
	struct buf out = { 0 };
	struct str rest;

	(void)unused;
	assert_int_equal(pipe(fds), 0);
	out.max = (size_t)fds[0];
	pthread_create(&reader, NULL, drain, &out);
	log_open(fds[1], LOG_FORMAT_TEXT);
	log_start();
	log_start();
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		pthread_create(&threads[i], NULL, chatter, &ids[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	log_stop();
	log_stop();
	restore_log();
	close(fds[1]);
	pthread_join(reader, NULL);
	close(fds[0]);
	buf_put_char(&out, '\0');
	for (rest = buf_view(&out); rest.n > 1; lines++) {
		int thread = -1, n = -1;

		assert_int_equal(sscanf(rest.p + 27, " info line thread=%d n=%d", &thread, &n), 2);
		assert_in_range(thread, 0, THREADS - 1);
		assert_int_equal(n, next[thread]++);
		rest = str_skip(rest, (size_t)(strchr(rest.p, '\n') + 1 - rest.p));
	}
	assert_int_equal(lines, THREADS * LINES_EACH);
	assert_int_equal(log_dropped(), 0);
	buf_fini(&out);
}

/* Nobody reads the pipe: the caller must go on, memory must stay bounded, losses must be counted.
 */
static void a_sink_that_stands_still_costs_lines_and_nothing_else(void **unused)
{
	uint64_t before = log_dropped();
	struct buf out = { 0 };
	int fds[2];

	(void)unused;
	assert_int_equal(pipe(fds), 0);
	log_open(fds[1], LOG_FORMAT_TEXT);
	log_start();
	for (int i = 0; i < 30000; i++)
		log_info("nobody-reads n=%d", i);
	assert_true(log_dropped() - before > 10000);
	log_stop();
	before = log_dropped();
	close(fds[0]);
	close(fds[1]);
	/* The next line that gets through says what is missing. */
	assert_int_equal(pipe(fds), 0);
	log_open(fds[1], LOG_FORMAT_TEXT);
	log_warn("back");
	restore_log();
	close(fds[1]);
	read_all(fds[0], &out);
	close(fds[0]);
	buf_put_char(&out, '\0');
	assert_non_null(strstr(out.data, "warn log-lines-dropped count="));
	assert_non_null(strstr(out.data, "warn back\n"));
	assert_int_equal(log_dropped(), before);
	buf_fini(&out);
}

static void a_sink_that_fails_is_counted(void **unused)
{
	uint64_t before = log_dropped();
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)unused;
	if (fd < 0)
		skip();
	log_open(fd, LOG_FORMAT_TEXT);
	log_warn("lost");
	restore_log();
	close(fd);
	assert_true(log_dropped() > before);
}

static void a_flood_of_one_kind_is_held_back_and_told(void **unused)
{
	struct log_limit l = { 0 };
	uint32_t held = 9;

	(void)unused;
	assert_true(log_limit_pass(&l, 5000, 2, &held));
	assert_int_equal(held, 0);
	assert_true(log_limit_pass(&l, 5300, 2, &held));
	assert_false(log_limit_pass(&l, 5600, 2, &held));
	assert_false(log_limit_pass(&l, 5999, 2, &held));
	assert_true(log_limit_pass(&l, 6000, 2, &held));
	assert_int_equal(held, 2);
	assert_true(log_limit_pass(&l, 6001, 2, &held));
	assert_int_equal(held, 0);
	assert_false(log_limit_pass(&l, 6002, 2, &held));
	/* The last ones of a flood are told too, when nothing comes behind them; once. */
	assert_int_equal(log_limit_rest(&l, 6999), 0);
	assert_int_equal(log_limit_rest(&l, 7000), 1);
	assert_int_equal(log_limit_rest(&l, 7000), 0);
	assert_true(log_limit_pass(&l, 7001, 2, &held));
	assert_int_equal(held, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_lines_cannot_be_forged),
		cmocka_unit_test(json_lines_have_one_member_per_key),
		cmocka_unit_test(quoting_protects_the_key_value_form_and_is_bounded),
		cmocka_unit_test(without_a_writer_lines_are_written_at_once),
		cmocka_unit_test(a_very_long_line_is_cut),
		cmocka_unit_test(lines_of_many_threads_all_arrive_whole_and_in_order_per_thread),
		cmocka_unit_test(a_sink_that_stands_still_costs_lines_and_nothing_else),
		cmocka_unit_test(a_sink_that_fails_is_counted),
		cmocka_unit_test(a_flood_of_one_kind_is_held_back_and_told),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
