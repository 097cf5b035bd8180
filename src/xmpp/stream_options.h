/* SPDX-License-Identifier: MIT */
/* What the owner settles for a stream: its role, its limits, and what it offers. */
#pragma once

#include "xml/reader.h"
#include "xml/scanner.h"

#include <stdint.h>

enum stream_role { STREAM_RECEIVING, STREAM_INITIATING };

struct stream_options {
	enum stream_role role;
	bool secure;        /* the transport is TLS from the first byte (XEP-0368) */
	size_t early_bytes; /* before authentication, headers and elements together; 8 KiB. Later:
			       one element that is no stanza */
	unsigned early_elements; /* before authentication, not counting headers and db:*; 32 */
	unsigned max_pairs; /* db:result and db:verify requests of the peer, pending or proven */
	uint32_t setup_ms;  /* whole set-up, while not verifying; 30 s */
	uint32_t verify_ms; /* how long the clock may stand still while we verify; 45 s */
	uint32_t close_ms;  /* wait for the peer's closing tag; 5 s */
	struct scanner_limits limits; /* after authentication */
	xml_classify_fn *classify;    /* for the reader's namespace marks */
	bool keep_declared;           /* for stream_declared() */
};

/* What stream_answer() offers. */
enum stream_offer {
	OFFER_STARTTLS = 1,
	OFFER_STARTTLS_REQUIRED = 2,
	OFFER_EXTERNAL = 4,
	OFFER_DIALBACK = 8,
};
