/* SPDX-License-Identifier: MIT */
/* Outcomes and their words, in one table. Owns nothing. */
#include "label/verdict.h"

#include <stdio.h>

enum subject { NOTHING, TEXT, CLASS, VALUE, TAG, POLICY };

static const struct {
	const char *name;
	const char *words; /* begins the sentence */
	enum subject subject;
} rows[LABEL_OUTCOMES] = {
	[LABEL_GRANTED] = { "granted", "granted", NOTHING },
	[LABEL_NONE] = { "no-label", "there is no label of the policy", POLICY },
	[LABEL_OTHER_POLICY] = { "other-policy", "the label is of another policy than", POLICY },
	[LABEL_NO_CLASS] = { "no-classification", "the label has no classification", NOTHING },
	[LABEL_UNKNOWN_CLASS] = { "unknown-classification", "unknown classification", TEXT },
	[LABEL_UNKNOWN_SYNTAX] = { "unknown-syntax", "unknown kind of category", TEXT },
	[LABEL_UNKNOWN_SET] = { "unknown-tag-set", "unknown tag set", TEXT },
	[LABEL_UNKNOWN_VALUE] = { "unknown-value", "unknown value", TEXT },
	[LABEL_AMBIGUOUS_VALUE] = { "ambiguous-value", "several values are called", TEXT },
	[LABEL_POLICY_NOT_YET] = { "policy-not-yet", "notBefore has not come for policy", POLICY },
	[LABEL_POLICY_EXPIRED] = { "policy-expired", "notAfter has passed for policy", POLICY },
	[LABEL_OBSOLETE_CLASS] = { "obsolete-classification", "obsolete classification", CLASS },
	[LABEL_OBSOLETE_VALUE] = { "obsolete-value", "obsolete value", VALUE },
	[LABEL_VALUE_NOT_YET] = { "value-not-yet", "notBefore has not come for", VALUE },
	[LABEL_VALUE_EXPIRED] = { "value-expired", "notAfter has passed for", VALUE },
	[LABEL_CLASS_REQUIRES] = { "classification-requires",
		"the label lacks a category that is required by", CLASS },
	[LABEL_VALUE_REQUIRES] = { "value-requires",
		"the label lacks a category that is required by", VALUE },
	[LABEL_WRONG_CLASS] = { "wrong-classification", "another classification is required by",
		VALUE },
	[LABEL_EXCLUDED_CLASS] = { "excluded-classification",
		"the label's classification is excluded by", VALUE },
	[LABEL_EXCLUDED_VALUE] = { "excluded-value", "a category of the label is excluded by",
		VALUE },
	[LABEL_TOO_FEW] = { "too-few", "there are too few values of", TAG },
	[LABEL_TOO_MANY] = { "too-many", "there are too many values of", TAG },
	[LABEL_NO_CLEARANCE] = { "no-clearance", "there is no clearance under the policy", POLICY },
	[LABEL_CLASS_DENIED] = { "classification-denied", "the clearance does not have", CLASS },
	[LABEL_RESTRICTIVE_DENIED] = { "restrictive-denied", "the clearance does not have", VALUE },
	[LABEL_PERMISSIVE_DENIED] = { "permissive-denied",
		"the clearance has none of the label's values of", TAG },
	[LABEL_NOT_EQUIVALENT_POLICY] = { "not-equivalent-policy",
		"the other policy is not an equivalent one of", POLICY },
	[LABEL_NO_EQUIVALENT_CLASS] = { "no-equivalent-classification",
		"no classification is equivalent to", CLASS },
	[LABEL_NO_EQUIVALENT_VALUE] = { "no-equivalent-value", "no value is equivalent to", VALUE },
	[LABEL_AMBIGUOUS_EQUIVALENT] = { "ambiguous-equivalent", "there are several equivalents of",
		TEXT },
	[LABEL_EMPTIED_TAG] = { "emptied-tag", "nothing would be left of", TAG },
	[LABEL_WOULD_WIDEN] = { "would-widen", "access would widen by mapping", TAG },
	[LABEL_REQUIRED_UNCLEAR] = { "required-unclear",
		"it is not clear which required category to add", NOTHING },
	[LABEL_TOO_BIG] = { "too-big", "the label would have too many values", NOTHING },
	[LABEL_EQUIVALENT_DIFFERS] = { "equivalent-differs",
		"the equivalent label is not what the label maps to under", POLICY },
};

const char *label_outcome_name(enum label_outcome o)
{
	return rows[o].name;
}

bool label_verdict_set(
	struct label_verdict *v, const struct spif *policy, enum label_outcome outcome)
{
	*v = (struct label_verdict){ .outcome = outcome, .policy = policy };
	return outcome == LABEL_GRANTED;
}

static void quote(const char *words, struct str a, struct str of, char *out, size_t size)
{
	if (of.n)
		snprintf(out, size, "%s \"%.*s\" of \"%.*s\"", words, STR_ARG(a), STR_ARG(of));
	else
		snprintf(out, size, "%s \"%.*s\"", words, STR_ARG(a));
}

void label_verdict_words(const struct label_verdict *v, char *out, size_t size)
{
	const char *words = rows[v->outcome].words;
	const struct spif_tag *tag = v->category ? v->category->tag : v->tag;
	struct str of = tag ? tag->set->name : STR("");
	enum subject subject = rows[v->outcome].subject;

	if (subject == TEXT || (subject != NOTHING && subject != POLICY && v->text.n))
		quote(words, v->text, of, out, size);
	else if (subject == CLASS && v->class)
		quote(words, v->class->name, STR(""), out, size);
	else if (subject == VALUE && v->category)
		quote(words, v->category->name, of, out, size);
	else if (subject == TAG && tag)
		quote(words, of, STR(""), out, size);
	else if (subject == POLICY && v->policy)
		quote(words, v->policy->name, STR(""), out, size);
	else
		snprintf(out, size, "%s", words);
}
