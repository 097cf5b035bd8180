/* SPDX-License-Identifier: MIT */
/*
 * Passwords out of a stanza that is to be recorded whole: of rooms, of registrations, in forms.
 * Works on the bytes of a well-formed element; keeps everything else as it is. Where it cannot tell
 * (a form's field whose name is written with references), it hides.
 */
#pragma once

#include "base/buf.h"

/* Appends xml to out, with "********" for the content of elements named password, the values of
 * attributes of that name, and the values of form fields that are private (XEP-0004 3.3) or named
 * after a password or secret. From where it is not well-formed on, nothing is appended. */
void audit_mask(struct str xml, struct buf *out);
