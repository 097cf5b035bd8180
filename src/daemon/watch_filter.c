/* SPDX-License-Identifier: MIT */
/* See watch_filter.h. */
#include "daemon/watch_filter.h"

#include "base/domain.h"
#include "base/jid.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "net/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { DOMAIN, BELOW, BARE, FULL, MEMBER };

struct word {
	enum kind kind;
	bool is_address, no;  /* MEMBER: "!=" */
	struct domain domain; /* DOMAIN, BELOW */
	struct address address;
	struct jid_form jid; /* BARE, FULL */
	char key[64];        /* MEMBER */
	char value[WATCH_WORD];
	char needle[WATCH_WORD + 64]; /* what each line that it fits has in it; "": unknown */
};

struct watch_filter {
	enum log_level level;
	unsigned n;
	struct word words[];
};

/* Members of lines that are JIDs or domains, and those that are addresses. */
static const char *const jid_keys[] = { "from", "to", "sender", "recipient", "domain", "claimed",
	"towards", "target", "peer" };
static const char *const address_keys[] = { "peer", "address", "target" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- words ---- */

/* Keys of which all values are known: a mistake would fit nothing, in silence. */
static const struct {
	const char *key, *values[6];
} known[] = {
	{ "dir", { "in", "out", "verify" } },
	{ "kind", { "message", "presence", "iq" } },
	{ "level", { "debug", "info", "warn", "error", "alert" } },
	{ "verdict", { "pass", "fold", "bounce", "drop" } },
};

static char *list_values(const char *const *values, struct suggest *s)
{
	char *list = mem_strdup("");

	for (unsigned i = 0; values[i]; i++) {
		char *more = mem_printf("%s%s%s", list, i ? ", " : "", values[i]);

		free(list);
		list = more;
		suggest_offer(s, values[i]);
	}
	return list;
}

static bool is_one_of(const char *const *values, const char *value, size_t n)
{
	for (unsigned i = 0; values[i]; i++)
		if (strlen(values[i]) == n && memcmp(values[i], value, n) == 0)
			return true;
	return memchr(value, '*', n) != NULL;
}

/* NULL, or what is wrong with the value. */
static char *check_value(const char *key, const char *value)
{
	for (unsigned i = 0; i < COUNT(known); i++) {
		if (strcmp(known[i].key, key) != 0)
			continue;
		for (const char *v = value; v; v = strchr(v, ',') ? strchr(v, ',') + 1 : NULL) {
			size_t n = strcspn(v, ",");
			MEM_AUTO char *one = str_dup((struct str){ v, n });
			struct suggest s;

			if (is_one_of(known[i].values, v, n))
				continue;
			suggest_init(&s, one);
			MEM_AUTO char *list = list_values(known[i].values, &s);
			MEM_AUTO char *there_is = mem_printf("there is: %s", list);
			MEM_AUTO char *remedy = suggest_remedy(&s, there_is);

			return mem_printf("no line has %s=%s%s", key, one, remedy);
		}
	}
	return NULL;
}

static bool is_key(const char *s, size_t n)
{
	size_t good = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n && n < sizeof(((struct word *)NULL)->key) && good >= n && s[0] >= 'a';
}

/* False: it is no "key=value"; then another kind of word. */
static bool read_member(struct word *w, const char *text, char **wrong_out)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : 0;

	if (n && text[n - 1] == '!') {
		w->no = true;
		n--;
	}
	if (!equals || !is_key(text, n))
		return false;
	w->kind = MEMBER;
	memcpy(w->key, text, n);
	strcpy(w->value, equals + 1);
	*wrong_out = check_value(w->key, w->value);
	return true;
}

static bool read_jid(struct word *w, const char *text)
{
	if (!strchr(text, '@') || !jid_form(str_of(text), &w->jid))
		return false;
	w->kind = w->jid.n > w->jid.bare ? FULL : BARE;
	return true;
}

static bool read_domain(struct word *w, const char *text)
{
	bool below = strncmp(text, "*.", 2) == 0;

	w->kind = below ? BELOW : DOMAIN;
	w->is_address = !below && address_parse(text, 0, &w->address);
	return domain_parse(str_of(below ? text + 2 : text), &w->domain) || w->is_address;
}

/* NULL, or what is wrong. */
static char *read_word(struct word *w, const char *text)
{
	char *wrong = NULL;

	if (strlen(text) >= WATCH_WORD)
		return mem_strdup("a word of the filter is too long");
	if (read_member(w, text, &wrong) || read_jid(w, text) || read_domain(w, text))
		return wrong;
	return mem_printf("\"%s\" is no domain, no *.suffix, no JID and no key=value", text);
}

/* ---- needles ---- */

/* Is it in a line as it is here, whatever the case of letters? Not what would be quoted there, and
 * no name that may be written in other letters. */
static bool stays_as_it_is(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@/"
			    ":[]",
			    s.p[i]) ||
			!s.p[i])
			return false;
	return s.n && !memmem(s.p, s.n, "xn--", 4);
}

static void set_needle(struct word *w, const char *before, struct str s)
{
	if (stays_as_it_is(s))
		snprintf(w->needle, sizeof(w->needle), "%s%.*s", before, STR_ARG(s));
}

/* An event's name is the first word of its line; "time" and what has another name there are left to
 * the filter. */
