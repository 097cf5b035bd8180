/* SPDX-License-Identifier: MIT */
/* A DNS server for tests: a thread with a UDP socket on loopback that answers from a table. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum dns_reply { DNS_ANSWER, DNS_NXDOMAIN, DNS_SERVFAIL, DNS_SILENCE };

/* What is asked for and not in the table does not exist (NXDOMAIN); a name that is there with
 * another type has no data. Several rows for one name and type are one answer. */
struct dns_row {
	const char *name; /* NULL ends the table */
	int type;         /* DNS_A ...; 0: any */
	enum dns_reply reply;
	const char *value; /* "192.0.2.1"; "10 5 5269 host.example" */
};

struct dns_server {
	pthread_t thread;
	int fd;
	uint16_t port;
	const struct dns_row *rows;
	char address[32]; /* "127.0.0.1@port" */
};

void dns_server_start(struct dns_server *s, const struct dns_row *rows);
void dns_server_stop(struct dns_server *s);
