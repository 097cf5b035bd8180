/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka and the headers that it forgets to include itself. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"

/* Compares a view with a literal and shows both when they differ. */
#define assert_str(s, want)                                            \
	do {                                                           \
		struct str got_ = (s);                                 \
		struct str want_ = str_of(want);                       \
		assert_int_equal(got_.n, want_.n);                     \
		if (want_.n)                                           \
			assert_memory_equal(got_.p, want_.p, want_.n); \
	} while (0)
