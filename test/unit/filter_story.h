/* SPDX-License-Identifier: MIT */
/*
 * A story for the filter: a policy, a stanza in, and the verdict, the reason and the bytes that
 * come out. Each is told whole and byte by byte, and what comes out is filtered once more: it must
 * pass as it is.
 */
#pragma once

#include "unit.h"

#include "filter_rig.h"

/* What stanzas in stories are made of. */
#define A  " from='a@a.example' to='b@b.example'"
#define JC " xmlns='jabber:client'"
#define CS " xmlns='http://jabber.org/protocol/chatstates'"
#define HTML                                                       \
	"<html xmlns='http://jabber.org/protocol/xhtml-im'><body " \
	"xmlns='http://www.w3.org/1999/xhtml'><p>hi</p></body></html>"
#define FW    "<forwarded xmlns='urn:xmpp:forward:0'>"
#define FWEND "</forwarded>"
#define JINGLE(action, content) \
	"<jingle xmlns='urn:xmpp:jingle:1' action='" action "' sid='1'>" content "</jingle>"
#define RTP                                                                               \
	"<content creator='initiator' name='v'><description xmlns='urn:xmpp:jingle:apps:" \
	"rtp:1' media='audio'/></content>"
#define EVENT(x)  "<event xmlns='http://jabber.org/protocol/pubsub#event'>" x "</event>"
#define PUBSUB(x) "<pubsub xmlns='http://jabber.org/protocol/pubsub'>" x "</pubsub>"
#define MOODY     "<mood xmlns='http://jabber.org/protocol/mood'><sad/></mood>"
#define OTHER     "<entry xmlns='http://www.w3.org/2005/Atom'/>"

struct story {
	const char *name;
	const char *fold, *strip;
	const char *in;
	enum verdict verdict;
	const char *reason;
	const char *out; /* NULL: no bytes */
	enum feature feature;
};

#define NONE FEATURE_COUNT

RIG void check_again(const struct policy_table *table, struct str out)
{
	char *copy = str_dup(out);
	const struct filter_result *r;
	struct rig rig;

	rig_init(&rig, table, RIG_HEADER);
	r = rig_feed(&rig, str_of(copy), SIZE_MAX);
	assert_non_null(r);
	assert_string_equal(verdict_name(r->verdict), "pass");
	assert_string_equal(r->reason, "pass");
	assert_str(r->bytes, copy);
	rig_fini(&rig);
	free(copy);
}

RIG void tell(const struct story *s, const char *header, size_t step)
{
	const struct filter_result *r;
	struct rig_policy policy;
	struct rig rig;

	rig_policy_init(&policy, s->fold, s->strip);
	rig_init(&rig, policy.table, header);
	r = rig_feed(&rig, str_of(s->in), step);
	if (!r)
		fail_msg("%s: no result", s->name);
	if (r->verdict != s->verdict || strcmp(r->reason, s->reason) != 0 ||
		r->feature != s->feature || !str_eq(r->bytes, str_of(s->out)))
		fail_msg("%s: %s %s %s [%.*s]\n   instead of %s %s %s [%s]", s->name,
			verdict_name(r->verdict), r->reason,
			r->feature == NONE ? "-" : feature_name(r->feature), STR_ARG(r->bytes),
			verdict_name(s->verdict), s->reason,
			s->feature == NONE ? "-" : feature_name(s->feature), s->out ? s->out : "");
	assert_int_equal(r->bytes_in, strlen(s->in));
	if (s->out)
		check_again(policy.table, r->bytes);
	rig_fini(&rig);
	rig_policy_fini(&policy);
}

RIG void tell_all(const struct story *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tell(&s[i], RIG_HEADER, SIZE_MAX);
		tell(&s[i], RIG_HEADER, 1);
	}
}

#define TELL(stories) tell_all((stories), sizeof(stories) / sizeof((stories)[0]))
