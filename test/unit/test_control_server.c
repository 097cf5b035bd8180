/* SPDX-License-Identifier: MIT */
/* The control sockets in the daemon: names and permissions, connections and their limits. The loop
 * is turned by hand; the other side is in the same thread. */
#include "control_rig.h"
#include "unit.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOGLEVEL "{\"command\":\"loglevel\"}\n"
#define SET      "{\"command\":\"set-loglevel\",\"arguments\":{\"level\":\"error\"}}\n"

/* ---- requests ---- */

static void a_request_is_answered_however_it_comes(void **unused)
{
	struct rig r;

	(void)unused;
	rig_start(&r);
	for (size_t step = 1; step <= strlen(LOGLEVEL); step++) {
		bool closed;
		int fd = rig_dial(r.read);
		char *got;

		rig_say(&r, fd, LOGLEVEL, step);
		got = rig_hear(&r, fd, &closed);
		assert_false(closed);
		assert_non_null(strstr(got, "{\"result\":{\"level\":\"alert\""));
		assert_int_equal(rig_count(got, "\n"), 1);
		free(got);
		close(fd);
	}
	rig_fini(&r);
}

static void requests_are_answered_one_after_another(void **unused)
{
	struct rig r;
	bool closed;
	char *got;
	int fd;

	(void)unused;
	rig_start(&r);
	fd = rig_dial(r.read);
	rig_say(&r, fd, LOGLEVEL LOGLEVEL "nonsense\n{\"command\":\"nope\"}\n" LOGLEVEL, 7);
	got = rig_hear(&r, fd, &closed);
	assert_int_equal(rig_count(got, "{\"result\""), 3);
	assert_int_equal(rig_count(got, "{\"error\""), 2);
	assert_non_null(strstr(got, "no line of JSON"));
	assert_non_null(strstr(got, "no such command"));
	assert_false(closed);
	free(got);
	close(fd);
	rig_fini(&r);
}

/* shutdown(2) behind the question, as `nc -N` does. */
static void who_has_said_all_still_gets_the_answer(void **unused)
{
	struct rig r;
	bool closed;
	char *got;
	int fd;

	(void)unused;
	rig_start(&r);
	fd = rig_dial(r.read);
	assert_int_equal(send(fd, LOGLEVEL, strlen(LOGLEVEL), 0), strlen(LOGLEVEL));
	shutdown(fd, SHUT_WR);
	got = rig_hear(&r, fd, &closed);
	assert_true(closed);
	assert_int_equal(rig_count(got, "{\"result\""), 1);
	free(got);
	close(fd);
	rig_fini(&r);
}

static void a_request_that_is_too_long_ends_the_connection(void **unused)
{
	struct rig r;
	bool closed;
	char *long_one, *got;
	int fd;

	(void)unused;
	rig_start(&r);
	long_one = mem_alloc(CONTROL_REQUEST_MAX + 2);
	memset(long_one, 'x', CONTROL_REQUEST_MAX + 1);
	long_one[CONTROL_REQUEST_MAX + 1] = '\0';
	fd = rig_dial(r.read);
	rig_say(&r, fd, long_one, 16384);
	got = rig_hear(&r, fd, &closed);
	assert_true(closed);
	assert_non_null(strstr(got, "too long"));
	free(got);
	free(long_one);
	close(fd);
	rig_fini(&r);
}

static void a_change_is_refused_where_one_may_only_read(void **unused)
{
	struct rig r;
	int fd;

	(void)unused;
	rig_start(&r);
	fd = rig_dial(r.read);
	rig_expect(&r, fd, SET, "this socket is for reading");
	rig_expect(&r, fd, SET, r.change);
	assert_int_equal(log_level(), LOG_LEVEL_ALERT);
	rig_expect(&r, fd, LOGLEVEL, "\"level\":\"alert\"");
	close(fd);
	fd = rig_dial(r.change);
	rig_expect(&r, fd, SET, "{\"result\":{\"level\":\"error\"");
	assert_int_equal(log_level(), LOG_LEVEL_ERROR);
	rig_expect(&r, fd, "{\"command\":\"set-loglevel\",\"arguments\":{\"level\":\"loud\"}}\n",
		"there is no such log level");
	rig_expect(&r, fd,
		"{\"command\":\"set-loglevel\",\"arguments\":{\"level\":\"configured\"}}\n",
		"\"set\":false");
	assert_int_equal(log_level(), LOG_LEVEL_ALERT);
	rig_expect(&r, fd, LOGLEVEL, "\"level\":\"alert\"");
	close(fd);
	rig_fini(&r);
}

