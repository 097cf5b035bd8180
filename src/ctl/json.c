/* SPDX-License-Identifier: MIT */
/* See json.h. */
#include "ctl/json.h"

#include "base/buf.h"

json_t *json_text(struct str s)
{
	json_t *out = json_stringn(s.n ? s.p : "", s.n);
	struct buf clean = { 0 };

	if (out)
		return out;
	while (s.n) {
		uint32_t code;
		size_t n = str_utf8(s, &code);

		if (n)
			buf_put(&clean, (struct str){ s.p, n });
		else
			buf_put(&clean, STR("\xef\xbf\xbd"));
		s = str_skip(s, n ? n : 1);
	}
	out = json_stringn(buf_view(&clean).p, buf_len(&clean));
	buf_fini(&clean);
	return out;
}

void json_print(json_t *value, FILE *f)
{
	json_dumpf(value, f, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', f);
	json_decref(value);
}
