/* SPDX-License-Identifier: MIT */
/* Connections of the control sockets. See control.h. */
#include "daemon/control.h"

#include "base/log.h"
#include "base/mem.h"
#include "daemon/audit.h"
#include "daemon/control_command.h"
#include "daemon/control_socket.h"
#include "net/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

enum {
	SOCKETS = 2,
	CONNECTIONS = 16,          /* on each socket */
	ROOM = 64 * 1024,          /* a table goes on below this */
	OUT_MAX = 8 * 1024 * 1024, /* who leaves more unread is dropped */
	TICK_MS = 5000,
	IDLE_MS = 60000,  /* without a request */
	STUCK_MS = 30000, /* with output that is not taken */
};

struct door { /* a socket that is listened on */
	struct control_sockets *control;
	struct control_socket *socket;
	enum control_access access;
	uv_pipe_t pipe;
};

struct control_sockets {
	struct server *server;
	struct door *doors[SOCKETS];
	struct list conns;
	unsigned n[SOCKETS]; /* connections */
	struct net_timer *tick;
	bool stopping;
};

struct control_conn {
	struct list link;
	struct control_sockets *control;
	enum control_access access;
	struct ucred peer;
	uv_pipe_t pipe;
	uv_write_t write;
	char room[4096];
	struct control_lines in;
	struct buf out, sending;
	struct control_call *call;
	bool closing, serving;
	bool ending;       /* closes when `out` is taken */
	bool paused, over; /* reading: for now, for ever */
	bool deaf;         /* and takes no more requests */
	uint64_t moved_ms; /* something was read or taken */
	size_t left;       /* not taken then */
};

/* ---- connections ---- */

static void conn_closed(uv_handle_t *h)
{
	struct control_conn *c = h->data;

	control_lines_fini(&c->in);
	buf_fini(&c->out);
	buf_fini(&c->sending);
	free(c);
}

/* The call is over for its command. */
static void end_call(struct control_call *call)
{
	if (!call->conn)
		return;
	call->conn->call = NULL;
	call->conn = NULL;
	if (call->gone)
		call->gone(call);
	control_unref(call);
}

static void close_conn(struct control_conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	list_remove(&c->link);
	c->control->n[c->access]--;
	if (c->call) {
		audit_operator(c->control->server, c->call, "gone", "the caller went away");
		end_call(c->call);
	}
	uv_close((uv_handle_t *)&c->pipe, conn_closed);
}

static void serve(struct control_conn *c);

static void written(uv_write_t *w, int status)
{
	struct control_conn *c = w->data;

	buf_clear(&c->sending);
	if (c->closing)
		return;
	if (status < 0) {
		close_conn(c);
		return;
	}
	c->moved_ms = net_loop_now(c->control->server->loop);
	serve(c);
}

static void flush(struct control_conn *c)
{
	uv_buf_t b;

	if (c->closing || buf_len(&c->sending))
		return;
	if (!buf_len(&c->out)) {
		if (c->ending && !c->call)
			close_conn(c);
		return;
	}
	buf_move(&c->sending, &c->out);
	b = uv_buf_init((char *)(size_t)buf_view(&c->sending).p, (unsigned)buf_len(&c->sending));
	c->write.data = c;
	if (uv_write(&c->write, (uv_stream_t *)&c->pipe, &b, 1, written) != 0) {
		buf_clear(&c->sending);
		close_conn(c);
	}
}

/* ---- answers ---- */

static void drop_deaf(struct control_conn *c)
{
	log_warn("control-dropped uid=%u reason=\"answers are not read\"", c->peer.uid);
	close_conn(c);
}

static void say(struct control_call *call, enum control_kind kind, json_t *value)
{
	struct control_conn *c = call->conn;

	if (c && !c->closing)
		control_answer_write(kind, value, &c->out);
	json_decref(value);
	if (!c)
		return;
	if (buf_len(&c->out) + buf_len(&c->sending) > OUT_MAX) {
		drop_deaf(c);
	} else if (!c->serving) {
		flush(c);
	}
}

