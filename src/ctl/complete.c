/* SPDX-License-Identifier: MIT */
/*
 * What a shell may complete, out of the tables of commands and options, so that it cannot lag
 * behind them: "trunkctl --complete WORD..." prints a line for each way in which the last word can
 * go on. Which words a command takes stands in its synopsis ("[a|b]" at its beginning, or FILE),
 * what kind of value an option takes in the synopsis too, or in what stands for it in the help.
 */
#include "ctl/command_table.h"

#include "base/str.h"

#include <string.h>

/* The shell completes names of files by itself. */
#define FILES ":files"

struct completing {
	struct ctl *c;
	struct str word;                 /* the one that goes on */
	const struct ctl_option_row *of; /* whose value it is; NULL: of none */
	const char *first;               /* of the command; NULL: not known yet */
	const struct ctl_command *cmd;
	unsigned arguments; /* behind the command */
};

static void offer(const struct completing *k, struct str candidate)
{
	if (str_starts(candidate, k->word))
		fprintf(k->c->out, "%.*s\n", STR_ARG(candidate));
}

/* "a|b|c" */
static void offer_each(const struct completing *k, struct str list)
{
	while (list.n) {
		const char *bar = memchr(list.p, '|', list.n);
		size_t n = bar ? (size_t)(bar - list.p) : list.n;

		offer(k, (struct str){ list.p, n });
		list = str_skip(list, bar ? n + 1 : n);
	}
}

/* The values that the command's own synopsis lists, "--format a|b]"; n is 0: it lists none. */
static struct str listed(const struct completing *k, const char *option)
{
	const char *at = k->cmd ? k->cmd->synopsis : "";
	size_t n = strlen(option);

	while ((at = strstr(at, "--")) != NULL) {
		at += 2;
		if (strncmp(at, option, n) == 0 && at[n] == ' ') {
			struct str values = { at + n + 1, strcspn(at + n + 1, "] ") };

			return memchr(values.p, '|', values.n) ? values : (struct str){ 0 };
		}
	}
	return (struct str){ 0 };
}

static void offer_value(const struct completing *k, const struct ctl_option_row *row)
{
	const char *value = row->value;
	struct str own = listed(k, row->name);

	if (own.n)
		offer_each(k, own);
	else if (strchr(value, '|'))
		offer_each(k, str_of(value));
	else if (strcmp(value, "FILE") == 0 || strcmp(value, "PATH") == 0)
		fputs(FILES "\n", k->c->out);
}

static void offer_options(const struct completing *k)
{
	uint64_t which = CTL_BIT(OPTION_HELP);

	which |= k->cmd ? k->cmd->options : CTL_BIT(OPTION_VERSION);
	for (unsigned o = 0; o < OPTIONS; o++) {
		char name[64];

		snprintf(name, sizeof(name), "--%s", ctl_options[o].name);
		if (which & CTL_BIT(o))
			offer(k, str_of(name));
	}
}

/* Rows stand in the order of the alphabet: the same first word twice is behind itself. */
static void offer_commands(const struct completing *k)
{
	for (unsigned i = 0; i < ctl_command_count; i++) {
		const char *const *words = ctl_commands[i].words;

		if (k->first && words[1] && strcmp(words[0], k->first) == 0)
			offer(k, str_of(words[1]));
		else if (!k->first &&
			 (i == 0 || strcmp(words[0], ctl_commands[i - 1].words[0]) != 0))
			offer(k, str_of(words[0]));
	}
}

static void offer_argument(const struct completing *k)
{
	struct str synopsis = str_of(k->cmd->synopsis), words;
	size_t n = strcspn(k->cmd->synopsis, "] ");

	if (str_starts(synopsis, STR("FILE")) || str_starts(synopsis, STR("[FILE]"))) {
		fputs(FILES "\n", k->c->out);
		return;
	}
	if (k->arguments || synopsis.n < 2 || synopsis.p[0] != '[' || synopsis.p[n] != ']')
		return;
	words = (struct str){ synopsis.p + 1, n - 1 };
	if (words.p[0] >= 'a' && words.p[0] <= 'z')
		offer_each(k, words);
}

/* ---- the words before it ---- */

static const struct ctl_option_row *find_option(const char *word)
{
	for (unsigned o = 0; o < OPTIONS; o++) {
		const struct ctl_option_row *row = &ctl_options[o];

		if (word[1] == '-' ? strcmp(word + 2, row->name) == 0
				   : word[1] && word[1] == row->letter && !word[2])
			return row;
	}
	return NULL;
}

/* The command of these words; second NULL: of the first alone. */
static const struct ctl_command *find_command(const char *first, const char *second)
{
	for (unsigned i = 0; i < ctl_command_count; i++) {
		const char *const *words = ctl_commands[i].words;

		if (strcmp(words[0], first) == 0 &&
			(second ? words[1] && strcmp(words[1], second) == 0 : !words[1]))
			return &ctl_commands[i];
	}
	return NULL;
}

/* A command may be one by itself ("check") and with a second word ("check labels"). */
static void take_word(struct completing *k, const char *word)
{
	const struct ctl_command *two =
		k->first && !k->arguments ? find_command(k->first, word) : NULL;

	if (two && !(k->cmd && k->cmd->words[1])) {
		k->cmd = two;
		return;
	}
	if (k->first) {
		k->arguments++;
		return;
	}
	k->first = word;
	k->cmd = find_command(word, NULL);
}

/* Shells that take "=" for the end of a word say "--format", "=", "bi". */
static void take_words(struct completing *k, int n, char **words)
{
	for (int i = 0; i < n; i++) {
		bool last = i + 1 == n;

		if (strcmp(words[i], "=") == 0 && k->of) {
			k->word = last ? STR("") : k->word;
			continue;
		}
		if (last) {
			k->word = str_of(words[i]);
		} else if (k->of) {
			k->of = NULL;
		} else if (words[i][0] == '-' && words[i][1]) {
			k->of = find_option(words[i]);
			k->of = k->of && k->of->value ? k->of : NULL;
		} else {
			take_word(k, words[i]);
		}
	}
}

static void offer_words(const struct completing *k)
{
	if (k->cmd)
		offer_argument(k);
	if (!k->cmd || (!k->cmd->words[1] && !k->arguments))
		offer_commands(k); /* or their second words */
}

void ctl_complete(struct ctl *c, int n, char **words)
{
	struct completing k = { .c = c, .word = STR("") };

	take_words(&k, n, words);
	if (k.of)
		offer_value(&k, k.of);
	else if (str_starts(k.word, STR("-")))
		offer_options(&k);
	else
		offer_words(&k);
}
