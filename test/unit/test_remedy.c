/* SPDX-License-Identifier: MIT */
/* What to do about an attempt that failed: the right sentence for the words, or none. */
#include "daemon/remedy.h"

#include "unit.h"

#include <string.h>

static void assert_remedy(enum attempt_stage stage, const char *words, bool in, const char *part)
{
	const char *found = remedy_for(stage, words, in);

	if (!part) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	if (!strstr(found, part))
		fail_msg("for \"%s\": \"%s\" has no \"%s\"", words, found, part);
}

static void each_common_mistake_has_its_remedy(void **state)
{
	static const struct {
		enum attempt_stage stage;
		const char *words, *part;
	} cases[] = {
		{ ATTEMPT_DNS, "127.0.0.1:5269: the next hop is this trunk's own listener",
			"dns.servers" },
		{ ATTEMPT_DNS, "no such domain (NXDOMAIN) for x.example", "trunkctl check dns" },
		{ ATTEMPT_TCP, "connection refused", "nothing listens there" },
		{ ATTEMPT_TCP, "connection-timeout: no answer in time", "a firewall drops it" },
		{ ATTEMPT_TLS, "next hop's certificate: certificate is not issued by a known CA",
			"add its CA to trust" },
		{ ATTEMPT_TLS, "next hop's certificate: certificate does not name x.example",
			"reference_names" },
		{ ATTEMPT_TLS, "certificate has expired (2026-01-01)", "renewed" },
		{ ATTEMPT_TLS, "certificate is not valid yet (2026-01-01)", "clocks" },
		{ ATTEMPT_STREAM, "the peer rejected our certificate: unknown ca",
			"trunkctl check certs --ca" },
		{ ATTEMPT_STREAM, "the peer rejected our certificate: certificate expired",
			"\"trunkctl check certs\"" },
		{ ATTEMPT_STREAM, "connection-timeout: no answer in time", "5222" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_remedy(cases[i].stage, cases[i].words, false, cases[i].part);
}

static void who_came_in_is_not_told_of_next_hops(void **state)
{
	(void)state;
	assert_remedy(ATTEMPT_TCP, "connection refused", true, NULL);
	assert_remedy(ATTEMPT_STREAM, "host-unknown", true, "no control here");
	assert_remedy(ATTEMPT_STREAM, "host-unknown", false, "the server there");
	assert_remedy(ATTEMPT_DNS, "nothing that is known", true, NULL);
	assert_remedy(ATTEMPT_AUTH, "certificate does not name x.example", true, "accept_names");
}

static void unknown_words_stand_alone(void **state)
{
	(void)state;
	assert_remedy(ATTEMPT_STREAM, "the peer says something new", false, NULL);
	assert_remedy(ATTEMPT_DNS, "", false, NULL);
	assert_remedy(ATTEMPT_DNS, NULL, false, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_common_mistake_has_its_remedy),
		cmocka_unit_test(who_came_in_is_not_told_of_next_hops),
		cmocka_unit_test(unknown_words_stand_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
