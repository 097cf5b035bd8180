/* SPDX-License-Identifier: MIT */
/* See command.h. */
#include "ctl/command.h"

#include "base/mem.h"
#include "config/suggest.h"
#include "ctl/command_table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_WIDTH = 18 /* of an option with its value, in the help */ };

/* ---- what is said about usage ---- */

__attribute__((format(printf, 2, 0))) static void complain(
	struct ctl *c, const char *fmt, va_list ap)
{
	fputs("trunkctl: ", c->err);
	vfprintf(c->err, fmt, ap);
	fputc('\n', c->err);
}

enum ctl_status ctl_misused(struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(c, fmt, ap);
	va_end(ap);
	fputs("Try: trunkctl --help\n", c->err);
	return CTL_PROBLEMS;
}

enum ctl_status ctl_failed(struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(c, fmt, ap);
	va_end(ap);
	return CTL_FAILED;
}

/* Complains about a word that is none, with the one that was meant. */
static enum ctl_status unknown(
	struct ctl *c, const char *what, const char *dashes, const struct suggest *s)
{
	if (s->best)
		return ctl_misused(c, "there is no %s \"%s%s\"; did you mean \"%s%s\"?", what,
			dashes, s->word, dashes, s->best);
	return ctl_misused(c, "there is no %s \"%s%s\"", what, dashes, s->word);
}

static void print_command(FILE *f, const struct ctl_command *cmd)
{
	fprintf(f, "  %s%s%s %s\n      %s\n", cmd->words[0], cmd->words[1] ? " " : "",
		cmd->words[1] ? cmd->words[1] : "", cmd->synopsis, cmd->summary);
}

static void print_options(FILE *f, uint64_t which)
{
	for (unsigned o = 0; o < OPTIONS; o++) {
		const struct ctl_option_row *row = &ctl_options[o];
		char left[64];

		if (!(which & CTL_BIT(o)))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", row->name, row->value ? " " : "",
			row->value ? row->value : "");
		if (row->letter)
			fprintf(f, "  -%c, ", row->letter);
		else
			fputs("      ", f);
		if (strlen(left) > OPTION_WIDTH)
			fprintf(f, "%s\n%*s %s\n", left, OPTION_WIDTH + 6, "", row->help);
		else
			fprintf(f, "%-*s %s\n", OPTION_WIDTH, left, row->help);
	}
}

/* One command's, or everything. */
static void print_help(FILE *f, const struct ctl_command *cmd)
{
	uint64_t all = CTL_BIT(OPTION_HELP) | CTL_BIT(OPTION_VERSION);

	if (cmd) {
		fputs("usage: trunkctl COMMAND\n\n", f);
		print_command(f, cmd);
		fputc('\n', f);
		print_options(f, cmd->options | CTL_BIT(OPTION_HELP));
		return;
	}
	fputs("usage: trunkctl COMMAND [OPTION...]\n\n", f);
	for (unsigned i = 0; i < ctl_command_count; i++) {
		print_command(f, &ctl_commands[i]);
		all |= ctl_commands[i].options;
	}
	fputc('\n', f);
	print_options(f, all);
	fputs("\nExit status: 0 fine, 1 it could not be done, 2 problems were found or wrong "
	      "usage, 3 trunkd is not running.\n",
		f);
}

/* The commands that begin with this word and have a second one. False: there are none. */
static bool print_group(FILE *f, const char *word)
{
	uint64_t options = CTL_BIT(OPTION_HELP);
	bool any = false;

	for (unsigned i = 0; i < ctl_command_count; i++) {
		const struct ctl_command *cmd = &ctl_commands[i];

		if (!cmd->words[1] || strcmp(cmd->words[0], word) != 0)
			continue;
		if (!any)
			fputs("usage: trunkctl COMMAND\n\n", f);
		any = true;
		print_command(f, cmd);
		options |= cmd->options;
	}
	if (!any)
		return false;
	fputc('\n', f);
	print_options(f, options);
	return true;
}

/* ---- options ---- */

struct words {
	struct ctl *c;
	int argc, at;
	char **argv;
	uint64_t seen; /* options */
};

/* The last value counts, or all of them. */
static void keep(struct ctl *c, enum ctl_option o, const char *value)
{
	char *before = c->joined[o];

	if (!ctl_options[o].many) {
		c->option[o] = value;
		return;
	}
	c->joined[o] = before ? mem_printf("%s,%s", before, value) : mem_strdup(value);
	c->option[o] = c->joined[o];
	free(before);
}

/* The value of an option: `joined` to it, or the next word. */
static bool take(struct words *w, enum ctl_option o, const char *joined)
{
	w->seen |= CTL_BIT(o);
	if (!ctl_options[o].value) {
		w->c->option[o] = "";
		if (!joined)
			return true;
		ctl_misused(w->c, "--%s takes no value", ctl_options[o].name);
		return false;
	}
	if (!joined)
		joined = w->at < w->argc ? w->argv[w->at++] : NULL;
	if (joined) {
		keep(w->c, o, joined);
		return true;
	}
	ctl_misused(w->c, "--%s needs a value: --%s %s", ctl_options[o].name, ctl_options[o].name,
		ctl_options[o].value);
	return false;
}

