/* SPDX-License-Identifier: MIT */
/*
 * Where does a first-level element end? A small state machine over bytes (text, tag, quotes, CDATA)
 * that decides nothing about content. It holds every limit, refuses '<?' and '<!' (but CDATA) at
 * their second byte, eats white space between elements, and sees to it that the parser is only ever
 * handed whole pieces: cost is linear in the bytes however they are cut.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* 0 means no limit for none of these: every one is set. */
struct scanner_limits {
	size_t bytes; /* one first-level element; above it the element is skipped (SCAN_OVERSIZE) */
	size_t hard_bytes; /* above it scanning fails (SCAN_TOO_BIG) */
	unsigned depth; /* nested elements inside a first-level element */
	unsigned attributes; /* per tag, namespace declarations included */
	unsigned declarations; /* namespace declarations per tag */
	size_t tag_bytes; /* one tag, all its attributes included */
};

enum scan_outcome {
	SCAN_MORE, /* everything looked at; no piece is complete yet */
	SCAN_HEADER, /* a stream header: optional XML declaration and the root's start tag */
	SCAN_ELEMENT, /* a whole first-level element */
	SCAN_OVERSIZE, /* the end of an element over `bytes`: only its start tag was kept */
	SCAN_CLOSE, /* the root's end tag, </...:stream> */
	/* The rest end the stream (RFC 6120 4.9.3, 11.1, 13.12). */
	SCAN_RESTRICTED, /* comment, processing instruction, DTD */
	SCAN_MALFORMED, /* text between elements, a '<' in a tag, an empty tag ... */
	SCAN_LIMIT, /* depth, attributes, declarations or tag bytes exceeded */
	SCAN_TOO_BIG, /* hard_bytes exceeded */
};

const char *scan_outcome_name(enum scan_outcome o);

struct scanner {
	struct scanner_limits limits;
	uint8_t state;
	uint8_t quote;
	bool root_open; /* the header was seen: what follows are first-level elements */
	bool oversize;
	bool empty_root; /* <stream:stream/> */
	unsigned depth;
	unsigned attributes, declarations;
	size_t element_bytes; /* of the element under way, as received */
	size_t tag_bytes;
	size_t looked; /* bytes of the input already scanned and not yet taken */
	size_t start_tag; /* length of the kept start tag when oversize */
	uint8_t match; /* progress inside "[CDATA[", "]]>", "xmlns" */
};

void scanner_init(struct scanner *s, const struct scanner_limits *limits);
/* A new stream on the same connection: expects a header again. Keeps the limits. */
void scanner_restart(struct scanner *s);

/*
 * Looks at `in`, which starts with the same unfinished bytes as last time (however much more follows).
 * On HEADER, ELEMENT, OVERSIZE and CLOSE *piece_out is the piece and *used_out the bytes to drop from
 * the front before the next call (white space before the piece included). On MORE *used_out is what can
 * be dropped already: white space between elements, and all of an oversize element behind its start tag
 * (which stays at the front of the input until SCAN_OVERSIZE hands it out: the caller drops used_out
 * bytes *behind* the first scanner_kept() bytes). After a failure the scanner must not be used again.
 */
enum scan_outcome scanner_next(struct scanner *s, struct str in, struct str *piece_out, size_t *used_out);
/* Bytes at the front of the input that must stay: 0, or the start tag of an oversize element. */
size_t scanner_kept(const struct scanner *s);
/* Bytes of the last piece as received, for SCAN_OVERSIZE more than were kept. */
size_t scanner_element_bytes(const struct scanner *s);
