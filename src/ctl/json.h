/* SPDX-License-Identifier: MIT */
/* JSON on standard output: what libjansson lacks. */
#pragma once

#include "base/str.h"

#include <jansson.h>
#include <stdio.h>

/* A string of any bytes: what is no UTF-8, or NUL, becomes U+FFFD, so that it is never NULL. */
json_t *json_text(struct str s);
/* Writes it, indented, with a newline, and frees it. */
void json_print(json_t *value, FILE *f);
