/* SPDX-License-Identifier: MIT */
/* See command.h. */
#include "daemon/command.h"

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

enum { WAITING_MAX = 64, TIME_MS = 10000 };

struct input {
	struct mail mail;
	struct list link;
	struct command *command;
	size_t n;
	char text[];
};

/* One run; freed when its three handles are closed. */
struct run {
	uv_process_t process;
	uv_pipe_t in;
	uv_timer_t timer;
	uv_write_t write;
	struct command *command;
	struct input *input;
	unsigned open; /* handles */
};

struct command {
	struct net_loop *loop;
	char *path;
	struct list waiting;
	unsigned count;
	unsigned long long left_out;
	struct run *run; /* under way */
	bool stopped;
};

static void next(struct command *c);

struct command *command_new(struct net_loop *loop)
{
	struct command *c = MEM_NEW(struct command);
	c->loop = loop;
	list_init(&c->waiting);
	return c;
}

void command_configure(struct command *c, const char *path)
{
	free(c->path);
	c->path = path ? mem_strdup(path) : NULL;
}

static struct run *run_of(uv_handle_t *h)
{
	return h->data;
}

static void closed(uv_handle_t *h)
{
	struct run *r = run_of(h);
	struct command *c = r->command;
	if (--r->open)
		return;
	c->run = NULL;
	free(r->input);
	free(r);
	next(c);
}

static void close_one(uv_handle_t *h)
{
	if (!uv_is_closing(h))
		uv_close(h, closed);
}

static void close_all(struct run *r)
{
	close_one((uv_handle_t *)&r->process);
	close_one((uv_handle_t *)&r->in);
	close_one((uv_handle_t *)&r->timer);
}

static void ended(uv_process_t *p, int64_t status, int term_signal)
{
	struct run *r = run_of((uv_handle_t *)p);
	if (status || term_signal)
		log_error("alert-command-failed command=%s status=%lld signal=%d",
			log_quote(str_of(r->command->path ? r->command->path : "")).s,
			(long long)status, term_signal);
	close_all(r);
}

static void too_long(uv_timer_t *t)
{
	struct run *r = run_of((uv_handle_t *)t);
	uv_process_kill(&r->process, SIGKILL);
}

/* It has its line, or does not want it: end of input. */
static void fed(uv_write_t *w, int status)
{
	struct run *r = w->data;
	(void)status;
	close_one((uv_handle_t *)&r->in);
}

static void init_handles(struct run *r)
{
	uv_loop_t *loop = net_loop_uv(r->command->loop);
	uv_pipe_init(loop, &r->in, 0);
	uv_timer_init(loop, &r->timer);
	r->in.data = r->timer.data = r->process.data = r->write.data = r;
	r->open = 3;
}

static int spawn(struct run *r)
{
	char *args[] = { r->command->path, NULL };
	uv_stdio_container_t io[3] = {
		{ .flags = (uv_stdio_flags)(UV_CREATE_PIPE | UV_READABLE_PIPE),
			.data.stream = (uv_stream_t *)&r->in },
		{ .flags = UV_IGNORE },
		{ .flags = UV_IGNORE },
	};
	uv_process_options_t o = {
		.file = r->command->path,
		.args = args,
		.exit_cb = ended,
		.stdio = io,
		.stdio_count = 3,
	};
	return uv_spawn(net_loop_uv(r->command->loop), &r->process, &o);
}

static void start(struct command *c, struct input *input)
{
	struct run *r = MEM_NEW(struct run);
	r->command = c;
	r->input = input;
	c->run = r;
	init_handles(r);
	int error = spawn(r);
	if (error) {
		log_error("alert-command-failed command=%s error=%s", log_quote(str_of(c->path)).s,
			log_quote(str_of(uv_strerror(error))).s);
		close_all(r);
		return;
	}
	uv_buf_t line = { .base = input->text, .len = input->n };
	uv_timer_start(&r->timer, too_long, TIME_MS, 0);
	if (uv_write(&r->write, (uv_stream_t *)&r->in, &line, 1, fed) != 0)
		close_one((uv_handle_t *)&r->in);
}

static void tell_left_out(struct command *c)
{
	if (!c->left_out)
		return;
	log_warn("alert-command-busy left_out=%llu", c->left_out);
	c->left_out = 0;
}

static void next(struct command *c)
{
	if (c->run || c->stopped)
		return;
	tell_left_out(c);
	if (list_empty(&c->waiting))
		return;
	struct input *i = list_first(&c->waiting, struct input, link);
	list_remove(&i->link);
	c->count--;
	start(c, i);
}

static void take(struct mail *m, bool cancelled)
{
	struct input *i = list_item(m, struct input, mail);
	struct command *c = i->command;
	bool wanted = !cancelled && !c->stopped && c->path;
	if (wanted && c->count < WAITING_MAX) {
		list_append(&c->waiting, &i->link);
		c->count++;
		next(c);
		return;
	}
	c->left_out += wanted;
	free(i);
}

void command_post(struct command *c, struct str json)
{
	struct input *i = mem_alloc(sizeof(*i) + json.n);
	*i = (struct input){ .command = c, .n = json.n };
	i->mail.run = take;
	memcpy(i->text, json.p, json.n);
	net_loop_post(c->loop, &i->mail);
}

void command_stop(struct command *c)
{
	c->stopped = true;
	if (!c->run)
		return;
	uv_process_kill(&c->run->process, SIGKILL);
	close_all(c->run);
}

void command_free(struct command *c)
{
	if (!c)
		return;
	while (!list_empty(&c->waiting)) {
		struct input *i = list_first(&c->waiting, struct input, link);
		list_remove(&i->link);
		free(i);
	}
	free(c->path);
	free(c);
}
