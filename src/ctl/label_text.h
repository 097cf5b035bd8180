/* SPDX-License-Identifier: MIT */
/* What label_facts.h tells, for people. */
#pragma once

#include "ctl/text.h"

#include <jansson.h>

/* {"labels": [...], "clearances": [...]} as sections. */
void label_text_print(struct text *t, const json_t *facts);
