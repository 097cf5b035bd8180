/* SPDX-License-Identifier: MIT */
/*
 * Settings into compiled controls and flows: names parsed, references by name resolved, everything
 * that is wrong reported with its line and remedy. Runs once per plan, off to the side.
 */
#include "trunk/peering.h"

#include "base/mem.h"
#include "config/suggest.h"
#include "net/tls.h"
#include "trunk/peering_private.h"

#include <ctype.h>
#include <stdlib.h>

struct compile {
	const struct settings *settings;
	struct trust_store *const *stores;
	unsigned nstores;
	const struct credentials *credentials;
	struct policy_set *policy_tables;
	struct labels *labels;
	struct config_report *report;
	struct peering *peering;
};

#define COMPLAIN(c, origin, ...) config_report_add((c)->report, CONFIG_ERROR, (origin), __VA_ARGS__)
/* Where a key's value stands: an inherited one in `defaults`, and is complained about once. */
#define AT(group, key) config_origin_of(&(group)->origin, (key))

static const struct control_config *config_at(const struct settings *s, unsigned i)
{
	return &((const struct control_config *)s->controls.items)[i];
}

static struct domain *compile_names(struct compile *c, const struct control_config *cc,
	const struct config_strings *names, const char *key)
{
	struct domain *out = names->n ? mem_zero(names->n, sizeof(*out)) : NULL;
	for (unsigned i = 0; i < names->n; i++)
		if (!domain_parse(str_of(names->v[i]), &out[i]))
			COMPLAIN(c, AT(cc, key), "%s: \"%s\" is no domain name", key, names->v[i]);
	return out;
}

static bool pin_parse(const char *text, unsigned char out[32])
{
	unsigned digits = 0;
	for (; *text; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text) || digits == 64)
			return false;
		int v = isdigit((unsigned char)*text) ? *text - '0'
						      : tolower((unsigned char)*text) - 'a' + 10;
		out[digits / 2] = (unsigned char)(digits % 2 ? out[digits / 2] | v : v << 4);
		digits++;
	}
	return digits == 64;
}

/* One that stands in the file but did not load has been complained about. */
static void check_trust_name(struct compile *c, const struct control_config *cc)
{
	const struct trust_config *all = c->settings->trust.items;
	struct suggest near;
	suggest_init(&near, cc->trust);
	for (unsigned i = 0; i < c->settings->trust.n; i++) {
		if (strcmp(all[i].name, cc->trust) == 0)
			return;
		suggest_offer(&near, all[i].name);
	}
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "add it to trust = ( ... ), or correct the name");
	COMPLAIN(c, AT(cc, "trust"), "trust = \"%s\": there is no trust store of that name%s",
		cc->trust, remedy);
}

static void compile_trust(struct compile *c, const struct control_config *cc, struct control *out)
{
	if (cc->pins.n)
		out->pins = mem_zero(cc->pins.n, sizeof(*out->pins));
	out->npins = cc->pins.n;
	for (unsigned i = 0; i < cc->pins.n; i++)
		if (!pin_parse(cc->pins.v[i], out->pins[i]))
			COMPLAIN(c, AT(cc, "pins"),
				"pins: \"%s\" is no SHA-256 fingerprint; give 64 hexadecimal "
				"digits of the public "
				"key's (SubjectPublicKeyInfo) SHA-256",
				cc->pins.v[i]);
	if (cc->trust && strcmp(cc->trust, "none") == 0) {
		if (!cc->pins.n)
			COMPLAIN(c, AT(cc, "trust"),
				"trust = \"none\" needs pins: without either, nothing proves the "
				"peer");
		return;
	}
	for (unsigned i = 0; cc->trust && i < c->nstores; i++)
		if (strcmp(trust_store_name(c->stores[i]), cc->trust) == 0)
			out->trust = c->stores[i];
	if (cc->trust && !out->trust)
		check_trust_name(c, cc);
	bool needs = cc->tls != TLS_POLICY_OFF &&
		     (cc->verify_next_hop || cc->authentication & 1u << PROOF_EXTERNAL);
	if (!cc->trust && needs && out->accept)
		COMPLAIN(c, AT(cc, "trust"),
			"no trust store: set trust = \"...\" here or in defaults, so that "
			"certificates can be judged");
}

