/* SPDX-License-Identifier: MIT */
/*
 * The same stanza in other clothes: with a prefix on every element, and in one form that does not
 * show how it was written. Prefixes mean nothing (Namespaces in XML 1.0), so nobody may decide by
 * them.
 */
#pragma once

#include "base/buf.h"

struct renamer;
struct renamer *renamer_new(void);
void renamer_free(struct renamer *r);
/* Appends the stanza with a prefix of its own on every element. False: it is not well-formed. */
bool renamer_prefix(struct renamer *r, struct str in, struct buf *out);
/* Appends {namespace}names for what the stanza says, without prefixes and declarations. */
bool renamer_plain(struct renamer *r, struct str in, struct buf *out);
