/* SPDX-License-Identifier: MIT */
/* One CA, certificates for a.example and b.example, and contexts that show them. */
#pragma once

#include "net/credentials.h"
#include "net/tls.h"
#include "pki.h"

struct tls_fixture {
	struct pki ca, a, b;
	struct credentials *credentials;
	struct tls_contexts *contexts;
};

void tls_fixture_init(struct tls_fixture *f);
void tls_fixture_fini(struct tls_fixture *f);
/* Credentials from certificates written to files, as from a configuration; aborts on errors. */
struct credentials *tls_fixture_credentials(struct pki *const *certs, unsigned n);
/* A filter that stands in for a.example towards b.example, as server or client. */
struct tls *tls_fixture_server(struct tls_fixture *f, enum tls_version min);
struct tls *tls_fixture_client(struct tls_fixture *f, enum tls_version min);
