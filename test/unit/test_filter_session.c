/* SPDX-License-Identifier: MIT */
/* Jingle and its proposals: what each stanza of a session is judged by, and what is remembered. */
#include "filter_story.h"

#define B     " from='b@b.example/g' to='a@a.example/x'"
#define FILES "<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'><file/></description>"
#define CALL  "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>"
#define OWN   "<description xmlns='urn:own:app'/>"
#define ICE                                                                     \
	"<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'><fingerprint " \
	"xmlns='urn:xmpp:jingle:apps:dtls:0'>00</fingerprint></transport>"
#define S5B "<transport xmlns='urn:xmpp:jingle:transports:s5b:1'/>"
#define IBB "<transport xmlns='urn:xmpp:jingle:transports:ibb:1'/>"

#define CONTENT(x)          "<content creator='initiator' name='c'>" x "</content>"
#define SET(who, action, x) "<iq" who " type='set' id='1'>" JINGLE(action, CONTENT(x)) "</iq>"
#define JMI(who, name, x)                                                                 \
	"<message" who "><" name " xmlns='urn:xmpp:jingle-message:0' id='1'>" x "</" name \
	"><store xmlns='urn:xmpp:hints'/></message>"

/* A stanza in the middle of others, under one table. */
struct step {
	const char *name, *in;
	enum verdict verdict;
	enum feature feature;
};

static void walk(const char *strip, const struct step *steps, size_t n, size_t cut)
{
	struct rig_policy policy;
	struct rig rig;

	rig_policy_init(&policy, "off", strip);
	rig_init(&rig, policy.table, RIG_HEADER);
	for (size_t i = 0; i < n; i++) {
		const struct filter_result *r = rig_feed(&rig, str_of(steps[i].in), cut);

		if (!r)
			fail_msg("%s: no result", steps[i].name);
		if (r->verdict != steps[i].verdict || r->feature != steps[i].feature)
			fail_msg("%s (%s): %s %u", steps[i].name, strip, verdict_name(r->verdict),
				(unsigned)r->feature);
		if (r->verdict == VERDICT_PASS)
			assert_int_equal(r->bytes.n > 0, 1);
		if (r->verdict == VERDICT_BOUNCE)
			assert_int_equal(r->condition, CONDITION_SERVICE_UNAVAILABLE);
	}
	rig_fini(&rig);
	rig_policy_fini(&policy);
}

#define WALK(strip, steps)                                      \
	do {                                                    \
		size_t n_ = sizeof(steps) / sizeof((steps)[0]); \
		walk(strip, steps, n_, SIZE_MAX);               \
		walk(strip, steps, n_, 1);                      \
	} while (0)

#define PASSED  VERDICT_PASS, NONE
#define NO_CALL VERDICT_BOUNCE, FEATURE_VOIP
#define NO_FILE VERDICT_BOUNCE, FEATURE_FILE_TRANSFER

static void a_description_decides_about_its_transport(void **unused)
{
	static const struct step calls[] = {
		{ "files over ICE", SET(A, "session-initiate", FILES ICE), PASSED },
		{ "the other way round", SET(A, "session-initiate", ICE FILES), PASSED },
		{ "files over bytestreams", SET(A, "session-initiate", FILES S5B), PASSED },
		{ "a call", SET(A, "session-initiate", CALL ICE), NO_CALL },
		{ "a call, transport first", SET(A, "session-initiate", ICE CALL), NO_CALL },
		{ "a call beside files",
			"<iq" A " type='set' id='1'>" JINGLE(
				"session-initiate", CONTENT(FILES ICE) CONTENT(CALL ICE)) "</iq>",
			NO_CALL },
		{ "a call inside files",
			SET(A, "session-initiate",
				"<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'>" CALL
				"</description>"),
			NO_CALL },
		{ "a call's part outside a transport",
			SET(A, "session-initiate",
				FILES "<x xmlns='urn:xmpp:jingle:apps:dtls:0'/>"),
			NO_CALL },
	};
	static const struct step others[] = {
		{ "something else over ICE", SET(A, "session-initiate", OWN ICE), NO_CALL },
		{ "something else", SET(A, "session-initiate", OWN), PASSED },
		{ "something else beside files",
			"<iq" A " type='set' id='1'>" JINGLE(
				"session-initiate", CONTENT(FILES ICE) CONTENT(OWN ICE)) "</iq>",
			NO_CALL },
	};
	static const struct step files[] = {
		{ "files over ICE", SET(A, "session-initiate", FILES ICE), NO_FILE },
		{ "a call over ICE", SET(A, "session-initiate", CALL ICE), PASSED },
		{ "a call over a transport of files", SET(A, "session-initiate", CALL S5B),
			NO_FILE },
		{ "in band", SET(A, "session-initiate", OWN IBB), NO_FILE },
	};

	(void)unused;
	WALK("voip", calls);
	WALK("voip", others);
	WALK("file-transfer", files);
}

