/* SPDX-License-Identifier: MIT */
/* Alerts: at most one for each policy, key and peer in an interval, with what was held back. */
#include "unit.h"

#include "base/buf.h"
#include "base/log.h"
#include "trunk/alert.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SECOND = 1000 };

static void gather(void *arg, struct str json)
{
	buf_put(arg, json);
}

static void raise_one(struct alerts *a, const char *policy, const char *peer, uint64_t now)
{
	struct audit_record r = {
		.policy = str_of(policy),
		.key = STR("block"),
		.from = STR("x@a.example"),
		.verdict = STR("bounce"),
	};

	alerts_raise(a, &r, str_of(peer), now);
}

/* How many were told, and whether the last one has `words`. */
static unsigned told(struct buf *out, const char *words)
{
	unsigned n = 0;
	struct str s = buf_view(out);

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	if (words && !memmem(s.p, s.n, words, strlen(words)))
		fail_msg("no %s in %.*s", words, STR_ARG(s));
	buf_clear(out);
	return n;
}

static void an_alert_says_who_and_why(void **unused)
{
	struct buf out = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);

	(void)unused;
	raise_one(a, "no-files", "a.example", 5 * SECOND);
	assert_true(str_starts(buf_view(&out), STR("{\"time\":\"20")));
	assert_int_equal(
		told(&out, "\"node\":\"trunk\",\"event\":\"alert\",\"from\":\"x@a.example\","
			   "\"verdict\":\"bounce\",\"policy\":\"no-files\","
			   "\"key\":\"block\",\"domain\":\"a.example\"}\n"),
		1);
	alerts_free(a);
	buf_fini(&out);
}

static void one_kind_is_told_once_in_an_interval(void **unused)
{
	struct buf out = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);

	(void)unused;
	alerts_configure(a, 10 * SECOND, NULL);
	for (uint64_t now = 0; now < 10 * SECOND; now += 100)
		raise_one(a, "p", "a.example", now);
	assert_int_equal(told(&out, NULL), 1);
	alerts_tick(a, 10 * SECOND - 1);
	assert_int_equal(told(&out, NULL), 0);
	/* The next one of its kind, or the clock, says how many were not. */
	raise_one(a, "p", "a.example", 10 * SECOND);
	assert_int_equal(told(&out, "\"held_back\":99"), 1);
	raise_one(a, "p", "a.example", 11 * SECOND);
	raise_one(a, "p", "a.example", 12 * SECOND);
	assert_int_equal(told(&out, NULL), 0);
	alerts_tick(a, 20 * SECOND);
	assert_int_equal(told(&out, "\"held_back\":2"), 1);
	alerts_tick(a, 60 * SECOND);
	assert_int_equal(told(&out, NULL), 0);
	alerts_free(a);
	buf_fini(&out);
}

static void other_kinds_are_told_at_once(void **unused)
{
	struct buf out = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);

	(void)unused;
	raise_one(a, "p", "a.example", 0);
	raise_one(a, "p", "b.example", 0);
	raise_one(a, "q", "a.example", 0);
	/* Names that run into each other are not the same. */
	raise_one(a, "qa", ".example", 0);
	assert_int_equal(told(&out, NULL), 4);
	alerts_free(a);
	buf_fini(&out);
}

static void sum_up(void *arg, const struct alerts_count *c)
{
	buf_printf(
		arg, "%s/%s %ju %ju;", c->policy, c->key, (uintmax_t)c->raised, (uintmax_t)c->told);
}

static void alerts_are_counted_by_policy_and_key_told_or_not(void **unused)
{
	struct buf out = { 0 }, counts = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);

	(void)unused;
	raise_one(a, "p", "a.example", 0);
	raise_one(a, "p", "a.example", 1);
	raise_one(a, "p", "b.example", 1);
	alerts_each(a, sum_up, &counts);
	assert_str(buf_view(&counts), "p/block 3 2;");
	/* What is beyond the table has one name. */
	for (unsigned i = 0; i < 3000; i++) {
		char policy[32];

		snprintf(policy, sizeof(policy), "p%u", i);
		raise_one(a, policy, "a.example", 2);
	}
	buf_clear(&counts);
	alerts_each(a, sum_up, &counts);
	buf_put_char(&counts, '\0');
	assert_non_null(strstr(buf_view(&counts).p, "other/ 1977 1977;"));
	alerts_free(a);
	buf_fini(&out);
	buf_fini(&counts);
}

