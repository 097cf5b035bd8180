/* SPDX-License-Identifier: MIT */
/*
 * The streaming fold against an enemy. The first line of the input has policies, as policy_line.h
 * reads them ("prefixes" for a header that declares some, "german" for one in that language,
 * "from-room" and "to-room" for what the domains are; other words are ignored), the rest is what a
 * peer sends after its stream header. What the filter lets out must be well-formed, free of what
 * the policies refuse, and filter to itself; it must not matter how the bytes were cut; a policy in
 * shadow changes nothing and tells what it would do; and a route must be able to tell later what a
 * stanza was, and to answer it.
 */
#include "fuzz.h"
#include "fuzz_random.h"

#include "../unit/filter_oracle.h"
#include "../unit/policy_line.h"
#include "trunk/head.h"

enum { LINE = 512 };

#define PREFIXED                                                                               \
	"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" \
	" xmlns:p='http://jabber.org/protocol/chatstates' xmlns:c='jabber:client'"             \
	" xmlns:q='http://jabber.org/protocol/xhtml-im' xmlns:u='urn:odd' version='1.0'>"

struct setting {
	struct str line;
	const char *header;
	bool german;
	struct filter_context context;
};

static bool has_word(struct str line, const char *word)
{
	const char *at = memmem(line.p, line.n, word, strlen(word));

	return at;
}

