/* SPDX-License-Identifier: MIT */
/*
 * Markings: policy, classification, then tag by tag, each as its marking data and qualifiers say.
 * Owns nothing. What the schema's codes do: noMarkingDisplay shows nothing of an element,
 * noNameDisplay nothing in place of a missing phrase, replacePolicy (of a classification or value)
 * takes the policy's place, suppressClassName leaves the classification out.
 */
#include "label/marking.h"

#include <stdio.h>

enum { PLACES = 4 };

struct maker {
	uint32_t places[PLACES]; /* in the order of preference; 0 at the end */
	struct str lang;
	struct buf *out;
	size_t start; /* of the marking in out */
};

static void set_places(struct maker *m, enum spif_code place)
{
	static const uint32_t chains[][PLACES] = {
		{ SPIF_PAGE_TOP, SPIF_DOCUMENT_START, SPIF_PAGE_BOTTOM },
		{ SPIF_PAGE_BOTTOM, SPIF_DOCUMENT_END, SPIF_PAGE_TOP },
		{ SPIF_DOCUMENT_START, SPIF_PAGE_TOP },
		{ SPIF_DOCUMENT_END, SPIF_PAGE_BOTTOM },
		{ SPIF_FIRST_LINE, SPIF_DOCUMENT_START, SPIF_PAGE_TOP },
		{ SPIF_LAST_LINE, SPIF_DOCUMENT_END, SPIF_PAGE_BOTTOM },
		{ SPIF_SUBJECT, SPIF_FIRST_LINE, SPIF_PAGE_TOP },
		{ SPIF_X_HEADER, SPIF_PAGE_TOP },
	};

	m->places[0] = place;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		if (chains[i][0] == (uint32_t)place)
			memcpy(m->places, chains[i], sizeof(chains[i]));
	}
}

/* How well a phrase's language fits: the same, the same without its regions (RFC 4647, lookup),
 * none, English. In any other it would not be understood; then the name is better, which policies
 * write in the language of most of their readers. 0: not at all. */
static unsigned fit(struct str have, struct str want)
{
	if (have.n && str_eq_nocase(have, want))
		return 4;
	if (have.n && want.n > have.n && want.p[have.n] == '-' &&
		str_eq_nocase(have, (struct str){ want.p, have.n }))
		return 3;
	if (!have.n)
		return 2;
	return str_eq_nocase(have, STR("en"));
}

static const struct spif_phrase *best(const struct spif_marking *of, uint32_t code, struct str lang)
{
	const struct spif_phrase *found = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < of->nphrases; i++) {
		const struct spif_phrase *p = &of->phrases[i];

		if (p->codes & code && fit(p->lang, lang) > most) {
			found = p;
			most = fit(p->lang, lang);
		}
	}
	return found;
}

static bool has_code(const struct spif_marking *of, uint32_t code)
{
	for (unsigned i = 0; i < of->nphrases; i++) {
		if (of->phrases[i].codes & code)
			return true;
	}
	return false;
}

/* The phrase for the place, or the name, or nothing. */
static struct str phrase(const struct maker *m, const struct spif_marking *of, struct str name)
{
	if (has_code(of, SPIF_NO_MARKING))
		return STR("");
	for (unsigned i = 0; i < PLACES && m->places[i]; i++) {
		const struct spif_phrase *p = best(of, m->places[i], m->lang);

		if (p)
			return p->text;
	}
	return has_code(of, SPIF_NO_NAME) ? STR("") : name;
}

/* A prefix, suffix or separator; p == NULL: there is none. */
static struct str affix(
	const struct maker *m, const struct spif_marking *of, enum spif_affix_kind kind)
{
	struct str found = { 0 };
	unsigned most = 0;

	for (unsigned k = 0; k < PLACES && m->places[k] && !most; k++) {
		for (unsigned i = 0; i < of->naffixes; i++) {
			const struct spif_affix *a = &of->affixes[i];

			if (a->kind == kind && a->codes & m->places[k] &&
				fit(a->lang, m->lang) > most) {
				found = a->text;
				most = fit(a->lang, m->lang);
			}
		}
	}
	return found;
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (unsigned char)c >= 0x80;
}

