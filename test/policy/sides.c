/* SPDX-License-Identifier: MIT */
/* See sides.h. */
#include "sides.h"

#include "base/mem.h"
#include "label/clearance.h"

#include <stdio.h>
#include <stdlib.h>

enum { CLASSES = 2 };

struct sides {
	struct label_policies policies;
	struct clearance up_to[CLASSES];
	struct label_terms terms;
};

static const char *const classes[CLASSES] = { "LOW", "HIGH" };

struct sides *sides_load(const char *directory)
{
	MEM_AUTO char *path = mem_printf("%s/red.xml", directory);
	struct sides *s = MEM_NEW(struct sides);
	struct spif *red = spif_load(path, 0, NULL);
	char *words = NULL;

	for (unsigned i = 0; i < CLASSES; i++)
		clearance_init(&s->up_to[i]);
	if (!red || !label_policies_add(&s->policies, red, NULL)) {
		fprintf(stderr, "%s: no label policy\n", path);
		sides_free(s);
		return NULL;
	}
	for (unsigned i = 0; i < CLASSES; i++) {
		struct clearance_names names = { .up_to = classes[i] };

		if (!clearance_from_names(&s->policies, &names, &s->up_to[i], &words))
			abort();
	}
	return s;
}

void sides_free(struct sides *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < CLASSES; i++)
		clearance_fini(&s->up_to[i]);
	label_policies_fini(&s->policies);
	free(s);
}

static bool cleared(const struct sides *s, struct str word, struct label_side *out)
{
	out->terms = &s->terms;
	for (unsigned i = 0; i < CLASSES; i++)
		if (str_is(word, classes[i])) {
			out->governing.list[0] = &s->up_to[i];
			out->governing.n = 1;
			return true;
		}
	return str_is(word, "-");
}

bool sides_cleared(struct sides *s, struct str words, struct filter_labels *out)
{
	const char *space = memchr(words.p, ' ', words.n);
	size_t n = space ? (size_t)(space - words.p) : words.n;

	*out = (struct filter_labels){ .policies = &s->policies, .now = 1800000000 };
	return space && cleared(s, (struct str){ words.p, n }, &out->from) &&
	       cleared(s, str_trim(str_skip(words, n)), &out->to);
}