/* "host:NAME[:PORT]" and "ADDRESS[:PORT]", after "tls:" is taken off. */
static bool target_host(const char *text, struct target *t, uint16_t port)
{
	if (address_parse(text, port, &t->address)) {
		t->kind = TARGET_ADDRESS;
		t->port = address_port(&t->address);
		return true;
	}
	if (strncmp(text, "host:", 5) != 0)
		return false;
	text += 5;
	if (address_parse(text, port, &t->address)) {
		t->kind = TARGET_ADDRESS;
		t->port = address_port(&t->address);
		return true;
	}
	struct str name = str_of(text);
	const char *colon = memchr(text, ':', name.n);
	t->kind = TARGET_HOST;
	t->port = port;
	if (colon) {
		char *end;
		unsigned long v = strtoul(colon + 1, &end, 10);
		if (!isdigit((unsigned char)colon[1]) || *end || v == 0 || v > 65535)
			return false;
		t->port = (uint16_t)v;
		name.n = (size_t)(colon - text);
	}
	struct domain d;
	if (!domain_parse(name, &d))
		return false;
	memcpy(t->name, d.s, d.n + 1u);
	return true;
}

static bool target_parse(const char *text, struct target *t)
{
	*t = (struct target){ .kind = TARGET_SRV };
	if (strcmp(text, "dns") == 0)
		return true;
	if (strncmp(text, "domain:", 7) == 0) {
		struct domain d;
		if (!domain_parse(str_of(text + 7), &d) || domain_is_address(domain_str(&d)))
			return false;
		memcpy(t->name, d.s, d.n + 1u);
		return true;
	}
	bool direct = strncmp(text, "tls:", 4) == 0;
	t->direct_tls = direct;
	return target_host(direct ? text + 4 : text, t, direct ? 5270 : 5269);
}

static void compile_targets(struct compile *c, const struct control_config *cc, struct control *out)
{
	if (cc->connect.n > PEERING_TARGETS) {
		COMPLAIN(c, AT(cc, "connect"), "connect: at most %d targets", PEERING_TARGETS);
		return;
	}
	if (!cc->connect.n && out->accept)
		COMPLAIN(c, AT(cc, "connect"),
			"connect is empty: nothing says how the domain is reached; use \"dns\" or "
			"another target");
	for (unsigned i = 0; i < cc->connect.n; i++) {
		struct target *t = &out->targets[out->ntargets];
		if (!target_parse(cc->connect.v[i], t)) {
			COMPLAIN(c, AT(cc, "connect"),
				"connect: \"%s\" is none of \"dns\", \"domain:NAME\", "
				"\"host:NAME[:PORT]\", "
				"\"ADDRESS[:PORT]\" (an IPv6 address with a port in brackets), the "
				"last two with "
				"\"tls:\" before them for direct TLS",
				cc->connect.v[i]);
			continue;
		}
		out->own_srv |= t->kind == TARGET_SRV && !t->name[0];
		if (t->direct_tls && cc->tls == TLS_POLICY_OFF)
			COMPLAIN(c, AT(cc, "connect"),
				"connect: \"%s\" wants TLS, but tls = \"off\"", cc->connect.v[i]);
		out->ntargets++;
	}
}

static void compile_addresses(
	struct compile *c, const struct control_config *cc, struct control *out)
{
	if (cc->source_address && !address_parse(cc->source_address, 0, &out->source))
		COMPLAIN(c, AT(cc, "source_address"), "source_address: \"%s\" is no address",
			cc->source_address);
	if (cc->from_addresses.n)
		out->from_prefixes = mem_zero(cc->from_addresses.n, sizeof(*out->from_prefixes));
	out->nfrom = cc->from_addresses.n;
	for (unsigned i = 0; i < cc->from_addresses.n; i++)
		if (!address_prefix_parse(cc->from_addresses.v[i], &out->from_prefixes[i]))
			COMPLAIN(c, AT(cc, "from_addresses"),
				"from_addresses: \"%s\" is neither an address nor a prefix "
				"(192.0.2.0/24)",
				cc->from_addresses.v[i]);
}