/* Two words do not become one: published files leave the space out. */
static void put_apart(const struct maker *m, struct str text)
{
	struct str so_far = buf_view(m->out);

	if (text.n && so_far.n > m->start && is_letter(so_far.p[so_far.n - 1]) &&
		is_letter(text.p[0]))
		buf_put_char(m->out, ' ');
	buf_put(m->out, text);
}

static void put_affix(
	const struct maker *m, const struct spif_marking *of, enum spif_affix_kind kind)
{
	struct str text = affix(m, of, kind);

	if (text.p)
		put_apart(m, text);
}

/* ---- parts ---- */

static size_t length(const struct maker *m)
{
	return buf_len(m->out) - m->start;
}

/* Something is to follow: the separator, if something is there. */
static void separate(struct maker *m, struct str separator)
{
	if (length(m))
		buf_put(m->out, separator.p ? separator : STR(" "));
}

static struct str value_text(const struct maker *m, const struct label_category *c)
{
	struct str text = phrase(m, &c->known->marking, c->known->name);
	bool own = !str_eq(c->value, c->known->name);

	/* What was written counts; the phrase, which may be empty, stands for the kind of input. */
	return c->known->input && own && !has_code(&c->known->marking, SPIF_NO_MARKING) ? c->value
											: text;
}

static void put_separator(
	const struct maker *m, const struct spif_marking *of, unsigned shown, bool last)
{
	struct str between = affix(m, of, SPIF_SEPARATOR), final = { 0 };

	if (!shown)
		return;
	if (last)
		final = affix(m, of, SPIF_FINAL_SEPARATOR);
	buf_put(m->out, final.p ? final : between.p ? between : STR("/"));
}

/* The values first..end of one tag. */
static void put_tag(
	struct maker *m, const struct label *l, unsigned first, unsigned end, struct str separator)
{
	const struct spif_marking *of = &l->categories[first].known->tag->marking;
	unsigned shown = 0;

	for (unsigned i = first; i < end; i++) {
		struct str text = value_text(m, &l->categories[i]);

		if (!text.n)
			continue;
		if (!shown) {
			separate(m, separator);
			put_affix(m, of, SPIF_PREFIX);
		}
		put_separator(m, of, shown, i + 1 == end);
		if (shown++)
			buf_put(m->out, text);
		else
			put_apart(m, text);
	}
	if (shown)
		put_affix(m, of, SPIF_SUFFIX);
}

static void put_tags(struct maker *m, const struct label *l, struct str separator)
{
	for (unsigned i = 0, end; i < l->ncategories; i = end) {
		const struct spif_tag *t = l->categories[i].known->tag;

		end = i + 1;
		while (end < l->ncategories && l->categories[end].known->tag == t)
			end++;
		if (!has_code(&t->marking, SPIF_NO_MARKING))
			put_tag(m, l, i, end, separator);
	}
}

/* The phrase that takes the policy's place: of the classification, of a value or its tag, of all.
 */
static const struct spif_phrase *replacement(const struct label *l, struct str lang)
{
	const struct spif_phrase *p = best(&l->class->marking, SPIF_REPLACE_POLICY, lang);

	for (unsigned i = 0; !p && i < l->ncategories; i++) {
		p = best(&l->categories[i].known->marking, SPIF_REPLACE_POLICY, lang);
		if (!p)
			p = best(&l->categories[i].known->tag->marking, SPIF_REPLACE_POLICY, lang);
	}
	return p ? p : best(&l->policy->marking, SPIF_REPLACE_POLICY, lang);
}

/* Whatever language the code is said in. */
static bool suppresses_class(const struct label *l)
{
	bool any = has_code(&l->class->marking, SPIF_SUPPRESS_CLASS);

	for (unsigned i = 0; i < l->ncategories; i++)
		any |= has_code(&l->categories[i].known->marking, SPIF_SUPPRESS_CLASS) ||
		       has_code(&l->categories[i].known->tag->marking, SPIF_SUPPRESS_CLASS);
	return any;
}

static void put_policy(struct maker *m, const struct label *l)
{
	const struct spif_phrase *instead = replacement(l, m->lang);

	if (instead)
		buf_put(m->out, instead->text);
	else if (!has_code(&l->policy->marking, SPIF_NO_NAME))
		buf_put(m->out, phrase(m, &l->policy->policy_marking, l->policy->name));
}

