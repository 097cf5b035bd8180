/* SPDX-License-Identifier: MIT */
/*
 * Labels in XML, with everything that XEP-0258 puts around them. Input: a letter (s securitylabel,
 * c clearance, g catalogue), then one element of a stream. What is read is written and reads back
 * to the same, from the pieces that the intake has taken and from what the label says; what is
 * written is well-formed; the originator's label counts under its own policy.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "label/catalog.h"
#include "label/securitylabel_choose.h"
#include "xml/reader.h"

#include <string.h>

static const struct stanag4774_times times = { 1767323045, LABEL_NO_TIME };

/* One element, behind a header that declares something. */
static enum read_outcome hear(struct str in, struct xml_sink sink, void *self)
{
	struct xml_reader *reader = xml_reader_new(NULL);
	struct xml_element_builder header = { 0 };
	enum read_outcome outcome;

	MUST(xml_reader_header(reader, STR("<s xmlns='jabber:server' xmlns:db='urn:db'>"),
		     xml_element_sink(), &header) == READ_OK);
	xml_element_free(xml_element_take(&header));
	outcome = xml_reader_element(reader, in, sink, self);
	xml_reader_free(reader);
	return outcome;
}

/* What we have written. */
static void hear_own(struct str in, struct label_intake *out, struct label_intake_limits limits)
{
	label_intake_init(out, limits);
	MUST(hear(in, label_intake_sink(), out) == READ_OK);
}

/* ---- labels ---- */

static void check_label_again(const struct label *l, enum stanag4774_role role)
{
	struct xml_element_builder b = { 0 };
	struct buf xml = { 0 };
	struct xml_element *e;
	const char *fault;
	struct label back;

	label_init(&back);
	MUST(stanag4774_write_label(l, role, times, &xml));
	MUST(hear(buf_view(&xml), xml_element_sink(), &b) == READ_OK);
	e = xml_element_take(&b);
	MUST(stanag4774_role(e) == role);
	MUST(stanag4774_read_label(e, &back, &fault));
	MUST(label_equal(l, &back));
	MUST(back.created == (l->created == LABEL_NO_TIME ? times.created : l->created));
	MUST(back.review == l->review && back.succession == l->succession);
	MUST((l->successor != NULL) == (back.successor != NULL));
	MUST(!l->successor || label_equal(l->successor, back.successor));
	xml_element_free(e);
	label_fini(&back);
	buf_fini(&xml);
}

static void check_payload(const struct securitylabel_payload *p)
{
	bool slab = p->kind == SECURITYLABEL_4774 || p->kind == SECURITYLABEL_4778;

	MUST(p->kind != SECURITYLABEL_EMPTY || (!p->fault && !p->labels.n));
	for (unsigned i = 0; i < p->labels.n && slab && !p->fault; i++)
		check_label_again(&p->labels.labels[i].label, p->labels.labels[i].role);
}

static void same_payload(
	const struct securitylabel_payload *a, const struct securitylabel_payload *b)
{
	MUST(a->kind == b->kind && (a->fault == NULL) == (b->fault == NULL));
	MUST(!a->fault || strcmp(a->fault, b->fault) == 0);
	MUST(str_eq(a->ns, b->ns) && str_eq(a->name, b->name));
	MUST(a->labels.has_signature == b->labels.has_signature && a->labels.n == b->labels.n);
	for (unsigned i = 0; i < a->labels.n && !a->fault; i++) {
		MUST(a->labels.labels[i].role == b->labels.labels[i].role);
		MUST(a->labels.labels[i].covers == b->labels.labels[i].covers);
		MUST(label_equal(&a->labels.labels[i].label, &b->labels.labels[i].label));
	}
}

/* Written again from its piece, the label is the same. */
static void check_pieces(const struct securitylabel *s)
{
	const struct securitylabel_marking marking = { s->marking, s->foreground, s->background };
	struct label_intake in;
	struct securitylabel back;
	struct buf xml = { 0 };
	const char *fault;

	securitylabel_init(&back);
	securitylabel_write(&xml, s, SECURITYLABEL_ADD_EQUIVALENT, STR(""), &marking);
	hear_own(buf_view(&xml), &in, LABEL_INTAKE);
	/* Declarations from further out count now. */
	if (label_intake_tree(&in)) {
		MUST(securitylabel_read(&back, &in, &fault));
		MUST(str_eq(s->marking, back.marking) && str_eq(s->foreground, back.foreground));
		same_payload(&s->label, &back.label);
	}
	securitylabel_fini(&back);
	label_intake_fini(&in);
	buf_fini(&xml);
}

