/* SPDX-License-Identifier: MIT */
/* trunkctl on audit files: verified, and replayed through another configuration. */
#include "ctl_rig.h"

#include "audit/chain.h"
#include "audit/mask.h"
#include "audit/record.h"
#include "base/mem.h"
#include "ctl/load.h"
#include "ctl/trial.h"
#include "pki.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTROLS                                                                                   \
	"peering_controls = (\n"                                                                   \
	" { match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"a\"; },\n"                    \
	" { match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"b\"; to_peer = [ \"p\" ]; } " \
	");\n"

static const char open_policy[] =
	CONTROLS "policies = ( { name = \"p\"; strip = [ \"nick\" ]; audit = \"full\"; } );\n";

#define AB   "from='x@a.example/r' to='y@b.example/s' "
#define BA   "from='y@b.example/s' to='x@a.example/r' "
#define NICK "<nick xmlns='http://jabber.org/protocol/nick'>x</nick>"

/* What crosses, in this order. */
static const char *const stanzas[] = {
	"<message " AB "><body>hi</body>" NICK "</message>",
	"<message " AB "><body>hi</body><active xmlns='http://jabber.org/protocol/chatstates'/>"
	"</message>",
	"<message " AB ">" NICK "</message>",
	"<iq type='get' id='1' " AB "><ping xmlns='urn:xmpp:ping'/></iq>",
	"<iq type='result' id='1' " BA "/>",
	"<message " BA "><body>yes</body></message>",
	"<iq type='set' id='2' " AB "><query xmlns='jabber:iq:register'><username>u</username>"
	"<password>secret</password></query></iq>",
	"<message xml:lang='de' from='x@a.example' to='y@b.example'><body>hallo</body></message>",
};
enum { STANZAS = sizeof(stanzas) / sizeof(stanzas[0]) };

/* ---- an audit file as trunkd would write it ---- */

struct writing {
	struct audit_chain chain;
	struct buf lines;
	const char *stanza;
	unsigned n;
};

static void write_line(struct writing *w, const struct audit_record *r)
{
	struct buf body = { 0 };

	audit_record_write(r, &body);
	audit_chain_line(&w->chain, buf_view(&body), &w->lines);
	buf_fini(&body);
}

static void write_trial(void *arg, const struct trial *t)
{
	struct writing *w = arg;
	struct buf received = { 0 }, sent = { 0 };
	char time[40];

	assert_int_equal(t->end, TRIAL_DECIDED);
	audit_mask(str_of(w->stanza), &received);
	if (t->decision.kind == DECISION_DELIVER)
		audit_mask(t->sent, &sent);
	snprintf(time, sizeof(time), "2026-01-31T12:00:%02u.000000Z", w->n++);
	write_line(w, &(struct audit_record){ .event = AUDIT_STANZA,
			      .time = str_of(time),
			      .from = t->filter->head.from,
			      .to = t->filter->head.to,
			      .kind = str_of(stanza_kind_name(t->filter->head.kind)),
			      .verdict = str_of(decision_verdict(&t->decision, t->filter)),
			      .reason = str_of(t->filter->reason),
			      .declared = STR("xmlns='jabber:server' "
					      "xmlns:stream='http://etherx.jabber.org/streams' "
					      "xml:lang='en'"),
			      .received = buf_view(&received),
			      .sent = buf_view(&sent) });
	buf_fini(&received);
	buf_fini(&sent);
}

static void write_stanzas(struct writing *w, const struct plan *plan)
{
	struct trials *trials = trials_new(plan);
	struct domain a, b;

	assert_true(domain_parse(STR("a.example"), &a) && domain_parse(STR("b.example"), &b));
	for (size_t i = 0; i < STANZAS; i++) {
		bool back = strstr(stanzas[i], "from='y@") != NULL;

		w->stanza = stanzas[i];
		trials_run(trials, back ? &b : &a, back ? &a : &b,
			STR("xml:lang='en' xmlns='jabber:server'"), str_of(stanzas[i]), write_trial,
			w);
	}
	trials_free(trials);
}

/* Into "audit.log" of the test's directory: records of all stanzas under the rig's configuration,
 * and others. Returns the path. */
static char *write_audit(const struct ctl_rig *r)
{
	struct writing w = { .n = 0 };
	struct ctl c = { .err = stderr };
	struct plan *plan;
	char *path;

	c.option[OPTION_CONFIG] = r->conf;
	plan = load_plan(&c);
	assert_non_null(plan);
	audit_chain_init(&w.chain);
	write_line(&w, &(struct audit_record){
			       .event = AUDIT_START, .time = STR("2026-01-31T11:59:00Z") });
	write_stanzas(&w, plan);
	/* audit = "headers" */
	write_line(&w, &(struct audit_record){ .event = AUDIT_STANZA,
			       .time = STR("2026-01-31T12:01:00Z"),
			       .from = STR("x@a.example"),
			       .to = STR("y@b.example"),
			       .verdict = STR("pass") });
	write_line(&w,
		&(struct audit_record){ .event = AUDIT_STOP, .time = STR("2026-01-31T12:02:00Z") });
	buf_put_char(&w.lines, '\0');
	path = pki_write_text("audit.log", buf_view(&w.lines).p);
	buf_fini(&w.lines);
	plan_unref(plan);
	return path;
}

