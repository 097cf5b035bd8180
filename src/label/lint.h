/* SPDX-License-Identifier: MIT */
/*
 * What only shows when policies are seen together, and what spif_read() has no business to say: the
 * rest of `trunkctl check labels`. Findings of the files themselves come from spif_load().
 */
#pragma once

#include "label/spif.h"

/* Adds findings, all of them warnings, about each policy and each pair of them. `now`: seconds
 * since 1970, for notAfter. */
void label_lint(const struct label_policies *p, int64_t now, struct label_findings *findings);
