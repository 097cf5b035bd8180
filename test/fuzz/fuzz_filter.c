/* SPDX-License-Identifier: MIT */
/*
 * The streaming fold against an enemy. The first line of the input is a policy (a fold and feature
 * names; "prefixes" for a header that declares some, "german" for one in that language; other words
 * are ignored), the rest is what a peer sends after its stream header. What the filter lets out
 * must be well-formed, free of what the policy refuses, and filter to itself; and it must not
 * matter how the bytes were cut.
 */
#include "fuzz.h"
#include "fuzz_random.h"

#include "../unit/filter_oracle.h"

enum { LINE = 512 };

#define PREFIXED                                                                               \
	"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" \
	" xmlns:p='http://jabber.org/protocol/chatstates' xmlns:c='jabber:client'"             \
	" xmlns:q='http://jabber.org/protocol/xhtml-im' xmlns:u='urn:odd' version='1.0'>"

struct setting {
	char names[LINE]; /* features, with a space behind each */
	const char *fold, *header;
	bool german;
};

/* The words that are features, and the others that mean something. */
static void parse_setting(struct str line, struct setting *out)
{
	char text[LINE], *word, *rest;
	size_t n = 0, at = 0;

	*out = (struct setting){ .fold = "off", .header = RIG_HEADER };
	snprintf(text, sizeof(text), "%.*s", STR_ARG(line));
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		enum feature f;

		if (strcmp(word, "show") == 0)
			out->fold = "show";
		else if (strcmp(word, "availability") == 0)
			out->fold = "availability";
		else if (strcmp(word, "prefixes") == 0)
			out->header = PREFIXED;
		else if (strcmp(word, "german") == 0)
			out->german = true;
		else if (feature_parse(word, &f) && n++ < RIG_FEATURES)
			at += (size_t)snprintf(out->names + at, LINE - at, "%s ", word);
	}
}

/* ---- what a tree does not show ---- */

struct tags {
	const struct policy_table *table;
	unsigned depth;
};

/* Attributes with a prefix, and declarations that nothing known needs, are `unknown` on a stanza
 * and on what RFC 6121 puts into it. */
static void check_stanza_tag(const struct xml_tag *tag)
{
	for (unsigned i = 0; i < tag->nattrs; i++)
		MUST(tag->attrs[i].prefix.n == 0 || str_is(tag->attrs[i].prefix, "xml"));
	for (unsigned i = 0; i < tag->ndecls; i++)
		MUST(tag->decls[i].ns->mark != 0 || tag->decls[i].ns == tag->ns);
}

static void tags_start(void *self, const struct xml_tag *tag)
{
	struct tags *t = self;
	struct str about = xml_tag_value(tag, STR("for"));
	bool strips = t->table->action[FEATURE_UNKNOWN] != ACTION_PASS;

	if (strips && (t->depth == 0 || (t->depth == 1 && str_is(tag->ns->uri, "jabber:server") &&
						!str_is(tag->local, "error"))))
		check_stanza_tag(tag);
	/* What a fallback stands in for is there, too (XEP-0428). */
	if (t->depth == 1 && str_is(tag->ns->uri, "urn:xmpp:fallback:0") && catalogue_mark(about))
		MUST(t->table->action[catalogue_feature(catalogue_mark(about), STR(""))] ==
			ACTION_PASS);
	t->depth++;
}

static void tags_text(void *self, struct str text)
{
}

static void tags_end(void *self)
{
	((struct tags *)self)->depth--;
}

static void check_tags(struct rig *rig, struct str out)
{
	static const struct xml_sink sink = { tags_start, tags_text, tags_end };
	struct tags t = { .table = rig->table };

	MUST(xml_reader_element(rig->reader, out, sink, &t) == READ_OK);
}

/* ---- what is heard ---- */

struct listener {
	struct rig *again; /* NULL: only listen */
	struct buf all;    /* verdicts and what goes out */
};

static void hear(void *arg, const struct filter_result *r)
{
	struct listener *l = arg;
	bool kept = r->verdict == VERDICT_PASS || r->verdict == VERDICT_FOLD;
	const char *wrong;

	MUST(r->reason);
	MUST(kept == (r->bytes.n > 0));
	buf_printf(&l->all, "%s %s %zu: ", verdict_name(r->verdict), r->reason, r->bytes_in);
	if (!kept)
		return;
	buf_put(&l->all, r->bytes);
	if (!l->again)
		return;
	check_tags(l->again, r->bytes);
	wrong = oracle_check(l->again, r->bytes);
	if (wrong)
		fprintf(stderr, "%s: %.*s\n", wrong, STR_ARG(r->bytes));
	MUST(!wrong);
}

/* All that goes out for what comes in, cut in pieces of `step`. */
static struct buf run(const struct policy_table *table, const struct setting *how, struct str in,
	size_t step, bool judge)
{
	struct listener l = { .again = NULL };
	struct rig rig, again;

	rig_init(&rig, table, how->header);
	rig_init(&again, table, RIG_HEADER);
	if (how->german)
		filter_bind(rig.filter, &rig, STR("de"), STR("en"));
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
	struct setting how;
	struct buf whole, cut;
	size_t line;

	if (!newline || newline - in.p >= LINE)
		return 0;
	fuzz_random_reset();
	xml_reader_global_init();
	line = (size_t)(newline - in.p);
	parse_setting((struct str){ in.p, line }, &how);
	rig_policy_init(&policy, how.fold, how.names);
	in = str_skip(in, line + 1);
	whole = run(policy.table, &how, in, SIZE_MAX, true);
	cut = run(policy.table, &how, in, 1, false);
	MUST(str_eq(buf_view(&whole), buf_view(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	rig_policy_fini(&policy);
	return 0;
}
