/* SPDX-License-Identifier: MIT */
/*
 * "certs", "certs-issued": what the plan in force shows, issues and believes, and until when. On
 * the main thread, which holds a reference to it.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "daemon/control_command.h"
#include "net/credentials.h"
#include "net/mint.h"

#include <stdlib.h>
#include <string.h>

enum { DAY = 86400, SOON = 30, SOON_CRL = 7 /* days */ };

/* Null for a time that is not known. */
static json_t *time_text(int64_t seconds)
{
	char text[CLOCK_TEXT];

	clock_print(seconds, 0, text);
	return seconds ? json_string(text) : json_null();
}

/* Whole days; -1 for what ended a moment ago. */
static int64_t days_left(int64_t end, int64_t now)
{
	return (end - now) / DAY - (end < now);
}

static const char *state_of(int64_t end, int64_t now, int64_t soon, const char *over)
{
	if (end < now)
		return over;
	return days_left(end, now) < soon ? "soon" : "ok";
}

/* ---- what is shown ---- */

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

	credentials_names(p->credentials, i, add_name, names);
	json_object_set_new(o, "name", json_string(cc->name));
	json_object_set_new(o, "kind", json_string(issues ? "issuer" : "certificate"));
	json_object_set_new(o, "file", json_string(issues ? cc->issuer.chain : cc->chain));
	json_object_set_new(o, "state", json_string(state_of(end, now, SOON, "ended")));
	json_object_set_new(o, "not_after", time_text(end));
	json_object_set_new(o, "days", json_integer(days_left(end, now)));
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

/* ---- what is believed ---- */

struct store {
	const struct trust_store *store;
	const struct trust_item *items;
	unsigned n;
};

static bool has_lists(const struct store *s)
{
	return s->n && s->items[s->n - 1].crl;
}

/* Is there a list of this CA's? */
static bool has_list(const struct store *s, const struct trust_item *ca)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->items[i].crl && strcmp(s->items[i].name, ca->name) == 0)
			return true;
	return false;
}

static json_t *named(const struct store *s, const char *kind, const char *file)
{
	return json_pack(
		"{s:s, s:s, s:s}", "name", trust_store_name(s->store), "kind", kind, "file", file);
}

static void set_about(json_t *o, unsigned n, const char *worst)
{
	MEM_AUTO char *text = mem_printf("%u certificate%s%s%s", n, n == 1 ? "" : "s",
		worst ? ", first of all " : "", worst ? worst : "");

	json_object_set_new(o, "about", json_string(text));
}

/* The certificates of one file as one row: a bundle has hundreds. */
static json_t *tell_authorities(const struct store *s, unsigned first, unsigned end, int64_t now)
{
	const struct trust_item *next = &s->items[first];
	json_t *o = named(s, "trust", next->file), *ending = json_array(), *bare = json_array();
	const char *state, *worst;

	for (unsigned i = first; i < end; i++) {
		const struct trust_item *ca = &s->items[i];

		if (ca->until < next->until)
			next = ca;
		if (days_left(ca->until, now) < SOON)
			json_array_append_new(
				ending, json_pack("{s:s, s:o, s:I}", "subject", ca->name,
						"not_after", time_text(ca->until), "days",
						(json_int_t)days_left(ca->until, now)));
		if (has_lists(s) && !has_list(s, ca))
			json_array_append_new(bare, json_string(ca->name));
	}
	state = state_of(next->until, now, SOON, "ended");
	worst = json_array_size(ending) ? next->name : NULL;
	if (json_array_size(bare) && next->until >= now) {
		state = "no-crl";
		worst = json_string_value(json_array_get(bare, 0));
	}
	json_object_set_new(o, "state", json_string(state));
	json_object_set_new(o, "not_after", time_text(next->until));
	json_object_set_new(o, "days", json_integer(days_left(next->until, now)));
	json_object_set_new(o, "certificates", json_integer(end - first));
	json_object_set_new(o, "ending", ending);
	json_object_set_new(o, "without_crl", bare);
	set_about(o, end - first, worst);
	return o;
}

/* A list that does not say when the next one comes never gets stale. */
static json_t *tell_list(const struct store *s, const struct trust_item *list, int64_t now)
{
	json_t *o = named(s, "crl", list->file);
	bool ends = list->until != 0;

	json_object_set_new(o, "state",
		json_string(ends ? state_of(list->until, now, SOON_CRL, "stale") : "ok"));
	json_object_set_new(o, "not_after", time_text(list->until));
	json_object_set_new(
		o, "days", ends ? json_integer(days_left(list->until, now)) : json_null());
	json_object_set_new(o, "issuer", json_string(list->name));
	json_object_set_new(o, "this_update", time_text(list->from));
	json_object_set_new(o, "age", json_integer(now - list->from));
	json_object_set_new(o, "about", json_string(list->name));
	return o;
}

/* ---- the rows ---- */

struct rows {
	struct control_call *call;
	json_int_t n, problems; /* ended, stale, or without a list */
};

static void say_row(struct rows *r, json_t *row)
{
	const char *state = json_string_value(json_object_get(row, "state"));

	r->n++;
	r->problems += strcmp(state, "ok") != 0 && strcmp(state, "soon") != 0;
	control_item(r->call, row);
}

static void say_store(
	struct rows *r, const struct trust_config *c, const struct trust_store *store, int64_t now)
{
	struct store s = { .store = store };

	s.items = trust_store_items(store, &s.n);
	for (unsigned i = 0, end; i < s.n; i = end) {
		for (end = i + 1; end < s.n && !s.items[i].crl &&
				  s.items[end].file == s.items[i].file && !s.items[end].crl;)
			end++;
		say_row(r, s.items[i].crl ? tell_list(&s, &s.items[i], now)
					  : tell_authorities(&s, i, end, now));
	}
	if (!c->system)
		return;
	json_t *o = named(&s, "trust", "(system)");
	json_object_set_new(o, "state", json_string("ok"));
	json_object_set_new(o, "about", json_string("what this host believes"));
	say_row(r, o);
}

void control_certs(struct control_call *call, json_t *arguments)
{
	const struct plan *p = call->server->plan;
	const struct trust_config *trust = p->settings.trust.items;
	struct rows r = { .call = call };
	int64_t now = clock_wall();

	(void)arguments;
	for (unsigned i = 0; i < p->settings.certificates.n; i++)
		say_row(&r, tell_certificate(p, i, now));
	for (unsigned i = 0; i < p->settings.trust.n; i++)
		say_store(&r, &trust[i], p->stores[i], now);
	control_done(call, json_pack("{s:I, s:I}", "rows", r.n, "problems", r.problems));
}

/* ---- what was issued ---- */

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
