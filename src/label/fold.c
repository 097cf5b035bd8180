/* SPDX-License-Identifier: MIT */
/*
 * Folding of names. ASCII, nearly all of it, is done here; what has other characters is normalised
 * by libidn (NFKC, as of Unicode 3.2; later characters stay as they are), and letters of the
 * alphabets in use among policies' owners (Latin, Greek, Cyrillic) fold by their blocks.
 */
#include "label/fold.h"

#include <stdlib.h>
#include <stringprep.h>

enum { LABEL_INPUT_MAX = 1024 };

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Lower case of letters whose two cases stand apart by a constant or next to each other. Final
 * sigma is sigma, for it has no capital of its own. */
static uint32_t lower(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 0x20;
	if ((c >= 0x100 && c <= 0x137 && c != 0x130 && c != 0x131) || (c >= 0x14a && c <= 0x177))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	if (c == 0x178)
		return 0xff;
	if (c == 0x386)
		return 0x3ac;
	if (c >= 0x388 && c <= 0x38a)
		return c + 0x25;
	if (c == 0x38c)
		return 0x3cc;
	if (c == 0x38e || c == 0x38f)
		return c + 0x3f;
	if (c >= 0x391 && c <= 0x3ab && c != 0x3a2)
		return c + 0x20;
	if (c == 0x3c2)
		return 0x3c3;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if (c >= 0x410 && c <= 0x42f)
		return c + 0x20;
	return c;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* White space becomes one space, none at either end; letters fold when asked. */
static int squeeze(struct str s, bool fold, char out[static LABEL_FOLD_MAX])
{
	size_t n = 0, k;
	bool gap = false;
	uint32_t c;

	for (; s.n; s = str_skip(s, k)) {
		k = str_utf8(s, &c);
		if (!k || n + 8 > LABEL_FOLD_MAX)
			return -1;
		if (c < 0x80 && is_space((unsigned char)c)) {
			gap = n > 0;
			continue;
		}
		if (gap)
			out[n++] = ' ';
		gap = false;
		n += put_utf8(out + n, fold ? lower(c) : c);
	}
	return (int)n;
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == '\0')
			return false;
	}
	return true;
}

static int normalise(struct str s, bool fold, char out[static LABEL_FOLD_MAX])
{
	char *normal;
	int n;

	if (s.n > LABEL_INPUT_MAX)
		return -1;
	if (is_ascii(s))
		return squeeze(s, fold, out);
	if (!str_is_utf8(s) || memchr(s.p, '\0', s.n))
		return -1;
	normal = stringprep_utf8_nfkc_normalize(s.p, (ssize_t)s.n);
	if (!normal)
		return -1;
	n = squeeze(str_of(normal), fold, out);
	free(normal);
	return n;
}

int label_fold(struct str s, char out[static LABEL_FOLD_MAX])
{
	return normalise(s, true, out);
}

int label_squeeze(struct str s, char out[static LABEL_FOLD_MAX])
{
	return normalise(s, false, out);
}

bool label_fold_eq(struct str a, struct str b)
{
	char x[LABEL_FOLD_MAX], y[LABEL_FOLD_MAX];
	int n, m;

	if (str_eq(a, b))
		return true;
	n = label_fold(a, x);
	m = label_fold(b, y);
	return n >= 0 && n == m && memcmp(x, y, (size_t)n) == 0;
}
