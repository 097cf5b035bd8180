/* SPDX-License-Identifier: MIT */
/*
 * What attributes say that no element says: links and data in XHTML-IM, and the same, or what no
 * text may be, in what only carries other things. Decides nothing about attributes that have a
 * namespace of their own (filter_stanza.c).
 */
#include "policy/filter_private.h"

/* Browsers leave tabs and ends of lines out of a URL. */
static bool has_scheme(struct str url, struct str scheme)
{
	for (; scheme.n > 0; url = str_skip(url, 1)) {
		if (url.n == 0)
			return false;
		if (url.p[0] == '\t' || url.p[0] == '\n' || url.p[0] == '\r')
			continue;
		if (!str_eq_nocase((struct str){ url.p, 1 }, (struct str){ scheme.p, 1 }))
			return false;
		scheme = str_skip(scheme, 1);
	}
	return true;
}

/* Data, as a URL (RFC 2397) or of XEP-0231, or a link to an encrypted file (XEP-0454);
 * FEATURE_CORE: nothing of the kind. */
static enum feature url_feature(struct str url)
{
	if (has_scheme(url, STR("data:")) || has_scheme(url, STR("cid:")))
		return FEATURE_BOB;
	return has_scheme(url, STR("aesgcm:")) ? FEATURE_FILE_TRANSFER : FEATURE_CORE;
}

/* Is it refused for what it says? */
static bool refused(struct filter *f, enum feature feature)
{
	if (feature != FEATURE_CORE)
		feature_set_add(&f->result.seen, feature);
	return !filter_passes(f, feature);
}

/* In a style a URL stands somewhere inside. */
static enum feature html_says(struct filter *f, const struct xml_attr *a)
{
	bool style = str_eq(a->local, STR("style"));
	struct str v = str_trim(a->value);

	if (!style && !str_eq(a->local, STR("src")) && !str_eq(a->local, STR("href")))
		return FEATURE_CORE;
	do {
		enum feature feature = url_feature(v);

		if (refused(f, feature))
			return feature;
		v = str_skip(v, v.n > 0);
	} while (style && v.n > 0);
	return FEATURE_CORE;
}

/* Whatever it is called: carriers have no attribute that is for people to read. */
static enum feature carrier_says(struct filter *f, const struct xml_attr *a)
{
	enum feature feature = url_feature(str_trim(a->value));
	struct body_scan s = { 0 };

	if (refused(f, feature))
		return feature;
	body_scan_text(&s, a->value);
	if ((s.found & (BODY_OTR | BODY_OTR_TAG | BODY_PGP)) && refused(f, FEATURE_ENCRYPTED))
		return FEATURE_ENCRYPTED;
	return (s.found & BODY_AESGCM) && refused(f, FEATURE_FILE_TRANSFER) ? FEATURE_FILE_TRANSFER
									    : FEATURE_CORE;
}

enum feature filter_attributes_say(struct filter *f, const struct xml_tag *tag, enum feature own)
{
	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];
		enum feature says = own == FEATURE_HTML ? html_says(f, a) : carrier_says(f, a);

		if (!filter_passes(f, says))
			return says;
	}
	return own;
}
