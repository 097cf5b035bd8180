/* SPDX-License-Identifier: MIT */
/*
 * The streaming fold against an enemy. The first line of the input is a policy (a fold and feature
 * names; other words are ignored), the rest is what a peer sends after its stream header. What the
 * filter lets out must be well-formed, free of what the policy refuses, and filter to itself; and
 * it must not matter how the bytes were cut.
 */
#include "fuzz.h"

#include "../unit/filter_oracle.h"

enum { LINE = 512 };

/* The words that are features, and the last one that is a fold. */
static const char *parse_policy(struct str line, char names[LINE])
{
	const char *fold = "off";
	char text[LINE], *word, *rest;
	size_t n = 0, at = 0;

	snprintf(text, sizeof(text), "%.*s", STR_ARG(line));
	names[0] = '\0';
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		enum feature f;

		if (strcmp(word, "show") == 0)
			fold = "show";
		else if (strcmp(word, "availability") == 0)
			fold = "availability";
		else if (feature_parse(word, &f) && n++ < RIG_FEATURES)
			at += (size_t)snprintf(names + at, LINE - at, "%s ", word);
	}
	return fold;
}

struct listener {
	struct rig *again; /* NULL: only listen */
	struct buf all;
};

static void hear(void *arg, const struct filter_result *r)
{
	struct listener *l = arg;
	bool kept = r->verdict == VERDICT_PASS || r->verdict == VERDICT_FOLD;
	const char *wrong;

	MUST(r->reason);
	MUST(kept == (r->bytes.n > 0));
	if (!kept)
		return;
	buf_put(&l->all, r->bytes);
	if (!l->again)
		return;
	wrong = oracle_check(l->again, r->bytes);
	if (wrong)
		fprintf(stderr, "%s: %.*s\n", wrong, STR_ARG(r->bytes));
	MUST(!wrong);
}

/* All that goes out for what comes in, cut in pieces of `step`. */
static struct buf run(const struct policy_table *table, struct str in, size_t step, bool judge)
{
	struct listener l = { .again = NULL };
	struct rig rig, again;

	rig_init(&rig, table, RIG_HEADER);
	rig_init(&again, table, RIG_HEADER);
	l.again = judge ? &again : NULL;
	rig.heard = hear;
	rig.heard_arg = &l;
	rig_feed(&rig, in, step);
	rig_fini(&rig);
	rig_fini(&again);
	return l.all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	const char *newline = size ? memchr(in.p, '\n', in.n) : NULL;
	struct rig_policy policy;
	struct buf whole, cut;
	char names[LINE];
	size_t line;

	if (!newline || newline - in.p >= LINE)
		return 0;
	line = (size_t)(newline - in.p);
	rig_policy_init(&policy, parse_policy((struct str){ in.p, line }, names), names);
	in = str_skip(in, line + 1);
	whole = run(policy.table, in, SIZE_MAX, true);
	cut = run(policy.table, in, 1, false);
	MUST(str_eq(buf_view(&whole), buf_view(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	rig_policy_fini(&policy);
	return 0;
}
