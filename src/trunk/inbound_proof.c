/* SPDX-License-Identifier: MIT */
/*
 * What a peer must show before its stanzas are taken: headers and what is offered, EXTERNAL,
 * dialback as receiving and as authoritative server. The rules are those of XEP-0178, XEP-0220,
 * XEP-0344 and RFC 6120 13.7; each decision names its control.
 */
#include "trunk/inbound.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/claim.h"
#include "trunk/metrics.h"
#include "trunk/peer.h"
#include "xmpp/dialback.h"

#include <stdlib.h>

static bool tls_satisfies(const struct inbound *in, const struct control *c)
{
	if (!stream_is_secure(in->leg.stream))
		return c->config->tls != TLS_POLICY_REQUIRED;
	return tls_version(conn_tls(in->leg.conn)) >= (enum tls_version)c->config->tls_min;
}

const char *inbound_entry_refused(const struct inbound *in, const struct control *c)
{
	const struct listen_config *l = inbound_listener(in);
	bool found = c->nfrom == 0;
	for (unsigned i = 0; i < c->nfrom && !found; i++)
		found = address_in(conn_peer(in->leg.conn), &c->from_prefixes[i]);
	if (!found)
		return "this address is not among from_addresses";
	if (!l || !l->zones.n)
		return NULL;
	for (unsigned i = 0; i < l->zones.n; i++)
		if (strcmp(l->zones.v[i], c->zone) == 0)
			return NULL;
	return "this listener is not for the zone of this domain";
}

bool inbound_out_of_service(
	const struct inbound *in, const struct domain *from, const struct domain *to)
{
	const struct peering *p = in->leg.trunk->plan->peering;
	return !in->leg.closing && ((from->n && peering_order(p, from) == ORDER_DRAIN) ||
					   peering_order(p, to) == ORDER_DRAIN);
}

/* ---- headers ---- */

/* Names in the header: false when the stream was ended. */
static bool header_names(struct inbound *in, const struct stream_info *info)
{
	struct leg *l = &in->leg;
	if (!info->peer.to.n) {
		leg_fail(l, STREAM_IMPROPER_ADDRESSING, "the stream header has no 'to'", NULL);
		return false;
	}
	if (!domain_parse(info->peer.to, &in->to)) {
		leg_fail(l, STREAM_HOST_UNKNOWN, "the stream header's 'to' is no domain", NULL);
		return false;
	}
	in->from.n = 0;
	if (info->peer.from.n && !domain_parse(info->peer.from, &in->from)) {
		in->from.n = 0;
		leg_fail(l, STREAM_IMPROPER_ADDRESSING, "the stream header's 'from' is no domain",
			NULL);
		return false;
	}
	l->own_domain = in->to;
	l->peer_domain = in->from;
	if (!peering_accepted(l->trunk->plan->peering, &in->to)) {
		leg_fail(l, STREAM_HOST_UNKNOWN, NULL, NULL);
		return false;
	}
	if (inbound_out_of_service(in, &in->from, &in->to)) {
		leg_fail(l, STREAM_RESOURCE_CONSTRAINT, "out of service for now", NULL);
		return false;
	}
	return true;
}

/* Before TLS: the names are a hint. */
static void header_in_the_clear(struct inbound *in, const struct stream_info *info)
{
	const struct plan *plan = in->leg.trunk->plan;
	const struct control *c = in->from.n ? peering_accepted(plan->peering, &in->from) : NULL;
	int tls = c ? c->config->tls : TLS_POLICY_REQUIRED;
	unsigned offers = 0;
	if (tls != TLS_POLICY_OFF && plan->settings.certificates.n)
		offers |= OFFER_STARTTLS;
	if (tls == TLS_POLICY_REQUIRED)
		offers |= OFFER_STARTTLS_REQUIRED;
	else if (c->config->authentication & 1u << PROOF_DIALBACK)
		offers |= OFFER_DIALBACK;
	/* The peer is told in words, not by an alert. */
	if (offers & OFFER_STARTTLS_REQUIRED && offers & OFFER_STARTTLS &&
		!inbound_has_certificate(in)) {
		leg_fail(&in->leg, STREAM_HOST_UNKNOWN, "there is no certificate for this domain",
			NULL);
		return;
	}
	if (tls == TLS_POLICY_REQUIRED && info->peer.major == 0) {
		leg_fail(&in->leg, STREAM_POLICY_VIOLATION, "TLS is required, and so version 1.0",
			NULL);
		return;
	}
	in->control = c;
	in->header_final = tls != TLS_POLICY_REQUIRED;
	stream_answer(in->leg.stream, info->peer.to, info->peer.from, offers);
}

