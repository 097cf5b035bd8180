/* SPDX-License-Identifier: MIT */
/*
 * Memory. Whatever a peer can size has a budget, so running out is a bug or a mis-sized host:
 * these functions abort instead of returning NULL, and no caller checks.
 */
#pragma once

#include <stddef.h>

void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull, warn_unused_result));
/* Zeroed; aborts also when count * size overflows. */
void *mem_zero(size_t count, size_t size)
	__attribute__((malloc, returns_nonnull, warn_unused_result));
void *mem_resize(void *p, size_t n) __attribute__((returns_nonnull, warn_unused_result));
char *mem_strdup(const char *z) __attribute__((malloc, returns_nonnull, warn_unused_result));
/* A formatted string on the heap; the caller frees it. */
char *mem_printf(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), malloc, returns_nonnull, warn_unused_result));

/* Gives memory that is free back to the system, after a storm: the allocator keeps it otherwise.
 * Takes milliseconds, from every thread that allocates meanwhile. */
void mem_trim(void);
/* All threads share one heap: for a process in which a single thread does nearly everything. The
 * allocator grows any heap but the first a few pages at a time, a system call each. Before there is
 * a second thread. */
void mem_one_heap(void);

#define MEM_NEW(type) ((type *)mem_zero(1, sizeof(type)))

/* __attribute__((cleanup(mem_freep))) for locals. */
void mem_freep(void *pp);
#define MEM_AUTO __attribute__((cleanup(mem_freep)))
