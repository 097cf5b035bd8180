/* SPDX-License-Identifier: MIT */
/*
 * The status page: that nothing which somebody else chose is markup, and that everything is there
 * with nobody, a few, and more than can be drawn. With a number it prints a page of so many peers,
 * for the test with a browser; with a word behind it, the map alone.
 */
#include "page_rig.h"
#include "unit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "daemon/html.h"
#include "daemon/http_answer.h"
#include "trunk/orders.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- escaping ---- */

static void text_is_never_markup(void **unused)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "a.example", "a.example" },
		{ "<script>alert(\"1\")</script>",
			"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" },
		{ "a & b's", "a &amp; b&#39;s" },
		{ "]]>--><!--", "]]&gt;--&gt;&lt;!--" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		/* Not UTF-8, a half character, one written too long. */
		{ "\xff", "\xef\xbf\xbd" },
		{ "\xe2\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },
		/* What turns the direction of all that follows, controls, no characters. */
		{ "a\xe2\x80\xae"
		  "b",
			"a\xef\xbf\xbd"
			"b" },
		{ "a\xe2\x81\xa6"
		  "b",
			"a\xef\xbf\xbd"
			"b" },
		{ "a\x1b[31mb", "a\xef\xbf\xbd[31mb" },
		{ "a\xc2\x9b"
		  "b",
			"a\xef\xbf\xbd"
			"b" },
		{ "\xef\xbf\xbe", "\xef\xbf\xbd" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };
		html_put(&out, str_of(rows[i].in));
		assert_str(buf_view(&out), rows[i].out);
		buf_fini(&out);
	}
}

static void a_long_name_is_cut_between_characters(void **unused)
{
	struct buf out = { 0 };
	(void)unused;
	html_put_short(&out,
		STR("\xc3\xa9<\xc3\xa9"
		    "abc"),
		3);
	assert_str(buf_view(&out), "\xc3\xa9&lt;\xc3\xa9\xe2\x80\xa6");
	buf_clear(&out);
	html_put_short(&out, STR("abc"), 3);
	assert_str(buf_view(&out), "abc");
	buf_fini(&out);
}

static void numbers_are_short(void **unused)
{
	static const struct {
		uint64_t n;
		const char *number, *rate;
	} rows[] = {
		{ 0, "0", "0" },
		{ 4, "4", "0.01" },
		{ 950, "950", "0.95" },
		{ 1500, "1500", "1.5" },
		{ 12345, "12.3k", "12.3" },
		{ 4500000, "4.5M", "4500" },
		{ 12345678, "12.3M", "12.3k" },
		{ UINT64_C(7000000000), "7G", "7M" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };
		html_put_number(&out, rows[i].n);
		assert_str(buf_view(&out), rows[i].number);
		buf_clear(&out);
		html_put_rate(&out, rows[i].n);
		assert_str(buf_view(&out), rows[i].rate);
		buf_fini(&out);
	}
}

/* ---- pages ---- */

static char *page_of(struct page_rig *rig)
{
	struct buf out = { 0 };
	page_rig_write(rig, &out);
	buf_put_char(&out, '\0');
	char *text = mem_strdup(buf_view(&out).p);
	buf_fini(&out);
	return text;
}

static void has(const char *page, const char *words)
{
	if (strstr(page, words))
		return;
	print_error("%s\n", page ? page : "");
	fail_msg("no \"%s\" in the page", words);
}

static void has_not(const char *page, const char *words)
{
	if (!strstr(page, words))
		return;
	print_error("%s\n", page ? page : "");
	fail_msg("\"%s\" in the page", words);
}

/* Every element that is opened is closed, in order; void ones aside. */
static void expect_well_formed(const char *page)
{
	static const char *const empty[] = { "meta", "link", "br", "wbr" };
	char open[64][16];
	unsigned depth = 0;
	const char *script = strstr(page, "<script");
	for (const char *at = page; (at = strchr(at, '<')) != NULL && at < script; at++) {
		char name[16] = "";
		bool end = at[1] == '/', skip = at[1] == '!';
		sscanf(at + 1 + end, "%15[a-z0-9]", name);
		for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
			skip |= strcmp(name, empty[i]) == 0;
		if (skip || strchr(at, '>')[-1] == '/')
			continue;
		if (!end) {
			assert_true(depth < 64);
			memcpy(open[depth++], name, sizeof(name));
		} else if (!depth || strcmp(open[--depth], name) != 0) {
			fail_msg("</%s> at %.200s", name, at);
		}
	}
	assert_int_equal(depth, 2); /* html, body */
}

