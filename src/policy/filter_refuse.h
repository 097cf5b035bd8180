/* SPDX-License-Identifier: MIT */
/* Refusing a stanza, for the parts of the filter. Part of filter_private.h. */
#pragma once

#include "policy/filter_state.h"

/* The whole stanza is refused, whatever the policies say; nothing more of it is looked at. */
void filter_refuse(struct filter *f, enum verdict v, enum stanza_condition c, const char *reason);
/* A policy refuses it: what that means for this kind of stanza is settled at its end. `rule` may
 * be NULL (a flow), `feature` FEATURE_COUNT. Only the first refusal counts. */
void filter_refuse_by(
	struct filter *f, const char *reason, const struct policy_rule *rule, enum feature feature);
/* The same, by the rule of a feature: it is blocked, or an IQ request carries what is stripped. */
void filter_refuse_feature(struct filter *f, enum feature feature);
/* What a refusal makes of the stanza, when all of it was read. */
void filter_refusal_settle(struct filter *f);
/* Too large, whatever the policies say: what always passes goes on as a bare tag, an error goes on
 * instead of what answers an IQ, and nothing is done to the rest. */
void filter_bare(struct filter *f, const char *reason);
/* An IQ result whose payload was stripped: its asker gets an error instead. */
void filter_result_refused(struct filter *f, enum feature feature);
/* Writes the start tag of an error with the stanza's kind, addresses and id. */
void filter_error_head(struct filter *f);
/* Names who decided in the result. */
void filter_decided(struct filter *f, const struct policy_rule *rule);
