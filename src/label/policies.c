/* SPDX-License-Identifier: MIT */
/* Several policies, of which one governs. Owns them. */
#include "label/spif.h"

#include "base/mem.h"
#include "label/fold.h"

#include <stdlib.h>

bool label_policies_add(struct label_policies *p, struct spif *s, struct label_findings *findings)
{
	const struct spif *other = NULL;

	for (unsigned i = 0; i < p->n && !other; i++) {
		if ((s->id.n && str_eq(p->list[i]->id, s->id)) ||
			label_fold_eq(p->list[i]->name, s->name))
			other = p->list[i];
	}
	if (other) {
		label_findings_add(findings, LABEL_ERROR, s->file, 0,
			"Load only one file for a policy.",
			"\"%.*s\" is a policy that %s has, too.", STR_ARG(s->name), other->file);
		spif_free(s);
		return false;
	}
	p->list = mem_resize(p->list, (p->n + 1) * sizeof(struct spif *));
	p->list[p->n++] = s;
	if (!p->governing)
		p->governing = s;
	return true;
}

const struct spif *label_policies_find(
	const struct label_policies *p, struct str id, struct str name)
{
	for (unsigned i = 0; i < p->n; i++) {
		if (id.n ? str_eq(p->list[i]->id, id)
			 : name.n && label_fold_eq(p->list[i]->name, name))
			return p->list[i];
	}
	return NULL;
}

bool label_policies_govern(struct label_policies *p, struct str name_or_id)
{
	const struct spif *s = label_policies_find(p, name_or_id, (struct str){ 0 });

	if (!s)
		s = label_policies_find(p, (struct str){ 0 }, name_or_id);
	if (s)
		p->governing = s;
	return s;
}

void label_policies_fini(struct label_policies *p)
{
	for (unsigned i = 0; i < p->n; i++)
		spif_free(p->list[i]);
	free(p->list);
	*p = (struct label_policies){ 0 };
}
