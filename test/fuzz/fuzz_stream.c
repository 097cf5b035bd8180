/* SPDX-License-Identifier: MIT */
/*
 * A peer's bytes against a stream whose owner allows everything. Whatever comes: no crash, the end
 * is told once, every clock runs out, all that we write is well-formed, and how the bytes were cut
 * does not matter.
 *
 * Input: byte 0 is the role (bit 0: initiating), TLS from the start (bit 1) and how the rest is cut
 * (bits 2 and 3). A NUL in the rest is where the peer waits for us. `proto_runner DIR --seeds DIR`
 * makes such inputs of the conversation scripts.
 */
#include "fuzz.h"
#include "fuzz_output.h"
#include "fuzz_random.h"

#include "xml/writer.h"
#include "xmpp/stream.h"

#include <string.h>

static const struct scanner_limits limits = { .bytes = 4096,
	.hard_bytes = 16384,
	.depth = 30,
	.attributes = 30,
	.declarations = 20,
	.tag_bytes = 2000 };

struct fuzz {
	struct stream_options options;
	struct stream *stream;
	struct stream_info info;
	struct buf in, out, heard;
	struct buf story; /* events and stanzas */
	struct xml_writer *writer;
	unsigned depth;
	unsigned ends;
	bool tls_began;
	uint64_t now;
};

/* ---- stanzas ---- */

static void sink_start(void *self, const struct xml_tag *tag)
{
	struct fuzz *f = self;

	if (f->depth++ == 0)
		xml_writer_begin(f->writer, &f->heard, STR("jabber:server"));
	xml_writer_start(f->writer, tag, f->depth > 1);
}

static void sink_text(void *self, struct str text)
{
	xml_writer_text(((struct fuzz *)self)->writer, text);
}

static void sink_end(void *self)
{
	struct fuzz *f = self;

	f->depth--;
	xml_writer_end(f->writer);
}

static const struct xml_sink sink = { sink_start, sink_text, sink_end };

static void check_stanza(struct fuzz *f)
{
	struct buf stream = { 0 };

	MUST(f->depth == 0);
	buf_put(&stream, STR("<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
			     "xmlns:stream='http://etherx.jabber.org/streams'>"));
	buf_put(&stream, buf_view(&f->heard));
	buf_put(&f->story, buf_view(&f->heard));
	output_check_stream(buf_view(&stream));
	buf_fini(&stream);
	buf_clear(&f->heard);
}

/* ---- the owner ---- */

static void secure(struct fuzz *f)
{
	MUST(buf_len(&f->in) == 0);
	f->tls_began = true;
	stream_secured(f->stream);
	MUST(stream_is_secure(f->stream));
}

static void prove(struct fuzz *f)
{
	const struct stream_info *i = &f->info;

	stream_db_result_answer(f->stream, i->db.from, i->db.to,
		i->db.key.n % 3 == 0 ? DIALBACK_ERROR : DIALBACK_VALID, CONDITION_FORBIDDEN);
	stream_stanzas(f->stream, &sink, f);
}

static void authenticate(struct fuzz *f)
{
	stream_stanzas(f->stream, &sink, f);
	stream_auth_result(f->stream, f->info.peer.authzid.n != 1, "not-authorized", "no");
}

static void claim(struct fuzz *f)
{
	stream_db_result(f->stream, STR("a.example"), STR("b.example"), STR("k1"));
	stream_db_verify(f->stream, STR("a.example"), STR("b.example"), STR("2"), STR("k2"));
}

static void choose(struct fuzz *f)
{
	if (f->info.offer.starttls)
		MUST(stream_starttls(f->stream));
	else if (f->info.offer.external && stream_is_secure(f->stream))
		MUST(stream_auth_external(f->stream));
	else
		claim(f);
}

