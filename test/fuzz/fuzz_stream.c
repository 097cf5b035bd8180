/* SPDX-License-Identifier: MIT */
/*
 * A peer's bytes against a stream whose owner allows everything. Whatever comes: no crash, the end
 * is told once, every clock runs out, and all that we write is well-formed.
 *
 * Input: byte 0 is the role (bit 0: initiating), TLS from the start (bit 1) and how the rest is cut
 * (bits 2 and 3). A NUL in the rest is where the peer waits for us. `proto_runner DIR --seeds DIR`
 * makes such inputs of the conversation scripts.
 */
#include "fuzz.h"

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
	struct xml_writer *writer;
	unsigned depth;
	unsigned ends;
	uint64_t now;
};

/* ---- what we wrote ---- */

static void ignore_start(void *self, const struct xml_tag *tag)
{
}

static void ignore_text(void *self, struct str text)
{
}

static void ignore_end(void *self)
{
}

static const struct xml_sink ignore = { ignore_start, ignore_text, ignore_end };

/* One of our streams, from its declaration on: it may end anywhere between two elements. */
static void check_stream(struct str text)
{
	const struct scanner_limits wide = { 1 << 30, 1 << 30, 100, 100, 100, 1 << 30 };
	struct xml_reader *reader = xml_reader_new(NULL);
	struct scanner scanner;
	struct str piece;
	size_t used;
	bool closed = false;

	scanner_init(&scanner, &wide);
	while (text.n > 0) {
		enum scan_outcome o = scanner_next(&scanner, text, &piece, &used);

		MUST(!closed);
		MUST(o == SCAN_HEADER || o == SCAN_ELEMENT || o == SCAN_CLOSE);
		if (o == SCAN_HEADER)
			MUST(xml_reader_header(reader, piece, ignore, NULL) == READ_OK);
		else if (o == SCAN_ELEMENT)
			MUST(xml_reader_element(reader, piece, ignore, NULL) == READ_OK);
		closed = o == SCAN_CLOSE;
		text = str_skip(text, used);
	}
	xml_reader_free(reader);
}

/* A declaration starts each of our streams on a connection, and stands nowhere else. */
static void check_output(struct str out)
{
	static const char start[] = "<?xml ";

	while (out.n > 0) {
		const char *next = memmem(out.p + 1, out.n - 1, start, strlen(start));
		size_t n = next ? (size_t)(next - out.p) : out.n;

		check_stream((struct str){ out.p, n });
		out = str_skip(out, n);
	}
}

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
	check_stream(buf_view(&stream));
	buf_fini(&stream);
	buf_clear(&f->heard);
}

/* ---- the owner ---- */

static void secure(struct fuzz *f)
{
	MUST(buf_len(&f->in) == 0);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { 0 };
	unsigned flags = size > 0 ? data[0] : 0;

	xml_reader_global_init();
	f.options = (struct stream_options){
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
	f.now = 1000;
	f.writer = xml_writer_new();
	f.stream = stream_new(&f.options, &f.in, &f.out, f.now);
	if (f.options.role == STREAM_INITIATING)
		stream_open(f.stream, STR("a.example"), STR("b.example"));
	if (size > 1)
		feed(&f, flags >> 2 & 3, (struct str){ (const char *)data + 1, size - 1 });
	end(&f);
	check_output(buf_view(&f.out));
	stream_free(f.stream);
	xml_writer_free(f.writer);
	buf_fini(&f.in);
	buf_fini(&f.out);
	buf_fini(&f.heard);
	return 0;
}
