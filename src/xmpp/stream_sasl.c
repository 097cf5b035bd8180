/* SPDX-License-Identifier: MIT */
/*
 * SASL EXTERNAL (RFC 6120 6, RFC 4422 appendix A, XEP-0178), both roles: the exchange and what is
 * wrong in it. Whether a certificate proves a name is the owner's to say.
 */
#include "base/digest.h"
#include "base/mem.h"
#include "xml/writer.h"
#include "xmpp/stream_parts.h"

/* RFC 6120 6.4.5 wants two to five. */
enum { AUTH_FAILURES_MAX = 3 };

/* ---- receiving ---- */

static void failure_write(struct stream *s, const char *condition, const char *text)
{
	buf_printf(s->out, "<failure xmlns='" NS_SASL "'><%s/>", condition);
	if (text) {
		buf_put(s->out, STR("<text xml:lang='en'>"));
		xml_escape_text(s->out, str_of(text));
		buf_put(s->out, STR("</text>"));
	}
	buf_put(s->out, STR("</failure>"));
}

/* The stream goes on: the peer may try again, or dialback. */
static enum stream_event fail_auth(struct stream *s, const char *condition)
{
	s->auth_failures++;
	failure_write(s, condition, NULL);
	stream_enter(s, STATE_OPEN);
	return STREAM_WAIT;
}

/* An initial or a later response: base64, or '=' for one that is empty. */
static enum stream_event take_response(struct stream *s, const char *text)
{
	struct str in = str_of(strcmp(text, "=") == 0 ? "" : text);
	size_t n = 0;

	buf_clear(&s->authzid);
	if (!digest_base64_decode(in, buf_reserve(&s->authzid, in.n + 1), &n))
		return fail_auth(s, "incorrect-encoding");
	buf_commit(&s->authzid, n);
	s->info.peer.authzid = buf_view(&s->authzid);
	stream_enter(s, STATE_AUTH);
	return STREAM_AUTH;
}

static const char *auth_fault(const struct stream *s, const struct xml_element *e)
{
	const char *mechanism = xml_element_attr(e, "mechanism");

	if (!s->secure)
		return "encryption-required";
	if (!mechanism || e->child)
		return "malformed-request";
	if (strcmp(mechanism, "EXTERNAL") != 0 || !(s->offers & OFFER_EXTERNAL))
		return "invalid-mechanism";
	return NULL;
}

enum stream_event stream_on_auth(struct stream *s, const struct xml_element *e)
{
	const char *fault = auth_fault(s, e);

	if (s->auth_failures >= AUTH_FAILURES_MAX) {
		stream_fail(s, STREAM_POLICY_VIOLATION, "too many attempts to authenticate", NULL);
		return STREAM_WAIT;
	}
	if (fault)
		return fail_auth(s, fault);
	if (*e->text)
		return take_response(s, e->text);
	/* No initial response: it is asked for (RFC 6120 6.4.2, RFC 4422 3). */
	buf_put(s->out, STR("<challenge xmlns='" NS_SASL "'/>"));
	stream_enter(s, STATE_CHALLENGE);
	return STREAM_WAIT;
}

enum stream_event stream_on_response(struct stream *s, const struct xml_element *e)
{
	if (s->state != STATE_CHALLENGE || e->child)
		return fail_auth(s, "malformed-request");
	return take_response(s, e->text);
}

enum stream_event stream_on_abort(struct stream *s, const struct xml_element *e)
{
	(void)e;
	return fail_auth(s, "aborted");
}

void stream_auth_result(
	struct stream *s, bool success, const char *sasl_condition, const char *text)
{
	if (s->state != STATE_AUTH)
		return;
	if (!success) {
		s->auth_failures++;
		failure_write(s, sasl_condition, text);
		stream_enter(s, STATE_OPEN);
		return;
	}
	buf_put(s->out, STR("<success xmlns='" NS_SASL "'/>"));
	s->authenticated = true;
	stream_restart(s);
}

/* ---- initiating ---- */

static void authzid_write(struct stream *s)
{
	struct str name = str_of(s->from);
	MEM_AUTO char *text = mem_alloc(4 * ((name.n + 2) / 3) + 1);

	digest_base64_encode(name, text);
	buf_put(s->out, str_of(text));
}

bool stream_auth_external(struct stream *s)
{
	if (s->o.role != STREAM_INITIATING || s->state != STATE_OPEN || !s->secure ||
		s->authenticated)
		return false;
	buf_put(s->out, STR("<auth xmlns='" NS_SASL "' mechanism='EXTERNAL'>"));
	authzid_write(s);
	buf_put(s->out, STR("</auth>"));
	s->challenged = false;
	stream_enter(s, STATE_SASL);
	return true;
}

/* EXTERNAL has one message. A server that asks for it although it came gets it again, once. */
enum stream_event stream_on_challenge(struct stream *s, const struct xml_element *e)
{
	(void)e;
	if (s->challenged) {
		buf_put(s->out, STR("<abort xmlns='" NS_SASL "'/>"));
		return STREAM_WAIT;
	}
	s->challenged = true;
	buf_put(s->out, STR("<response xmlns='" NS_SASL "'>"));
	authzid_write(s);
	buf_put(s->out, STR("</response>"));
	return STREAM_WAIT;
}

enum stream_event stream_on_success(struct stream *s, const struct xml_element *e)
{
	(void)e;
	s->authenticated = true;
	stream_restart(s);
	stream_header_write(s, str_of(s->from), str_of(s->to));
	return STREAM_WAIT;
}

enum stream_event stream_on_sasl_failure(struct stream *s, const struct xml_element *e)
{
	const struct xml_element *text = xml_element_child(e, NS_SASL, "text");

	s->info.peer.text = STR("not-authorized"); /* when it does not say why */
	for (const struct xml_element *c = e->child; c; c = c->next) {
		if (c != text) {
			s->info.peer.text = str_of(c->name);
			break;
		}
	}
	if (text)
		s->info.fail.text = str_of(text->text);
	stream_enter(s, STATE_OPEN);
	return STREAM_AUTH_FAILED;
}
