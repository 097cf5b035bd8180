/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check policy: what stands in the file and does nothing, or does it for nobody: domains
 * that reach nobody, flows that nothing takes, policies that nothing names, shadows that were
 * forgotten.
 */
#include "ctl/check.h"

#include "base/mem.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { DAY = 86400, SHADOW_DAYS = 30 };

/* One control with a domain that stands for it; and a second one, of the same, where it has one. */
struct side {
	const struct control *control;
	struct domain examples[2];
	unsigned n;
};

struct sides {
	const struct check *k;
	struct side *v;
	unsigned n;
};

static const struct policy *policy_at(const struct plan *p, unsigned i)
{
	return &((const struct policy *)p->settings.policies.items)[i];
}

static const struct flow_config *flow_at(const struct plan *p, unsigned i)
{
	return &((const struct flow_config *)p->settings.flows.items)[i];
}

static const struct control_config *control_at(const struct plan *p, unsigned i)
{
	return &((const struct control_config *)p->settings.controls.items)[i];
}

static bool has(const struct config_strings *list, const char *name)
{
	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->v[i], name) == 0)
			return true;
	return false;
}

/* ---- who reaches whom ---- */

/* Something below a wildcard is always another domain than the first one. */
static bool second_example(const struct control_config *cc, struct domain *out)
{
	for (unsigned i = 0; i < cc->match.n; i++) {
		MEM_AUTO char *below = mem_printf("other%s", cc->match.v[i] + 1);

		if (strncmp(cc->match.v[i], "*.", 2) == 0 && domain_parse(str_of(below), out))
			return true;
		if (strcmp(cc->match.v[i], "*") == 0 && domain_parse(STR("other.invalid"), out))
			return true;
	}
	for (unsigned i = 1; i < cc->match.n; i++)
		if (domain_parse(str_of(cc->match.v[i]), out))
			return true;
	return false;
}

static void find_sides(struct sides *s)
{
	const struct plan *plan = s->k->plan;

	s->v = mem_zero(plan->settings.controls.n + 1, sizeof(*s->v));
	for (unsigned i = 0; i < plan->settings.controls.n; i++) {
		const struct control_config *cc = control_at(plan, i);
		struct side *one = &s->v[s->n];

		if (cc->action != CONTROL_ACCEPT)
			continue;
		check_example(cc, &one->examples[0]);
		one->n = 1 + second_example(cc, &one->examples[1]);
		one->control = peering_accepted(plan->peering, &one->examples[0]);
		/* Not that of a more specific control. */
		if (one->control && one->control->config == cc)
			s->n++;
	}
}

/* What stands in the way of anything from one side to the other, or PERMIT_YES. */
static enum permit reaches(const struct sides *s, const struct side *from, const struct side *to)
{
	enum permit first = PERMIT_NO_TO;
	struct passage way;

	for (unsigned i = 0; i < from->n; i++)
		for (unsigned j = 0; j < to->n; j++) {
			if (str_eq(domain_str(&from->examples[i]), domain_str(&to->examples[j])))
				continue;
			peering_permit(
				s->k->plan->peering, &from->examples[i], &to->examples[j], &way);
			if (way.permit == PERMIT_YES)
				return PERMIT_YES;
			first = first == PERMIT_NO_TO ? way.permit : first;
		}
	return first;
}

static const char *remedy(enum permit why)
{
	switch (why) {
	case PERMIT_NO_FLOW: return "no flow leads to or from their zone: add one";
	case PERMIT_BACK: return "everybody else is at the same next hop: correct connect";
	case PERMIT_DIRECTION:
		return "directions forbid it: correct direction here, or of the others";
	case PERMIT_DEFAULT_ROUTE:
		return "two domains of \"*\" never reach each other: add controls with names";
	case PERMIT_YES:
	case PERMIT_ANSWERS:
	case PERMIT_NO_FROM:
	case PERMIT_NO_TO:
	case PERMIT_BLOCKED: break; /* by an operator of a running trunkd */
	}
	return "there is nobody else: add controls";
}

static const char *name_of(const struct side *one)
{
	return one->control->config->match.v[0];
}

/* A control whose domains reach nobody and are reached by nobody; or by default routes only. */
static void look_at_side(const struct sides *s, const struct side *one, struct findings *f)
{
	const struct config_origin *at = &one->control->config->origin;
	bool any = false, by_name = false;
	enum permit why = PERMIT_NO_TO;

	for (unsigned i = 0; i < s->n && !by_name; i++) {
		const struct side *other = &s->v[i];
		enum permit there = reaches(s, one, other);

		why = why == PERMIT_NO_TO ? there : why;
		if (there != PERMIT_YES && reaches(s, other, one) != PERMIT_YES)
			continue;
		any = true;
		by_name = strcmp(name_of(other), "*") != 0;
	}
	if (!any)
		findings_add(f, FINDING_WARNING, at,
			"the domains of this control (%s) reach nobody, and nobody reaches them: "
			"%s",
			name_of(one), remedy(why));
	else if (!by_name)
		findings_add(f, FINDING_NOTE, at,
			"the domains of this control (%s) meet only those that \"*\" stands for: "
			"name whom they are to reach in a control of its own",
			name_of(one));
}

