/* SPDX-License-Identifier: MIT */
/* See html.h. */
#include "daemon/html.h"

#include "base/clock.h"

#include <inttypes.h>

/* What deceives, and what is no character; lines may end. */
static bool is_harmful(uint32_t c)
{
	return (str_deceives(c) && c != '\n' && c != '\t') || (c & 0xfffe) == 0xfffe;
}

static struct str entity(char c)
{
	switch (c) {
	case '&': return STR("&amp;");
	case '<': return STR("&lt;");
	case '>': return STR("&gt;");
	case '"': return STR("&quot;");
	case '\'': return STR("&#39;");
	default: return (struct str){ 0 };
	}
}

void html_put_short(struct buf *out, struct str s, unsigned most)
{
	for (unsigned i = 0; s.n; i++) {
		uint32_t code;
		size_t n = str_utf8(s, &code);
		struct str e = entity(*s.p);
		if (i == most) {
			buf_put(out, STR("\xe2\x80\xa6"));
			return;
		}
		if (!n || is_harmful(code))
			buf_put(out, STR("\xef\xbf\xbd"));
		else
			buf_put(out, e.n ? e : (struct str){ s.p, n });
		s = str_skip(s, n ? n : 1);
	}
}

void html_put(struct buf *out, struct str s)
{
	html_put_short(out, s, UINT32_MAX);
}

void html_put_domain(struct buf *out, const char *name)
{
	for (const char *dot; (dot = strchr(name, '.')) != NULL; name = dot + 1) {
		html_put(out, (struct str){ name, (size_t)(dot - name) + 1 });
		buf_put(out, STR("<wbr>"));
	}
	html_put(out, str_of(name));
}

/* With one decimal while there is room for it. */
static void put_scaled(struct buf *out, uint64_t thousandths, const char *unit)
{
	if (thousandths < 99950 && thousandths % 1000)
		buf_printf(out, "%ju.%ju%s", (uintmax_t)((thousandths + 50) / 1000),
			(uintmax_t)((thousandths + 50) / 100 % 10), unit);
	else
		buf_printf(out, "%ju%s", (uintmax_t)((thousandths + 500) / 1000), unit);
}

void html_put_number(struct buf *out, uint64_t n)
{
	if (n < 10000)
		buf_printf(out, "%ju", (uintmax_t)n);
	else if (n < 1000000)
		put_scaled(out, n, "k");
	else if (n < UINT64_C(1000000000))
		put_scaled(out, n / 1000, "M");
	else
		put_scaled(out, n / 1000000, "G");
}

void html_put_rate(struct buf *out, uint64_t thousandths)
{
	if (thousandths >= 10000000)
		html_put_number(out, thousandths / 1000);
	else if (thousandths >= 1000 || !thousandths)
		put_scaled(out, thousandths, "");
	else
		buf_printf(out, "0.%02ju", (uintmax_t)(thousandths < 10 ? 1 : thousandths / 10));
}

void html_put_duration(struct buf *out, int64_t s)
{
	if (s < 0)
		s = 0;
	if (s >= 86400)
		buf_printf(out, "%" PRId64 " d %" PRId64 " h", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		buf_printf(out, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		buf_printf(out, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else
		buf_printf(out, "%" PRId64 " s", s);
}

void html_put_ago(struct buf *out, int64_t wall, int64_t now)
{
	char text[CLOCK_TEXT];
	clock_print(wall, 0, text);
	buf_printf(out, "<time datetime=\"%s\" title=\"%s\">", text, text);
	int64_t s = now > wall ? now - wall : 0;
	if (s >= 86400)
		buf_printf(out, "%" PRId64 " d", s / 86400);
	else if (s >= 3600)
		buf_printf(out, "%" PRId64 " h", s / 3600);
	else if (s >= 60)
		buf_printf(out, "%" PRId64 " min", s / 60);
	else
		buf_printf(out, "%" PRId64 " s", s);
	buf_put(out, STR(" ago</time>"));
}