static void with_nobody_the_page_says_so(void **unused)
{
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	char *page = page_of(&rig);
	has(page, "All is well");
	has(page, "Nobody is known yet.");
	has(page, "Nobody has talked yet.");
	has(page, "No policy has decided about a stanza yet.");
	has(page, "none since the start");
	expect_well_formed(page);
	free(page);
	page_rig_fini(&rig);
}

static void a_page_tells_what_is_wrong_and_what_is_right(void **unused)
{
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	page_rig_fill(&rig, 8);
	rig.server.last_reload.wall = clock_wall() - 100;
	snprintf(rig.server.last_reload.words, sizeof(rig.server.last_reload.words),
		"trunkd.conf:7: unknown key \"<b>x\"");
	struct orders *none = orders_new();
	rig.server.orders = orders_with(none, "*.us", ORDER_BLOCK, clock_wall() + 100);
	char *page = page_of(&rig);
	orders_unref(rig.server.orders);
	orders_unref(none);
	has(page, "<dt>Orders</dt><dd><span class=\"state warn\">block</span> <bdi>*.<wbr>us");
	has(page, "<title>(1 down) trunk1.core.example - trunkd</title>");
	has(page, "1 peer cannot be reached");
	has(page, "certificate has expired (2026-10-31)");
	has(page, "refused, nothing has changed");
	has(page, "unknown key &quot;&lt;b&gt;x&quot;");
	has(page, "4 days left");
	has(page, "310 days left");
	has(page, "presence.fold");
	has(page, "in shadow");
	has(page, "<details id=\"pairs\">");
	/* The map: once wide, once narrow. */
	has(page, "<svg class=\"map wide\"");
	has(page, "<svg class=\"map narrow\"");
	expect_well_formed(page);
	free(page);
	page_rig_fini(&rig);
}

static void sixty_are_drawn_and_all_are_listed(void **unused)
{
	struct page_rig rig;
	unsigned nodes = 0;
	(void)unused;
	page_rig_init(&rig);
	page_rig_fill(&rig, 60);
	for (unsigned i = 0; i < 600; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.example", i);
		page_rig_peer(&rig, name)->out = 1;
	}
	char *page = page_of(&rig);
	for (const char *at = page; (at = strstr(at, "<g class=\"node")) != NULL; at++)
		nodes++;
	assert_int_equal(nodes, 2 * 60);
	has(page, "The first 60 domains are drawn.");
	has(page, "and 148 more");
	expect_well_formed(page);
	free(page);
	page_rig_fini(&rig);
}

static void what_a_peer_says_stays_text(void **unused)
{
	static const char evil[] = "</p><script>alert(1)</script><img src=x onerror=y>\"'";
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	page_rig_fill(&rig, 3);
	struct overview_peer *p = page_rig_peer(&rig, "evil.example");
	p->attempt.wall = p->refused.wall = clock_wall();
	p->failures = 1;
	snprintf(p->attempt.words, sizeof(p->attempt.words), "%s", evil);
	snprintf(p->refused.words, sizeof(p->refused.words), "in: %s", evil);
	free(rig.plan.node_name);
	rig.plan.node_name = mem_strdup("<i>node</i>");
	char *page = page_of(&rig);
	has_not(page, "<img");
	has_not(page, "<script>");
	has_not(page, "<i>");
	has(page, "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=y&gt;&quot;"
		  "&#39;");
	has(page, "Coming in: ");
	expect_well_formed(page);
	free(page);
	page_rig_fini(&rig);
}

static void what_can_be_done_about_an_error_stands_below_it(void **unused)
{
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	struct overview_peer *p = page_rig_peer(&rig, "b.example");
	p->attempt = (struct attempt){ .wall = clock_wall(), .stage = ATTEMPT_TCP };
	snprintf(p->attempt.words, sizeof(p->attempt.words), "connection refused");
	p->refused = (struct attempt){ .wall = clock_wall(), .stage = ATTEMPT_AUTH };
	snprintf(p->refused.words, sizeof(p->refused.words), "host-unknown");
	/* Nothing better is known of this one than its words. */
	p = page_rig_peer(&rig, "c.example");
	p->attempt = (struct attempt){ .wall = clock_wall(), .stage = ATTEMPT_STREAM };
	snprintf(p->attempt.words, sizeof(p->attempt.words), "because");
	char *page = page_of(&rig);
	has(page, "<p class=\"remedy\">What to do: nothing listens there, or a firewall refuses");
	has(page, "<p class=\"remedy\">What to do: it asked for a domain that no control here "
		  "accepts");
	char *second = strstr(strstr(page, "class=\"remedy\"") + 1, "class=\"remedy\"");
	assert_null(strstr(second + 1, "class=\"remedy\""));
	expect_well_formed(page);
	free(page);
	page_rig_fini(&rig);
}

