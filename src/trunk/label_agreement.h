/* SPDX-License-Identifier: MIT */
/*
 * What a control says of labels, compiled: the terms that hold with its peers, and what they and
 * their users are cleared for. Immutable; everything it points to is the plan's.
 */
#pragma once

#include "policy/filter_label.h"
#include "trunk/label_section.h"

/* Filled from the group "labels" of a control. */
struct control_labels_config {
	struct config_origin origin;
	struct config_strings clearance;
	struct config_list jids; /* struct label_jid_config */
	bool certificate_clearance;
	char *policy;
	int write, form, marking, on_signature; /* as in struct label_terms */
	char *language, *default_label;
	int64_t review; /* ms */
	struct label_first_line_config {
		struct config_origin origin;
		bool out, in;
		char *open, *close;
	} first_line;
	bool strip_default, stamp, filter_catalogs;
};
struct label_jid_config {
	struct config_origin origin;
	struct config_strings jids, clearance;
};
extern const struct config_table control_labels_schema;

/* Clearances of one source, under the governing policy and under the peer's; NULL: nil. */
struct label_grants {
	const struct clearance *governing, *translated;
};

/* One rule, and where it stands. */
struct label_jid_rule {
	const struct label_jid_config *config;
	struct label_grants grants;
};

struct control_labels {
	const struct label_policies *policies; /* NULL: none governs */
	const struct spif *assumed;            /* as in struct filter_labels */
	struct label_cleared governing, translated;
	struct label_terms terms;
	bool certificate; /* what its certificate brings must grant, too */
	struct label_jid_rule *rules;
	unsigned nrules;
	struct label_jid_index *index; /* by the patterns' ids */
	unsigned nindex;
	const struct jid_sets *jid_sets;
};

/* What is wrong goes to the report. `l` outlives it. */
void control_labels_init(struct control_labels *out, struct labels *l,
	const struct control_labels_config *c, struct config_report *report);
/* Safe on a zeroed one. */
void control_labels_fini(struct control_labels *c);

/* The first rule that names this address; NULL: none does. *known_out: the address has a prepared
 * form; one that has none could be anybody. */
const struct label_jid_rule *control_labels_rule(
	const struct control_labels *c, struct str jid, bool *known_out);
/* The side of a stanza on which this control's peer is, under this address there. `certificate`:
 * what the peer's certificate brings; NULL: no certificate, so nothing. Allocates nothing. */
struct label_side control_labels_side(
	const struct control_labels *c, struct str jid, const struct label_grants *certificate);