static void a_new_interval_holds_at_once(void **unused)
{
	struct buf out = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);

	(void)unused;
	alerts_configure(a, 1 * SECOND, NULL);
	raise_one(a, "p", "a.example", 0);
	alerts_configure(a, 100 * SECOND, NULL);
	raise_one(a, "p", "a.example", 1 * SECOND);
	assert_int_equal(told(&out, NULL), 2);
	raise_one(a, "p", "a.example", 99 * SECOND);
	assert_int_equal(told(&out, NULL), 0);
	alerts_free(a);
	buf_fini(&out);
}

static void the_table_is_bounded_and_what_is_beyond_is_counted(void **unused)
{
	struct buf out = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);

	(void)unused;
	for (unsigned i = 0; i < 5000; i++) {
		char peer[32];

		snprintf(peer, sizeof(peer), "n%u.example", i);
		raise_one(a, "p", peer, 0);
	}
	assert_int_equal(told(&out, NULL), 4096);
	alerts_tick(a, 1);
	assert_int_equal(told(&out, "\"reason\":\"too-many-kinds\",\"domain\":\"other\","
				    "\"held_back\":904"),
		1);
	/* Those that have been silent make room. */
	alerts_tick(a, 100 * SECOND);
	raise_one(a, "p", "new.example", 100 * SECOND);
	assert_int_equal(told(&out, "\"domain\":\"new.example\""), 1);
	alerts_free(a);
	buf_fini(&out);
}

/* A field as the journal's native protocol has it: its name, its length in eight bytes, its value.
 */
static struct str field(struct str entry, const char *name)
{
	char start[64];
	size_t n = (size_t)snprintf(start, sizeof(start), "%s\n", name);
	const char *at = memmem(entry.p, entry.n, start, n);
	uint64_t length = 0;

	if (!at)
		return STR("");
	for (unsigned i = 8; i > 0; i--)
		length = length << 8 | (unsigned char)at[n + i - 1];
	assert_true(at + n + 8 + length < entry.p + entry.n);
	assert_int_equal(at[n + 8 + length], '\n');
	return (struct str){ at + n + 8, length };
}

static void the_journal_gets_an_entry_with_fields_of_its_own(void **unused)
{
	char dir[] = "/tmp/test_alert.XXXXXX", path[64], data[4096];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct buf out = { 0 };
	struct alerts *a = alerts_new("trunk", gather, &out);
	struct str entry = { data, 0 };

	(void)unused;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	memcpy(address.sun_path, path, strlen(path) + 1);
	alerts_configure(a, 10 * SECOND, path);
	/* A journal that is not there holds nothing up. */
	raise_one(a, "p", "a.example", 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	raise_one(a, "p\nTRUNKD_KEY=x", "a.example", 1 * SECOND);
	raise_one(a, "p", "a.example", 2 * SECOND);
	alerts_tick(a, 20 * SECOND);
	entry.n = (size_t)recv(fd, data, sizeof(data), 0);
	assert_str(field(entry, "TRUNKD_ALERT"), "1");
	assert_str(field(entry, "PRIORITY"), "1");
	assert_str(field(entry, "TRUNKD_POLICY"), "p\nTRUNKD_KEY=x");
	assert_str(field(entry, "TRUNKD_KEY"), "block");
	assert_str(field(entry, "TRUNKD_PEER"), "a.example");
	assert_str(field(entry, "TRUNKD_VERDICT"), "bounce");
	assert_str(field(entry, "TRUNKD_HELD_BACK"), "0");
	assert_true(str_starts(field(entry, "MESSAGE"), STR("{\"time\":")));
	assert_true(str_ends(field(entry, "MESSAGE"), STR("}")));
	entry.n = (size_t)recv(fd, data, sizeof(data), 0);
	assert_str(field(entry, "TRUNKD_HELD_BACK"), "1");
	assert_str(field(entry, "TRUNKD_VERDICT"), "held-back");
	/* From now on not. */
	alerts_configure(a, 10 * SECOND, NULL);
	raise_one(a, "q", "a.example", 30 * SECOND);
	assert_int_equal(recv(fd, data, sizeof(data), 0), -1);
	alerts_free(a);
	buf_fini(&out);
	close(fd);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_says_who_and_why),
		cmocka_unit_test(one_kind_is_told_once_in_an_interval),
		cmocka_unit_test(other_kinds_are_told_at_once),
		cmocka_unit_test(alerts_are_counted_by_policy_and_key_told_or_not),
		cmocka_unit_test(a_new_interval_holds_at_once),
		cmocka_unit_test(the_table_is_bounded_and_what_is_beyond_is_counted),
		cmocka_unit_test(the_journal_gets_an_entry_with_fields_of_its_own),
	};

	log_open(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_FORMAT_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
