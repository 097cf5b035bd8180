/* SPDX-License-Identifier: MIT */
/*
 * trunkctl dns-zone: records that lead every domain to this trunk, for the DNS that the other
 * servers ask. Both services are said of every domain (RFC 2782, XEP-0368): one that no listener is
 * there for gets ".", since otherwise the domain's real record would show and lead past the trunk.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ctl/dns_zone.h"
#include "ctl/json.h"
#include "ctl/load.h"
#include "ctl/text.h"

#include <stdlib.h>

static const char *const services[] = { "_xmpp-server._tcp.", "_xmpps-server._tcp." };

/* One SRV record. */
struct record {
	const char *service, *domain, *target; /* "" for ".": the service is not offered */
	int port;
	unsigned priority;
};

/* Each target with each port; of a service without a listener a single ".". */
static void each_record(const struct dns_zone *z, const struct domain *d,
	void (*fn)(void *arg, const struct record *r), void *arg)
{
	for (unsigned s = 0; s < DNS_ZONE_SERVICES; s++) {
		struct record r = { services[s], d->s, "", 0, 0 };

		if (!z->nports[s])
			fn(arg, &r);
		for (unsigned t = 0; t < z->ntargets; t++)
			for (unsigned i = 0; i < z->nports[s]; i++) {
				r.target = z->targets[t];
				r.priority = 10 * (t + 1);
				r.port = z->ports[s][i];
				fn(arg, &r);
			}
	}
}

/* ---- bind: a response policy zone, which changes these names and no others ---- */

static void bind_begin(const struct dns_zone *z, FILE *f)
{
	fprintf(f,
		"; Leads %u domains to %s. A response policy zone: these names are answered from "
		"here,\n"
		"; all others as before. In named.conf:\n"
		";   options { response-policy { zone \"trunkd.rpz\"; } qname-wait-recurse no "
		"break-dnssec yes; };\n"
		";   zone \"trunkd.rpz\" { type primary; file \"...\"; allow-query { none; }; };\n"
		"$TTL %u\n"
		"@ IN SOA localhost. root.localhost. %u 3600 600 86400 60\n"
		"@ IN NS localhost.\n",
		z->served.n, z->targets[0], z->ttl, (unsigned)clock_wall());
}

static void bind_srv(const struct dns_zone *z, const struct record *r, FILE *f)
{
	fprintf(f, "%s%s IN SRV %u 0 %d %s.\n", r->service, r->domain, r->priority, r->port,
		r->target);
}

static void bind_address(const struct dns_zone *z, const char *type, const char *address, FILE *f)
{
	fprintf(f, "%s IN %s %s\n", z->targets[0], type, address);
}

/* ---- unbound ---- */

static void unbound_begin(const struct dns_zone *z, FILE *f)
{
	fprintf(f,
		"# Leads %u domains to %s. For /etc/unbound/unbound.conf.d, or an include: of "
		"unbound.conf.\n"
		"server:\n",
		z->served.n, z->targets[0]);
}

static void unbound_srv(const struct dns_zone *z, const struct record *r, FILE *f)
{
	fprintf(f, "\tlocal-data: '%s%s. %u IN SRV %u 0 %d %s.'\n", r->service, r->domain, z->ttl,
		r->priority, r->port, r->target);
}

static void unbound_address(
	const struct dns_zone *z, const char *type, const char *address, FILE *f)
{
	fprintf(f, "\tlocal-data: '%s. %u IN %s %s'\n", z->targets[0], z->ttl, type, address);
}

/* ---- dnsmasq ---- */

static void dnsmasq_begin(const struct dns_zone *z, FILE *f)
{
	fprintf(f,
		"# Leads %u domains to %s. For /etc/dnsmasq.d. The time that SRV records may be "
		"kept is\n"
		"# the same for all that dnsmasq itself knows: local-ttl=%u\n",
		z->served.n, z->targets[0], z->ttl);
}

static void dnsmasq_srv(const struct dns_zone *z, const struct record *r, FILE *f)
{
	if (r->port)
		fprintf(f, "srv-host=%s%s,%s,%d,%u,0\n", r->service, r->domain, r->target, r->port,
			r->priority);
	else
		fprintf(f, "srv-host=%s%s\n", r->service, r->domain);
}

static void dnsmasq_address(
	const struct dns_zone *z, const char *type, const char *address, FILE *f)
{
	fprintf(f, "host-record=%s,%s,%u\n", z->targets[0], address, z->ttl);
}

