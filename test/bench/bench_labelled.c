/* SPDX-License-Identifier: MIT */
/*
 * What a label costs on its way through the filter, its element read included: a message with one
 * under a policy that checks labels, less the same message under one that does not. The policy has
 * hundreds of categories, the label eleven values.
 *
 *   bench_labelled <policies>                   best and median of a few rounds
 *   bench_labelled <policies> <what> <count>    no clock: for callgrind; <what> is none, ess,
 *                                               stanag4774 or stanag4778, and "-unchecked",
 *                                               "-checked", or "-new": a label that did not come
 *                                               before
 */
#include "../unit/filter_rig.h"

#include "label/clearance.h"
#include "label/resolve.h"
#include "label/securitylabel_choose.h"

#include <time.h>

enum { VALUES = 8, ROUNDS = 15, MESSAGES = 20000, LABELS = 512 };

struct bench {
	struct label_policies policies;
	struct clearance clearance;
	struct rig_policy policy;
	struct rig rig;
	struct buf messages[LABELS];
	unsigned n; /* of them */
};

enum how { UNCHECKED, CHECKED, ANEW };
static const char *const hows[] = { "unchecked", "checked", "new" };

static const struct what {
	const char *name;
	enum securitylabel_kind kind;
} whats[] = {
	{ "none", SECURITYLABEL_EMPTY },
	{ "ess", SECURITYLABEL_ESS },
	{ "stanag4774", SECURITYLABEL_4774 },
	{ "stanag4778", SECURITYLABEL_4778 },
};

static void must(bool good)
{
	if (!good)
		abort();
}

static void add(struct label *l, const struct spif_category *k)
{
	struct label_category *c = label_add(l);

	must(c && label_keep(l, &c->set_id, k->tag->set->id));
	c->kind = k->tag->kind;
	c->form = k->tag->form;
	c->has_lacv = true;
	c->lacv = k->lacv;
}

/* SECRET, to some states, with two caveats; each time others. */
static void put_label(
	const struct spif *s, enum securitylabel_kind kind, unsigned i, struct buf *out)
{
	const struct securitylabel_form form = {
		.kind = kind,
		.role = STANAG4774_ORIGINATOR,
		.content_ns = STR("jabber:server"),
		.times = { .created = 1800000000, .review = LABEL_NO_TIME },
	};
	const struct spif_tag *states = &s->sets[0].tags[0];
	struct securitylabel_marking marking = { .text = STR("SECRET") };
	struct label_verdict v;
	struct buf payload = { 0 };
	struct label l;

	label_init(&l);
	must(label_keep(&l, &l.policy_id, s->id));
	l.has_class_lacv = true;
	l.class_lacv = 4;
	add(&l, &states->categories[7]);
	for (unsigned k = 0; k < VALUES; k++)
		add(&l, &states->categories[(i * 13 + k * 7) % states->ncategories]);
	add(&l, &s->sets[2].tags[0].categories[0]);
	add(&l, &s->sets[2].tags[0].categories[4]);
	must(spif_resolve_label(s, &l, &v));
	must(securitylabel_write_payload(&l, &form, &payload));
	securitylabel_write(out, NULL, SECURITYLABEL_REPLACE, buf_view(&payload), &marking);
	buf_fini(&payload);
	label_fini(&l);
}