/* The certificate that we showed must be for the domain that is asked for now (direct TLS
 * without SNI, a `to` that changed). */
static bool shown_for(const struct inbound *in)
{
	const struct plan *plan = in->leg.trunk->plan;
	const struct tls *tls = conn_tls(in->leg.conn);
	struct credentials_wanted w = { .domain = &in->to,
		.may_mint = peering_may_mint(plan->peering, &in->to) };
	bool any = false;
	if (tls_shown_covers(tls, &in->to))
		return true;
	credentials_choose(plan->credentials, &w, &any);
	return !any && !(in->mode == LISTEN_DIRECT_TLS && !tls_sni(tls));
}

/* The certificate for the header's domain. Verifying a chain is a good part of what a stream's
 * set-up costs: what was found a moment ago holds until the plan changes, or the set-up's time is
 * over. */
static void judge_peer(struct inbound *in, const struct control *c)
{
	uint64_t plan = in->leg.trunk->plan->number;
	if (in->judged && in->judged_plan == plan)
		return;
	leg_judge(&in->leg, c, &in->from, false, NULL, &in->trust);
	in->judged = true;
	in->judged_plan = plan;
	in->leg.certificate = in->trust.subject;
}

/* Ends the stream. The peer hears what it can see itself; the log has all of it. */
static void refuse_certificate(struct inbound *in, const struct trust_answer *a)
{
	const char *words = trust_peer_words(a);
	inbound_trouble(in, "%s", a->words);
	if (words != a->words)
		leg_log(&in->leg, LOG_LEVEL_WARN, "refused", " reason=%s",
			log_quote(str_of(a->words)).s);
	leg_fail(&in->leg, STREAM_NOT_AUTHORIZED, words, NULL);
}

/* Under TLS the names count. */
static void header_protected(struct inbound *in, const struct stream_info *info)
{
	struct leg *l = &in->leg;
	const struct peering *peering = l->trunk->plan->peering;
	const struct control *c = in->from.n ? peering_accepted(peering, &in->from) : NULL;
	struct passage passage;
	in->control = c;
	in->header_final = true;
	if (!in->from.n) {
		leg_fail(l, STREAM_IMPROPER_ADDRESSING, "the stream header has no 'from'", NULL);
		return;
	}
	if (!shown_for(in)) {
		leg_fail(l, STREAM_HOST_UNKNOWN, "the certificate shown is not for this domain",
			NULL);
		return;
	}
	if (!c) {
		leg_fail(l, STREAM_NOT_AUTHORIZED, "no peering with this domain", NULL);
		return;
	}
	const char *refused = inbound_entry_refused(in, c);
	if (!refused && !tls_satisfies(in, c))
		refused = "a newer TLS version is required";
	if (refused) {
		leg_fail(l, STREAM_POLICY_VIOLATION, refused, NULL);
		return;
	}
	peering_permit(peering, &in->from, &in->to, &passage);
	if (passage.permit != PERMIT_YES && passage.permit != PERMIT_ANSWERS) {
		leg_log(l, LOG_LEVEL_WARN, "refused", " reason=%s control=%s:%u",
			permit_name(passage.permit),
			c->config->origin.file ? c->config->origin.file : "-",
			c->config->origin.line);
		leg_fail(l, STREAM_HOST_UNKNOWN, NULL, NULL);
		return;
	}
	in->judged = false;
	judge_peer(in, c);
	if (in->trust.verdict != TRUST_OK)
		inbound_trouble(in, "%s", in->trust.words);
	if (in->trust.verdict != TRUST_OK && !trust_verdict_allows_dialback(in->trust.verdict)) {
		metrics_proof(l, &in->from, "external", false);
		refuse_certificate(in, &in->trust);
		return;
	}
	unsigned offers = 0;
	in->offered_external =
		in->trust.verdict == TRUST_OK && c->config->authentication & 1u << PROOF_EXTERNAL;
	if (in->offered_external)
		offers |= OFFER_EXTERNAL;
	if (c->config->authentication & 1u << PROOF_DIALBACK)
		offers |= OFFER_DIALBACK;
	stream_answer(l->stream, info->peer.to, info->peer.from, offers);
}

