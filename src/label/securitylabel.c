/* SPDX-License-Identifier: MIT */
/*
 * securitylabel read (XEP-0258 section 3). The schema has no room for anything but one label, at
 * most one displaymarking and equivalent labels; whatever else is there is a protocol violation
 * (section 5). Colours go into attributes again, so only those of the schema are kept.
 */
#include "label/securitylabel.h"

#include "base/digest.h"
#include "base/mem.h"
#include "label/ess.h"
#include "label/ism.h"

#include <stdlib.h>

#define ESS_NS "urn:xmpp:sec-label:ess:0"

const char *securitylabel_kind_name(enum securitylabel_kind k)
{
	static const char *const names[] = {
		[SECURITYLABEL_EMPTY] = "empty",
		[SECURITYLABEL_ESS] = "ess",
		[SECURITYLABEL_4774] = "stanag4774",
		[SECURITYLABEL_4778] = "stanag4778",
		[SECURITYLABEL_ISM] = "ic-ism",
		[SECURITYLABEL_UNKNOWN] = "unknown",
	};

	return names[k];
}

void securitylabel_payload_fini(struct securitylabel_payload *p)
{
	stanag4778_fini(&p->labels);
	*p = (struct securitylabel_payload){ 0 };
}

void securitylabel_init(struct securitylabel *s)
{
	*s = (struct securitylabel){ 0 };
}

void securitylabel_fini(struct securitylabel *s)
{
	securitylabel_payload_fini(&s->label);
	for (unsigned i = 0; i < s->nequivalents; i++)
		securitylabel_payload_fini(&s->equivalents[i]);
	free(s->equivalents);
	buf_fini(&s->texts);
	securitylabel_init(s);
}

bool securitylabel_signed(const struct securitylabel *s)
{
	bool is = s->label.labels.has_signature;

	for (unsigned i = 0; i < s->nequivalents; i++)
		is |= s->equivalents[i].labels.has_signature;
	return is;
}

/* ---- payloads ---- */

/* xs:base64Binary allows white space; the XEP has an example without padding. NULL: none. */
static char *decode(const char *text, size_t *n_out)
{
	struct buf plain = { 0 };
	char *bytes;

	for (const char *p = text; *p; p++)
		if (!strchr(" \t\r\n", *p))
			buf_put_char(&plain, *p);
	if (buf_len(&plain) % 4 > 1 && !str_ends(buf_view(&plain), STR("=")))
		buf_put(&plain, buf_len(&plain) % 4 == 2 ? STR("==") : STR("="));
	bytes = mem_alloc(buf_len(&plain) + 1);
	if (!digest_base64_decode(buf_view(&plain), bytes, n_out)) {
		free(bytes);
		bytes = NULL;
	}
	buf_fini(&plain);
	return bytes;
}

static void read_ess(struct securitylabel_payload *p, const struct xml_element *e, struct label *l)
{
	MEM_AUTO char *bytes = NULL;
	size_t n = 0;

	if (!e->child)
		bytes = decode(e->text, &n);
	if (!bytes)
		p->fault = "a label that is no base64";
	else
		ess_read_label((struct str){ bytes, n }, l, &p->fault);
}

static enum securitylabel_kind kind_of(const struct xml_element *e)
{
	if (xml_element_is(e, ESS_NS, "esssecuritylabel"))
		return SECURITYLABEL_ESS;
	if (stanag4774_role(e) != STANAG4774_NONE)
		return SECURITYLABEL_4774;
	if (stanag4778_is(e))
		return SECURITYLABEL_4778;
	return ism_is(e) ? SECURITYLABEL_ISM : SECURITYLABEL_UNKNOWN;
}

void securitylabel_read_payload(struct securitylabel_payload *p, const struct xml_element *e)
{
	struct stanag4778_label *one;

	securitylabel_payload_fini(p);
	p->kind = kind_of(e);
	p->ns = str_of(e->ns);
	p->name = str_of(e->name);
	switch (p->kind) {
	case SECURITYLABEL_4778: stanag4778_read(e, &p->labels, &p->fault); return;
	case SECURITYLABEL_ESS:
	case SECURITYLABEL_4774:
	case SECURITYLABEL_ISM: break;
	case SECURITYLABEL_EMPTY:
	case SECURITYLABEL_UNKNOWN: return;
	}
	one = stanag4778_add(&p->labels);
	one->role = STANAG4774_ORIGINATOR;
	if (p->kind == SECURITYLABEL_ESS) {
		read_ess(p, e, &one->label);
	} else if (p->kind == SECURITYLABEL_ISM) {
		ism_read(e, &one->label, &p->fault);
	} else {
		one->role = stanag4774_role(e);
		stanag4774_read_label(e, &one->label, &p->fault);
	}
}