static const struct policy *find_policy(
	struct compile *c, const struct config_origin *origin, const char *key, const char *name)
{
	const struct policy *all = c->settings->policies.items;
	struct suggest near;
	suggest_init(&near, name);
	for (unsigned i = 0; i < c->settings->policies.n; i++) {
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
		suggest_offer(&near, all[i].name);
	}
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "add it to policies = ( ... ), or correct the name");
	COMPLAIN(c, origin, "%s: there is no policy \"%s\"%s", key, name, remedy);
	return NULL;
}

static const struct policy **compile_policies(struct compile *c, const struct config_origin *group,
	const struct config_strings *names, const char *key, unsigned *n_out)
{
	const struct config_origin *origin = config_origin_of(group, key);
	if (names->n > PEERING_POLICIES)
		COMPLAIN(c, origin, "%s: at most %d policies", key, PEERING_POLICIES);
	const struct policy **out =
		names->n ? mem_zero(names->n, sizeof(const struct policy *)) : NULL;
	for (unsigned i = 0; i < names->n && i < PEERING_POLICIES; i++) {
		const struct policy *found = find_policy(c, origin, key, names->v[i]);
		if (found)
			out[(*n_out)++] = found;
	}
	return out;
}

static unsigned zone_index(struct peering *p, const char *zone)
{
	for (unsigned i = 0; i < p->nzones; i++)
		if (strcmp(p->zones[i], zone) == 0)
			return i;
	p->zones = mem_resize(p->zones, (p->nzones + 1) * sizeof(*p->zones));
	p->zones[p->nzones] = mem_strdup(zone);
	return p->nzones++;
}

static void compile_control(struct compile *c, const struct control_config *cc, struct control *out)
{
	out->config = cc;
	out->accept = cc->action == CONTROL_ACCEPT;
	out->zone_index = zone_index(c->peering, cc->zone);
	out->zone = cc->zone;
	compile_trust(c, cc, out);
	out->reference_names = compile_names(c, cc, &cc->reference_names, "reference_names");
	out->nreference = cc->reference_names.n;
	out->accept_names = compile_names(c, cc, &cc->accept_names, "accept_names");
	out->naccept = cc->accept_names.n;
	compile_targets(c, cc, out);
	compile_addresses(c, cc, out);
	if (c->labels)
		control_labels_init(&out->labels, c->labels, &cc->labels, c->report);
	out->to_peer = compile_policies(c, &cc->origin, &cc->to_peer, "to_peer", &out->nto_peer);
	out->from_peer =
		compile_policies(c, &cc->origin, &cc->from_peer, "from_peer", &out->nfrom_peer);
	if (cc->ciphers && !tls_ciphers_valid(cc->ciphers))
		COMPLAIN(c, AT(cc, "ciphers"),
			"ciphers: \"%s\" leaves no TLS 1.2 cipher; see: openssl ciphers -v",
			cc->ciphers);
	if (!out->accept)
		return;
	if (!cc->authentication)
		COMPLAIN(c, AT(cc, "authentication"),
			"authentication is empty: nothing would prove the peer; use [ \"external\" "
			"], "
			"[ \"dialback\" ] or both");
	if (cc->tls == TLS_POLICY_OFF && cc->authentication == 1u << PROOF_EXTERNAL)
		COMPLAIN(c, AT(cc, "tls"),
			"tls = \"off\" with authentication = [ \"external\" ]: there is no "
			"certificate without TLS; "
			"allow \"dialback\" or require TLS");
	if (!cc->verify_next_hop && cc->tls != TLS_POLICY_OFF)
		config_report_add(c->report, CONFIG_WARNING, AT(cc, "verify_next_hop"),
			"verify_next_hop = false: whoever answers at the next hop's address gets "
			"the stanzas");
	if (cc->certificate && c->credentials && !credentials_has(c->credentials, cc->certificate))
		COMPLAIN(c, AT(cc, "certificate"),
			"certificate = \"%s\": there is no certificate of that name",
			cc->certificate);
}

