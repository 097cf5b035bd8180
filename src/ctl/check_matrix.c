/* SPDX-License-Identifier: MIT */
/* See check_matrix.h. */
#include "ctl/check_matrix.h"

#include "base/mem.h"
#include "ctl/dns_zone.h"
#include "ctl/json.h"

#include <stdlib.h>

/* Peers of one control: the second name is for when the first is the one they meet. */
struct audience {
	const struct control *control;
	struct domain examples[2];
	unsigned n;
	unsigned class; /* of those with one zone and one certificate */
};

struct work {
	const struct check *k;
	struct audience *audiences;
	unsigned n;
	unsigned nclasses;
	bool *done; /* by class, for one row */
};

static const struct control_config *config_at(const struct plan *p, unsigned i)
{
	return &((const struct control_config *)p->settings.controls.items)[i];
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void class_of(struct work *w, struct audience *a)
{
	for (unsigned i = 0; i < w->n; i++) {
		const struct audience *b = &w->audiences[i];

		if (same_text(a->control->zone, b->control->zone) &&
			same_text(
				a->control->config->certificate, b->control->config->certificate)) {
			a->class = b->class;
			return;
		}
	}
	a->class = w->nclasses++;
}

static void find_audiences(struct work *w)
{
	const struct plan *plan = w->k->plan;
	unsigned n = plan->settings.controls.n;

	w->audiences = mem_zero(n + 1, sizeof(*w->audiences));
	for (unsigned i = 0; i < n; i++) {
		const struct control_config *cc = config_at(plan, i);
		struct audience *a = &w->audiences[w->n];

		if (cc->action != CONTROL_ACCEPT || cc->tls == TLS_POLICY_OFF)
			continue;
		check_example(cc, &a->examples[0]);
		a->n = 1;
		a->control = peering_accepted(plan->peering, &a->examples[0]);
		if (!a->control || a->control->config != cc)
			continue;
		class_of(w, a);
		w->n++;
	}
	/* Further names of a control are its second example. */
	for (unsigned s = 0; s < w->k->served.n; s++)
		for (unsigned i = 0; i < w->n; i++) {
			struct audience *a = &w->audiences[i];
			const struct served *one = &w->k->served.v[s];

			if (a->n == 1 && one->control == a->control &&
				!str_eq(domain_str(&one->domain), domain_str(&a->examples[0])))
				a->examples[a->n++] = one->domain;
		}
	w->done = mem_zero(w->nclasses + 1, sizeof(*w->done));
}

/* ---- who meets whom ---- */

static bool permitted(const struct peering *p, const struct domain *from, const struct domain *to)
{
	struct passage way;

	peering_permit(p, from, to, &way);
	return way.permit == PERMIT_YES || way.permit == PERMIT_ANSWERS;
}

static bool meets(const struct work *w, const struct audience *a, const struct domain *d)
{
	const struct peering *p = w->k->plan->peering;

	for (unsigned i = 0; i < a->n; i++) {
		if (str_eq(domain_str(&a->examples[i]), domain_str(d)))
			continue;
		if (permitted(p, &a->examples[i], d) || permitted(p, d, &a->examples[i]))
			return true;
	}
	return false;
}

/* May peers of this zone come in at a listener that does not know their zone by itself? */
static bool comes_in(const struct plan *plan, const char *zone, bool early)
{
	const struct listen_config *l = plan->settings.listen.items;

	for (unsigned i = 0; i < plan->settings.listen.n; i++)
		if (dns_zone_listens_for(&l[i], zone) &&
			(!early || (l[i].mode == LISTEN_DIRECT_TLS && l[i].zones.n != 1)))
			return true;
	return false;
}

static void show(const struct work *w, struct matrix_row *row, struct shown s, const char *name)
{
	const struct plan *plan = w->k->plan;
	struct credentials_wanted wanted = { .domain = &row->served->domain,
		.name = name,
		.zone = s.zone,
		.may_mint = peering_may_mint(plan->peering, &row->served->domain) };

	s.credential = credentials_choose(plan->credentials, &wanted, &s.covers);
	if (!s.credential)
		return;
	for (unsigned i = 0; i < row->n; i++)
		if (row->v[i].way == s.way && same_text(row->v[i].zone, s.zone) &&
			row->v[i].credential == s.credential)
			return;
	row->v = mem_resize(row->v, (row->n + 1) * sizeof(*row->v));
	row->v[row->n++] = s;
}

static void add_audience(const struct work *w, struct matrix_row *row, const struct audience *a)
{
	const struct plan *plan = w->k->plan;
	const char *zone = a->control->zone;
	struct shown s = { .peer = a->control, .zone = zone };

	if (comes_in(plan, zone, false)) {
		s.way = SHOWN_IN;
		show(w, row, s, NULL);
	}
	if (comes_in(plan, zone, true)) {
		s.way = SHOWN_IN_EARLY;
		s.zone = NULL;
		show(w, row, s, NULL);
	}
	s.way = SHOWN_OUT;
	s.zone = zone;
	show(w, row, s, a->control->config->certificate);
}

static void fill(struct work *w, struct matrix_row *row)
{
	memset(w->done, 0, w->nclasses * sizeof(*w->done));
	for (unsigned i = 0; i < w->n; i++) {
		const struct audience *a = &w->audiences[i];

		if (w->done[a->class] || !meets(w, a, &row->served->domain))
			continue;
		w->done[a->class] = true;
		add_audience(w, row, a);
	}
}

void matrix_init(struct matrix *m, const struct check *k)
{
	struct work w = { .k = k };

	find_audiences(&w);
	m->n = k->served.n;
	m->rows = mem_zero(m->n + 1, sizeof(*m->rows));
	for (unsigned i = 0; i < m->n; i++) {
		m->rows[i].served = &k->served.v[i];
		if (k->plan->credentials)
			fill(&w, &m->rows[i]);
	}
	free(w.audiences);
	free(w.done);
}

void matrix_fini(struct matrix *m)
{
	for (unsigned i = 0; i < m->n; i++)
		free(m->rows[i].v);
	free(m->rows);
	*m = (struct matrix){ 0 };
}

/* ---- what is wrong ---- */

static bool has_zones(const struct plan *plan)
{
	const struct certificate_config *c = plan->settings.certificates.items;

	for (unsigned i = 0; i < plan->settings.certificates.n; i++)
		if (c[i].zones.n)
			return true;
	return false;
}

/* Does another cell say the same already? Dialling says it only where it differs. */
static bool said(const struct matrix_row *row, unsigned i)
{
	for (unsigned k = 0; k < row->n; k++)
		if (k != i && row->v[k].way == SHOWN_IN && row->v[i].way == SHOWN_OUT &&
			row->v[k].credential == row->v[i].credential &&
			same_text(row->v[k].zone, row->v[i].zone))
			return true;
	return false;
}

static void find_wrong(
	const struct matrix_row *row, const struct shown *s, bool zones, struct findings *f)
{
	const struct config_origin *at = row->served->origin;
	const struct domain *d = &row->served->domain;
	const char *name = credential_name(s->credential);
	const char *forced = s->peer->config->certificate;

	if (s->way == SHOWN_OUT && forced)
		findings_add_domain(f, FINDING_WARNING,
			config_origin_of(&s->peer->config->origin, "certificate"), d,
			"certificate = \"%s\" does not name @@, and whom it is shown to refuses "
			"it: request one with these names (trunkctl csr), or leave the key out",
			forced);
	else if (s->way == SHOWN_IN_EARLY)
		findings_add_domain(f, FINDING_WARNING, at, d,
			"who begins with TLS has not said its zone, and is shown \"%s\" for @@, "
			"which does not name it: give each direct-tls listener one zone, or add a "
			"certificate without zones",
			name);
	else if (zones)
		findings_add_domain(f, FINDING_WARNING, at, d,
			"no certificate names @@ for peers in zone \"%s\": \"%s\" is shown to "
			"them, and they refuse it: request one with these names (trunkctl csr)",
			s->zone, name);
	else
		findings_add_domain(f, FINDING_WARNING, at, d,
			"no certificate names @@: \"%s\" is shown for it, and other servers refuse "
			"it: request one with these names (trunkctl csr)",
			name);
}

void matrix_findings(const struct matrix *m, const struct check *k, struct findings *f)
{
	bool zones = has_zones(k->plan);

	for (unsigned i = 0; i < m->n; i++) {
		const struct matrix_row *row = &m->rows[i];

		for (unsigned s = 0; s < row->n; s++) {
			bool early = row->v[s].way == SHOWN_IN_EARLY;

			if (!row->v[s].covers && !said(row, s) && (!early || zones))
				find_wrong(row, &row->v[s], zones, f);
		}
	}
}

/* ---- the whole of it ---- */

json_t *matrix_json(const struct matrix *m)
{
	static const char *const ways[SHOWN_WAYS] = { "in", "in-early", "out" };
	json_t *out = json_array();

	for (unsigned i = 0; i < m->n; i++) {
		const struct matrix_row *row = &m->rows[i];
		json_t *cells = json_array(), *j = json_object();

		for (unsigned s = 0; s < row->n; s++) {
			json_t *cell = json_object();

			json_object_set_new(cell, "way", json_string(ways[row->v[s].way]));
			json_object_set_new(cell, "zone",
				row->v[s].zone ? json_text(str_of(row->v[s].zone)) : json_null());
			json_object_set_new(cell, "certificate",
				json_text(str_of(credential_name(row->v[s].credential))));
			json_object_set_new(cell, "names_it", json_boolean(row->v[s].covers));
			json_array_append_new(cells, cell);
		}
		json_object_set_new(j, "domain", json_text(domain_str(&row->served->domain)));
		json_object_set_new(j, "shown", cells);
		json_array_append_new(out, j);
	}
	return out;
}

/* "own", "to-inside (inside), to-partner (partner)"; "-": nobody is shown any. */
static char *cell_text(const struct matrix_row *row, bool out)
{
	const struct credential *first = NULL;
	struct buf all = { 0 };
	bool same = true;
	char *text;

	for (unsigned i = 0; i < row->n; i++)
		if ((row->v[i].way == SHOWN_OUT) == out) {
			first = first ? first : row->v[i].credential;
			same = same && first == row->v[i].credential;
		}
	for (unsigned i = 0; i < row->n; i++) {
		const struct shown *s = &row->v[i];

		if ((s->way == SHOWN_OUT) != out || (same && buf_len(&all)))
			continue;
		buf_printf(&all, "%s%s", buf_len(&all) ? ", " : "", credential_name(s->credential));
		if (!same)
			buf_printf(&all, " (%s)", s->zone ? s->zone : "direct TLS");
		if (!s->covers)
			buf_put(&all, STR(" without its name"));
	}
	if (!buf_len(&all))
		buf_put(&all, STR("-"));
	text = str_dup(buf_view(&all));
	buf_fini(&all);
	return text;
}

void matrix_print(const struct matrix *m, struct text *t)
{
	text_section(
		t, "Certificate shown for each domain, to who connects and to whom is dialled");
	for (unsigned i = 0; i < m->n; i++) {
		MEM_AUTO char *in = cell_text(&m->rows[i], false);
		MEM_AUTO char *out = cell_text(&m->rows[i], true);

		text_row(t, TONE_PLAIN, m->rows[i].served->domain.s, in,
			strcmp(in, out) == 0 ? "the same" : out,
			text_place(m->rows[i].served->origin).s, NULL);
	}
}