void inbound_header(struct inbound *in, const struct stream_info *info)
{
	bool known = in->nproofs > 0;
	if (!header_names(in, info))
		return;
	if (known) {
		/* After EXTERNAL: the stream has seen to it that the names are the same. */
		bool dialback =
			in->control && in->control->config->authentication & 1u << PROOF_DIALBACK;
		stream_answer(in->leg.stream, info->peer.to, info->peer.from,
			dialback ? OFFER_DIALBACK : 0);
		inbound_settle(in, &in->from, &in->to);
	} else if (stream_is_secure(in->leg.stream)) {
		header_protected(in, info);
	} else {
		header_in_the_clear(in, info);
	}
}

/* ---- proofs ---- */

void inbound_prove(struct inbound *in, const struct domain *from, const struct domain *to,
	const char *how, int64_t certificate_end)
{
	struct leg *l = &in->leg;
	in->proofs = mem_resize(in->proofs, (in->nproofs + 1) * sizeof(*in->proofs));
	struct proof *p = &in->proofs[in->nproofs++];
	*p = (struct proof){ .from = *from, .how = how, .certificate_end = certificate_end };
	if (to)
		p->to = *to;
	if (!l->proof)
		l->proof = how;
	if (certificate_end && (!l->certificate_end || certificate_end < l->certificate_end))
		l->certificate_end = certificate_end;
	char tls[96] = "none";
	if (conn_tls(l->conn))
		tls_describe(conn_tls(l->conn), tls, sizeof(tls));
	leg_log(l, LOG_LEVEL_INFO, "proven", " domain=%s towards=%s proof=%s tls=%s certificate=%s",
		from->s, to ? to->s : "any", how, log_quote(str_of(tls)).s,
		log_quote(str_of(in->trust.subject)).s);
	metrics_opened(l);
	metrics_proof(l, from, how, true);
	if (strcmp(how, "dialback") != 0)
		leg_certified(l, peering_accepted(l->trunk->plan->peering, from), from, false);
	peer_get(&l->trunk->peers, from)->last_in = clock_wall();
	if (in->nproofs == 1) {
		metrics_inbound_stage(in, METRICS_AUTH);
		metrics_stage(
			&l->trunk->metrics, LEG_IN, METRICS_TOTAL, in->stage_ms - l->opened_ms);
		stream_established(l->stream);
		inbound_set_up(in);
	}
	inbound_widen(in, peering_accepted(l->trunk->plan->peering, from));
}

static const struct proof *find_proof(
	const struct inbound *in, const struct domain *from, const struct domain *to)
{
	for (unsigned i = 0; i < in->nproofs; i++) {
		const struct proof *p = &in->proofs[i];
		if (str_eq(domain_str(&p->from), domain_str(from)) &&
			(!p->to.n || str_eq(domain_str(&p->to), domain_str(to))))
			return p;
	}
	return NULL;
}

