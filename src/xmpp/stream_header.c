/* SPDX-License-Identifier: MIT */
/*
 * Stream headers, ours and the peer's (RFC 6120 4.7, 4.8): what stands in one, what must, and that
 * a later one on TLS names the same two as the first. Whether a name is served is not for this
 * file.
 */
#include "base/mem.h"
#include "xml/writer.h"
#include "xmpp/stream_parts.h"

#include <stdlib.h>

void stream_header_forget(struct stream *s)
{
	free(s->peer.root);
	free(s->peer.from);
	free(s->peer.to);
	free(s->peer.id);
	free(s->peer.lang);
	free(s->peer.version);
	buf_fini(&s->peer.declared);
	memset(&s->peer, 0, sizeof(s->peer));
}

bool stream_peer_is_old(const struct stream *s)
{
	return s->peer.seen && s->peer.major == 0;
}

struct str stream_id(const struct stream *s)
{
	return str_of(s->id);
}

struct str stream_lang(const struct stream *s)
{
	return str_of(s->peer.lang);
}

struct str stream_declared(const struct stream *s)
{
	return buf_view(&s->peer.declared);
}

/* ---- ours ---- */

static void attribute_write(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(out, " %s='", name);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

void stream_header_write(struct stream *s, struct str from, struct str to)
{
	buf_put(s->out, STR("<?xml version='1.0'?><stream:stream xmlns='" NS_SERVER
			    "' xmlns:stream='" NS_STREAM "' xmlns:db='" NS_DIALBACK "'"));
	if (s->o.role == STREAM_RECEIVING) {
		random_id(s->id);
		attribute_write(s->out, "id", str_of(s->id));
	}
	attribute_write(s->out, "from", from);
	attribute_write(s->out, "to", to);
	/* RFC 6120 4.7.5: none towards a peer that sent none. */
	if (!stream_peer_is_old(s))
		attribute_write(s->out, "version", STR("1.0"));
	attribute_write(s->out, "xml:lang", STR("en"));
	buf_put_char(s->out, '>');
	s->tag_open = true;
}

void stream_open(struct stream *s, struct str from, struct str to)
{
	if (s->state != STATE_NEW)
		return;
	s->from = str_dup(from);
	s->to = str_dup(to);
	stream_enter(s, STATE_HEADER);
	stream_header_write(s, from, to);
}

void stream_answer(struct stream *s, struct str from, struct str to, unsigned offers)
{
	if (s->state != STATE_ANSWER)
		return;
	if (s->secure)
		offers &= ~(unsigned)(OFFER_STARTTLS | OFFER_STARTTLS_REQUIRED);
	if (!s->secure || s->authenticated)
		offers &= ~(unsigned)OFFER_EXTERNAL;
	s->offers = offers;
	stream_enter(s, STATE_OPEN);
	stream_header_write(s, from, to);
	if (!stream_peer_is_old(s))
		stream_features_write(s);
	if (s->authenticated)
		stream_established(s);
}

/* ---- the peer's ---- */

static char *copy(struct str s)
{
	return s.p ? str_dup(s) : NULL;
}

/* "1.0"; leading zeros do not count (RFC 6120 4.7.5). A number that is absurdly long stays large.
 */
static bool version_parse(const char *z, unsigned *major_out, unsigned *minor_out)
{
	unsigned *parts[] = { major_out, minor_out };

	for (unsigned i = 0; i < 2; i++) {
		unsigned n = 0;
		const char *start = z;

		for (; *z >= '0' && *z <= '9'; z++)
			n = n > 9999 ? n : n * 10 + (unsigned)(*z - '0');
		if (z == start || *z != (i == 0 ? '.' : '\0'))
			return false;
		*parts[i] = n;
		z++;
	}
	return true;
}

/* The content namespace is the default one, unless that is the one of streams (prefix-free style,
 * RFC 6120 4.8.2) or none is declared: then it stands on every element. */
static bool content_is_foreign(const struct xml_tag *tag)
{
	for (unsigned i = 0; i < tag->ndecls; i++) {
		struct str uri = tag->decls[i].ns->uri;

		if (tag->decls[i].prefix.n == 0)
			return !str_is(uri, NS_SERVER) && !str_is(uri, NS_STREAM);
	}
	return false;
}

static void keep_declared(struct stream *s, const struct xml_tag *tag)
{
	struct buf *out = &s->peer.declared;

	for (unsigned i = 0; i < tag->ndecls; i++) {
		struct str prefix = tag->decls[i].prefix;

		buf_printf(out, "%sxmlns%s%.*s='", buf_len(out) ? " " : "", prefix.n ? ":" : "",
			STR_ARG(prefix));
		xml_escape_value(out, tag->decls[i].ns->uri);
		buf_put_char(out, '\'');
	}
	attribute_write(out, "xml:lang", xml_tag_lang(tag));
}

static void on_root(void *self, const struct xml_tag *tag)
{
	struct stream *s = self;

	s->peer.root = mem_printf(
		"%.*s%s%.*s", STR_ARG(tag->prefix), tag->prefix.n ? ":" : "", STR_ARG(tag->local));
	s->peer.foreign = !str_is(tag->ns->uri, NS_STREAM) || content_is_foreign(tag);
	s->peer.wrong_root = !str_is(tag->local, "stream");
	s->peer.from = copy(xml_tag_value(tag, STR("from")));
	s->peer.to = copy(xml_tag_value(tag, STR("to")));
	s->peer.id = copy(xml_tag_value(tag, STR("id")));
	s->peer.version = copy(xml_tag_value(tag, STR("version")));
	s->peer.lang = copy(xml_tag_lang(tag));
	if (s->o.keep_declared)
		keep_declared(s, tag);
}

static bool has(const char *z)
{
	return z && *z;
}

static bool refuse(struct stream *s, enum stream_condition c, const char *text)
{
	stream_fail(s, c, text, NULL);
	return false;
}

/* Read first: whether our own header has a version depends on it, also when only an error follows.
 */
static bool version_is_known(struct stream *s)
{
	/* Without a version it is RFC 3920's predecessor (RFC 6120 4.7.5). */
	s->peer.minor = 9;
	if (!s->peer.version)
		return true;
	if (version_parse(s->peer.version, &s->peer.major, &s->peer.minor))
		return s->peer.major <= 1;
	s->peer.major = 1;
	return false;
}

static bool check_form(struct stream *s)
{
	bool known = version_is_known(s);

	if (s->peer.foreign)
		return refuse(s, STREAM_INVALID_NAMESPACE, NULL);
	if (s->peer.wrong_root)
		return refuse(s, STREAM_BAD_FORMAT, "the root element is not a stream");
	return known || refuse(s, STREAM_UNSUPPORTED_VERSION, NULL);
}

/* The names of an initiating peer (RFC 6120 4.7.1, 4.7.2). */
static bool check_names(struct stream *s)
{
	struct domain d;

	if (!has(s->peer.to))
		return refuse(s, STREAM_IMPROPER_ADDRESSING, "the header has no 'to'");
	if (!domain_parse(str_of(s->peer.to), &d))
		return refuse(s, STREAM_IMPROPER_ADDRESSING, "'to' is no domain");
	if (!has(s->peer.from))
		return !s->secure || s->peer.major == 0 ||
		       refuse(s, STREAM_IMPROPER_ADDRESSING, "the header has no 'from'");
	if (!domain_parse(str_of(s->peer.from), &d))
		return refuse(s, STREAM_IMPROPER_ADDRESSING, "'from' is no domain");
	return true;
}

/* Two names that may both be absent. A server may leave its own out of a response, and some do. */
static bool same(const struct stream *s, const char *was, const struct domain *now)
{
	if (was && now)
		return strcmp(was, now->s) == 0;
	return !was == !now || s->o.role == STREAM_INITIATING;
}

static const struct domain *parsed(const char *name, struct domain *room)
{
	return has(name) && domain_parse(str_of(name), room) ? room : NULL;
}

/* What the first header on TLS said holds for all later ones; those before TLS were but a hint. */
static bool check_identity(struct stream *s)
{
	struct domain rooms[2];
	const struct domain *from = parsed(s->peer.from, &rooms[0]);
	const struct domain *to = parsed(s->peer.to, &rooms[1]);

	if (!s->secure)
		return true;
	if (!s->identity.set) {
		s->identity.set = true;
		s->identity.from = from ? mem_strdup(from->s) : NULL;
		s->identity.to = to ? mem_strdup(to->s) : NULL;
		return true;
	}
	if (!same(s, s->identity.from, from) || !same(s, s->identity.to, to))
		return refuse(s, STREAM_IMPROPER_ADDRESSING,
			"'from' or 'to' differs from an earlier header");
	return true;
}

enum stream_event stream_header_read(struct stream *s, struct str piece)
{
	static const struct xml_sink sink = { .start = on_root };
	enum read_outcome o;

	stream_header_forget(s);
	o = xml_reader_header(s->reader, piece, sink, s);
	if (o != READ_OK) {
		stream_header_forget(s);
		stream_read_failed(s, o);
		return STREAM_WAIT;
	}
	s->peer.seen = true;
	if (s->state == STATE_CLOSING || !check_form(s))
		return STREAM_WAIT;
	if (s->o.role == STREAM_RECEIVING && !check_names(s))
		return STREAM_WAIT;
	if (!check_identity(s))
		return STREAM_WAIT;
	stream_enter(s, s->o.role == STREAM_RECEIVING ? STATE_ANSWER : STATE_FEATURES);
	return STREAM_HEADER;
}
