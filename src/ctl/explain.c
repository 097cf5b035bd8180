/* SPDX-License-Identifier: MIT */
/* The facts: see explain.h. */
#include "ctl/explain.h"

#include "base/jid.h"

#include <stdlib.h>
#include <time.h>

/* The domain of an address as an operator gives it: a JID or a domain. */
static bool side_init(struct explain_side *s, const struct peering *p, const char *text)
{
	struct jid jid;

	s->text = text;
	if (!jid_split(str_of(text), &jid) || !domain_parse(jid.domain, &s->domain))
		return false;
	s->control = peering_find(p, &s->domain);
	peering_match(p, &s->domain, s->match);
	return true;
}

static const struct certificate_config *config_of(const struct plan *plan, const char *name)
{
	const struct certificate_config *all = plan->settings.certificates.items;

	for (unsigned i = 0; i < plan->settings.certificates.n; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

/* What is shown to the peer of `control`, where we pose as `domain`. */
static void certificate_init(struct explain_certificate *c, const struct plan *plan,
	const struct domain *domain, const struct control *control, bool outbound)
{
	*c = (struct explain_certificate){ 0 };
	if (!control || !control->accept || control->config->tls == TLS_POLICY_OFF)
		return;
	c->needed = true;
	struct credentials_wanted w = { .domain = domain,
		.name = outbound ? control->config->certificate : NULL,
		.zone = control->zone,
		.may_mint = peering_may_mint(plan->peering, domain) };
	c->shown = credentials_choose(plan->credentials, &w, &c->covers);
	if (!c->shown)
		return;
	c->mint = credential_mint(c->shown);
	c->not_after = credential_not_after(c->shown);
	c->config = config_of(plan, credential_name(c->shown));
}

const struct config_origin *explain_chain(const struct explain_certificate *c)
{
	const struct certificate_config *config = c->config;

	return config_origin_of(c->mint ? &config->issuer.origin : &config->origin, "chain");
}

bool explain_init(struct explanation *e, const struct plan *plan, const char *from, const char *to,
	int64_t now, const char **wrong_out)
{
	const struct peering *p = plan->peering;

	memset(e, 0, sizeof(*e));
	e->plan = plan;
	e->now = now;
	*wrong_out = from;
	if (!side_init(&e->from, p, from))
		return false;
	*wrong_out = to;
	if (!side_init(&e->to, p, to))
		return false;
	peering_permit(p, &e->from.domain, &e->to.domain, &e->there);
	peering_permit(p, &e->to.domain, &e->from.domain, &e->back);
	certificate_init(&e->at_to, plan, &e->from.domain, e->to.control, true);
	certificate_init(&e->at_from, plan, &e->to.domain, e->from.control, false);
	if (!explain_permitted(e))
		return true;
	e->npolicies = peering_policies(e->there.from, e->there.flow, e->there.to, e->policies);
	explain_table(e, e->there.table, NULL, &e->entries, &e->nentries);
	if (e->there.table->shadow)
		explain_table(e, e->there.table->shadow, e->there.table, &e->shadow, &e->nshadow);
	return true;
}

void explain_fini(struct explanation *e)
{
	explain_table_free(e->entries, e->nentries);
	explain_table_free(e->shadow, e->nshadow);
	e->entries = e->shadow = NULL;
	e->nentries = e->nshadow = 0;
}

const char *explain_permit(enum permit p, bool flows)
{
	switch (p) {
	case PERMIT_YES:
		return flows ? "a flow leads there"
			     : "there are no flows, so all domains with a control may talk";
	case PERMIT_ANSWERS: return "talk may only begin at the other side";
	case PERMIT_NO_FROM: return "no control accepts the sender's domain";
	case PERMIT_NO_TO: return "no control accepts the recipient's domain";
	case PERMIT_NO_FLOW: return "no flow leads from the one zone to the other";
	case PERMIT_DEFAULT_ROUTE:
		return "both are matched by \"*\" only: the default route is no transit";
	case PERMIT_BACK:
		return "both have the same next hop: it would go back to where it is from";
	case PERMIT_DIRECTION: return "the direction of a control forbids it";
	case PERMIT_BLOCKED: return "the operator has blocked one of the domains";
	}
	return "";
}

void explain_target(const struct target *t, const struct domain *d, char *out, size_t size)
{
	char address[ADDRESS_TEXT];

	switch (t->kind) {
	case TARGET_SRV:
		snprintf(out, size, "the SRV records of %s", t->name[0] ? t->name : d->s);
		return;
	case TARGET_HOST:
		snprintf(out, size, "%s, port %u%s", t->name, t->port,
			t->direct_tls ? ", direct TLS" : "");
		return;
	case TARGET_ADDRESS:
		address_print(&t->address, address);
		snprintf(out, size, "%s%s", address, t->direct_tls ? ", direct TLS" : "");
		return;
	}
}

const char *explain_list(enum passage_list l)
{
	switch (l) {
	case LIST_FROM_PEER: return "from_peer";
	case LIST_FLOW: return "flow";
	case LIST_TO_PEER: return "to_peer";
	}
	return "";
}

void explain_time(int64_t seconds, char out[24])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, 24, "?");
}

void explain_date(int64_t seconds, char out[16])
{
	char time[24];

	explain_time(seconds, time);
	snprintf(out, 16, "%.10s", time);
}