void control_progress(struct control_call *call, json_t *value)
{
	say(call, CONTROL_PROGRESS, value);
}

void control_item(struct control_call *call, json_t *value)
{
	say(call, CONTROL_ITEM, value);
}

static json_t *error_words(const char *words, const char *remedy)
{
	json_t *e = json_object();

	json_object_set_new(e, "words", json_string(words));
	if (remedy)
		json_object_set_new(e, "remedy", json_string(remedy));
	return e;
}

/* The last line, and the next request. */
static void finish(struct control_call *call, enum control_kind kind, json_t *value)
{
	struct control_conn *c = call->conn;

	control_ref(call);
	if (c)
		c->call = NULL;
	say(call, kind, value);
	end_call(call);
	control_unref(call);
	if (c && !c->serving)
		serve(c);
}

void control_done(struct control_call *call, json_t *value)
{
	if (call->conn)
		audit_operator(call->server, call, "done", NULL);
	finish(call, CONTROL_RESULT, value ? value : json_object());
}

void control_fail(struct control_call *call, const char *words, const char *remedy)
{
	if (call->conn)
		audit_operator(call->server, call, "failed", words);
	finish(call, CONTROL_ERROR, error_words(words, remedy));
}

void control_stream(struct control_call *call, void (*more)(struct control_call *call))
{
	call->more = more;
	if (call->conn && !call->conn->serving)
		serve(call->conn);
}

size_t control_unread(const struct control_call *call)
{
	const struct control_conn *c = call->conn;

	return c ? buf_len(&c->out) + buf_len(&c->sending) : 0;
}

struct control_call *control_ref(struct control_call *call)
{
	call->refs++;
	return call;
}

void control_unref(struct control_call *call)
{
	if (--call->refs)
		return;
	free(call->arguments);
	free(call);
}

/* ---- requests ---- */

static void refuse(struct control_conn *c, const char *words, const char *remedy)
{
	json_t *e = error_words(words, remedy);

	control_answer_write(CONTROL_ERROR, e, &c->out);
	json_decref(e);
}

static const char *other_door(const struct control_conn *c)
{
	const struct door *d = c->control->doors[CONTROL_CHANGE];

	return d ? d->socket->path : "(control.change is not configured)";
}

static void run(struct control_conn *c, const struct control_request *r)
{
	const struct control_command *cmd = control_command_find(r->command);
	struct control_call *call;

	if (!cmd) {
		refuse(c, "there is no such command in this trunkd",
			"trunkd and trunkctl should be of one version");
		return;
	}
	call = MEM_NEW(struct control_call);
	call->refs = 2; /* the connection's and ours */
	call->server = c->control->server;
	call->command = cmd;
	call->uid = c->peer.uid;
	call->pid = c->peer.pid;
	call->conn = c;
	call->arguments = json_dumps(r->arguments, JSON_COMPACT | JSON_SORT_KEYS);
	c->call = call;
	if (cmd->access == CONTROL_CHANGE && c->access != CONTROL_CHANGE) {
		MEM_AUTO char *remedy = mem_printf("use the socket %s", other_door(c));

		audit_operator(call->server, call, "refused", "asked on the socket for reading");
		end_call(call);
		refuse(c, "this command changes something, and this socket is for reading", remedy);
	} else {
		cmd->run(call, r->arguments);
	}
	control_unref(call);
}

/* False: there is none to be had now. */
static bool take_request(struct control_conn *c)
{
	struct control_request r;
	struct str line;
	const char *wrong;

	switch (control_lines_next(&c->in, &line)) {
	case CONTROL_MORE: return false;
	case CONTROL_TOO_LONG:
		refuse(c, "the request is too long", NULL);
		c->ending = c->deaf = true;
		return false;
	case CONTROL_LINE: break;
	}
	wrong = control_request_read(line, &r);
	if (wrong) {
		refuse(c, wrong, NULL);
		return true;
	}
	run(c, &r);
	control_request_fini(&r);
	return true;
}