/* ---- the element ---- */

struct reading {
	struct securitylabel *out;
	const struct label_intake *in;
	unsigned *piece;
	const char *fault;
	bool label, marking; /* were there */
};

static void fail(struct reading *r, const char *fault)
{
	if (!r->fault)
		r->fault = fault;
}

/* label or equivalentlabel. */
static void read_holder(
	struct reading *r, const struct xml_element *e, struct securitylabel_payload *p)
{
	if (str_trim(str_of(e->text)).n)
		return fail(r, "text where a label has to be");
	if (!e->child)
		return;
	if (e->child->next)
		return fail(r, "two labels in one place");
	securitylabel_read_payload(p, e->child);
	if (r->in)
		p->xml = label_intake_piece(r->in, (*r->piece)++);
}

static void read_label(struct reading *r, const struct xml_element *e)
{
	if (r->label)
		return fail(r, "two labels");
	r->label = true;
	read_holder(r, e, &r->out->label);
}

static void read_equivalent(struct reading *r, const struct xml_element *e)
{
	struct securitylabel *s = r->out;
	struct securitylabel_payload *p;

	if (s->nequivalents == SECURITYLABEL_EQUIVALENTS_MAX)
		return fail(r, "too many equivalent labels");
	s->equivalents =
		mem_resize(s->equivalents, (s->nequivalents + 1) * sizeof(*s->equivalents));
	p = &s->equivalents[s->nequivalents++];
	*p = (struct securitylabel_payload){ 0 };
	read_holder(r, e, p);
	if (!e->child)
		fail(r, "an equivalent label that is empty");
}

/* A colour of the schema: a name of letters, or # and six digits. */
static bool is_colour(struct str s)
{
	bool hex = s.n == 7 && s.p[0] == '#';

	for (size_t i = hex; i < s.n; i++) {
		bool letter = (s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= (hex ? 'f' : 'z');

		if (!letter && !(hex && s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	}
	return s.n && s.n <= 20;
}

static struct str colour(const struct xml_element *e, const char *attr)
{
	struct str s = str_of(xml_element_attr(e, attr));

	return is_colour(s) ? s : STR("");
}

/* Three texts in one buf, which must not move once there are views of it. */
static void read_marking(struct reading *r, const struct xml_element *e)
{
	struct securitylabel *s = r->out;
	struct str text = str_trim(str_of(e->text)), fg = colour(e, "fgcolor"),
		   bg = colour(e, "bgcolor");
	const char *p;

	if (r->marking)
		return fail(r, "two display markings");
	if (e->child || text.n > LABEL_STRING_MAX)
		return fail(r, "a display marking that is no text");
	r->marking = true;
	buf_put(&s->texts, text);
	buf_put(&s->texts, fg);
	buf_put(&s->texts, bg);
	p = buf_view(&s->texts).p;
	s->marking = (struct str){ p, text.n };
	s->foreground = (struct str){ p + text.n, fg.n };
	s->background = (struct str){ p + text.n + fg.n, bg.n };
}

bool securitylabel_read_element(struct securitylabel *s, const struct xml_element *e,
	const struct label_intake *in, unsigned *piece, const char **fault_out)
{
	struct reading r = { .out = s, .in = in, .piece = piece };

	securitylabel_fini(s);
	if (!xml_element_is(e, SECURITYLABEL_NS, "securitylabel"))
		fail(&r, "no security label");
	else if (str_trim(str_of(e->text)).n)
		fail(&r, "text where a label has to be");
	for (const struct xml_element *c = e->child; c && !r.fault; c = c->next) {
		if (xml_element_is(c, SECURITYLABEL_NS, "label"))
			read_label(&r, c);
		else if (xml_element_is(c, SECURITYLABEL_NS, "equivalentlabel"))
			read_equivalent(&r, c);
		else if (xml_element_is(c, SECURITYLABEL_NS, "displaymarking"))
			read_marking(&r, c);
		else
			fail(&r, "an element that a security label does not have");
	}
	if (!r.label)
		fail(&r, "a security label without a label");
	*fault_out = r.fault;
	return !r.fault;
}

bool securitylabel_read(
	struct securitylabel *s, const struct label_intake *in, const char **fault_out)
{
	const struct xml_element *e = label_intake_tree(in);
	unsigned piece = 0;

	if (e)
		return securitylabel_read_element(s, e, in, &piece, fault_out);
	securitylabel_fini(s);
	*fault_out = "a security label that is too large";
	return false;
}