static void put_class(struct maker *m, const struct label *l, struct str separator)
{
	struct str text = phrase(m, &l->class->marking, l->class->name);

	if (!text.n || suppresses_class(l))
		return;
	separate(m, separator);
	put_affix(m, &l->class->marking, SPIF_PREFIX);
	put_apart(m, text);
	put_affix(m, &l->class->marking, SPIF_SUFFIX);
}

/* In place: runs of white space and control characters are one space, none at the ends. */
static size_t squeeze(char *p, size_t n)
{
	size_t to = 0;
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)p[i] <= ' ' || p[i] == 0x7f) {
			gap = to > 0;
			continue;
		}
		if (gap)
			p[to++] = ' ';
		gap = false;
		p[to++] = p[i];
	}
	return to;
}

bool label_marking(const struct label *l, enum spif_code place, struct str lang, struct buf *out)
{
	struct maker m = { .lang = lang.n ? lang : STR("en"), .out = out, .start = buf_len(out) };
	const struct spif_marking *of = &l->policy->marking;
	struct str separator, prefix;
	size_t n;

	set_places(&m, place);
	separator = affix(&m, of, SPIF_SEPARATOR);
	prefix = affix(&m, of, SPIF_PREFIX);
	put_policy(&m, l);
	put_class(&m, l, separator);
	put_tags(&m, l, separator);
	if (prefix.p)
		buf_insert(out, m.start, prefix);
	put_affix(&m, of, SPIF_SUFFIX);
	n = length(&m);
	if (n)
		n = squeeze(out->data + out->start + m.start, n);
	buf_truncate(out, m.start + (n > LABEL_MARKING_MAX ? 0 : n));
	return n <= LABEL_MARKING_MAX;
}

/* ---- colours ---- */

/* CSS 2.1's colour names, which XEP-0258 has too, and the ones policies use besides. */
static const struct {
	const char *name;
	uint32_t rgb;
} colors[] = {
	{ "aqua", 0x00ffff },
	{ "black", 0x000000 },
	{ "blue", 0x0000ff },
	{ "fuchsia", 0xff00ff },
	{ "gray", 0x808080 },
	{ "grey", 0x808080 },
	{ "green", 0x008000 },
	{ "lime", 0x00ff00 },
	{ "maroon", 0x800000 },
	{ "navy", 0x000080 },
	{ "olive", 0x808000 },
	{ "orange", 0xffa500 },
	{ "purple", 0x800080 },
	{ "red", 0xff0000 },
	{ "silver", 0xc0c0c0 },
	{ "teal", 0x008080 },
	{ "white", 0xffffff },
	{ "yellow", 0xffff00 },
	{ "cyan", 0x00ffff },
	{ "magenta", 0xff00ff },
	{ "pink", 0xffc0cb },
	{ "brown", 0xa52a2a },
	{ "amber", 0xffbf00 },
};

static bool hexadecimal(struct str s, uint32_t *out)
{
	*out = 0;
	if (s.n != 7 || s.p[0] != '#')
		return false;
	for (size_t i = 1; i < 7; i++) {
		char c = s.p[i];
		unsigned digit = c <= '9' ? (unsigned)c - '0' : ((unsigned)c | 0x20) - 'a' + 10;

		if (digit > 15 || (digit > 9) != (c > '9'))
			return false;
		*out = *out << 4 | digit;
	}
	return true;
}

static bool color(struct str s, uint32_t *out)
{
	for (size_t i = 0; i < sizeof(colors) / sizeof(*colors); i++) {
		if (str_eq_nocase(s, str_of(colors[i].name))) {
			*out = colors[i].rgb;
			return true;
		}
	}
	return hexadecimal(s, out);
}

bool label_colors(const struct label *l, char fg[LABEL_COLOR], char bg[LABEL_COLOR])
{
	uint32_t rgb, luma;

	if (!color(l->class->color, &rgb))
		return false;
	/* ITU-R BT.601. */
	luma = ((rgb >> 16 & 0xff) * 299 + (rgb >> 8 & 0xff) * 587 + (rgb & 0xff) * 114) / 1000;
	snprintf(bg, LABEL_COLOR, "#%06x", (unsigned)rgb & 0xffffff);
	snprintf(fg, LABEL_COLOR, "#%s", luma >= 128 ? "000000" : "ffffff");
	return true;
}
