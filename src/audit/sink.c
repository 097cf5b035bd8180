/* SPDX-License-Identifier: MIT */
/* See sink.h. */
#include "audit/sink.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 1000,
	RETRY_MS = 5000,
	PRIORITY = 13 * 8 + 6, /* facility 13, log audit; severity 6, informational */
};

static int local_address(struct audit_sink *s, const char *path)
{
	struct sockaddr_un *a = (struct sockaddr_un *)(void *)&s->to;

	if (strlen(path) >= sizeof(a->sun_path))
		return -EINVAL;
	a->sun_family = AF_UNIX;
	memcpy(a->sun_path, path, strlen(path) + 1);
	s->to_len = sizeof(*a);
	return 0;
}

static int tcp_address(struct audit_sink *s, const char *text)
{
	static const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(text, ':');
	struct addrinfo *found;
	struct str host;

	if (!colon || colon == text || !colon[1])
		return -EINVAL;
	host = (struct str){ text, (size_t)(colon - text) };
	if (host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct str){ host.p + 1, host.n - 2 };
	MEM_AUTO char *name = str_dup(host);

	if (getaddrinfo(name, colon + 1, &hints, &found) != 0)
		return -EINVAL;
	memcpy(&s->to, found->ai_addr, found->ai_addrlen);
	s->to_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

int audit_sink_init(struct audit_sink *s, bool journal, const char *where, const char *host)
{
	*s = (struct audit_sink){ .fd = -1 };
	/* RFC 5424 6.2.4: a nil value where there is none. */
	snprintf(s->host, sizeof(s->host), "%s", host && host[0] ? host : "-");
	if (journal)
		s->kind = AUDIT_SINK_JOURNAL;
	else
		s->kind = where[0] == '/' ? AUDIT_SINK_SYSLOG_LOCAL : AUDIT_SINK_SYSLOG_TCP;
	return s->kind == AUDIT_SINK_SYSLOG_TCP ? tcp_address(s, where) : local_address(s, where);
}

static void disconnect(struct audit_sink *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

void audit_sink_fini(struct audit_sink *s)
{
	if (s->to_len)
		disconnect(s);
	s->to_len = 0;
}

/* The time of the record itself: every line has it at the same place. */
static struct str time_of(struct str line)
{
	static const struct str before = STR_INIT("\",\"time\":\"");
	const char *at = memmem(line.p, line.n, before.p, before.n);
	const char *end;

	if (!at)
		return STR("-");
	at += before.n;
	end = memchr(at, '"', line.n - (size_t)(at - line.p));
	return end ? (struct str){ at, (size_t)(end - at) } : STR("-");
}

void audit_sink_message(const struct audit_sink *s, struct str line, struct buf *out)
{
	struct buf text = { 0 };

	if (s->kind == AUDIT_SINK_JOURNAL) {
		buf_put(out, STR("SYSLOG_IDENTIFIER=trunkd\nPRIORITY=6\nTRUNKD_AUDIT=1\nMESSAGE="));
		buf_put(out, line);
		buf_put_char(out, '\n');
		return;
	}
	buf_printf(&text, "<%d>1 %.*s %s trunkd %ld audit - ", PRIORITY, STR_ARG(time_of(line)),
		s->host, (long)getpid());
	buf_put(&text, line);
	if (s->kind == AUDIT_SINK_SYSLOG_TCP)
		buf_printf(out, "%zu ", buf_len(&text));
	buf_put(out, buf_view(&text));
	buf_fini(&text);
}

static bool wait_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, PATIENCE_MS) > 0 && !(p.revents & (POLLERR | POLLHUP));
}

static bool connected(struct audit_sink *s, uint64_t now_ms)
{
	int type = s->kind == AUDIT_SINK_SYSLOG_TCP ? SOCK_STREAM : SOCK_DGRAM;

	if (s->fd >= 0)
		return true;
	if (now_ms < s->retry_ms)
		return false;
	s->retry_ms = now_ms + RETRY_MS;
	s->fd = socket(s->to.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return false;
	if (connect(s->fd, (struct sockaddr *)&s->to, s->to_len) == 0 ||
		(errno == EINPROGRESS && wait_for(s->fd)))
		return true;
	disconnect(s);
	return false;
}

static bool send_stream(struct audit_sink *s, struct str m)
{
	while (m.n) {
		ssize_t n = send(s->fd, m.p, m.n, MSG_NOSIGNAL);

		if (n > 0)
			m = str_skip(m, (size_t)n);
		else if (n < 0 && errno == EAGAIN && wait_for(s->fd))
			continue;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

/* What is too big for a datagram goes to the journal as a sealed file (its native protocol). */
static bool send_file(struct audit_sink *s, struct str m)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct msghdr h = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);
	int fd = memfd_create("trunkd-audit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bool ok;

	if (fd < 0)
		return false;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	ok = write(fd, m.p, m.n) == (ssize_t)m.n &&
	     fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) ==
		     0 &&
	     sendmsg(s->fd, &h, MSG_NOSIGNAL) >= 0;
	close(fd);
	return ok;
}

static bool send_datagram(struct audit_sink *s, struct str m)
{
	for (int tries = 0; tries < 2; tries++) {
		if (send(s->fd, m.p, m.n, MSG_NOSIGNAL) == (ssize_t)m.n)
			return true;
		if (errno == EMSGSIZE && s->kind == AUDIT_SINK_JOURNAL)
			return send_file(s, m);
		if (errno == EMSGSIZE || (errno != EAGAIN && errno != EINTR) || !wait_for(s->fd))
			return false;
	}
	return false;
}

void audit_sink_send(struct audit_sink *s, struct str line, uint64_t now_ms)
{
	struct buf m = { 0 };
	bool ok = connected(s, now_ms);

	if (ok) {
		audit_sink_message(s, line, &m);
		ok = s->kind == AUDIT_SINK_SYSLOG_TCP ? send_stream(s, buf_view(&m))
						      : send_datagram(s, buf_view(&m));
		/* One line too big is no reason to connect anew; a stream cut inside one is. */
		if (!ok && (s->kind == AUDIT_SINK_SYSLOG_TCP || errno != EMSGSIZE))
			disconnect(s);
		buf_fini(&m);
	}
	s->lost += !ok;
}