static void handle(struct fuzz *f, enum stream_event e)
{
	const struct stream_info *i = &f->info;

	switch (e) {
	case STREAM_HEADER:
		stream_answer(f->stream, i->peer.to, i->peer.from,
			OFFER_STARTTLS | OFFER_EXTERNAL | OFFER_DIALBACK);
		break;
	case STREAM_STARTTLS: secure(f); break;
	case STREAM_AUTH: authenticate(f); break;
	case STREAM_FEATURES: choose(f); break;
	case STREAM_AUTH_FAILED: claim(f); break;
	case STREAM_DB_RESULT: prove(f); break;
	case STREAM_DB_VERIFY:
		stream_db_verify_answer(f->stream, i->db.from, i->db.to, i->db.id,
			i->db.key.n % 2 ? DIALBACK_VALID : DIALBACK_ERROR,
			CONDITION_ITEM_NOT_FOUND);
		break;
	case STREAM_STANZA:
	case STREAM_OVERSIZE: check_stanza(f); break;
	case STREAM_CLOSED:
	case STREAM_PEER_ERROR:
	case STREAM_FAILED: f->ends++; break;
	case STREAM_READY:
	case STREAM_DB_RESULT_ANSWER:
	case STREAM_DB_VERIFY_ANSWER:
	case STREAM_IGNORED:
	case STREAM_WAIT: break;
	}
}

static void pump(struct fuzz *f)
{
	enum stream_event e;

	do {
		e = stream_next(f->stream, f->now, &f->info);
		if (e != STREAM_WAIT)
			buf_printf(&f->story, "%s %zu %.*s;", stream_event_name(e), f->info.bytes,
				STR_ARG(f->info.fail.text));
		handle(f, e);
	} while (e != STREAM_WAIT);
	MUST((f->ends == 1) == (strcmp(stream_state_name(f->stream), "ended") == 0));
}

/* At the latest when its clocks have run out a stream that is not established ends, and so does one
 * that we close. */
static void end(struct fuzz *f)
{
	uint64_t deadline = stream_deadline(f->stream);

	if (deadline) {
		f->now = deadline;
		pump(f);
		MUST(f->ends == 1);
	}
	stream_close(f->stream, f->now);
	f->now += f->options.close_ms;
	pump(f);
	MUST(f->ends == 1);
	MUST(stream_deadline(f->stream) == 0);
}

static size_t piece_size(unsigned cut, size_t n)
{
	static const size_t sizes[] = { SIZE_MAX, 1, 3, 17 };

	return n < sizes[cut] ? n : sizes[cut];
}

static void feed(struct fuzz *f, unsigned cut, struct str data)
{
	while (data.n > 0) {
		const char *nul = memchr(data.p, '\0', data.n);
		size_t n = piece_size(cut, nul ? (size_t)(nul - data.p) : data.n);

		buf_put(&f->in, (struct str){ data.p, n });
		pump(f);
		data = str_skip(data, n);
		if (data.n > 0 && *data.p == '\0')
			data = str_skip(data, 1);
	}
}

static void converse(struct fuzz *f, unsigned flags, unsigned cut, struct str in)
{
	*f = (struct fuzz){ .now = 1000 };
	f->options = (struct stream_options){
		.role = flags & 1 ? STREAM_INITIATING : STREAM_RECEIVING,
		.secure = flags & 2,
		.early_bytes = 8192,
		.early_elements = 32,
		.max_pairs = 3,
		.setup_ms = 30000,
		.verify_ms = 45000,
		.close_ms = 5000,
		.limits = limits,
	};
	fuzz_random_reset();
	f->writer = xml_writer_new();
	f->stream = stream_new(&f->options, &f->in, &f->out, f->now);
	if (f->options.role == STREAM_INITIATING)
		stream_open(f->stream, STR("a.example"), STR("b.example"));
	feed(f, cut, in);
	end(f);
	output_check(buf_view(&f->out));
}

static void fuzz_fini(struct fuzz *f)
{
	stream_free(f->stream);
	xml_writer_free(f->writer);
	buf_fini(&f->in);
	buf_fini(&f->out);
	buf_fini(&f->heard);
	buf_fini(&f->story);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned flags = size > 0 ? data[0] : 0, cut = flags >> 2 & 3;
	struct str in = { (const char *)data + (size ? 1 : 0), size ? size - 1 : 0 };
	struct fuzz one, other;

	xml_reader_global_init();
	converse(&one, flags, cut, in);
	/* The other cut: whole and byte by byte differ most. */
	converse(&other, flags, cut == 0 ? 1 : 0, in);
	/* Only what comes together with <starttls/> or <proceed/> is known to have come in the
	 * clear. */
	if (!one.tls_began && !other.tls_began) {
		MUST(str_eq(buf_view(&one.out), buf_view(&other.out)));
		MUST(str_eq(buf_view(&one.story), buf_view(&other.story)));
	}
	fuzz_fini(&one);
	fuzz_fini(&other);
	return 0;
}
