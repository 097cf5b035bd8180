/* SPDX-License-Identifier: MIT */
/* The catalogue's data is in order, and finds what stanzas are made of. */
#include "unit.h"

#include "policy/catalogue.h"

#include <stdio.h>

static enum feature find(const char *ns, const char *local)
{
	return catalogue_feature(catalogue_mark(str_of(ns)), str_of(local));
}

static unsigned flags(const char *ns, const char *local)
{
	return catalogue_find(catalogue_mark(str_of(ns)), str_of(local)).flags;
}

static void rows_are_sorted_and_unique(void **unused)
{
	(void)unused;
	assert_true(catalogue_rows_count > 190);
	for (unsigned i = 1; i < catalogue_rows_count; i++)
		assert_true(strcmp(catalogue_rows[i - 1].uri.p, catalogue_rows[i].uri.p) < 0);
}

static void every_row_is_found_by_its_name(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < catalogue_rows_count; i++) {
		struct str uri = catalogue_rows[i].uri;
		struct str longer = { uri.p, uri.n - 1 };
		uint32_t mark = catalogue_mark(uri);

		assert_int_equal(mark & ~CATALOGUE_CONTENT, i + 1);
		if (longer.n > 0 && catalogue_mark(longer) != 0)
			assert_true((catalogue_mark(longer) & ~CATALOGUE_CONTENT) - 1 < i);
	}
}