static void find_member_needle(struct word *w)
{
	struct str value = str_of(w->value);
	bool head = value.n && value.p[0] == '*', tail = value.n > 1 && value.p[value.n - 1] == '*';
	char key[sizeof(w->key) + 1];

	if (w->no || strcmp(w->key, "time") == 0 || w->key[strlen(w->key) - 1] == '_')
		return;
	value = str_skip(value, head);
	value.n -= tail;
	snprintf(key, sizeof(key), "%s=", w->key);
	set_needle(w, head || strcmp(w->key, "event") == 0 ? "" : key, value);
}

static void find_needle(struct word *w)
{
	switch (w->kind) {
	case DOMAIN:
		if (!w->is_address)
			set_needle(w, "", domain_str(&w->domain));
		break;
	case BELOW: set_needle(w, ".", domain_str(&w->domain)); break;
	case BARE:
	case FULL: set_needle(w, "", (struct str){ w->jid.s, w->jid.bare }); break;
	case MEMBER: find_member_needle(w); break;
	}
}

/* "level=" is no member to look for. */
static char *take_word(struct watch_filter *f, const char *text)
{
	struct word *w = &f->words[f->n];
	char *wrong;

	if (strcmp(text, "*") == 0)
		return NULL;
	*w = (struct word){ 0 };
	wrong = read_word(w, text);
	if (!wrong)
		find_needle(w);
	if (wrong || w->kind != MEMBER || strcmp(w->key, "level") != 0) {
		f->n++;
		return wrong;
	}
	if (w->no || strpbrk(w->value, ",*"))
		return mem_strdup("level= takes one level: it, and what is more serious, is shown");
	while (strcmp(log_level_name(f->level), w->value) != 0)
		f->level++;
	return NULL;
}

struct watch_filter *watch_filter_new(json_t *words, char **words_out)
{
	struct watch_filter *f = mem_zero(1, sizeof(*f) + WATCH_WORDS * sizeof(f->words[0]));
	char *wrong = NULL;

	if (words && (!json_is_array(words) || json_array_size(words) > WATCH_WORDS))
		wrong = mem_printf("a filter has at most %d words", WATCH_WORDS);
	for (size_t i = 0; !wrong && i < json_array_size(words); i++) {
		const char *text = json_string_value(json_array_get(words, i));

		wrong = text ? take_word(f, text) : mem_strdup("a word of the filter is no text");
	}
	*words_out = wrong;
	if (!wrong)
		return f;
	watch_filter_free(f);
	return NULL;
}

void watch_filter_free(struct watch_filter *f)
{
	free(f);
}

void watch_filter_want(const struct watch_filter *f, struct log_tap_want *out)
{
	*out = (struct log_tap_want){ .level = f->level };
	for (unsigned i = 0; i < f->n; i++)
		if (f->words[i].needle[0])
			out->needles[out->n++] = f->words[i].needle;
}

/* ---- lines ---- */

static bool fits_pattern(struct str pattern, struct str value)
{
	bool head = pattern.n && pattern.p[0] == '*';
	bool tail = pattern.n > 1 && pattern.p[pattern.n - 1] == '*';
	struct str core = str_skip(pattern, head);

	core.n -= tail;
	if (head && tail)
		return !core.n || memmem(value.p, value.n, core.p, core.n);
	if (head)
		return str_ends(value, core);
	return tail ? str_starts(value, core) : str_eq(value, core);
}

static bool fits_member(const struct word *w, json_t *line)
{
	const char *value = json_string_value(json_object_get(line, w->key));

	for (const char *v = w->value; value && v; v = strchr(v, ',') ? strchr(v, ',') + 1 : NULL)
		if (fits_pattern((struct str){ v, strcspn(v, ",") }, str_of(value)))
			return true;
	return false;
}

static bool fits_jid(const struct word *w, const char *value)
{
	struct jid_form j;

	if (!strchr(value, '@') || !jid_form(str_of(value), &j))
		return false;
	if (w->kind == FULL)
		return str_eq((struct str){ j.s, j.n }, (struct str){ w->jid.s, w->jid.n });
	return str_eq((struct str){ j.s, j.bare }, (struct str){ w->jid.s, w->jid.bare });
}

static bool fits_domain(const struct word *w, const char *value)
{
	struct domain d;
	struct jid j;

	if (!w->domain.n || !jid_split(str_of(value), &j) || !domain_parse(j.domain, &d))
		return false;
	return w->kind == BELOW ? domain_below(domain_str(&d), domain_str(&w->domain))
				: str_eq(domain_str(&d), domain_str(&w->domain));
}

static bool fits_address(const struct word *w, json_t *line)
{
	for (unsigned i = 0; w->is_address && i < COUNT(address_keys); i++) {
		const char *value = json_string_value(json_object_get(line, address_keys[i]));
		struct address a;

		if (value && address_parse(value, 0, &a) && address_same_host(&a, &w->address) &&
			(!address_port(&w->address) ||
				address_port(&w->address) == address_port(&a)))
			return true;
	}
	return false;
}

static bool fits_word(const struct word *w, json_t *line)
{
	if (w->kind == MEMBER)
		return fits_member(w, line) != w->no;
	for (unsigned i = 0; i < COUNT(jid_keys); i++) {
		const char *value = json_string_value(json_object_get(line, jid_keys[i]));

		if (value && (w->kind == BARE || w->kind == FULL ? fits_jid(w, value)
								 : fits_domain(w, value)))
			return true;
	}
	return fits_address(w, line);
}

bool watch_filter_fits(const struct watch_filter *f, enum log_level level, json_t *line)
{
	if (level < f->level)
		return false;
	for (unsigned i = 0; i < f->n; i++)
		if (!fits_word(&f->words[i], line))
			return false;
	return true;
}
