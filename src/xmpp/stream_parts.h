/* SPDX-License-Identifier: MIT */
/* Inside a stream: what its files, one per idea, call in each other. For stream*.c alone. */
#pragma once

#include "xmpp/stream_private.h"

/* stream.c */
void stream_enter(struct stream *s, enum stream_state to);
/* A new stream on the same connection: a header is expected. */
void stream_restart(struct stream *s);
/* Is our stream open, so that an element may be written? */
bool stream_can_write(const struct stream *s);

/* stream_read.c: one step. False: more bytes are needed. An event other than STREAM_WAIT is for the
 * owner. */
bool stream_read(struct stream *s, enum stream_event *event_out);
/* Counts one element before authentication; false, and the stream has failed, when it is one too
 * many. */
bool stream_count(struct stream *s);

/* stream_header.c */
enum stream_event stream_header_read(struct stream *s, struct str piece);
/* Fails the stream for what a reader found wrong. */
void stream_read_failed(struct stream *s, enum read_outcome o);
/* Our opening tag; empty names are left out. A fresh id when we are the receiving side. */
void stream_header_write(struct stream *s, struct str from, struct str to);
void stream_header_forget(struct stream *s);
bool stream_peer_is_old(const struct stream *s); /* older than 1.0 */

/* stream_fault.c: the stream has failed over what it reads. What the scanner refused is in `in`; a
 * piece stood in `all`, and info.offset is of its first byte. */
void stream_fault_of_scanner(struct stream *s, enum scan_outcome o);
void stream_fault_of_piece(struct stream *s, struct str all, struct str piece);

/* stream_features.c */
void stream_features_write(struct stream *s);
enum stream_event stream_features_old(struct stream *s);

/* stream_close.c */
/* Ends with our closing tag, when one is due, and no error; fail.* for the owner only. */
void stream_end(struct stream *s, enum stream_event e, enum stream_condition c, const char *text);

/* stream_dialback.c */
void stream_pairs_forget(struct stream *s);

/* What to do with an element; called with s->element set. STREAM_WAIT: nothing for the owner. */
typedef enum stream_event stream_element_fn(struct stream *s, const struct xml_element *e);
stream_element_fn stream_on_features, stream_on_error;
stream_element_fn stream_on_starttls, stream_on_proceed, stream_on_tls_failure;
stream_element_fn stream_on_auth, stream_on_response, stream_on_abort;
stream_element_fn stream_on_challenge, stream_on_success, stream_on_sasl_failure;
stream_element_fn stream_on_db_result, stream_on_db_verify;
