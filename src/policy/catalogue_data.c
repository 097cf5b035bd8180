/* SPDX-License-Identifier: MIT */
/*
 * The catalogue's rows: every namespace that a policy can speak of, with the feature it belongs to.
 * Sorted by namespace, so that a look-up needs no table built at start-up. Pubsub nodes that are
 * not namespaces themselves stand among them. Pure data.
 */
#include "policy/catalogue.h"

#define NAME(local, feature, flags)                \
	{                                          \
		STR_INIT(local),                   \
		{                                  \
			FEATURE_##feature, (flags) \
		}                                  \
	}
#define END                  \
	{                    \
		{ NULL, 0 }, \
		{            \
			0, 0 \
		}            \
	}
#define ROW(uri, feature, flags)                                    \
	{                                                           \
		STR_INIT(uri), { FEATURE_##feature, (flags) }, NULL \
	}
#define NAMES(uri, feature, names)                               \
	{                                                        \
		STR_INIT(uri), { FEATURE_##feature, 0 }, (names) \
	}

/* RFC 6121 5.2, 4.7.2; RFC 6120 8.3. */
static const struct catalogue_name core[] = {
	NAME("body", CORE, 0),
	NAME("thread", CORE, ROW_ATTACHED),
	NAME("subject", CORE, 0),
	NAME("show", CORE, 0),
	NAME("status", CORE, 0),
	NAME("priority", CORE, 0),
	NAME("error", CORE, 0),
	END,
};

/* A request accompanies a message, the receipt is one. */
static const struct catalogue_name receipts[] = {
	NAME("request", RECEIPTS, ROW_ATTACHED),
	END,
};

static const struct catalogue_name markers[] = {
	NAME("markable", MARKERS, ROW_ATTACHED),
	END,
};

static const struct catalogue_name carbons[] = {
	NAME("sent", CARBONS, ROW_PRIVATE),
	NAME("received", CARBONS, ROW_PRIVATE),
	NAME("private", CARBONS, ROW_ATTACHED),
	END,
};

/* A picture in a vCard is an avatar (XEP-0153), in a new one too (RFC 6351 5); so is whatever else
 * in it is data. A key in it is a key. */
static const struct catalogue_name vcard_temp[] = {
	NAME("PHOTO", AVATAR, 0),
	NAME("LOGO", AVATAR, 0),
	NAME("SOUND", AVATAR, 0),
	NAME("KEY", ENCRYPTED, 0),
	END,
};

static const struct catalogue_name vcard4[] = {
	NAME("photo", AVATAR, 0),
	NAME("logo", AVATAR, 0),
	NAME("sound", AVATAR, 0),
	NAME("key", ENCRYPTED, 0),
	END,
};

/* clang-format off */
const struct catalogue_row catalogue_rows[] = {
	ROW("eu.siacs.conversations.axolotl", ENCRYPTED, 0), /* XEP-0384 */
	ROW("eu.siacs.conversations.axolotl.bundles", ENCRYPTED, 0), /* XEP-0384, node */
	ROW("eu.siacs.conversations.axolotl.devicelist", ENCRYPTED, 0), /* XEP-0384, node */
	ROW("http://etherx.jabber.org/streams", STREAM, 0), /* RFC 6120 */
	ROW("http://isode.com/protocol/fmuc", MUC, 0), /* XEP-0289 */
	ROW("http://jabber.org/features/compress", STREAM, 0), /* XEP-0138 */
	ROW("http://jabber.org/protocol/activity", MOOD, 0), /* XEP-0108 */
	ROW("http://jabber.org/protocol/address", ADDRESSING, ROW_ATTACHED), /* XEP-0033 */
	ROW("http://jabber.org/protocol/amp", HEADERS, ROW_ATTACHED), /* XEP-0079 */
	ROW("http://jabber.org/protocol/bytestreams", FILE_TRANSFER, 0), /* XEP-0065 */
	ROW("http://jabber.org/protocol/bytestreams#udp", FILE_TRANSFER, 0), /* XEP-0065 */
	ROW("http://jabber.org/protocol/caps", CAPS, ROW_ATTACHED), /* XEP-0115 */
	ROW("http://jabber.org/protocol/chatstates", CHAT_STATES, ROW_ATTACHED), /* XEP-0085 */
	ROW("http://jabber.org/protocol/commands", COMMANDS, 0), /* XEP-0050 */
	ROW("http://jabber.org/protocol/compress", STREAM, 0), /* XEP-0138 */
	ROW("http://jabber.org/protocol/disco#info", DISCO, 0), /* XEP-0030 */
	ROW("http://jabber.org/protocol/disco#items", DISCO, 0), /* XEP-0030 */
	ROW("http://jabber.org/protocol/dtcp", FILE_TRANSFER, 0), /* XEP-0046 */
	ROW("http://jabber.org/protocol/feature-neg", CARRIER, ROW_CARRIER), /* XEP-0020 */
	ROW("http://jabber.org/protocol/files", FILE_TRANSFER, 0), /* XEP-0135 */
	ROW("http://jabber.org/protocol/geoloc", LOCATION, 0), /* XEP-0080 */
	ROW("http://jabber.org/protocol/http-auth", TUNNEL, 0), /* XEP-0070 */
	ROW("http://jabber.org/protocol/ibb", FILE_TRANSFER, 0), /* XEP-0047 */
	ROW("http://jabber.org/protocol/jinglenodes", VOIP, 0), /* XEP-0278 */
	ROW("http://jabber.org/protocol/mood", MOOD, 0), /* XEP-0107 */
	ROW("http://jabber.org/protocol/muc", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#admin", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#owner", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#register", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#request", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#roomconfig", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#roominfo", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#unique", MUC, 0), /* XEP-0045 */
	ROW("http://jabber.org/protocol/muc#user", MUC, ROW_FILLED), /* XEP-0045 */
	ROW("http://jabber.org/protocol/nick", NICK, ROW_ATTACHED), /* XEP-0172 */
	ROW("http://jabber.org/protocol/pubsub", PUBSUB, ROW_PUBSUB), /* XEP-0060 */
	ROW("http://jabber.org/protocol/pubsub#errors", PUBSUB, 0), /* XEP-0060 */
	ROW("http://jabber.org/protocol/pubsub#event", PUBSUB, ROW_PUBSUB), /* XEP-0060 */
	ROW("http://jabber.org/protocol/pubsub#owner", PUBSUB, ROW_PUBSUB), /* XEP-0060 */
	ROW("http://jabber.org/protocol/rosterx", ROSTER, 0), /* XEP-0144 */
	ROW("http://jabber.org/protocol/rsm", CARRIER, ROW_CARRIER | ROW_ATTACHED), /* XEP-0059 */
	ROW("http://jabber.org/protocol/shim", HEADERS, ROW_ATTACHED), /* XEP-0131 */
	ROW("http://jabber.org/protocol/si", FILE_TRANSFER, 0), /* XEP-0095 */
	ROW("http://jabber.org/protocol/si/profile/file-transfer", FILE_TRANSFER, 0), /* XEP-0096 */
	ROW("http://jabber.org/protocol/si/profile/fileshare", FILE_TRANSFER, 0), /* XEP-0214 */
	ROW("http://jabber.org/protocol/si/profile/tree-transfer", FILE_TRANSFER, 0), /* XEP-0105 */
	ROW("http://jabber.org/protocol/sipub", FILE_TRANSFER, 0), /* XEP-0137 */
	ROW("http://jabber.org/protocol/tune", MOOD, 0), /* XEP-0118 */
	ROW("http://jabber.org/protocol/url-data", FILE_TRANSFER, 0), /* XEP-0103 */
	ROW("http://jabber.org/protocol/xdata-layout", FORMS, 0), /* XEP-0141 */
	ROW("http://jabber.org/protocol/xdata-validate", FORMS, 0), /* XEP-0122 */
	ROW("http://jabber.org/protocol/xhtml-im", HTML, 0), /* XEP-0071 */
	ROW("http://jitsi.org/protocol/colibri", VOIP, 0), /* XEP-0340 */
	ROW("http://www.google.com/session", VOIP, 0), /* Google Talk */
	ROW("http://www.google.com/session/phone", VOIP, 0), /* Google Talk */
	ROW("http://www.google.com/session/share", FILE_TRANSFER, 0), /* Google Talk */
	ROW("http://www.google.com/session/video", VOIP, 0), /* Google Talk */
	ROW("http://www.google.com/transport/p2p", VOIP, 0), /* Google Talk */
	ROW("http://www.google.com/transport/raw-udp", VOIP, 0), /* Google Talk */
	ROW("http://www.google.com/xmpp/protocol/voice/v1", VOIP, 0), /* Google Talk */
	ROW("http://www.jabber.org/protocol/filexfer", FILE_TRANSFER, 0), /* XEP-0052 */
	ROW("http://www.w3.org/1999/xhtml", HTML, 0), /* XEP-0071 */
	ROW("http://www.w3.org/2000/09/xmldsig#", LABELS, ROW_ATTACHED), /* STANAG 4778 */
	ROW("http://www.xmpp.org/extensions/xep-0116.html#ns", ENCRYPTED, 0), /* XEP-0116 */
	ROW("http://www.xmpp.org/extensions/xep-0116.html#ns-init", ENCRYPTED, 0), /* XEP-0116 */
	ROW("http://www.xmpp.org/extensions/xep-0200.html#ns", ENCRYPTED, 0), /* XEP-0200 */
	NAMES("jabber:client", UNKNOWN, core), /* RFC 6121 */
	ROW("jabber:iq:last", LAST_ACTIVITY, 0), /* XEP-0012 */
	ROW("jabber:iq:oob", OOB, 0), /* XEP-0066 */
	ROW("jabber:iq:private", CARRIER, ROW_CARRIER), /* XEP-0049 */
	ROW("jabber:iq:register", REGISTER, 0), /* XEP-0077 */
	ROW("jabber:iq:roster", ROSTER, ROW_PRIVATE), /* RFC 6121 */
	ROW("jabber:iq:rpc", TUNNEL, 0), /* XEP-0009 */
	ROW("jabber:iq:version", VERSION, 0), /* XEP-0092 */
	NAMES("jabber:server", UNKNOWN, core), /* RFC 6120 */
	ROW("jabber:server:dialback", STREAM, 0), /* XEP-0220 */
	ROW("jabber:x:conference", MUC, 0), /* XEP-0249 */
	ROW("jabber:x:data", FORMS, 0), /* XEP-0004 */
	ROW("jabber:x:delay", DELAY, ROW_ATTACHED), /* XEP-0091 */
	ROW("jabber:x:encrypted", ENCRYPTED, 0), /* XEP-0027 */
	ROW("jabber:x:event", LEGACY_EVENTS, ROW_ATTACHED), /* XEP-0022 */
	ROW("jabber:x:oob", OOB, 0), /* XEP-0066 */
	ROW("jabber:x:signed", ENCRYPTED, ROW_ATTACHED), /* XEP-0027 */
	ROW("storage:bookmarks", MUC, 0), /* XEP-0048 */
	NAMES("urn:ietf:params:xml:ns:vcard-4.0", VCARD, vcard4), /* XEP-0292 */
	ROW("urn:ietf:params:xml:ns:xmpp-e2e", ENCRYPTED, 0), /* RFC 3923 */
	ROW("urn:ietf:params:xml:ns:xmpp-sasl", STREAM, 0), /* RFC 6120 */
	ROW("urn:ietf:params:xml:ns:xmpp-stanzas", STREAM, 0), /* RFC 6120 */
	ROW("urn:ietf:params:xml:ns:xmpp-streams", STREAM, 0), /* RFC 6120 */
	ROW("urn:ietf:params:xml:ns:xmpp-tls", STREAM, 0), /* RFC 6120 */
	ROW("urn:nato:stanag:4774:confidentialitymetadatalabel:1:0", LABELS, ROW_ATTACHED), /* ADatP-4774 */
	ROW("urn:nato:stanag:4778:bindinginformation:1:0", LABELS, ROW_ATTACHED), /* STANAG 4778 */
	ROW("urn:us:gov:ic:ism", LABELS, ROW_ATTACHED), /* IC-ISM */
	ROW("urn:xmpp:atm:1", ENCRYPTED, 0), /* XEP-0450 */
	ROW("urn:xmpp:attention:0", ATTENTION, 0), /* XEP-0224 */
	ROW("urn:xmpp:avatar:data", AVATAR, 0), /* XEP-0084 */
	ROW("urn:xmpp:avatar:metadata", AVATAR, 0), /* XEP-0084 */
	ROW("urn:xmpp:bidi", STREAM, 0), /* XEP-0288 */
	ROW("urn:xmpp:bob", BOB, 0), /* XEP-0231 */
	ROW("urn:xmpp:bookmarks:1", MUC, 0), /* XEP-0402 */
	ROW("urn:xmpp:call-invites:0", VOIP, 0), /* XEP-0482 */
	ROW("urn:xmpp:caps", CAPS, ROW_ATTACHED), /* XEP-0390 */
	NAMES("urn:xmpp:carbons:2", CARBONS, carbons), /* XEP-0280 */
	NAMES("urn:xmpp:chat-markers:0", MARKERS, markers), /* XEP-0333 */
	ROW("urn:xmpp:coin:1", VOIP, 0), /* XEP-0298 */
	ROW("urn:xmpp:delay", DELAY, ROW_ATTACHED), /* XEP-0203 */
	ROW("urn:xmpp:dmuc:0", MUC, 0), /* XEP-0281 */
	ROW("urn:xmpp:eme:0", ENCRYPTED, ROW_ATTACHED), /* XEP-0380 */
	ROW("urn:xmpp:errors", STREAM, 0), /* XEP-0205 */
	ROW("urn:xmpp:esfs:0", FILE_TRANSFER, 0), /* XEP-0448 */
	ROW("urn:xmpp:extdisco:1", VOIP, 0), /* XEP-0215 */
	ROW("urn:xmpp:extdisco:2", VOIP, 0), /* XEP-0215 */
	ROW("urn:xmpp:fallback:0", FALLBACK, ROW_ATTACHED | ROW_REFERS), /* XEP-0428 */
	ROW("urn:xmpp:fasten:0", FASTENING, ROW_CARRIER), /* XEP-0422 */
	ROW("urn:xmpp:features:bidi", STREAM, 0), /* XEP-0288 */
	ROW("urn:xmpp:features:dialback", STREAM, 0), /* XEP-0220 */
	ROW("urn:xmpp:file:metadata:0", FILE_TRANSFER, 0), /* XEP-0446 */
	ROW("urn:xmpp:fis:0", FILE_TRANSFER, 0), /* XEP-0329 */
	ROW("urn:xmpp:forward:0", FORWARD, 0), /* XEP-0297 */
	ROW("urn:xmpp:hashes:1", CARRIER, ROW_CARRIER | ROW_ATTACHED), /* XEP-0300 */
	ROW("urn:xmpp:hashes:2", CARRIER, ROW_CARRIER | ROW_ATTACHED), /* XEP-0300 */
	ROW("urn:xmpp:hats:0", MUC, ROW_ATTACHED), /* XEP-0317 */
	ROW("urn:xmpp:hints", HINTS, ROW_ATTACHED), /* XEP-0334 */
	ROW("urn:xmpp:http", TUNNEL, 0), /* XEP-0332 */
	ROW("urn:xmpp:http:upload", FILE_TRANSFER, 0), /* XEP-0363 */
	ROW("urn:xmpp:http:upload:0", FILE_TRANSFER, 0), /* XEP-0363 */
	ROW("urn:xmpp:http:upload:purpose:0", FILE_TRANSFER, 0), /* XEP-0363 */
	ROW("urn:xmpp:idle:1", IDLE, ROW_ATTACHED), /* XEP-0319 */
	ROW("urn:xmpp:jingle-message:0", VOIP, ROW_SESSION | ROW_SILENT), /* XEP-0353 */
	ROW("urn:xmpp:jingle:1", CARRIER, ROW_CARRIER | ROW_SESSION), /* XEP-0166 */
	ROW("urn:xmpp:jingle:apps:dtls:0", VOIP, 0), /* XEP-0320 */
	ROW("urn:xmpp:jingle:apps:file-transfer:3", FILE_TRANSFER, 0), /* XEP-0234 */
	ROW("urn:xmpp:jingle:apps:file-transfer:4", FILE_TRANSFER, 0), /* XEP-0234 */
	ROW("urn:xmpp:jingle:apps:file-transfer:5", FILE_TRANSFER, 0), /* XEP-0234 */
	ROW("urn:xmpp:jingle:apps:grouping:0", VOIP, 0), /* XEP-0338 */
	ROW("urn:xmpp:jingle:apps:rtp:1", VOIP, 0), /* XEP-0167 */
	ROW("urn:xmpp:jingle:apps:rtp:audio", VOIP, 0), /* XEP-0167, in disco */
	ROW("urn:xmpp:jingle:apps:rtp:errors:1", VOIP, 0), /* XEP-0167 */
	ROW("urn:xmpp:jingle:apps:rtp:info:1", VOIP, 0), /* XEP-0167 */
	ROW("urn:xmpp:jingle:apps:rtp:rtcp-fb:0", VOIP, 0), /* XEP-0293 */
	ROW("urn:xmpp:jingle:apps:rtp:rtp-hdrext:0", VOIP, 0), /* XEP-0294 */
	ROW("urn:xmpp:jingle:apps:rtp:ssma:0", VOIP, 0), /* XEP-0339 */
	ROW("urn:xmpp:jingle:apps:rtp:video", VOIP, 0), /* XEP-0167, in disco */
	ROW("urn:xmpp:jingle:apps:rtp:zrtp:1", VOIP, 0), /* XEP-0262 */
	ROW("urn:xmpp:jingle:apps:rtt-sync:0", VOIP, 0), /* XEP-0517 */
	ROW("urn:xmpp:jingle:dtmf:0", VOIP, 0), /* XEP-0181 */
	ROW("urn:xmpp:jingle:errors:1", CARRIER, ROW_CARRIER), /* XEP-0166 */
	ROW("urn:xmpp:jingle:jet-omemo:0", FILE_TRANSFER, 0), /* XEP-0396 */
	ROW("urn:xmpp:jingle:jet:0", FILE_TRANSFER, 0), /* XEP-0391 */
	ROW("urn:xmpp:jingle:muji:0", VOIP, 0), /* XEP-0272 */
	ROW("urn:xmpp:jingle:transfer:0", VOIP, 0), /* XEP-0251 */
	ROW("urn:xmpp:jingle:transports:dtls-sctp:1", VOIP, 0), /* XEP-0343 */
	ROW("urn:xmpp:jingle:transports:http:0", FILE_TRANSFER, 0), /* XEP-0370 */
	ROW("urn:xmpp:jingle:transports:http:upload:0", FILE_TRANSFER, 0), /* XEP-0370 */
	ROW("urn:xmpp:jingle:transports:ibb:1", FILE_TRANSFER, 0), /* XEP-0261 */
	ROW("urn:xmpp:jingle:transports:ice-udp:1", VOIP, 0), /* XEP-0176 */
	ROW("urn:xmpp:jingle:transports:ice:0", VOIP, 0), /* XEP-0371 */
	ROW("urn:xmpp:jingle:transports:raw-udp:1", VOIP, 0), /* XEP-0177 */
	ROW("urn:xmpp:jingle:transports:s5b:1", FILE_TRANSFER, 0), /* XEP-0260 */
	ROW("urn:xmpp:jingle:transports:webrtc-datachannel:0", VOIP, 0), /* XEP-0343 */
	ROW("urn:xmpp:jinglepub:1", FILE_TRANSFER, 0), /* XEP-0358 */
	ROW("urn:xmpp:json-msg:0", TUNNEL, 0), /* XEP-0432 */
	ROW("urn:xmpp:mam:1", ARCHIVE, 0), /* XEP-0313 */
	ROW("urn:xmpp:mam:2", ARCHIVE, 0), /* XEP-0313 */
	ROW("urn:xmpp:markup:0", MARKUP, ROW_ATTACHED), /* XEP-0394 */
	ROW("urn:xmpp:media-element", XDATA_MEDIA, 0), /* XEP-0221 */
	ROW("urn:xmpp:message-attaching:1", FASTENING, ROW_ATTACHED), /* XEP-0367 */
	ROW("urn:xmpp:message-correct:0", CORRECTION, ROW_ATTACHED), /* XEP-0308 */
	ROW("urn:xmpp:message-moderate:1", MUC, 0), /* XEP-0425 */
	ROW("urn:xmpp:message-retract:0", RETRACTION, 0), /* XEP-0424 */
	ROW("urn:xmpp:message-retract:1", RETRACTION, 0), /* XEP-0424 */
	ROW("urn:xmpp:mix:admin:0", MIX, 0), /* XEP-0406 */
	ROW("urn:xmpp:mix:anon:0", MIX, 0), /* XEP-0404 */
	ROW("urn:xmpp:mix:core:1", MIX, ROW_ATTACHED), /* XEP-0369 */
	ROW("urn:xmpp:mix:misc:0", MIX, 0), /* XEP-0407 */
	ROW("urn:xmpp:mix:pam:2", MIX, 0), /* XEP-0405 */
	ROW("urn:xmpp:mix:presence:0", MIX, 0), /* XEP-0403 */
	ROW("urn:xmpp:mix:roster:0", MIX, 0), /* XEP-0405 */
	ROW("urn:xmpp:mux:0", STREAM, 0), /* multiplexing */
	ROW("urn:xmpp:occupant-id:0", MUC, ROW_ATTACHED), /* XEP-0421 */
	ROW("urn:xmpp:omemo:1", ENCRYPTED, 0), /* XEP-0384 */
	ROW("urn:xmpp:omemo:1:bundles", ENCRYPTED, 0), /* XEP-0384, node */
	ROW("urn:xmpp:omemo:1:devices", ENCRYPTED, 0), /* XEP-0384, node */
	ROW("urn:xmpp:omemo:2", ENCRYPTED, 0), /* XEP-0384 */
	ROW("urn:xmpp:omemo:2:bundles", ENCRYPTED, 0), /* XEP-0384, node */
	ROW("urn:xmpp:omemo:2:devices", ENCRYPTED, 0), /* XEP-0384, node */
	ROW("urn:xmpp:openpgp:0", ENCRYPTED, 0), /* XEP-0373 */
	ROW("urn:xmpp:openpgp:0:public-keys", ENCRYPTED, 0), /* XEP-0373, node */
	ROW("urn:xmpp:openpgp:0:secret-key", ENCRYPTED, 0), /* XEP-0373, node */
	ROW("urn:xmpp:otr:0", ENCRYPTED, 0), /* XEP-0364 */
	ROW("urn:xmpp:ping", PING, 0), /* XEP-0199 */
	ROW("urn:xmpp:push:0", PUSH, 0), /* XEP-0357 */
	ROW("urn:xmpp:rayo:1", VOIP, 0), /* XEP-0327 */
	ROW("urn:xmpp:reactions:0", REACTIONS, 0), /* XEP-0444 */
	NAMES("urn:xmpp:receipts", RECEIPTS, receipts), /* XEP-0184 */
	ROW("urn:xmpp:reference:0", CARRIER, ROW_CARRIER), /* XEP-0372 */
	ROW("urn:xmpp:reply:0", REPLIES, ROW_ATTACHED), /* XEP-0461 */
	ROW("urn:xmpp:rtt:0", RTT, 0), /* XEP-0301 */
	ROW("urn:xmpp:sasl-cb:0", STREAM, 0), /* XEP-0440 */
	ROW("urn:xmpp:sasl:2", STREAM, 0), /* XEP-0388 */
	ROW("urn:xmpp:sce:1", ENCRYPTED, 0), /* XEP-0420 */
	ROW("urn:xmpp:sec-label:0", LABELS, ROW_ATTACHED), /* XEP-0258 */
	ROW("urn:xmpp:sec-label:catalog:2", LABELS, 0), /* XEP-0258 */
	ROW("urn:xmpp:sec-label:ess:0", LABELS, ROW_ATTACHED), /* XEP-0258 */
	ROW("urn:xmpp:sec-label:pubsub:0", LABELS, 0), /* XEP-0314 */
	ROW("urn:xmpp:sec-label:pubsub:errors:0", LABELS, 0), /* XEP-0314 */
	ROW("urn:xmpp:sfs:0", FILE_TRANSFER, 0), /* XEP-0447 */
	ROW("urn:xmpp:sid:0", IDS, ROW_ATTACHED), /* XEP-0359 */
	ROW("urn:xmpp:sims:1", FILE_TRANSFER, 0), /* XEP-0385 */
	ROW("urn:xmpp:sm:2", STREAM, 0), /* XEP-0198 */
	ROW("urn:xmpp:sm:3", STREAM, 0), /* XEP-0198 */
	ROW("urn:xmpp:stickers:0", FILE_TRANSFER, 0), /* XEP-0449 */
	ROW("urn:xmpp:stream-limits:0", STREAM, 0), /* XEP-0478 */
	ROW("urn:xmpp:styling:0", MARKUP, ROW_ATTACHED), /* XEP-0393 */
	ROW("urn:xmpp:thumbs:0", FILE_TRANSFER, 0), /* XEP-0264 */
	ROW("urn:xmpp:thumbs:1", FILE_TRANSFER, 0), /* XEP-0264 */
	ROW("urn:xmpp:time", TIME, 0), /* XEP-0202 */
	ROW("urn:xmpp:tm:1", ENCRYPTED, 0), /* XEP-0434 */
	ROW("urn:xmpp:tmp:dmuc:0", MUC, 0), /* XEP-0282 */
	ROW("urn:xmpp:tmp:roster-management:0", ROSTER, 0), /* XEP-0321 */
	ROW("urn:xmpp:vcard4", VCARD, 0), /* XEP-0292, node */
	NAMES("vcard-temp", VCARD, vcard_temp), /* XEP-0054 */
	ROW("vcard-temp:x:update", AVATAR, ROW_ATTACHED), /* XEP-0153 */
};
/* clang-format on */

const unsigned catalogue_rows_count = sizeof(catalogue_rows) / sizeof(catalogue_rows[0]);