/* Replays what crossed under `open_policy` under another configuration. */
static void replay(struct ctl_rig *r, const char *text, const char *options)
{
	MEM_AUTO char *path = NULL;
	MEM_AUTO char *line = NULL;
	struct ctl_rig was;

	ctl_rig_init(&was, open_policy);
	path = write_audit(&was);
	ctl_rig_init(r, text);
	line = mem_printf("explain %%c --audit %s %s", path, options);
	ctl_rig_run(r, line, NULL);
	free(was.conf);
}

/* ---- tests ---- */

static void the_same_configuration_decides_the_same(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	replay(&r, open_policy, "");
	ctl_rig_line(r.out, "All would fare as they did");
	ctl_rig_line(r.out, "Stanzas replayed 8");
	ctl_rig_line(r.out, "Of these differ 0");
	ctl_rig_line(r.out, "Without content, left out 1");
	assert_int_equal(r.status, CTL_FINE);
	ctl_rig_fini(&r);
}

static void what_another_policy_would_do_is_listed(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	replay(&r,
		CONTROLS "policies = ( { name = \"p\"; strip = [ \"nick\", \"chat-states\" ];\n"
			 "block = [ \"ping\" ]; } );\n",
		"");
	ctl_rig_line(r.out, "Some would fare otherwise");
	ctl_rig_line(r.out, "Of these differ 2");
	ctl_rig_line(r.out, "Was pass pass");
	assert_non_null(strstr(r.out, "strip of chat-states  by p strip"));
	assert_non_null(strstr(r.out, "audit.log:3: message from x@a.example/r to y@b.example/s, "
				      "2026-01-31T12:00:01.000000Z"));
	assert_non_null(strstr(r.out, "Now sent\n  <message " AB "><body>hi</body></message>") ||
			strstr(r.out, "Now sent\n  <message from='x@a.example/r' "
				      "to='y@b.example/s'><body>hi</body></message>"));
	assert_int_equal(r.status, CTL_PROBLEMS);
	ctl_rig_fini(&r);
}

static void along_a_flow_answers_pass_and_others_do_not(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	replay(&r,
		CONTROLS "policies = ( { name = \"p\"; strip = [ \"nick\" ]; } );\n"
			 "flows = ( { from = \"a\"; to = \"b\"; } );\n",
		"");
	/* The result answers the ping; the message answers nothing. */
	ctl_rig_line(r.out, "Of these differ 1");
	ctl_rig_line(r.out, "Now bounce, not-allowed answers nothing that went there before it");
	assert_int_equal(r.status, CTL_PROBLEMS);
	ctl_rig_fini(&r);
}

static void a_pair_that_may_no_longer_talk_differs_in_all(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	replay(&r, "peering_controls = ( { match = \"a.example\"; connect = \"192.0.2.1\"; } );\n",
		"");
	ctl_rig_line(r.out, "Of these differ 8");
	ctl_rig_line(r.out, "Now drop, host-unknown no-control-for-recipient");
	ctl_rig_line(r.out, "Now drop, invalid-from no-control-for-sender");
	assert_int_equal(r.status, CTL_PROBLEMS);
	ctl_rig_fini(&r);
}

static void differences_are_there_as_json(void **unused)
{
	struct ctl_rig r;
	json_t *all, *one;

	(void)unused;
	replay(&r, CONTROLS "policies = ( { name = \"p\"; block = [ \"ping\" ]; } );\n", "--json");
	all = json_loads(r.out, 0, NULL);
	assert_non_null(all);
	assert_int_equal(json_integer_value(json_object_get(all, "replayed")), 8);
	assert_int_equal(json_integer_value(json_object_get(all, "differ")), 3);
	one = json_array_get(json_object_get(all, "differences"), 0);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(one, "was"), "verdict")), "fold");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(one, "now"), "verdict")), "pass");
	json_decref(all);
	ctl_rig_fini(&r);
}

static void without_content_there_is_nothing_to_replay(void **unused)
{
	static const char line[] =
		"{\"sequence\":1,\"prev\":\"0000000000000000000000000000000000000"
		"000000000000000000000000000\",\"time\":\"2026-01-31T12:00:00Z\","
		"\"event\":\"stanza\",\"verdict\":\"pass\"}\nno record\n";
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, open_policy);
	assert_int_equal(ctl_rig_run(&r, "explain %c --audit -", line), CTL_FAILED);
	assert_non_null(strstr(r.err, "-: no record has its stanza"));
	assert_int_equal(ctl_rig_run(&r, "explain %c --audit /nowhere/x", NULL), CTL_FAILED);
	assert_int_equal(ctl_rig_run(&r, "explain %c --audit - a b", line), CTL_PROBLEMS);
	ctl_rig_fini(&r);
}

