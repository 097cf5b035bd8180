/* SPDX-License-Identifier: MIT */
/* Access lists: which rule decides for which two addresses. */
#include "unit.h"

#include "base/mem.h"
#include "policy/access.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct lists {
	struct config_origin origin;
	struct config_list access, jid_sets;
};

static const struct config_key keys[] = {
	{ .name = "access",
		.type = CONFIG_LIST,
		.offset = offsetof(struct lists, access),
		.table = &access_schema },
	{ .name = "jid_sets",
		.type = CONFIG_LIST,
		.offset = offsetof(struct lists, jid_sets),
		.table = &jid_set_schema },
	{ .name = NULL },
};
static const struct config_table schema = { "lists", sizeof(struct lists), keys };

struct loaded {
	struct lists lists;
	struct config_file *file;
	struct config_report *report;
	struct jid_sets *sets;
	struct access_list *list;
};

static void load(struct loaded *l, const char *text)
{
	l->report = config_report_new();
	l->file = config_load_text(text, "test.conf", &schema, &l->lists, l->report);
	if (!l->file)
		fail_msg("%s", config_report_line(l->report, 0, NULL));
	l->sets = jid_sets_new(l->lists.jid_sets.items, l->lists.jid_sets.n, l->report);
	l->list = access_list_new(l->lists.access.items, l->lists.access.n, l->sets, l->report);
}

static void unload(struct loaded *l)
{
	access_list_free(l->list);
	jid_sets_free(l->sets);
	config_values_fini(&schema, &l->lists);
	config_file_free(l->file);
	config_report_free(l->report);
}

/* The line of the rule that decided, 0: none; negative: denied. 1000: denied by none. */
static int decide(const struct loaded *l, const char *from, const char *to)
{
	const struct access_rule *rule;
	struct access_subject s;
	bool ok;

	access_subject_init(&s, l->sets, str_of(from), str_of(to));
	ok = access_list_allows(l->list, &s, &rule);
	if (!rule)
		return ok ? 0 : 1000;
	return ok ? (int)rule->origin.line : -(int)rule->origin.line;
}

struct row {
	const char *from, *to;
	int decided;
};

static void check(const char *text, const struct row *rows, size_t n)
{
	struct loaded l;

	load(&l, text);
	if (config_report_line(l.report, 0, NULL))
		fail_msg("%s", config_report_line(l.report, 0, NULL));
	for (size_t i = 0; i < n; i++) {
		int decided = decide(&l, rows[i].from, rows[i].to);

		if (decided != rows[i].decided)
			fail_msg("%s -> %s: %d, not %d", rows[i].from, rows[i].to, decided,
				rows[i].decided);
	}
	unload(&l);
}

#define CHECK(text, rows) check((text), (rows), sizeof(rows) / sizeof((rows)[0]))

static void each_pattern_matches_what_it_says(void **unused)
{
	static const struct row rows[] = {
		{ "full@a.example/desk", "x@z.example", 1 },
		{ "full@a.example/Desk", "x@z.example", 1000 }, /* resources have case */
		{ "full@a.example", "x@z.example", 1000 },
		{ "bare@a.example", "x@z.example", 2 },
		{ "BARE@A.Example/any", "x@z.example", 2 },
		{ "barer@a.example", "x@z.example", 1000 },
		{ "anyone@users.example/r", "x@z.example", 3 },
		{ "users.example", "x@z.example", 1000 },
		{ "users.example/r", "x@z.example", 1000 },
		{ "u@sub.users.example", "x@z.example", 1000 },
		{ "all.example", "x@z.example", 4 },
		{ "all.example/r", "x@z.example", 4 },
		{ "u@all.example/r", "x@z.example", 4 },
		{ "u@sub.all.example", "x@z.example", 1000 },
		{ "u@one.below.example", "x@z.example", 5 },
		{ "three.two.one.below.example", "x@z.example", 5 },
		{ "u@below.example", "x@z.example", 1000 },
		{ "u@notbelow.example", "x@z.example", 1000 },
		{ "domain.example/gate", "x@z.example", 6 },
		{ "domain.example", "x@z.example", 1000 },
		{ "u@\xc3\xbc.example", "x@z.example", 7 },
		{ "u@XN--TDA.example", "x@z.example", 7 },
		{ "u@[2001:DB8::1]", "x@z.example", 8 },
	};

	(void)unused;
	CHECK("access = ( { from = \"Full@a.example/desk\"; action = \"allow\"; },\n"
	      "{ from = \"bare@a.example\"; action = \"allow\"; },\n"
	      "{ from = \"*@users.example\"; action = \"allow\"; },\n"
	      "{ from = \"all.example\"; action = \"allow\"; },\n"
	      "{ from = \"*.below.example\"; action = \"allow\"; },\n"
	      "{ from = \"domain.example/gate\"; action = \"allow\"; },\n"
	      "{ from = \"*@\xc3\x9c.example\"; action = \"allow\"; },\n"
	      "{ from = \"[2001:db8:0::1]\"; action = \"allow\"; } );",
		rows);
}

