/* SPDX-License-Identifier: MIT */
/* Attributes of a policy file and marking data: read one by one, each fault with its line. */
#include "label/spif_build.h"

#include "label/time.h"

struct str spif_keep(struct spif_build *b, struct str s)
{
	struct str out = STR("");

	if (!label_memory_keep(&b->s->memory, SIZE_MAX, &out, s))
		spif_error(b, 0, "Shorten it.", "There is a text of more than %d bytes.",
			LABEL_STRING_MAX);
	return out;
}

struct str spif_text(struct spif_build *b, const struct xml_node *n, const char *attr)
{
	return spif_keep(b, str_trim(xml_node_attr(n, attr)));
}

bool spif_bool(struct spif_build *b, const struct xml_node *n, const char *attr)
{
	struct str v = str_trim(xml_node_attr(n, attr));

	if (!v.n || str_eq_nocase(v, STR("false")) || str_is(v, "0"))
		return false;
	if (!str_eq_nocase(v, STR("true")) && !str_is(v, "1"))
		spif_error(b, n->line, "Write \"true\" or \"false\".",
			"%s=\"%.*s\" of %.*s is neither.", attr, STR_ARG(v), STR_ARG(n->name));
	return true;
}

/* Decimal; leading zeros are common in published files. */
static bool number(struct str v, uint64_t max, uint64_t *out)
{
	uint64_t sum = 0;

	if (!v.n)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
			__builtin_add_overflow(sum, (uint64_t)(v.p[i] - '0'), &sum))
			return false;
	}
	if (sum > max)
		return false;
	*out = sum;
	return true;
}

bool spif_number(struct spif_build *b, const struct xml_node *n, const char *attr, uint64_t max,
	uint64_t *out)
{
	struct str v = xml_node_attr(n, attr);

	if (!v.p)
		return false;
	if (number(str_trim(v), max, out))
		return true;
	spif_error(b, n->line, "Write a decimal number within the range.",
		"%s=\"%.*s\" of %.*s is no number from 0 to %llu.", attr, STR_ARG(v),
		STR_ARG(n->name), (unsigned long long)max);
	return false;
}

int64_t spif_time(struct spif_build *b, const struct xml_node *n, const char *attr)
{
	struct str v = xml_node_attr(n, attr);
	int64_t t = LABEL_NO_TIME;

	if (v.p && !label_time_parse(v, &t))
		spif_error(b, n->line, "Write YYYY-MM-DDThh:mm:ssZ or YYYYMMDDhhmmssZ.",
			"%s=\"%.*s\" of %.*s is no time.", attr, STR_ARG(v), STR_ARG(n->name));
	return t;
}

static bool informative_form(
	struct spif_build *b, const struct xml_node *n, enum label_tag_form *form)
{
	struct str v = str_trim(xml_node_attr(n, "tag7Encoding"));

	*form = LABEL_ANY_FORM;
	if (str_is(v, "bitSetAttributes"))
		*form = LABEL_BITS;
	else if (str_is(v, "securityAttributes"))
		*form = LABEL_INTEGERS;
	else if (v.n)
		spif_error(b, n->line, "Write \"bitSetAttributes\" or \"securityAttributes\".",
			"tag7Encoding=\"%.*s\" is unknown.", STR_ARG(v));
	return true;
}

bool spif_tag_type(struct spif_build *b, const struct xml_node *n, enum label_tag_kind *kind,
	enum label_tag_form *form)
{
	struct str type = str_trim(xml_node_attr(n, "tagType"));
	struct str of = str_trim(xml_node_attr(n, "enumType"));

	*kind = LABEL_ANY_KIND;
	*form = LABEL_ANY_FORM;
	if (str_is(type, "notApplicable"))
		return true;
	if (str_is(type, "tagType7")) {
		*kind = LABEL_INFORMATIVE;
		return informative_form(b, n, form);
	}
	*form = str_is(type, "enumerated") ? LABEL_INTEGERS : LABEL_BITS;
	if (!str_is(type, "enumerated"))
		of = type;
	if (str_is(of, "restrictive"))
		*kind = LABEL_RESTRICTIVE;
	else if (str_is(of, "permissive"))
		*kind = LABEL_PERMISSIVE;
	if (*kind != LABEL_ANY_KIND)
		return true;
	spif_error(b, n->line,
		"Write tagType restrictive, permissive, tagType7 or notApplicable; or enumerated, "
		"and "
		"enumType restrictive or permissive.",
		"%.*s does not say whether it restricts or permits (tagType=\"%.*s\" "
		"enumType=\"%.*s\").",
		STR_ARG(n->name), STR_ARG(type), STR_ARG(str_trim(xml_node_attr(n, "enumType"))));
	return false;
}

/* ---- markings ---- */

