/* SPDX-License-Identifier: MIT */
/*
 * What must be true of every label that passes, whatever it is and whatever the two sides are
 * cleared for and have agreed: what it is under the governing policy, both sides' clearances there
 * grant; and what the recipient then finds under its own policy is valid and granted by its
 * clearance there. Random labels and clearances, the same ones each time; asked anew, without the
 * filter.
 */
#include "label_rig.h"

#include "label/decide.h"
#include "label/map.h"
#include "label/valid.h"

enum { ROUNDS = 8000, LEAST = 400 };

static uint64_t seed = 1;

static unsigned any(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static void random_label(const struct spif *s, struct label *l)
{
	struct label_verdict v = { 0 };

	label_clear(l);
	l->has_class_lacv = true;
	l->class_lacv = s->classes[any(s->nclasses)].lacv;
	assert_true(label_keep(l, &l->policy_id, s->id));
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];
		struct label_category *c = any(8) ? NULL : label_add(l);

		if (c)
			*c = (struct label_category){ .set_id = k->tag->set->id,
				.kind = k->tag->kind,
				.form = k->tag->form,
				.has_lacv = true,
				.lacv = k->lacv };
	}
	assert_true(spif_resolve_label(s, l, &v));
}

static void random_clearance(const struct spif *s, struct clearance *c)
{
	struct label_verdict v = { 0 };

	clearance_clear(c);
	assert_true(clearance_keep(c, &c->policy_id, s->id));
	c->has_classes = true;
	for (unsigned i = 0; i < s->nclasses; i++)
		if (any(4))
			assert_true(clearance_add_class(c, s->classes[i].lacv));
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];
		struct label_category *to = any(3) ? clearance_add(c) : NULL;

		if (to)
			*to = (struct label_category){ .set_id = k->tag->set->id,
				.kind = k->tag->kind,
				.form = k->tag->form,
				.has_lacv = true,
				.lacv = k->lacv };
	}
	assert_int_equal(spif_resolve_clearance(s, c, &v), 0);
}

/* The label in what goes on, read by itself. */
struct picker {
	struct label_intake intake;
	unsigned depth, from;
};

static void pick_start(void *self, const struct xml_tag *tag)
{
	struct picker *p = self;

	p->depth++;
	if (!p->from && str_is(tag->ns->uri, SL_NS))
		p->from = p->depth;
	if (p->from)
		label_intake_sink().start(&p->intake, tag);
}

static void pick_text(void *self, struct str text)
{
	struct picker *p = self;

	if (p->from)
		label_intake_sink().text(&p->intake, text);
}

static void pick_end(void *self)
{
	struct picker *p = self;

	if (p->from)
		label_intake_sink().end(&p->intake);
	if (p->from == p->depth--)
		p->from = 0;
}

static const struct xml_sink pick = { .start = pick_start, .text = pick_text, .end = pick_end };

/* What the recipient goes by. */
static void found_by(struct rig *rig, const struct spif *s, struct str out, struct label *l)
{
	struct picker p = { .depth = 0 };
	struct securitylabel read;
	struct label_chosen chosen;
	struct label_verdict v = { 0 };
	const char *fault;

	label_intake_init(&p.intake, LABEL_INTAKE);
	securitylabel_init(&read);
	assert_int_equal(xml_reader_element(rig->reader, out, pick, &p), READ_OK);
	assert_true(securitylabel_read(&read, &p.intake, &fault));
	assert_int_equal(securitylabel_choose(&read, s->id, s->name, false, &chosen), LABEL_FOUND);
	label_copy(l, chosen.label);
	assert_true(spif_resolve_label(s, l, &v));
	securitylabel_fini(&read);
	label_intake_fini(&p.intake);
}

static void granted(const struct label_rig *r, const struct label *l, const struct clearance *c)
{
	struct label_verdict v = { 0 };

	assert_true(label_valid(l, LABEL_OLD, r->labels.now, &v));
	assert_true(label_decide(l, c, &v));
}

/* One message with this label; did it pass? */
static bool round_passes(struct label_rig *r, struct rig *rig, const struct label *l)
{
	const struct securitylabel_form form = { .kind = SECURITYLABEL_ESS };
	const struct label_map_options o = { LABEL_OLD, r->labels.now };
	const struct spif *red = r->policies.list[0];
	const struct spif *target = r->to.policy ? r->to.policy : red;
	struct label_verdict v = { 0 };
	const struct filter_result *f;
	struct label mine, theirs;
	struct buf in = { 0 };

	buf_printf(&in, "<message" A "><body>x</body><securitylabel xmlns='" SL_NS "'><label>");
	assert_true(securitylabel_write_payload(l, &form, &in));
	buf_printf(&in, "</label></securitylabel></message>");
	rig->context.labels = r->labels;
	f = rig_feed(rig, buf_view(&in), SIZE_MAX);
	buf_fini(&in);
	if (f->verdict > VERDICT_FOLD)
		return false;
	label_init(&mine);
	label_init(&theirs);
	if (l->policy == red)
		label_copy(&mine, l);
	else
		assert_true(label_map_in(red, l, &o, &mine, NULL, &v));
	granted(r, &mine, &r->red);
	granted(r, &mine, &r->red_low);
	found_by(rig, target, f->bytes, &theirs);
	granted(r, &theirs, target == red ? &r->red_low : &r->blue);
	label_fini(&mine);
	label_fini(&theirs);
	return true;
}

static void random_agreement(struct label_rig *r)
{
	static const enum label_write writes[] = { LABEL_WRITE_EQUIVALENT, LABEL_WRITE_SWAP,
		LABEL_WRITE_REPLACE };

	random_clearance(r->policies.list[0], &r->red);
	random_clearance(r->policies.list[0], &r->red_low);
	random_clearance(r->policies.list[1], &r->blue);
	r->to.policy = any(3) ? r->policies.list[1] : NULL;
	r->to.write = writes[any(3)];
	r->to.form = any(4);
	r->to.review = any(2) ? 3600 : 0;
}

static void whatever_passes_is_granted_as_what_it_goes_out_as(void **unused)
{
	struct policy_text text;
	struct label_rig labels;
	struct rig rig;
	struct label l;
	unsigned passed = 0, translated = 0;

	(void)unused;
	policy_text_init(&text, CHECKED);
	label_rig_init(&labels);
	label_init(&l);
	labels.labels.to.governing.list[0] = &labels.red_low;
	rig_init(&rig, text.table, RIG_HEADER);
	for (unsigned i = 0; i < ROUNDS; i++) {
		bool passes;

		random_agreement(&labels);
		random_label(labels.policies.list[any(2)], &l);
		passes = round_passes(&labels, &rig, &l);
		passed += passes;
		translated += passes && labels.to.policy && l.policy != labels.to.policy;
	}
	assert_true(passed > LEAST && passed < ROUNDS - LEAST && translated > LEAST);
	label_fini(&l);
	rig_fini(&rig);
	label_rig_fini(&labels);
	policy_text_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_passes_is_granted_as_what_it_goes_out_as),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
