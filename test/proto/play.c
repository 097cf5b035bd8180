/* SPDX-License-Identifier: MIT */
/*
 * One stream under the hand of a script. The peer's bytes wait in `coming` and go in piece by
 * piece, only when the stream has nothing more to say; so whatever a script expects may not depend
 * on the cut.
 */
#include "play.h"

#include "base/mem.h"
#include "play_checks.h"
#include "play_owner.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const verbs[] = {
	[VERB_ROLE] = "role",
	[VERB_OPTION] = "option",
	[VERB_ONLY] = "only",
	[VERB_PEER] = "peer",
	[VERB_WE] = "we",
	[VERB_EVENT] = "event",
	[VERB_OWNER] = "owner",
	[VERB_SINK] = "sink",
	[VERB_CLOCK] = "clock",
	[VERB_IS] = "is",
};

const struct script_language play_language = { verbs, sizeof(verbs) / sizeof(verbs[0]) };

static const struct stream_options defaults = {
	.early_bytes = 8192,
	.early_elements = 32,
	.max_pairs = 4,
	.setup_ms = 30000,
	.verify_ms = 45000,
	.close_ms = 5000,
	.limits = { .bytes = 10000,
		.hard_bytes = 20000,
		.depth = 20,
		.attributes = 20,
		.declarations = 10,
		.tag_bytes = 6000 },
};

bool play_failed(struct play *p, const char *what, struct str got, struct str want)
{
	if (!p->error)
		p->error = mem_printf("%s, line %u: %s\n#   got  %.*s\n#   want %.*s",
			p->script->name, p->step->line, what, STR_ARG(got), STR_ARG(want));
	return false;
}

/* ---- the peer's bytes ---- */

static size_t piece_size(struct play *p)
{
	size_t all = buf_len(&p->coming);

	if (p->cut.kind == CUT_WHOLE || all == 0)
		return all;
	if (p->cut.kind == CUT_BYTES)
		return 1;
	p->random = p->random * 1103515245 + 12345;
	return 1 + (p->random >> 8) % (all < 40 ? all : 40);
}

bool play_feed(struct play *p)
{
	size_t n = piece_size(p);

	if (n == 0)
		return false;
	buf_put(&p->in, (struct str){ buf_view(&p->coming).p, n });
	buf_consume(&p->coming, n);
	return true;
}

/* One event ahead at most: what it said lives until the stream is asked again. */
enum stream_event play_peek(struct play *p)
{
	while (p->event == STREAM_WAIT) {
		p->event = stream_next(p->stream, p->now, &p->info);
		if (p->event == STREAM_WAIT && !play_feed(p))
			break;
	}
	return p->event;
}

/* ---- stanzas ---- */

static void sink_start(void *self, const struct xml_tag *tag)
{
	struct play *p = self;

	if (p->sink_depth++ == 0)
		xml_writer_begin(p->writer, &p->heard, STR("jabber:server"));
	xml_writer_start(p->writer, tag, p->sink_depth > 1);
}

static void sink_text(void *self, struct str text)
{
	xml_writer_text(((struct play *)self)->writer, text);
}

static void sink_end(void *self)
{
	struct play *p = self;

	p->sink_depth--;
	xml_writer_end(p->writer);
}

const struct xml_sink play_sink = { sink_start, sink_text, sink_end };

/* ---- steps ---- */

/* Puts the latest of our ids for $ID. */
static void insert_id(struct play *p, struct str text, struct buf *out)
{
	const char *at;

	while ((at = memmem(text.p, text.n, "$ID", 3))) {
		buf_put(out, (struct str){ text.p, (size_t)(at - text.p) });
		buf_put(out, str_of(p->id));
		text = str_skip(text, (size_t)(at - text.p) + 3);
	}
	buf_put(out, text);
}

static bool set_option(struct play *p, struct str line)
{
	struct stream_options *o = &p->options;
	struct str name, value;
	size_t n;

	script_word(&line, &name);
	script_word(&line, &value);
	n = script_number(value);
	if (str_is(name, "secure"))
		o->secure = str_is(value, "yes");
	else if (str_is(name, "early-bytes"))
		o->early_bytes = n;
	else if (str_is(name, "early-elements"))
		o->early_elements = (unsigned)n;
	else if (str_is(name, "max-pairs"))
		o->max_pairs = (unsigned)n;
	else if (str_is(name, "bytes"))
		o->limits.bytes = n;
	else if (str_is(name, "hard-bytes"))
		o->limits.hard_bytes = n;
	else
		return play_failed(p, "no such option", name, STR(""));
	return true;
}

static void start(struct play *p)
{
	if (!p->stream)
		p->stream = stream_new(&p->options, &p->in, &p->out, p->now);
}

/* The clock moves when all that the peer said so far was read. */
static bool move_clock(struct play *p, struct str text)
{
	play_peek(p);
	p->now += script_number(str_skip(text, 1));
	return true;
}

static bool run_step(struct play *p, const struct step *step)
{
	struct buf line = { 0 };
	bool ok = true;

	insert_id(p, buf_view(&step->text), &line);
	if (step->verb > VERB_ONLY)
		start(p);
	switch ((enum verb)step->verb) {
	case VERB_ROLE:
		p->options.role = str_is(buf_view(&line), "initiating") ? STREAM_INITIATING
									: STREAM_RECEIVING;
		break;
	case VERB_OPTION: ok = set_option(p, buf_view(&line)); break;
	case VERB_ONLY: break;
	case VERB_PEER: buf_put(&p->coming, buf_view(&line)); break;
	case VERB_WE: ok = play_check_output(p, buf_view(&step->text)); break;
	case VERB_EVENT: ok = play_check_event(p, buf_view(&line)); break;
	case VERB_OWNER: ok = play_owner(p, buf_view(&line)); break;
	case VERB_SINK: ok = play_check_sink(p, buf_view(&line)); break;
	case VERB_CLOCK: ok = move_clock(p, buf_view(&line)); break;
	case VERB_IS: ok = play_check_state(p, buf_view(&line)); break;
	}
	buf_fini(&line);
	return ok;
}

/* A script accounts for everything: no event, output or stanza may be left. */
static bool check_end(struct play *p)
{
	start(p);
	if (play_peek(p) != STREAM_WAIT)
		return play_failed(
			p, "an event is left", str_of(stream_event_name(p->event)), STR(""));
	if (buf_len(&p->out) > 0)
		return play_failed(p, "output is left", buf_view(&p->out), STR(""));
	/* Of a stanza in which the stream ended the sink heard a part. */
	if (buf_len(&p->heard) > 0 && p->sink_depth == 0)
		return play_failed(p, "a stanza is left", buf_view(&p->heard), STR(""));
	return true;
}

bool play_wants(const struct script *s, struct cut cut)
{
	for (size_t i = 0; i < s->nsteps; i++)
		if (s->steps[i].verb == VERB_ONLY)
			return cut.kind == CUT_WHOLE;
	return true;
}

char *play(const struct script *s, struct cut cut)
{
	struct play p = {
		.script = s, .cut = cut, .random = cut.seed, .options = defaults, .now = PLAY_START
	};
	bool ok = true;

	p.writer = xml_writer_new();
	for (size_t i = 0; ok && i < s->nsteps; i++) {
		p.step = &s->steps[i];
		ok = run_step(&p, p.step);
	}
	if (ok)
		check_end(&p);
	stream_free(p.stream);
	xml_writer_free(p.writer);
	buf_fini(&p.in);
	buf_fini(&p.out);
	buf_fini(&p.coming);
	buf_fini(&p.heard);
	buf_fini(&p.ids);
	return p.error;
}
