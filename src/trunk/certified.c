/* SPDX-License-Identifier: MIT */
/* Clearances of certificates, and the table of what was shown; see certified.h. */
#include "trunk/certified.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ASK_MS = 30000 };

/* ---- one certificate ---- */

/* Finds each in its policy; those whose policy is not loaded are left unresolved. */
static void resolve(const struct label_policies *policies, struct clearance_list *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		struct clearance *c = &list->items[i];
		const struct spif *s = label_policies_find(policies, c->policy_id, c->policy_name);
		struct label_verdict v = { 0 };

		if (s && spif_resolve_clearance(s, c, &v) < 0)
			c->policy = NULL;
	}
}

/* RFC 5913 section 4: what is not in the constraints of a CA, no certificate below it has. */
static bool limit(struct certified *c, const struct label_policies *policies, struct str der)
{
	struct clearance_list most = { 0 };
	const char *fault = NULL;
	bool ok = ess_read_constraints(der, &most, &fault);

	if (ok)
		resolve(policies, &most);
	for (unsigned i = 0; ok && i < c->list.n; i++) {
		struct clearance *own = &c->list.items[i];
		const struct clearance *allowed =
			own->policy ? clearance_list_find(&most, own->policy) : NULL;

		if (allowed)
			clearance_narrow(own, allowed);
		else
			own->policy = NULL;
	}
	clearance_list_fini(&most);
	if (!ok)
		snprintf(c->words, sizeof(c->words), "limits of a CA cannot be read: %s", fault);
	return ok;
}

static bool read_claims(struct certified *c, const struct chain_claims *claims)
{
	const struct label_policies *policies = labels_policies(c->plan->labels);
	const char *fault = claims->fault;

	if (!policies)
		return false;
	if (!fault && buf_len(&claims->directory) &&
		!ess_read_directory(buf_view(&claims->directory), &c->list, &fault) && !fault)
		fault = "it cannot be read";
	if (fault) {
		snprintf(c->words, sizeof(c->words), "what it says is not believed: %s", fault);
		return false;
	}
	resolve(policies, &c->list);
	for (unsigned i = 0; i < claims->nlimits; i++)
		if (!limit(c, policies, buf_view(&claims->limits[i])))
			return false;
	if (!c->list.n)
		snprintf(c->words, sizeof(c->words), "it has no clearance");
	return true;
}

struct certified *certified_new(
	struct plan *plan, const struct chain_claims *claims, int64_t not_after)
{
	struct certified *c = MEM_NEW(struct certified);

	atomic_init(&c->refs, 1);
	c->plan = plan_ref(plan);
	c->not_after = not_after;
	if (!read_claims(c, claims))
		clearance_list_fini(&c->list);
	return c;
}

struct certified *certified_ref(struct certified *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void certified_unref(struct certified *c)
{
	if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	clearance_list_fini(&c->list);
	plan_unref(c->plan);
	free(c);
}

struct label_grants certified_grants(
	const struct certified *c, const struct control_labels *l, int64_t now)
{
	struct label_grants g = { 0 };

	if (!l->policies || now > c->not_after)
		return g;
	g.governing = clearance_list_find(&c->list, l->policies->governing);
	if (l->terms.policy)
		g.translated = clearance_list_find(&c->list, l->terms.policy);
	return g;
}

static void describe(const struct clearance *c, struct buf *out)
{
	const struct spif *s = c->policy;
	const struct spif_tag *tag = NULL;
	const char *between = ": ";

	buf_printf(out, "%s%.*s", buf_len(out) ? " | " : "", STR_ARG(s->name));
	for (unsigned i = 0; i < s->nclasses; i++) {
		if (!clearance_has_class(c, s->classes[i].lacv))
			continue;
		buf_printf(out, "%s%.*s", between, STR_ARG(s->classes[i].name));
		between = ", ";
	}
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];

		if (!clearance_grants(c, k->index))
			continue;
		if (k->tag != tag)
			buf_printf(out, "; %.*s: %.*s", STR_ARG(k->tag->name), STR_ARG(k->name));
		else
			buf_printf(out, ", %.*s", STR_ARG(k->name));
		tag = k->tag;
	}
}

void certified_describe(const struct certified *c, char *out, size_t size)
{
	struct buf text = { 0 };

	for (unsigned i = 0; i < c->list.n; i++)
		if (c->list.items[i].policy)
			describe(&c->list.items[i], &text);
	if (!buf_len(&text))
		buf_put(&text, str_of(c->words[0] ? c->words : "none that our policies know"));
	snprintf(out, size, "%.*s", STR_ARG(buf_view(&text)));
	buf_fini(&text);
}

struct trust_question certified_question(
	const struct control *c, const struct domain *d, bool outbound)
{
	return (struct trust_question){
		.store = c->trust,
		.domain = d,
		.more = outbound ? c->reference_names : c->accept_names,
		.nmore = outbound ? c->nreference : c->naccept,
		.pins = (const unsigned char(*)[32])c->pins,
		.npins = c->npins,
		.heeds_limits = c->labels.certificate,
	};
}

/* ---- what domains have shown ---- */

struct entry {
	struct map_node node;
	struct list link; /* in the list that it belongs to, the last noted one first */
	struct domain domain;
	struct shown *shown; /* NULL: it was only asked for */
	bool outbound;
	struct certified *now; /* under the plan that it has */
	uint64_t asked_ms;
};

