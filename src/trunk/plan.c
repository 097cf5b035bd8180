/* SPDX-License-Identifier: MIT */
/* Building a plan and making the checks that need several rooms. */
#include "trunk/plan.h"

#include "base/digest.h"
#include "base/mem.h"
#include "net/listener.h"
#include "trunk/secrets.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const struct control_config *control_at(const struct plan *p, unsigned i)
{
	return &((const struct control_config *)p->settings.controls.items)[i];
}

static void load_trust(struct plan *p, struct config_report *report)
{
	const struct trust_config *configs = p->settings.trust.items;
	p->stores = mem_zero(p->settings.trust.n + 1, sizeof(*p->stores));
	for (unsigned i = 0; i < p->settings.trust.n; i++) {
		for (unsigned j = 0; j < i; j++)
			if (strcmp(configs[i].name, configs[j].name) == 0)
				config_report_add(report, CONFIG_ERROR,
					config_origin_of(&configs[i].origin, "name"),
					"trust store \"%s\" stands in the file twice (first at "
					"%s:%u)",
					configs[i].name, configs[j].origin.file,
					configs[j].origin.line);
		struct trust_store *store = trust_store_new(&configs[i], report);
		if (store)
			p->stores[p->nstores++] = store;
	}
}

static void check_sections(struct plan *p, bool without_keys, struct config_report *report)
{
	const struct settings *s = &p->settings;
	if (!s->listen.n)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&s->origin, "listen"),
			"nothing to listen on: add listen = ( { address = \"::\"; port = 5269; "
			"mode = \"starttls\"; } );");
	if (!s->controls.n)
		config_report_add(report, CONFIG_ERROR,
			config_origin_of(&s->origin, "peering_controls"),
			"no peering control: every domain would be refused; add peering_controls = "
			"( ... )");
	bool tls = false;
	for (unsigned i = 0; i < s->controls.n && !without_keys; i++)
		tls |= control_at(p, i)->action == CONTROL_ACCEPT &&
		       control_at(p, i)->tls != TLS_POLICY_OFF;
	if (tls && !s->certificates.n)
		config_report_add(report, CONFIG_ERROR,
			config_origin_of(&s->origin, "certificates"),
			"no certificate, but peering controls that need TLS: add certificates = ( "
			"{ name = \"...\"; "
			"chain = \"...\"; key = \"...\"; } );");
}

/* The certificate shown for a domain, to whichever zone one is for. */
static const struct credential *choose_any_zone(
	const struct plan *p, const struct domain *d, bool *covers_out)
{
	const struct certificate_config *c = p->settings.certificates.items;
	struct credentials_wanted w = { .domain = d, .may_mint = peering_may_mint(p->peering, d) };
	const struct credential *found = credentials_choose(p->credentials, &w, covers_out);
	for (unsigned i = 0; i < p->settings.certificates.n && !*covers_out; i++)
		for (unsigned j = 0; j < c[i].zones.n && !*covers_out; j++) {
			w.zone = c[i].zones.v[j];
			found = credentials_choose(p->credentials, &w, covers_out);
		}
	return found;
}

/* A certificate chosen for a domain that it does not name: peers will refuse it. */
static void check_name(struct plan *p, const char *name, const struct config_origin *origin,
	struct config_report *report)
{
	struct domain d;
	bool covers = true;
	if (name[0] == '*' || !domain_parse(str_of(name), &d))
		return;
	const struct credential *cr = choose_any_zone(p, &d, &covers);
	if (!cr && p->settings.certificates.n)
		config_report_add(report, CONFIG_WARNING, origin,
			"no certificate for %s: no issuer may make one (its name constraints, or "
			"the name is no host name), and nothing names it: TLS will fail",
			d.s);
	if (cr && !covers)
		config_report_add(report, CONFIG_WARNING, origin,
			"no certificate names %s; \"%s\" will be shown for it, and other servers "
			"will "
			"refuse it: add one with %s as subjectAltName",
			d.s, credential_name(cr), d.s);
}

static void check_covered(struct plan *p, struct config_report *report)
{
	for (unsigned i = 0; i < p->settings.controls.n; i++) {
		const struct control_config *c = control_at(p, i);
		if (c->action != CONTROL_ACCEPT || c->tls == TLS_POLICY_OFF)
			continue;
		for (unsigned j = 0; j < c->match.n; j++)
			check_name(p, c->match.v[j], config_origin_of(&c->origin, "match"), report);
		for (unsigned j = 0; j < c->domains.n; j++)
			check_name(p, c->domains.v[j], config_origin_of(&c->origin, "domains"),
				report);
	}
}

/* A certificate's word needs somebody who vouches for it, and a peer that proves with it. */
static void check_certificate_clearance(struct plan *p, struct config_report *report)
{
	for (unsigned i = 0; i < p->settings.controls.n; i++) {
		const struct control_config *c = control_at(p, i);
		const struct config_origin *at =
			config_origin_of(&c->labels.origin, "certificate_clearance");
		if (!c->labels.certificate_clearance || c->action != CONTROL_ACCEPT)
			continue;
		if (!(c->authentication & 1u << PROOF_EXTERNAL) || c->tls == TLS_POLICY_OFF)
			config_report_add(report, CONFIG_ERROR, at,
				"certificate_clearance: nobody proves with a certificate here: add "
				"\"external\" to authentication, and allow TLS");
		else if (!c->trust || strcmp(c->trust, "none") == 0)
			config_report_add(report, CONFIG_ERROR, at,
				"certificate_clearance: pins alone vouch for nothing that a "
				"certificate says: name a trust store");
		else if (!c->verify_next_hop)
			config_report_add(report, CONFIG_ERROR, at,
				"certificate_clearance: with verify_next_hop = false anybody may "
				"answer for it: remove that");
	}
}

