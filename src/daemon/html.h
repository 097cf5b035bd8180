/* SPDX-License-Identifier: MIT */
/* Pieces of HTML and SVG. Whatever somebody else could have chosen goes through html_put(). */
#pragma once

#include "base/buf.h"

/* Text, or the value of an attribute in double quotes: nothing in it is markup, no character turns
 * the direction of what follows, and what is no UTF-8 or no character is U+FFFD. */
void html_put(struct buf *out, struct str s);
/* The same, cut to this many characters with an ellipsis. */
void html_put_short(struct buf *out, struct str s, unsigned most);
/* A domain name: a line may end behind a dot. */
void html_put_domain(struct buf *out, const char *name);
/* 950, 12.3k, 4.5M */
void html_put_number(struct buf *out, uint64_t n);
/* Thousandths: 0.123, 4.5, 1.2k. */
void html_put_rate(struct buf *out, uint64_t thousandths);
/* "3 d 4 h", "5 min 6 s" */
void html_put_duration(struct buf *out, int64_t seconds);
/* <time> with the moment, shown as "5 min ago": the largest part is enough. */
void html_put_ago(struct buf *out, int64_t wall, int64_t now);
