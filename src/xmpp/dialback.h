/* SPDX-License-Identifier: MIT */
/*
 * Dialback keys (XEP-0185) without state: any node with the same secret can answer for them. The
 * secret of a domain is derived from one master secret, so that one domain's can be given away.
 */
#pragma once

#include "base/digest.h"
#include "base/str.h"

/* HKDF-SHA256, empty salt, info "trunkd dialback " + A-label: 64 lower-case hex digits, the form in
 * which a server's dialback_secret / shared_key option takes it. `domain` is canonical. */
void dialback_secret(struct str master, struct str domain, char out[DIGEST_HEX]);
/* The key of a db:result from `originating` to `receiving` on a stream with this id: HMAC-SHA256
 * keyed with hex(SHA256(secret)) over "receiving originating id"; domains canonical. */
void dialback_key(struct str secret, struct str receiving, struct str originating, struct str id,
	char out[DIGEST_HEX]);
/* Constant-time comparison of a presented key (white space around it is ignored). */
bool dialback_key_check(struct str secret, struct str receiving, struct str originating,
	struct str id, struct str presented);
