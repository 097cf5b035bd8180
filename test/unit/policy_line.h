/* SPDX-License-Identifier: MIT */
/*
 * Policies on one line, for those who make them by the thousand: the random test and the fuzzer.
 * Words become the text of a configuration, which the real schema reads. A bare feature is
 * stripped; "block=FEATURE", "allow=FEATURE" and "iq=FEATURE" stand in these lists; "show" and
 * "availability" fold; "shadow" is the mode; "refuse=drop", "otherwise=block", "muc-only",
 * "one-to-one-only", "no-subscriptions", "hide-jids", "short-bodies", "bare-errors" and "small" say
 * what they are called; "allow-from=PATTERN", "deny-from=PATTERN" and the same with "to" are rules
 * of access; "|" starts the next policy. Words that mean nothing are left out, so that every line
 * is a valid configuration.
 */
#pragma once

#include "base/buf.h"
#include "policy_text.h"

enum { LINE_POLICIES = 6, LINE_RULES = 4 };
/* The operator's own feature, which every line may name: urn:odd:2. */
#define LINE_OWN "odd"
enum line_list { LINE_STRIP, LINE_BLOCK, LINE_ALLOW, LINE_IQ, LINE_LISTS };

/* What a policy has so far. */
struct line_policy {
	struct feature_set lists[LINE_LISTS];
	const char *fold;
	const char *conversations;
	bool shadow, drop;
	bool allows, blocks_others, asks; /* "allow" and "iq" are set */
	bool no_subscriptions, hide_jids, short_bodies, bare_errors, small;
	struct line_rule {
		bool denies, to;
		struct str pattern;
	} rules[LINE_RULES];
	unsigned nrules;
};

POLICY_TEXT bool line_value(struct str word, const char *key, struct str *value_out)
{
	size_t n = strlen(key);

	if (!str_starts(word, str_of(key)) || word.n <= n || word.p[n] != '=')
		return false;
	*value_out = str_skip(word, n + 1);
	return true;
}

POLICY_TEXT void line_add(struct feature_set *list, struct str name)
{
	for (unsigned f = 0; f < FEATURE_COUNT; f++)
		if (str_is(name, feature_name((enum feature)f)) &&
			feature_can_strip((enum feature)f))
			feature_set_add(list, (enum feature)f);
	if (str_is(name, LINE_OWN))
		feature_set_add(list, FEATURE_OWN);
}

/* Some of every kind of pattern: others would be errors of the configuration. */
POLICY_TEXT bool line_is_pattern(struct str s)
{
	static const char *const known[] = { "a@a.example", "a@a.example/r", "*@a.example",
		"a.example", "*.example", "b@b.example", "b.example", "*.b.example", "c@c.example",
		"c.example", "room@b.example" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_is(s, known[i]))
			return true;
	return false;
}

/* A second rule for the same would be a warning. */
POLICY_TEXT bool line_has(const struct line_policy *p, bool to, struct str pattern)
{
	for (unsigned i = 0; i < p->nrules; i++)
		if (p->rules[i].to == to && str_eq(p->rules[i].pattern, pattern))
			return true;
	return false;
}

POLICY_TEXT bool line_rule(struct line_policy *p, struct str word)
{
	static const char *const keys[] = { "allow-from", "deny-from", "allow-to", "deny-to" };

	for (unsigned i = 0; i < 4; i++) {
		struct str value;

		if (!line_value(word, keys[i], &value))
			continue;
		if (p->nrules < LINE_RULES && line_is_pattern(value) && !line_has(p, i / 2, value))
			p->rules[p->nrules++] = (struct line_rule){ i % 2, i / 2, value };
		return true;
	}
	return false;
}

POLICY_TEXT void line_feature(struct line_policy *p, struct str word)
{
	struct str value;

	if (line_rule(p, word)) {
		return;
	} else if (line_value(word, "block", &value)) {
		line_add(&p->lists[LINE_BLOCK], value);
	} else if (line_value(word, "allow", &value)) {
		p->allows = true;
		line_add(&p->lists[LINE_ALLOW], value);
	} else if (line_value(word, "iq", &value)) {
		p->asks = true;
		line_add(&p->lists[LINE_IQ], value);
	} else {
		line_add(&p->lists[LINE_STRIP], word);
	}
}

POLICY_TEXT void line_word(struct line_policy *p, struct str word)
{
	if (str_is(word, "show"))
		p->fold = "show";
	else if (str_is(word, "availability"))
		p->fold = "availability";
	else if (str_is(word, "shadow"))
		p->shadow = true;
	else if (str_is(word, "refuse=drop"))
		p->drop = true;
	else if (str_is(word, "otherwise=block"))
		p->blocks_others = true;
	else if (str_is(word, "no-subscriptions"))
		p->no_subscriptions = true;
	else if (str_is(word, "hide-jids"))
		p->hide_jids = true;
	else if (str_is(word, "short-bodies"))
		p->short_bodies = true;
	else if (str_is(word, "bare-errors"))
		p->bare_errors = true;
	else if (str_is(word, "small"))
		p->small = true;
	else if (str_is(word, "muc-only"))
		p->conversations = "muc-only";
	else if (str_is(word, "one-to-one-only"))
		p->conversations = "one-to-one-only";
	else
		line_feature(p, word);
}

