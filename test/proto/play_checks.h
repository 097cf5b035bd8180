/* SPDX-License-Identifier: MIT */
/* A play under way, and what it checks. */
#pragma once

#include "base/random.h"
#include "play.h"
#include "xml/writer.h"
#include "xmpp/stream.h"

enum { PLAY_START = 1000000 }; /* the clock does not start at 0, as no clock does */

struct play {
	const struct script *script;
	const struct step *step;
	struct cut cut;
	uint32_t random;
	struct stream_options options;
	struct stream *stream;
	struct buf in, out, coming; /* coming: said by the peer and not fed yet */
	uint64_t now;
	char id[RANDOM_ID];      /* the last of ours */
	struct buf ids;          /* all of them */
	enum stream_event event; /* heard and not checked yet */
	struct stream_info info;
	struct xml_writer *writer;
	struct buf heard; /* what the sink was told */
	unsigned sink_depth;
	char *error;
};

extern const struct xml_sink play_sink;

/* Notes the first failure; false. */
bool play_failed(struct play *p, const char *what, struct str got, struct str want);
/* The next piece into the stream's input; false when there is none. */
bool play_feed(struct play *p);
/* The next event, kept until it is checked. */
enum stream_event play_peek(struct play *p);

bool play_check_output(struct play *p, struct str want);
bool play_check_event(struct play *p, struct str want);
bool play_check_sink(struct play *p, struct str want);
bool play_check_state(struct play *p, struct str want);
