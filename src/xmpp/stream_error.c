/* SPDX-License-Identifier: MIT */
/*
 * The names of stream errors and the one place that writes one. Owns nothing; decides nothing about
 * when a stream ends.
 */
#include "xmpp/stream_error.h"

#include "xml/writer.h"

static const char *const names[STREAM_CONDITIONS] = {
	[STREAM_BAD_FORMAT] = "bad-format",
	[STREAM_BAD_NAMESPACE_PREFIX] = "bad-namespace-prefix",
	[STREAM_CONFLICT] = "conflict",
	[STREAM_CONNECTION_TIMEOUT] = "connection-timeout",
	[STREAM_HOST_GONE] = "host-gone",
	[STREAM_HOST_UNKNOWN] = "host-unknown",
	[STREAM_IMPROPER_ADDRESSING] = "improper-addressing",
	[STREAM_INTERNAL_SERVER_ERROR] = "internal-server-error",
	[STREAM_INVALID_FROM] = "invalid-from",
	[STREAM_INVALID_NAMESPACE] = "invalid-namespace",
	[STREAM_INVALID_XML] = "invalid-xml",
	[STREAM_NOT_AUTHORIZED] = "not-authorized",
	[STREAM_NOT_WELL_FORMED] = "not-well-formed",
	[STREAM_POLICY_VIOLATION] = "policy-violation",
	[STREAM_REMOTE_CONNECTION_FAILED] = "remote-connection-failed",
	[STREAM_RESET] = "reset",
	[STREAM_RESOURCE_CONSTRAINT] = "resource-constraint",
	[STREAM_RESTRICTED_XML] = "restricted-xml",
	[STREAM_SEE_OTHER_HOST] = "see-other-host",
	[STREAM_SYSTEM_SHUTDOWN] = "system-shutdown",
	[STREAM_UNDEFINED_CONDITION] = "undefined-condition",
	[STREAM_UNSUPPORTED_ENCODING] = "unsupported-encoding",
	[STREAM_UNSUPPORTED_FEATURE] = "unsupported-feature",
	[STREAM_UNSUPPORTED_STANZA_TYPE] = "unsupported-stanza-type",
	[STREAM_UNSUPPORTED_VERSION] = "unsupported-version",
};

/* Conditions of RFC 3920 4.7.3 that RFC 6120 renamed or dropped; servers in the field still send
 * them. */
static const struct {
	const char *name;
	enum stream_condition now;
} old_names[] = {
	{ "xml-not-well-formed", STREAM_NOT_WELL_FORMED },
	{ "invalid-id", STREAM_NOT_AUTHORIZED }, /* a dialback key or id that did not verify */
};

const char *stream_condition_name(enum stream_condition c)
{
	return names[c];
}

enum stream_condition stream_condition_parse(const char *name)
{
	for (unsigned i = 0; i < STREAM_CONDITIONS; i++)
		if (strcmp(names[i], name) == 0)
			return (enum stream_condition)i;
	for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]); i++)
		if (strcmp(old_names[i].name, name) == 0)
			return old_names[i].now;
	return STREAM_UNDEFINED_CONDITION;
}

void stream_error_write(struct buf *out, enum stream_condition c, const char *text, const char *app)
{
	buf_printf(
		out, "<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", names[c]);
	if (text) {
		buf_put(out,
			STR("<text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>"));
		xml_escape_text(out, str_of(text));
		buf_put(out, STR("</text>"));
	}
	if (app)
		buf_printf(out, "<%s xmlns='urn:xmpp:errors'/>", app);
	buf_put(out, STR("</stream:error>"));
}
