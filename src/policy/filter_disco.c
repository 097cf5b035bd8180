/* SPDX-License-Identifier: MIT */
/*
 * What an entity says it can do (XEP-0030): of what the policies hide, it does not say it. Only the
 * <feature/> goes; identities and forms stay. That an answer names a feature does not mean that the
 * feature is used: it neither blocks the answer nor counts as seen.
 */
#include "policy/filter_private.h"

static enum feature feature_of(const struct filter *f, struct str var)
{
	enum feature own = own_feature_find(f->table->own, var);

	return own == FEATURE_UNKNOWN ? catalogue_var(var) : own;
}

bool filter_disco_hides(struct filter *f, const struct xml_tag *tag)
{
	static const struct str disco_info = STR_INIT("http://jabber.org/protocol/disco#info");
	enum feature feature;

	if (!f->table->hides || !str_eq(tag->local, STR("feature")) ||
		!str_eq(tag->ns->uri, disco_info))
		return false;
	feature = feature_of(f, catalogue_var_name(xml_tag_value(tag, STR("var"))));
	if (filter_passes(f, feature))
		return false;
	f->skip = f->depth;
	filter_removed(f, feature, "hidden", f->table->rule[feature]);
	return true;
}
