/* SPDX-License-Identifier: MIT */
/* How metrics are written: both formats, label values that would break them, histograms. */
#include "daemon/metrics.h"
#include "unit.h"

#include <stdlib.h>

static struct metrics_text page(struct buf *out, enum metrics_format format)
{
	return (struct metrics_text){ .out = out, .format = format };
}

static void a_counter_has_its_suffix_where_the_format_wants_it(void **unused)
{
	static const struct {
		enum metrics_format format;
		const char *text;
	} rows[] = {
		{ METRICS_PROMETHEUS,
			"# HELP x_total What.\n# TYPE x_total counter\nx_total{a=\"b\"} 7\n" },
		{ METRICS_OPENMETRICS, "# HELP x What.\n# TYPE x counter\nx_total{a=\"b\"} 7\n" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };
		struct metrics_text t = page(&out, rows[i].format);
		metrics_family(&t, "x_total", "counter", "What.");
		metrics_sample(&t, NULL, METRICS_LABELS({ "a", "b" }), 7);
		assert_str(buf_view(&out), rows[i].text);
		buf_fini(&out);
	}
}

static void a_value_cannot_end_its_label(void **unused)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{ "plain", "x{a=\"plain\"} 1\n" },
		{ "", "x{a=\"\"} 1\n" },
		{ "\"} 9\nx 5\\", "x{a=\"\\\"} 9\\nx 5\\\\\"} 1\n" },
		{ "caf\xc3\xa9", "x{a=\"caf\xc3\xa9\"} 1\n" },
		{ "\xff/\xc3", "x{a=\"?/?\"} 1\n" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };
		struct metrics_text t = page(&out, METRICS_PROMETHEUS);
		t.family = "x";
		metrics_sample(&t, NULL, METRICS_LABELS({ "a", rows[i].value }), 1);
		assert_str(buf_view(&out), rows[i].text);
		buf_fini(&out);
	}
}

static void seconds_are_exact_to_the_microsecond(void **unused)
{
	struct buf out = { 0 };
	struct metrics_text t = page(&out, METRICS_PROMETHEUS);
	(void)unused;
	t.family = "x_seconds";
	metrics_sample_us(&t, NULL, NULL, 0, 12000034);
	assert_str(buf_view(&out), "x_seconds 12.000034\n");
	buf_fini(&out);
}

static void a_histogram_is_cumulative_and_ends_with_all(void **unused)
{
	struct metrics_histogram h = { .sum_us = 70000200 };
	struct buf out = { 0 };
	struct metrics_text t = page(&out, METRICS_PROMETHEUS);
	(void)unused;
	h.counts[0] = 2;
	h.counts[1] = 3;
	h.counts[METRICS_BOUNDS] = 1;
	t.family = "h";
	metrics_sample_histogram(&t, &h, METRICS_LABELS({ "s", "tls" }));
	buf_put_char(&out, '\0');
	const char *text = buf_view(&out).p;
	static const char begin[] = "h_bucket{s=\"tls\",le=\"0.0001\"} 2\n"
				    "h_bucket{s=\"tls\",le=\"0.00025\"} 5\n";
	assert_memory_equal(text, begin, sizeof(begin) - 1);
	assert_non_null(strstr(text, "h_bucket{s=\"tls\",le=\"60\"} 5\n"
				     "h_bucket{s=\"tls\",le=\"+Inf\"} 6\n"
				     "h_sum{s=\"tls\"} 70.000200\nh_count{s=\"tls\"} 6\n"));
	buf_fini(&out);
}

static void the_kernel_is_asked_about_the_process(void **unused)
{
	static const char *const names[] = { "process_cpu_seconds_total ",
		"process_resident_memory_bytes ", "process_open_fds ", "process_max_fds ",
		"process_start_time_seconds ", "process_threads 1\n" };
	struct buf out = { 0 };
	struct metrics_text t = page(&out, METRICS_PROMETHEUS);
	(void)unused;
	metrics_process(&t);
	buf_put_char(&out, '\0');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strstr(buf_view(&out).p, names[i]))
			fail_msg("no %s in %s", names[i], buf_view(&out).p);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_has_its_suffix_where_the_format_wants_it),
		cmocka_unit_test(a_value_cannot_end_its_label),
		cmocka_unit_test(seconds_are_exact_to_the_microsecond),
		cmocka_unit_test(a_histogram_is_cumulative_and_ends_with_all),
		cmocka_unit_test(the_kernel_is_asked_about_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