static void parse_setting(struct str line, struct setting *out)
{
	*out = (struct setting){
		.line = line,
		.header = has_word(line, "prefixes") ? PREFIXED : RIG_HEADER,
		.german = has_word(line, "german"),
		.context = { .from_room = has_word(line, "from-room"),
			.to_room = has_word(line, "to-room") },
	};
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

/* ---- what a route needs later ---- */

/* Bytes of ours are read again for nothing but their head, and cut apart at stanzas. */
static struct stanza_head read_again(struct head_reader *heads, struct str bytes)
{
	struct buf two = { 0 };
	struct stanza_head head;

	buf_put(&two, bytes);
	buf_put(&two, bytes);
	MUST(head_stanza_length(buf_view(&two)) == bytes.n);
	MUST(head_read(heads, bytes, &head));
	buf_fini(&two);
	return head;
}

static void check_head(struct head_reader *heads, const struct filter_result *r)
{
	struct stanza_head h = read_again(heads, r->bytes);

	MUST(h.kind == r->head.kind);
	/* An emptied result goes on as an error, so that the asker does not hang. */
	MUST(h.type == r->head.type || (h.type == TYPE_ERROR && r->head.type == TYPE_RESULT));
	MUST(str_eq(h.from, r->head.from) && str_eq(h.to, r->head.to));
	MUST(str_eq(h.from_domain, r->head.from_domain));
	MUST(str_eq(h.to_domain, r->head.to_domain));
	/* Folded presence may lose it. */
	MUST(str_eq(h.id, r->head.id) || (h.kind == STANZA_PRESENCE && !h.id.p));
}

/* The answer to a stanza that was refused (RFC 6120 8.3). */
static void check_bounce(struct head_reader *heads, struct rig *rig, const struct filter_result *r)
{
	static const char *const app[] = { NULL, "stanza-too-big" };
	const struct stanza_head *h = &r->head;

	for (int i = 0; i < 2; i++) {
		struct buf error = { 0 };
		struct stanza_head back;

		stanza_error_write(&error, h, r->condition, i, i ? "<\r&\xc3\xa9" : NULL, app[i]);
		check_tags(rig, buf_view(&error));
		back = read_again(heads, buf_view(&error));
		MUST(back.kind == h->kind && back.type == TYPE_ERROR);
		MUST(str_eq(back.from, h->to) && str_eq(back.to, h->from));
		MUST(str_eq(back.id, h->id));
		MUST(!stanza_may_bounce(&back));
		MUST(head_is_plain_error(buf_view(&error)) == (i == 0));
		buf_fini(&error);
	}
}

/* ---- what is heard ---- */

struct listener {
	struct rig *rig;
	struct rig *again; /* NULL: only listen */
	struct head_reader *heads;
	struct buf all;   /* verdicts and what goes out */
	struct buf would; /* the same, if policies in shadow were enforced */
};

static void write_down(const struct listener *l, struct buf *out, const struct filter_result *r)
{
	const char *feature = own_feature_name(l->rig->table->own, r->feature);

	MUST(r->reason);
	buf_printf(out, "%s %s %s %s %s %zu: ", verdict_name(r->verdict), r->reason,
		feature ? feature : "-", r->policy ? r->policy->name : "-", r->key ? r->key : "-",
		r->bytes_in);
	buf_put(out, r->bytes);
}

static void judge(struct listener *l, const struct filter_result *r)
{
	bool refused = r->verdict == VERDICT_BOUNCE ||
		       (r->verdict == VERDICT_INVALID && r->check == STANZA_BAD_REQUEST);
	const char *wrong;

	if (refused && stanza_may_bounce(&r->head))
		check_bounce(l->heads, l->again, r);
	if (r->bytes.n == 0)
		return;
	check_head(l->heads, r);
	check_tags(l->again, r->bytes);
	wrong = oracle_size(l->again->table, r);
	wrong = wrong ? wrong : oracle_check(l->again, r->bytes);
	if (wrong)
		fprintf(stderr, "%s: %.*s\n", wrong, STR_ARG(r->bytes));
	MUST(!wrong);
}

static void hear(void *arg, const struct filter_result *r)
{
	struct listener *l = arg;
	const struct filter_result *shadow = filter_shadow(l->rig->filter);
	bool kept = r->verdict == VERDICT_PASS || r->verdict == VERDICT_FOLD;

	MUST(kept == (r->bytes.n > 0));
	write_down(l, &l->all, r);
	write_down(l, &l->would, shadow ? shadow : r);
	if (l->again)
		judge(l, r);
}

/* What becomes of what comes in, cut in pieces of `step`. */
static struct listener run(
	const struct setting *how, enum line_view view, struct str in, size_t step, bool judged)
{
	struct listener l = { .again = NULL };
	struct policy_text policies;
	struct rig rig, again;

	policy_line_init(&policies, how->line, view);
	rig_init(&rig, policies.table, how->header);
	rig_init(&again, policies.table, RIG_HEADER);
	rig.context = again.context = how->context;
	if (how->german)
		filter_bind(rig.filter, &rig, STR("de"), STR("en"));
	l.rig = &rig;
	l.again = judged ? &again : NULL;
	l.heads = head_reader_new();
	rig.heard = hear;
	rig.heard_arg = &l;
	rig_feed(&rig, in, step);
	rig_fini(&rig);
	rig_fini(&again);
	policy_text_fini(&policies);
	head_reader_free(l.heads);
	return l;
}

static void forget(struct listener *l)
{
	buf_fini(&l->all);
	buf_fini(&l->would);
}

static void must_be_same(struct buf *a, struct buf *b)
{
	if (!str_eq(buf_view(a), buf_view(b)))
		fprintf(stderr, "%.*s\n%.*s\n", STR_ARG(buf_view(a)), STR_ARG(buf_view(b)));
	MUST(str_eq(buf_view(a), buf_view(b)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	const char *newline = size ? memchr(in.p, '\n', in.n) : NULL;
	struct listener whole, cut, without, enforced;
	struct setting how;
	size_t line;

	if (!newline || newline - in.p >= LINE)
		return 0;
	fuzz_random_reset();
	xml_reader_global_init();
	line = (size_t)(newline - in.p);
	parse_setting((struct str){ in.p, line }, &how);
	in = str_skip(in, line + 1);
	whole = run(&how, LINE_AS_WRITTEN, in, SIZE_MAX, true);
	cut = run(&how, LINE_AS_WRITTEN, in, 1, false);
	must_be_same(&whole.all, &cut.all);
	must_be_same(&whole.would, &cut.would);
	if (has_word(how.line, "shadow")) {
		without = run(&how, LINE_WITHOUT_SHADOW, in, SIZE_MAX, false);
		enforced = run(&how, LINE_ENFORCED, in, SIZE_MAX, true);
		must_be_same(&whole.all, &without.all);
		must_be_same(&whole.would, &enforced.all);
		forget(&without);
		forget(&enforced);
	}
	forget(&whole);
	forget(&cut);
	return 0;
}
