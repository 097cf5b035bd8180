/* SPDX-License-Identifier: MIT */
/*
 * Random messages with labels, bodies, and messages in them, between random agreements, the same
 * ones each time: however the bytes are cut, and in shadow, the outcome is one; what goes on is
 * well-formed; every body that somebody without labels gets begins with our line, and nothing that
 * says it again is left.
 */
#include "label_rig.h"

#include "xml/element.h"

enum { ROUNDS = 1500, LEAST = 200, DEEP = 3, PARTS = 5, WAYS = 4 };

#define TAG " \t  \t\t\t\t \t \t \t  "
#define PGP "-----BEGIN PGP MESSAGE-----"

static uint64_t seed = 7;

static unsigned any(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static void put_part(struct buf *out, unsigned depth);

static void put_message(struct buf *out, unsigned depth)
{
	static const char *const labels[] = { SL(ORIGINAL(RED_LOW)), SL(SHOW_LOW ORIGINAL(RED_LOW)),
		SL(ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP)), SL(ORIGINAL(BLUE_PALE)), SL("<label/>"),
		SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) };
	unsigned label = any(PARTS + 1);

	for (unsigned i = 0; i < PARTS; i++) {
		if (i == label)
			buf_printf(out, "%s", labels[any(sizeof(labels) / sizeof(*labels))]);
		else if (any(2))
			put_part(out, depth);
	}
}

static void put_part(struct buf *out, unsigned depth)
{
	static const char *const parts[] = { "<body>x</body>", "<body/>",
		"<body>[RED LOW]\nx &amp; y</body>", "<body xml:lang='fr'>[Hoch]</body>",
		"<p:body xmlns:p='jabber:server'>[RED LOW]\n" TAG "x</p:body>",
		"<body>" TAG "x</body>", "<body>" TAG "</body>", "<body>" PGP "</body>",
		"<body>a<x xmlns='u'>b</x></body>", HTML, "<active" CS "/>",
		"<fallback xmlns='urn:xmpp:fallback:0' for='u'/>", "<subject>s</subject>",
		"<w xmlns='urn:w'/>" };

	static const char *const inside[][2] = { { FW "<message" JC ">", "</message>" FWEND },
		{ FW "<q:message xmlns:q='jabber:server'>", "</q:message>" FWEND },
		{ "<w xmlns='urn:w'><message xmlns='jabber:server'>", "</message></w>" } };
	unsigned which = any(3);

	if (depth == DEEP || any(4)) {
		buf_printf(out, "%s", parts[any(sizeof(parts) / sizeof(*parts))]);
		return;
	}
	buf_printf(out, "%s", inside[which][0]);
	put_message(out, depth + 1);
	buf_printf(out, "%s", inside[which][1]);
}

static void random_agreement(struct label_rig *r)
{
	static const enum label_write writes[] = { LABEL_WRITE_EQUIVALENT, LABEL_WRITE_SWAP,
		LABEL_WRITE_REPLACE, LABEL_WRITE_NONE };

	r->to.policy = any(3) ? r->policies.list[1] : NULL;
	r->to.write = writes[any(4)];
	r->to.show = (enum label_show)any(3);
	r->to.first_line = any(2);
	r->from.marks = any(2) ? &r->marks : NULL;
	r->from.default_label = any(2) ? &r->low : NULL;
	r->from.stamp = any(2);
	r->labels.plan = any(2) ? seed : 0;
}

/* ---- what must be true ---- */

static bool is(const struct xml_element *e, const char *name)
{
	return strcmp(e->name, name) == 0 &&
	       (strcmp(e->ns, "jabber:server") == 0 || strcmp(e->ns, "jabber:client") == 0);
}

static bool says_something(const struct xml_element *body)
{
	return body->text[0] || body->child;
}

/* Of a recipient without labels, to whom every message that passes has one. */
static void check_message(const struct xml_element *m)
{
	bool marked = false;

	for (const struct xml_element *c = m->child; c; c = c->next) {
		assert_string_not_equal(c->name, "securitylabel");
		if (!is(c, "body") || !says_something(c))
			continue;
		marked = true;
		assert_true(strncmp(c->text, "[BLUE PALE]\n", 12) == 0 ||
			    strncmp(c->text, "[BLUE DEEP & <ours>]\n", 21) == 0 ||
			    strncmp(c->text, "[RED ", 5) == 0);
	}
	for (const struct xml_element *c = m->child; c && marked; c = c->next) {
		assert_string_not_equal(c->name, "html");
		assert_string_not_equal(c->name, "fallback");
	}
}

static void check_tree(const struct xml_element *e, bool lines)
{
	if (is(e, "message") && lines)
		check_message(e);
	for (const struct xml_element *c = e->child; c; c = c->next)
		check_tree(c, lines);
}

