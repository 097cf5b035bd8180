/* SPDX-License-Identifier: MIT */
/*
 * JIDs and domains. Input: one address. What is canonical stays as it is; what is split rejoins; a
 * prepared address is one, and prepared already; what is shown to people is read as the same name.
 */
#include "fuzz.h"

#include "base/domain.h"
#include "base/jid.h"
#include "base/mem.h"

#include <string.h>

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_canonical(struct str s)
{
	size_t label = 0; /* bytes of it so far */

	if (s.n && s.p[0] == '[')
		return s.p[s.n - 1] == ']' && strcspn(s.p, "ABCDEF") == s.n;
	for (size_t i = 0; i < s.n; i++) {
		bool last = i + 1 == s.n || s.p[i + 1] == '.';

		if (s.p[i] == '.' ? label == 0 : ++label > 63)
			return false;
		if (s.p[i] == '-' && (label == 1 || last))
			return false;
		if (!is_alnum(s.p[i]) && !strchr("-_.", s.p[i]))
			return false;
		label = s.p[i] == '.' ? 0 : label;
	}
	return label > 0;
}

static void check_again(const struct domain *d, const char *text)
{
	struct domain again;

	MUST(domain_parse(str_of(text), &again));
	MUST(strcmp(d->s, again.s) == 0 && d->n == again.n);
}

static void check_domain(struct str in)
{
	char shown[4 * DOMAIN_MAX + 1], cut[8];
	MEM_AUTO char *upper = NULL;
	struct domain d;

	if (!domain_parse(in, &d))
		return;
	MUST(d.n > 0 && d.n <= DOMAIN_MAX && strlen(d.s) == d.n);
	MUST(is_canonical(domain_str(&d)));
	MUST(!domain_below(domain_str(&d), domain_str(&d)));
	check_again(&d, d.s);
	domain_display(domain_str(&d), shown, sizeof(shown));
	check_again(&d, shown);
	domain_display(domain_str(&d), cut, sizeof(cut));
	MUST(strlen(cut) < sizeof(cut) && str_is_utf8(str_of(cut)));
	if (domain_is_address(domain_str(&d)))
		return;
	upper = mem_printf("%s.", d.s);
	for (char *c = upper; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	check_again(&d, upper);
}

static void check_split(struct str in)
{
	struct jid jid;
	char *joined;

	if (!jid_split(in, &jid))
		return;
	joined = mem_printf("%.*s%s%.*s%s%.*s", STR_ARG(jid.local), jid.local.n ? "@" : "",
		STR_ARG(jid.domain), jid.resource.n ? "/" : "", STR_ARG(jid.resource));
	/* printf() stops at a NUL. */
	if (!memchr(in.p, '\0', in.n))
		MUST(str_eq(str_of(joined), in));
	MUST(jid.domain.n > 0 && jid.domain.n <= 1023);
	MUST(jid.local.n <= 1023 && jid.resource.n <= 1023);
	MUST(str_starts(in, jid_bare(in)));
	MUST(jid_bare(in).n == in.n - (jid.resource.n ? jid.resource.n + 1 : 0));
	free(joined);
}

static void check_prepared(struct str in)
{
	char *once = jid_prepare(in), *twice;
	struct jid jid, was;
	struct domain d;

	if (!once)
		return;
	twice = jid_prepare(str_of(once));
	MUST(twice && strcmp(once, twice) == 0);
	MUST(str_is_utf8(str_of(once)));
	MUST(jid_split(str_of(once), &jid) && jid_split(in, &was));
	MUST((jid.local.n > 0) == (was.local.n > 0));
	MUST((jid.resource.n > 0) == (was.resource.n > 0));
	MUST(domain_parse(jid.domain, &d) && str_eq(domain_str(&d), jid.domain));
	free(once);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };

	check_domain(in);
	check_split(in);
	check_prepared(in);
	return 0;
}
