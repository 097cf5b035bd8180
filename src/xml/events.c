/* SPDX-License-Identifier: MIT */
/* Questions about a start tag. Owns nothing. */
#include "xml/events.h"

const struct str XML_NS_XML = STR_INIT("http://www.w3.org/XML/1998/namespace");

const struct xml_attr *xml_tag_attr(const struct xml_tag *tag, struct str local)
{
	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];

		if (a->ns->uri.n == 0 && str_eq(a->local, local))
			return a;
	}
	return NULL;
}

struct str xml_tag_value(const struct xml_tag *tag, struct str local)
{
	const struct xml_attr *a = xml_tag_attr(tag, local);

	return a ? a->value : (struct str){ 0 };
}

struct str xml_tag_lang(const struct xml_tag *tag)
{
	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];

		if (str_eq(a->local, STR("lang")) && str_eq(a->ns->uri, XML_NS_XML))
			return a->value;
	}
	return (struct str){ 0 };
}