static void load_keys(struct plan *p, const struct plan_options *o, struct config_report *report)
{
	config_report_topic(report, PLAN_CERTS);
	load_trust(p, report);
	p->credentials = credentials_new(&p->settings.certificates, report);
	config_report_topic(report, NULL);
	p->secrets = secrets_new(&p->settings.dialback, o->fallback_secret, report);
}

static void build(struct plan *p, const struct plan_options *o, struct config_report *report)
{
	check_sections(p, o->without_keys, report);
	listen_check(&p->settings.listen, report);
	resolver_check(&p->settings.dns, report);
	if (!o->without_keys)
		audit_config_check(&p->settings.audit, report);
	alerts_check(&p->settings.alerts, report);
	control_section_check(&p->settings.control, report);
	http_section_check(&p->settings.http, report);
	const struct policy *policies = p->settings.policies.items;
	config_report_topic(report, PLAN_POLICY);
	p->own = own_features_new(&p->settings.features, report);
	policy_check(policies, p->settings.policies.n, p->own, report);
	config_report_topic(report, NULL);
	if (!o->without_keys)
		load_keys(p, o, report);
	p->tables = policy_set_new();
	policy_set_own(p->tables, p->own);
	config_report_topic(report, PLAN_POLICY);
	policy_set_access(p->tables, &p->settings.jid_sets, &p->settings.policies, report);
	config_report_topic(report, NULL);
	const struct label_sections labels = { &p->settings.label_policies, &p->settings.labels,
		&p->settings.clearances, policy_set_jid_sets(p->tables) };
	p->labels = labels_new(&labels, report);
	labels_check(p->labels, &p->settings.policies, report);
	check_certificate_clearance(p, report);
	p->peering = peering_new(
		&p->settings, p->stores, p->nstores, p->credentials, p->tables, p->labels, report);
	if (!p->credentials)
		return;
	p->tls = tls_contexts_new(p->credentials, o->keylog_file);
	if (!p->tls)
		config_report_add(report, CONFIG_ERROR, NULL,
			"TLS keys cannot be written to \"%s\": %s", o->keylog_file,
			strerror(errno));
	config_report_topic(report, PLAN_NAMES);
	check_covered(p, report);
	config_report_topic(report, NULL);
}

static void identify(struct plan *p)
{
	struct buf text = { 0 };
	unsigned char digest[DIGEST_BYTES];
	char hex[DIGEST_HEX];
	config_print(&settings_schema, &p->settings, false, &text);
	digest_sha256(buf_view(&text), digest);
	digest_hex(digest, hex);
	memcpy(p->hash, hex, sizeof(p->hash) - 1);
	buf_fini(&text);
	char host[256] = "trunkd";
	if (!p->settings.node.name)
		gethostname(host, sizeof(host) - 1);
	p->node_name = mem_strdup(p->settings.node.name ? p->settings.node.name : host);
}

struct plan *plan_new(const struct plan_options *o, struct config_report *report)
{
	struct plan *p = MEM_NEW(struct plan);
	atomic_init(&p->refs, 1);
	p->number = o->number;
	p->file = config_load_for_checks(o->path, &settings_schema, &p->settings, report);
	/* Errors in the file are no reason to be silent about the rest of it. */
	if (p->file)
		build(p, o, report);
	if (p->file && !config_report_count(report, CONFIG_ERROR)) {
		identify(p);
		return p;
	}
	plan_unref(p);
	return NULL;
}

struct plan *plan_base(struct plan *p)
{
	return p->base ? p->base : p;
}

struct plan *plan_with_orders(struct plan *p, struct orders *orders, uint64_t number)
{
	struct plan *base = plan_ref(plan_base(p)), *view = MEM_NEW(struct plan);
	memcpy(view, base, sizeof(*view));
	atomic_init(&view->refs, 1);
	view->number = number;
	view->base = base;
	view->peering = peering_with_orders(base->peering, orders);
	return view;
}

struct plan *plan_ref(struct plan *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void plan_unref(struct plan *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (p->base) {
		struct plan *base = p->base;
		peering_free(p->peering);
		free(p);
		plan_unref(base);
		return;
	}
	tls_contexts_free(p->tls);
	peering_free(p->peering);
	policy_set_free(p->tables);
	own_features_free(p->own);
	labels_free(p->labels);
	secrets_free(p->secrets);
	credentials_free(p->credentials);
	for (unsigned i = 0; i < p->nstores; i++)
		trust_store_free(p->stores[i]);
	free(p->stores);
	if (p->file)
		config_values_fini(&settings_schema, &p->settings);
	config_file_free(p->file);
	free(p->node_name);
	free(p);
}

void plan_dialback_secrets(
	const struct plan *p, const struct domain *d, struct str out[PLAN_SECRETS])
{
	secrets_find(p->secrets, d, out);
}
