/* SPDX-License-Identifier: MIT */
/*
 * Labels on their way through the filter, from an enemy, between two sides that have agreed about
 * them. The first four bytes of the input are the agreement (struct agreed), the rest is what a
 * peer sends after its stream header. Whatever goes on is well-formed; each message in it has one
 * label where one is needed, and that is judged afresh, by itself: found under the recipient's
 * policy, valid, and within the clearances that hold there; catalogues offer nothing else. However
 * the bytes are cut, and whether labels are remembered or not, it is the same.
 */
#include "fuzz.h"
#include "fuzz_random.h"

#include "../unit/label_sides.h"

#include "label/decide.h"
#include "label/map.h"
#include "label/valid.h"
#include "xml/element.h"

enum { FLAGS = 4 };

/* Two bits each for what has choices, one for the rest. */
struct agreed {
	unsigned blue, to_high, deep, from_high, with_default, unlabelled;
	unsigned write, form, show, on_signature;
	unsigned first_line, marks, stamp, catalogs, strip_default, review;
	unsigned strip_labels, strip_unknown, any_iq, subject, signals;
};

static struct agreed read_agreed(const uint8_t *b)
{
	return (struct agreed){
		.blue = b[0] & 1,
		.to_high = b[0] >> 1 & 1,
		.deep = b[0] >> 2 & 1,
		.from_high = b[0] >> 3 & 1,
		.with_default = b[0] >> 4 & 1,
		.unlabelled = (b[0] >> 5 & 3) % 3,
		.strip_labels = b[0] >> 7 & 1,
		.write = b[1] & 3,
		.form = b[1] >> 2 & 3,
		.show = (b[1] >> 4 & 3) % 3,
		.on_signature = (b[1] >> 6 & 3) % 3,
		.first_line = b[2] & 1,
		.marks = b[2] >> 1 & 1,
		.stamp = b[2] >> 2 & 1,
		.catalogs = b[2] >> 3 & 1,
		.strip_default = b[2] >> 4 & 1,
		.review = b[2] >> 5 & 1,
		.strip_unknown = b[2] >> 6 & 1,
		.any_iq = b[2] >> 7 & 1,
		.subject = b[3] & 1,
		.signals = b[3] >> 1 & 1,
	};
}

struct scene {
	struct agreed how;
	struct label_sides sides;
	struct filter_labels both;
	struct label_marks marks;
	struct rig_policy policy;
	char *kinds[4];
};