static const struct dns_zone_format {
	const char *name, *comment;
	void (*begin)(const struct dns_zone *z, FILE *f);
	void (*srv)(const struct dns_zone *z, const struct record *r, FILE *f);
	void (*address)(const struct dns_zone *z, const char *type, const char *address, FILE *f);
} formats[] = {
	{ "bind", "; ", bind_begin, bind_srv, bind_address },
	{ "unbound", "# ", unbound_begin, unbound_srv, unbound_address },
	{ "dnsmasq", "# ", dnsmasq_begin, dnsmasq_srv, dnsmasq_address },
};

static const struct dns_zone_format *find_format(const char *name)
{
	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name ? name : "bind") == 0)
			return &formats[i];
	return NULL;
}

/* ---- printing ---- */

static const char *address_type(const struct address *a, char out[ADDRESS_TEXT])
{
	char text[ADDRESS_TEXT];
	size_t n;

	address_print_host(a, text);
	n = strlen(text);
	if (text[0] != '[') {
		snprintf(out, ADDRESS_TEXT, "%s", text);
		return strchr(text, ':') ? "AAAA" : "A";
	}
	snprintf(out, ADDRESS_TEXT, "%.*s", (int)n - 2, text + 1);
	return "AAAA";
}

struct printing {
	const struct dns_zone *zone;
	const struct dns_zone_format *format;
	FILE *f;
};

static void print_record(void *arg, const struct record *r)
{
	const struct printing *p = arg;

	p->format->srv(p->zone, r, p->f);
}

static void print_text(const struct dns_zone *z, const struct dns_zone_format *fmt, FILE *f)
{
	struct printing p = { z, fmt, f };
	char text[ADDRESS_TEXT];

	fmt->begin(z, f);
	if (!z->naddresses)
		fprintf(f, "%sWhere %s is, is not said here: the DNS has to know.\n", fmt->comment,
			z->targets[0]);
	served_tell_wildcards(&z->served, fmt->comment, f);
	for (unsigned i = 0; i < z->served.n; i++)
		each_record(z, &z->served.v[i].domain, print_record, &p);
	for (unsigned i = 0; i < z->naddresses; i++) {
		const char *type = address_type(&z->addresses[i], text);

		fmt->address(z, type, text, f);
	}
}

static void add_record(void *arg, const struct record *r)
{
	MEM_AUTO char *name = mem_printf("%s%s", r->service, r->domain);

	json_array_append_new(arg,
		json_pack("{s:s, s:s, s:i, s:i, s:s}", "name", name, "type", "SRV", "priority",
			(int)r->priority, "port", r->port, "target", r->port ? r->target : "."));
}

static void print_json(const struct dns_zone *z, FILE *f)
{
	json_t *out = json_object(), *addresses = json_array(), *wildcards = json_array();
	json_t *records = json_array(), *targets = json_array();
	char text[ADDRESS_TEXT];

	for (unsigned i = 0; i < z->naddresses; i++) {
		address_type(&z->addresses[i], text);
		json_array_append_new(addresses, json_string(text));
	}
	for (unsigned i = 0; i < z->served.nwildcards; i++)
		json_array_append_new(wildcards, json_text(str_of(z->served.wildcards[i].match)));
	for (unsigned i = 0; i < z->ntargets; i++)
		json_array_append_new(targets, json_string(z->targets[i]));
	for (unsigned i = 0; i < z->served.n; i++)
		each_record(z, &z->served.v[i].domain, add_record, records);
	json_object_set_new(out, "targets", targets);
	json_object_set_new(out, "ttl", json_integer(z->ttl));
	json_object_set_new(out, "addresses", addresses);
	json_object_set_new(out, "records", records);
	json_object_set_new(out, "wildcards", wildcards);
	json_print(out, f);
}

enum ctl_status ctl_dns_zone(struct ctl *c)
{
	const struct dns_zone_format *fmt = find_format(c->option[OPTION_FORMAT]);
	enum ctl_status status;
	struct dns_zone z;
	struct plan *plan;

	if (!fmt)
		return ctl_misused(c, "--format %s: there are bind, unbound and dnsmasq",
			c->option[OPTION_FORMAT]);
	plan = load_plan_without_keys(c);
	if (!plan)
		return CTL_FAILED;
	status = dns_zone_init(&z, c, plan);
	if (status == CTL_FINE) {
		if (c->option[OPTION_JSON])
			print_json(&z, c->out);
		else
			print_text(&z, fmt, c->out);
		served_tell_wildcards(&z.served, "trunkctl: ", c->err);
	}
	dns_zone_fini(&z);
	plan_unref(plan);
	return status;
}
