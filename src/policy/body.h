/* SPDX-License-Identifier: MIT */
/*
 * What the text of a body is made of: OTR, ASCII-armoured OpenPGP, links to encrypted files. Fed
 * with text in pieces of any size; keeps a few counters and no text. Knows neither stanzas nor
 * policies.
 */
#pragma once

#include "base/str.h"

enum body_mark {
	/* XEP-0364 3: "?OTR" at the start, behind white space; "?OTR:", "?OTR," or "?OTR|"
	 * anywhere, since OTR implementations look for them anywhere. */
	BODY_OTR = 1,
	/* The white space by which OTR is offered in a readable text (XEP-0364 3.1), of any
	 * version.
	 */
	BODY_OTR_TAG = 2,
	/* Any armour header of OpenPGP (RFC 4880 6.2): a message, a signature, a key. */
	BODY_PGP = 4,
	/* A link to a file whose key is in the link (XEP-0454), in any case. */
	BODY_AESGCM = 8,
};

/* Zeroed, it has read nothing. */
struct body_scan {
	uint8_t found;   /* enum body_mark */
	bool begun;      /* something else than white space came */
	bool leading;    /* the word under way began the text */
	uint8_t word;    /* index of the word under way */
	uint8_t matched; /* bytes of it; 0: none is under way */
	uint16_t blanks; /* the last 16 of the run: 0 space, 1 tab */
	bool tagged;     /* a tag is in the run */
	size_t run;      /* spaces and tabs up to here, without anything between */
};

/*
 * Reads on. Returns the bytes of `text` that were read: all of them, or only those before the end
 * of a run of spaces and tabs with a tag in it. Then, and only then, *run_out is not 0: that many
 * bytes before the place where it stopped are the run (they may have come in earlier pieces). To be
 * called again for the rest.
 */
size_t body_scan_some(struct body_scan *s, struct str text, size_t *run_out);
/* Reads all of it, for those who only want to know what is found. */
void body_scan_text(struct body_scan *s, struct str text);
/* The bytes at the end that are a run with a tag in it; 0: there is none. */
size_t body_scan_tail(const struct body_scan *s);