static void add_match(struct compile *c, const struct control *control, const char *text)
{
	struct peering *p = c->peering;
	const struct config_origin *origin = AT(control->config, "match");
	if (strcmp(text, "*") == 0) {
		if (p->fallback)
			COMPLAIN(c, origin, "match: \"*\" stands already in the control at %s:%u",
				p->fallback->config->origin.file, p->fallback->config->origin.line);
		p->fallback = control;
		return;
	}
	bool suffix = strncmp(text, "*.", 2) == 0;
	struct match *m = &p->match_items[p->nmatches];
	if (!domain_parse(str_of(suffix ? text + 2 : text), &m->name)) {
		COMPLAIN(c, origin, "match: \"%s\" is no domain, no \"*.suffix\" and not \"*\"",
			text);
		return;
	}
	m->control = control;
	m->key[0] = '.';
	memcpy(m->key + suffix, m->name.s, m->name.n + 1u);
	struct map_node *other = map_get(&p->matches, str_of(m->key));
	if (other) {
		const struct config_origin *o =
			&map_item(other, struct match, node)->control->config->origin;
		COMPLAIN(c, origin,
			"match: \"%s\" stands already in the control at %s:%u; a domain belongs to "
			"one "
			"control",
			text, o->file ? o->file : "?", o->line);
		return;
	}
	map_put(&p->matches, &m->node, str_of(m->key));
	p->nmatches++;
}

static void compile_matches(struct compile *c)
{
	struct peering *p = c->peering;
	size_t total = 0;
	for (unsigned i = 0; i < p->ncontrols; i++)
		total += p->controls[i].config->match.n;
	p->match_items = mem_zero(total + 1, sizeof(*p->match_items));
	for (unsigned i = 0; i < p->ncontrols; i++) {
		struct control *control = &p->controls[i];
		const struct config_strings *names = &control->config->match;
		for (unsigned j = 0; j < names->n; j++)
			add_match(c, control, names->v[j]);
	}
}

/* What the default route is known to be for is no longer just anybody. */
static void list_domain(struct peering *p, const struct domain *d, unsigned i)
{
	struct listed *l = &p->listed_items[i];
	if (map_get(&p->listed, domain_str(d)))
		return;
	l->name = *d;
	map_put(&p->listed, &l->node, domain_str(&l->name));
}

/* Domains that stand for a wildcard are really its control's: neither misspelt nor another one's.
 */
static void check_domains(struct compile *c, const struct control *control)
{
	const struct config_strings *names = &control->config->domains;
	const struct config_origin *origin = AT(control->config, "domains");
	if (control == c->peering->fallback)
		c->peering->listed_items =
			mem_zero(names->n + 1u, sizeof(*c->peering->listed_items));
	for (unsigned i = 0; i < names->n; i++) {
		struct domain d;
		if (!domain_parse(str_of(names->v[i]), &d)) {
			COMPLAIN(c, origin,
				"domains: \"%s\" is no domain name; wildcards belong in match",
				names->v[i]);
			continue;
		}
		const struct control *found = peering_find(c->peering, &d);
		const struct config_origin *o = found ? &found->config->origin : NULL;
		if (!found)
			COMPLAIN(c, origin,
				"domains: no match of this control stands for \"%s\": add it to "
				"match, or correct the name",
				names->v[i]);
		else if (found != control)
			COMPLAIN(c, origin,
				"domains: \"%s\" belongs to the control at %s:%u: take it out here",
				names->v[i], o->file ? o->file : "?", o->line);
		else if (control == c->peering->fallback)
			list_domain(c->peering, &d, i);
	}
}

