/* SPDX-License-Identifier: MIT */
/*
 * How a question about a label came out, and why: which policy, classification, tag and value. The
 * words are for the audit record and for operators; a peer only ever hears "forbidden".
 */
#pragma once

#include "label/model.h"
#include "label/spif.h"

enum label_outcome {
	LABEL_GRANTED, /* valid, granted, mapped: what was asked for */
	/* The label cannot be read under this policy. */
	LABEL_NONE,         /* nil label: none, none of its own policy, and no default */
	LABEL_OTHER_POLICY, /* not this policy's */
	LABEL_NO_CLASS,
	LABEL_UNKNOWN_CLASS,
	LABEL_UNKNOWN_SYNTAX, /* of a category */
	LABEL_UNKNOWN_SET,
	LABEL_UNKNOWN_VALUE,
	LABEL_AMBIGUOUS_VALUE,
	/* It is not valid. */
	LABEL_POLICY_NOT_YET,
	LABEL_POLICY_EXPIRED,
	LABEL_OBSOLETE_CLASS,
	LABEL_OBSOLETE_VALUE,
	LABEL_VALUE_NOT_YET,
	LABEL_VALUE_EXPIRED,
	LABEL_CLASS_REQUIRES, /* the classification lacks a required category */
	LABEL_VALUE_REQUIRES, /* the value does */
	LABEL_WRONG_CLASS,    /* requiredClass is another */
	LABEL_EXCLUDED_CLASS,
	LABEL_EXCLUDED_VALUE,
	LABEL_TOO_FEW, /* selections */
	LABEL_TOO_MANY,
	/* Access is denied. */
	LABEL_NO_CLEARANCE, /* nil clearance, or one of another policy */
	LABEL_CLASS_DENIED,
	LABEL_RESTRICTIVE_DENIED, /* a value is not in the clearance */
	LABEL_PERMISSIVE_DENIED,  /* none of a tag's values is */
	/* It has no equivalent. */
	LABEL_NOT_EQUIVALENT_POLICY, /* the policies do not know each other */
	LABEL_NO_EQUIVALENT_CLASS,
	LABEL_NO_EQUIVALENT_VALUE,
	LABEL_AMBIGUOUS_EQUIVALENT,
	LABEL_EMPTIED_TAG,      /* discarding would leave nothing of a tag that restricts */
	LABEL_WOULD_WIDEN,      /* a tag of the target would let more through than the label's */
	LABEL_REQUIRED_UNCLEAR, /* a required category cannot be chosen */
	LABEL_TOO_BIG,
	LABEL_EQUIVALENT_DIFFERS, /* an incoming equivalent is not the mapping */
	LABEL_OUTCOMES
};
/* "granted", "unknown-value", ... */
const char *label_outcome_name(enum label_outcome o);

/* Views of the label and pointers into the policy: valid as long as both. NULL or empty: does not
 * apply. */
struct label_verdict {
	enum label_outcome outcome;
	const struct spif *policy;
	const struct spif_class *class;
	const struct spif_tag *tag;
	const struct spif_category *category;
	struct str text; /* as the label has it: what is unknown */
};

/* A sentence without its full stop, terminated, cut to size. */
void label_verdict_words(const struct label_verdict *v, char *out, size_t size);

/* Sets the outcome and nothing else; false unless it is LABEL_GRANTED. */
bool label_verdict_set(
	struct label_verdict *v, const struct spif *policy, enum label_outcome outcome);
