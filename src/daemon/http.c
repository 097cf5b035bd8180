/* SPDX-License-Identifier: MIT */
/*
 * See http.h. Owns the listening socket, libmicrohttpd's daemon and the requests that wait for the
 * workers. One question to them answers all requests that came meanwhile.
 */
#include "daemon/http.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control_socket.h"
#include "daemon/history.h"
#include "daemon/http_answer.h"
#include "daemon/metrics.h"
#include "daemon/server_private.h"
#include "net/loop.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	CONNECTIONS = 64,
	CONNECTION_BYTES = 32768, /* a request with its headers; what more is refused */
	CONNECTION_S = 10,        /* idle */
	BACKLOG = 64,
	ANSWER_MS = 5000, /* that workers may take */
	TICK_MS = 1000,
	MINUTE_MS = 60000,
	ROUNDS = 16,
};

/* Uv closes it later, perhaps when the server is gone. */
struct watch {
	uv_poll_t poll;
	struct http *http; /* NULL: not wanted any more */
};

struct request {
	struct list link; /* in http->waiting */
	struct http *http;
	struct MHD_Connection *connection;
	enum http_path path;
	bool ours, open_metrics;
	uint64_t since_ms;
	struct http_answer answer; /* status 0: not there yet */
};

struct http {
	struct server *server;
	struct MHD_Daemon *daemon; /* NULL: none */
	struct watch *watch;
	struct control_socket *socket; /* its name; NULL: an address */
	struct net_timer *tick, *soon;
	struct list waiting;
	bool asking, running, stopped;
	uint64_t sampled_ms;
	struct history history;
};

static void run(struct http *h);

/* ---- answers ---- */

static void fill_answer(struct request *r, const struct metrics_facts *facts)
{
	http_answer(
		r->http->server, r->path, facts, &r->http->history, r->open_metrics, &r->answer);
}

/* It is asked again for the answer, now that it is there. */
static void answer(struct request *r, const struct metrics_facts *facts)
{
	list_remove(&r->link);
	fill_answer(r, facts);
	MHD_resume_connection(r->connection);
}

static void answer_all(struct http *h, const struct metrics_facts *facts)
{
	list_for_each_safe (it, &h->waiting)
		answer(list_item(it, struct request, link), facts);
}

static void sample(struct http *h, const struct metrics_facts *facts)
{
	struct history_sample s;
	uint64_t now = net_loop_now(h->server->loop);
	if (h->sampled_ms && now - h->sampled_ms < MINUTE_MS)
		return;
	h->sampled_ms = now;
	history_measure(facts, clock_wall(), &s);
	history_add(&h->history, &s);
}

static void gathered(void *arg, const struct metrics_facts *facts)
{
	struct http *h = arg;
	h->asking = false;
	if (!facts || h->stopped)
		return;
	sample(h, facts);
	answer_all(h, facts);
	run(h);
}

static void ask(struct http *h)
{
	if (h->asking)
		return;
	h->asking = true;
	metrics_gather(h->server, gathered, h);
}

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
	MHD_add_response_header(r, name, value);
}

static void add_headers(struct MHD_Response *r, const struct http_answer *a)
{
	char policy[512];
	snprintf(policy, sizeof(policy),
		"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "
		"'none'%s%s%s"
		"%s%s",
		a->nonce[0] ? "; connect-src 'self'; img-src data:; style-src 'nonce-" : "",
		a->nonce, a->nonce[0] ? "'; script-src 'nonce-" : "", a->nonce,
		a->nonce[0] ? "'" : "");
	add_header(r, "Content-Type", a->type);
	add_header(r, "Cache-Control", "no-store");
	add_header(r, "Content-Security-Policy", policy);
	add_header(r, "X-Content-Type-Options", "nosniff");
	add_header(r, "X-Frame-Options", "DENY");
	add_header(r, "Referrer-Policy", "no-referrer");
	add_header(r, "Cross-Origin-Resource-Policy", "same-origin");
	if (a->status == 405)
		add_header(r, "Allow", "GET, HEAD");
}

