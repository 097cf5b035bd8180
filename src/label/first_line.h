/* SPDX-License-Identifier: MIT */
/*
 * First-line-of-text marking: a label towards those who have none, as the first line of a body in a
 * fixed frame, such as "[RED HIGH]". Inwards such a line is never parsed: it is looked up among the
 * markings of the labels that the administrator has named.
 */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "label/model.h"

/* What stands around the marking; neither empty, no line end in either. */
struct label_frame {
	struct str open, close;
};

/* Appends the framed marking, a line end, and the body. */
void label_first_line_put(
	struct buf *out, const struct label_frame *f, struct str marking, struct str body);
/* Takes the first line off: *marking_out is what the frame encloses, *rest_out the body behind the
 * line. False: the first line is not framed so. */
bool label_first_line_take(struct str body, const struct label_frame *f, struct str *marking_out,
	struct str *rest_out);

/* Markings and the labels that they stand for. Compared after NFKC and squeezing of white space, so
 * that equal means: equal to a reader. */
struct label_marks {
	struct map map;
	bool ready;
};
/* Copies label and marking. False: the marking is empty, too long, or stands for a label that is
 * already there. Zeroed is empty. */
bool label_marks_add(struct label_marks *m, struct str marking, const struct label *l)
	__attribute__((warn_unused_result));
/* NULL: none of the catalogue's. */
const struct label *label_marks_find(const struct label_marks *m, struct str marking);
void label_marks_fini(struct label_marks *m);