/* ---- limits ---- */

static void a_socket_has_sixteen_places(void **unused)
{
	struct rig r;
	int fds[16], more, other;
	bool closed;
	char *got;

	(void)unused;
	rig_start(&r);
	for (unsigned i = 0; i < 16; i++) {
		fds[i] = rig_dial(r.read);
		assert_true(fds[i] >= 0);
	}
	rig_turn(&r);
	more = rig_dial(r.read);
	got = rig_hear(&r, more, &closed);
	assert_true(closed);
	assert_non_null(strstr(got, "too many connections"));
	free(got);
	/* The other one has its own. */
	other = rig_dial(r.change);
	rig_expect(&r, other, LOGLEVEL, "{\"result\"");
	for (unsigned i = 0; i < 16; i++)
		rig_expect(&r, fds[i], LOGLEVEL, "{\"result\"");
	close(fds[3]);
	rig_turn(&r);
	fds[3] = rig_dial(r.read);
	rig_expect(&r, fds[3], LOGLEVEL, "{\"result\"");
	for (unsigned i = 0; i < 16; i++)
		close(fds[i]);
	close(more);
	close(other);
	rig_fini(&r);
}

/* Questions without end, and nothing is read: others are answered, and when it is read at last, all
 * answers are there. */
static void who_does_not_read_holds_up_nobody(void **unused)
{
	enum { MANY = 20000 };
	struct rig r;
	struct buf asked = { 0 };
	unsigned answers = 0;
	int lazy, other;
	bool closed;

	(void)unused;
	rig_start(&r);
	for (unsigned i = 0; i < MANY; i++)
		buf_put(&asked, STR(LOGLEVEL));
	lazy = rig_dial(r.read);
	for (unsigned i = 0; i < 2000 && buf_len(&asked); i++) {
		struct str s = buf_view(&asked);
		ssize_t n = send(lazy, s.p, s.n, MSG_NOSIGNAL);

		if (n > 0)
			buf_consume(&asked, (size_t)n);
		rig_turn(&r);
	}
	/* It is held by its own pipe, not by our memory. */
	assert_true(buf_len(&asked) > 0);
	other = rig_dial(r.read);
	rig_expect(&r, other, LOGLEVEL, "{\"result\"");
	for (unsigned i = 0; i < 100000 && answers < MANY; i++) {
		struct str s = buf_view(&asked);
		ssize_t n = s.n ? send(lazy, s.p, s.n, MSG_NOSIGNAL) : 0;
		char *got;

		if (n > 0)
			buf_consume(&asked, (size_t)n);
		got = rig_hear(&r, lazy, &closed);
		answers += rig_count(got, "\n");
		free(got);
		assert_false(closed);
	}
	assert_int_equal(answers, MANY);
	buf_fini(&asked);
	close(lazy);
	close(other);
	rig_fini(&r);
}

/* ---- names ---- */

static void owner_and_group_may_use_it(void **unused)
{
	struct rig r;
	struct stat st;

	(void)unused;
	rig_start(&r);
	assert_int_equal(lstat(r.read, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(lstat(r.change, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	rig_fini(&r);
}

static void a_name_that_a_dead_process_left_is_taken_over(void **unused)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct rig r;
	int fd;

	(void)unused;
	rig_init(&r);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(a.sun_path, r.read);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
	assert_null(rig_configure(&r, &r.section));
	fd = rig_dial(r.read);
	rig_expect(&r, fd, LOGLEVEL, "{\"result\"");
	close(fd);
	rig_fini(&r);
}

static void a_name_that_is_somebody_elses_is_left_alone(void **unused)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct rig r;
	char *words;
	FILE *f;
	int fd;

	(void)unused;
	rig_init(&r);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(a.sun_path, r.change);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 4), 0);
	words = rig_configure(&r, &r.section);
	assert_non_null(strstr(words, "is trunkd running already?"));
	free(words);
	/* All or nothing. */
	assert_int_equal(access(r.read, F_OK), -1);
	close(fd);
	unlink(r.change);
	f = fopen(r.change, "we");
	fclose(f);
	words = rig_configure(&r, &r.section);
	assert_non_null(strstr(words, "no socket has this name"));
	free(words);
	assert_int_equal(access(r.change, F_OK), 0);
	unlink(r.change);
	rig_fini(&r);
}

