/* SPDX-License-Identifier: MIT */
/*
 * Accepting connections. Owns the listening socket, one spare descriptor, and what uv needs to
 * watch it; the accepted descriptors belong to the callback. Never reads from any of them.
 */
#include "net/listener.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum {
	BACKLOG = 1024,
	ACCEPTS_PER_TURN = 32, /* then the loop looks at its other descriptors */
	PAUSE_MS = 1000,       /* without descriptors */
};

static const struct config_choice modes[] = { { "starttls", LISTEN_STARTTLS },
	{ "direct-tls", LISTEN_DIRECT_TLS }, { NULL, 0 } };

static const struct config_key listen_keys[] = {
	{ .name = "address",
		.type = CONFIG_STRING,
		.offset = offsetof(struct listen_config, address),
		.def = "::",
		.reload = CONFIG_NEXT_STREAM,
		.help = "The local address. \"::\" takes IPv4 connections too, unless another "
			"entry has \"0.0.0.0\" with the same port." },
	{ .name = "port",
		.type = CONFIG_INT,
		.offset = offsetof(struct listen_config, port),
		.def = "5269",
		.min = 1,
		.max = 65535,
		.reload = CONFIG_NEXT_STREAM,
		.help = "The TCP port." },
	{ .name = "mode",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct listen_config, mode),
		.def = "starttls",
		.choices = modes,
		.reload = CONFIG_NEXT_STREAM,
		.help = "How TLS begins here: by STARTTLS in the stream, or before it "
			"(XEP-0368)." },
	{ .name = "zones",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct listen_config, zones),
		.reload = CONFIG_NEXT_STREAM,
		.help = "Only domains of these zones may come in here. Empty: all." },
	{ 0 }
};
const struct config_table listen_schema = { "listen", sizeof(struct listen_config), listen_keys };

struct listener {
	struct address address; /* as bound: with its port */
	struct address wanted;  /* as configured */
	enum listen_mode mode;
	int fd;         /* -1: stopped */
	int spare;      /* given up for a moment to turn a peer away */
	bool exhausted; /* said so */
	bool paused;
	struct watcher *watcher; /* NULL: not accepting */
	struct net_timer *resume;
	listener_fn *fn;
	void *arg;
};

/* Lives until uv has closed it, which may be longer than the listener. */
struct watcher {
	uv_poll_t poll;
	struct listener *listener;
};

static bool read_address(const struct listen_config *c, struct address *out)
{
	return address_parse(c->address ? c->address : "::", (uint16_t)c->port, out) &&
	       address_port(out) == c->port;
}

static bool same_address(const struct address *a, const struct address *b)
{
	return a->ss.ss_family == b->ss.ss_family && address_port(a) == address_port(b) &&
	       address_same_host(a, b);
}

/* One entry against those before it. */
static void check_entry(struct listen_config *all, unsigned i, struct config_report *report)
{
	struct address mine, other;

	if (!read_address(&all[i], &mine)) {
		config_report_add(report, CONFIG_ERROR, config_origin_of(&all[i].origin, "address"),
			"\"%s\" is no address to listen on: write an IPv4 or IPv6 address without "
			"a "
			"port, or \"::\" for all",
			all[i].address);
		return;
	}
	for (unsigned k = 0; k < i; k++) {
		if (!read_address(&all[k], &other) || address_port(&mine) != address_port(&other))
			continue;
		if (same_address(&mine, &other))
			config_report_add(report, CONFIG_ERROR, &all[i].origin,
				"%s port %u is listened on twice: remove one of the entries",
				all[i].address, address_port(&mine));
		else if (address_is_any(&mine) && address_is_any(&other))
			all[mine.ss.ss_family == AF_INET6 ? i : k].v6_only = true;
	}
}

void listen_check(struct config_list *listen, struct config_report *report)
{
	for (unsigned i = 0; i < listen->n; i++)
		check_entry(listen->items, i, report);
}

static void set_option(int fd, int level, int name, int value)
{
	/* If one of them fails, bind() tells. */
	if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
		return;
}

static int bind_and_listen(int fd, const struct address *a)
{
	if (bind(fd, (const struct sockaddr *)&a->ss, a->len) < 0)
		return -errno;
	return listen(fd, BACKLOG) < 0 ? -errno : 0;
}

/* The socket, or -errno. */
static int open_socket(const struct address *a, bool v6_only)
{
	int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (a->ss.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6_only || !address_is_any(a));
	rc = bind_and_listen(fd, a);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static void report_failure(const struct listen_config *c, const struct address *a, int err,
	struct config_report *report)
{
	const char *remedy = "";
	char text[ADDRESS_TEXT];

	if (err == EADDRINUSE)
		remedy = ": another program (or another trunkd) listens there; see \"ss -ltnp\"";
	else if (err == EADDRNOTAVAIL)
		remedy = ": this host does not have that address";
	else if (err == EACCES)
		remedy = ": ports below 1024 need CAP_NET_BIND_SERVICE";
	else if (err == EAFNOSUPPORT)
		remedy = ": IPv6 is switched off here; use \"0.0.0.0\"";
	address_print(a, text);
	config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "address"),
		"cannot listen on %s: %s%s", text, strerror(err), remedy);
}

