/* SPDX-License-Identifier: MIT */
/* See chain.h. */
#include "audit/chain.h"

static const struct str head = STR_INIT("{\"sequence\":");
static const struct str middle = STR_INIT(",\"prev\":\"");
static const struct str behind = STR_INIT("\",\"time\":\"");
static const struct str seal = STR_INIT(",\"hmac\":\"");

void audit_chain_init(struct audit_chain *c)
{
	c->sequence = 0;
	memset(c->prev, '0', DIGEST_HEX - 1);
	c->prev[DIGEST_HEX - 1] = '\0';
}

void audit_chain_digest(struct str line, char out[DIGEST_HEX])
{
	unsigned char digest[DIGEST_BYTES];

	digest_sha256(line, digest);
	digest_hex(digest, out);
}

static void begin(struct audit_chain *c, struct str body, struct buf *out)
{
	char digits[20];
	size_t at = sizeof(digits);

	for (uint64_t n = ++c->sequence; n || at == sizeof(digits); n /= 10)
		digits[--at] = (char)('0' + n % 10);
	buf_put(out, head);
	buf_put(out, (struct str){ digits + at, sizeof(digits) - at });
	buf_put(out, middle);
	buf_put(out, (struct str){ c->prev, DIGEST_HEX - 1 });
	buf_put(out, STR("\","));
	buf_put(out, body);
}

static void end(struct audit_chain *c, size_t from, struct buf *out)
{
	buf_put_char(out, '}');
	audit_chain_digest(str_skip(buf_view(out), from), c->prev);
	buf_put_char(out, '\n');
}

void audit_chain_line(struct audit_chain *c, struct str body, struct buf *out)
{
	size_t from = buf_len(out);

	begin(c, body, out);
	end(c, from, out);
}

static void hmac_of(struct str bytes, struct str key, char out[DIGEST_HEX])
{
	unsigned char digest[DIGEST_BYTES];

	digest_hmac(key, bytes, digest);
	digest_hex(digest, out);
}

void audit_chain_checkpoint(struct audit_chain *c, struct str key, struct str body, struct buf *out)
{
	size_t from = buf_len(out);
	char hmac[DIGEST_HEX];

	begin(c, body, out);
	hmac_of(str_skip(buf_view(out), from), key, hmac);
	buf_put(out, seal);
	buf_put(out, (struct str){ hmac, DIGEST_HEX - 1 });
	buf_put_char(out, '"');
	end(c, from, out);
}

static bool take(struct str *s, struct str what)
{
	if (!str_starts(*s, what))
		return false;
	*s = str_skip(*s, what.n);
	return true;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

bool audit_chain_parse(struct str line, uint64_t *sequence, struct str *prev)
{
	uint64_t n = 0;
	size_t digits = 0;

	if (!take(&line, head) || !str_ends(line, STR("}")))
		return false;
	while (digits < line.n && digits < 19 && line.p[digits] >= '0' && line.p[digits] <= '9')
		n = n * 10 + (uint64_t)(line.p[digits++] - '0');
	if (!digits || line.p[0] == '0')
		return false;
	line = str_skip(line, digits);
	if (!take(&line, middle) || line.n < DIGEST_HEX - 1)
		return false;
	*sequence = n;
	*prev = (struct str){ line.p, DIGEST_HEX - 1 };
	line = str_skip(line, DIGEST_HEX - 1);
	return is_hex(*prev) && str_starts(line, behind);
}

bool audit_chain_sealed(struct str line, struct str key)
{
	size_t tail = seal.n + DIGEST_HEX - 1 + 2; /* and the quote and brace behind it */
	char want[DIGEST_HEX];

	if (line.n < tail || !str_ends(line, STR("\"}")))
		return false;
	struct str body = { line.p, line.n - tail };
	struct str rest = str_skip(line, body.n);

	if (!take(&rest, seal))
		return false;
	hmac_of(body, key, want);
	return digest_equal((struct str){ rest.p, DIGEST_HEX - 1 }, str_of(want));
}

bool audit_chain_resume(struct audit_chain *c, struct str line)
{
	struct str prev;

	if (!audit_chain_parse(line, &c->sequence, &prev))
		return false;
	audit_chain_digest(line, c->prev);
	return true;
}
