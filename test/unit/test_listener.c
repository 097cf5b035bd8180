/* SPDX-License-Identifier: MIT */
/* Listening: what is taken, what is refused in words, and what happens without descriptors. */
#include "net/listener.h"

#include "conn_pair.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

struct desk {
	struct net_loop *loop;
	struct listener *listener;
	struct net_timer *dog;
	unsigned accepted, wanted;
	struct address peer;
};

static void leave(struct desk *d)
{
	listener_stop(d->listener);
	listener_stop(d->listener);
	net_timer_close(d->dog);
	net_loop_stop(d->loop);
}

static void take(void *arg, struct listener *l, int fd, const struct address *peer)
{
	struct desk *d = arg;

	assert_ptr_equal(l, d->listener);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	d->peer = *peer;
	d->accepted++;
	close(fd);
	if (d->accepted == d->wanted)
		leave(d);
}

static void bark(void *arg)
{
	fail_msg("too slow");
}

static struct listener *must_listen(const struct listen_config *c)
{
	struct config_report *report = config_report_new();
	struct listener *l = listener_new(c, NULL, report);

	if (!l)
		fail_msg("%s", config_report_line(report, 0, NULL));
	config_report_free(report);
	return l;
}

static void desk_init(struct desk *d, const struct listen_config *c, unsigned wanted)
{
	*d = (struct desk){ .wanted = wanted, .loop = net_loop_new() };
	d->listener = must_listen(c);
	d->dog = net_timer_new(d->loop, bark, d);
	net_timer_start(d->dog, 10000, 0);
}

static void desk_run(struct desk *d)
{
	listener_start(d->listener, d->loop, take, d);
	net_loop_run(d->loop);
	listener_free(d->listener);
	net_loop_free(d->loop);
}

/* A socket that is connecting to the port; -1 when nobody listens. */
static int call(const char *host, uint16_t port)
{
	struct address to;
	int fd;

	assert_true(address_parse(host, port, &to));
	fd = socket(to.ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&to.ss, to.len) == 0)
		return fd;
	close(fd);
	return -1;
}

static void callers_are_taken_after_the_start(void **unused)
{
	char host[] = "127.0.0.1";
	struct listen_config c = { .address = host, .mode = LISTEN_DIRECT_TLS };
	struct desk d;
	int fds[100];

	desk_init(&d, &c, 100);
	assert_int_equal(listener_mode(d.listener), LISTEN_DIRECT_TLS);
	/* They are in the queue before anybody accepts, more than one turn takes. */
	for (int i = 0; i < 100; i++) {
		fds[i] = call(host, address_port(listener_address(d.listener)));
		assert_true(fds[i] >= 0);
	}
	desk_run(&d);
	assert_int_equal(d.accepted, 100);
	for (int i = 0; i < 100; i++)
		close(fds[i]);
}

static void a_stopped_listener_is_closed_at_once(void **unused)
{
	char host[] = "127.0.0.1";
	struct listen_config c = { .address = host };
	struct listener *l = must_listen(&c);
	uint16_t port = address_port(listener_address(l));
	int fd = call(host, port);

	assert_true(fd >= 0);
	close(fd);
	listener_stop(l);
	assert_int_equal(call(host, port), -1);
	listener_free(l);
	listener_free(NULL);
}

static bool has_ipv6(void)
{
	struct address a;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

	assert_true(address_parse("::1", 0, &a));
	rc = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&a.ss, a.len);
	close(fd);
	return rc == 0;
}

static void any_ipv6_takes_ipv4_too(void **unused)
{
	char host[] = "::";
	struct listen_config c = { .address = host };
	char text[ADDRESS_TEXT];
	struct desk d;
	int fd;

	if (!has_ipv6())
		skip();
	desk_init(&d, &c, 1);
	fd = call("127.0.0.1", address_port(listener_address(d.listener)));
	assert_true(fd >= 0);
	desk_run(&d);
	address_print_host(&d.peer, text);
	assert_string_equal(text, "127.0.0.1");
	close(fd);
}

static uint16_t free_port(void)
{
	char host[] = "127.0.0.1";
	struct listen_config c = { .address = host };
	struct listener *l = must_listen(&c);
	uint16_t port = address_port(listener_address(l));

	listener_free(l);
	return port;
}