static const struct {
	const char *name;
	uint32_t code;
} codes[] = {
	{ "pageTop", SPIF_PAGE_TOP },
	{ "pageBottom", SPIF_PAGE_BOTTOM },
	{ "pageTopBottom", SPIF_PAGE_TOP | SPIF_PAGE_BOTTOM },
	{ "documentStart", SPIF_DOCUMENT_START },
	{ "documentEnd", SPIF_DOCUMENT_END },
	{ "noNameDisplay", SPIF_NO_NAME },
	{ "noMarkingDisplay", SPIF_NO_MARKING },
	{ "suppressClassName", SPIF_SUPPRESS_CLASS },
	{ "firstLineOfText", SPIF_FIRST_LINE },
	{ "lastLineOfText", SPIF_LAST_LINE },
	{ "subject", SPIF_SUBJECT },
	{ "xHeader", SPIF_X_HEADER },
	{ "portionMarking", SPIF_PORTION },
	{ "inputTitle", SPIF_INPUT_TITLE },
	{ "waterMark", SPIF_WATERMARK },
	{ "replacePolicy", SPIF_REPLACE_POLICY },
};

/* An unknown code is ignored, never fatal. */
static uint32_t code_of(struct spif_build *b, const struct xml_node *n, struct str name)
{
	name = str_trim(name);
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (str_eq_nocase(name, str_of(codes[i].name)))
			return codes[i].code;
	}
	spif_warning(b, n->line, "Look its name up in the schema.",
		"The marking code \"%.*s\" is unknown and has no effect.", STR_ARG(name));
	return 0;
}

/* Where no place is said (schema 3.0 says none), a phrase is for every place, unless it takes the
 * policy's. */
static uint32_t phrase_codes(struct spif_build *b, const struct xml_node *n)
{
	const uint32_t places =
		SPIF_PAGE_TOP | SPIF_PAGE_BOTTOM | SPIF_DOCUMENT_START | SPIF_DOCUMENT_END;
	const uint32_t others = SPIF_NO_NAME | SPIF_NO_MARKING | SPIF_SUPPRESS_CLASS;
	struct str attr = xml_node_attr(n, "code");
	const struct xml_node *c = NULL;
	uint32_t sum = attr.p ? code_of(b, n, attr) : 0;

	while ((c = spif_next(b, n, c, "code")))
		sum |= code_of(b, c, c->text);
	return (sum & ~others) || !xml_node_attr(n, "phrase").p ? sum : sum | places;
}

static void add_phrase(struct spif_build *b, const struct xml_node *n, const char *attr,
	uint32_t for_codes, struct spif_marking *out)
{
	struct str text = xml_node_attr(n, attr);

	if (text.p)
		out->phrases[out->nphrases++] = (struct spif_phrase){ spif_keep(b, str_trim(text)),
			spif_keep(b, xml_node_lang(n)), for_codes };
}

static void add_affixes(struct spif_build *b, const struct xml_node *n, struct spif_marking *out)
{
	static const char *const names[] = {
		[SPIF_PREFIX] = "prefix",
		[SPIF_SUFFIX] = "suffix",
		[SPIF_SEPARATOR] = "separator",
		[SPIF_FINAL_SEPARATOR] = "finalSeparator",
	};
	struct str code = xml_node_attr(n, "markingCode");
	uint32_t for_codes = code.p ? code_of(b, n, code) : UINT32_MAX;
	const struct xml_node *c = NULL;

	while ((c = spif_next(b, n, c, "qualifier"))) {
		struct str which = str_trim(xml_node_attr(c, "qualifierCode"));
		unsigned kind = 0;

		while (kind <= SPIF_FINAL_SEPARATOR && !str_is(which, names[kind]))
			kind++;
		if (kind <= SPIF_FINAL_SEPARATOR)
			out->affixes[out->naffixes++] =
				(struct spif_affix){ for_codes, (enum spif_affix_kind)kind,
					spif_keep(b, xml_node_attr(c, "markingQualifier")),
					spif_keep(b, xml_node_lang(c)) };
		else
			spif_warning(b, c->line, "Write prefix, suffix or separator.",
				"The qualifier code \"%.*s\" is unknown and has no effect.",
				STR_ARG(which));
	}
}

void spif_marking(struct spif_build *b, const struct xml_node *n, struct spif_marking *out)
{
	unsigned data = spif_count(b, n, "markingData");
	unsigned affixes = 0;
	const struct xml_node *c = NULL;

	*out = (struct spif_marking){ 0 };
	if (data)
		out->phrases =
			label_memory_zero(&b->s->memory, (size_t)data * 3, sizeof(*out->phrases));
	while ((c = spif_next(b, n, c, "markingData"))) {
		/* A phrase that is only a code, such as noNameDisplay, need not have a text. */
		unsigned before = out->nphrases;
		uint32_t for_codes = phrase_codes(b, c);

		add_phrase(b, c, "phrase", for_codes, out);
		if (out->nphrases == before)
			out->phrases[out->nphrases++] =
				(struct spif_phrase){ STR(""), STR(""), for_codes };
		add_phrase(b, c, "shortPhrase", SPIF_PORTION, out);
		add_phrase(b, c, "inputPhrase", SPIF_INPUT_TITLE, out);
	}
	while ((c = spif_next(b, n, c, "markingQualifier")))
		affixes += spif_count(b, c, "qualifier");
	if (affixes)
		out->affixes = label_memory_zero(&b->s->memory, affixes, sizeof(*out->affixes));
	while ((c = spif_next(b, n, c, "markingQualifier")))
		add_affixes(b, c, out);
}
