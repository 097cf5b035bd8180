/* SPDX-License-Identifier: MIT */
/* See command.h. */
#include "ctl/command.h"

#include "base/mem.h"
#include "config/suggest.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define BIT(o) (1u << (o))
/* What every command has that asks the daemon. */
#define DAEMON (BIT(OPTION_CONFIG) | BIT(OPTION_JSON) | BIT(OPTION_SOCKET))

static const struct {
	char letter;
	const char *name;
	const char *value; /* what stands for it in the help; NULL: takes none */
	const char *help;
	bool many; /* may be repeated */
} options[OPTIONS] = {
	[OPTION_ADDRESS] = { 0, "address", "ADDRESS",
		"an address where the other servers find this trunk; may be repeated", true },
	[OPTION_AUDIT] = { 'a', "audit", "FILE",
		"what would be decided otherwise of what is in it (- : standard input)" },
	[OPTION_CHANGED] = { 0, "changed", NULL, "only what is not the default" },
	[OPTION_CONFIG] = { 'c', "config", "FILE", "the configuration (/etc/trunkd/trunkd.conf)" },
	[OPTION_DEFAULTS] = { 0, "defaults", NULL, "what is in force where nothing is written" },
	[OPTION_FORMAT] = { 0, "format", "bind|unbound|dnsmasq", "for which server (bind)" },
	[OPTION_HELP] = { 'h', "help", NULL, "this text, or that of a command" },
	[OPTION_JSON] = { 'j', "json", NULL, "print JSON, for programs" },
	[OPTION_KEY] = { 'k', "key", "FILE",
		"the key of the checkpoints: what audit.key_file names" },
	[OPTION_SOCKET] = { 0, "socket", "PATH",
		"the control socket, or the directory of both (/run/trunkd)" },
	[OPTION_STANZA] = { 's', "stanza", "FILE",
		"what becomes of these stanzas (- : standard input)" },
	[OPTION_TARGET] = { 0, "target", "NAME", "the host name of this trunk" },
	[OPTION_TTL] = { 0, "ttl", "SECONDS", "how long records may be kept (300)" },
	[OPTION_VERSION] = { 'V', "version", NULL, "print the version" },
	[OPTION_ZONE] = { 0, "zone", "ZONE", "the listeners for peers of this zone (all)" },
};

static const struct ctl_command commands[] = {
	{ { "audit", "verify" }, "FILE... [--key FILE]",
		"are audit files as they were written? Several of one chain in their order",
		BIT(OPTION_JSON) | BIT(OPTION_KEY), 1, CTL_ANY, ctl_audit_verify },
	{ { "config", NULL }, "[--changed | --defaults]",
		"the configuration that is in force, secrets masked",
		BIT(OPTION_CHANGED) | BIT(OPTION_CONFIG) | BIT(OPTION_DEFAULTS) | BIT(OPTION_JSON),
		0, 0, ctl_config },
	{ { "dns-zone", NULL },
		"[--format FORMAT] [--address ADDRESS]... [--target NAME] [--ttl SECONDS] [--zone "
		"ZONE]",
		"DNS records that lead all domains to this trunk",
		BIT(OPTION_ADDRESS) | BIT(OPTION_CONFIG) | BIT(OPTION_FORMAT) | BIT(OPTION_JSON) |
			BIT(OPTION_TARGET) | BIT(OPTION_TTL) | BIT(OPTION_ZONE),
		0, 0, ctl_dns_zone },
	{ { "explain", NULL }, "FROM TO [--stanza FILE] | --audit FILE",
		"may FROM talk to TO, how, under which policies, and why",
		BIT(OPTION_AUDIT) | BIT(OPTION_CONFIG) | BIT(OPTION_JSON) | BIT(OPTION_STANZA), 0,
		2, ctl_explain },
	{ { "status", NULL }, "", "is trunkd running, since when, under which configuration",
		DAEMON, 0, 0, ctl_status_command },
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

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

static void print_options(FILE *f, unsigned which)
{
	for (unsigned o = 0; o < OPTIONS; o++) {
		char left[64];

		if (!(which & BIT(o)))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", options[o].name,
			options[o].value ? " " : "", options[o].value ? options[o].value : "");
		if (options[o].letter)
			fprintf(f, "  -%c, %-16s %s\n", options[o].letter, left, options[o].help);
		else
			fprintf(f, "      %-16s %s\n", left, options[o].help);
	}
}