static void a_directory_that_is_missing_is_said(void **unused)
{
	struct rig r;
	struct control_section s;
	char *path, *words;

	(void)unused;
	rig_init(&r);
	path = rig_name(&r, "nowhere/read");
	s = r.section;
	s.read = path;
	words = rig_configure(&r, &s);
	assert_non_null(strstr(words, "make its directory"));
	free(words);
	free(path);
	rig_fini(&r);
}

static void a_reload_moves_the_socket_and_keeps_who_is_connected(void **unused)
{
	struct rig r;
	struct control_section s;
	char *path;
	int before, after;

	(void)unused;
	rig_start(&r);
	before = rig_dial(r.read);
	rig_turn(&r);
	path = rig_name(&r, "elsewhere");
	s = r.section;
	s.read = path;
	assert_null(rig_configure(&r, &s));
	rig_turn(&r);
	assert_int_equal(rig_dial(r.read), -1);
	assert_int_equal(access(r.read, F_OK), -1);
	after = rig_dial(path);
	rig_expect(&r, after, LOGLEVEL, "{\"result\"");
	rig_expect(&r, before, LOGLEVEL, "{\"result\"");
	/* The same section again: the socket is the same. */
	assert_null(rig_configure(&r, &s));
	rig_expect(&r, after, LOGLEVEL, "{\"result\"");
	close(before);
	close(after);
	s.enabled = false;
	assert_null(rig_configure(&r, &s));
	rig_turn(&r);
	assert_int_equal(rig_dial(path), -1);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	r.plan.settings.control = r.section;
	rig_fini(&r);
}

static void names_that_change_places_are_refused(void **unused)
{
	struct rig r;
	struct control_section s;
	struct stat before, after;
	char *words;
	int fd;

	(void)unused;
	rig_start(&r);
	assert_int_equal(lstat(r.read, &before), 0);
	s = r.section;
	s.change = r.read;
	s.read = r.change;
	words = rig_configure(&r, &s);
	assert_non_null(words);
	free(words);
	assert_int_equal(lstat(r.read, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	fd = rig_dial(r.read);
	rig_expect(&r, fd, SET, "this socket is for reading");
	close(fd);
	rig_fini(&r);
}

static void a_socket_is_replaced_under_its_own_name(void **unused)
{
	struct rig r;
	struct control_section s;
	const struct group *group = getgrgid(getgid());
	struct stat before, after;
	int fd;

	(void)unused;
	if (!group)
		skip();
	rig_start(&r);
	assert_int_equal(lstat(r.read, &before), 0);
	s = r.section;
	s.read_group = group->gr_name;
	assert_null(rig_configure(&r, &s));
	rig_turn(&r);
	assert_int_equal(lstat(r.read, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_gid, getgid());
	fd = rig_dial(r.read);
	rig_expect(&r, fd, LOGLEVEL, "{\"result\"");
	close(fd);
	r.plan.settings.control = r.section;
	rig_fini(&r);
}

static void without_a_service_manager_there_is_none_unless_it_is_named(void **unused)
{
	struct control_section s = { .enabled = true }, off = { .enabled = false };
	static const struct {
		const char *runtime, *want;
	} cases[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "/run/trunkd", "/run/trunkd/read" },
		{ "/run/trunkd:/run/other", "/run/trunkd/read" },
	};

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = control_section_path(&s, CONTROL_READ, cases[i].runtime);

		if (cases[i].want)
			assert_string_equal(got, cases[i].want);
		else
			assert_null(got);
		free(got);
	}
	assert_null(control_section_path(&off, CONTROL_READ, "/run/trunkd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered_however_it_comes),
		cmocka_unit_test(requests_are_answered_one_after_another),
		cmocka_unit_test(who_has_said_all_still_gets_the_answer),
		cmocka_unit_test(a_request_that_is_too_long_ends_the_connection),
		cmocka_unit_test(a_change_is_refused_where_one_may_only_read),
		cmocka_unit_test(a_socket_has_sixteen_places),
		cmocka_unit_test(who_does_not_read_holds_up_nobody),
		cmocka_unit_test(owner_and_group_may_use_it),
		cmocka_unit_test(a_name_that_a_dead_process_left_is_taken_over),
		cmocka_unit_test(a_name_that_is_somebody_elses_is_left_alone),
		cmocka_unit_test(a_directory_that_is_missing_is_said),
		cmocka_unit_test(a_reload_moves_the_socket_and_keeps_who_is_connected),
		cmocka_unit_test(names_that_change_places_are_refused),
		cmocka_unit_test(a_socket_is_replaced_under_its_own_name),
		cmocka_unit_test(without_a_service_manager_there_is_none_unless_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
