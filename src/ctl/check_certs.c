/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check certs: what is shown for whom, and whether the other servers will take it: names,
 * purposes, dates, who issued it, how large it is.
 */
#include "ctl/chain_limit.h"
#include "ctl/check.h"
#include "ctl/check_matrix.h"
#include "ctl/json.h"
#include "net/chain.h"

#include "base/mem.h"

#include <stdlib.h>

enum { DAY = 86400, SOON = 30 };

/* One entry of `certificates`. */
struct shown_file {
	const struct certificate_config *config;
	const char *path;               /* of the chain: an issuer's is of a CA */
	const struct config_origin *at; /* where that stands */
	bool issues;
	struct chain *chain; /* NULL: it cannot be read any more */
	struct chain_facts facts;
	enum trust_verdict *by; /* what each store says */
	bool *told;             /* by store: that its peers may not believe this one */
	const char *trusted_by; /* the first that believes it; NULL: none */
};

struct certs {
	const struct check *k;
	struct findings *findings;
	struct trust_store *const *stores;
	unsigned nstores;
	struct trust_store *given; /* of --ca */
	struct shown_file *files;
	unsigned n;
	struct matrix matrix;
};

static void read_files(struct certs *s)
{
	const struct config_list *list = &s->k->plan->settings.certificates;
	char words[PEM_WORDS];

	s->n = list->n;
	s->files = mem_zero(s->n + 1, sizeof(*s->files));
	for (unsigned i = 0; i < s->n; i++) {
		struct shown_file *f = &s->files[i];

		f->config = &((const struct certificate_config *)list->items)[i];
		f->by = mem_zero(s->nstores + 1, sizeof(*f->by));
		f->told = mem_zero(s->nstores + 1, sizeof(*f->told));
		f->issues = certificate_has_issuer(f->config);
		f->path = f->issues ? f->config->issuer.chain : f->config->chain;
		f->at = config_origin_of(
			f->issues ? &f->config->issuer.origin : &f->config->origin, "chain");
		f->chain = chain_read(f->path, words);
		if (f->chain)
			chain_facts(f->chain, &f->facts);
	}
}

/* ---- who believes it ---- */

/* What is said of the certificate itself is said at the loading of it. */
static bool said_already(const struct certs *s, const struct shown_file *f, enum trust_verdict v)
{
	return v == TRUST_PURPOSE ||
	       (v == TRUST_EXPIRED &&
		       (f->facts.not_after < s->k->wall || f->facts.not_before > s->k->wall));
}

static void tell_unknown(struct certs *s, const struct shown_file *f)
{
	if (s->given)
		findings_add(s->findings, FINDING_WARNING, f->at,
			"the certificate in %s does not lead to the CA in %s: who believes that "
			"one refuses it: append the intermediate certificates, or have it issued "
			"there",
			f->path, s->k->c->option[OPTION_CA]);
	else
		findings_add(s->findings, FINDING_WARNING, f->at,
			"the certificate in %s leads to no CA in trust: servers that believe the "
			"same refuse it: append the intermediate certificates, have it issued by "
			"one of these, or give the CA that they believe with --ca",
			f->path);
}

static void judge(struct certs *s, struct shown_file *f)
{
	struct trust_answer worst = { .verdict = TRUST_UNKNOWN_CA }, a;
	char date[16];

	for (unsigned i = 0; i < s->nstores; i++) {
		chain_judge(f->chain, s->stores[i], s->k->wall, &a);
		/* A CA is no server, and need not be one to issue. */
		if (f->issues && a.verdict == TRUST_PURPOSE)
			a.verdict = TRUST_OK;
		f->by[i] = a.verdict;
		/* Which CRLs a peer has is not known here. */
		if ((a.verdict == TRUST_OK || a.verdict == TRUST_NO_CRL) && !f->trusted_by) {
			f->trusted_by = trust_store_name(s->stores[i]);
			worst = a;
		} else if (a.verdict != TRUST_UNKNOWN_CA && !f->trusted_by) {
			worst = a;
		}
	}
	if (!f->trusted_by && worst.verdict == TRUST_UNKNOWN_CA) {
		tell_unknown(s, f);
	} else if (!f->trusted_by && !said_already(s, f, worst.verdict)) {
		findings_add(s->findings, FINDING_WARNING, f->at,
			"the certificate in %s is refused by who believes what trust says: %s: "
			"replace it",
			f->path, worst.words);
	} else if (f->trusted_by && worst.not_after < f->facts.not_after &&
		   worst.not_after < s->k->wall + SOON * DAY) {
		pem_date(worst.not_after, date);
		findings_add(s->findings, FINDING_WARNING, f->at,
			"an issuer of the certificate in %s ends on %s, before the certificate "
			"itself: get the new one of its CA",
			f->path, date);
	}
}

/* Whom a peer's certificate comes from, it most likely believes. */
static void compare_with_peer(struct certs *s, const struct shown *shown, struct shown_file *f)
{
	for (unsigned i = 0; i < s->nstores && f->chain && f->trusted_by; i++) {
		if (s->stores[i] != shown->peer->trust || f->by[i] != TRUST_UNKNOWN_CA ||
			f->told[i])
			continue;
		f->told[i] = true;
		findings_add(s->findings, FINDING_NOTE, f->at,
			"\"%s\" is shown to peers whose certificates come from trust \"%s\", but "
			"does not come from there: make sure that they believe its CA",
			f->config->name, trust_store_name(s->stores[i]));
	}
}

