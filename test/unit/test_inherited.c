/* SPDX-License-Identifier: MIT */
/* Sockets from the service manager: found by address, only when they are ours and listen. */
#include "net/inherited.h"

#include "net/listener.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST = 3 };

/* A socket bound to a free port of 127.0.0.1, at descriptor `at`. */
static void pass(int at, bool listening, struct address *out)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(address_parse("127.0.0.1", 0, out));
	assert_int_equal(bind(fd, (struct sockaddr *)&out->ss, out->len), 0);
	if (listening)
		assert_int_equal(listen(fd, 5), 0);
	out->len = sizeof(out->ss);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&out->ss, &out->len), 0);
	if (fd == at)
		return;
	assert_int_equal(dup2(fd, at), at);
	close(fd);
}

static void announce(pid_t pid, unsigned n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", (long)pid);
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof(text), "%u", n);
	setenv("LISTEN_FDS", text, 1);
}

static void a_socket_is_found_by_its_address(void **unused)
{
	struct inherited in;
	struct address a, other;

	pass(FIRST, true, &a);
	announce(getpid(), 1);
	inherited_init(&in);
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(in.n, 1);
	assert_true(fcntl(FIRST, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(FIRST, F_GETFL) & O_NONBLOCK);
	other = a;
	address_set_port(&other, (uint16_t)(address_port(&a) ^ 1));
	assert_int_equal(inherited_take(&in, &other), -1);
	assert_false(in.sockets[0].taken);
	int fd = inherited_take(&in, &a);
	assert_true(fd > FIRST);
	assert_true(in.sockets[0].taken);
	close(fd);
	inherited_fini(&in);
	assert_int_equal(fcntl(FIRST, F_GETFD), -1);
}

static void a_listener_takes_what_was_passed(void **unused)
{
	char host[] = "127.0.0.1";
	struct config_report *report = config_report_new();
	struct inherited in;
	struct address a;

	pass(FIRST, true, &a);
	announce(getpid(), 1);
	inherited_init(&in);
	struct listen_config c = { .address = host, .port = address_port(&a) };
	/* Bound by itself it would be "address in use"; twice, since a reload may come and go. */
	assert_null(listener_new(&c, NULL, report));
	for (int i = 0; i < 2; i++) {
		struct listener *l = listener_new(&c, &in, report);

		assert_non_null(l);
		assert_int_equal(address_port(listener_address(l)), address_port(&a));
		listener_free(l);
	}
	inherited_fini(&in);
	config_report_free(report);
}

static void what_does_not_listen_is_closed(void **unused)
{
	struct inherited in;
	struct address a, b;

	pass(FIRST, false, &a);
	pass(FIRST + 1, true, &b);
	announce(getpid(), 2);
	inherited_init(&in);
	assert_int_equal(in.n, 1);
	assert_int_equal(fcntl(FIRST, F_GETFD), -1);
	assert_true(address_port(&in.sockets[0].address) == address_port(&b));
	inherited_fini(&in);
}

static void what_is_for_another_process_is_left_alone(void **unused)
{
	struct inherited in;
	struct address a;

	pass(FIRST, true, &a);
	announce(getpid() + 1, 1);
	inherited_init(&in);
	assert_int_equal(in.n, 0);
	assert_true(fcntl(FIRST, F_GETFD) >= 0);
	close(FIRST);
	inherited_fini(&in);
	inherited_init(&in); /* no variables at all */
	assert_int_equal(in.n, 0);
	inherited_fini(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_found_by_its_address),
		cmocka_unit_test(a_listener_takes_what_was_passed),
		cmocka_unit_test(what_does_not_listen_is_closed),
		cmocka_unit_test(what_is_for_another_process_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
