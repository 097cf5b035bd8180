/* SPDX-License-Identifier: MIT */
/*
 * trunkctl top: a screen that follows the daemon. Owns the terminal while it runs: signals are
 * blocked and read like keys, so that every way out of the loop goes past the one place which puts
 * the terminal back.
 */
#include "base/clock.h"
#include "ctl/client.h"
#include "ctl/json.h"
#include "ctl/top_frame.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum { EVERY_MS = 1000, PATIENCE_S = 5, LINES = 24, COLUMNS = 80 };

static bool append(void *arg, json_t *value)
{
	json_array_append(arg, value);
	return true;
}

static enum ctl_status ask(struct ctl *c, const char *command, json_t *items, json_t **result)
{
	struct ctl_request r = {
		.command = command,
		.item = append,
		.arg = items,
		.result_out = result,
		.patience_s = PATIENCE_S,
	};

	return ctl_call(c, &r);
}

/* What there is must be freed either way. */
static enum ctl_status poll_daemon(struct ctl *c, struct top_poll *p)
{
	enum ctl_status status;

	p->pairs = json_array();
	p->peers = json_array();
	status = ask(c, "status", NULL, &p->status);
	p->at = (double)clock_ms() / 1000;
	if (status == CTL_FINE)
		status = ask(c, "map", p->pairs, NULL);
	if (status == CTL_FINE)
		status = ask(c, "peers", p->peers, NULL);
	return status;
}

/* ---- once ---- */

static enum ctl_status once(struct ctl *c)
{
	struct top_poll before = { 0 }, now = { 0 };
	enum ctl_status status = poll_daemon(c, &before);

	if (status == CTL_FINE) {
		poll(NULL, 0, EVERY_MS);
		status = poll_daemon(c, &now);
	}
	if (status == CTL_FINE) {
		json_t *facts = top_facts(&before, &now);

		if (c->option[OPTION_JSON]) {
			json_print(facts, c->out);
		} else {
			top_print(facts, 0, 0, c->out);
			json_decref(facts);
		}
	}
	top_poll_fini(&before);
	top_poll_fini(&now);
	return status;
}

/* ---- a terminal ---- */

struct terminal {
	struct termios usual;
	sigset_t signals, before;
	int signal_fd;
};

static bool terminal_take(struct terminal *t)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH };
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &t->usual) < 0)
		return false;
	sigemptyset(&t->signals);
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&t->signals, ends[i]);
	t->signal_fd = signalfd(-1, &t->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signal_fd < 0)
		return false;
	sigprocmask(SIG_BLOCK, &t->signals, &t->before);
	raw = t->usual;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	return true;
}

static void terminal_give_back(struct terminal *t, FILE *out)
{
	fputs("\033[?7h\033[?25h\033[?1049l", out);
	fflush(out);
	tcsetattr(STDIN_FILENO, TCSANOW, &t->usual);
	sigprocmask(SIG_SETMASK, &t->before, NULL);
	close(t->signal_fd);
}

static void draw(struct ctl *c, const struct top_poll *before, const struct top_poll *now)
{
	struct winsize size = { .ws_row = LINES, .ws_col = COLUMNS };
	json_t *facts = top_facts(before, now);

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	fputs("\033[H\033[J", c->out);
	/* The last line stays free: a newline there would scroll. */
	top_print(facts, size.ws_row > 1 ? size.ws_row - 1U : LINES,
		size.ws_col ? size.ws_col : COLUMNS, c->out);
	fflush(c->out);
	json_decref(facts);
}

/* False: that was the end. */
static bool wait_for_keys(struct terminal *t, int ms)
{
	struct pollfd p[] = { { STDIN_FILENO, POLLIN, 0 }, { t->signal_fd, POLLIN, 0 } };
	struct signalfd_siginfo s;
	char key;

	if (poll(p, 2, ms) <= 0)
		return true;
	if (p[0].revents && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q'))
		return false;
	while (p[1].revents && read(t->signal_fd, &s, sizeof(s)) == (ssize_t)sizeof(s))
		if (s.ssi_signo != SIGWINCH && s.ssi_signo != SIGTSTP)
			return false;
	return true;
}

static enum ctl_status follow(struct ctl *c, struct terminal *t)
{
	struct top_poll before = { 0 }, now = { 0 };
	enum ctl_status status;
	bool on = true;

	while (on && (status = poll_daemon(c, &now)) == CTL_FINE) {
		draw(c, &before, &now);
		on = wait_for_keys(t, EVERY_MS);
		top_poll_fini(&before);
		before = now;
		now = (struct top_poll){ 0 };
	}
	top_poll_fini(&before);
	top_poll_fini(&now);
	return status;
}

enum ctl_status ctl_top(struct ctl *c)
{
	struct terminal t;
	enum ctl_status status;
	char *words = NULL;
	FILE *err = c->err;
	size_t n;

	if (c->option[OPTION_ONCE] || c->option[OPTION_JSON] || !isatty(STDOUT_FILENO) ||
		!terminal_take(&t))
		return once(c);
	fputs("\033[?1049h\033[?25l\033[?7l", c->out);
	/* What is said of a failure would vanish with the screen. */
	c->err = open_memstream(&words, &n);
	if (!c->err)
		c->err = err;
	status = follow(c, &t);
	terminal_give_back(&t, c->out);
	if (c->err != err) {
		fclose(c->err);
		fputs(words, err);
		free(words);
	}
	c->err = err;
	return status;
}