static void later_actions_are_judged_by_what_the_session_is_for(void **unused)
{
	static const struct step calls[] = {
		{ "nothing is known", SET(B, "transport-info", ICE), NO_CALL },
		{ "files", SET(A, "session-initiate", FILES ICE), PASSED },
		{ "from the other side", SET(B, "transport-info", ICE), PASSED },
		{ "from this side", SET(A, "transport-info", ICE), PASSED },
		{ "a call is added", SET(B, "content-add", CALL ICE), NO_CALL },
		{ "then it is one", SET(A, "transport-info", ICE), NO_CALL },
		{ "the end is let through",
			"<iq" A " type='set' id='1'>" JINGLE(
				"session-terminate", "<reason><success/></reason>") "</iq>",
			PASSED },
		{ "and all is forgotten", SET(B, "transport-info", ICE), NO_CALL },
	};
	static const struct step files[] = {
		{ "files", SET(A, "session-initiate", FILES ICE), NO_FILE },
		{ "what comes later", SET(A, "transport-info", ICE), NO_FILE },
		{ "without any content",
			"<iq" B " type='set' id='1'>" JINGLE("session-info", "") "</iq>", NO_FILE },
		{ "another session",
			"<iq" B " type='set' id='1'><jingle "
			"xmlns='urn:xmpp:jingle:1' action='session-info' sid='2'/></iq>",
			PASSED },
		{ "the end is let through",
			"<iq" B " type='set' id='1'>" JINGLE("session-terminate", "") "</iq>",
			PASSED },
	};
	static const struct step nobody[] = {
		{ "no id, no memory",
			"<iq" A " type='set' id='1'><jingle xmlns='urn:xmpp:jingle:1' "
			"action='session-initiate'>" CONTENT(FILES ICE) "</jingle></iq>",
			PASSED },
		{ "so nothing is known",
			"<iq" A " type='set' id='1'><jingle "
			"xmlns='urn:xmpp:jingle:1' action='transport-info'>" CONTENT(
				ICE) "</jingle></iq>",
			NO_CALL },
	};

	(void)unused;
	WALK("voip", calls);
	WALK("file-transfer", files);
	WALK("voip", nobody);
}

#define GONE(feature) VERDICT_DROP, feature

static void a_proposal_is_what_it_proposes(void **unused)
{
	static const struct step calls[] = {
		{ "a call", JMI(A, "propose", CALL), GONE(FEATURE_VOIP) },
		{ "nothing that is known", JMI(A, "propose", OWN), GONE(FEATURE_VOIP) },
		{ "nothing at all", JMI(A, "propose", ""), GONE(FEATURE_VOIP) },
		{ "an answer to what was never seen",
			"<message" B "><proceed "
			"xmlns='urn:xmpp:jingle-message:0' id='7'/></message>",
			GONE(FEATURE_VOIP) },
		{ "the answer", JMI(B, "proceed", ""), GONE(FEATURE_VOIP) },
		{ "it is taken back", JMI(A, "retract", ""), GONE(FEATURE_VOIP) },
		{ "it rings", JMI(B, "ringing", ""), GONE(FEATURE_VOIP) },
	};
	static const struct step files[] = {
		{ "files", JMI(A, "propose", FILES), PASSED },
		{ "the answer", JMI(B, "proceed", ""), PASSED },
		{ "it is taken back", JMI(A, "retract", ""), PASSED },
		{ "the session has the same id", SET(A, "transport-info", ICE), PASSED },
	};
	static const struct step both[] = {
		{ "files and a call", JMI(A, "propose", FILES CALL), GONE(FEATURE_VOIP) },
		{ "its answer", JMI(B, "proceed", ""), GONE(FEATURE_VOIP) },
	};
	static const struct step sent[] = {
		{ "files", JMI(A, "propose", FILES), GONE(FEATURE_FILE_TRANSFER) },
		{ "the answer", JMI(B, "proceed", ""), GONE(FEATURE_FILE_TRANSFER) },
		{ "a call with another id",
			"<message" A "><propose "
			"xmlns='urn:xmpp:jingle-message:0' id='2'>" CALL "</propose></message>",
			PASSED },
		{ "its answer",
			"<message" B "><proceed xmlns='urn:xmpp:jingle-message:0' id='2'/>"
			"</message>",
			PASSED },
	};

	(void)unused;
	WALK("voip", calls);
	WALK("voip", files);
	WALK("voip", both);
	WALK("file-transfer", sent);
}

