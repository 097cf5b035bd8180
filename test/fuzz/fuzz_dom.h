/* SPDX-License-Identifier: MIT */
/* What libxml2 makes of a whole document by itself, with its own namespaces: the second opinion on
 * what our reader says. */
#pragma once

#include "base/buf.h"

#include <stdbool.h>

/* Parses a document into a tree and writes it down as test/unit/xml_transcript.h does with
 * quiet_scope, where the children of the root are first-level elements. False when it is not
 * well-formed or not namespace-well-formed. */
bool dom_transcript(struct str document, struct buf *out);
