/* SPDX-License-Identifier: MIT */
/* See dns_zone.h. */
#include "ctl/dns_zone.h"

#include "base/mem.h"
#include "ctl/text.h"

#include <stdlib.h>

/* A name made up for a trunk that has none: .internal is reserved for such. It is good wherever
 * these records are, since its address stands beside it. */
#define NAMELESS        "trunkd.internal"
#define LONGEST_SERVICE "_xmpps-server._tcp."

enum { NAME_MOST = 253 /* of a name in the DNS, as text */, TTL_MOST = 604800 };

static const struct listen_config *listen_at(const struct plan *plan, unsigned i)
{
	return &((const struct listen_config *)plan->settings.listen.items)[i];
}

bool dns_zone_listens_for(const struct listen_config *l, const char *zone)
{
	if (!zone || !l->zones.n)
		return true;
	for (unsigned i = 0; i < l->zones.n; i++)
		if (strcmp(l->zones.v[i], zone) == 0)
			return true;
	return false;
}

static bool add_address(struct address *out, unsigned *n, const struct address *a)
{
	for (unsigned i = 0; i < *n; i++)
		if (address_same_host(&out[i], a))
			return true;
	if (*n == DNS_ZONE_ADDRESSES)
		return false;
	out[(*n)++] = *a;
	return true;
}