/* The zones of a flow are those of controls. */
static bool check_zone(struct compile *c, const struct flow_config *fc, const char *key)
{
	const struct peering *p = c->peering;
	const char *zone = strcmp(key, "from") == 0 ? fc->from : fc->to;
	struct suggest near;
	suggest_init(&near, zone);
	for (unsigned i = 0; i < p->nzones; i++) {
		if (strcmp(p->zones[i], zone) == 0)
			return true;
		suggest_offer(&near, p->zones[i]);
	}
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "give one zone = \"...\", or correct the name");
	COMPLAIN(c, AT(fc, key), "flow: no control is in zone \"%s\"%s", zone, remedy);
	return false;
}

static void compile_flows(struct compile *c)
{
	struct peering *p = c->peering;
	const struct flow_config *configs = c->settings->flows.items;
	p->nflows = c->settings->flows.n;
	if (!p->nflows) {
		/* Whoever takes the last flow out means the opposite of what no list at all means.
		 */
		if (AT(c->settings, "flows") != &c->settings->origin)
			COMPLAIN(c, AT(c->settings, "flows"),
				"flows: the list is empty, and would let everybody reach "
				"everybody: add flows, or remove it");
		return;
	}
	p->flow_items = mem_zero(p->nflows, sizeof(*p->flow_items));
	p->flows = mem_zero((size_t)p->nzones * p->nzones, sizeof(const struct flow *));
	for (unsigned i = 0; i < p->nflows; i++) {
		const struct flow_config *fc = &configs[i];
		struct flow *f = &p->flow_items[i];
		f->config = fc;
		f->muc = fc->muc;
		f->policies =
			compile_policies(c, &fc->origin, &fc->policies, "policies", &f->npolicies);
		if (!check_zone(c, fc, "from") || !check_zone(c, fc, "to"))
			continue;
		size_t at = zone_index(p, fc->from) * p->nzones + zone_index(p, fc->to);
		if (p->flows[at])
			COMPLAIN(c, &fc->origin,
				"flow: from \"%s\" to \"%s\" stands in the file twice", fc->from,
				fc->to);
		p->flows[at] = f;
	}
}

/* Rooms are what a control calls so, and nothing else (decision 27). */
static void check_conversations(struct compile *c)
{
	const struct policy *policies = c->settings->policies.items;
	for (unsigned i = 0; i < c->settings->controls.n; i++)
		if (config_at(c->settings, i)->service == SERVICE_MUC)
			return;
	for (unsigned i = 0; i < c->settings->policies.n; i++)
		if (policies[i].conversations != CONVERSATIONS_ANY)
			COMPLAIN(c, AT(&policies[i], "conversations"),
				"conversations: no control says where rooms are: give theirs "
				"service = \"muc\"");
}

static bool same_list(
	const struct policy *const *a, unsigned na, const struct policy *const *b, unsigned nb)
{
	return na == nb && (na == 0 || memcmp(a, b, na * sizeof(*a)) == 0);
}

/* Numbers the distinct lists of policies, so that a crossing is three numbers. */
static void number_lists(struct peering *p, unsigned **to_reps, unsigned **from_reps)
{
	*to_reps = mem_zero(p->ncontrols + 1, sizeof(unsigned));
	*from_reps = mem_zero(p->ncontrols + 1, sizeof(unsigned));
	for (unsigned i = 0; i < p->ncontrols; i++) {
		struct control *c = &p->controls[i];
		for (c->to_list = 0; c->to_list < p->nto_lists; c->to_list++) {
			const struct control *r = &p->controls[(*to_reps)[c->to_list]];
			if (same_list(r->to_peer, r->nto_peer, c->to_peer, c->nto_peer))
				break;
		}
		if (c->to_list == p->nto_lists)
			(*to_reps)[p->nto_lists++] = i;
		for (c->from_list = 0; c->from_list < p->nfrom_lists; c->from_list++) {
			const struct control *r = &p->controls[(*from_reps)[c->from_list]];
			if (same_list(r->from_peer, r->nfrom_peer, c->from_peer, c->nfrom_peer))
				break;
		}
		if (c->from_list == p->nfrom_lists)
			(*from_reps)[p->nfrom_lists++] = i;
	}
}

