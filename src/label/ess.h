/* SPDX-License-Identifier: MIT */
/*
 * ESSSecurityLabel (RFC 2634 section 3.2, RFC 5035) and Clearance (X.501, RFC 5755, RFC 5913; the
 * tagged form of RFC 3281) in ASN.1, both ways. BER is read, DER is written. Owns nothing.
 */
#pragma once

#include "label/ber.h"
#include "label/model.h"

enum {
	ESS_LABEL_MAX = 16 << 10, /* bytes; longer ones are refused */
	ESS_CLEARANCE_MAX = 256 << 10,
	ESS_CLEARANCES_MAX = 32, /* in one attribute or extension */
};

/* Reads a label that is all of `ber` into l, which is cleared first. The policy may be missing
 * (X.841 has it so). False: *fault_out says why in words, and l has a part that must not be used.
 */
bool ess_read_label(struct str ber, struct label *l, const char **fault_out);
/* Appends it to out (without a ceiling). False, with nothing appended: something in it is not known
 * by identifier and number (spif_resolve_label() finds those). */
bool ess_write_label(const struct label *l, struct buf *out);

/* The same for a clearance. A classList that is absent is read as {unclassified}, which it means.
 */
bool ess_read_clearance(struct str ber, struct clearance *c, const char **fault_out);
bool ess_write_clearance(const struct clearance *c, struct buf *out);

/* Clearances of one certificate, each under another policy. Zeroed: none. */
struct clearance_list {
	struct clearance *items;
	unsigned n;
};
void clearance_list_fini(struct clearance_list *list);
/* What a certificate says. All add to the list; false: *fault_out says why, and the list must not
 * be used. No clearance at all is fine. */
/* SubjectDirectoryAttributes, the content of extension 2.5.29.9 (RFC 5280 4.2.1.8): attributes
 * 2.5.4.55 and 2.5.1.5.55 in it; others are passed over. */
bool ess_read_directory(struct str ber, struct clearance_list *list, const char **fault_out);
/* One Attribute { type, SET OF values }, as it is in attribute certificates too. */
bool ess_read_attribute(struct str ber, struct clearance_list *list, const char **fault_out);
/* AuthorityClearanceConstraints, the content of extension 1.3.6.1.5.5.7.1.21 (RFC 5913 section 3):
 * what clearances below this CA may have at most. */
bool ess_read_constraints(struct str ber, struct clearance_list *list, const char **fault_out);