static enum MHD_Result send_answer(struct request *r)
{
	struct str body = buf_view(&r->answer.body);
	struct MHD_Response *response = MHD_create_response_from_buffer(
		body.n, (void *)(size_t)body.p, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	add_headers(response, &r->answer);
	enum MHD_Result done = MHD_queue_response(r->connection, r->answer.status, response);
	MHD_destroy_response(response);
	return done;
}

/* ---- requests ---- */

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static struct request *request_new(
	struct http *h, struct MHD_Connection *c, const char *url, const char *method)
{
	struct request *r = MEM_NEW(struct request);
	const struct http_section *section = &h->server->plan->settings.http;
	list_init(&r->link);
	r->http = h;
	r->connection = c;
	r->path = http_path(url, section->status_page);
	r->open_metrics = http_wants_open_metrics(header(c, "Accept"));
	r->since_ms = net_loop_now(h->server->loop);
	bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	bool named = h->socket || section->allow_remote || http_host_is_ours(header(c, "Host"));
	if (!reads)
		http_refuse(&r->answer, 405, "only GET and HEAD");
	else if (!named)
		http_refuse(&r->answer, 403, "ask for an address or for localhost, not for a name");
	else if (!http_asks_workers(r->path))
		fill_answer(r, NULL);
	return r;
}

/* Called twice for a request that waits: when it has come, and when its answer is there. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **request)
{
	struct http *h = arg;
	(void)version;
	(void)upload;
	struct request *r = *request;
	if (r) {
		*upload_size = 0;
		return r->answer.status ? send_answer(r) : MHD_YES;
	}
	*request = r = request_new(h, c, url, method);
	if (r->answer.status)
		return send_answer(r);
	list_append(&h->waiting, &r->link);
	MHD_suspend_connection(c);
	ask(h);
	return MHD_YES;
}

static void on_completed(
	void *arg, struct MHD_Connection *c, void **request, enum MHD_RequestTerminationCode how)
{
	struct request *r = *request;
	(void)arg;
	(void)c;
	(void)how;
	if (!r)
		return;
	list_remove(&r->link);
	buf_fini(&r->answer.body);
	free(r);
	*request = NULL;
}

/* ---- under uv ---- */

static void go_on(void *arg)
{
	run(arg);
}

/* Does what there is to do, some rounds at once at most. */
static void run(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG wait = 1;
	if (!h->daemon || h->running)
		return;
	h->running = true;
	for (unsigned i = 0; i < ROUNDS; i++) {
		MHD_run(h->daemon);
		if (MHD_get_timeout(h->daemon, &wait) != MHD_YES || wait)
			break;
		wait = 0;
	}
	h->running = false;
	if (!wait)
		net_timer_start(h->soon, 1, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	(void)status;
	(void)events;
	if (w->http)
		run(w->http);
}

/* Requests that have waited for too long, connections that are silent, the next sample. */
static void tick(void *arg)
{
	struct http *h = arg;
	uint64_t now = net_loop_now(h->server->loop);
	list_for_each_safe (it, &h->waiting) {
		struct request *r = list_item(it, struct request, link);
		if (now - r->since_ms >= ANSWER_MS)
			answer(r, NULL);
	}
	if (h->daemon && h->server->plan->settings.http.status_page && !h->server->stopping &&
		(!h->sampled_ms || now - h->sampled_ms >= MINUTE_MS))
		ask(h);
	run(h);
}

static void watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* ---- the socket ---- */

struct http_prepared {
	bool stays; /* what is open now */
	int fd;     /* -1: none */
	struct control_socket *socket;
};

static int listen_on(const struct address *a)
{
	int on = 1;
	int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&a->ss, a->len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int error = -errno;
	close(fd);
	return error;
}

static bool open_path(struct http *h, const struct http_section *c, struct http_prepared *p,
	struct config_report *report)
{
	struct control_socket_want want = {
		.what = "HTTP socket",
		.origin = config_origin_of(&c->origin, "listen"),
		.path = http_section_path(c),
		.group = http_section_group(c),
		.mine = h->socket && strcmp(h->socket->path, http_section_path(c)) == 0,
	};
	p->socket = control_socket_new(&want, report);
	return p->socket != NULL;
}

static bool open_address(
	const struct http_section *c, struct http_prepared *p, struct config_report *report)
{
	struct address a;
	if (!http_section_address(c, &a))
		return false;
	p->fd = listen_on(&a);
	if (p->fd >= 0)
		return true;
	config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "listen"),
		"the HTTP server cannot listen on %s: %s", c->listen, strerror(-p->fd));
	return false;
}

