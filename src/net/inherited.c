/* SPDX-License-Identifier: MIT */
/* See inherited.h. */
#include "net/inherited.h"

#include "base/log.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FIRST = 3,  /* SD_LISTEN_FDS_START */
	MOST = 256, /* more is a mistake */
};

/* How many were passed to this very process. */
static unsigned passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	long n = fds ? strtol(fds, NULL, 10) : 0;
	bool ours = pid && strtol(pid, NULL, 10) == (long)getpid();

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return ours && n > 0 && n <= MOST ? (unsigned)n : 0;
}

/* Its address; false when it is no TCP socket that listens. */
static bool look_at(int fd, struct address *out)
{
	int listening = 0, type = 0;
	socklen_t size = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0 || !listening)
		return false;
	size = sizeof(int);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
		return false;
	out->len = sizeof(out->ss);
	if (getsockname(fd, (struct sockaddr *)&out->ss, &out->len) < 0)
		return false;
	return out->ss.ss_family == AF_INET || out->ss.ss_family == AF_INET6;
}

void inherited_init(struct inherited *in)
{
	unsigned n = passed();

	*in = (struct inherited){ .sockets = mem_zero(n + 1, sizeof(*in->sockets)) };
	for (int fd = FIRST; fd < FIRST + (int)n; fd++) {
		struct inherited_socket *s = &in->sockets[in->n];

		if (!look_at(fd, &s->address)) {
			log_warn("listener-inherited fd=%d error=\"no TCP socket that listens\"",
				fd);
			close(fd);
			continue;
		}
		/* A blocking accept would stop the loop; an alert's command is none of its
		 * business. */
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		s->fd = fd;
		in->n++;
	}
}

void inherited_fini(struct inherited *in)
{
	for (unsigned i = 0; i < in->n; i++)
		close(in->sockets[i].fd);
	free(in->sockets);
	*in = (struct inherited){ 0 };
}

int inherited_take(struct inherited *in, const struct address *wanted)
{
	for (unsigned i = 0; i < in->n; i++) {
		struct inherited_socket *s = &in->sockets[i];

		if (s->address.ss.ss_family == wanted->ss.ss_family &&
			address_port(&s->address) == address_port(wanted) &&
			address_same_host(&s->address, wanted)) {
			s->taken = true;
			return fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
		}
	}
	return -1;
}

void inherited_warn_unused(const struct inherited *in)
{
	for (unsigned i = 0; i < in->n; i++) {
		char text[ADDRESS_TEXT];

		if (in->sockets[i].taken)
			continue;
		address_print(&in->sockets[i].address, text);
		log_warn("listener-inherited address=%s error=\"passed by the service manager, and "
			 "named by no entry of listen: nobody answers there\"",
			text);
	}
}