static void the_first_rule_that_matches_decides(void **unused)
{
	static const struct row rows[] = {
		{ "alice@a.example/x", "bob@b.example", -1 },
		{ "alice@a.example", "carol@b.example", 2 },
		{ "eve@a.example", "bob@b.example", 3 },
		{ "eve@a.example", "carol@b.example", 4 },
		{ "eve@c.example", "bob@b.example", 3 },
		{ "eve@c.example", "carol@b.example", -5 },
	};

	(void)unused;
	CHECK("access = ( { from = \"alice@a.example\"; to = \"bob@b.example\"; action = "
	      "\"deny\"; },\n"
	      "{ from = \"alice@a.example\"; action = \"allow\"; },\n"
	      "{ to = \"bob@b.example\"; action = \"allow\"; },\n"
	      "{ from = \"a.example\"; to = \"*.example\"; action = \"allow\"; },\n"
	      "{ action = \"deny\"; } );",
		rows);
}

static void without_a_match_a_list_denies_if_it_allows_anybody(void **unused)
{
	static const struct row allowing[] = { { "a@a.example", "b@b.example", 1 },
		{ "c@c.example", "b@b.example", 1000 } };
	static const struct row denying[] = { { "a@a.example", "b@b.example", -1 },
		{ "c@c.example", "b@b.example", 0 } };
	static const struct row nothing[] = { { "c@c.example", "b@b.example", 0 } };

	(void)unused;
	CHECK("access = ( { from = \"a.example\"; action = \"allow\"; } );", allowing);
	CHECK("access = ( { from = \"a.example\"; action = \"deny\"; } );", denying);
	CHECK("access = ( );", nothing);
}

static void sets_stand_for_all_their_members(void **unused)
{
	static const struct row rows[] = {
		{ "alice@a.example/x", "u@b.example", 2 },
		{ "alice@a.example/x", "desk@b.example/1", 1 },
		{ "alice@a.example/x", "desk@b.example/2", 2 },
		{ "x@c.d.example", "chief@b.example", 1 },
		{ "x@d.example", "chief@b.example", 1000 },
		{ "x@a.example", "chief@b.example", 1000 },
	};

	(void)unused;
	CHECK("access = ( { from = \"@first\"; to = \"@second\"; action = \"allow\"; },\n"
	      "{ from = \"@first\"; to = \"*@b.example\"; action = \"allow\"; } );\n"
	      "jid_sets = ( { name = \"second\"; members = [ \"chief@b.example\", "
	      "\"desk@b.example/1\" ]; },\n"
	      "{ name = \"first\"; members = [ \"Alice@a.example\", \"*.d.example\" ]; },\n"
	      "{ name = \"third\"; members = [ \"x@a.example\", \"chief@b.example\" ]; } );",
		rows);
}

static void an_address_that_cannot_be_prepared_is_denied_where_anybody_is(void **unused)
{
	/* An ideographic space and U+FFFD are prohibited (RFC 6122 B.5). */
	static const struct row denied[] = { { "a\xe3\x80\x80@a.example", "b@b.example", 1000 },
		{ "a@a.example", "b@b.example/\xef\xbf\xbd", 1000 },
		{ "a@a.example", "b@b.example/\x01", 1000 }, { "c@c.example", "b@b.example", 0 } };
	static const struct row allowed[] = { { "a@a.example/\x01", "b@b.example", 0 } };

	(void)unused;
	CHECK("access = ( { from = \"evil@a.example\"; action = \"deny\"; } );", denied);
	CHECK("access = ( { action = \"allow\"; } );", allowed);
}

static void mistakes_are_reported_with_their_line(void **unused)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "access = (\n{ from = \"a b@c\"; action = \"allow\"; } );",
			"test.conf:2: error: from: \"a b@c\" is no address: use user@domain, "
			"user@domain/resource, *@domain, domain, *.domain or @set; leave it out "
			"for anything" },
		{ "access = (\n{ to = \"*\"; action = \"allow\"; } );",
			"test.conf:2: error: to: \"*\" is no address: use user@domain, "
			"user@domain/resource, *@domain, domain, *.domain or @set; leave it out "
			"for anything" },
		{ "access = (\n{ to = \"@watch\"; action = \"allow\"; } );",
			"test.conf:2: error: to: there is no JID set \"watch\"; add it to "
			"jid_sets = ( ... )" },
		{ "access = (\n{ to = \"@wacth\"; action = \"allow\"; } );\n"
		  "jid_sets = ( { name = \"watch\"; members = [ \"a.example\" ]; } );",
			"test.conf:2: error: to: there is no JID set \"wacth\": did you mean "
			"\"@watch\"?" },
		{ "access = (\n{ from = \"a@b\"; action = \"allow\"; },\n{ from = \"A@B\"; "
		  "action = \"deny\"; } );",
			"test.conf:3: warning: this rule never decides: the one at line 2 is for "
			"the same addresses" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loaded l;

		load(&l, rows[i].text);
		assert_string_equal(config_report_line(l.report, 0, NULL), rows[i].line);
		assert_null(config_report_line(l.report, 1, NULL));
		unload(&l);
	}
}