static void nothing_comes_from_elsewhere(void **unused)
{
	static const char *const words[] = { "http:", "https:", "//", " src=", "@import", "url(" };
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	page_rig_fill(&rig, 20);
	char *page = page_of(&rig);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		has_not(page, words[i]);
	/* The policy of the response allows no style in an attribute, and no handler. */
	has_not(page, " style=");
	has_not(page, " onload=");
	has_not(page, " onclick=");
	has_not(page, " onerror=");
	free(page);
	page_rig_fini(&rig);
}

/* ---- who is answered ---- */

static void only_addresses_and_localhost_are_asked_for(void **unused)
{
	static const struct {
		const char *host;
		bool ours;
	} rows[] = {
		{ NULL, true },
		{ "localhost", true },
		{ "LocalHost:9469", true },
		{ "127.0.0.1", true },
		{ "127.0.0.1:9469", true },
		{ "[::1]:9469", true },
		{ "[::1]", true },
		{ "10.0.0.1:80", true },
		{ "evil.example", false },
		{ "evil.example:9469", false },
		{ "127.0.0.1.evil.example", false },
		{ "localhost.evil.example", false },
		{ "localhost:80:evil.example", false },
		{ "[::1", false },
		{ "[evil.example]", false },
		{ "", false },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (http_host_is_ours(rows[i].host) != rows[i].ours)
			fail_msg("%s", rows[i].host ? rows[i].host : "none");
}

static void paths_are_exact(void **unused)
{
	(void)unused;
	assert_int_equal(http_path("/metrics", false), HTTP_METRICS);
	assert_int_equal(http_path("/healthz", false), HTTP_HEALTH);
	assert_int_equal(http_path("/readyz", false), HTTP_READY);
	assert_int_equal(http_path("/", true), HTTP_STATUS_PAGE);
	assert_int_equal(http_path("/", false), HTTP_UNKNOWN);
	assert_int_equal(http_path("/metrics/", true), HTTP_UNKNOWN);
	assert_int_equal(http_path("//", true), HTTP_UNKNOWN);
	assert_int_equal(http_path("", true), HTTP_UNKNOWN);
}

static struct http_answer ask(struct page_rig *rig, enum http_path path)
{
	struct http_answer a = { 0 };
	http_answer(&rig->server, path, NULL, &rig->history, false, &a);
	buf_put_char(&a.body, '\0');
	return a;
}

static void expect_answer(
	struct page_rig *rig, enum http_path path, unsigned status, const char *words)
{
	struct http_answer a = ask(rig, path);
	assert_int_equal(a.status, status);
	has(buf_view(&a.body).p, words);
	buf_fini(&a.body);
}

static void readiness_is_told_in_words(void **unused)
{
	static struct listener *listeners[1];
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	rig.plan.settings.listen.n = 1;
	expect_answer(&rig, HTTP_READY, 503, "no listener is open");
	rig.server.listeners = listeners;
	rig.server.nlisteners = 1;
	expect_answer(&rig, HTTP_READY, 200, "ready");
	rig.server.last_reload.wall = 1;
	snprintf(rig.server.last_reload.words, sizeof(rig.server.last_reload.words), "line 7");
	expect_answer(&rig, HTTP_READY, 200, "the last reload was refused");
	expect_answer(&rig, HTTP_READY, 200, "line 7");
	struct orders *none = orders_new();
	rig.server.orders = orders_with(none, "a.example", ORDER_BLOCK, 0);
	expect_answer(&rig, HTTP_READY, 200, "ready");
	orders_unref(rig.server.orders);
	rig.server.orders = orders_with(none, "*", ORDER_PAUSE, 0);
	expect_answer(&rig, HTTP_READY, 200, "ready");
	orders_unref(rig.server.orders);
	rig.server.orders = orders_with(none, "*", ORDER_DRAIN, 0);
	expect_answer(&rig, HTTP_READY, 503, "everything is drained");
	orders_unref(rig.server.orders);
	orders_unref(none);
	rig.server.orders = NULL;
	rig.server.stopping = true;
	expect_answer(&rig, HTTP_READY, 503, "stopping");
	expect_answer(&rig, HTTP_HEALTH, 503, "the worker threads do not answer");
	expect_answer(&rig, HTTP_METRICS, 503, "the worker threads do not answer");
	expect_answer(&rig, HTTP_UNKNOWN, 404, "/metrics");
	page_rig_fini(&rig);
}

static void the_history_is_an_hour(void **unused)
{
	struct history h = { 0 };
	(void)unused;
	for (int i = 0; i < 200; i++) {
		struct history_sample s = { .wall = i };
		history_add(&h, &s);
		assert_int_equal(history_at(&h, h.n - 1)->wall, i);
	}
	assert_int_equal(h.n, HISTORY_MINUTES + 1);
	assert_int_equal(history_at(&h, 0)->wall, 200 - HISTORY_MINUTES - 1);
}

/* Parsed, so that it is a document; then its text. */
static char *map_of(struct page_rig *rig)
{
	struct buf out = { 0 };
	xmlDoc *doc;

	status_map_write(&rig->server, &rig->facts, &out);
	doc = xmlReadMemory(buf_view(&out).p, (int)buf_len(&out), "map", NULL, XML_PARSE_NONET);
	assert_non_null(doc);
	assert_string_equal(xmlDocGetRootElement(doc)->name, "svg");
	xmlFreeDoc(doc);
	buf_put_char(&out, '\0');
	char *text = strdup(buf_view(&out).p);
	buf_fini(&out);
	return text;
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void the_map_alone_is_a_document_with_nobody_few_and_many(void **unused)
{
	static const unsigned peers[] = { 0, 3, 60, 100 };
	(void)unused;
	for (unsigned i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		struct page_rig rig;

		page_rig_init(&rig);
		if (peers[i])
			page_rig_fill(&rig, peers[i]);
		char *map = map_of(&rig);
		assert_int_equal(count(map, "<g class=\"node"), peers[i] > 60 ? 60 : peers[i]);
		has(map, peers[i] ? "class=\"edge" : "Nobody has talked yet");
		assert_int_equal(count(map, "The first 60 domains are drawn"), peers[i] > 60);
		free(map);
		page_rig_fini(&rig);
	}
}

static void a_name_on_the_map_alone_stays_text(void **unused)
{
	struct page_rig rig;
	(void)unused;
	page_rig_init(&rig);
	struct overview_peer *p = page_rig_peer(&rig, "a.example");
	snprintf(p->domain.s, sizeof(p->domain.s), "]]></style><script>x&\xff\x1b");
	char *map = map_of(&rig);
	has_not(map, "<script");
	has(map, "&lt;script&gt;");
	free(map);
	page_rig_fini(&rig);
}

static int print_page(unsigned peers, bool map)
{
	struct page_rig rig;
	struct buf out = { 0 };
	page_rig_init(&rig);
	page_rig_fill(&rig, peers);
	if (map)
		status_map_write(&rig.server, &rig.facts, &out);
	else
		page_rig_write(&rig, &out);
	fwrite(buf_view(&out).p, 1, buf_len(&out), stdout);
	buf_fini(&out);
	page_rig_fini(&rig);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_never_markup),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(numbers_are_short),
		cmocka_unit_test(with_nobody_the_page_says_so),
		cmocka_unit_test(a_page_tells_what_is_wrong_and_what_is_right),
		cmocka_unit_test(sixty_are_drawn_and_all_are_listed),
		cmocka_unit_test(what_a_peer_says_stays_text),
		cmocka_unit_test(the_map_alone_is_a_document_with_nobody_few_and_many),
		cmocka_unit_test(a_name_on_the_map_alone_stays_text),
		cmocka_unit_test(what_can_be_done_about_an_error_stands_below_it),
		cmocka_unit_test(nothing_comes_from_elsewhere),
		cmocka_unit_test(only_addresses_and_localhost_are_asked_for),
		cmocka_unit_test(paths_are_exact),
		cmocka_unit_test(readiness_is_told_in_words),
		cmocka_unit_test(the_history_is_an_hour),
	};
	if (argc > 1 && isdigit((unsigned char)argv[1][0]))
		return print_page((unsigned)atoi(argv[1]), argc > 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
