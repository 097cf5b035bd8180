/* SPDX-License-Identifier: MIT */
/*
 * trunkctl watch: lines of the running daemon's log as they are written, whatever the log's own
 * level is. Signals that end it are blocked and read from a descriptor, so that it ends like any
 * other command.
 */
#include "base/log.h"
#include "base/mem.h"
#include "config/units.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/text.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

struct watch {
	struct ctl *c;
	unsigned long left; /* lines; 0: no end */
};

static const char *member(const json_t *line, const char *key)
{
	const char *s = json_string_value(json_object_get(line, key));

	return s && *s ? s : "-";
}

/* One column, harmless, never empty, filled up. */
static void put_column(FILE *f, const char *s, unsigned width)
{
	fputc(' ', f);
	text_put(f, s);
	for (unsigned n = text_width(s); n < width; n++)
		fputc(' ', f);
}

/* A stanza: always these columns. */
static void print_stanza(FILE *f, const json_t *line)
{
	static const struct {
		const char *key;
		unsigned width;
	} columns[] = { { "verdict", 6 }, { "kind", 8 }, { "type", 11 }, { "bytes_in", 6 },
		{ "sender", 26 }, { "recipient", 26 }, { "reason", 14 }, { "rule", 0 } };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		put_column(f, log_quote(str_of(member(line, columns[i].key))).s, columns[i].width);
}

static void print_members(FILE *f, json_t *line)
{
	const char *key;
	json_t *value;

	json_object_foreach(line, key, value)
	{
		if (strcmp(key, "time") == 0 || strcmp(key, "level") == 0 ||
			strcmp(key, "event") == 0 || !json_is_string(value))
			continue;
		fprintf(f, " %s=", key);
		text_put(f, log_quote(str_of(json_string_value(value))).s);
	}
}

static void print_content(FILE *f, const json_t *line, const char *key)
{
	const char *s = json_string_value(json_object_get(line, key));

	if (!s || !*s)
		return;
	fprintf(f, "  %-8s ", key);
	text_put(f, s);
	fputc('\n', f);
}

static void print_text(FILE *f, json_t *line)
{
	const char *event = member(line, "event");
	json_t *lost = json_object_get(line, "lines");

	text_put(f, member(line, "time"));
	put_column(f, member(line, "level"), 5);
	put_column(f, event, 0);
	if (strcmp(event, "stanza") == 0)
		print_stanza(f, line);
	else if (json_is_integer(lost))
		fprintf(f, " %lld lines lost: they came faster than they were read",
			(long long)json_integer_value(lost));
	else
		print_members(f, line);
	fputc('\n', f);
	if (strcmp(event, "stanza") == 0) {
		print_content(f, line, "received");
		print_content(f, line, "sent");
	}
}

static bool print_line(void *arg, json_t *line)
{
	struct watch *w = arg;
	FILE *f = w->c->out;

	if (w->c->option[OPTION_JSON]) {
		json_dumpf(line, f, JSON_COMPACT);
		fputc('\n', f);
	} else {
		print_text(f, line);
	}
	/* Who reads a pipe wants it now; and when nobody does, this is the end. */
	if (fflush(f) != 0)
		return false;
	return !w->left || json_is_integer(json_object_get(line, "lines")) || --w->left;
}

static bool print_begin(void *arg, json_t *value)
{
	struct watch *w = arg;

	fprintf(w->c->err, "watching%s; Ctrl-C ends it\n",
		json_is_true(json_object_get(value, "stanzas")) ? ", contents shown and recorded"
								: "");
	fflush(w->c->err);
	return true;
}

static enum ctl_status watch(struct watch *w, int stop_fd)
{
	struct ctl *c = w->c;
	bool stanzas = c->option[OPTION_STANZAS];
	json_t *filter = json_array();
	struct ctl_request r = {
		.socket = stanzas ? CTL_CHANGE : CTL_READ,
		.command = stanzas ? "watch-stanzas" : "watch",
		.arguments = json_pack("{s:o}", "filter", filter),
		.item = print_line,
		.progress = print_begin,
		.arg = w,
		.stop_fd = stop_fd,
	};

	for (unsigned i = 0; i < c->nargs; i++)
		json_array_append_new(filter, json_text(str_of(c->args[i])));
	return ctl_call(c, &r);
}

/* The signals that end it, as a descriptor; --for is an alarm. */
static int take_signals(sigset_t *before, int64_t ms)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM, SIGALRM };
	struct itimerval span = { .it_value = {
					  .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 } };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&set, ends[i]);
	sigprocmask(SIG_BLOCK, &set, before);
	setitimer(ITIMER_REAL, &span, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool read_count(struct watch *w)
{
	const char *text = w->c->option[OPTION_COUNT];
	char *end;

	if (!text)
		return true;
	errno = 0;
	w->left = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && w->left && !errno;
}

enum ctl_status ctl_watch(struct ctl *c)
{
	struct watch w = { .c = c };
	const char *span = c->option[OPTION_FOR];
	enum ctl_status status;
	sigset_t before;
	int64_t ms = 0;
	int fd;

	if (!read_count(&w))
		return ctl_misused(c, "\"%s\" is no number of lines", c->option[OPTION_COUNT]);
	if (span && (!units_duration(span, &ms) || ms <= 0))
		return ctl_misused(c, "\"%s\" is no time to watch for: 30s, 10m", span);
	fd = take_signals(&before, ms);
	status = watch(&w, fd);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	if (fd >= 0) {
		/* Or the signal would be delivered now. */
		while (read(fd, &(struct signalfd_siginfo){ 0 }, sizeof(struct signalfd_siginfo)) >
			0)
			;
		close(fd);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
