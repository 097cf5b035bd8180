/* SPDX-License-Identifier: MIT */
/*
 * All marks (< > " ') of a block are found together, and gone through from one to the next: what
 * takes time in looking for them one by one is to wait for each before the search for the next can
 * begin. Whatever is unusual is left to the scanner. Owns nothing.
 */
#include "xml/scanner_whole.h"

#include "xml/bytes.h"

/* Goes over the marks in the input, each once. */
struct marks {
	const char *block; /* BYTES_BLOCK bytes from here on were looked at */
	uint64_t left;     /* the marks among them that are still to come */
	const char *end;
};

/* The last bytes, as if zeros followed. */
static __attribute__((noinline)) uint64_t last_marks(const char *p, size_t n)
{
	char block[BYTES_BLOCK] = { 0 };

	memcpy(block, p, n);
	return bytes_marks(block);
}

static inline void look(struct marks *m, const char *p)
{
	size_t n = (size_t)(m->end - p);

	m->block = p;
	m->left = n < BYTES_BLOCK ? last_marks(p, n) : bytes_marks(p);
}

/* The next mark, or the end. */
static inline const char *next(struct marks *m)
{
	const char *p;

	while (!m->left) {
		if (m->end - m->block <= BYTES_BLOCK)
			return m->end;
		look(m, m->block + BYTES_BLOCK);
	}
	p = m->block + __builtin_ctzll(m->left);
	m->left &= m->left - 1;
	return p;
}

static inline const char *next_that_is(struct marks *m, char c)
{
	const char *p;

	do
		p = next(m);
	while (p < m->end && *p != c);
	return p;
}

/* The '>' of a start tag of at most so many attributes; NULL: there is none, or a '<' before it. */
static inline const char *start_tag(struct marks *m, unsigned attributes)
{
	for (unsigned n = 0;; n++) {
		const char *p = next(m);

		if (p == m->end || *p == '<')
			return NULL;
		if (*p == '>')
			return p;
		if (n == attributes || next_that_is(m, *p) == m->end)
			return NULL;
	}
}

static inline const char *end_tag(struct marks *m)
{
	const char *p = next(m);

	return p < m->end && *p == '>' ? p : NULL;
}

static inline size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

const char *scanner_whole(const struct scanner_limits *limits, const char *p, const char *end)
{
	size_t bytes = least(limits->bytes, limits->hard_bytes);
	/* That few may all be declarations. */
	unsigned attributes = (unsigned)least(limits->attributes, limits->declarations);
	struct marks m = { .end = p + least((size_t)(end - p), bytes) };
	size_t depth = 0;

	look(&m, p);
	while ((p = next_that_is(&m, '<')) < m.end) {
		const char *tag = p;

		if (m.end - tag < 2)
			return NULL;
		if (scanner_starts_name(tag[1]) && depth <= limits->depth)
			p = start_tag(&m, attributes);
		else
			p = tag[1] == '/' && depth > 0 ? end_tag(&m) : NULL;
		if (!p || (size_t)(p + 1 - tag) > limits->tag_bytes)
			return NULL;
		if (tag[1] == '/')
			depth--;
		else if (p[-1] != '/')
			depth++;
		if (depth == 0)
			return p + 1;
	}
	return NULL;
}
