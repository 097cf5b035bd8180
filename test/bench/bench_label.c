/* SPDX-License-Identifier: MIT */
/*
 * What a label on a message costs once it is decoded: found in the policy, valid, decided for two
 * clearances; and mapping and marking besides.
 *
 *   bench_label <policies>                      one line of JSON each
 *   bench_label <policies> <part> <count>       no clock: for callgrind. Parts: decision, names,
 *                                               map, marking, load
 */
#include "base/mem.h"
#include "label/decide.h"
#include "label/map.h"
#include "label/marking.h"
#include "label/resolve.h"
#include "label/valid.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { VALUES = 8 };

struct rig {
	const char *folder;
	struct label_policies policies;
	const struct spif *large, *red, *blue;
	struct clearance clearance;
	/* What a codec would have read: the tags' identifiers and numbers, or names. */
	struct label numbers, names, red_label;
	struct buf out;
};

static void must(bool good)
{
	if (!good)
		abort();
}

static const struct spif *load(struct rig *r, const char *name)
{
	MEM_AUTO char *path = mem_printf("%s/%s.xml", r->folder, name);
	struct spif *s = spif_load(path, 0, NULL);

	must(s && label_policies_add(&r->policies, s, NULL));
	return s;
}

static void add(struct label *l, const struct spif_category *k, bool names)
{
	struct label_category *c = label_add(l);

	must(c);
	c->kind = k->tag->kind;
	if (names) {
		must(label_keep(l, &c->set_name, k->tag->set->name));
		must(label_keep(l, &c->value, k->name));
		return;
	}
	must(label_keep(l, &c->set_id, k->tag->set->id));
	c->form = k->tag->form;
	c->has_lacv = true;
	c->lacv = k->lacv;
}

/* SECRET, to some states, with two caveats. */
static void write_label(const struct spif *s, struct label *l, bool names)
{
	label_init(l);
	must(label_keep(l, &l->policy_id, s->id));
	l->has_class_lacv = !names;
	l->class_lacv = 4;
	must(label_keep(l, &l->class_name, names ? STR("SECRET") : STR("")));
	for (unsigned i = 0; i < VALUES; i++)
		add(l, &s->sets[0].tags[0].categories[i * 7], names);
	add(l, &s->sets[2].tags[0].categories[0], names);
	add(l, &s->sets[2].tags[0].categories[4], names);
}

static void set_up(struct rig *r)
{
	struct label_verdict v;
	struct label_category *c;

	r->large = load(r, "large");
	r->red = load(r, "red");
	r->blue = load(r, "blue");
	must(label_policies_govern(&r->policies, STR("RED")));
	write_label(r->large, &r->numbers, false);
	write_label(r->large, &r->names, true);
	clearance_init(&r->clearance);
	r->clearance.policy_id = r->large->id;
	must(clearance_add_up_to(&r->clearance, r->large, STR("TOP SECRET")));
	must(clearance_add_value(&r->clearance, r->large, STR("Caveats"), STR("*")));
	must(clearance_add_value(&r->clearance, r->large, STR("Releasable To"),
		r->large->sets[0].tags[0].categories[7].name));
	must(spif_resolve_clearance(r->large, &r->clearance, &v) == 0);
	label_init(&r->red_label);
	r->red_label.policy_name = r->red->name;
	r->red_label.class_name = STR("MIDDLE");
	for (unsigned i = 0; i < 2; i++) {
		c = label_add(&r->red_label);
		c->set_name = STR("Releasable To");
		c->value = i ? STR("XAA") : STR("XBB");
	}
	must(spif_resolve_label(r->red, &r->red_label, &v));
	buf_init(&r->out, 0);
}

static void tear_down(struct rig *r)
{
	label_fini(&r->numbers);
	label_fini(&r->names);
	label_fini(&r->red_label);
	clearance_fini(&r->clearance);
	label_policies_fini(&r->policies);
	buf_fini(&r->out);
}

/* A label as read; resolved anew each time; valid; decided for the sender's and the recipient's
 * peer. */
static void decide(struct rig *r, const struct label *read, unsigned long count)
{
	struct label l;

	label_init(&l);
	for (unsigned long i = 0; i < count; i++) {
		struct label_verdict v;

		label_copy(&l, read);
		must(spif_resolve_label(r->large, &l, &v));
		must(label_valid(&l, LABEL_OLD, 1780000000, &v));
		must(label_decide(&l, &r->clearance, &v));
		must(label_decide(&l, &r->clearance, &v));
	}
	label_fini(&l);
}

static void map(struct rig *r, unsigned long count)
{
	const struct label_map_options o = { .age = LABEL_OLD, .now = 1780000000 };
	struct label to;

	label_init(&to);
	for (unsigned long i = 0; i < count; i++) {
		struct label_verdict v;

		must(label_map(&r->policies, &r->red_label, r->blue, &o, &to, NULL, &v));
	}
	label_fini(&to);
}

static void mark(struct rig *r, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		buf_clear(&r->out);
		must(label_marking(&r->red_label, SPIF_PAGE_TOP, STR("fr"), &r->out));
	}
}

static void load_often(struct rig *r, unsigned long count)
{
	MEM_AUTO char *path = mem_printf("%s/large.xml", r->folder);

	for (unsigned long i = 0; i < count; i++)
		spif_free(spif_load(path, 0, NULL));
}

static void run(struct rig *r, const char *part, unsigned long count)
{
	if (strcmp(part, "decision") == 0)
		decide(r, &r->numbers, count);
	else if (strcmp(part, "names") == 0)
		decide(r, &r->names, count);
	else if (strcmp(part, "map") == 0)
		map(r, count);
	else if (strcmp(part, "marking") == 0)
		mark(r, count);
	else
		load_often(r, count);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	static const char *const parts[] = { "decision", "names", "map", "marking", "load" };
	struct rig r = { .folder = argc > 1 ? argv[1] : "." };

	set_up(&r);
	if (argc == 4)
		run(&r, argv[2], strtoul(argv[3], NULL, 10));
	for (size_t i = 0; argc < 4 && i < sizeof(parts) / sizeof(*parts); i++) {
		unsigned long count = strcmp(parts[i], "load") ? 200000 : 50;
		double start = seconds();

		run(&r, parts[i], count);
		printf("{\"label\": \"%s\", \"ns\": %.0f}\n", parts[i],
			(seconds() - start) / (double)count * 1e9);
	}
	tear_down(&r);
	return 0;
}
