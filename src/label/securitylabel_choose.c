/* SPDX-License-Identifier: MIT */
/*
 * Choosing and writing. The originator's label comes first, then what stands beside it in the same
 * binding, then equivalent labels, in their order; labels of metadata never count. What cannot be
 * read might have been the one, so it denies unless the originator's label was found before.
 */
#include "label/securitylabel_choose.h"

#include "base/digest.h"
#include "base/mem.h"
#include "label/ess.h"
#include "label/fold.h"

/* ---- choosing ---- */

struct policy {
	struct str id, name;
};

/* Identifiers say it when both have one; else names, compared as they are when the label is found
 * in the policy: one that is ours must not pass for foreign. */
static bool is_of(const struct label *l, const struct policy *p)
{
	if (l->policy_id.n && p->id.n)
		return str_eq(l->policy_id, p->id);
	return l->policy_name.n && p->name.n &&
	       (str_eq(l->policy_name, p->name) || label_fold_eq(l->policy_name, p->name));
}

static bool in_role(const struct stanag4778_label *l, enum stanag4774_role role)
{
	return role == STANAG4774_NONE ? l->role != STANAG4774_METADATA : l->role == role;
}

/* STANAG4774_NONE: in any role but that of metadata. */
static const struct stanag4778_label *find(const struct securitylabel_payload *p,
	const struct policy *policy, enum stanag4774_role role)
{
	for (unsigned i = 0; !p->fault && i < p->labels.n; i++)
		if (in_role(&p->labels.labels[i], role) &&
			is_of(&p->labels.labels[i].label, policy))
			return &p->labels.labels[i];
	return NULL;
}

static enum label_choice found(
	const struct stanag4778_label *l, enum label_source source, struct label_chosen *out)
{
	*out = (struct label_chosen){ .label = &l->label, .source = source, .covers = l->covers };
	return LABEL_FOUND;
}

static enum label_choice malformed(const char *fault, struct label_chosen *out)
{
	*out = (struct label_chosen){ .fault = fault };
	return LABEL_MALFORMED;
}

static enum label_choice none_found(const struct securitylabel *s, struct label_chosen *out)
{
	*out = (struct label_chosen){ 0 };
	for (unsigned i = 0; i < s->nequivalents; i++)
		if (s->equivalents[i].fault)
			return malformed(s->equivalents[i].fault, out);
	return s->label.kind == SECURITYLABEL_EMPTY ? LABEL_ABSENT : LABEL_FOREIGN;
}

enum label_choice securitylabel_choose(const struct securitylabel *s, struct str policy_id,
	struct str policy_name, bool assume_policy, struct label_chosen *chosen_out)
{
	const struct policy policy = { policy_id, policy_name };
	const struct stanag4778_label *l;
	const struct label *primary;

	if (s->label.fault)
		return malformed(s->label.fault, chosen_out);
	l = find(&s->label, &policy, STANAG4774_ORIGINATOR);
	if (l)
		return found(l, LABEL_PRIMARY, chosen_out);
	primary = securitylabel_primary(s);
	if (assume_policy && primary && !primary->policy_id.n && !primary->policy_name.n) {
		*chosen_out = (struct label_chosen){ .label = primary, .assumed = true };
		return LABEL_FOUND;
	}
	l = find(&s->label, &policy, STANAG4774_ALTERNATIVE);
	if (l)
		return found(l, LABEL_ALTERNATIVE, chosen_out);
	for (unsigned i = 0; i < s->nequivalents; i++) {
		l = find(&s->equivalents[i], &policy, STANAG4774_NONE);
		if (l)
			return found(l, LABEL_EQUIVALENT, chosen_out);
	}
	return none_found(s, chosen_out);
}

const struct label *securitylabel_primary(const struct securitylabel *s)
{
	for (unsigned i = 0; !s->label.fault && i < s->label.labels.n; i++)
		if (s->label.labels.labels[i].role == STANAG4774_ORIGINATOR)
			return &s->label.labels.labels[i].label;
	return NULL;
}

/* ---- writing ---- */

static bool write_ess(const struct label *l, struct buf *out)
{
	struct buf der = { 0 };
	MEM_AUTO char *text = NULL;
	bool ok = ess_write_label(l, &der);

	if (ok) {
		text = mem_alloc(4 * ((buf_len(&der) + 2) / 3) + 1);
		digest_base64_encode(buf_view(&der), text);
		buf_printf(out,
			"<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>%s</esssecuritylabel>",
			text);
	}
	buf_fini(&der);
	return ok;
}

static bool write_binding(
	const struct label *l, const struct securitylabel_form *form, struct buf *out)
{
	/* Only read; the label is not copied. */
	const struct stanag4778_label one = { form->role, form->covers, *l };

	return stanag4778_write(&one, 1, form->content_ns, form->times, out);
}

bool securitylabel_write_payload(
	const struct label *l, const struct securitylabel_form *form, struct buf *out)
{
	switch (form->kind) {
	case SECURITYLABEL_ESS: return write_ess(l, out);
	case SECURITYLABEL_4774: return stanag4774_write_label(l, form->role, form->times, out);
	case SECURITYLABEL_4778: return write_binding(l, form, out);
	case SECURITYLABEL_EMPTY:
	case SECURITYLABEL_ISM:
	case SECURITYLABEL_UNKNOWN: break;
	}
	return false;
}

static void put_colour(struct buf *out, const char *attr, struct str value)
{
	if (!value.n)
		return;
	buf_printf(out, " %s='", attr);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

static void put_marking(struct buf *out, const struct securitylabel_marking *m)
{
	if (!m->text.n)
		return;
	buf_printf(out, "<displaymarking");
	put_colour(out, "fgcolor", m->foreground);
	put_colour(out, "bgcolor", m->background);
	buf_put_char(out, '>');
	xml_escape_text(out, m->text);
	buf_printf(out, "</displaymarking>");
}

static void put_holder(struct buf *out, const char *name, struct str payload)
{
	buf_printf(out, payload.n ? "<%s>" : "<%s/>", name);
	if (!payload.n)
		return;
	buf_put(out, payload);
	buf_printf(out, "</%s>", name);
}

void securitylabel_write(struct buf *out, const struct securitylabel *was,
	enum securitylabel_rewrite rewrite, struct str payload,
	const struct securitylabel_marking *marking)
{
	struct str before = was ? was->label.xml : STR(""), first = payload, second = STR("");

	if (was && rewrite == SECURITYLABEL_ADD_EQUIVALENT) {
		first = before;
		second = payload;
	} else if (rewrite == SECURITYLABEL_SWAP) {
		second = before;
	}
	buf_printf(out, "<securitylabel xmlns='" SECURITYLABEL_NS "'>");
	put_marking(out, marking);
	put_holder(out, "label", first);
	if (second.n)
		put_holder(out, "equivalentlabel", second);
	buf_printf(out, "</securitylabel>");
}

void securitylabel_write_marked(struct buf *out, const struct securitylabel *was,
	const struct securitylabel_marking *marking)
{
	buf_printf(out, "<securitylabel xmlns='" SECURITYLABEL_NS "'>");
	put_marking(out, marking);
	put_holder(out, "label", was->label.xml);
	for (unsigned i = 0; i < was->nequivalents; i++)
		put_holder(out, "equivalentlabel", was->equivalents[i].xml);
	buf_printf(out, "</securitylabel>");
}
