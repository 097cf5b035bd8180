/* SPDX-License-Identifier: MIT */
/*
 * Domain names. Nearly all are plain ASCII and are only copied in lower case and checked; the
 * others go through libidn2. Whatever libidn2 returns is checked like the rest: it lets through
 * what a mapping made of a character ("a/c" of U+2100). Pure; never asks the DNS.
 */
#include "base/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdlib.h>

enum {
	WRITTEN_MAX = 1023, /* RFC 7622 3.2 */
	LABEL_MAX = 63,
	/* The standard rules would be IDN2_USE_STD3_ASCII_RULES, but libidn2 2.3.3 then drops
	 * characters instead of refusing them. */
	IDN_FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ldh(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

static bool label_is_valid(struct str label)
{
	if (label.n == 0 || label.n > LABEL_MAX)
		return false;
	if (label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		if (!is_ldh(label.p[i]))
			return false;
	}
	return true;
}

static struct str first_label(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '.')
		n++;
	return (struct str){ s.p, n };
}

static bool is_number(struct str label)
{
	for (size_t i = 0; i < label.n; i++) {
		if (!is_digit(label.p[i]))
			return false;
	}
	return label.n > 0;
}

static bool is_ipv4(const char *z)
{
	struct in_addr a;

	return inet_pton(AF_INET, z, &a) == 1;
}

/* Checks every label; *ace_out tells whether one is an A-label, *number_out whether the last one is
 * a number: then the name must be an address, or "127.1" would be one for some and none for others.
 */
static bool labels_are_valid(const struct domain *d, bool *ace_out, bool *number_out)
{
	struct str rest = domain_str(d);

	*ace_out = false;
	for (;;) {
		struct str label = first_label(rest);

		if (!label_is_valid(label))
			return false;
		*ace_out = *ace_out || str_starts(label, STR("xn--"));
		*number_out = is_number(label);
		if (label.n == rest.n)
			return true;
		rest = str_skip(rest, label.n + 1);
	}
}

/* Copies in lower case and drops one trailing dot. False: longer than a domain can be. */
static bool copy_lower(struct str s, struct domain *out)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		out->s[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
	out->s[s.n] = '\0';
	out->n = (unsigned short)s.n;
	return true;
}

/* The A-label form of a terminated name in any form. */
static bool to_ascii(const char *z, struct domain *out)
{
	uint8_t *ascii = NULL;
	bool ok;

	if (idn2_lookup_u8((const uint8_t *)z, &ascii, IDN_FLAGS) != IDN2_OK)
		return false;
	ok = copy_lower(str_of((const char *)ascii), out);
	idn2_free(ascii);
	return ok;
}

/* RFC 5891 5.4: an A-label counts only when its U-label converts back to it. */
static bool round_trips(const struct domain *d)
{
	struct domain back;
	char *unicode = NULL;
	bool ok;

	if (idn2_to_unicode_8z8z(d->s, &unicode, 0) != IDN2_OK)
		return false;
	ok = to_ascii(unicode, &back) && str_eq(domain_str(d), domain_str(&back));
	idn2_free(unicode);
	return ok;
}

static bool parse_unicode(struct str in, struct domain *out)
{
	char z[WRITTEN_MAX + 1];
	bool ace, number;

	if (memchr(in.p, '\0', in.n))
		return false;
	memcpy(z, in.p, in.n);
	z[in.n] = '\0';
	/* Digits of other scripts make no address. */
	return to_ascii(z, out) && labels_are_valid(out, &ace, &number) && !number &&
	       (!ace || round_trips(out));
}

static bool parse_ipv6(struct str in, struct domain *out)
{
	char z[INET6_ADDRSTRLEN];
	struct in6_addr a;
	size_t n = in.n - 2;

	if (in.n < 4 || in.p[in.n - 1] != ']' || n >= sizeof(z))
		return false;
	memcpy(z, in.p + 1, n);
	z[n] = '\0';
	if (strlen(z) != n || inet_pton(AF_INET6, z, &a) != 1)
		return false;
	inet_ntop(AF_INET6, &a, z, sizeof(z));
	n = strlen(z);
	out->s[0] = '[';
	memcpy(out->s + 1, z, n);
	out->s[n + 1] = ']';
	out->s[n + 2] = '\0';
	out->n = (unsigned short)(n + 2);
	return true;
}

static bool is_ascii(struct str s)
{
	unsigned char bits = 0;

	for (size_t i = 0; i < s.n; i++)
		bits |= (unsigned char)s.p[i];
	return bits < 0x80;
}

bool domain_parse(struct str in, struct domain *out)
{
	bool ace, number;

	if (in.n == 0 || in.n > WRITTEN_MAX)
		return false;
	if (in.p[0] == '[')
		return parse_ipv6(in, out);
	if (!is_ascii(in))
		return parse_unicode(in, out);
	if (!copy_lower(in, out) || !labels_are_valid(out, &ace, &number))
		return false;
	if (ace)
		return parse_unicode(domain_str(out), out);
	return !number || is_ipv4(out->s);
}

/* Cuts between characters. */
static void copy_cut(struct str s, char *out, size_t size)
{
	size_t n = 0;

	while (n < s.n) {
		uint32_t code;
		size_t step = str_utf8(str_skip(s, n), &code);

		step = step ? step : 1;
		if (n + step >= size)
			break;
		n += step;
	}
	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

void domain_display(struct str canonical, char *out, size_t size)
{
	struct domain d;
	char *unicode = NULL;

	copy_cut(canonical, out, size);
	if (!domain_parse(canonical, &d) || !str_eq(domain_str(&d), canonical))
		return;
	if (idn2_to_unicode_8z8z(d.s, &unicode, 0) != IDN2_OK)
		return;
	copy_cut(str_of(unicode), out, size);
	idn2_free(unicode);
}

bool domain_below(struct str name, struct str suffix)
{
	return suffix.n && name.n > suffix.n + 1 && str_ends(name, suffix) &&
	       name.p[name.n - suffix.n - 1] == '.';
}

bool domain_is_address(struct str canonical)
{
	char z[INET_ADDRSTRLEN];

	if (canonical.n && canonical.p[0] == '[')
		return true;
	if (canonical.n >= sizeof(z))
		return false;
	if (canonical.n)
		memcpy(z, canonical.p, canonical.n);
	z[canonical.n] = '\0';
	return is_ipv4(z);
}
