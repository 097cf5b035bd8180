/* SPDX-License-Identifier: MIT */
/* Stanza heads read from tags, who may be answered with an error, and how that answer reads. */
#include "unit.h"

#include "xmpp/stanza.h"

static const struct xml_ns server = { STR_INIT("jabber:server"), 0 };
static const struct xml_ns client = { STR_INIT("jabber:client"), 0 };
static const struct xml_ns none = { { NULL, 0 }, 0 };

/* A tag with up to four attributes; NULL leaves one out. */
struct tag {
	struct xml_attr attrs[5];
	struct xml_ns xml;
	struct xml_tag tag;
};

static void add(struct tag *t, const char *name, const char *value)
{
	if (!value)
		return;
	t->attrs[t->tag.nattrs++] =
		(struct xml_attr){ .local = str_of(name), .ns = &none, .value = str_of(value) };
}

static const struct xml_tag *tag(struct tag *t, const struct xml_ns *ns, const char *local,
	const char *from, const char *to, const char *id, const char *type)
{
	memset(t, 0, sizeof(*t));
	t->tag = (struct xml_tag){ .local = str_of(local), .ns = ns, .attrs = t->attrs };
	add(t, "from", from);
	add(t, "to", to);
	add(t, "id", id);
	add(t, "type", type);
	return &t->tag;
}

static void a_head_holds_what_the_tag_says(void **unused)
{
	struct stanza_head h;
	struct tag t;

	(void)unused;
	tag(&t, &server, "message", "alice@a.example/home", "room@muc.b.example", "1", "groupchat");
	t.xml.uri = XML_NS_XML;
	t.attrs[t.tag.nattrs++] = (struct xml_attr){
		.prefix = STR("xml"), .local = STR("lang"), .ns = &t.xml, .value = STR("de")
	};
	assert_int_equal(stanza_head_read(&t.tag, &h), STANZA_OK);
	assert_int_equal(h.kind, STANZA_MESSAGE);
	assert_int_equal(h.type, TYPE_GROUPCHAT);
	assert_str(h.from, "alice@a.example/home");
	assert_str(h.to, "room@muc.b.example");
	assert_str(h.from_domain, "a.example");
	assert_str(h.to_domain, "muc.b.example");
	assert_str(h.id, "1");
	assert_str(h.lang, "de");
}

static void what_is_absent_is_null(void **unused)
{
	struct stanza_head h;
	struct tag t;

	(void)unused;
	assert_int_equal(
		stanza_head_read(
			tag(&t, &server, "presence", "a.example", "b.example", NULL, NULL), &h),
		STANZA_OK);
	assert_int_equal(h.type, TYPE_NONE);
	assert_null(h.id.p);
	assert_null(h.lang.p);
}

/* An attribute in a namespace is not the one that addresses the stanza. */
static void a_prefixed_attribute_is_another_one(void **unused)
{
	struct stanza_head h;
	struct tag t;

	(void)unused;
	tag(&t, &server, "message", NULL, "b.example", NULL, NULL);
	t.attrs[t.tag.nattrs++] = (struct xml_attr){
		.prefix = STR("x"), .local = STR("from"), .ns = &client, .value = STR("a.example")
	};
	assert_int_equal(stanza_head_read(&t.tag, &h), STANZA_ADDRESSING);
}