/* One command's, or everything. */
static void print_help(FILE *f, const struct ctl_command *cmd)
{
	unsigned all = BIT(OPTION_HELP) | BIT(OPTION_VERSION);

	if (cmd) {
		fputs("usage: trunkctl COMMAND\n\n", f);
		print_command(f, cmd);
		fputc('\n', f);
		print_options(f, cmd->options | BIT(OPTION_HELP));
		return;
	}
	fputs("usage: trunkctl COMMAND [OPTION...]\n\n", f);
	for (unsigned i = 0; i < COMMANDS; i++) {
		print_command(f, &commands[i]);
		all |= commands[i].options;
	}
	fputc('\n', f);
	print_options(f, all);
	fputs("\nExit status: 0 fine, 1 it could not be done, 2 problems were found or wrong "
	      "usage, 3 trunkd is not running.\n",
		f);
}

/* ---- options ---- */

struct words {
	struct ctl *c;
	int argc, at;
	char **argv;
	unsigned seen; /* options */
};

/* The last value counts, or all of them. */
static void keep(struct ctl *c, enum ctl_option o, const char *value)
{
	char *before = c->joined[o];

	if (!options[o].many) {
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
	w->seen |= BIT(o);
	if (!options[o].value) {
		w->c->option[o] = "";
		if (!joined)
			return true;
		ctl_misused(w->c, "--%s takes no value", options[o].name);
		return false;
	}
	if (!joined)
		joined = w->at < w->argc ? w->argv[w->at++] : NULL;
	if (joined) {
		keep(w->c, o, joined);
		return true;
	}
	ctl_misused(w->c, "--%s needs a value: --%s %s", options[o].name, options[o].name,
		options[o].value);
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
		if (strcmp(options[o].name, name) == 0)
			return take(w, (enum ctl_option)o, equals ? equals + 1 : NULL);
		suggest_offer(&s, options[o].name);
	}
	unknown(w->c, "option", "--", &s);
	return false;
}

static bool short_option(struct words *w, const char *word)
{
	for (unsigned o = 0; o < OPTIONS; o++)
		if (options[o].letter && options[o].letter == word[0])
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

/* The command of the first words, which are taken off; NULL after words of complaint. */
static const struct ctl_command *take_command(struct ctl *c)
{
	char both[100];
	struct suggest one, two;

	snprintf(both, sizeof(both), "%s %s", c->args[0], c->nargs > 1 ? c->args[1] : "");
	suggest_init(&one, c->args[0]);
	suggest_init(&two, both);
	for (unsigned i = 0; i < COMMANDS; i++) {
		const struct ctl_command *cmd = &commands[i];
		unsigned n = cmd->words[1] ? 2 : 1;

		if (c->nargs >= n && strcmp(cmd->words[0], c->args[0]) == 0 &&
			(n == 1 || strcmp(cmd->words[1], c->args[1]) == 0)) {
			c->args += n;
			c->nargs -= n;
			return cmd;
		}
		suggest_offer(&one, cmd->words[0]);
	}
	for (unsigned i = 0; i < COMMANDS; i++)
		if (commands[i].words[1] && strcmp(commands[i].words[0], c->args[0]) == 0) {
			ctl_misused(c, "what about \"%s\"? There is: %s %s", c->args[0], c->args[0],
				commands[i].words[1]);
			return NULL;
		}
	unknown(c, "command", "", &one);
	return NULL;
}

static enum ctl_status run(struct ctl *c, const struct ctl_command *cmd, unsigned seen)
{
	for (unsigned o = 0; o < OPTIONS; o++)
		if (seen & BIT(o) && !(cmd->options & BIT(o)))
			return ctl_misused(
				c, "%s has no option --%s", cmd->words[0], options[o].name);
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

	if (!take_options(&w))
		return CTL_PROBLEMS;
	if (w.seen & BIT(OPTION_VERSION)) {
		fputs("trunkctl " TRUNKD_VERSION "\n", c->out);
		return CTL_FINE;
	}
	if (!c->nargs && w.seen & BIT(OPTION_HELP)) {
		print_help(c->out, NULL);
		return CTL_FINE;
	}
	if (!c->nargs) {
		print_help(c->err, NULL);
		return CTL_PROBLEMS;
	}
	cmd = take_command(c);
	if (!cmd)
		return CTL_PROBLEMS;
	if (!(w.seen & BIT(OPTION_HELP)))
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
