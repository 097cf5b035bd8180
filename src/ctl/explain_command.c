/* SPDX-License-Identifier: MIT */
/* trunkctl explain: the plan, the question, the stanzas; printed as they come. */
#include "base/clock.h"
#include "base/mem.h"
#include "ctl/command.h"
#include "ctl/explain.h"
#include "ctl/json.h"
#include "ctl/load.h"
#include "ctl/replay.h"
#include "ctl/text.h"

#include <errno.h>
#include <string.h>

struct printing {
	const struct explanation *explanation;
	struct text *text; /* or */
	json_t *json;      /* an array, */
	unsigned n;
	bool unfinished; /* the file has no stanza, or ends inside of one */
};

static void print_trial(void *arg, const struct trial *r)
{
	struct printing *p = arg;

	p->n++;
	p->unfinished |= r->end == TRIAL_CUT_OFF || r->end == TRIAL_NOTHING;
	if (p->json)
		json_array_append_new(p->json, explain_json_trial(r));
	else
		explain_text_trial(p->explanation, r, p->n, p->text);
}

static void try_stanzas(const struct explanation *e, struct str stanzas, struct printing *p)
{
	struct trials *t = trials_new(e->plan);

	trials_run(t, &e->from.domain, &e->to.domain, STR(""), stanzas, print_trial, p);
	trials_free(t);
}

/* False: there is no verdict on some of it. */
static bool print(struct ctl *c, const struct explanation *e, const struct buf *stanzas)
{
	struct text text = { .f = c->out, .colour = c->colour };
	struct printing p = { .explanation = e, .text = &text };
	json_t *json;

	if (!c->option[OPTION_JSON]) {
		explain_text(e, &text);
		if (stanzas)
			try_stanzas(e, buf_view(stanzas), &p);
		text_end(&text);
		return !p.unfinished;
	}
	json = explain_json(e);
	if (stanzas) {
		p.json = json_array();
		try_stanzas(e, buf_view(stanzas), &p);
		json_object_set_new(json, "stanzas", p.json);
	}
	json_print(json, c->out);
	return !p.unfinished;
}

static enum ctl_status explain(struct ctl *c, const struct plan *plan)
{
	const char *file = c->option[OPTION_STANZA], *wrong;
	struct explanation e;
	struct buf stanzas = { 0 };
	bool whole;
	int err = file ? load_file(c, file, &stanzas) : 0;

	if (err)
		return ctl_failed(c, "%s: %s", file, strerror(-err));
	if (!explain_init(&e, plan, c->args[0], c->args[1], clock_wall(), &wrong)) {
		buf_fini(&stanzas);
		return ctl_misused(c, "\"%s\" is neither a domain nor an address", wrong);
	}
	whole = print(c, &e, file ? &stanzas : NULL);
	explain_fini(&e);
	buf_fini(&stanzas);
	return whole ? CTL_FINE : CTL_FAILED;
}

enum ctl_status ctl_explain(struct ctl *c)
{
	const char *audit = c->option[OPTION_AUDIT];
	enum ctl_status status;
	struct plan *plan;

	if (audit && (c->nargs || c->option[OPTION_STANZA]))
		return ctl_misused(c, "--audit stands alone: its records say from whom to whom");
	if (!audit && c->nargs < 2)
		return ctl_misused(c, "explain needs two domains or addresses, from whom to whom");
	plan = load_plan(c);
	if (!plan)
		return CTL_FAILED;
	status = audit ? replay(c, plan, audit) : explain(c, plan);
	plan_unref(plan);
	return status;
}