static void namespaces_have_their_feature(void **unused)
{
	static const struct {
		const char *ns, *local;
		enum feature feature;
	} cases[] = {
		{ "http://jabber.org/protocol/ibb", "data", FEATURE_FILE_TRANSFER },
		{ "urn:xmpp:jingle:apps:file-transfer:4", "description", FEATURE_FILE_TRANSFER },
		{ "urn:xmpp:http:upload:0", "request", FEATURE_FILE_TRANSFER },
		{ "jabber:x:oob", "x", FEATURE_OOB },
		{ "jabber:iq:oob", "query", FEATURE_OOB },
		{ "urn:xmpp:bob", "data", FEATURE_BOB },
		{ "urn:xmpp:jingle:1", "jingle", FEATURE_CARRIER },
		{ "urn:xmpp:reference:0", "reference", FEATURE_CARRIER },
		{ "urn:xmpp:jingle:apps:rtp:1", "description", FEATURE_VOIP },
		{ "urn:xmpp:jingle-message:0", "propose", FEATURE_VOIP },
		{ "http://jabber.org/protocol/muc", "x", FEATURE_MUC },
		{ "http://jabber.org/protocol/muc#user", "x", FEATURE_MUC },
		{ "jabber:x:conference", "x", FEATURE_MUC },
		{ "urn:xmpp:mix:core:1", "mix", FEATURE_MIX },
		{ "eu.siacs.conversations.axolotl", "encrypted", FEATURE_ENCRYPTED },
		{ "urn:xmpp:omemo:2", "encrypted", FEATURE_ENCRYPTED },
		{ "jabber:x:signed", "x", FEATURE_ENCRYPTED },
		{ "http://jabber.org/protocol/chatstates", "composing", FEATURE_CHAT_STATES },
		{ "http://jabber.org/protocol/xhtml-im", "html", FEATURE_HTML },
		{ "http://www.w3.org/1999/xhtml", "body", FEATURE_HTML },
		{ "urn:xmpp:receipts", "request", FEATURE_RECEIPTS },
		{ "urn:xmpp:receipts", "received", FEATURE_RECEIPTS },
		{ "http://jabber.org/protocol/caps", "c", FEATURE_CAPS },
		{ "urn:xmpp:caps", "c", FEATURE_CAPS },
		{ "vcard-temp:x:update", "x", FEATURE_AVATAR },
		{ "vcard-temp", "vCard", FEATURE_VCARD },
		{ "vcard-temp", "PHOTO", FEATURE_AVATAR },
		{ "urn:ietf:params:xml:ns:vcard-4.0", "vcard", FEATURE_VCARD },
		{ "urn:ietf:params:xml:ns:vcard-4.0", "photo", FEATURE_AVATAR },
		{ "urn:xmpp:sec-label:0", "securitylabel", FEATURE_LABELS },
		{ "jabber:server:dialback", "result", FEATURE_STREAM },
		{ "jabber:server", "body", FEATURE_CORE },
		{ "jabber:client", "show", FEATURE_CORE },
		{ "jabber:server", "boddy", FEATURE_UNKNOWN },
		{ "urn:example:x", "x", FEATURE_UNKNOWN },
		{ "", "body", FEATURE_UNKNOWN },
		{ "jabber:x:dat", "x", FEATURE_UNKNOWN },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(find(cases[i].ns, cases[i].local), cases[i].feature);
}

static void what_accompanies_a_message_is_marked(void **unused)
{
	(void)unused;
	assert_int_equal(flags("urn:xmpp:receipts", "request"), ROW_ATTACHED);
	assert_int_equal(flags("urn:xmpp:receipts", "received"), 0);
	assert_int_equal(flags("urn:xmpp:chat-markers:0", "markable"), ROW_ATTACHED);
	assert_int_equal(flags("urn:xmpp:chat-markers:0", "displayed"), 0);
	assert_int_equal(flags("urn:xmpp:eme:0", "encryption"), ROW_ATTACHED);
	assert_int_equal(flags("urn:xmpp:omemo:2", "encrypted"), 0);
	assert_int_equal(flags("urn:xmpp:carbons:2", "sent"), ROW_PRIVATE);
	assert_int_equal(flags("urn:xmpp:carbons:2", "enable"), 0);
	assert_int_equal(flags("urn:example:x", "x"), 0);
}

static void content_namespaces_carry_a_mark_of_their_own(void **unused)
{
	(void)unused;
	assert_true(catalogue_mark(STR("jabber:server")) & CATALOGUE_CONTENT);
	assert_true(catalogue_mark(STR("jabber:client")) & CATALOGUE_CONTENT);
	assert_false(catalogue_mark(STR("jabber:x:data")) & CATALOGUE_CONTENT);
}

static void nodes_are_found_with_and_without_an_id(void **unused)
{
	static const struct {
		const char *node;
		enum feature feature;
	} cases[] = {
		{ "http://jabber.org/protocol/mood", FEATURE_MOOD },
		{ "urn:xmpp:avatar:metadata", FEATURE_AVATAR },
		{ "urn:xmpp:vcard4", FEATURE_VCARD },
		{ "storage:bookmarks", FEATURE_MUC },
		{ "eu.siacs.conversations.axolotl.devicelist", FEATURE_ENCRYPTED },
		{ "eu.siacs.conversations.axolotl.bundles:123", FEATURE_ENCRYPTED },
		{ "urn:xmpp:omemo:2:bundles", FEATURE_ENCRYPTED },
		{ "urn:xmpp:openpgp:0:public-keys", FEATURE_ENCRYPTED },
		{ "urn:xmpp:openpgp:0:public-keys:ABCD", FEATURE_ENCRYPTED },
		{ "princely_musings", FEATURE_UNKNOWN },
		{ ":", FEATURE_UNKNOWN },
		{ "", FEATURE_UNKNOWN },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(catalogue_node(str_of(cases[i].node)), cases[i].feature);
}

static void features_have_names_that_parse(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < FEATURE_COUNT; i++) {
		enum feature f;

		assert_true(feature_parse(feature_name((enum feature)i), &f));
		assert_int_equal(f, i);
	}
	{
		enum feature f;

		assert_false(feature_parse("chatstates", &f));
		assert_false(feature_parse("", &f));
	}
}

static void file_transfer_has_parts(void **unused)
{
	struct feature_set s = feature_parts(FEATURE_FILE_TRANSFER);

	(void)unused;
	assert_true(feature_set_has(&s, FEATURE_FILE_TRANSFER));
	assert_true(feature_set_has(&s, FEATURE_OOB));
	assert_true(feature_set_has(&s, FEATURE_BOB));
	assert_false(feature_set_has(&s, FEATURE_VOIP));
	s = feature_parts(FEATURE_OOB);
	assert_false(feature_set_has(&s, FEATURE_FILE_TRANSFER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_unique),
		cmocka_unit_test(every_row_is_found_by_its_name),
		cmocka_unit_test(namespaces_have_their_feature),
		cmocka_unit_test(what_accompanies_a_message_is_marked),
		cmocka_unit_test(content_namespaces_carry_a_mark_of_their_own),
		cmocka_unit_test(nodes_are_found_with_and_without_an_id),
		cmocka_unit_test(features_have_names_that_parse),
		cmocka_unit_test(file_transfer_has_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