/* ---- the index, against rules read one after another ---- */

static const char *const addresses[] = { "a@x.example", "a@x.example/1", "b@x.example/1",
	"b@y.x.example", "a@y.x.example/2", "x.example", "y.x.example/1", "x.example/1",
	"c@z.example", "z.example" };
static const char *const patterns[] = { "", "a@x.example", "a@x.example/1", "b@y.x.example",
	"*@x.example", "*@y.x.example", "x.example", "y.x.example", "*.x.example", "*.example",
	"x.example/1", "z.example", "@s", "@t" };
static const char *const members[2][3] = { { "a@x.example", "*.x.example", "z.example" },
	{ "b@x.example/1", "x.example", "*@y.x.example" } };

enum { ADDRESSES = 10, PATTERNS = 14 };

static bool matches(const char *pattern, const char *address)
{
	const char *at = strchr(address, '@'), *domain = at ? at + 1 : address;
	size_t domain_n = strcspn(domain, "/"), n = strlen(pattern);
	size_t bare_n = (size_t)(domain - address) + domain_n;

	if (n == 0 || strcmp(pattern, address) == 0)
		return true;
	if (pattern[0] == '@') {
		for (unsigned i = 0; i < 3; i++)
			if (matches(members[pattern[1] == 't'][i], address))
				return true;
		return false;
	}
	if (strncmp(pattern, "*@", 2) == 0)
		return at && domain_n == n - 2 && memcmp(domain, pattern + 2, n - 2) == 0;
	if (strncmp(pattern, "*.", 2) == 0)
		return domain_n > n - 1 &&
		       memcmp(domain + domain_n - (n - 1), pattern + 1, n - 1) == 0;
	if (strchr(pattern, '/'))
		return false;
	if (strchr(pattern, '@'))
		return bare_n == n && memcmp(address, pattern, n) == 0;
	return domain_n == n && memcmp(domain, pattern, n) == 0;
}

struct choice {
	unsigned from, to;
	bool deny;
};

static int decide_slowly(const struct choice *rules, unsigned n, const char *from, const char *to)
{
	bool denies = false;

	for (unsigned i = 0; i < n; i++) {
		denies = denies || !rules[i].deny;
		if (matches(patterns[rules[i].from], from) && matches(patterns[rules[i].to], to))
			return rules[i].deny ? -(int)(i + 1) : (int)(i + 1);
	}
	return denies ? 1000 : 0;
}

static void put_rule(struct buf *text, const struct choice *c)
{
	buf_put(text, STR("{ "));
	if (c->from)
		buf_printf(text, "from = \"%s\"; ", patterns[c->from]);
	if (c->to)
		buf_printf(text, "to = \"%s\"; ", patterns[c->to]);
	buf_printf(text, "action = \"%s\"; }", c->deny ? "deny" : "allow");
}

static void compare(const struct choice *rules, unsigned n)
{
	struct buf text = { 0 };
	struct loaded l;

	buf_put(&text, STR("access = ( "));
	for (unsigned i = 0; i < n; i++) {
		buf_put(&text, i ? STR(",\n") : STR(""));
		put_rule(&text, &rules[i]);
	}
	buf_put(&text, STR(" );\njid_sets = ("));
	for (unsigned i = 0; i < 2; i++)
		buf_printf(&text, "%s { name = \"%c\"; members = [ \"%s\", \"%s\", \"%s\" ]; }",
			i ? "," : "", 's' + (char)i, members[i][0], members[i][1], members[i][2]);
	buf_put(&text, STR(" );"));
	buf_put_char(&text, '\0');
	load(&l, text.data);
	for (unsigned i = 0; i < ADDRESSES * ADDRESSES; i++) {
		const char *from = addresses[i % ADDRESSES], *to = addresses[i / ADDRESSES];
		int fast = decide(&l, from, to), slow = decide_slowly(rules, n, from, to);

		if (fast != slow)
			fail_msg("%s -> %s: %d, not %d\n%s", from, to, fast, slow, text.data);
	}
	unload(&l);
	buf_fini(&text);
}

static void the_index_decides_as_reading_rule_by_rule_does(void **unused)
{
	unsigned seed = 11;

	(void)unused;
	for (unsigned round = 0; round < 500; round++) {
		struct choice rules[12];
		unsigned n = (unsigned)rand_r(&seed) % 13;

		for (unsigned i = 0; i < n; i++)
			rules[i] = (struct choice){ (unsigned)rand_r(&seed) % PATTERNS,
				(unsigned)rand_r(&seed) % PATTERNS, rand_r(&seed) % 2 };
		compare(rules, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pattern_matches_what_it_says),
		cmocka_unit_test(the_first_rule_that_matches_decides),
		cmocka_unit_test(without_a_match_a_list_denies_if_it_allows_anybody),
		cmocka_unit_test(sets_stand_for_all_their_members),
		cmocka_unit_test(an_address_that_cannot_be_prepared_is_denied_where_anybody_is),
		cmocka_unit_test(mistakes_are_reported_with_their_line),
		cmocka_unit_test(the_index_decides_as_reading_rule_by_rule_does),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
