/* SPDX-License-Identifier: MIT */
/* What TLS needs of credentials beyond choosing: to keep them alive during a handshake, and to show
 * one. */
#pragma once

#include "net/credentials.h"
#include "net/mint.h"

/* One more reference, for as long as a handshake may choose; credentials_free() gives it back. From
 * any thread. */
struct credentials *credentials_hold(const struct credentials *c);
/* Puts every certificate of the credential on the connection, which keeps its own references; an
 * issuer makes one for `for_whom`. NULL, or why it cannot be done, in words. */
const char *credential_use(
	const struct credential *c, const struct mint_request *for_whom, SSL *ssl);
