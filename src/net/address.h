/* SPDX-License-Identifier: MIT */
/* Socket addresses: parsing what an operator writes, printing, comparing. */
#pragma once

#include "base/str.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Every connection has some of these, so they are no larger than what they hold. */
union address_family {
	sa_family_t ss_family;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct address {
	union address_family ss;
	socklen_t len; /* 0: none */
};

enum { ADDRESS_TEXT = 64 };

/* "192.0.2.1", "[2001:db8::1]", "2001:db8::1", each with an optional ":port" (IPv6 then in
 * brackets). False when it is no address. */
bool address_parse(const char *text, uint16_t default_port, struct address *out);
/* "192.0.2.1:5269", "[2001:db8::1]:5269". An IPv4-mapped IPv6 address prints as IPv4. */
void address_print(const struct address *a, char out[ADDRESS_TEXT]);
/* The address without its port. */
void address_print_host(const struct address *a, char out[ADDRESS_TEXT]);
uint16_t address_port(const struct address *a);
void address_set_port(struct address *a, uint16_t port);
/* The same host (IPv4-mapped addresses equal IPv4 ones); ports are ignored. */
bool address_same_host(const struct address *a, const struct address *b);
/* What one host has to itself: the bytes of an IPv4 address (an IPv4-mapped one is the same), or of
 * the /64 network of an IPv6 one, since whoever has one address there has them all. Points into
 * `a`. */
struct str address_host_key(const struct address *a);
bool address_is_any(const struct address *a); /* 0.0.0.0 or :: */
/* Does it belong to this machine? Asks the system. */
bool address_is_local(const struct address *a);

/* "192.0.2.0/24", "2001:db8::/32" or a single address. */
struct address_prefix {
	struct address address;
	unsigned bits;
};
bool address_prefix_parse(const char *text, struct address_prefix *out);
bool address_in(const struct address *a, const struct address_prefix *p);