static bool long_option(struct words *w, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);
	char name[48];
	struct suggest s;

	snprintf(name, sizeof(name), "%.*s", (int)(n < 47 ? n : 47), word);
	suggest_init(&s, name);
	for (unsigned o = 0; o < OPTIONS; o++) {
		if (strcmp(ctl_options[o].name, name) == 0)
			return take(w, (enum ctl_option)o, equals ? equals + 1 : NULL);
		suggest_offer(&s, ctl_options[o].name);
	}
	unknown(w->c, "option", "--", &s);
	return false;
}

static bool short_option(struct words *w, const char *word)
{
	for (unsigned o = 0; o < OPTIONS; o++)
		if (ctl_options[o].letter && ctl_options[o].letter == word[0])
			return take(w, (enum ctl_option)o, word[1] ? word + 1 : NULL);
	ctl_misused(w->c, "there is no option \"-%c\"", word[0]);
	return false;
}

/* Options are taken out of argv; the others are moved together from argv[1] on. */
static bool take_options(struct words *w)
{
	unsigned kept = 1;
	bool only_words = false;

	for (w->at = 1; w->at < w->argc;) {
		char *word = w->argv[w->at++];

		if (only_words || word[0] != '-' || !word[1])
			w->argv[kept++] = word;
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (word[1] == '-' ? !long_option(w, word + 2) : !short_option(w, word + 1))
			return false;
	}
	w->c->args = w->argv + 1;
	w->c->nargs = kept - 1;
	return true;
}

/* ---- commands ---- */

/* The command of exactly so many words, which are taken off. */
static const struct ctl_command *find_command(struct ctl *c, unsigned n)
{
	for (unsigned i = 0; i < ctl_command_count && c->nargs >= n; i++) {
		const struct ctl_command *cmd = &ctl_commands[i];

		if ((cmd->words[1] ? 2 : 1) != n || strcmp(cmd->words[0], c->args[0]) != 0 ||
			(n == 2 && strcmp(cmd->words[1], c->args[1]) != 0))
			continue;
		c->args += n;
		c->nargs -= n;
		return cmd;
	}
	return NULL;
}

/* The command of the first words, which are taken off; NULL after words of complaint. */
static const struct ctl_command *take_command(struct ctl *c)
{
	const struct ctl_command *cmd;
	struct suggest one;

	suggest_init(&one, c->args[0]);
	cmd = find_command(c, 2);
	if (!cmd)
		cmd = find_command(c, 1);
	if (cmd)
		return cmd;
	for (unsigned i = 0; i < ctl_command_count; i++)
		suggest_offer(&one, ctl_commands[i].words[0]);
	for (unsigned i = 0; i < ctl_command_count; i++)
		if (ctl_commands[i].words[1] && strcmp(ctl_commands[i].words[0], c->args[0]) == 0) {
			ctl_misused(c, "what about \"%s\"? There is: %s %s", c->args[0], c->args[0],
				ctl_commands[i].words[1]);
			return NULL;
		}
	unknown(c, "command", "", &one);
	return NULL;
}

static enum ctl_status run(struct ctl *c, const struct ctl_command *cmd, uint64_t seen)
{
	for (unsigned o = 0; o < OPTIONS; o++)
		if (seen & CTL_BIT(o) && !(cmd->options & CTL_BIT(o)))
			return ctl_misused(
				c, "%s has no option --%s", cmd->words[0], ctl_options[o].name);
	if (c->nargs < cmd->min)
		return ctl_misused(c, "something is missing: trunkctl %s%s%s %s", cmd->words[0],
			cmd->words[1] ? " " : "", cmd->words[1] ? cmd->words[1] : "",
			cmd->synopsis);
	if (c->nargs > cmd->max)
		return ctl_misused(c, "unexpected argument \"%s\"", c->args[cmd->max]);
	return cmd->run(c);
}

static enum ctl_status parse(struct ctl *c, int argc, char **argv)
{
	struct words w = { .c = c, .argc = argc, .argv = argv };
	const struct ctl_command *cmd;

	if (argc > 1 && strcmp(argv[1], "--complete") == 0) {
		ctl_complete(c, argc - 2, argv + 2);
		return CTL_FINE;
	}
	if (!take_options(&w))
		return CTL_PROBLEMS;
	if (w.seen & CTL_BIT(OPTION_VERSION)) {
		fputs("trunkctl " TRUNKD_VERSION "\n", c->out);
		return CTL_FINE;
	}
	if (!c->nargs && w.seen & CTL_BIT(OPTION_HELP)) {
		print_help(c->out, NULL);
		return CTL_FINE;
	}
	if (!c->nargs) {
		print_help(c->err, NULL);
		return CTL_PROBLEMS;
	}
	if (c->nargs == 1 && w.seen & CTL_BIT(OPTION_HELP) && print_group(c->out, c->args[0]))
		return CTL_FINE;
	cmd = take_command(c);
	if (!cmd)
		return CTL_PROBLEMS;
	if (!(w.seen & CTL_BIT(OPTION_HELP)))
		return run(c, cmd, w.seen);
	print_help(c->out, cmd);
	return CTL_FINE;
}

enum ctl_status ctl_main(struct ctl *c, int argc, char **argv)
{
	enum ctl_status status = parse(c, argc, argv);

	for (unsigned o = 0; o < OPTIONS; o++) {
		free(c->joined[o]);
		c->joined[o] = NULL;
	}
	return status;
}
