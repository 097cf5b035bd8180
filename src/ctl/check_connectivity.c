/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check connectivity: the running daemon probes every domain that can be listed, one after
 * another. Opens no connection to a next hop itself.
 */
#include "ctl/check.h"

#include "base/mem.h"
#include "ctl/client.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_S = 120 /* without a next step */ };

static const char *remedy_for(const char *stage)
{
	static const char *const remedies[][2] = {
		{ "dns", "\"trunkctl check dns\" says what the name servers answer" },
		{ "tcp", "look at its connect, at firewalls, and whether it runs there" },
		{ "tls", "does that port speak TLS, and XMPP between servers?" },
		{ "stream", "look at its certificate and at trust: \"trunkctl probe DOMAIN\"" },
		{ "auth", "is our certificate what it expects? \"trunkctl check certs\"" },
	};

	for (unsigned i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strcmp(remedies[i][0], stage) == 0)
			return remedies[i][1];
	return "\"trunkctl probe DOMAIN\" has the steps";
}

static const char *member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

/* One domain. What the client would complain of goes to `words`. */
static enum ctl_status probe(struct ctl *c, const struct domain *d, json_t **result, char **words)
{
	struct ctl_request r = {
		.socket = CTL_CHANGE,
		.command = "probe",
		.arguments = json_pack("{s:s}", "to", d->s),
		.result_out = result,
		.patience_s = PATIENCE_S,
	};
	FILE *err = c->err;
	enum ctl_status status;
	size_t n;

	FILE *f = open_memstream(words, &n);

	c->err = f ? f : err;
	status = ctl_call(c, &r);
	c->err = err;
	if (!f) {
		*words = mem_strdup("");
		return status;
	}
	fclose(f);
	(*words)[strcspn(*words, "\n")] = '\0';
	return status;
}

static void judge(struct check_part *p, const struct served *s, const json_t *r)
{
	findings_add_domain(&p->findings, FINDING_WARNING, s->origin, &s->domain,
		"@@ is not reached: %s: %s; %s", member(r, "stage"), member(r, "error"),
		remedy_for(member(r, "stage")));
}

/* False: the daemon is not there, and the rest would say the same. */
static bool check_one(struct check *k, struct check_part *p, const struct served *s, unsigned *ok)
{
	json_t *r = NULL;
	char *words = NULL;
	enum ctl_status status = probe(k->c, &s->domain, &r, &words);
	const char *said = strncmp(words, "trunkctl: ", 10) == 0 ? words + 10 : words;

	if (status == CTL_NOT_RUNNING)
		p->undone = mem_strdup(said);
	else if (status != CTL_FINE)
		findings_add_domain(&p->findings, FINDING_WARNING, s->origin, &s->domain,
			"@@ could not be probed: %s", said);
	else if (json_is_true(json_object_get(r, "ok")))
		++*ok;
	else
		judge(p, s, r);
	json_decref(r);
	free(words);
	return status != CTL_NOT_RUNNING;
}

void check_connectivity(struct check *k, struct check_part *p)
{
	unsigned ok = 0;

	for (unsigned i = 0; i < k->served.n; i++) {
		if (k->c->colour)
			fprintf(k->c->err, "  %u of %u ...\r", i + 1, k->served.n);
		if (!check_one(k, p, &k->served.v[i], &ok))
			return;
	}
	p->summary = mem_printf("%u of %u domains are reached", ok, k->served.n);
	p->json = json_pack("{s:i, s:i}", "domains", (int)k->served.n, "reached", (int)ok);
}
