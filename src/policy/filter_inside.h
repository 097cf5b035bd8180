/* SPDX-License-Identifier: MIT */
/* What stands in an error, and in what its content decides. Part of filter_private.h. */
#pragma once

#include "policy/filter_state.h"

/* ---- filter_error.c ---- */
/* <error/> of an error, which is kept. */
void filter_error_open(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void filter_error_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void filter_error_text(struct filter *f, struct frame *fr, struct str text);
/* Text that is read in an error is refused. */
void filter_error_refused(struct filter *f, struct frame *fr, enum feature feature);
/* A start tag of an error, whatever becomes of it: what of it may cross alone is remembered. */
void filter_error_note(struct filter *f, const struct xml_tag *tag);
/* Makes the output of that: addresses, id, type and condition. */
void filter_error_alone(struct filter *f);
/* The end tag of an error that crosses so although it is not refused. */
void filter_error_close(struct filter *f);

/* ---- filter_carrier.c ---- */
/* A child that its content decides: `in` is INSIDE_CARRIER or INSIDE_PUBSUB. */
void filter_carrier_open(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum inside in);
void filter_carrier_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* An element in a carrier or a session is written, with the feature that it is; it has ended. */
void filter_carried(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum feature feature);
void filter_carried_end(struct frame *fr, unsigned depth);
void filter_carrier_text(struct filter *f, struct frame *fr, struct str text);
void filter_pubsub_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* An element `level` below the stanza has ended (1: the child itself). */
void filter_pubsub_end(struct filter *f, struct frame *fr, unsigned level);
