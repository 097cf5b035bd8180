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

static bool zone_has_port(const struct dns_zone *z, unsigned service)
{
	return z->nports[service] > 0;
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
		z->served.n, z->target, z->ttl, (unsigned)clock_wall());
}

static void bind_srv(
	const struct dns_zone *z, const char *service, const struct domain *d, int port, FILE *f)
{
	if (port)
		fprintf(f, "%s%s IN SRV 10 0 %d %s.\n", service, d->s, port, z->target);
	else
		fprintf(f, "%s%s IN SRV 0 0 0 .\n", service, d->s);
}

static void bind_address(const struct dns_zone *z, const char *type, const char *address, FILE *f)
{
	fprintf(f, "%s IN %s %s\n", z->target, type, address);
}

/* ---- unbound ---- */

static void unbound_begin(const struct dns_zone *z, FILE *f)
{
	fprintf(f,
		"# Leads %u domains to %s. For /etc/unbound/unbound.conf.d, or an include: of "
		"unbound.conf.\n"
		"server:\n",
		z->served.n, z->target);
}

static void unbound_srv(
	const struct dns_zone *z, const char *service, const struct domain *d, int port, FILE *f)
{
	if (port)
		fprintf(f, "\tlocal-data: '%s%s. %u IN SRV 10 0 %d %s.'\n", service, d->s, z->ttl,
			port, z->target);
	else
		fprintf(f, "\tlocal-data: '%s%s. %u IN SRV 0 0 0 .'\n", service, d->s, z->ttl);
}

static void unbound_address(
	const struct dns_zone *z, const char *type, const char *address, FILE *f)
{
	fprintf(f, "\tlocal-data: '%s. %u IN %s %s'\n", z->target, z->ttl, type, address);
}

/* ---- dnsmasq ---- */

static void dnsmasq_begin(const struct dns_zone *z, FILE *f)
{
	fprintf(f,
		"# Leads %u domains to %s. For /etc/dnsmasq.d. The time that SRV records may be "
		"kept is\n"
		"# the same for all that dnsmasq itself knows: local-ttl=%u\n",
		z->served.n, z->target, z->ttl);
}

static void dnsmasq_srv(
	const struct dns_zone *z, const char *service, const struct domain *d, int port, FILE *f)
{
	if (port)
		fprintf(f, "srv-host=%s%s,%s,%d,10,0\n", service, d->s, z->target, port);
	else
		fprintf(f, "srv-host=%s%s\n", service, d->s);
}

static void dnsmasq_address(
	const struct dns_zone *z, const char *type, const char *address, FILE *f)
{
	fprintf(f, "host-record=%s,%s,%u\n", z->target, address, z->ttl);
}

static const struct dns_zone_format {
	const char *name, *comment;
	void (*begin)(const struct dns_zone *z, FILE *f);
	void (*srv)(const struct dns_zone *z, const char *service, const struct domain *d, int port,
		FILE *f);
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

static void print_domain(const struct dns_zone *z, const struct dns_zone_format *fmt,
	const struct domain *d, FILE *f)
{
	for (unsigned s = 0; s < DNS_ZONE_SERVICES; s++) {
		for (unsigned i = 0; i < z->nports[s]; i++)
			fmt->srv(z, services[s], d, z->ports[s][i], f);
		if (!zone_has_port(z, s))
			fmt->srv(z, services[s], d, 0, f);
	}
}

static void print_text(const struct dns_zone *z, const struct dns_zone_format *fmt, FILE *f)
{
	char text[ADDRESS_TEXT];

	fmt->begin(z, f);
	if (!z->naddresses)
		fprintf(f, "%sWhere %s is, is not said here: the DNS has to know.\n", fmt->comment,
			z->target);
	served_tell_wildcards(&z->served, fmt->comment, f);
	for (unsigned i = 0; i < z->served.n; i++)
		print_domain(z, fmt, &z->served.v[i].domain, f);
	for (unsigned i = 0; i < z->naddresses; i++) {
		const char *type = address_type(&z->addresses[i], text);

		fmt->address(z, type, text, f);
	}
}

static json_t *records_json(const struct dns_zone *z)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < z->served.n; i++)
		for (unsigned s = 0; s < DNS_ZONE_SERVICES; s++)
			for (unsigned k = 0; k < z->nports[s] || k == 0; k++) {
				int port = z->nports[s] ? z->ports[s][k] : 0;
				MEM_AUTO char *name =
					mem_printf("%s%s", services[s], z->served.v[i].domain.s);

				json_array_append_new(
					out, json_pack("{s:s, s:s, s:i, s:s}", "name", name, "type",
						     "SRV", "port", port, "target",
						     port ? z->target : "."));
			}
	return out;
}

static void print_json(const struct dns_zone *z, FILE *f)
{
	json_t *out = json_object(), *addresses = json_array(), *wildcards = json_array();
	char text[ADDRESS_TEXT];

	for (unsigned i = 0; i < z->naddresses; i++) {
		address_type(&z->addresses[i], text);
		json_array_append_new(addresses, json_string(text));
	}
	for (unsigned i = 0; i < z->served.nwildcards; i++)
		json_array_append_new(wildcards, json_text(str_of(z->served.wildcards[i].match)));
	json_object_set_new(out, "target", json_string(z->target));
	json_object_set_new(out, "ttl", json_integer(z->ttl));
	json_object_set_new(out, "addresses", addresses);
	json_object_set_new(out, "records", records_json(z));
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