const struct proof *inbound_proven(
	struct inbound *in, const struct domain *from, const struct domain *to)
{
	const struct proof *p = find_proof(in, from, to);
	const struct control *c = peering_accepted(in->leg.trunk->plan->peering, from);
	if (p || !c || !in->nproofs || !conn_tls(in->leg.conn) || inbound_entry_refused(in, c) ||
		!tls_satisfies(in, c) || !(c->config->authentication & 1u << PROOF_EXTERNAL))
		return p;
	/* The certificate of this TLS session may speak for more names, each under its own control.
	 */
	struct trust_answer a;
	leg_judge(&in->leg, c, from, false, NULL, &a);
	if (a.verdict != TRUST_OK)
		return NULL;
	inbound_prove(in, from, NULL, "external", a.not_after);
	return find_proof(in, from, to);
}

/* The plan may have changed since EXTERNAL was offered. */
static bool external_holds(struct inbound *in)
{
	const struct control *c = in->control;
	if (!in->offered_external || !c || !(c->config->authentication & 1u << PROOF_EXTERNAL) ||
		inbound_entry_refused(in, c))
		return false;
	judge_peer(in, c);
	return in->trust.verdict == TRUST_OK;
}

void inbound_auth(struct inbound *in, const struct stream_info *info)
{
	struct domain authzid;
	if (!external_holds(in)) {
		metrics_proof(&in->leg, &in->from, "external", false);
		stream_auth_result(
			in->leg.stream, false, "not-authorized", trust_peer_words(&in->trust));
		return;
	}
	if (info->peer.authzid.n && (!domain_parse(info->peer.authzid, &authzid) ||
					    !str_eq(domain_str(&authzid), domain_str(&in->from)))) {
		stream_auth_result(in->leg.stream, false, "invalid-authzid", NULL);
		return;
	}
	stream_auth_result(in->leg.stream, true, NULL, NULL);
	inbound_prove(in, &in->from, NULL, "external", in->trust.not_after);
}

/* ---- dialback ---- */

/* Why a db:result is refused before anything is verified. */
static bool result_refused(struct inbound *in, const struct domain *from, const struct domain *to,
	enum stanza_condition *c_out)
{
	struct passage p;
	peering_permit(in->leg.trunk->plan->peering, from, to, &p);
	if (p.permit == PERMIT_NO_TO)
		*c_out = CONDITION_ITEM_NOT_FOUND;
	else if (p.permit != PERMIT_YES && p.permit != PERMIT_ANSWERS)
		*c_out = p.permit == PERMIT_NO_FROM ? CONDITION_FORBIDDEN : CONDITION_NOT_ALLOWED;
	else if (!tls_satisfies(in, p.from) || inbound_entry_refused(in, p.from))
		*c_out = CONDITION_POLICY_VIOLATION;
	else if (inbound_out_of_service(in, from, to))
		*c_out = CONDITION_RESOURCE_CONSTRAINT;
	else
		return false;
	return true;
}

bool inbound_may_verify(struct inbound *in, const struct domain *from, const struct domain *to,
	enum stanza_condition *c_out)
{
	const struct control *c = peering_accepted(in->leg.trunk->plan->peering, from);
	if (result_refused(in, from, to, c_out))
		return false;
	*c_out = CONDITION_NOT_AUTHORIZED;
	return c->config->authentication & 1u << PROOF_DIALBACK;
}

static void answer_result(struct inbound *in, const struct stream_info *info,
	enum dialback_type type, enum stanza_condition c)
{
	stream_db_result_answer(in->leg.stream, info->db.from, info->db.to, type, c);
}

