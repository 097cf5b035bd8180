/* SPDX-License-Identifier: MIT */
/*
 * Socket addresses as text and back. Owns nothing and asks nobody: names are the resolver's
 * business. An IPv4 address that came in through an IPv6 socket is treated as the IPv4 address that
 * it is.
 */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { V6_NETWORK = 8 };

static const struct sockaddr_in *as_v4(const struct address *a)
{
	return (const struct sockaddr_in *)(const void *)&a->ss;
}

static const struct sockaddr_in6 *as_v6(const struct address *a)
{
	return (const struct sockaddr_in6 *)(const void *)&a->ss;
}

/* The bytes of the host part; an IPv4-mapped address gives its four. NULL when there is none. */
static const unsigned char *host_bytes(const struct address *a, unsigned *n_out)
{
	const unsigned char *bytes;

	if (a->len == 0)
		return NULL;
	if (a->ss.ss_family == AF_INET) {
		*n_out = 4;
		return (const unsigned char *)&as_v4(a)->sin_addr;
	}
	if (a->ss.ss_family != AF_INET6)
		return NULL;
	bytes = as_v6(a)->sin6_addr.s6_addr;
	*n_out = 16;
	if (IN6_IS_ADDR_V4MAPPED(&as_v6(a)->sin6_addr)) {
		*n_out = 4;
		bytes += 12;
	}
	return bytes;
}

/* Decimal digits only; at most max. */
static bool parse_number(const char *text, unsigned max, unsigned *out)
{
	unsigned n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (unsigned)(*text - '0');
		if (n > max)
			return false;
	}
	*out = n;
	return true;
}

static bool set_host(struct address *out, const char *host, bool v6, unsigned port)
{
	struct sockaddr_in *v4a = (struct sockaddr_in *)(void *)&out->ss;
	struct sockaddr_in6 *v6a = (struct sockaddr_in6 *)(void *)&out->ss;

	memset(out, 0, sizeof(*out));
	if (v6) {
		if (inet_pton(AF_INET6, host, &v6a->sin6_addr) != 1)
			return false;
		v6a->sin6_family = AF_INET6;
		v6a->sin6_port = htons((uint16_t)port);
		out->len = sizeof(*v6a);
		return true;
	}
	if (inet_pton(AF_INET, host, &v4a->sin_addr) != 1)
		return false;
	v4a->sin_family = AF_INET;
	v4a->sin_port = htons((uint16_t)port);
	out->len = sizeof(*v4a);
	return true;
}

bool address_parse(const char *text, uint16_t default_port, struct address *out)
{
	char host[ADDRESS_TEXT];
	const char *colon = strchr(text, ':'), *after = NULL;
	unsigned port = default_port;
	bool v6 = text[0] == '[' || (colon && strchr(colon + 1, ':'));
	size_t n = strlen(text);

	memset(out, 0, sizeof(*out));
	if (text[0] == '[') {
		const char *close = strchr(text, ']');

		if (!close || (close[1] && close[1] != ':'))
			return false;
		after = close[1] ? close + 2 : NULL;
		n = (size_t)(close - ++text);
	} else if (colon && !v6) {
		after = colon + 1;
		n = (size_t)(colon - text);
	}
	if (n >= sizeof(host) || (after && !parse_number(after, 65535, &port)))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (set_host(out, host, v6, port))
		return true;
	memset(out, 0, sizeof(*out));
	return false;
}

void address_print_host(const struct address *a, char out[ADDRESS_TEXT])
{
	unsigned n = 0;
	const unsigned char *bytes = host_bytes(a, &n);
	char text[INET6_ADDRSTRLEN];

	if (!bytes || !inet_ntop(n == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)))
		snprintf(out, ADDRESS_TEXT, "none");
	else
		snprintf(out, ADDRESS_TEXT, n == 4 ? "%s" : "[%s]", text);
}

void address_print(const struct address *a, char out[ADDRESS_TEXT])
{
	size_t n;

	address_print_host(a, out);
	n = strlen(out);
	if (a->len)
		snprintf(out + n, ADDRESS_TEXT - n, ":%u", address_port(a));
}

uint16_t address_port(const struct address *a)
{
	if (a->len == 0)
		return 0;
	return ntohs(a->ss.ss_family == AF_INET6 ? as_v6(a)->sin6_port : as_v4(a)->sin_port);
}

void address_set_port(struct address *a, uint16_t port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)&a->ss)->sin_port = htons(port);
}

bool address_same_host(const struct address *a, const struct address *b)
{
	unsigned na = 0, nb = 0;
	const unsigned char *pa = host_bytes(a, &na), *pb = host_bytes(b, &nb);

	return pa && pb && na == nb && memcmp(pa, pb, na) == 0;
}

struct str address_host_key(const struct address *a)
{
	unsigned n = 0;
	const unsigned char *bytes = host_bytes(a, &n);

	if (!bytes)
		return STR("");
	return (struct str){ (const char *)bytes, n > V6_NETWORK ? V6_NETWORK : n };
}

bool address_is_any(const struct address *a)
{
	static const unsigned char zero[16];
	unsigned n = 0;
	const unsigned char *bytes = host_bytes(a, &n);

	return bytes && memcmp(bytes, zero, n) == 0;
}

bool address_prefix_parse(const char *text, struct address_prefix *out)
{
	char host[ADDRESS_TEXT];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	unsigned bytes = 0;

	memset(out, 0, sizeof(*out));
	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	/* A port means nothing here. */
	if (!address_parse(host, 0, &out->address) || address_port(&out->address))
		return false;
	host_bytes(&out->address, &bytes);
	out->bits = bytes * 8;
	return !slash || parse_number(slash + 1, bytes * 8, &out->bits);
}

bool address_in(const struct address *a, const struct address_prefix *p)
{
	unsigned na = 0, np = 0, whole = p->bits / 8, rest = p->bits % 8;
	const unsigned char *pa = host_bytes(a, &na), *pp = host_bytes(&p->address, &np);

	if (!pa || !pp || na != np || memcmp(pa, pp, whole) != 0)
		return false;
	return rest == 0 || ((pa[whole] ^ pp[whole]) & (0xff00u >> rest) & 0xffu) == 0;
}

bool address_is_local(const struct address *a)
{
	struct address any_port = *a;
	int fd = socket(a->ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	address_set_port(&any_port, 0);
	bool local = bind(fd, (const struct sockaddr *)&any_port.ss, any_port.len) == 0;
	close(fd);
	return local;
}