/* Cuts the n-th line out of the file, or a character of it when `whole` is false. */
static void damage(const char *path, unsigned n, bool whole)
{
	struct buf text = { 0 };
	struct ctl c = { 0 };
	size_t at = 0, end;
	FILE *f;

	assert_int_equal(load_file(&c, path, &text), 0);
	for (unsigned i = 1; i < n; i++)
		at = (size_t)((char *)memchr(buf_view(&text).p + at, '\n', buf_len(&text) - at) -
			      buf_view(&text).p) +
		     1;
	end = (size_t)((char *)memchr(buf_view(&text).p + at, '\n', buf_len(&text) - at) -
		       buf_view(&text).p) +
	      1;
	if (whole)
		buf_remove(&text, at, end - at);
	else
		*((char *)memmem(text.data + at, end - at, "a.example", 9)) = 'c';
	f = fopen(path, "w");
	fwrite(buf_view(&text).p, 1, buf_len(&text), f);
	fclose(f);
	buf_fini(&text);
}

static void a_file_is_verified(void **unused)
{
	MEM_AUTO char *path = NULL;
	MEM_AUTO char *line = NULL;
	MEM_AUTO char *json = NULL;
	struct ctl_rig r;
	json_t *all;

	(void)unused;
	ctl_rig_init(&r, open_policy);
	path = write_audit(&r);
	line = mem_printf("audit verify %s", path);
	json = mem_printf("audit verify --json %s", path);
	assert_int_equal(ctl_rig_run(&r, line, NULL), CTL_FINE);
	ctl_rig_line(r.out, "As it was written");
	ctl_rig_line(r.out, "Records 11, numbers 1 to 11");
	ctl_rig_line(r.out, "Then trunkd stopped");
	damage(path, 3, false);
	assert_int_equal(ctl_rig_run(&r, line, NULL), CTL_PROBLEMS);
	assert_non_null(strstr(r.out, "audit.log:3: changed: "));
	ctl_rig_line(r.out, "Not as it was written");
	ctl_rig_line(r.out, "Faults 1");
	damage(path, 6, true);
	assert_int_equal(ctl_rig_run(&r, json, NULL), CTL_PROBLEMS);
	all = json_loads(r.out, 0, NULL);
	assert_true(json_is_false(json_object_get(all, "ok")));
	assert_int_equal(json_array_size(json_object_get(all, "faults")), 2);
	json_decref(all);
	assert_int_equal(ctl_rig_run(&r, "audit verify /nowhere/x", NULL), CTL_FAILED);
	assert_int_equal(ctl_rig_run(&r, "audit verify /dev/null", NULL), CTL_FAILED);
	assert_int_equal(ctl_rig_run(&r, "audit verify", NULL), CTL_PROBLEMS);
	assert_int_equal(ctl_rig_run(&r, "audit veryfi x", NULL), CTL_PROBLEMS);
	assert_int_equal(ctl_rig_run(&r, "audit", NULL), CTL_PROBLEMS);
	ctl_rig_fini(&r);
}

static void a_key_is_read_from_its_file(void **unused)
{
	MEM_AUTO char *path = NULL;
	MEM_AUTO char *key = NULL;
	MEM_AUTO char *line = NULL;
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, open_policy);
	path = write_audit(&r);
	key = pki_write_text("key", "0123456789abcdef0123456789abcdef\n");
	line = mem_printf("audit verify --key %s %s", key, path);
	assert_int_equal(ctl_rig_run(&r, line, NULL), CTL_PROBLEMS);
	assert_non_null(strstr(r.out, "there is no checkpoint"));
	free(key);
	key = pki_write_text("key", "short\n");
	assert_int_equal(ctl_rig_run(&r, line, NULL), CTL_FAILED);
	assert_non_null(strstr(r.err, "a key is one line of at least 16 bytes"));
	assert_int_equal(ctl_rig_run(&r, "audit verify --key /nowhere/x y", NULL), CTL_FAILED);
	ctl_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_configuration_decides_the_same),
		cmocka_unit_test(what_another_policy_would_do_is_listed),
		cmocka_unit_test(along_a_flow_answers_pass_and_others_do_not),
		cmocka_unit_test(a_pair_that_may_no_longer_talk_differs_in_all),
		cmocka_unit_test(differences_are_there_as_json),
		cmocka_unit_test(without_content_there_is_nothing_to_replay),
		cmocka_unit_test(a_file_is_verified),
		cmocka_unit_test(a_key_is_read_from_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
