/* SPDX-License-Identifier: MIT */
/* What trust.c needs of a store. */
#pragma once

#include "net/trust.h"

#include <openssl/types.h>

X509_STORE *trust_store_x509(const struct trust_store *s);