static char *word(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void set_policy(struct scene *s)
{
	const struct policy *list[] = { &s->policy.policy };
	struct policy_labels *l;

	rig_policy_init(&s->policy, "off",
		s->how.strip_labels    ? "labels"
		: s->how.strip_unknown ? "unknown"
				       : "");
	l = &s->policy.policy.labels;
	l->check = true;
	l->unlabelled = (int)s->how.unlabelled;
	l->subject = s->how.subject ? LABEL_SUBJECT_PASS : LABEL_SUBJECT_CHECK;
	l->signals = s->how.signals ? LABEL_SUBJECT_PASS : LABEL_SUBJECT_CHECK;
	s->kinds[0] = word(s->how.any_iq ? "any" : "labels");
	s->kinds[1] = word("disco");
	l->unlabelled_iq = (struct config_strings){ s->kinds, s->how.any_iq ? 1 : 2 };
	policy_set_free(s->policy.set);
	s->policy.set = policy_set_new();
	s->policy.table = policy_set_merge(s->policy.set, list, 1);
}

static void set_scene(struct scene *s, const uint8_t *flags)
{
	struct label_frame frame = { STR("["), STR("]") };
	struct label_terms *to, *from;

	memset(s, 0, sizeof(*s));
	s->how = read_agreed(flags);
	s->both = label_sides_init(
		&s->sides, s->how.from_high ? "HIGH" : "LOW", s->how.to_high ? "HIGH" : "LOW");
	to = &s->sides.to_terms;
	from = &s->sides.from_terms;
	from->frame = to->frame = frame;
	if (!label_marks_add(&s->marks, STR("RED LOW"), &s->sides.low))
		abort();
	from->marks = s->how.marks ? &s->marks : NULL;
	from->default_label = to->default_label = s->how.with_default ? &s->sides.low : NULL;
	from->stamp = s->how.stamp;
	to->write = (enum label_write)s->how.write;
	to->form = (enum label_form)s->how.form;
	to->show = (enum label_show)s->how.show;
	to->on_signature = (enum label_signed)s->how.on_signature;
	to->review = s->how.review ? 86400 : 0;
	to->first_line = s->how.first_line;
	to->strip_default = s->how.strip_default;
	to->filter_catalogs = s->how.catalogs;
	if (s->how.blue) {
		to->policy = s->sides.blue;
		s->both.to.translated = label_sides_cleared(
			&s->sides, s->sides.blue, s->how.deep ? "DEEP" : "PALE", &s->sides.to_blue);
	}
	set_policy(s);
}

static void clear_scene(struct scene *s)
{
	rig_policy_fini(&s->policy);
	label_marks_fini(&s->marks);
	label_sides_fini(&s->sides);
}

/* ---- judged afresh ---- */

static bool granted(const struct label_cleared *c, const struct label *l)
{
	struct label_verdict v;

	for (unsigned i = 0; i < c->n; i++)
		if (!label_decide(l, c->list[i], &v))
			return false;
	return c->n > 0;
}

/* The label that the recipient goes by; under its own policy, if it has one. */
static void must_be_granted(const struct scene *s, const struct securitylabel *read)
{
	const struct spif *policy = s->how.blue ? s->sides.blue : s->sides.red;
	struct label_chosen chosen = { 0 };
	struct label_verdict v;
	struct label l;
	enum label_choice found =
		securitylabel_choose(read, policy->id, policy->name, false, &chosen);

	/* The default, which was judged as such. */
	if (found == LABEL_ABSENT && s->how.with_default)
		return;
	MUST(found == LABEL_FOUND);
	label_init(&l);
	label_copy(&l, label_at(chosen.label, s->both.now));
	MUST(spif_resolve_label(policy, &l, &v));
	MUST(label_valid(&l, LABEL_OLD, s->both.now, &v));
	MUST(granted(s->how.blue ? &s->both.to.translated : &s->both.to.governing, &l));
	MUST(s->how.blue || granted(&s->both.from.governing, &l));
	label_fini(&l);
}

/* One of a catalogue stays as it was: under the governing policy, or one that maps to it. */
static void must_be_offered(const struct scene *s, const struct securitylabel *read)
{
	const struct label_map_options o = { LABEL_OLD, s->both.now };
	const struct label *primary = securitylabel_primary(read);
	struct label_verdict v;
	struct label l, red;

	if (read->label.kind == SECURITYLABEL_EMPTY && s->how.with_default)
		return;
	MUST(primary);
	label_init(&l);
	label_init(&red);
	label_copy(&l, label_at(primary, s->both.now));
	if (label_policies_find(s->both.policies, l.policy_id, l.policy_name) == s->sides.red) {
		MUST(spif_resolve_label(s->sides.red, &l, &v));
		label_copy(&red, &l);
	} else {
		MUST(spif_resolve_label(s->sides.blue, &l, &v));
		MUST(label_map(s->both.policies, &l, s->sides.red, &o, &red, NULL, &v));
	}
	MUST(label_valid(&red, LABEL_OLD, s->both.now, &v));
	MUST(granted(&s->both.to.governing, &red) && granted(&s->both.from.governing, &red));
	label_fini(&l);
	label_fini(&red);
}

static void check_label(const struct scene *s, const struct xml_element *e, bool offered)
{
	struct securitylabel read;
	const char *fault;
	unsigned piece = 0;

	securitylabel_init(&read);
	MUST(securitylabel_read_element(&read, e, NULL, &piece, &fault));
	MUST(!read.label.fault);
	if (offered)
		must_be_offered(s, &read);
	else
		must_be_granted(s, &read);
	securitylabel_fini(&read);
}

static bool is_content(const struct xml_element *e, const char *name)
{
	return xml_element_is(e, "jabber:server", name) || xml_element_is(e, "jabber:client", name);
}

/* May a message without a label have passed? What crosses may be nothing but a subject, or a
 * signal. */
static bool may_lack(const struct scene *s, bool outer)
{
	return s->how.unlabelled != UNLABELLED_REFUSE || s->how.write == LABEL_WRITE_NONE ||
	       s->how.strip_labels || s->how.strip_default ||
	       (outer && (s->how.subject || s->how.signals));
}

/* Messages that are open around `e`, and whether it is in a catalogue, which says nothing of the
 * stanza. */
static void check_tree(const struct scene *s, const struct xml_element *e, bool outer, bool open)
{
	bool message = is_content(e, "message");
	unsigned labels = 0;

	for (const struct xml_element *c = e->child; c; c = c->next) {
		bool label = xml_element_is(c, SECURITYLABEL_NS, "securitylabel");
		bool in_catalog = open || xml_element_is(c, CATALOG_NS, "catalog");

		labels += label;
		if (label && (!open || s->how.catalogs))
			check_label(s, c, open);
		if (!label)
			check_tree(s, c, false, in_catalog);
	}
	MUST(!message || open || labels <= 1);
	MUST(!message || labels == 1 || may_lack(s, outer));
}

struct listener {
	struct scene *scene;
	struct rig *again; /* NULL: only listen */
	struct buf all;
};

static void check_out(struct listener *l, const struct filter_result *r)
{
	struct xml_element_builder tree = { NULL, NULL };
	struct xml_element *e;

	MUST(xml_reader_element(l->again->reader, r->bytes, xml_element_sink(), &tree) == READ_OK);
	e = xml_element_take(&tree);
	/* Errors are made anew, and answers that are refused are errors. */
	if (e && !r->refused && r->head.type != TYPE_ERROR)
		check_tree(l->scene, e, true, false);
	xml_element_free(e);
}

static void hear(void *arg, const struct filter_result *r)
{
	struct listener *l = arg;

	MUST(r->verdict == VERDICT_PASS || r->verdict == VERDICT_FOLD || r->bytes.n == 0);
	MUST(!r->detail || r->refused || r->verdict == VERDICT_BOUNCE ||
		r->verdict == VERDICT_DROP);
	buf_printf(&l->all, "%s %s %s %s: ", verdict_name(r->verdict), r->reason,
		r->label ? r->label : "-", r->detail ? r->detail : "-");
	buf_put(&l->all, r->bytes);
	if (l->again && r->bytes.n && r->head.kind != STANZA_PRESENCE)
		check_out(l, r);
}

/* The same filter behind another stream. */
static void bind(struct rig *to, struct rig *from)
{
	filter_free(to->filter);
	to->filter = from->filter;
	from->filter = NULL;
	filter_bind(to->filter, to, STR(""), STR(""));
}

static void begin(struct rig *rig, struct listener *l, uint64_t plan)
{
	rig_init(rig, l->scene->policy.table, RIG_HEADER);
	rig->context.labels = l->scene->both;
	rig->context.labels.plan = plan;
	rig->heard = hear;
	rig->heard_arg = l;
}

/* With a plan labels are remembered: all of it came before, then. */
static void run(struct scene *s, struct str in, size_t step, uint64_t plan, struct buf *out)
{
	struct listener l = { .scene = s };
	struct rig before, rig, again;

	begin(&before, &l, plan);
	begin(&rig, &l, plan);
	if (plan) {
		rig_feed(&before, in, SIZE_MAX);
		bind(&rig, &before);
		buf_clear(&l.all);
	}
	rig_init(&again, s->policy.table, RIG_HEADER);
	l.again = &again;
	rig_feed(&rig, in, step);
	*out = l.all;
	rig_fini(&before);
	rig_fini(&rig);
	rig_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;
	struct scene s;
	struct str in;

	if (size < FLAGS)
		return 0;
	fuzz_random_reset();
	xml_reader_global_init();
	set_scene(&s, data);
	in = (struct str){ (const char *)data + FLAGS, size - FLAGS };
	run(&s, in, SIZE_MAX, 0, &whole);
	run(&s, in, 1, 1, &cut);
	if (!str_eq(buf_view(&whole), buf_view(&cut)))
		fprintf(stderr, "%.*s\n%.*s\n", STR_ARG(buf_view(&whole)), STR_ARG(buf_view(&cut)));
	MUST(str_eq(buf_view(&whole), buf_view(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	clear_scene(&s);
	return 0;
}
