/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check connectivity: the running daemon probes every domain that can be listed, several
 * at once, so that one that does not answer holds up nobody. Opens no connection to a next hop
 * itself.
 */
#include "ctl/check.h"

#include "base/mem.h"
#include "ctl/client.h"

#include <stdlib.h>
#include <string.h>

enum {
	PATIENCE_S = 120, /* without a next step of any of them */
	AT_ONCE = 12,     /* of the 16 places that the socket has: others may want to use it */
};

static const char *member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

/* What trunkd says to it, or what is true of the step. */
static const char *remedy_of(const json_t *result)
{
	const char *stage = member(result, "stage");
	static const char *const remedies[][2] = {
		{ "dns", "\"trunkctl check dns\" says what the name servers answer" },
		{ "tcp", "look at its connect, at firewalls, and whether it runs there" },
		{ "tls", "does that port speak TLS, and XMPP between servers?" },
		{ "stream", "look at its certificate and at trust: \"trunkctl probe DOMAIN\"" },
		{ "auth", "is our certificate what it expects? \"trunkctl check certs\"" },
	};

	if (*member(result, "remedy"))
		return member(result, "remedy");
	for (unsigned i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strcmp(remedies[i][0], stage) == 0)
			return remedies[i][1];
	return "\"trunkctl probe DOMAIN\" has the steps";
}

struct probed {
	enum ctl_status status;
	json_t *result; /* with CTL_FINE */
	char *words;    /* without; NULL: it has not been answered */
};

struct survey {
	struct check *k;
	struct probed *v; /* one for each domain that is served */
	unsigned answered, told;
	char *undone;
};

static json_t *ask(void *arg, unsigned i)
{
	const struct survey *s = arg;

	return json_pack("{s:s}", "to", s->k->served.v[i].domain.s);
}

static bool reached(const struct probed *p)
{
	return p->status == CTL_FINE && json_is_true(json_object_get(p->result, "ok"));
}

/* Where somebody looks: each domain once all before it are there too, and how far it is. */
static void tell(struct survey *s)
{
	FILE *err = s->k->c->err;

	for (; s->told < s->k->served.n && s->v[s->told].words; s->told++) {
		const struct probed *p = &s->v[s->told];
		const char *state = reached(p)              ? "reached"
				    : p->status == CTL_FINE ? member(p->result, "stage")
							    : "not probed";

		fprintf(err, "\033[K  %s: %s\n", s->k->served.v[s->told].domain.s, state);
	}
	fprintf(err, "\033[K  %u of %u ...\r", s->answered, s->k->served.n);
	fflush(err);
}

/* False: the daemon is not there, and the rest would say the same. */
static bool done(
	void *arg, unsigned i, enum ctl_status status, const json_t *result, const char *words)
{
	struct survey *s = arg;

	s->v[i] = (struct probed){ .status = status,
		.result = json_incref((json_t *)(size_t)result),
		.words = mem_strdup(words) };
	s->answered++;
	if (status == CTL_NOT_RUNNING && !s->undone)
		s->undone = mem_strdup(words);
	else if (s->k->c->colour)
		tell(s);
	return status != CTL_NOT_RUNNING;
}

static void judge(struct check_part *p, const struct served *s, const struct probed *d)
{
	if (d->status != CTL_FINE)
		findings_add_domain(&p->findings, FINDING_WARNING, s->origin, &s->domain,
			"@@ could not be probed: %s", d->words);
	else if (!reached(d))
		findings_add_domain(&p->findings, FINDING_WARNING, s->origin, &s->domain,
			"no stream to @@: %s: %s; %s", member(d->result, "stage"),
			member(d->result, "error"), remedy_of(d->result));
}

/* In the order of the configuration, whoever answered first. */
static void judge_all(struct survey *s, struct check_part *p)
{
	const struct served_list *all = &s->k->served;
	unsigned ok = 0;

	for (unsigned i = 0; i < all->n; i++) {
		judge(p, &all->v[i], &s->v[i]);
		ok += reached(&s->v[i]);
	}
	p->summary = mem_printf("%u of %u domains are reached", ok, all->n);
	p->json = json_pack("{s:i, s:i}", "domains", (int)all->n, "reached", (int)ok);
}

void check_connectivity(struct check *k, struct check_part *p)
{
	struct survey s = { .k = k, .v = mem_zero(k->served.n + 1, sizeof(*s.v)) };
	struct ctl_many many = {
		.socket = CTL_CHANGE,
		.command = "probe",
		.n = k->served.n,
		.at_once = AT_ONCE,
		.patience_s = PATIENCE_S,
		.arguments = ask,
		.done = done,
		.arg = &s,
	};

	if (!ctl_call_many(k->c, &many))
		p->undone = mem_strdup("there is no control socket");
	else if (s.undone)
		p->undone = s.undone;
	else
		judge_all(&s, p);
	for (unsigned i = 0; i < k->served.n; i++) {
		json_decref(s.v[i].result);
		free(s.v[i].words);
	}
	free(s.v);
}