/* Without what stands in `without`: the same feature twice is a warning. */
POLICY_TEXT void line_put_list(struct buf *out, const char *key, const struct feature_set *list,
	const struct feature_set *without)
{
	const char *before = "";

	buf_printf(out, "  %s = [ ", key);
	for (unsigned f = 0; f <= FEATURE_OWN; f++) {
		if (!feature_set_has(list, (enum feature)f) ||
			(without && feature_set_has(without, (enum feature)f)))
			continue;
		buf_printf(out, "%s\"%s\"", before,
			f == FEATURE_OWN ? LINE_OWN : feature_name((enum feature)f));
		before = ", ";
	}
	buf_put(out, STR(" ];\n"));
}

POLICY_TEXT void line_put_rules(struct buf *out, const struct line_policy *p)
{
	for (unsigned i = 0; i < p->nrules; i++) {
		const struct line_rule *r = &p->rules[i];

		buf_printf(out, "%s{ %s = \"%.*s\"; action = \"%s\"; }%s",
			i ? ", " : "  access = ( ", r->to ? "to" : "from", STR_ARG(r->pattern),
			r->denies ? "deny" : "allow", i + 1 < p->nrules ? "" : " );\n");
	}
}

POLICY_TEXT void line_put(struct buf *out, const struct line_policy *p, unsigned number)
{
	buf_printf(out, "{ name = \"p%u\"; mode = \"%s\";\n", number,
		p->shadow ? "shadow" : "enforce");
	buf_printf(out,
		"  presence = { fold = \"%s\"; subscriptions = \"%s\"; hide_real_jids = %s; };\n",
		p->fold ? p->fold : "off", p->no_subscriptions ? "block" : "pass",
		p->hide_jids ? "true" : "false");
	if (p->short_bodies)
		buf_put(out, STR("  max_body = 7;\n"));
	if (p->bare_errors)
		buf_put(out, STR("  errors = \"rebuild\";\n"));
	if (p->small)
		buf_put(out, STR("  max_stanza = 10000;\n"));
	line_put_rules(out, p);
	if (p->conversations)
		buf_printf(out, "  conversations = \"%s\";\n", p->conversations);
	if (p->allows)
		line_put_list(out, "allow", &p->lists[LINE_ALLOW], NULL);
	if (p->allows && p->blocks_others)
		buf_put(out, STR("  otherwise = \"block\";\n"));
	if (p->asks)
		line_put_list(out, "iq", &p->lists[LINE_IQ], NULL);
	buf_printf(out, "  refuse = \"%s\";\n", p->drop ? "drop" : "bounce");
	line_put_list(out, "strip", &p->lists[LINE_STRIP], &p->lists[LINE_BLOCK]);
	line_put_list(out, "block", &p->lists[LINE_BLOCK], NULL);
	buf_put(out, STR("}"));
}

/* Which of them: as they stand there, without those in shadow, or all enforced. */
enum line_view { LINE_AS_WRITTEN, LINE_ENFORCED, LINE_WITHOUT_SHADOW, LINE_VIEWS };

POLICY_TEXT void line_end(
	struct buf *out, struct line_policy *p, unsigned number, enum line_view view)
{
	bool skipped = view == LINE_WITHOUT_SHADOW && p->shadow;

	if (view == LINE_ENFORCED)
		p->shadow = false;
	if (!skipped && out->data[out->end - 1] == '}')
		buf_put(out, STR(",\n"));
	if (!skipped)
		line_put(out, p, number);
	*p = (struct line_policy){ .fold = NULL };
}

/* The configuration of a line. */
POLICY_TEXT void policy_line_text(struct str line, enum line_view view, struct buf *out)
{
	struct line_policy p = { .fold = NULL };
	unsigned number = 0;

	buf_put(out, STR("policies = ( "));
	while ((line = str_trim(line)).n > 0) {
		const char *space = memchr(line.p, ' ', line.n);
		struct str word = { line.p, space ? (size_t)(space - line.p) : line.n };

		line = str_skip(line, word.n);
		if (!str_is(word, "|"))
			line_word(&p, word);
		else if (number < LINE_POLICIES - 1)
			line_end(out, &p, number++, view);
	}
	line_end(out, &p, number, view);
	buf_put(out, STR(" );\nfeatures = ( { name = \"" LINE_OWN
			 "\"; namespaces = [ \"urn:odd:2\" ]; } );\n"));
	buf_put_char(out, '\0');
}

POLICY_TEXT void policy_line_init(struct policy_text *p, struct str line, enum line_view view)
{
	struct buf text = { 0 };

	policy_line_text(line, view, &text);
	policy_text_init(p, text.data);
	buf_fini(&text);
}
