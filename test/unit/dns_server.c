/* SPDX-License-Identifier: MIT */
/* A DNS server for tests. Reads its table only; stops when its socket is shut down. */
#include "dns_server.h"

#include "net/resolver_private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct packet {
	unsigned char b[1500];
	size_t n;
};

static void put16(struct packet *p, unsigned v)
{
	p->b[p->n++] = (unsigned char)(v >> 8);
	p->b[p->n++] = (unsigned char)v;
}

static void put_name(struct packet *p, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		p->b[p->n++] = (unsigned char)n;
		memcpy(p->b + p->n, name, n);
		p->n += n;
		name += n + (name[n] == '.');
	}
	p->b[p->n++] = 0;
}

/* Reads the question's name; returns where it ends. */
static size_t get_name(const struct packet *p, size_t at, char out[256])
{
	size_t n = 0;

	out[0] = '\0';
	while (at < p->n && p->b[at]) {
		size_t label = p->b[at++];

		if (label > 63 || n + label + 2 > 256 || at + label > p->n)
			return p->n;
		if (n)
			out[n++] = '.';
		memcpy(out + n, p->b + at, label);
		n += label;
		at += label;
		out[n] = '\0';
	}
	return at + 1;
}

static void put_value(struct packet *p, const struct dns_row *row)
{
	unsigned priority, weight, port;
	char target[256];
	size_t length_at = p->n;

	p->n += 2;
	if (row->type == DNS_SRV) {
		if (sscanf(row->value, "%u %u %u %255s", &priority, &weight, &port, target) != 4)
			abort();
		put16(p, priority);
		put16(p, weight);
		put16(p, port);
		put_name(p, strcmp(target, ".") == 0 ? "" : target);
	} else {
		int family = row->type == DNS_A ? AF_INET : AF_INET6;

		if (inet_pton(family, row->value, p->b + p->n) != 1)
			abort();
		p->n += family == AF_INET ? 4 : 16;
	}
	p->b[length_at] = (unsigned char)((p->n - length_at - 2) >> 8);
	p->b[length_at + 1] = (unsigned char)(p->n - length_at - 2);
}

static bool row_is_for(const struct dns_row *row, const char *name, int type)
{
	return strcasecmp(row->name, name) == 0 && (row->type == type || row->type == 0);
}

/* False: stay silent. */
static bool answer(const struct dns_server *s, const struct packet *in, struct packet *out)
{
	char name[256];
	size_t end = get_name(in, 12, name);
	bool known = false;
	unsigned n = 0, rcode;
	int type;

	if (in->n < 12 || end + 4 > in->n)
		return false;
	type = in->b[end] << 8 | in->b[end + 1];
	memcpy(out->b, in->b, end + 4);
	out->n = end + 4;
	rcode = 3;
	for (const struct dns_row *row = s->rows; row->name; row++) {
		known = known || strcasecmp(row->name, name) == 0;
		if (!row_is_for(row, name, type))
			continue;
		if (row->reply == DNS_SILENCE)
			return false;
		if (row->reply != DNS_ANSWER) {
			rcode = row->reply == DNS_SERVFAIL ? 2 : 3;
			known = false;
			break;
		}
		put_name(out, name);
		put16(out, (unsigned)type);
		put16(out, 1);
		put16(out, 0);
		put16(out, 60);
		put_value(out, row);
		n++;
	}
	out->b[2] = 0x85; /* an answer, with authority, recursion desired */
	out->b[3] = (unsigned char)(0x80 | (known ? 0 : rcode));
	out->b[6] = out->b[8] = out->b[9] = out->b[10] = out->b[11] = 0;
	out->b[7] = (unsigned char)n;
	return true;
}

static void *serve(void *arg)
{
	struct dns_server *s = arg;

	for (;;) {
		struct sockaddr_in from;
		socklen_t from_n = sizeof(from);
		struct packet in, out;
		ssize_t n =
			recvfrom(s->fd, in.b, sizeof(in.b), 0, (struct sockaddr *)&from, &from_n);

		if (n <= 0)
			return NULL;
		in.n = (size_t)n;
		if (n >= 12 && answer(s, &in, &out))
			sendto(s->fd, out.b, out.n, 0, (struct sockaddr *)&from, from_n);
	}
}

void dns_server_start(struct dns_server *s, const struct dns_row *rows)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->rows = rows;
	s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&at, n) < 0 ||
		getsockname(s->fd, (struct sockaddr *)&at, &n) < 0)
		abort();
	s->port = ntohs(at.sin_port);
	snprintf(s->address, sizeof(s->address), "127.0.0.1@%u", s->port);
	if (pthread_create(&s->thread, NULL, serve, s) != 0)
		abort();
}

void dns_server_stop(struct dns_server *s)
{
	/* Wakes the thread with an end of file. */
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
}
