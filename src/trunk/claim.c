/* SPDX-License-Identifier: MIT */
/* See claim.h. */
#include "trunk/claim.h"

#include "base/mem.h"
#include "trunk/dial.h"
#include "trunk/metrics.h"

#include <stdlib.h>

enum { CLAIMS_MAX = 64 }; /* under way on one stream */

struct claim {
	struct list link; /* in inbound->claims */
	struct inbound *inbound;
	struct domain from, to;
	uint64_t plan;             /* under which it was begun */
	char *from_text, *to_text; /* as the peer wrote them: the answer repeats it */
	struct dial *dial;
};

static void claim_free(struct claim *c)
{
	list_remove(&c->link);
	c->inbound->nclaims--;
	dial_cancel(c->dial);
	free(c->from_text);
	free(c->to_text);
	free(c);
}

void inbound_drop_claims(struct inbound *in)
{
	list_for_each_safe (it, &in->claims)
		claim_free(list_item(it, struct claim, link));
}

static enum stanza_condition condition_of(enum dial_outcome o)
{
	switch (o) {
	case DIAL_NOT_FOUND: return CONDITION_REMOTE_SERVER_NOT_FOUND;
	case DIAL_UNREACHABLE: return CONDITION_REMOTE_SERVER_TIMEOUT;
	case DIAL_REFUSED:
	case DIAL_OK:
	case DIAL_INVALID: break;
	}
	return CONDITION_REMOTE_CONNECTION_FAILED;
}

static void verified(
	void *arg, struct dial *d, enum dial_outcome o, struct outbound *out, const char *words)
{
	struct claim *c = arg;
	struct inbound *in = c->inbound;
	struct domain from = c->from, to = c->to;
	(void)out;
	c->dial = NULL;
	enum dialback_type type = o == DIAL_OK        ? DIALBACK_VALID
				  : o == DIAL_INVALID ? DIALBACK_INVALID
						      : DIALBACK_ERROR;
	enum stanza_condition condition = condition_of(o);
	if (c->plan != in->leg.trunk->plan->number &&
		(!inbound_may_verify(in, &from, &to, &condition) || !dial_leads_there_still(d))) {
		type = DIALBACK_ERROR;
		words = "no longer allowed when the answer came";
	}
	stream_db_result_answer(
		in->leg.stream, str_of(c->from_text), str_of(c->to_text), type, condition);
	claim_free(c);
	if (!in->nclaims)
		stream_verifying(in->leg.stream, false, net_loop_now(in->leg.trunk->loop));
	if (type == DIALBACK_VALID) {
		inbound_prove(in, &from, &to, "dialback", 0);
		inbound_settle(in, &from, &to);
	} else {
		metrics_proof(&in->leg, &from, "dialback", false);
		inbound_trouble(in, "dialback: %s",
			type == DIALBACK_INVALID ? "its own server says that the key is not its own"
						 : words);
		leg_log(&in->leg, LOG_LEVEL_WARN, "dialback-failed",
			" claimed=%s towards=%s outcome=%s words=%s", from.s, to.s,
			dial_outcome_name(o), log_quote(str_of(words)).s);
		if (type == DIALBACK_INVALID && !in->nproofs && !in->nclaims) {
			leg_close(&in->leg, "the dialback key is invalid");
			return;
		}
	}
	inbound_continue(in);
}

bool claim_start(struct inbound *in, const struct stream_info *info, const struct domain *from,
	const struct domain *to, const struct control *control)
{
	struct trunk *t = in->leg.trunk;
	if (in->nclaims >= CLAIMS_MAX)
		return false;
	struct claim *c = MEM_NEW(struct claim);
	c->inbound = in;
	c->from = *from;
	c->to = *to;
	c->plan = t->plan->number;
	c->from_text = str_dup(info->db.from);
	c->to_text = str_dup(info->db.to);
	list_append(&in->claims, &c->link);
	in->nclaims++;
	stream_verifying(in->leg.stream, true, net_loop_now(t->loop));
	struct dial_options o = {
		.purpose = DIAL_VERIFY,
		.from = &c->to,
		.to = &c->from,
		.control = control,
		.verify_id = stream_id(in->leg.stream),
		.verify_key = info->db.key,
		.done = verified,
		.arg = c,
	};
	c->dial = dial_start(t, &o);
	return true;
}