void inbound_db_result(struct inbound *in, const struct stream_info *info)
{
	struct leg *l = &in->leg;
	struct domain from, to;
	enum stanza_condition refused;
	if (!domain_parse(info->db.from, &from) || !domain_parse(info->db.to, &to)) {
		leg_fail(l, STREAM_IMPROPER_ADDRESSING,
			"db:result with an address that is no domain", NULL);
		return;
	}
	if (!l->peer_domain.n)
		l->peer_domain = in->from = from;
	if (result_refused(in, &from, &to, &refused)) {
		leg_log(l, LOG_LEVEL_WARN, "dialback-refused",
			" claimed=%s towards=%s condition=%s", from.s, to.s,
			stanza_condition_name(refused));
		answer_result(in, info, DIALBACK_ERROR, refused);
		inbound_trouble(in, "dialback towards %s is refused: %s", to.s,
			stanza_condition_name(refused));
		return;
	}
	if (find_proof(in, &from, &to)) {
		answer_result(in, info, DIALBACK_VALID, CONDITION_BAD_REQUEST);
		return;
	}
	const struct control *c = peering_accepted(l->trunk->plan->peering, &from);
	struct trust_answer a;
	leg_judge(l, c, &from, false, NULL, &a);
	if (a.verdict == TRUST_OK && c->config->authentication & 1u << PROOF_EXTERNAL) {
		/* XEP-0344: the certificate of this session is the proof; nobody needs to be
		 * called. */
		answer_result(in, info, DIALBACK_VALID, CONDITION_BAD_REQUEST);
		inbound_prove(in, &from, NULL, "external-dialback", a.not_after);
		inbound_settle(in, &from, &to);
		return;
	}
	if (conn_tls(l->conn) && a.verdict != TRUST_OK &&
		!trust_verdict_allows_dialback(a.verdict)) {
		metrics_proof(l, &from, "external-dialback", false);
		refuse_certificate(in, &a);
		return;
	}
	if (!(c->config->authentication & 1u << PROOF_DIALBACK)) {
		metrics_proof(l, &from, "external-dialback", false);
		answer_result(in, info, DIALBACK_ERROR, CONDITION_NOT_AUTHORIZED);
		if (!in->nproofs)
			refuse_certificate(in, &a);
		return;
	}
	if (!claim_start(in, info, &from, &to, c))
		answer_result(in, info, DIALBACK_ERROR, CONDITION_RESOURCE_CONSTRAINT);
}

/* Is the key one that we made, with this secret or the one before it? */
static bool key_is_ours(const struct inbound *in, const struct stream_info *info,
	const struct domain *receiving, const struct domain *originating)
{
	struct str secrets[PLAN_SECRETS];
	bool valid = false;
	plan_dialback_secrets(in->leg.trunk->plan, originating, secrets);
	for (unsigned i = 0; i < PLAN_SECRETS; i++) {
		char secret[DIGEST_HEX];
		if (!secrets[i].p)
			continue;
		dialback_secret(secrets[i], domain_str(originating), secret);
		valid |= dialback_key_check(str_of(secret), domain_str(receiving),
			domain_str(originating), info->db.id, info->db.key);
	}
	return valid;
}

/* We are authoritative for every domain that we stand in for: whoever asks gets an answer, proven
 * or not (XEP-0220 2.3). */
void inbound_db_verify(struct inbound *in, const struct stream_info *info)
{
	struct leg *l = &in->leg;
	struct domain from, to;
	if (!domain_parse(info->db.from, &from) || !domain_parse(info->db.to, &to)) {
		leg_fail(l, STREAM_IMPROPER_ADDRESSING,
			"db:verify with an address that is no domain", NULL);
		return;
	}
	in->only_answers = true;
	const struct peering *peering = l->trunk->plan->peering;
	const struct control *asker = peering_accepted(peering, &from);
	enum dialback_type type = DIALBACK_ERROR;
	enum stanza_condition c = CONDITION_ITEM_NOT_FOUND;
	if (peering_accepted(peering, &to)) {
		c = CONDITION_POLICY_VIOLATION;
		if (!asker || stream_is_secure(l->stream) ||
			asker->config->tls != TLS_POLICY_REQUIRED)
			type = key_is_ours(in, info, &from, &to) ? DIALBACK_VALID
								 : DIALBACK_INVALID;
	}
	leg_log(l, type == DIALBACK_VALID ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN, "dialback-asked",
		" receiving=%s originating=%s answer=%s", from.s, to.s,
		type == DIALBACK_VALID     ? "valid"
		: type == DIALBACK_INVALID ? "invalid"
					   : stanza_condition_name(c));
	stream_db_verify_answer(l->stream, info->db.from, info->db.to, info->db.id, type, c);
}
