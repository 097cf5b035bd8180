/* SPDX-License-Identifier: MIT */
/* The names of features, and which of them are parts of another. Data and look-ups, no state. */
#include "policy/feature.h"

#include <string.h>

_Static_assert(FEATURE_OWN + FEATURES_OWN <= FEATURE_MAX, "struct feature_set holds FEATURE_MAX");

static const char *const names[FEATURE_COUNT] = {
#define X(id, name, help) [FEATURE_##id] = (name),
#include "policy/feature_list.h"
#undef X
};

const char *feature_name(enum feature f)
{
	return names[f];
}

bool feature_parse(const char *name, enum feature *out)
{
	for (unsigned i = 0; i < FEATURE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum feature)i;
			return true;
		}
	}
	return false;
}

bool feature_can_strip(enum feature f)
{
	return f != FEATURE_CORE && f != FEATURE_CARRIER && f != FEATURE_COUNT;
}

struct feature_set feature_parts(enum feature f)
{
	struct feature_set s = { { 0 } };

	feature_set_add(&s, f);
	if (f == FEATURE_FILE_TRANSFER) {
		feature_set_add(&s, FEATURE_OOB);
		feature_set_add(&s, FEATURE_BOB);
	}
	return s;
}
