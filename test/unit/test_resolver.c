/* SPDX-License-Identifier: MIT */
/* Finding next hops, against a DNS server that says what the test wants to hear. */
#include "net/resolver_private.h"

#include "dns_server.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static const struct dns_row zone[] = {
	{ "_xmpp-server._tcp.both.example", DNS_SRV, DNS_ANSWER, "10 0 5269 h1.example" },
	{ "_xmpps-server._tcp.both.example", DNS_SRV, DNS_ANSWER, "10 0 5270 h1.example" },
	{ "_xmpps-server._tcp.both.example", DNS_SRV, DNS_ANSWER, "5 0 5271 h2.example" },
	{ "h1.example", DNS_A, DNS_ANSWER, "192.0.2.1" },
	{ "h1.example", DNS_AAAA, DNS_ANSWER, "2001:db8::1" },
	{ "h2.example", DNS_A, DNS_ANSWER, "192.0.2.2" },

	{ "_xmpp-server._tcp.starttls.example", DNS_SRV, DNS_ANSWER, "10 0 5269 h2.example" },

	/* No SRV at all. */
	{ "plain.example", DNS_A, DNS_ANSWER, "192.0.2.3" },

	/* Decidedly not offered. */
	{ "_xmpp-server._tcp.none.example", DNS_SRV, DNS_ANSWER, "0 0 0 ." },
	{ "none.example", DNS_A, DNS_ANSWER, "192.0.2.4" },
	{ "_xmpps-server._tcp.nodirect.example", DNS_SRV, DNS_ANSWER, "0 0 0 ." },
	{ "nodirect.example", DNS_A, DNS_ANSWER, "192.0.2.5" },
	{ "_xmpps-server._tcp.mixed.example", DNS_SRV, DNS_ANSWER, "0 0 0 ." },
	{ "_xmpp-server._tcp.mixed.example", DNS_SRV, DNS_ANSWER, "0 0 5269 h2.example" },

	/* SRV to a host that is not there: no fall-back. */
	{ "_xmpp-server._tcp.lost.example", DNS_SRV, DNS_ANSWER, "0 0 5269 nowhere.example" },
	{ "lost.example", DNS_A, DNS_ANSWER, "192.0.2.6" },

	/* The server fails: no fall-back either. */
	{ "_xmpp-server._tcp.broken.example", DNS_SRV, DNS_SERVFAIL, NULL },
	{ "broken.example", DNS_A, DNS_ANSWER, "192.0.2.7" },
	{ "_xmpps-server._tcp.half.example", DNS_SRV, DNS_SERVFAIL, NULL },
	{ "_xmpp-server._tcp.half.example", DNS_SRV, DNS_ANSWER, "0 0 5269 h2.example" },

	{ "_xmpp-server._tcp.silent.example", 0, DNS_SILENCE, NULL },
	{ "_xmpps-server._tcp.silent.example", 0, DNS_SILENCE, NULL },
	{ "_xmpps-server._tcp.late.example", 0, DNS_SILENCE, NULL },
	{ "_xmpp-server._tcp.late.example", DNS_SRV, DNS_ANSWER, "0 0 5269 h2.example" },

	{ "many.example", DNS_A, DNS_ANSWER, "192.0.2.20" },
	{ "many.example", DNS_A, DNS_ANSWER, "192.0.2.21" },
	{ "many.example", DNS_AAAA, DNS_ANSWER, "2001:db8::20" },
	{ "many.example", DNS_AAAA, DNS_ANSWER, "2001:db8::21" },
	{ "many.example", DNS_AAAA, DNS_ANSWER, "2001:db8::22" },

	{ "_xmpp-server._tcp.lab.test", DNS_SRV, DNS_ANSWER, "0 0 5269 h2.example" },
	{ NULL, 0, DNS_ANSWER, NULL },
};

static struct dns_server server;

static int start_server(void **state)
{
	dns_server_start(&server, zone);
	return 0;
}