static void on_alloc(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	struct control_conn *c = h->data;

	(void)wanted;
	*out = uv_buf_init(c->room, sizeof(c->room));
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b);

/* More requests than one that wait are the caller's to keep. */
static void listen_or_not(struct control_conn *c)
{
	bool full = c->deaf || buf_len(&c->in.in) > CONTROL_REQUEST_MAX;

	if (c->closing || full == c->paused || c->over)
		return;
	c->paused = full;
	if (full)
		uv_read_stop((uv_stream_t *)&c->pipe);
	else
		uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read);
}

/* Tables go on, requests are taken, while there is room for answers. */
static void serve(struct control_conn *c)
{
	bool on = !c->closing && !c->serving;

	if (!on)
		return;
	c->serving = true;
	while (on && !c->closing && buf_len(&c->out) < ROOM) {
		struct control_call *call = c->call;

		if (call && call->more) {
			control_ref(call);
			call->more(call);
			control_unref(call);
		} else {
			on = !call && !c->deaf && take_request(c);
		}
	}
	c->serving = false;
	listen_or_not(c);
	flush(c);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct control_conn *c = s->data;

	if (n < 0) {
		/* Who has said all may still listen; who asked for what never ends is gone. */
		uv_read_stop(s);
		c->ending = c->over = true;
		if (c->call && c->call->lasting)
			close_conn(c);
		else
			serve(c);
		return;
	}
	c->moved_ms = net_loop_now(c->control->server->loop);
	control_lines_feed(&c->in, (struct str){ b->base, (size_t)n });
	/* Nobody listens to it any more, and its end would not be seen. */
	if (c->call && c->call->lasting && buf_len(&c->in.in) > CONTROL_REQUEST_MAX)
		close_conn(c);
	else
		serve(c);
}

static void new_conn(struct door *d, struct control_sockets *control)
{
	struct control_conn *c = MEM_NEW(struct control_conn);
	enum control_access access = d->access;
	socklen_t n = sizeof(c->peer);
	int fd;

	c->control = control;
	c->access = access;
	control_lines_init(&c->in, CONTROL_REQUEST_MAX);
	uv_pipe_init(net_loop_uv(control->server->loop), &c->pipe, 0);
	c->pipe.data = c;
	c->moved_ms = net_loop_now(control->server->loop);
	list_append(&control->conns, &c->link);
	control->n[access]++;
	if (uv_accept((uv_stream_t *)&d->pipe, (uv_stream_t *)&c->pipe) != 0 ||
		uv_fileno((uv_handle_t *)&c->pipe, &fd) != 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c->peer, &n) != 0) {
		close_conn(c);
		return;
	}
	if (control->n[access] > CONNECTIONS) {
		refuse(c, "too many connections to this control socket", "end some of them");
		c->ending = true;
		flush(c);
		return;
	}
	uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read);
}

static void on_connection(uv_stream_t *s, int status)
{
	struct door *d = s->data;

	if (status == 0 && d->control)
		new_conn(d, d->control);
}

/* Who sends nothing, or takes nothing, does not keep a place for ever. */
static void tick(void *arg)
{
	struct control_sockets *control = arg;
	uint64_t now = net_loop_now(control->server->loop);

	list_for_each_safe (it, &control->conns) {
		struct control_conn *c = list_item(it, struct control_conn, link);
		size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe);

		if (left != c->left)
			c->moved_ms = now;
		c->left = left;
		if (left && now - c->moved_ms > STUCK_MS)
			drop_deaf(c);
		else if (!left && !c->call && now - c->moved_ms > IDLE_MS)
			close_conn(c);
	}
}

/* ---- doors ---- */