/* Each with a bound of its own: domains that somebody makes us ask cannot drive out those that have
 * shown something. */
struct entries {
	struct list list;
	unsigned n;
};
struct certified_peers {
	pthread_mutex_t lock;
	struct map domains;
	struct entries shown, asked;
	atomic_ullong changes;
};

struct certified_peers *certified_peers_new(void)
{
	struct certified_peers *p = MEM_NEW(struct certified_peers);

	pthread_mutex_init(&p->lock, NULL);
	map_init(&p->domains);
	list_init(&p->shown.list);
	list_init(&p->asked.list);
	atomic_init(&p->changes, 1);
	return p;
}

static void forget(struct certified_peers *p, struct entry *e)
{
	struct entries *of = e->shown ? &p->shown : &p->asked;

	list_remove(&e->link);
	of->n--;
	shown_free(e->shown);
	certified_unref(e->now);
	e->shown = NULL;
	e->now = NULL;
}

static void drop(struct certified_peers *p, struct entry *e)
{
	forget(p, e);
	map_remove(&p->domains, &e->node);
	free(e);
}

/* To the front of its list, which has room for it. */
static void put_first(struct certified_peers *p, struct entry *e)
{
	struct entries *to = e->shown ? &p->shown : &p->asked;

	if (to->n >= CERTIFIED_DOMAINS)
		drop(p, list_item(to->list.prev, struct entry, link));
	list_prepend(&to->list, &e->link);
	to->n++;
}

void certified_peers_free(struct certified_peers *p)
{
	if (!p)
		return;
	list_for_each_safe (it, &p->shown.list)
		drop(p, list_item(it, struct entry, link));
	list_for_each_safe (it, &p->asked.list)
		drop(p, list_item(it, struct entry, link));
	map_fini(&p->domains);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct entry *find(struct certified_peers *p, const struct domain *d)
{
	struct map_node *node = map_get(&p->domains, domain_str(d));

	return node ? map_item(node, struct entry, node) : NULL;
}

static struct entry *add(struct certified_peers *p, const struct domain *d, struct shown *shown)
{
	struct entry *e = MEM_NEW(struct entry);

	e->domain = *d;
	e->shown = shown;
	map_put(&p->domains, &e->node, domain_str(&e->domain));
	put_first(p, e);
	return e;
}

void certified_peers_plan(struct certified_peers *p, const struct plan *plan)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	list_for_each_safe (it, &p->shown.list) {
		struct entry *e = list_item(it, struct entry, link);

		if (e->now && e->now->plan != (plan->base ? plan->base : plan)) {
			certified_unref(e->now);
			e->now = NULL;
		}
	}
	pthread_mutex_unlock(&p->lock);
}

void certified_peers_note(struct certified_peers *p, const struct control *c,
	const struct domain *d, X509 *leaf, STACK_OF(X509) * chain, bool outbound)
{
	struct shown *shown = p && c && c->labels.certificate ? shown_new(leaf, chain) : NULL;
	struct entry *e;

	if (!shown)
		return;
	pthread_mutex_lock(&p->lock);
	e = find(p, d);
	if (e && e->shown && e->outbound == outbound && shown_same(e->shown, shown)) {
		list_remove(&e->link);
		list_prepend(&p->shown.list, &e->link);
	} else {
		if (e)
			drop(p, e);
		add(p, d, shown)->outbound = outbound;
		shown = NULL;
		atomic_fetch_add(&p->changes, 1);
	}
	pthread_mutex_unlock(&p->lock);
	shown_free(shown);
}

static struct certified *judge(
	const struct entry *e, struct plan *plan, const struct control *c, int64_t wall)
{
	struct trust_question q = certified_question(c, &e->domain, e->outbound);
	struct chain_claims claims = { 0 };
	struct certified *found = NULL;
	struct trust_answer a;

	q.claims = &claims;
	shown_judge(e->shown, &q, wall, &a);
	if (a.verdict == TRUST_OK)
		found = certified_new(plan, &claims, a.not_after);
	chain_claims_fini(&claims);
	return found;
}

struct certified *certified_peers_find(struct certified_peers *p, struct plan *plan,
	const struct control *c, const struct domain *d, int64_t wall)
{
	struct certified *found = NULL;
	struct entry *e;

	if (!p)
		return NULL;
	plan = plan_base(plan);
	pthread_mutex_lock(&p->lock);
	e = find(p, d);
	if (e && e->shown && (!e->now || e->now->plan != plan)) {
		certified_unref(e->now);
		e->now = judge(e, plan, c, wall);
	}
	if (e && e->now && wall <= e->now->not_after)
		found = certified_ref(e->now);
	else if (e && e->shown) {
		forget(p, e); /* or it would be judged again for every stanza */
		put_first(p, e);
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

uint64_t certified_peers_changes(const struct certified_peers *p)
{
	return p ? atomic_load_explicit(&p->changes, memory_order_acquire) : 0;
}

bool certified_peers_may_ask(struct certified_peers *p, const struct domain *d, uint64_t now_ms)
{
	struct entry *e;
	bool may;

	if (!p)
		return false;
	pthread_mutex_lock(&p->lock);
	e = find(p, d);
	if (!e)
		e = add(p, d, NULL);
	may = !e->asked_ms || now_ms - e->asked_ms >= ASK_MS;
	if (may)
		e->asked_ms = now_ms ? now_ms : 1;
	pthread_mutex_unlock(&p->lock);
	return may;
}
