/* SPDX-License-Identifier: MIT */
/* Stream error conditions (RFC 6120 4.9.3) and how one is written. */
#pragma once

#include "base/buf.h"

enum stream_condition {
	STREAM_BAD_FORMAT,
	STREAM_BAD_NAMESPACE_PREFIX,
	STREAM_CONFLICT,
	STREAM_CONNECTION_TIMEOUT,
	STREAM_HOST_GONE,
	STREAM_HOST_UNKNOWN,
	STREAM_IMPROPER_ADDRESSING,
	STREAM_INTERNAL_SERVER_ERROR,
	STREAM_INVALID_FROM,
	STREAM_INVALID_NAMESPACE,
	STREAM_INVALID_XML,
	STREAM_NOT_AUTHORIZED,
	STREAM_NOT_WELL_FORMED,
	STREAM_POLICY_VIOLATION,
	STREAM_REMOTE_CONNECTION_FAILED,
	STREAM_RESET,
	STREAM_RESOURCE_CONSTRAINT,
	STREAM_RESTRICTED_XML,
	STREAM_SEE_OTHER_HOST,
	STREAM_SYSTEM_SHUTDOWN,
	STREAM_UNDEFINED_CONDITION,
	STREAM_UNSUPPORTED_ENCODING,
	STREAM_UNSUPPORTED_FEATURE,
	STREAM_UNSUPPORTED_STANZA_TYPE,
	STREAM_UNSUPPORTED_VERSION,
	STREAM_CONDITIONS
};

const char *stream_condition_name(enum stream_condition c);
/* By element name; unknown names (and RFC 3920's) are STREAM_UNDEFINED_CONDITION or their
 * successor. */
enum stream_condition stream_condition_parse(const char *name);
/* <stream:error>...</stream:error> without the closing tag of the stream. text may be NULL; app is
 * the name of an element in urn:xmpp:errors ("stanza-too-big") or NULL (XEP-0205). */
void stream_error_write(
	struct buf *out, enum stream_condition c, const char *text, const char *app);
