/* SPDX-License-Identifier: MIT */
/* TLS for tests, loaded through files like the real thing. */
#include "tls_fixture.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static struct domain domain(const char *z)
{
	struct domain d;

	if (!domain_parse(str_of(z), &d))
		abort();
	return d;
}

struct credentials *tls_fixture_credentials(struct pki *const *certs, unsigned n)
{
	struct certificate_config *all = mem_zero(n, sizeof(*all));
	struct config_list list = { all, n };
	struct config_report *report = config_report_new();
	struct credentials *c;

	for (unsigned i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "cert%u", i);
		all[i].name = mem_strdup(name);
		snprintf(name, sizeof(name), "cert%u.pem", i);
		all[i].chain = pki_write_certs(name, &certs[i]->cert, 1);
		snprintf(name, sizeof(name), "cert%u.key", i);
		all[i].key = pki_write_key(name, certs[i]->key, NULL);
	}
	c = credentials_new(&list, report);
	if (!c) {
		fprintf(stderr, "%s\n", config_report_line(report, 0, NULL));
		abort();
	}
	for (unsigned i = 0; i < n; i++) {
		free(all[i].name);
		free(all[i].chain);
		free(all[i].key);
	}
	free(all);
	config_report_free(report);
	return c;
}

void tls_fixture_init(struct tls_fixture *f)
{
	f->ca = pki_new(NULL, &(struct pki_spec){ .cn = "Test CA", .ca = 1 });
	f->a = pki_new(&f->ca, &(struct pki_spec){ .cn = "a", .san = PKI_DNS("a.example") });
	f->b = pki_new(&f->ca, &(struct pki_spec){ .cn = "b", .san = PKI_DNS("b.example") });
	f->credentials = tls_fixture_credentials((struct pki *[]){ &f->a, &f->b }, 2);
	f->contexts = tls_contexts_new(f->credentials, NULL);
}

void tls_fixture_fini(struct tls_fixture *f)
{
	tls_contexts_free(f->contexts);
	credentials_free(f->credentials);
	pki_free(&f->a);
	pki_free(&f->b);
	pki_free(&f->ca);
	pki_clean();
}

struct tls *tls_fixture_server(struct tls_fixture *f, enum tls_version min)
{
	struct domain a = domain("a.example");

	return tls_server_new(
		&(struct tls_server_options){ .contexts = f->contexts, .domain = &a, .min = min });
}

struct tls *tls_fixture_client(struct tls_fixture *f, enum tls_version min)
{
	struct domain a = domain("a.example"), b = domain("b.example");
	struct credentials_wanted w = { .domain = &b };
	bool covers;

	return tls_client_new(&(struct tls_client_options){ .contexts = f->contexts,
		.credential = credentials_choose(f->credentials, &w, &covers),
		.sni = &a,
		.min = min });
}