void listener_configure(struct listener *l, const struct listen_config *c)
{
	l->mode = (enum listen_mode)c->mode;
}

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

struct listener *listener_new(
	const struct listen_config *c, struct inherited *in, struct config_report *report)
{
	struct listener *l;
	struct address a;
	int fd;

	if (!read_address(c, &a)) {
		config_report_add(report, CONFIG_ERROR, &c->origin,
			"\"%s\" is no address to listen on", c->address);
		return NULL;
	}
	fd = in ? inherited_take(in, &a) : -1;
	if (fd < 0)
		fd = open_socket(&a, c->v6_only);
	if (fd < 0) {
		report_failure(c, &a, -fd, report);
		return NULL;
	}
	l = MEM_NEW(struct listener);
	l->fd = fd;
	l->wanted = a;
	l->address.len = sizeof(l->address.ss);
	if (getsockname(fd, (struct sockaddr *)&l->address.ss, &l->address.len) < 0)
		l->address = a;
	l->spare = open_spare();
	listener_configure(l, c);
	return l;
}

/* ---- accepting ---- */

static void on_readable(uv_poll_t *h, int status, int events);

static void watch(struct listener *l)
{
	if (l->watcher && !l->paused)
		uv_poll_start(&l->watcher->poll, UV_READABLE, on_readable);
}

static void accept_again(void *arg)
{
	watch(arg);
}

/* The peer that waits is let go, rather than left to guess; then nobody is accepted for a second.
 * Without this, the loop would spin: the socket stays readable. */
static void shed(struct listener *l, int err)
{
	char text[ADDRESS_TEXT];
	int fd;

	if (!l->exhausted) {
		address_print(&l->address, text);
		log_error("listener-exhausted address=%s error=\"%s\"", text, strerror(err));
	}
	l->exhausted = true;
	if (l->spare >= 0) {
		close(l->spare);
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
	}
	l->spare = open_spare();
	uv_poll_stop(&l->watcher->poll);
	net_timer_start(l->resume, PAUSE_MS, 0);
}

static bool out_of_descriptors(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOBUFS || err == ENOMEM;
}

/* False: enough for now. */
static bool accept_one(struct listener *l)
{
	struct address peer = { .len = sizeof(peer.ss) };
	int fd = accept4(
		l->fd, (struct sockaddr *)&peer.ss, &peer.len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		l->exhausted = false;
		l->fn(l->arg, l, fd, &peer);
		return true;
	}
	if (out_of_descriptors(errno)) {
		shed(l, errno);
		return false;
	}
	/* Anything but an empty queue is the fate of one peer that went away (accept(2)). */
	return errno != EAGAIN;
}

static void accept_some(struct watcher *w)
{
	/* The callback may stop the listener. */
	for (int i = 0; i < ACCEPTS_PER_TURN && w->listener && !w->listener->paused; i++)
		if (!accept_one(w->listener))
			return;
}

static void on_readable(uv_poll_t *h, int status, int events)
{
	accept_some(h->data);
}

void listener_start(struct listener *l, struct net_loop *loop, listener_fn *fn, void *arg)
{
	struct watcher *w;

	if (l->watcher || l->fd < 0)
		return;
	w = MEM_NEW(struct watcher);
	w->listener = l;
	w->poll.data = w;
	if (uv_poll_init(net_loop_uv(loop), &w->poll, l->fd) < 0)
		abort(); /* a listening socket can be watched */
	l->watcher = w;
	l->fn = fn;
	l->arg = arg;
	l->resume = net_timer_new(loop, accept_again, l);
	watch(l);
}

void listener_pause(struct listener *l, bool paused)
{
	l->paused = paused;
	if (paused && l->watcher)
		uv_poll_stop(&l->watcher->poll);
	else
		watch(l);
}

bool listener_paused(const struct listener *l)
{
	return l->paused;
}

static void free_watcher(uv_handle_t *h)
{
	free(h->data);
}

void listener_stop(struct listener *l)
{
	if (l->watcher) {
		l->watcher->listener = NULL;
		uv_close((uv_handle_t *)&l->watcher->poll, free_watcher);
		l->watcher = NULL;
		net_timer_close(l->resume);
		l->resume = NULL;
	}
	if (l->fd >= 0)
		close(l->fd);
	if (l->spare >= 0)
		close(l->spare);
	l->fd = l->spare = -1;
}

void listener_free(struct listener *l)
{
	if (!l)
		return;
	listener_stop(l);
	free(l);
}

enum listen_mode listener_mode(const struct listener *l)
{
	return l->mode;
}

const struct address *listener_address(const struct listener *l)
{
	return &l->address;
}

bool listener_same(const struct listener *l, const struct listen_config *c)
{
	struct address a;

	return read_address(c, &a) && same_address(&l->wanted, &a);
}
