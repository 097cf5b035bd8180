/* SPDX-License-Identifier: MIT */
/*
 * A label of one policy as one of another, by the equivalents that a policy file states. Never
 * widening: what has no equivalent fails, a tag that restricts may not be emptied, and values of
 * two tags, each of which must let the reader through, may not meet in one. Whoever forwards the
 * result decides again, with the target's clearance (label_valid, label_decide).
 */
#pragma once

#include "label/valid.h"

struct label_map_options {
	enum label_age age; /* for the validity of the result */
	int64_t now;
};

/* Out of a resolved label's own policy: equivalents applied at encryption, read forwards. `to` is
 * initialised; it is resolved and valid when the target's file is loaded (target), else it has
 * numbers only. With target NULL, target_id or target_name says which policy. False, and why: no
 * such label may be made. `dropped` (may be NULL): how many informative values had no equivalent.
 */
bool label_map_out(const struct label *l, const struct spif *target, struct str target_id,
	struct str target_name, const struct label_map_options *o, struct label *to,
	unsigned *dropped, struct label_verdict *v) __attribute__((warn_unused_result));

/* Into the local policy: its equivalents applied at decryption, read backwards. The foreign label
 * has numbers, as ASN.1 gives them or its own policy's file (resolved). `to` is resolved and valid
 * under `local`. */
bool label_map_in(const struct spif *local, const struct label *foreign,
	const struct label_map_options *o, struct label *to, unsigned *dropped,
	struct label_verdict *v) __attribute__((warn_unused_result));

/* From a resolved or foreign label to a policy that is loaded, whichever file states it: the
 * target's own (inwards) when it governs, else the file of the label's own policy (outwards). */
bool label_map(const struct label_policies *p, const struct label *l, const struct spif *target,
	const struct label_map_options *o, struct label *to, unsigned *dropped,
	struct label_verdict *v) __attribute__((warn_unused_result));

/* May an equivalent label that came with a label be believed? Only when it is what we would map the
 * label to ourselves. `equivalent` is resolved. */
bool label_believe(const struct label_policies *p, const struct label *l,
	const struct label *equivalent, const struct label_map_options *o, struct label_verdict *v)
	__attribute__((warn_unused_result));
