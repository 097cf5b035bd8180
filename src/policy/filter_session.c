/* SPDX-License-Identifier: MIT */
/*
 * Jingle (XEP-0166) and what is proposed before it (XEP-0353). What a session is for, its
 * descriptions say; it is remembered for the stanzas that say nothing themselves. A transport that
 * calls and files share (ICE, and what runs over it) is judged by the description beside it, by
 * what the session is known for, and else as a call. Transports of files are always files.
 */
#include "policy/filter_private.h"

/* Below the stanza. */
enum {
	LEVEL_CHILD = 1,
	LEVEL_CONTENT = 2, /* of Jingle; in a proposal a description */
	LEVEL_IN_CONTENT = 3,
};

static unsigned about(enum feature feature)
{
	if (feature == FEATURE_VOIP)
		return SESSION_CALL;
	return feature == FEATURE_FILE_TRANSFER ? SESSION_FILES : 0;
}

static uint64_t session_key(struct filter *f, const struct frame *fr, struct str sid)
{
	const struct stanza_head *h = &f->result.head;

	/* What is only told again, inside another stanza or an answer, is no session. */
	if (fr->depth != 1 || fr->type == TYPE_ERROR || fr->type == TYPE_RESULT || sid.n == 0)
		return 0;
	if (!f->memory.sessions)
		f->memory.sessions = sessions_new();
	return sessions_key(f->memory.sessions, h->from, h->to, sid);
}

/* The refused one among what a session is about; else one of them. */
static enum feature strictest(const struct filter *f, unsigned known)
{
	if ((known & SESSION_FILES) && !filter_passes(f, FEATURE_FILE_TRANSFER))
		return FEATURE_FILE_TRANSFER;
	return known == SESSION_FILES ? FEATURE_FILE_TRANSFER : FEATURE_VOIP;
}

/* It begins, or ends. */
static void forget(struct filter *f, struct session_state *s)
{
	if (s->key)
		sessions_remove(f->memory.sessions, s->key);
	s->known = 0;
}

static enum feature jingle_feature(
	struct filter *f, struct session_state *s, const struct xml_tag *tag)
{
	struct str action = xml_tag_value(tag, STR("action"));
	enum feature feature;

	s->level = LEVEL_IN_CONTENT;
	/* The end of a session is let through, whatever it was. */
	if (str_eq(action, STR("session-initiate")) || str_eq(action, STR("session-terminate")))
		forget(f, s);
	feature = strictest(f, s->known);
	return s->known && !filter_passes(f, feature) ? feature : FEATURE_CARRIER;
}

enum feature filter_session_feature(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, struct catalogue_entry e)
{
	bool jingle = e.flags & ROW_CARRIER;
	struct session_state *s = &fr->session;

	if (f->table->transparent)
		return (enum feature)e.feature;
	*s = (struct session_state){ .jingle = jingle };
	s->key = session_key(f, fr, xml_tag_value(tag, jingle ? STR("sid") : STR("id")));
	if (s->key)
		s->known = sessions_find(f->memory.sessions, s->key);
	if (jingle)
		return jingle_feature(f, s, tag);
	s->level = LEVEL_CONTENT;
	s->proposal = str_eq(tag->local, STR("propose"));
	if (!s->proposal)
		return strictest(f, s->known);
	forget(f, s);
	return FEATURE_CARRIER;
}

static bool is_description(const struct session_state *s, const struct xml_tag *tag, unsigned level,
	enum feature feature)
{
	return level == s->level && about(feature) != 0 && str_eq(tag->local, STR("description"));
}

/* What is refused is remembered at once; what passes, when all of the stanza has passed. */
static void tell(struct filter *f, struct session_state *s, enum feature feature)
{
	s->told = true;
	s->content |= about(feature);
	if (s->key == 0)
		return;
	if (!filter_passes(f, feature)) {
		sessions_add(f->memory.sessions, s->key, about(feature));
		return;
	}
	f->memory.key = s->key;
	f->memory.about |= about(feature);
}

void filter_session_close(struct filter *f)
{
	if (f->memory.about)
		sessions_add(f->memory.sessions, f->memory.key, f->memory.about);
}

void filter_session_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	struct session_state *s = &fr->session;
	unsigned level = f->depth - fr->depth;
	enum feature feature = FEATURE_CARRIER;
	bool passes = filter_inner_passes(f, tag, &feature);

	if (f->table->limits_iq && level == s->level && str_eq(tag->local, STR("description")) &&
		filter_iq_refuses(f, fr, feature))
		return;
	if (level == LEVEL_CONTENT) {
		s->content = 0;
		s->held = s->transport = false;
	}
	if (level == LEVEL_IN_CONTENT)
		s->transport = s->jingle && str_eq(tag->local, STR("transport"));
	if (is_description(s, tag, level, feature)) {
		tell(f, s, feature);
	} else if (feature == FEATURE_VOIP && s->transport) {
		s->held |= !passes;
		passes = true;
	}
	if (!passes) {
		filter_child_refused(f, fr, feature);
		return;
	}
	filter_carried(f, fr, tag, feature);
	filter_keep(f, tag);
}

/* A shared transport, and nothing says that it is for files. */
static bool is_call(const struct session_state *s)
{
	return s->held && !((s->content ? s->content : s->known) & SESSION_FILES);
}

void filter_session_end(struct filter *f, struct frame *fr, unsigned level)
{
	struct session_state *s = &fr->session;

	if (level == LEVEL_CONTENT && is_call(s)) {
		filter_child_refused(f, fr, FEATURE_VOIP);
	} else if (level == LEVEL_CHILD && s->proposal && !s->told) {
		/* What is proposed is not said in any way that is known. */
		feature_set_add(&f->result.seen, FEATURE_VOIP);
		if (f->table->limits_iq && filter_iq_refuses(f, fr, FEATURE_VOIP))
			return;
		if (!filter_passes(f, FEATURE_VOIP))
			filter_child_emptied(f, fr, FEATURE_VOIP);
	}
}
