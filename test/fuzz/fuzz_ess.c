/* SPDX-License-Identifier: MIT */
/*
 * Labels and clearances in ASN.1. Input: a letter (l label, c clearance, d directory attributes, a
 * attribute, x constraints), then the bytes. What is a label is one element to libcrypto too; it is
 * written unless something in it is unknown, and reads back to the same label and the same bytes;
 * no beginning of it is one. Object identifiers are written as libcrypto writes them.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "label/ess.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <string.h>

static void check_element(struct str in)
{
	const unsigned char *p = (const unsigned char *)in.p;
	ASN1_TYPE *type = d2i_ASN1_TYPE(NULL, &p, (long)in.n);

	MUST(type && p == (const unsigned char *)in.p + in.n);
	ASN1_TYPE_free(type);
}

static void check_oid(struct str text)
{
	MEM_AUTO char *z = str_dup(text);
	ASN1_OBJECT *theirs = OBJ_txt2obj(z, 1);
	struct buf ours = { 0 };

	if (!text.n)
		return;
	MUST(ber_put_oid(&ours, BER_OID, text));
	MUST(theirs && OBJ_length(theirs) + 2 <= buf_len(&ours));
	MUST(str_ends(buf_view(&ours),
		(struct str){ (const char *)OBJ_get0_data(theirs), OBJ_length(theirs) }));
	ASN1_OBJECT_free(theirs);
	buf_fini(&ours);
}

static bool check_categories(const struct label_category *c, unsigned n)
{
	bool known = true;

	for (unsigned i = 0; i < n; i++) {
		check_oid(c[i].set_id);
		check_oid(c[i].unknown_type);
		MUST((c[i].unknown_type.n > 0) != (c[i].has_lacv && c[i].set_id.n > 0));
		known &= c[i].unknown_type.n == 0;
	}
	return known;
}

static bool is_label(struct str in)
{
	const char *fault;
	struct label l;
	bool is;

	label_init(&l);
	is = ess_read_label(in, &l, &fault);
	MUST(is == (fault == NULL));
	label_fini(&l);
	return is;
}

static void check_label_again(const struct label *l)
{
	struct buf der = { 0 }, again = { 0 };
	struct label back;
	const char *fault;

	label_init(&back);
	MUST(ess_write_label(l, &der));
	/* Segments and long lengths become shorter, bit maps and sets too. */
	MUST(buf_len(&der) <= ESS_LABEL_MAX);
	MUST(ess_read_label(buf_view(&der), &back, &fault));
	MUST(label_equal(l, &back));
	MUST(ess_write_label(&back, &again));
	MUST(str_eq(buf_view(&der), buf_view(&again)));
	label_fini(&back);
	buf_fini(&der);
	buf_fini(&again);
}

static void check_label(struct str in)
{
	const char *fault;
	struct label l;

	label_init(&l);
	if (ess_read_label(in, &l, &fault)) {
		check_element(in);
		check_oid(l.policy_id);
		MUST(!l.has_class_lacv || l.class_lacv < LABEL_CLASSES);
		if (check_categories(l.categories, l.ncategories))
			check_label_again(&l);
		for (size_t n = 0; n < in.n && in.n < 200; n++)
			MUST(!is_label((struct str){ in.p, n }));
	}
	label_fini(&l);
}

static bool same_clearance(const struct clearance *a, const struct clearance *b)
{
	bool same = str_eq(a->policy_id, b->policy_id) &&
		    memcmp(a->classes, b->classes, sizeof(a->classes)) == 0;

	for (unsigned i = 0; i < a->ncategories && same; i++) {
		unsigned k = 0;

		while (k < b->ncategories &&
			!label_category_equal(&a->categories[i], &b->categories[k]))
			k++;
		same = k < b->ncategories;
	}
	return same;
}

static void check_clearance_again(const struct clearance *c)
{
	struct buf der = { 0 }, again = { 0 };
	struct clearance back;
	const char *fault;

	clearance_init(&back);
	MUST(ess_write_clearance(c, &der));
	MUST(ess_read_clearance(buf_view(&der), &back, &fault));
	MUST(same_clearance(c, &back) && same_clearance(&back, c));
	MUST(ess_write_clearance(&back, &again));
	MUST(str_eq(buf_view(&der), buf_view(&again)));
	clearance_fini(&back);
	buf_fini(&der);
	buf_fini(&again);
}

static void check_clearance(const struct clearance *c)
{
	MUST(c->policy_id.n && c->has_classes && !c->nclass_names);
	check_oid(c->policy_id);
	/* Comparing and writing many tags takes its time, which is an administrator's. */
	if (check_categories(c->categories, c->ncategories) && c->ncategories < 1000)
		check_clearance_again(c);
}

static void check_one_clearance(struct str in)
{
	const char *fault;
	struct clearance c;

	clearance_init(&c);
	if (ess_read_clearance(in, &c, &fault)) {
		check_element(in);
		check_clearance(&c);
	} else {
		MUST(fault);
	}
	clearance_fini(&c);
}

static void check_list(struct str in,
	bool (*read)(struct str ber, struct clearance_list *list, const char **fault_out))
{
	struct clearance_list list = { 0 };
	const char *fault = NULL;

	if (read(in, &list, &fault)) {
		MUST(!fault);
		check_element(in);
		for (unsigned i = 0; i < list.n; i++)
			check_clearance(&list.items[i]);
	}
	clearance_list_fini(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data + 1, size - 1 };

	if (!size)
		return 0;
	switch (data[0]) {
	case 'l': check_label(in); break;
	case 'c': check_one_clearance(in); break;
	case 'd': check_list(in, ess_read_directory); break;
	case 'a': check_list(in, ess_read_attribute); break;
	case 'x': check_list(in, ess_read_constraints); break;
	default: break;
	}
	return 0;
}