static void check_output(struct rig *rig, struct str out, bool lines)
{
	struct xml_element_builder builder = { NULL, NULL };
	struct xml_element *tree;
	enum read_outcome status =
		xml_reader_element(rig->reader, out, xml_element_sink(), &builder);

	tree = xml_element_take(&builder);
	if (status != READ_OK)
		fail_msg("not well-formed: %.*s", STR_ARG(out));
	check_tree(tree, lines);
	xml_element_free(tree);
}

/* ---- ways ---- */

struct outcome {
	enum verdict verdict;
	const char *reason;
	char *bytes;
};

static struct outcome outcome_of(const struct filter_result *r)
{
	return (struct outcome){ r->verdict, r->reason, str_dup(r->bytes) };
}

static void same(const struct outcome *a, const struct outcome *b, const char *in, bool bytes)
{
	if (a->verdict != b->verdict || strcmp(a->reason, b->reason) != 0 ||
		(bytes && strcmp(a->bytes, b->bytes) != 0))
		fail_msg("%s\n%s %s\n%s\nor\n%s %s\n%s", in, verdict_name(a->verdict), a->reason,
			a->bytes, verdict_name(b->verdict), b->reason, b->bytes);
}

struct ways {
	struct policy_text enforced, shadow;
	struct rig rigs[WAYS]; /* whole, in pieces, in shadow, in shadow and blank */
};

static void ways_init(struct ways *w, const char *unlabelled)
{
	struct buf text = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		buf_clear(&text);
		buf_printf(&text,
			"policies = ( { name = \"p\"; audit = \"headers\"; %s labels = { "
			"check = true; unlabelled = \"%s\"; }; strip = [ \"encrypted\", "
			"\"chat-states\" ]; } );",
			i ? "mode = \"shadow\";" : "", unlabelled);
		buf_put_char(&text, '\0');
		policy_text_init(i ? &w->shadow : &w->enforced, buf_view(&text).p);
	}
	buf_fini(&text);
	for (unsigned i = 0; i < WAYS; i++)
		rig_init(&w->rigs[i], i < 2 ? w->enforced.table : w->shadow.table, RIG_HEADER);
	filter_shadow_blank(w->rigs[3].filter);
}

static void ways_fini(struct ways *w)
{
	for (unsigned i = 0; i < WAYS; i++)
		rig_fini(&w->rigs[i]);
	policy_text_fini(&w->enforced);
	policy_text_fini(&w->shadow);
}

/* Did it pass? */
static bool tell_ways(struct ways *w, const struct label_rig *labels, const char *in, bool refuse)
{
	bool lines = refuse && labels->to.first_line && labels->to.write == LABEL_WRITE_NONE;
	struct outcome all[WAYS];
	bool passes;

	for (unsigned i = 0; i < WAYS; i++) {
		struct rig *rig = &w->rigs[i];
		const struct filter_result *r;

		rig->context.labels = labels->labels;
		r = rig_feed(rig, str_of(in), i == 1 ? 1 + any(9) : SIZE_MAX);
		if (!r)
			fail_msg("no result: %s", in);
		all[i] = outcome_of(i < 2 ? r : filter_shadow(rig->filter));
		same(&all[0], &all[i], in, i < 3);
	}
	passes = all[0].verdict <= VERDICT_FOLD;
	if (passes)
		check_output(&w->rigs[0], str_of(all[0].bytes), lines);
	for (unsigned i = 0; i < WAYS; i++)
		free(all[i].bytes);
	return passes;
}

static unsigned tell_many(struct label_rig *labels, const char *unlabelled)
{
	struct ways w;
	unsigned passed = 0;

	ways_init(&w, unlabelled);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct buf in = { 0 };

		random_agreement(labels);
		buf_printf(&in, "<message" A ">");
		put_message(&in, 1);
		buf_printf(&in, "</message>");
		buf_put_char(&in, '\0');
		passed += tell_ways(&w, labels, buf_view(&in).p, strcmp(unlabelled, "refuse") == 0);
		buf_fini(&in);
	}
	ways_fini(&w);
	return passed;
}

static void whatever_is_written_is_whole_and_the_same_each_way(void **unused)
{
	static const char *const unlabelled[] = { "refuse", "default", "pass" };
	struct label_rig labels;

	(void)unused;
	label_rig_init(&labels);
	for (unsigned i = 0; i < 3; i++) {
		unsigned passed = tell_many(&labels, unlabelled[i]);

		if (passed < LEAST || passed > ROUNDS - LEAST / 4)
			fail_msg("%u with %s", passed, unlabelled[i]);
	}
	label_rig_fini(&labels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_written_is_whole_and_the_same_each_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