static bool parse_addresses(struct ctl *c, struct address *out, unsigned *n)
{
	MEM_AUTO char *all = mem_strdup(c->option[OPTION_ADDRESS]);
	char *rest;

	for (char *one = strtok_r(all, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
		struct address a;

		if (!address_parse(one, 0, &a) || address_port(&a) || address_is_any(&a)) {
			ctl_misused(c, "--address %s: that is no address of a host", one);
			return false;
		}
		if (!add_address(out, n, &a)) {
			ctl_misused(c, "at most %d addresses", DNS_ZONE_ADDRESSES);
			return false;
		}
	}
	return true;
}

bool dns_zone_addresses(struct ctl *c, const struct plan *plan, const char *zone,
	struct address out[DNS_ZONE_ADDRESSES], unsigned *n_out)
{
	*n_out = 0;
	if (c->option[OPTION_ADDRESS])
		return parse_addresses(c, out, n_out);
	for (unsigned i = 0; i < plan->settings.listen.n; i++) {
		const struct listen_config *l = listen_at(plan, i);
		struct address a;

		if (dns_zone_listens_for(l, zone) && address_parse(l->address, 0, &a) &&
			!address_is_any(&a))
			add_address(out, n_out, &a);
	}
	return true;
}

static void add_port(struct dns_zone *z, const struct listen_config *l)
{
	unsigned s = l->mode == LISTEN_DIRECT_TLS ? 1 : 0, i = 0;

	while (i < z->nports[s] && z->ports[s][i] != (int)l->port)
		i++;
	if (i == z->nports[s] && i < DNS_ZONE_ADDRESSES)
		z->ports[s][z->nports[s]++] = (int)l->port;
}

/* A listener that is for some zones only is told of, since the records say nothing of zones. */
static enum ctl_status find_ports(
	struct dns_zone *z, struct ctl *c, const struct plan *plan, const char *zone)
{
	for (unsigned i = 0; i < plan->settings.listen.n; i++) {
		const struct listen_config *l = listen_at(plan, i);

		if (!dns_zone_listens_for(l, zone))
			continue;
		add_port(z, l);
		if (!zone && l->zones.n)
			text_line(c->err,
				"trunkctl: %s: this listener is for some zones only: make records "
				"for each with --zone",
				text_place(&l->origin).s);
	}
	if (z->nports[0] || z->nports[1])
		return CTL_FINE;
	return ctl_failed(c, "no listener is for zone \"%s\"", zone ? zone : "");
}

static bool takes_ttl(struct dns_zone *z, const char *text)
{
	char *end;
	unsigned long v = text ? strtoul(text, &end, 10) : 300;

	if (text && (text[0] < '0' || text[0] > '9' || *end || v > TTL_MOST))
		return false;
	z->ttl = (unsigned)v;
	return true;
}

static bool is_host_name(const char *name, struct domain *d)
{
	return name && strchr(name, '.') && domain_parse(str_of(name), d) &&
	       !domain_is_address(domain_str(d));
}

/* Those of --target. Where several trunks are, the DNS has to know: addresses are those of one. */
static enum ctl_status take_targets(struct dns_zone *z, struct ctl *c)
{
	MEM_AUTO char *all = mem_strdup(c->option[OPTION_TARGET]);
	struct domain d;
	char *rest;

	for (char *one = strtok_r(all, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
		if (!is_host_name(one, &d))
			return ctl_misused(c, "--target %s: that is no host name", one);
		if (z->ntargets == DNS_ZONE_TARGETS)
			return ctl_misused(c, "at most %d targets", DNS_ZONE_TARGETS);
		memcpy(z->targets[z->ntargets++], d.s, d.n + 1u);
	}
	if (z->ntargets > 1 && c->option[OPTION_ADDRESS])
		return ctl_misused(c, "several targets, and --address: whose would it be? Leave "
				      "it out, where the DNS knows these hosts");
	if (z->ntargets > 1)
		z->naddresses = 0;
	return CTL_FINE;
}

/* The names that records lead to, and whether they may stand among them with addresses. */
static enum ctl_status find_target(struct dns_zone *z, struct ctl *c, const struct plan *plan)
{
	enum ctl_status status = c->option[OPTION_TARGET] ? take_targets(z, c) : CTL_FINE;
	struct domain d;

	if (status != CTL_FINE || z->ntargets > 1)
		return status;
	if (z->ntargets)
		domain_parse(str_of(z->targets[0]), &d);
	else if (!is_host_name(plan->settings.node.name, &d)) {
		if (!z->naddresses)
			return ctl_misused(c,
				"where is this trunk? Its listeners are on every address: say "
				"--address ADDRESS, or --target NAME of a host that the DNS knows");
		domain_parse(STR(NAMELESS), &d);
	}
	for (unsigned i = 0; i < z->served.n && z->naddresses; i++)
		if (str_eq(domain_str(&z->served.v[i].domain), domain_str(&d)))
			return ctl_misused(c,
				"%s is a domain behind the trunk: an address for it would hide its "
				"own from its clients; say --target with another name",
				d.s);
	memcpy(z->targets[0], d.s, d.n + 1u);
	z->ntargets = 1;
	return CTL_FINE;
}

/* Addresses are no names, and the longest names leave no room for the service. */
static void leave_out(struct served_list *s, struct ctl *c)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->n; i++) {
		const struct domain *d = &s->v[i].domain;

		if (!domain_is_address(domain_str(d)) &&
			d->n + sizeof(LONGEST_SERVICE) - 1 <= NAME_MOST)
			s->v[kept++] = s->v[i];
		else
			text_line(c->err, "trunkctl: %s: the DNS has no records for %s, left out",
				text_place(s->v[i].origin).s, d->s);
	}
	s->n = kept;
}

enum ctl_status dns_zone_init(struct dns_zone *z, struct ctl *c, const struct plan *plan)
{
	const char *zone = c->option[OPTION_ZONE];
	enum ctl_status status;

	*z = (struct dns_zone){ 0 };
	served_init(&z->served, plan);
	leave_out(&z->served, c);
	if (!takes_ttl(z, c->option[OPTION_TTL]))
		return ctl_misused(c,
			"--ttl %s: a number of seconds is needed, at most %d (a week)",
			c->option[OPTION_TTL], TTL_MOST);
	if (!dns_zone_addresses(c, plan, zone, z->addresses, &z->naddresses))
		return CTL_PROBLEMS;
	status = find_ports(z, c, plan, zone);
	return status == CTL_FINE ? find_target(z, c, plan) : status;
}

void dns_zone_fini(struct dns_zone *z)
{
	served_fini(&z->served);
}