static void every_check_has_its_outcome(void **unused)
{
	static const char *const a = "a.example", *const b = "b.example";
	const struct {
		const struct xml_ns *ns;
		const char *local, *from, *to, *id, *type;
		enum stanza_check want;
	} rows[] = {
		{ &server, "message", a, b, NULL, NULL, STANZA_OK },
		{ &server, "message", a, b, NULL, "no-such-type", STANZA_OK },
		{ &server, "message", a, b, NULL, "get", STANZA_OK },
		{ &server, "presence", a, b, NULL, "subscribe", STANZA_OK },
		{ &server, "presence", a, b, NULL, "error", STANZA_OK },
		{ &server, "presence", a, b, NULL, "available", STANZA_BAD_REQUEST },
		{ &server, "presence", a, b, NULL, "", STANZA_BAD_REQUEST },
		{ &server, "presence", a, b, NULL, "chat", STANZA_BAD_REQUEST },
		{ &server, "iq", a, b, "1", "get", STANZA_OK },
		{ &server, "iq", a, b, "1", "set", STANZA_OK },
		{ &server, "iq", a, b, "1", "result", STANZA_OK },
		{ &server, "iq", a, b, "1", "error", STANZA_OK },
		{ &server, "iq", a, b, "", "get", STANZA_OK },
		{ &server, "iq", a, b, NULL, "get", STANZA_BAD_REQUEST },
		{ &server, "iq", a, b, "1", NULL, STANZA_BAD_REQUEST },
		{ &server, "iq", a, b, "1", "chat", STANZA_BAD_REQUEST },
		{ &server, "iq", a, b, "1", "unknown", STANZA_BAD_REQUEST },
		{ &server, "message", NULL, b, NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", a, NULL, NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", "", b, NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", a, "", NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", "@a.example", b, NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", a, "bob@", NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", a, "bob@b.example/", NULL, NULL, STANZA_ADDRESSING },
		{ &server, "message", a, "b ob@b.example", NULL, NULL, STANZA_ADDRESSING },
		{ &server, "iq", NULL, b, NULL, NULL, STANZA_ADDRESSING },
		{ &client, "message", a, b, NULL, NULL, STANZA_NOT_A_STANZA },
		{ &none, "message", a, b, NULL, NULL, STANZA_NOT_A_STANZA },
		{ &server, "messages", a, b, NULL, NULL, STANZA_NOT_A_STANZA },
		{ &server, "IQ", a, b, "1", "get", STANZA_NOT_A_STANZA },
		{ &server, "error", a, b, NULL, NULL, STANZA_NOT_A_STANZA },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stanza_head h;
		struct tag t;

		tag(&t, rows[i].ns, rows[i].local, rows[i].from, rows[i].to, rows[i].id,
			rows[i].type);
		if (stanza_head_read(&t.tag, &h) != rows[i].want)
			fail_msg("row %zu: outcome %d", i, (int)stanza_head_read(&t.tag, &h));
	}
}

/* RFC 6120 8.3.1 and 8.2.3: an error or result is never answered, nor is a presence
 * that ends something. */
