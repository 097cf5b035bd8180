/* SPDX-License-Identifier: MIT */
/*
 * <stream:features/>: what we offer, and what a server offers us (RFC 6120 4.3, XEP-0170). Reads
 * and writes; what to do about an offer is the owner's choice.
 */
#include "xmpp/stream_parts.h"

#define NS_DIALBACK_FEATURE "urn:xmpp:features:dialback"

void stream_features_write(struct stream *s)
{
	if (s->offers == 0) {
		buf_put(s->out, STR("<stream:features/>"));
		return;
	}
	buf_put(s->out, STR("<stream:features>"));
	if (s->offers & OFFER_STARTTLS_REQUIRED)
		buf_put(s->out, STR("<starttls xmlns='" NS_TLS "'><required/></starttls>"));
	else if (s->offers & OFFER_STARTTLS)
		buf_put(s->out, STR("<starttls xmlns='" NS_TLS "'/>"));
	if (s->offers & OFFER_EXTERNAL)
		buf_put(s->out, STR("<mechanisms xmlns='" NS_SASL
				    "'><mechanism>EXTERNAL</mechanism></mechanisms>"));
	if (s->offers & OFFER_DIALBACK)
		buf_put(s->out,
			STR("<dialback xmlns='" NS_DIALBACK_FEATURE "'><errors/></dialback>"));
	buf_put(s->out, STR("</stream:features>"));
}

static bool offers_external(const struct xml_element *mechanisms)
{
	for (const struct xml_element *m = mechanisms->child; m; m = m->next)
		if (xml_element_is(m, NS_SASL, "mechanism") && strcmp(m->text, "EXTERNAL") == 0)
			return true;
	return false;
}

static void read_feature(struct stream *s, const struct xml_element *f)
{
	bool required = xml_element_child(f, NULL, "required") != NULL;

	if (xml_element_is(f, NS_TLS, "starttls")) {
		/* RFC 6120 5.4.2: it means nothing once TLS is there. */
		s->info.offer.starttls = !s->secure;
		s->info.offer.starttls_required = !s->secure && required;
	} else if (xml_element_is(f, NS_SASL, "mechanisms")) {
		s->info.offer.external = offers_external(f);
	} else if (xml_element_is(f, NS_DIALBACK_FEATURE, "dialback")) {
		s->info.offer.dialback = true;
		s->info.offer.dialback_errors =
			xml_element_child(f, NS_DIALBACK_FEATURE, "errors") != NULL;
	} else if (required) {
		s->info.offer.unsupported_required = true;
	}
}

/* The features are in, whichever they are. */
static enum stream_event complete(struct stream *s)
{
	stream_enter(s, STATE_OPEN);
	if (!s->authenticated)
		return STREAM_FEATURES;
	stream_established(s);
	return STREAM_READY;
}

enum stream_event stream_on_features(struct stream *s, const struct xml_element *e)
{
	for (const struct xml_element *f = e->child; f; f = f->next)
		read_feature(s, f);
	if (!s->authenticated &&
		(s->info.offer.starttls || s->info.offer.external || s->info.offer.dialback))
		s->info.offer.unsupported_required = false;
	return complete(s);
}

/* A server older than 1.0 sends none (RFC 6120 4.7.5). */
enum stream_event stream_features_old(struct stream *s)
{
	s->info.offer.version0 = true;
	return complete(s);
}