static void check_choice(const struct securitylabel *s)
{
	const struct label *primary = securitylabel_primary(s);
	struct label_chosen chosen;
	enum label_choice choice;

	if (primary && (primary->policy_id.n || primary->policy_name.n)) {
		choice = securitylabel_choose(
			s, primary->policy_id, primary->policy_name, false, &chosen);
		MUST(choice == LABEL_FOUND && chosen.source == LABEL_PRIMARY);
		MUST(chosen.label == primary);
	}
	choice = securitylabel_choose(s, STR("1.3.6.1.4.1.0.77"), STR(""), false, &chosen);
	MUST((choice == LABEL_FOUND) == (chosen.label != NULL));
	MUST((choice == LABEL_MALFORMED) == (chosen.fault != NULL));
	MUST(choice != LABEL_ABSENT || s->label.kind == SECURITYLABEL_EMPTY);
}

static void check_securitylabel(struct str text)
{
	struct label_intake in;
	struct securitylabel s;
	const char *fault = NULL;

	label_intake_init(&in, LABEL_INTAKE);
	securitylabel_init(&s);
	if (hear(text, label_intake_sink(), &in) == READ_OK) {
		bool ok = securitylabel_read(&s, &in, &fault);

		MUST(ok == (fault == NULL));
		if (ok) {
			check_payload(&s.label);
			for (unsigned i = 0; i < s.nequivalents; i++)
				check_payload(&s.equivalents[i]);
			check_pieces(&s);
			check_choice(&s);
		}
	}
	securitylabel_fini(&s);
	label_intake_fini(&in);
}

/* ---- clearances ---- */

static void check_clearance_again(const struct clearance *c)
{
	struct xml_element_builder b = { 0 };
	struct buf xml = { 0 }, again = { 0 };
	struct clearance back;
	struct xml_element *e;
	const char *fault;

	clearance_init(&back);
	MUST(stanag4774_write_clearance(c, &xml));
	MUST(hear(buf_view(&xml), xml_element_sink(), &b) == READ_OK);
	e = xml_element_take(&b);
	MUST(stanag4774_read_clearance(e, &back, &fault));
	MUST(back.nclass_names == c->nclass_names && back.ncategories == c->ncategories);
	MUST(stanag4774_write_clearance(&back, &again));
	MUST(str_eq(buf_view(&xml), buf_view(&again)));
	xml_element_free(e);
	clearance_fini(&back);
	buf_fini(&xml);
	buf_fini(&again);
}

static void check_clearance(struct str text)
{
	struct xml_element_builder b = { 0 };
	struct xml_element *e;
	struct clearance c;
	const char *fault;

	clearance_init(&c);
	if (hear(text, xml_element_sink(), &b) == READ_OK) {
		e = xml_element_take(&b);
		if (stanag4774_read_clearance(e, &c, &fault))
			check_clearance_again(&c);
		else
			MUST(fault);
		xml_element_free(e);
	} else {
		xml_element_free(xml_element_take(&b));
	}
	clearance_fini(&c);
}

/* ---- catalogues ---- */

/* Those with a label; arg: all. */
static bool permit(void *arg, const struct catalog_item *item)
{
	return arg || item->has_label;
}

static void check_catalog_again(const struct catalog *c, bool all)
{
	struct label_intake in;
	struct buf xml = { 0 };
	struct catalog back = { 0 };
	const char *fault;
	unsigned left_out = catalog_write(c, permit, all ? &in : NULL, &xml);

	hear_own(buf_view(&xml), &in, CATALOG_INTAKE);
	if (label_intake_tree(&in)) {
		MUST(catalog_read(&back, &in, &fault));
		MUST(back.n == c->n - left_out && (!all || !left_out));
		for (unsigned i = 0; i < back.n; i++)
			MUST(all || back.items[i].has_label);
		for (unsigned i = 0; i < back.n && all && !c->items[i].fault; i++)
			same_payload(&c->items[i].label.label, &back.items[i].label.label);
	}
	catalog_fini(&back);
	label_intake_fini(&in);
	buf_fini(&xml);
}

static void check_catalog(struct str text)
{
	struct label_intake in;
	struct catalog c = { 0 };
	const char *fault;

	label_intake_init(&in, CATALOG_INTAKE);
	if (hear(text, label_intake_sink(), &in) == READ_OK && catalog_read(&c, &in, &fault)) {
		check_catalog_again(&c, true);
		check_catalog_again(&c, false);
	}
	catalog_fini(&c);
	label_intake_fini(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data + 1, size - 1 };
	static bool ready;

	if (!ready)
		xml_reader_global_init();
	ready = true;
	if (!size)
		return 0;
	switch (data[0]) {
	case 's': check_securitylabel(in); break;
	case 'c': check_clearance(in); break;
	case 'g': check_catalog(in); break;
	default: break;
	}
	return 0;
}