struct control_prepared {
	bool stay[SOCKETS]; /* the door as it is */
	struct control_socket *sockets[SOCKETS];
};

static void door_closed(uv_handle_t *h)
{
	free(h->data);
}

static void close_door(struct control_sockets *control, unsigned i)
{
	struct door *d = control->doors[i];

	control->doors[i] = NULL;
	if (!d)
		return;
	/* uv has the descriptor. */
	control_socket_free(d->socket);
	d->socket = NULL;
	d->control = NULL;
	uv_close((uv_handle_t *)&d->pipe, door_closed);
}

static void open_door(struct control_sockets *control, unsigned i, struct control_socket *s)
{
	struct door *d = MEM_NEW(struct door);
	int error = control_socket_publish(s);

	if (error)
		log_error("control-failed path=%s error=%s", log_quote(str_of(s->path)).s,
			log_quote(str_of(strerror(-error))).s);
	d->control = control;
	d->socket = s;
	d->access = (enum control_access)i;
	d->pipe.data = d;
	uv_pipe_init(net_loop_uv(control->server->loop), &d->pipe, 0);
	uv_pipe_open(&d->pipe, s->fd);
	s->fd = -1;
	uv_listen((uv_stream_t *)&d->pipe, CONNECTIONS, on_connection);
	control->doors[i] = d;
	log_info("control-listening path=%s for=%s", log_quote(str_of(s->path)).s,
		i == CONTROL_READ ? "read" : "change");
}

bool control_prepare(struct control_sockets *c, const struct control_section *section,
	struct config_report *report, struct control_prepared **out)
{
	static const char *const keys[SOCKETS] = { "read", "change" };
	struct control_prepared *p = MEM_NEW(struct control_prepared);
	bool same = c->server->plan &&
		    control_section_same(section, &c->server->plan->settings.control);
	bool ok = true;

	for (unsigned i = 0; i < SOCKETS; i++) {
		MEM_AUTO char *path = control_section_path(
			section, (enum control_access)i, getenv("RUNTIME_DIRECTORY"));
		struct door *d = c->doors[i];

		p->stay[i] = same;
		if (same || !path)
			continue;
		struct control_socket_want want = {
			.what = "control socket",
			.origin = config_origin_of(&section->origin, keys[i]),
			.path = path,
			.group = control_section_group(section, (enum control_access)i),
			.mine = d && strcmp(d->socket->path, path) == 0,
		};
		p->sockets[i] = control_socket_new(&want, report);
		ok &= p->sockets[i] != NULL;
	}
	*out = p;
	if (ok)
		return true;
	control_discard(p);
	*out = NULL;
	return false;
}

void control_commit(struct control_sockets *c, struct control_prepared *p)
{
	for (unsigned i = 0; p && i < SOCKETS; i++) {
		if (p->stay[i])
			continue;
		close_door(c, i);
		if (p->sockets[i])
			open_door(c, i, p->sockets[i]);
	}
	free(p);
}

void control_discard(struct control_prepared *p)
{
	for (unsigned i = 0; p && i < SOCKETS; i++)
		control_socket_free(p->sockets[i]);
	free(p);
}

/* ---- the whole ---- */

struct control_sockets *control_new(struct server *s)
{
	struct control_sockets *c = MEM_NEW(struct control_sockets);

	c->server = s;
	list_init(&c->conns);
	c->tick = net_timer_new(s->loop, tick, c);
	net_timer_start(c->tick, TICK_MS, TICK_MS);
	return c;
}

void control_stop(struct control_sockets *c)
{
	if (!c || c->stopping)
		return;
	c->stopping = true;
	net_timer_close(c->tick);
	for (unsigned i = 0; i < SOCKETS; i++)
		close_door(c, i);
	list_for_each_safe (it, &c->conns)
		close_conn(list_item(it, struct control_conn, link));
}

void control_free(struct control_sockets *c)
{
	free(c);
}
