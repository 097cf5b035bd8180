/* SPDX-License-Identifier: MIT */
/* A trust store as the judge sees it. */
#pragma once

#include "net/trust.h"

#include <openssl/x509_vfy.h>

struct trust_store {
	char *name;
	X509_STORE *x509; /* OpenSSL locks it: shared by all threads */
	unsigned certificates;
	struct trust_item *items;
	unsigned nitems;
};