static void begin(struct bench *b, const char *folder, const struct what *what, enum how how)
{
	unsigned n = how == ANEW ? LABELS : 1;
	MEM_AUTO char *path = mem_printf("%s/large.xml", folder);
	struct spif *s = spif_load(path, 0, NULL);
	const struct policy *list[] = { &b->policy.policy };
	struct label_verdict v;

	memset(b, 0, sizeof(*b));
	must(s && label_policies_add(&b->policies, s, NULL));
	clearance_init(&b->clearance);
	b->clearance.policy_id = s->id;
	must(clearance_add_up_to(&b->clearance, s, STR("TOP SECRET")));
	must(clearance_add_value(&b->clearance, s, STR("Caveats"), STR("*")));
	must(clearance_add_value(&b->clearance, s, STR("Releasable To"), STR("*")));
	must(spif_resolve_clearance(s, &b->clearance, &v) == 0);
	rig_policy_init(&b->policy, "off", "");
	b->policy.policy.labels.check = how != UNCHECKED;
	b->policy.policy.labels.unlabelled_iq = b->policy.policy.iq;
	policy_set_free(b->policy.set);
	b->policy.set = policy_set_new();
	b->policy.table = policy_set_merge(b->policy.set, list, 1);
	rig_init(&b->rig, b->policy.table, RIG_HEADER);
	b->rig.context.labels.policies = &b->policies;
	b->rig.context.labels.now = 1800000000;
	b->rig.context.labels.plan = 1;
	b->rig.context.labels.from.governing.list[0] = &b->clearance;
	b->rig.context.labels.to.governing.list[0] = &b->clearance;
	b->rig.context.labels.from.governing.n = b->rig.context.labels.to.governing.n = 1;
	b->n = n;
	for (unsigned i = 0; i < n; i++) {
		buf_printf(&b->messages[i],
			"<message from='ann@a.example/x' to='bob@b.example' type='chat' id='m%04u'>"
			"<body>The meeting is moved to eleven, same room.</body>",
			i);
		if (what->kind != SECURITYLABEL_EMPTY)
			put_label(s, what->kind, i, &b->messages[i]);
		buf_printf(&b->messages[i], "</message>");
	}
}

static void end(struct bench *b)
{
	for (unsigned i = 0; i < b->n; i++)
		buf_fini(&b->messages[i]);
	rig_fini(&b->rig);
	rig_policy_fini(&b->policy);
	clearance_fini(&b->clearance);
	label_policies_fini(&b->policies);
}

static void pass(struct bench *b, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		struct str in = buf_view(&b->messages[i % b->n]), piece;
		size_t used;

		must(scanner_next(&b->rig.scanner, in, &piece, &used) == SCAN_ELEMENT);
		must(xml_reader_element(b->rig.reader, piece, filter_sink, b->rig.filter) ==
			READ_OK);
		must(filter_finish(b->rig.filter, piece.n)->verdict == VERDICT_PASS);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double measure(struct bench *b)
{
	double ns[ROUNDS];

	pass(b, MESSAGES);
	for (unsigned i = 0; i < ROUNDS; i++) {
		double from = seconds();

		pass(b, MESSAGES);
		ns[i] = (seconds() - from) * 1e9 / MESSAGES;
	}
	qsort(ns, ROUNDS, sizeof(ns[0]), by_size);
	printf("best %6.0f median %6.0f ns a message", ns[0], ns[ROUNDS / 2]);
	return ns[ROUNDS / 2];
}

static void measure_all(const char *folder)
{
	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		double base = 0;

		for (enum how how = UNCHECKED; how <= ANEW; how++) {
			struct bench b;
			double ns;

			begin(&b, folder, &whats[i], how);
			printf("%-10s %-9s ", whats[i].name, hows[how]);
			ns = measure(&b);
			base = how == UNCHECKED ? ns : base;
			printf(", %+5.0f ns, %zu bytes\n", ns - base, buf_len(&b.messages[0]));
			end(&b);
			if (whats[i].kind == SECURITYLABEL_EMPTY)
				break;
		}
	}
}

static bool run(const char *folder, const char *what, unsigned long count)
{
	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
		for (enum how how = UNCHECKED; how <= ANEW; how++) {
			MEM_AUTO char *name = mem_printf("%s-%s", whats[i].name, hows[how]);
			struct bench b;

			if (strcmp(what, name) != 0)
				continue;
			begin(&b, folder, &whats[i], how);
			pass(&b, count);
			end(&b);
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	xml_reader_global_init();
	if (argc == 4)
		return !run(argv[1], argv[2], strtoul(argv[3], NULL, 10));
	if (argc != 2)
		return 1;
	measure_all(argv[1]);
	return 0;
}