static void compare_with_peers(struct certs *s)
{
	for (unsigned r = 0; r < s->matrix.n; r++)
		for (unsigned c = 0; c < s->matrix.rows[r].n; c++)
			for (unsigned i = 0; i < s->n; i++) {
				const struct shown *shown = &s->matrix.rows[r].v[c];

				if (strcmp(credential_name(shown->credential),
					    s->files[i].config->name) == 0)
					compare_with_peer(s, shown, &s->files[i]);
			}
}

/* ---- how large it is ---- */

static void weigh(struct certs *s, const struct shown_file *f)
{
	char refused[CHAIN_LIMIT_WORDS];

	if (f->facts.xmpp_addr)
		findings_add(s->findings, FINDING_NOTE, f->at,
			"the certificate in %s has an XmppAddr, at which every ejabberd breaks the "
			"stream off: where there is one among the peers, request one without "
			"(trunkctl csr)",
			f->path);
	if (!chain_limit_words(f->facts.bytes, refused))
		return;
	findings_add(s->findings, FINDING_WARNING, f->at,
		"the certificates in %s are %zu KB, and no handshake succeeds with %s: split them "
		"(trunkctl csr --max-names), or issue one for each domain",
		f->path, f->facts.bytes / 1024, refused);
}

/* ---- what is printed ---- */

static json_t *certificates_json(const struct certs *s)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < s->n; i++) {
		const struct shown_file *f = &s->files[i];
		json_t *j = json_object();

		json_object_set_new(j, "name", json_text(str_of(f->config->name)));
		if (f->chain) {
			json_object_set_new(j, "file", json_text(str_of(f->path)));
			json_object_set_new(j, "days_left",
				json_integer((f->facts.not_after - s->k->wall) / DAY));
			json_object_set_new(j, "names", json_integer(f->facts.names));
			json_object_set_new(j, "bytes", json_integer((json_int_t)f->facts.bytes));
			json_object_set_new(j, "server", json_boolean(f->facts.server));
			json_object_set_new(j, "client", json_boolean(f->facts.client));
			json_object_set_new(j, "trusted_by",
				f->trusted_by ? json_text(str_of(f->trusted_by)) : json_null());
		}
		json_array_append_new(out, j);
	}
	return out;
}

static void print_certificate(const struct shown_file *f, int64_t wall, struct text *t)
{
	int64_t days = (f->facts.not_after - wall) / DAY;
	MEM_AUTO char *until = NULL, *what = NULL;
	char date[16];

	if (!f->chain)
		return;
	pem_date(f->facts.not_after, date);
	until = mem_printf("until %s (%lld days)", date, (long long)days);
	what = mem_printf("%u names, %zu.%zu KB%s%s%s, %s%s", f->facts.names, f->facts.bytes / 1024,
		f->facts.bytes % 1024 * 10 / 1024, f->issues ? ", issues others" : "",
		f->facts.server && !f->issues ? ", serverAuth" : "",
		f->facts.client && !f->issues ? ", clientAuth" : "",
		f->trusted_by ? "trust " : "trusted by none", f->trusted_by ? f->trusted_by : "");
	text_row(t,
		days >= SOON ? TONE_GOOD
		: days >= 7  ? TONE_WARN
			     : TONE_BAD,
		f->config->name, until, what, text_place(&f->config->origin).s, NULL);
}

static void print_tables(const struct check *k, const struct check_part *p, struct text *t)
{
	const struct certs *s = p->data;

	text_section(t, "Certificates");
	for (unsigned i = 0; i < s->n; i++)
		print_certificate(&s->files[i], k->wall, t);
	matrix_print(&s->matrix, t);
}

static void free_certs(void *data)
{
	struct certs *s = data;

	for (unsigned i = 0; i < s->n; i++) {
		chain_free(s->files[i].chain);
		free(s->files[i].by);
		free(s->files[i].told);
	}
	free(s->files);
	matrix_fini(&s->matrix);
	trust_store_free(s->given);
	free(s);
}

/* The CA that the other servers believe, where that is said; else those that we do. */
static bool take_stores(struct certs *s, struct check_part *p)
{
	const char *path = s->k->c->option[OPTION_CA];
	struct config_report *report;
	char *ca[] = { (char *)(uintptr_t)path };
	char name[] = "--ca";
	struct trust_config config = { .name = name, .ca = { ca, 1 } };
	struct config_message m;

	s->stores = s->k->plan->stores;
	s->nstores = s->k->plan->nstores;
	if (!path)
		return true;
	report = config_report_new();
	s->given = trust_store_new(&config, report);
	if (!s->given && config_report_message(report, 0, &m))
		p->undone = mem_strdup(m.words);
	config_report_free(report);
	s->stores = &s->given;
	s->nstores = 1;
	return s->given != NULL;
}

void check_certs(struct check *k, struct check_part *p)
{
	struct certs *s;

	check_report(k, PLAN_CERTS, &p->findings);
	if (!k->plan)
		return;
	s = MEM_NEW(struct certs);
	*s = (struct certs){ .k = k, .findings = &p->findings };
	p->data = s;
	p->free = free_certs;
	if (!take_stores(s, p))
		return;
	read_files(s);
	for (unsigned i = 0; i < s->n; i++)
		if (s->files[i].chain) {
			judge(s, &s->files[i]);
			weigh(s, &s->files[i]);
		}
	matrix_init(&s->matrix, k);
	matrix_findings(&s->matrix, k, &p->findings);
	if (!s->given)
		compare_with_peers(s);
	p->table = print_tables;
	p->summary = mem_printf(
		"%u certificate%s for %u domains", s->n, s->n == 1 ? "" : "s", s->matrix.n);
	p->json = json_object();
	json_object_set_new(p->json, "certificates", certificates_json(s));
	json_object_set_new(p->json, "matrix", matrix_json(&s->matrix));
}