static void only_what_may_be_answered_bounces(void **unused)
{
	static const struct {
		const char *local, *type;
		bool may;
	} rows[] = {
		{ "iq", "get", true },
		{ "iq", "set", true },
		{ "iq", "result", false },
		{ "iq", "error", false },
		{ "iq", "no-such-type", true },
		{ "iq", NULL, true },
		{ "message", NULL, true },
		{ "message", "normal", true },
		{ "message", "chat", true },
		{ "message", "groupchat", true },
		{ "message", "headline", true },
		{ "message", "no-such-type", true },
		{ "message", "error", false },
		{ "presence", NULL, true },
		{ "presence", "subscribe", true },
		{ "presence", "probe", true },
		{ "presence", "no-such-type", true },
		{ "presence", "unavailable", false },
		{ "presence", "subscribed", false },
		{ "presence", "unsubscribe", false },
		{ "presence", "unsubscribed", false },
		{ "presence", "error", false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stanza_head h;
		struct tag t;

		stanza_head_read(tag(&t, &server, rows[i].local, "a.example", "b.example", "1",
					 rows[i].type),
			&h);
		if (stanza_may_bounce(&h) != rows[i].may)
			fail_msg("%s type='%s'", rows[i].local, rows[i].type ? rows[i].type : "");
	}
}

static void an_error_swaps_the_addresses_and_keeps_the_id(void **unused)
{
	struct stanza_head h;
	struct tag t;
	struct buf out;

	(void)unused;
	buf_init(&out, 0);
	stanza_head_read(
		tag(&t, &server, "message", "alice@a.example/home", "bob@b.example", "7", "chat"),
		&h);
	stanza_error_write(&out, &h, CONDITION_REMOTE_SERVER_TIMEOUT, false, NULL, NULL);
	assert_str(buf_view(&out),
		"<message from='bob@b.example' to='alice@a.example/home' id='7' type='error'>"
		"<error type='wait'><remote-server-timeout "
		"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
	buf_fini(&out);
}

static void an_error_may_be_permanent_and_say_more(void **unused)
{
	struct stanza_head h;
	struct tag t;
	struct buf out;

	(void)unused;
	buf_init(&out, 0);
	stanza_head_read(tag(&t, &server, "iq", "a.example", "b.example", "1", "set"), &h);
	stanza_error_write(&out, &h, CONDITION_REMOTE_SERVER_TIMEOUT, true, "a < b", NULL);
	assert_str(buf_view(&out),
		"<iq from='b.example' to='a.example' id='1' type='error'>"
		"<error type='cancel'><remote-server-timeout "
		"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
		"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>a &lt; b</text>"
		"</error></iq>");
	buf_clear(&out);
	stanza_error_write(&out, &h, CONDITION_POLICY_VIOLATION, true, NULL, "stanza-too-big");
	assert_str(buf_view(&out), "<iq from='b.example' to='a.example' id='1' type='error'>"
				   "<error type='modify'><policy-violation "
				   "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
				   "<stanza-too-big xmlns='urn:xmpp:errors'/></error></iq>");
	buf_fini(&out);
}

/* Addresses and ids are the peer's: they must not be able to leave their attribute. */
static void what_the_peer_wrote_is_escaped(void **unused)
{
	struct stanza_head h;
	struct tag t;
	struct buf out;

	(void)unused;
	buf_init(&out, 0);
	stanza_head_read(
		tag(&t, &server, "presence", "a.example/<'&", "b.example", "'/>\n", NULL), &h);
	stanza_error_write(&out, &h, CONDITION_FORBIDDEN, false, NULL, NULL);
	assert_str(buf_view(&out),
		"<presence from='b.example' to='a.example/&lt;&apos;&amp;' "
		"id='&apos;/&gt;&#10;' type='error'><error type='auth'><forbidden "
		"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
	buf_fini(&out);
}

/* RFC 6120 8.3.3 names a type for each. */
static void every_condition_has_its_type_and_is_parsed_again(void **unused)
{
	static const struct {
		enum stanza_condition condition;
		const char *name, *type;
	} rows[] = {
		{ CONDITION_BAD_REQUEST, "bad-request", "modify" },
		{ CONDITION_FORBIDDEN, "forbidden", "auth" },
		{ CONDITION_INTERNAL_SERVER_ERROR, "internal-server-error", "cancel" },
		{ CONDITION_ITEM_NOT_FOUND, "item-not-found", "cancel" },
		{ CONDITION_JID_MALFORMED, "jid-malformed", "modify" },
		{ CONDITION_NOT_ACCEPTABLE, "not-acceptable", "modify" },
		{ CONDITION_NOT_ALLOWED, "not-allowed", "cancel" },
		{ CONDITION_NOT_AUTHORIZED, "not-authorized", "auth" },
		{ CONDITION_POLICY_VIOLATION, "policy-violation", "modify" },
		{ CONDITION_REMOTE_SERVER_NOT_FOUND, "remote-server-not-found", "cancel" },
		{ CONDITION_REMOTE_SERVER_TIMEOUT, "remote-server-timeout", "wait" },
		{ CONDITION_RESOURCE_CONSTRAINT, "resource-constraint", "wait" },
		{ CONDITION_SERVICE_UNAVAILABLE, "service-unavailable", "cancel" },
		{ CONDITION_REMOTE_CONNECTION_FAILED, "remote-connection-failed", "cancel" },
	};
	bool known;

	(void)unused;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), CONDITIONS);
	for (size_t i = 0; i < CONDITIONS; i++) {
		assert_string_equal(stanza_condition_name(rows[i].condition), rows[i].name);
		assert_string_equal(stanza_condition_type(rows[i].condition), rows[i].type);
		assert_int_equal(stanza_condition_parse(rows[i].name, &known), rows[i].condition);
		assert_true(known);
	}
	assert_int_equal(stanza_condition_parse("gone", &known), CONDITION_INTERNAL_SERVER_ERROR);
	assert_false(known);
}

static void names_are_those_of_the_wire(void **unused)
{
	(void)unused;
	assert_string_equal(stanza_kind_name(STANZA_IQ), "iq");
	assert_string_equal(stanza_type_name(TYPE_NONE), "");
	assert_string_equal(stanza_type_name(TYPE_GROUPCHAT), "groupchat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_holds_what_the_tag_says),
		cmocka_unit_test(what_is_absent_is_null),
		cmocka_unit_test(a_prefixed_attribute_is_another_one),
		cmocka_unit_test(every_check_has_its_outcome),
		cmocka_unit_test(only_what_may_be_answered_bounces),
		cmocka_unit_test(an_error_swaps_the_addresses_and_keeps_the_id),
		cmocka_unit_test(an_error_may_be_permanent_and_say_more),
		cmocka_unit_test(what_the_peer_wrote_is_escaped),
		cmocka_unit_test(every_condition_has_its_type_and_is_parsed_again),
		cmocka_unit_test(names_are_those_of_the_wire),
	};

	return cmocka_run_group_tests_name("stanza", tests, NULL, NULL);
}