static void both_any_addresses_share_a_port(void **unused)
{
	char v4[] = "0.0.0.0", v6[] = "::";
	struct config_report *report = config_report_new();

	if (!has_ipv6())
		skip();
	for (int order = 0; order < 2; order++) {
		struct listen_config c[2] = { { .address = order ? v4 : v6 },
			{ .address = order ? v6 : v4 } };
		struct config_list list = { c, 2 };
		struct listener *l[2];

		c[0].port = c[1].port = free_port();
		listen_check(&list, report);
		assert_int_equal(config_report_count(report, CONFIG_ERROR), 0);
		for (int i = 0; i < 2; i++)
			l[i] = must_listen(&c[i]);
		for (int i = 0; i < 2; i++)
			listener_free(l[i]);
	}
	config_report_free(report);
}

static void an_address_in_use_is_refused_in_words(void **unused)
{
	char host[] = "127.0.0.1";
	struct listen_config c = { .address = host };
	struct config_report *report = config_report_new();
	struct listener *l = must_listen(&c);

	c.port = address_port(listener_address(l));
	assert_null(listener_new(&c, NULL, report));
	assert_non_null(strstr(config_report_line(report, 0, NULL), "ddress already in use"));
	listener_free(l);
	config_report_free(report);
}

static void bad_entries_are_found_before_binding(void **unused)
{
	static char v4[] = "127.0.0.1", mapped[] = "127.0.0.1:80", name[] = "a.example",
		    v6[] = "::1";
	struct listen_config c[] = {
		{ .address = v4, .port = 5269 },
		{ .address = v6, .port = 5269 },
		{ .address = v4, .port = 5270 },
		{ .address = name, .port = 5271 },
		{ .address = mapped, .port = 5272 },
		{ .address = v4, .port = 5269 },
	};
	struct config_list list = { c, 6 };
	struct config_report *report = config_report_new();

	listen_check(&list, report);
	assert_int_equal(config_report_count(report, CONFIG_ERROR), 3);
	assert_non_null(strstr(config_report_line(report, 2, NULL), "twice"));
	config_report_free(report);
}

static void a_reload_keeps_what_listens_there(void **unused)
{
	static char host[] = "127.0.0.1", other[] = "127.0.0.2";
	struct listen_config c = { .address = host, .port = free_port() };
	struct listener *l = must_listen(&c);

	c.mode = LISTEN_DIRECT_TLS;
	assert_true(listener_same(l, &c));
	listener_configure(l, &c);
	assert_int_equal(listener_mode(l), LISTEN_DIRECT_TLS);
	c.address = other;
	assert_false(listener_same(l, &c));
	c.address = host;
	c.port++;
	assert_false(listener_same(l, &c));
	listener_free(l);
}

/* Takes every descriptor that is left; returns how many. */
static int exhaust(int *fds, int most)
{
	int n = 0;

	while (n < most && (fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		n++;
	return n;
}

static void without_descriptors_a_peer_is_let_go_and_later_ones_are_taken(void **unused)
{
	char host[] = "127.0.0.1", byte;
	struct listen_config c = { .address = host };
	struct rlimit before, few;
	int fds[64], n, first, second;
	struct desk d;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	desk_init(&d, &c, 1);
	first = call(host, address_port(listener_address(d.listener)));
	second = call(host, address_port(listener_address(d.listener)));
	listener_start(d.listener, d.loop, take, &d);
	few = before;
	few.rlim_cur = (rlim_t)second + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	n = exhaust(fds, 64);
	assert_true(n < 64);
	/* One round only: the first is turned away, and the loop does not spin on the second. */
	uv_run(net_loop_uv(d.loop), UV_RUN_NOWAIT);
	assert_int_equal(d.accepted, 0);
	assert_int_equal(recv(first, &byte, 1, 0), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	while (n > 0)
		close(fds[--n]);
	desk_run(&d);
	assert_int_equal(d.accepted, 1);
	close(first);
	close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(callers_are_taken_after_the_start),
		cmocka_unit_test(a_stopped_listener_is_closed_at_once),
		cmocka_unit_test(any_ipv6_takes_ipv4_too),
		cmocka_unit_test(both_any_addresses_share_a_port),
		cmocka_unit_test(an_address_in_use_is_refused_in_words),
		cmocka_unit_test(bad_entries_are_found_before_binding),
		cmocka_unit_test(a_reload_keeps_what_listens_there),
		cmocka_unit_test(without_descriptors_a_peer_is_let_go_and_later_ones_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
