/* SPDX-License-Identifier: MIT */
/*
 * Who does what in the filter. filter.c hears events and keeps depth; filter_stanza.c opens stanzas
 * and reduces their attributes; filter_child.c decides children; filter_inner.c what is in them;
 * filter_error.c what is in an error; filter_carrier.c those that their content decides; presence.c
 * and message.c hold what is special to those; filter_refuse.c says what a refusal means;
 * filter_label.c finds labels, filter_judge.c judges them, filter_relabel.c writes them again,
 * filter_first_line.c has markings in bodies; filter_address.c holds addresses against
 * lists and flows; filter_result.c makes the result. Included by them alone. filter_inside.h and
 * filter_content.h have the rest.
 */
#pragma once

#include "policy/filter_address.h"
#include "policy/filter_inside.h"
#include "policy/filter_kinds.h"
#include "policy/filter_refuse.h"

/* Attributes that mean something on stanzas and their core children. */
enum attr_bit {
	ATTR_OTHER = 0,
	ATTR_FROM = 1,
	ATTR_TO = 2,
	ATTR_ID = 4,
	ATTR_TYPE = 8,
	ATTR_LANG = 16,
	ATTR_PARENT = 32,
	ATTR_BY = 64,
	ATTR_CODE = 128, /* of errors before RFC 3920 (XEP-0086) */
	ATTR_STANZA = ATTR_FROM | ATTR_TO | ATTR_ID | ATTR_TYPE | ATTR_LANG,
};

/* ---- filter_stanza.c ---- */
/* Opens the shadow lane too, where the table has a shadow. */
void filter_open(struct filter *f, const struct xml_tag *tag);
/* A stanza inside another: a new frame, and its start tag written. */
void filter_open_inner(struct filter *f, const struct xml_tag *tag, enum stanza_kind kind);
/* Is this element a stanza, whatever it stands in? */
bool filter_is_stanza(const struct xml_tag *tag, enum stanza_kind *kind_out);
enum attr_bit filter_attr_bit(const struct xml_attr *a);
/* The tag as it is written when attributes outside `allowed` (enum attr_bit) and declarations that
 * the catalogue does not know are stripped or folded: the tag itself when there is nothing to do.
 */
const struct xml_tag *filter_reduce(
	struct filter *f, const struct xml_tag *tag, unsigned allowed, struct xml_tag *copy);
/* The tag without attributes whose namespace is of a feature that is stripped; one that is blocked
 * refuses the stanza. The tag itself when it has none. Before anything else is made of it. */
const struct xml_tag *filter_attributes(
	struct filter *f, const struct xml_tag *tag, struct xml_tag *copy);
/* Room for the attributes of a copied tag; used again by the next one. */
struct xml_attr *filter_attrs(struct filter *f, unsigned n);

/* ---- filter_head.c ---- */
/* Before anything is written: does the start tag refuse the stanza? */
void filter_head_judge(struct filter *f);
/* Is this a kind of IQ that may not pass? Then it is refused. For the payload, and for what stands
 * in one that is a carrier. */
bool filter_iq_refuses(struct filter *f, const struct frame *fr, enum feature feature);

/* ---- filter_child.c ---- */
void filter_child(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* What an element with ROW_REFERS is about, when that is stripped; else `own`. */
enum feature filter_referred(const struct filter *f, const struct xml_tag *tag, enum feature own);
/* Leaves the open child out, as the policy that strips `feature` says: it is skipped to its end. */
void filter_strip(struct filter *f, struct frame *fr, enum feature feature);
/* What that means for the stanza. */
void filter_left_out(struct filter *f, struct frame *fr, enum feature feature);
/* The child has ended, and was not skipped. */
void filter_child_end(struct filter *f, struct frame *fr);

/* Is this the {muc}x by which a room is entered (XEP-0045 7.2)? */
bool filter_is_join(const struct xml_tag *tag);

/* ---- filter_inner.c ---- */
/* An element in what is left out: that lets nothing out, but a blocked feature refuses the stanza
 * wherever it stands. */
void filter_look(struct filter *f, const struct xml_tag *tag);
/* Below a child. */
void filter_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* May an element below a child stay? If not, *out is the feature that is stripped. */
bool filter_inner_passes(struct filter *f, const struct xml_tag *tag, enum feature *out);
/* The element that is open now goes, and what it stands in stays. */
void filter_inner_strip(struct filter *f, const struct frame *fr, enum feature feature);
/* Writes a start tag inside something that is kept. May move the frames. */
void filter_keep(struct filter *f, const struct xml_tag *tag);

/* ---- filter_attribute.c ---- */
/* Of an element of XHTML-IM or a carrier: what an attribute says that is refused, else `own`. */
enum feature filter_attributes_say(struct filter *f, const struct xml_tag *tag, enum feature own);
static inline enum feature filter_says(
	struct filter *f, const struct xml_tag *tag, unsigned flags, enum feature own)
{
	bool asks = own == FEATURE_HTML || (flags & ROW_CARRIER);

	if (!asks || f->table->transparent || !filter_passes(f, own))
		return own;
	return filter_attributes_say(f, tag, own);
}

/* ---- filter_result.c ---- */
void filter_result_reset(struct filter *f);
/* Something is left out. The first thing that is gives the reason. */
void filter_removed(
	struct filter *f, enum feature feature, const char *reason, const struct policy_rule *rule);
/* The same for an element of a feature, by the rule that strips it. */
void filter_removed_feature(struct filter *f, enum feature feature);
/* Something unknown is: stripped, folded, or it refuses the stanza. */
void filter_removed_unknown(struct filter *f);
/* The stanza's end tag. */
void filter_close(struct filter *f);
