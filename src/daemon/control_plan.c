/* SPDX-License-Identifier: MIT */
/*
 * "certs", "certs-issued", "config", "loglevel", "set-loglevel": what the plan in force has, on the
 * main thread, which holds a reference to it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control_command.h"
#include "net/credentials.h"
#include "net/mint.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024, DAY = 86400 };

/* ---- certs ---- */

static void add_name(void *arg, const char *name)
{
	json_array_append_new(arg, json_string(name));
}

/* The domains of one list, as written in a control, for which the certificate is good. */
static void add_covered(
	json_t *out, const struct credential *cr, const struct config_strings *domains)
{
	for (unsigned i = 0; i < domains->n; i++) {
		struct domain d;

		if (domains->v[i][0] != '*' && domain_parse(str_of(domains->v[i]), &d) &&
			credential_covers(cr, &d))
			json_array_append_new(out, json_string(d.s));
	}
}

/* Which of the domains that controls name it can stand in for. */
static json_t *covered(const struct plan *p, const struct credential *cr)
{
	const struct control_config *c = p->settings.controls.items;
	json_t *out = json_array();

	for (unsigned i = 0; i < p->settings.controls.n; i++) {
		if (c[i].action != CONTROL_ACCEPT)
			continue;
		add_covered(out, cr, &c[i].match);
		add_covered(out, cr, &c[i].domains);
	}
	return out;
}

static json_t *strings(const struct config_strings *s)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < s->n; i++)
		json_array_append_new(out, json_string(s->v[i]));
	return out;
}

static json_t *tell_certificate(const struct plan *p, unsigned i, int64_t now)
{
	const struct certificate_config *cc =
		&((const struct certificate_config *)p->settings.certificates.items)[i];
	const struct credential *cr = credentials_at(p->credentials, i);
	bool issues = certificate_has_issuer(cc);
	int64_t end = credentials_end(p->credentials, i);
	json_t *o = json_object(), *names = json_array();
	char until[CLOCK_TEXT];

	credentials_names(p->credentials, i, add_name, names);
	clock_print(end, 0, until);
	json_object_set_new(o, "name", json_string(cc->name));
	json_object_set_new(o, "kind", json_string(issues ? "issuer" : "certificate"));
	json_object_set_new(o, "file", json_string(issues ? cc->issuer.chain : cc->chain));
	json_object_set_new(o, "not_after", json_string(until));
	json_object_set_new(o, "days", json_integer((end - now) / DAY - (end < now)));
	json_object_set_new(o, "names", names);
	json_object_set_new(o, "domains", covered(p, cr));
	json_object_set_new(o, "zones", strings(&cc->zones));
	if (issues) {
		struct mint_counts counts;

		mint_counts(credential_mint(cr), &counts);
		json_object_set_new(o, "issued", json_integer((json_int_t)counts.issued));
	}
	return o;
}

void control_certs(struct control_call *call, json_t *arguments)
{
	const struct plan *p = call->server->plan;
	int64_t now = clock_wall();

	(void)arguments;
	for (unsigned i = 0; i < p->settings.certificates.n; i++)
		control_item(call, tell_certificate(p, i, now));
	control_done(call, json_pack("{s:i}", "rows", (int)p->settings.certificates.n));
}

/* What issuers keep, copied out from under their locks. */
struct issued {
	struct minted *v;
	size_t n, room;
};

static void take_issued(void *arg, const struct minted *one)
{
	struct issued *all = arg;

	if (all->n == all->room) {
		all->room = all->room ? 2 * all->room : 64;
		all->v = mem_resize(all->v, all->room * sizeof(*all->v));
	}
	all->v[all->n++] = *one;
}

static int by_domain(const void *a, const void *b)
{
	const struct minted *x = a, *y = b;
	int d = strcmp(x->domain.s, y->domain.s);

	return d ? d : strcmp(x->issuer, y->issuer);
}

static json_t *time_text(int64_t seconds)
{
	char text[CLOCK_TEXT];

	clock_print(seconds, 0, text);
	return json_string(text);
}

void control_certs_issued(struct control_call *call, json_t *arguments)
{
	const struct credentials *all = call->server->plan->credentials;
	const struct credential *c;
	struct issued issued = { 0 };

	(void)arguments;
	for (unsigned i = 0; (c = credentials_at(all, i)); i++)
		if (credential_mint(c))
			mint_each(credential_mint(c), take_issued, &issued);
	if (issued.n)
		qsort(issued.v, issued.n, sizeof(*issued.v), by_domain);
	for (size_t i = 0; i < issued.n; i++)
		control_item(call, json_pack("{s:s, s:s, s:o, s:o, s:o}", "domain",
					   issued.v[i].domain.s, "issuer", issued.v[i].issuer,
					   "not_before", time_text(issued.v[i].not_before),
					   "not_after", time_text(issued.v[i].not_after), "renewal",
					   time_text(issued.v[i].renewal)));
	control_done(call, json_pack("{s:I}", "rows", (json_int_t)issued.n));
	free(issued.v);
}

/* ---- config ---- */

/* What is in force, as a file would say it, in pieces of whole lines; secrets masked. */
void control_config(struct control_call *call, json_t *arguments)
{
	const struct plan *p = call->server->plan;
	struct buf text = { 0 };

	(void)arguments;
	config_print(&settings_schema, &p->settings, false, &text);
	while (buf_len(&text) && call->conn) {
		struct str s = buf_view(&text);
		size_t n = s.n;

		if (n > CHUNK) {
			const char *end = memrchr(s.p, '\n', CHUNK);

			n = end ? (size_t)(end - s.p) + 1 : CHUNK;
		}
		control_item(call, json_pack("{s:o}", "text", json_stringn(s.p, n)));
		buf_consume(&text, n);
	}
	buf_fini(&text);
	control_done(call, json_pack("{s:s, s:s, s:I}", "file", call->server->options->path, "hash",
				   p->hash, "number", (json_int_t)p->number));
}

/* ---- loglevel ---- */

static json_t *levels(const struct server *s)
{
	return json_pack("{s:s, s:s, s:b}", "level", log_level_name(log_level()), "configured",
		log_level_name((enum log_level)s->plan->settings.log.level), "set",
		s->log_level >= 0);
}

void control_loglevel(struct control_call *call, json_t *arguments)
{
	(void)arguments;
	control_done(call, levels(call->server));
}

/* Until the next start, over reloads; "configured": as the configuration says, from now on. */
void control_set_loglevel(struct control_call *call, json_t *arguments)
{
	const char *wanted = control_text(arguments, "level");
	struct server *s = call->server;
	int level = LOG_LEVEL_ERROR;

	while (wanted && level >= 0 && strcmp(wanted, log_level_name((enum log_level)level)) != 0)
		level--;
	if (!wanted || (level < 0 && strcmp(wanted, "configured") != 0)) {
		control_fail(call, "there is no such log level",
			"debug, info, warn, error, or configured: what the configuration says");
		return;
	}
	s->log_level = level;
	log_set_level(
		level < 0 ? (enum log_level)s->plan->settings.log.level : (enum log_level)level);
	control_done(call, levels(s));
}
