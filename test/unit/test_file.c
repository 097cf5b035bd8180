/* SPDX-License-Identifier: MIT */
/* Reading files of the operator's: what is no regular file neither blocks nor is read. */
#include "base/file.h"

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/trunkd-file-XXXXXX", path[64];

static void what_is_no_regular_file_is_refused_at_once(void **unused)
{
	struct buf out = { 0 };

	(void)unused;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_read(path, 100, &out), -EINVAL);
	assert_int_equal(file_open(path), -EINVAL);
	unlink(path);
	assert_int_equal(file_read(path, 100, &out), -ENOENT);
	assert_int_equal(file_read(dir, 100, &out), -EISDIR);
	assert_int_equal(file_read("/dev/null", 100, &out), -EINVAL);
	assert_int_equal(buf_len(&out), 0);
	assert_string_equal(file_error(-EINVAL), "it is no regular file");
	assert_string_equal(file_error(-EISDIR), strerror(EISDIR));
	buf_fini(&out);
}

static void a_file_is_read_up_to_its_bound(void **unused)
{
	enum { LONG = 200000 };
	static const struct {
		size_t size, max;
		int error;
	} rows[] = {
		{ 0, 0, 0 },
		{ 1, 0, -EFBIG },
		{ 100, 100, 0 },
		{ 101, 100, -EFBIG },
		{ LONG, LONG, 0 },
		{ LONG, LONG - 1, -EFBIG },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		for (size_t n = 0; n < rows[i].size; n++)
			fputc('a' + (int)(n % 26), f);
		assert_int_equal(fclose(f), 0);
		buf_put(&out, STR("before"));
		assert_int_equal(file_read(path, rows[i].max, &out), rows[i].error);
		if (rows[i].error)
			assert_true(buf_len(&out) - 6 > rows[i].max);
		else
			assert_int_equal(buf_len(&out) - 6, rows[i].size);
		for (size_t n = 6; n < buf_len(&out); n++)
			assert_int_equal(buf_view(&out).p[n], 'a' + (int)((n - 6) % 26));
		buf_fini(&out);
		unlink(path);
	}
}

static int init(void **unused)
{
	(void)unused;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_regular_file_is_refused_at_once),
		cmocka_unit_test(a_file_is_read_up_to_its_bound),
	};

	return cmocka_run_group_tests_name("file", tests, init, fini);
}
