/* SPDX-License-Identifier: MIT */
/*
 * Two sides of a stanza under two label policies that know each other, RED governing, for the
 * filter with labels.check; and labels as they stand in stanzas.
 */
#pragma once

#include "filter_rig.h"
#include "label/clearance.h"
#include "label/resolve.h"
#include "tiny_spif.h"

#define ESS(base64) \
	"<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>" base64 "</esssecuritylabel>"
#define SECURITY(attrs, payload)                                               \
	"<securitylabel xmlns='urn:xmpp:sec-label:0'" attrs "><label>" payload \
	"</label></securitylabel>"
/* Of RED, and of BLUE. */
#define ESS_LOW  ESS("MQcCAQEGAmkB")
#define ESS_HIGH ESS("MQcCAQIGAmkB")
#define ESS_PALE ESS("MQcCAQoGAmkC")
#define ESS_DEEP ESS("MQcCARQGAmkC")
#define LOW      SECURITY("", ESS_LOW)
#define HIGH     SECURITY("", ESS_HIGH)
#define PALE     SECURITY("", ESS_PALE)
#define NATO_NS  "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define NATO(policy, classification)                                           \
	"<originatorConfidentialityLabel xmlns='" NATO_NS                      \
	"'><ConfidentialityInformation><PolicyIdentifier>" policy              \
	"</PolicyIdentifier><Classification>" classification                   \
	"</Classification></ConfidentialityInformation><CreationDateTime>2026" \
	"-01-02T03:04:05Z</CreationDateTime></originatorConfidentialityLabel>"
#define BINDING_NS "urn:nato:stanag:4778:bindinginformation:1:0"
#define BOUND(label, reference)                                                          \
	"<mb:BindingInformation xmlns:mb='" BINDING_NS "'><mb:MetadataBindingContainer>" \
	"<mb:MetadataBinding><mb:Metadata>" label "</mb:Metadata>" reference             \
	"</mb:MetadataBinding></mb:MetadataBindingContainer></mb:BindingInformation>"
#define TO_MESSAGE "<mb:DataReference URI=''/>"
#define TO_BODY                                                                                  \
	"<mb:DataReference URI=''><ds:Transforms xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>" \
	"<ds:Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'><ds:XPath>"      \
	"/*[local-name()='message']/*[local-name()='body']</ds:XPath></ds:Transform>"            \
	"</ds:Transforms></mb:DataReference>"

struct label_sides {
	struct label_policies policies;
	const struct spif *red, *blue;
	struct clearance from, to, to_blue;
	struct label low;
	struct label_terms from_terms, to_terms;
};

RIG const struct spif *label_sides_policy(struct label_sides *r, const char *text, const char *name)
{
	struct spif *s = spif_read(str_of(text), 0, name, NULL);

	if (!s || !label_policies_add(&r->policies, s, NULL))
		abort();
	return s;
}

/* Cleared up to a classification of that policy, and for every value; NULL: not at all. */
RIG struct label_cleared label_sides_cleared(
	struct label_sides *r, const struct spif *s, const char *up_to, struct clearance *c)
{
	struct label_verdict v;

	(void)r;
	clearance_init(c);
	if (!up_to)
		return (struct label_cleared){ .n = 0 };
	c->policy_id = s->id;
	for (unsigned i = 0; i < s->nsets; i++)
		if (!clearance_add_value(c, s, s->sets[i].name, STR("*")))
			abort();
	if (!clearance_add_up_to(c, s, str_of(up_to)) || spif_resolve_clearance(s, c, &v) != 0)
		abort();
	return (struct label_cleared){ .list = { c }, .n = 1 };
}

/* The sender's side and the recipient's, by classifications of RED. */
RIG struct filter_labels label_sides_init(struct label_sides *r, const char *from, const char *to)
{
	struct filter_labels out = { .policies = &r->policies, .now = 1800000000 };
	struct label_verdict v;

	memset(r, 0, sizeof(*r));
	r->red = label_sides_policy(r, TINY_RED, "red.xml");
	r->blue = label_sides_policy(r, TINY_BLUE, "blue.xml");
	out.from.terms = &r->from_terms;
	out.to.terms = &r->to_terms;
	r->to_terms.show = LABEL_SHOW_KEPT; /* nothing is written */
	out.from.governing = label_sides_cleared(r, r->red, from, &r->from);
	out.to.governing = label_sides_cleared(r, r->red, to, &r->to);
	clearance_init(&r->to_blue);
	label_init(&r->low);
	if (!label_keep(&r->low, &r->low.policy_id, r->red->id) ||
		!label_keep(&r->low, &r->low.class_name, STR("LOW")) ||
		!spif_resolve_label(r->red, &r->low, &v))
		abort();
	return out;
}

RIG void label_sides_fini(struct label_sides *r)
{
	clearance_fini(&r->from);
	clearance_fini(&r->to);
	clearance_fini(&r->to_blue);
	label_fini(&r->low);
	label_policies_fini(&r->policies);
}