static int stop_server(void **state)
{
	dns_server_stop(&server);
	return 0;
}

/* One loop with a resolver, and what it said. */
struct desk {
	struct net_loop *loop;
	struct resolver *resolver;
	struct net_timer *dog;
	unsigned waiting;
	bool calling;                 /* inside a call of ours: no result may come */
	struct resolve_result result; /* the last one */
	struct resolver_counts counts;
	char text[1024]; /* "192.0.2.1:5269 192.0.2.2:5270/tls" */
};

static void leave(struct desk *d)
{
	d->counts = *resolver_counts(d->resolver);
	resolver_free(d->resolver);
	d->resolver = NULL;
	net_timer_close(d->dog);
	net_loop_stop(d->loop);
}

static void list_endpoints(struct desk *d, const struct resolve_result *r)
{
	size_t n = 0;

	d->text[0] = '\0';
	for (unsigned i = 0; i < r->n; i++) {
		char address[ADDRESS_TEXT];

		address_print(&r->endpoints[i].address, address);
		n += (size_t)snprintf(d->text + n, sizeof(d->text) - n, "%s%s%s", i ? " " : "",
			address, r->endpoints[i].direct_tls ? "/tls" : "");
	}
}

static void on_found(void *arg, struct resolve_result *r)
{
	struct desk *d = arg;

	assert_false(d->calling);
	free(d->result.endpoints);
	d->result = *r;
	list_endpoints(d, r);
	if (--d->waiting == 0)
		leave(d);
}

static void bark(void *arg)
{
	fail_msg("too slow");
}

static void desk_init(struct desk *d, int64_t timeout)
{
	static char *servers[1];
	struct resolver_config c = { .servers = { servers, 1 }, .timeout = timeout };

	servers[0] = server.address;
	*d = (struct desk){ .loop = net_loop_new() };
	d->resolver = resolver_new(d->loop, &c);
	d->dog = net_timer_new(d->loop, bark, d);
	net_timer_start(d->dog, 20000, 0);
}

static struct lookup *ask(
	struct desk *d, const struct target *t, unsigned n, enum target_prefer prefer)
{
	struct lookup *l;

	d->calling = true;
	l = resolver_find(d->resolver, t, n, prefer, on_found, d);
	d->calling = false;
	d->waiting++;
	return l;
}

static void desk_run(struct desk *d)
{
	net_loop_run(d->loop);
	net_loop_free(d->loop);
}

static void desk_fini(struct desk *d)
{
	free(d->result.endpoints);
}

static struct target srv_of(const char *name)
{
	struct target t = { .kind = TARGET_SRV };

	snprintf(t.name, sizeof(t.name), "%s", name);
	return t;
}