bool http_prepare(struct http *h, const struct http_section *section, struct config_report *report,
	struct http_prepared **out)
{
	struct http_prepared *p = MEM_NEW(struct http_prepared);
	bool ok = true;
	p->fd = -1;
	p->stays = h->server->plan && http_section_same(section, &h->server->plan->settings.http);
	if (!p->stays && section->listen)
		ok = http_section_path(section) ? open_path(h, section, p, report)
						: open_address(section, p, report);
	*out = ok ? p : NULL;
	if (!ok)
		http_discard(p);
	return ok;
}

void http_discard(struct http_prepared *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	control_socket_free(p->socket);
	free(p);
}

/* ---- opening and closing ---- */

static void close_daemon(struct http *h)
{
	if (!h->daemon)
		return;
	/* It does not stop while somebody waits. */
	answer_all(h, NULL);
	run(h);
	h->watch->http = NULL;
	uv_poll_stop(&h->watch->poll);
	uv_close((uv_handle_t *)&h->watch->poll, watch_closed);
	h->watch = NULL;
	MHD_stop_daemon(h->daemon);
	h->daemon = NULL;
	control_socket_free(h->socket);
	h->socket = NULL;
}

static void watch(struct http *h)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	h->watch = MEM_NEW(struct watch);
	h->watch->http = h;
	h->watch->poll.data = h->watch;
	uv_poll_init(net_loop_uv(h->server->loop), &h->watch->poll, info->epoll_fd);
	uv_poll_start(&h->watch->poll, UV_READABLE, on_poll);
}

static void open_daemon(struct http *h, const char *name, int fd)
{
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		on_request, h, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
	if (!h->daemon) {
		close(fd);
		log_error("http-failed listen=%s", log_quote(str_of(name)).s);
		return;
	}
	watch(h);
	log_info("http-listening listen=%s", log_quote(str_of(name)).s);
}

void http_commit(struct http *h, struct http_prepared *p)
{
	if (p->stays) {
		free(p);
		return;
	}
	close_daemon(h);
	int fd = p->socket ? p->socket->fd : p->fd;
	if (p->socket) {
		int error = control_socket_publish(p->socket);
		if (error)
			log_error("http-failed listen=%s error=%s",
				log_quote(str_of(p->socket->path)).s,
				log_quote(str_of(strerror(-error))).s);
		/* The daemon closes it. */
		p->socket->fd = -1;
		h->socket = p->socket;
	}
	if (fd >= 0)
		open_daemon(h, h->server->plan->settings.http.listen, fd);
	free(p);
}

struct http *http_new(struct server *s)
{
	struct http *h = MEM_NEW(struct http);
	h->server = s;
	list_init(&h->waiting);
	/* Everything begins at nothing. */
	history_add(&h->history, &(struct history_sample){ .wall = s->started });
	h->tick = net_timer_new(s->loop, tick, h);
	h->soon = net_timer_new(s->loop, go_on, h);
	net_timer_start(h->tick, TICK_MS, TICK_MS);
	return h;
}

void http_stop(struct http *h)
{
	if (!h || h->stopped)
		return;
	close_daemon(h);
	h->stopped = true;
	net_timer_close(h->tick);
	net_timer_close(h->soon);
}

void http_free(struct http *h)
{
	free(h);
}
