/* SPDX-License-Identifier: MIT */
/* SRV records, without a word to the network. */
#include "net/srv.h"

static unsigned char byte(struct str s, size_t at)
{
	return (unsigned char)s.p[at];
}

static uint16_t number(struct str s, size_t at)
{
	return (uint16_t)(byte(s, at) << 8 | byte(s, at + 1));
}

static bool host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* A host name in wire form, uncompressed, to its end. */
static bool read_name(struct str s, char out[256])
{
	size_t at = 0, n = 0;

	while (at < s.n && byte(s, at) != 0) {
		size_t label = byte(s, at++);

		if (label > 63 || label >= s.n - at || n + label + 1 > 254)
			return false;
		if (n)
			out[n++] = '.';
		for (size_t i = 0; i < label; i++) {
			if (!host_char(s.p[at + i]))
				return false;
			out[n++] = s.p[at + i];
		}
		at += label;
	}
	out[n] = '\0';
	return at + 1 == s.n;
}

bool srv_parse(struct str rdata, struct srv *out)
{
	if (rdata.n < 7)
		return false;
	out->priority = number(rdata, 0);
	out->weight = number(rdata, 2);
	out->port = number(rdata, 4);
	return read_name(str_skip(rdata, 6), out->target);
}

static void swap(struct srv *a, struct srv *b)
{
	struct srv t = *a;

	*a = *b;
	*b = t;
}

/* Does `a` come before `b` whatever their weights? */
static bool before(const struct srv *a, const struct srv *b, enum srv_tie tie)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (tie == SRV_TIE_NONE || a->direct_tls == b->direct_tls)
		return false;
	return a->direct_tls == (tie == SRV_TIE_DIRECT_TLS);
}

/* RFC 2782: of those left, those of weight 0 first; a number drawn up to the sum of weights picks
 * the first whose running sum reaches it. */
static void draw(struct srv *v, unsigned n, uint32_t (*random)(uint32_t bound))
{
	for (unsigned done = 0; done + 1 < n; done++) {
		uint32_t sum = 0, pick;
		unsigned zeros = done, i;

		for (i = done; i < n; i++) {
			sum += v[i].weight;
			if (v[i].weight == 0)
				swap(&v[i], &v[zeros++]);
		}
		pick = random(sum + 1);
		for (i = done, sum = v[i].weight; sum < pick; sum += v[i].weight)
			i++;
		swap(&v[i], &v[done]);
	}
}

void srv_sort(struct srv *v, unsigned n, enum srv_tie tie, uint32_t (*random)(uint32_t bound))
{
	unsigned from = 0;

	for (unsigned i = 1; i < n; i++)
		for (unsigned k = i; k > 0 && before(&v[k], &v[k - 1], tie); k--)
			swap(&v[k], &v[k - 1]);
	for (unsigned i = 1; i <= n; i++) {
		if (i < n && !before(&v[i - 1], &v[i], tie))
			continue;
		draw(v + from, i - from, random);
		from = i;
	}
}
