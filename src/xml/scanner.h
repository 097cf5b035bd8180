/* SPDX-License-Identifier: MIT */
/*
 * Where does a first-level element end? A small state machine over bytes (text, tag, quotes, CDATA)
 * that decides nothing about content. It holds every limit, refuses '<?' and '<!' (but CDATA) as
 * soon as they show, eats white space between elements, and sees to it that the parser is only ever
 * handed whole pieces: cost is linear in the bytes, and the outcome the same, however they are cut.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* 0 means no limit for none of these: every one is set. Exactly the limit passes, one more does
 * not. */
struct scanner_limits {
	size_t bytes; /* one first-level element; above it the element is skipped (SCAN_OVERSIZE).
		       * Also one header; above it SCAN_TOO_BIG */
	size_t hard_bytes; /* above it scanning fails (SCAN_TOO_BIG) */
	unsigned depth;    /* levels of elements inside a first-level element, itself not counted */
	unsigned attributes;   /* per tag, namespace declarations included */
	unsigned declarations; /* namespace declarations per tag */
	size_t tag_bytes;      /* one tag from '<' to '>', all its attributes included */
};

enum scan_outcome {
	SCAN_MORE,     /* everything looked at; no piece is complete yet */
	SCAN_HEADER,   /* a stream header: optional XML declaration and the root's start tag */
	SCAN_ELEMENT,  /* a whole first-level element */
	SCAN_OVERSIZE, /* the end of an element over `bytes`: only its start tag was kept */
	SCAN_CLOSE,    /* the root's end tag, </...:stream>; an empty piece when the header was
			  <stream:stream/> */
	/* The rest end the stream (RFC 6120 4.9.3, 11.1, 13.12). */
	SCAN_RESTRICTED, /* comment, processing instruction, DTD */
	SCAN_MALFORMED,  /* text between elements, a '<' in a tag, an empty tag ... */
	SCAN_LIMIT,      /* depth, attributes, declarations or tag bytes exceeded */
	SCAN_TOO_BIG,    /* hard_bytes exceeded */
};

const char *scan_outcome_name(enum scan_outcome o);

struct scanner {
	struct scanner_limits limits; /* may be changed at any time, for the next piece */
	struct scanner_limits now;    /* in force for the piece under way */
	uint8_t state;
	char quote;      /* that opened the attribute value under way, or 0 */
	uint8_t match;   /* progress inside "<?xml " or "[CDATA[" */
	bool root_open;  /* the header was seen: what follows are first-level elements */
	bool oversize;   /* the element under way is being skipped */
	bool empty_root; /* <stream:stream/>: SCAN_CLOSE comes next */
	unsigned depth;  /* open elements, the root not counted */
	unsigned attributes, declarations; /* of the tag under way */
	/* Offsets into the piece as far as it is still in the input. */
	size_t looked;        /* scanned so far */
	size_t tag;           /* where the tag under way starts */
	size_t start_tag;     /* length of the first-level element's start tag */
	size_t dropped;       /* bytes of an oversize element that are gone from the input */
	size_t element_bytes; /* of the last piece, as received */
	size_t stopped;  /* after a failure: the offset in the input of the byte that is wrong */
	uint8_t awaited; /* class of the bytes that end the token under way */
	size_t calm;     /* up to this many bytes of input no limit is near; 0: no such token */
};

void scanner_init(struct scanner *s, const struct scanner_limits *limits);
/* A new stream on the same connection: expects a header again. Keeps the limits. */
void scanner_restart(struct scanner *s);

/*
 * Looks at `in`, which starts with the same unfinished bytes as last time (however much more
 * follows). On HEADER, ELEMENT, OVERSIZE and CLOSE *piece_out is the piece and *used_out the bytes
 * to drop from the front before the next call (white space before the piece included). On MORE
 * *used_out is what can be dropped already: white space between elements, or what stands behind the
 * start tag of an oversize element (below). After a failure the scanner must not be used again.
 *
 * An element over `bytes` is scanned to its end (no limit but `bytes` is off) and not stored. While
 * that goes on scanner_kept() is the length of its start tag, which stays at the front of the input
 * until SCAN_OVERSIZE hands it out: after MORE the caller drops *used_out bytes *behind* the first
 * scanner_kept() bytes. The start tag never is "<a/>": an element that is one tag over `bytes`,
 * like any first-level start tag that does not end within `bytes`, is SCAN_LIMIT.
 */
enum scan_outcome scanner_next(
	struct scanner *s, struct str in, struct str *piece_out, size_t *used_out);
/* Bytes at the front of the input that must stay: 0, or the start tag of an oversize element. */
size_t scanner_kept(const struct scanner *s);
/* Bytes of the last piece as received, for SCAN_OVERSIZE more than were kept. */
size_t scanner_element_bytes(const struct scanner *s);

/* After a failure: what is wrong with that byte, in words. */
const char *scanner_error(const struct scanner *s, enum scan_outcome o);

/* What a byte may mean to the scanner. */
enum {
	SCANNER_MARK = 1,    /* what the scan of a tag stops at */
	SCANNER_NO_NAME = 2, /* what a name in a tag cannot hold, read backwards; the tag's own '<'
				among it */
	SCANNER_LESS = 4,
	SCANNER_GREATER = 8,
	SCANNER_DOUBLE = 16,
	SCANNER_SINGLE = 32,
	SCANNER_FEW_BYTES = 64, /* longer stretches are for memchr() */
};
extern const uint8_t scanner_classes[256];

/* True: something is new in `in`, but only makes the token under way longer, and scanner_next()
 * would say MORE and drop nothing. Most pieces of a few bytes are so, and without a quick answer a
 * peer that sends byte by byte would cost ten times as much as any other. */
static inline bool scanner_waits(struct scanner *s, struct str in)
{
	size_t i = s->looked;

	if (in.n > s->calm || in.n - i - 1 >= SCANNER_FEW_BYTES)
		return false;
	while (i < in.n && !(scanner_classes[(uint8_t)in.p[i]] & s->awaited))
		i++;
	s->looked = i;
	return i == in.n;
}