static bool flow_taken(const struct sides *s, const struct flow_config *flow)
{
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned j = 0; j < s->n; j++)
			if (strcmp(s->v[i].control->zone, flow->from) == 0 &&
				strcmp(s->v[j].control->zone, flow->to) == 0 &&
				reaches(s, &s->v[i], &s->v[j]) == PERMIT_YES)
				return true;
	return false;
}

static void check_reach(struct check *k, struct findings *f)
{
	struct sides s = { .k = k };

	find_sides(&s);
	for (unsigned i = 0; i < s.n; i++)
		look_at_side(&s, &s.v[i], f);
	for (unsigned i = 0; i < k->plan->settings.flows.n; i++) {
		const struct flow_config *flow = flow_at(k->plan, i);

		if (!flow_taken(&s, flow))
			findings_add(f, FINDING_WARNING, &flow->origin,
				"nothing takes the flow from \"%s\" to \"%s\": the controls in "
				"these zones are rejected, have a direction against it, or are one "
				"and the same domain; remove it, or correct a zone",
				flow->from, flow->to);
	}
	free(s.v);
}

/* ---- what is not used ---- */

static bool policy_named(const struct plan *p, const char *name)
{
	for (unsigned i = 0; i < p->settings.controls.n; i++)
		if (has(&control_at(p, i)->to_peer, name) ||
			has(&control_at(p, i)->from_peer, name))
			return true;
	for (unsigned i = 0; i < p->settings.flows.n; i++)
		if (has(&flow_at(p, i)->policies, name))
			return true;
	return false;
}

static void check_use(const struct plan *p, const struct policy *policy, struct findings *f)
{
	if (!policy_named(p, policy->name))
		findings_add(f, FINDING_WARNING, &policy->origin,
			"policy \"%s\" is used nowhere: name it in to_peer, from_peer or a flow, "
			"or remove it",
			policy->name);
}

/* Since when is not written anywhere; but not later than the file was changed. */
static void check_shadow(const struct policy *policy, int64_t wall, struct findings *f)
{
	const struct config_origin *at = config_origin_of(&policy->origin, "mode");
	struct stat st;
	int64_t days;

	if (policy->mode != MODE_SHADOW || !at->file || stat(at->file, &st) < 0)
		return;
	days = (wall - st.st_mtime) / DAY;
	if (days >= SHADOW_DAYS)
		findings_add(f, FINDING_WARNING, at,
			"policy \"%s\" has been in shadow for %lld days at least, changing "
			"nothing: look at what it would do (trunkctl explain --audit), then "
			"enforce or remove it",
			policy->name, (long long)days);
	else
		findings_add(f, FINDING_NOTE, at,
			"policy \"%s\" is in shadow, and changes nothing: enforce it when what it "
			"would do is right",
			policy->name);
}

static bool feature_named(const struct plan *p, const char *name)
{
	for (unsigned i = 0; i < p->settings.policies.n; i++) {
		const struct policy *one = policy_at(p, i);

		if (has(&one->strip, name) || has(&one->block, name) || has(&one->allow, name) ||
			has(&one->iq, name))
			return true;
	}
	return false;
}

static void check_features(const struct plan *p, struct findings *f)
{
	const struct own_feature_config *own = p->settings.features.items;

	for (unsigned i = 0; i < p->settings.features.n; i++)
		if (!feature_named(p, own[i].name))
			findings_add(f, FINDING_WARNING, &own[i].origin,
				"no policy names the feature \"%s\": use it in strip, block, allow "
				"or iq, or remove it",
				own[i].name);
}

static void check_default_route(const struct plan *p, struct findings *f)
{
	for (unsigned i = 0; i < p->settings.controls.n; i++) {
		const struct control_config *cc = control_at(p, i);

		if (cc->action == CONTROL_ACCEPT && has(&cc->match, "*"))
			findings_add(f, FINDING_NOTE, config_origin_of(&cc->origin, "match"),
				"\"*\" accepts every domain there is that proves itself as this "
				"control asks: give it a zone of its own and flows, or reject it, "
				"if that is not meant");
	}
}

void check_policy(struct check *k, struct check_part *p)
{
	const struct plan *plan = k->plan;

	check_report(k, PLAN_POLICY, &p->findings);
	if (!plan)
		return;
	check_reach(k, &p->findings);
	for (unsigned i = 0; i < plan->settings.policies.n; i++) {
		check_use(plan, policy_at(plan, i), &p->findings);
		check_shadow(policy_at(plan, i), k->wall, &p->findings);
	}
	check_features(plan, &p->findings);
	check_default_route(plan, &p->findings);
	p->summary = mem_printf(
		"%u policies, %u flows", plan->settings.policies.n, plan->settings.flows.n);
}
