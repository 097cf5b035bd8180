/* SPDX-License-Identifier: MIT */
/*
 * Stanzas as they cross: messages with chat state, receipt and id, some with XHTML-IM; presence
 * with show, status and capabilities; disco answers; groupchat. About 350 bytes each, every eighth
 * body not ASCII. From a fixed seed, so that every run measures the same bytes.
 */
#pragma once

#include "base/buf.h"

/* Appends this many stanzas from leaf.example to remote.example. */
void corpus_make(struct buf *b, unsigned stanzas);
/* The same between any two domains. */
void corpus_make_between(struct buf *b, unsigned stanzas, const char *from, const char *to);