static const struct policy_table *merge(struct compile *c, const struct control *from,
	const struct flow *flow, const struct control *to)
{
	struct passage_policy in_force[PASSAGE_POLICIES];
	const struct policy *list[PASSAGE_POLICIES];
	unsigned n = peering_policies(from, flow, to, in_force);
	for (unsigned i = 0; i < n; i++)
		list[i] = in_force[i].policy;
	return policy_set_merge(c->policy_tables, list, n);
}

static void compile_tables(struct compile *c)
{
	struct peering *p = c->peering;
	MEM_AUTO unsigned *to_reps = NULL;
	MEM_AUTO unsigned *from_reps = NULL;
	number_lists(p, &to_reps, &from_reps);
	size_t total = p->nfrom_lists * (p->nflows + 1) * p->nto_lists;
	if (total > 65536) {
		COMPLAIN(c, NULL,
			"too many combinations of policies (%zu, at most 65536): give controls and "
			"flows "
			"fewer distinct lists",
			total);
		return;
	}
	p->tables = mem_zero(total + 1, sizeof(const struct policy_table *));
	for (size_t f = 0; f < p->nfrom_lists; f++)
		for (size_t w = 0; w <= p->nflows; w++)
			for (size_t t = 0; t < p->nto_lists; t++) {
				const struct policy_table *table = merge(c,
					&p->controls[from_reps[f]],
					w ? &p->flow_items[w - 1] : NULL, &p->controls[to_reps[t]]);
				if (!table) {
					COMPLAIN(c, NULL,
						"more than 4096 distinct lists of policies");
					return;
				}
				p->tables[(f * (p->nflows + 1) + w) * p->nto_lists + t] = table;
			}
}

struct peering *peering_new(const struct settings *s, struct trust_store *const *stores,
	unsigned nstores, const struct credentials *credentials, struct policy_set *tables,
	struct labels *labels, struct config_report *report)
{
	struct peering *p = MEM_NEW(struct peering);
	struct compile c = { s, stores, nstores, credentials, tables, labels, report, p };
	map_init(&p->matches);
	map_init(&p->listed);
	zone_index(p, "default");
	p->ncontrols = s->controls.n;
	p->controls = mem_zero(p->ncontrols + 1, sizeof(*p->controls));
	for (unsigned i = 0; i < p->ncontrols; i++)
		compile_control(&c, config_at(s, i), &p->controls[i]);
	compile_matches(&c);
	for (unsigned i = 0; i < p->ncontrols; i++)
		check_domains(&c, &p->controls[i]);
	compile_flows(&c);
	check_conversations(&c);
	compile_tables(&c);
	return p;
}

void peering_free(struct peering *p)
{
	if (!p)
		return;
	if (p->orders) { /* a view: everything else is another's */
		orders_unref(p->orders);
		free(p);
		return;
	}
	for (unsigned i = 0; i < p->ncontrols; i++) {
		struct control *c = &p->controls[i];
		free(c->pins);
		free(c->reference_names);
		free(c->accept_names);
		free(c->from_prefixes);
		free(c->to_peer);
		free(c->from_peer);
		control_labels_fini(&c->labels);
	}
	for (unsigned i = 0; i < p->nflows; i++)
		free(p->flow_items[i].policies);
	for (unsigned i = 0; i < p->nzones; i++)
		free(p->zones[i]);
	map_fini(&p->matches);
	map_fini(&p->listed);
	free(p->listed_items);
	free(p->zones);
	free(p->controls);
	free(p->match_items);
	free(p->flow_items);
	free(p->flows);
	free(p->tables);
	free(p);
}
