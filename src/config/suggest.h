/* SPDX-License-Identifier: MIT */
/* "Did you mean ...?" */
#pragma once

struct suggest {
	const char *word;
	const char *best; /* NULL: nothing is near */
	unsigned distance;
};

/* Prepares to look for what `word` may have been meant to be; both stay the caller's. */
void suggest_init(struct suggest *s, const char *word);
/* Offers one name; the nearest one offered stays in s->best. */
void suggest_offer(struct suggest *s, const char *name);
/* The end of a message about the word: `: did you mean "NAME"?`, or "; " and the other remedy when
 * nothing is near. The caller frees it. */
char *suggest_remedy(const struct suggest *s, const char *otherwise);