static void what_is_told_again_is_not_remembered(void **unused)
{
	static const struct step steps[] = {
		{ "in an error",
			"<iq" A " type='error' id='1'>" JINGLE("session-initiate",
				CONTENT(FILES ICE)) "<error type='cancel'/></iq>",
			PASSED },
		{ "so nothing is known", SET(B, "transport-info", ICE), NO_CALL },
		{ "forwarded",
			"<message" A ">" FW "<iq" JC " type='set' id='1'>" JINGLE(
				"session-initiate", CONTENT(FILES ICE)) "</iq>" FWEND "</message>",
			PASSED },
		{ "so nothing is known then", SET(B, "transport-info", ICE), NO_CALL },
	};

	(void)unused;
	WALK("voip", steps);
}

static void other_stanzas_of_sessions(void **unused)
{
	static const struct story stories[] = {
		{ "the errors of Jingle pass", "off", "voip file-transfer",
			"<iq" A " type='error' id='1'><error type='cancel'><item-not-found "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><unknown-session "
			"xmlns='urn:xmpp:jingle:errors:1'/></error></iq>",
			VERDICT_PASS, "pass",
			"<iq" A " type='error' id='1'><error type='cancel'><item-not-found "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><unknown-session "
			"xmlns='urn:xmpp:jingle:errors:1'/></error></iq>",
			NONE },
		{ "those of calls do not", "off", "voip",
			"<iq" A " type='error' id='1'><error type='modify'><not-acceptable "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><crypto-required "
			"xmlns='urn:xmpp:jingle:apps:rtp:errors:1'/></error></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " type='error' id='1'><error type='modify'><not-acceptable "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
			FEATURE_VOIP },
		{ "Google's session", "off", "voip",
			"<iq" A " type='set' id='1'><session xmlns='http://www.google.com/session' "
			"type='initiate' id='1' initiator='a@a.example'><description "
			"xmlns='http://www.google.com/session/phone'/></session></iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_VOIP },
		{ "one for files", "off", "file-transfer",
			"<iq" A " type='set' id='1'><session xmlns='http://www.google.com/session' "
			"type='initiate' id='1' initiator='a@a.example'><description "
			"xmlns='http://www.google.com/session/share'/></session></iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_FILE_TRANSFER },
		{ "a forwarded proposal", "off", "voip",
			"<message" A ">" FW "<message" JC
			"><propose xmlns='urn:xmpp:jingle-message:0' id='1'>" CALL "</propose>"
			"<body>x</body></message>" FWEND "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<message" JC "><body>x</body></message>" FWEND
			"</message>",
			FEATURE_VOIP },
		{ "a proposal beside a body", "off", "voip",
			"<message" A "><body>x</body><propose xmlns='urn:xmpp:jingle-message:0' "
			"id='1'/></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_VOIP },
	};

	(void)unused;
	TELL(stories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_description_decides_about_its_transport),
		cmocka_unit_test(later_actions_are_judged_by_what_the_session_is_for),
		cmocka_unit_test(a_proposal_is_what_it_proposes),
		cmocka_unit_test(what_is_told_again_is_not_remembered),
		cmocka_unit_test(other_stanzas_of_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