static void names_lead_to_endpoints_or_to_words(void **unused)
{
	static const struct {
		const char *domain;
		enum target_prefer prefer;
		enum resolve_outcome outcome;
		const char *text; /* endpoints, or words */
	} rows[] = {
		{ "both.example", PREFER_DIRECT_TLS, RESOLVE_OK,
			"192.0.2.2:5271/tls [2001:db8::1]:5270/tls 192.0.2.1:5270/tls "
			"[2001:db8::1]:5269 192.0.2.1:5269" },
		{ "both.example", PREFER_STARTTLS, RESOLVE_OK,
			"192.0.2.2:5271/tls [2001:db8::1]:5269 192.0.2.1:5269 "
			"[2001:db8::1]:5270/tls 192.0.2.1:5270/tls" },
		{ "starttls.example", PREFER_NONE, RESOLVE_OK, "192.0.2.2:5269" },
		{ "plain.example", PREFER_NONE, RESOLVE_OK, "192.0.2.3:5269" },
		{ "lab.test", PREFER_NONE, RESOLVE_OK, "192.0.2.2:5269" },
		{ "mixed.example", PREFER_NONE, RESOLVE_OK, "192.0.2.2:5269" },
		{ "half.example", PREFER_NONE, RESOLVE_OK, "192.0.2.2:5269" },
		{ "none.example", PREFER_NONE, RESOLVE_NOT_FOUND,
			"service not offered (SRV \".\") for _xmpp-server._tcp.none.example" },
		{ "nodirect.example", PREFER_NONE, RESOLVE_NOT_FOUND,
			"no such domain (NXDOMAIN) for _xmpp-server._tcp.nodirect.example" },
		{ "lost.example", PREFER_NONE, RESOLVE_NOT_FOUND,
			"no such domain (NXDOMAIN) for _xmpps-server._tcp.lost.example" },
		{ "missing.example", PREFER_NONE, RESOLVE_NOT_FOUND,
			"no such domain (NXDOMAIN) for _xmpp-server._tcp.missing.example" },
		{ "broken.example", PREFER_NONE, RESOLVE_FAILED,
			"the DNS server failed (SERVFAIL) for _xmpp-server._tcp.broken.example" },
		{ "192.0.2.9", PREFER_NONE, RESOLVE_OK, "192.0.2.9:5269" },
		{ "[2001:db8::9]", PREFER_NONE, RESOLVE_OK, "[2001:db8::9]:5269" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct target t = srv_of(rows[i].domain);
		struct desk d;

		desk_init(&d, 20000);
		ask(&d, &t, 1, rows[i].prefer);
		desk_run(&d);
		assert_int_equal(d.result.outcome, rows[i].outcome);
		assert_string_equal(
			rows[i].outcome == RESOLVE_OK ? d.text : d.result.words, rows[i].text);
		desk_fini(&d);
	}
}

static void hosts_and_addresses_need_no_srv(void **unused)
{
	struct target t[3] = {
		{ .kind = TARGET_HOST, .name = "many.example", .port = 5300, .direct_tls = true },
		{ .kind = TARGET_ADDRESS }, { .kind = TARGET_HOST, .name = "192.0.2.8", .port = 1 }
	};
	struct desk d;

	assert_true(address_parse("192.0.2.7:5222", 0, &t[1].address));
	desk_init(&d, 20000);
	ask(&d, t, 3, PREFER_NONE);
	desk_run(&d);
	/* Which of a host's addresses comes first is the DNS's business; the families take turns.
	 */
	assert_int_equal(d.result.n, 7);
	for (int i = 0; i < 5; i++) {
		static const int families[] = { AF_INET6, AF_INET, AF_INET6, AF_INET, AF_INET6 };

		assert_int_equal(d.result.endpoints[i].address.ss.ss_family, families[i]);
		assert_true(d.result.endpoints[i].direct_tls);
		assert_false(d.result.endpoints[i].secure);
		assert_string_equal(d.result.endpoints[i].host, "many.example");
	}
	assert_non_null(strstr(d.text, " 192.0.2.7:5222 192.0.2.8:1"));
	assert_string_equal(d.result.endpoints[5].host, "");
	assert_int_equal(d.counts.n[0][ANSWER_DATA][false], 1);
	assert_int_equal(d.counts.n[1][ANSWER_DATA][false], 1);
	assert_string_equal(resolver_answer_names[ANSWER_NXDOMAIN], "nxdomain");
	desk_fini(&d);
}

static void silence_ends_in_time(void **unused)
{
	struct target t = srv_of("silent.example");
	struct desk d;

	desk_init(&d, 200);
	ask(&d, &t, 1, PREFER_NONE);
	desk_run(&d);
	assert_int_equal(d.result.outcome, RESOLVE_FAILED);
	assert_string_equal(d.result.words,
		"no answer from the DNS for _xmpp-server._tcp.silent.example (SRV)");
	assert_true(d.result.took_ms >= 190);
	desk_fini(&d);
}

static void what_came_in_time_is_used(void **unused)
{
	struct target t[2] = { srv_of("late.example"), srv_of("plain.example") };
	struct desk d;

	desk_init(&d, 500);
	ask(&d, t, 2, PREFER_NONE);
	desk_run(&d);
	assert_int_equal(d.result.outcome, RESOLVE_OK);
	assert_string_equal(d.text, "192.0.2.2:5269 192.0.2.3:5269");
	desk_fini(&d);
}

static void targets_keep_their_order(void **unused)
{
	struct target t[3] = { srv_of("plain.example"), srv_of("missing.example"),
		srv_of("starttls.example") };
	struct desk d;

	desk_init(&d, 20000);
	ask(&d, t, 3, PREFER_NONE);
	desk_run(&d);
	assert_string_equal(d.text, "192.0.2.3:5269 192.0.2.2:5269");
	desk_fini(&d);
}

static void a_name_too_long_for_the_dns_is_a_failure_in_words(void **unused)
{
	struct target t = { .kind = TARGET_SRV };
	struct desk d;

	for (size_t i = 0; i < 250; i++)
		t.name[i] = i % 50 == 49 ? '.' : 'a';
	desk_init(&d, 20000);
	ask(&d, &t, 1, PREFER_NONE);
	desk_run(&d);
	assert_int_not_equal(d.result.outcome, RESOLVE_OK);
	assert_true(d.result.words[0]);
	desk_fini(&d);
}

static void many_at_once(void **unused)
{
	static const char *const names[] = { "both.example", "plain.example", "missing.example",
		"starttls.example" };
	struct desk d;

	desk_init(&d, 20000);
	for (int i = 0; i < 200; i++) {
		struct target t = srv_of(names[i % 4]);

		ask(&d, &t, 1, PREFER_NONE);
	}
	desk_run(&d);
	assert_int_equal(d.waiting, 0);
	desk_fini(&d);
}

/* Cancels every second one while answers come in; some of them before their first turn. */
static void cancelled_lookups_stay_silent(void **unused)
{
	struct lookup *l[20];
	struct desk d;

	desk_init(&d, 20000);
	for (int i = 0; i < 20; i++) {
		struct target t = srv_of(i % 3 ? "both.example" : "192.0.2.1");

		l[i] = ask(&d, &t, 1, PREFER_NONE);
	}
	for (int i = 0; i < 20; i += 2) {
		lookup_cancel(l[i]);
		d.waiting--;
	}
	desk_run(&d);
	assert_int_equal(d.waiting, 0);
	desk_fini(&d);
}

static void a_resolver_can_go_with_lookups_under_way(void **unused)
{
	struct desk d;

	desk_init(&d, 20000);
	for (int i = 0; i < 20; i++) {
		struct target t = srv_of(i % 2 ? "both.example" : "silent.example");

		ask(&d, &t, 1, PREFER_NONE);
	}
	d.waiting = 1; /* the first result frees it, from inside its callback */
	desk_run(&d);
	resolver_free(NULL);
	desk_fini(&d);
}

static void a_bad_configuration_is_found_in_words(void **unused)
{
	static char good[] = "192.0.2.1", port[] = "::1@53", name[] = "ns.example",
		    colon[] = "192.0.2.1:53", zero[] = "192.0.2.1@0", empty[] = "192.0.2.1@",
		    anchor[] = "/nowhere/root.key";
	static char *servers[] = { good, port, name, colon, zero, empty };
	struct resolver_config c = { .servers = { servers, 6 }, .trust_anchor = anchor };
	struct config_report *report = config_report_new();

	resolver_check(&c, report);
	assert_int_equal(config_report_count(report, CONFIG_ERROR), 5);
	config_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lead_to_endpoints_or_to_words),
		cmocka_unit_test(hosts_and_addresses_need_no_srv),
		cmocka_unit_test(silence_ends_in_time),
		cmocka_unit_test(what_came_in_time_is_used),
		cmocka_unit_test(targets_keep_their_order),
		cmocka_unit_test(a_name_too_long_for_the_dns_is_a_failure_in_words),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(cancelled_lookups_stay_silent),
		cmocka_unit_test(a_resolver_can_go_with_lookups_under_way),
		cmocka_unit_test(a_bad_configuration_is_found_in_words),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
