/* SPDX-License-Identifier: MIT */
/*
 * What a stanza costs in memory: scanner alone; scanner and reader with an empty sink; scanner,
 * reader and writer. The corpus is generated with a fixed seed: messages, presence, iq, groupchat,
 * about 350 bytes each, every eighth body not ASCII.
 *
 *   bench_xml                    all of it, best and median of a few rounds
 *   bench_xml <what> <passes>    one part, a fixed number of passes over the corpus, no clock: for
 *                                callgrind; <what> is scanner, reader or writer
 */
#include "base/buf.h"
#include "xml/reader.h"
#include "xml/scanner.h"
#include "xml/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	STANZAS = 2000,
	ROUNDS = 15,
	GATHER = 16 << 10, /* output is kept until it fills a record */
};

static const struct scanner_limits limits = {
	.bytes = 256 << 10,
	.hard_bytes = 4 << 20,
	.depth = 64,
	.attributes = 64,
	.declarations = 64,
	.tag_bytes = 32 << 10,
};

static const char header[] =
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
	"xmlns:db='jabber:server:dialback' "
	"xmlns:stream='http://etherx.jabber.org/streams' from='leaf.example' to='remote.example' "
	"version='1.0' xml:lang='en'>";

struct bench {
	struct buf corpus;
	struct scanner scanner;
	struct xml_reader *reader;
	struct xml_writer *writer;
	struct buf out;
	size_t pieces, events, bytes_out;
};

/* ---- corpus ---- */

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static const char *pick(uint32_t *seed, const char *const *from, size_t n)
{
	return from[next(seed) % n];
}

static const char *const people[] = { "alice", "bob", "romeo", "juliet", "mercutio", "benvolio" };
static const char *const places[] = { "desk-3af1", "Conversations.x81k", "gajim.NDVG5M2Q",
	"phone" };
static const char *const words[] = { "the", "report", "is", "ready", "when", "you", "are", "please",
	"look", "at", "section", "four", "before", "noon", "thanks", "and", "tell", "me", "why",
	"not" };
static const char *const foreign[] = { "Grüße", "aus", "Köln", "жду", "ответа", "сегодня", "会議は",
	"三時から", "señor", "mañana" };

static void put_words(struct buf *b, uint32_t *seed, unsigned n)
{
	bool other = next(seed) % 8 == 0;

	for (unsigned i = 0; i < n; i++) {
		const char *w = other ? pick(seed, foreign, sizeof(foreign) / sizeof(*foreign))
				      : pick(seed, words, sizeof(words) / sizeof(*words));

		buf_printf(b, "%s%s", i ? " " : "", w);
	}
	if (next(seed) % 8 == 0)
		buf_printf(b, " &amp; &lt;more&gt;");
}

static void put_addresses(struct buf *b, uint32_t *seed)
{
	buf_printf(b, " from='%s@leaf.example/%s' to='%s@remote.example/%s' id='%08x-%04x'",
		pick(seed, people, 6), pick(seed, places, 4), pick(seed, people, 6),
		pick(seed, places, 4), next(seed), next(seed) & 0xffff);
}

static void put_message(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<message");
	put_addresses(b, seed);
	buf_printf(b, " type='chat' xml:lang='en'><body>");
	put_words(b, seed, 14 + next(seed) % 16);
	buf_printf(b,
		"</body><active xmlns='http://jabber.org/protocol/chatstates'/>"
		"<request xmlns='urn:xmpp:receipts'/><origin-id id='%08x' xmlns='urn:xmpp:sid:0'/>"
		"</message>",
		next(seed));
}

static void put_presence(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<presence");
	put_addresses(b, seed);
	buf_printf(b, "><show>away</show><status>");
	put_words(b, seed, 6);
	buf_printf(b,
		"</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' "
		"hash='sha-1' node='http://gajim.org' ver='%08x%08xQ='/></presence>",
		next(seed), next(seed));
}

static void put_iq(struct buf *b, uint32_t *seed)
{
	buf_printf(b, "<iq");
	put_addresses(b, seed);
	buf_printf(b, " type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
		      "<identity category='client' type='pc' name='Gajim'/>"
		      "<feature var='urn:xmpp:ping'/><feature var='urn:xmpp:time'/>"
		      "<feature var='jabber:iq:version'/></query></iq>");
}

static void put_groupchat(struct buf *b, uint32_t *seed)
{
	buf_printf(b,
		"<message from='room%u@rooms.leaf.example/%s' to='%s@remote.example/%s' id='%08x' "
		"type='groupchat'><body>",
		next(seed) % 20, pick(seed, people, 6), pick(seed, people, 6),
		pick(seed, places, 4), next(seed));
	put_words(b, seed, 16 + next(seed) % 16);
	buf_printf(b,
		"</body><stanza-id xmlns='urn:xmpp:sid:0' id='%08x%08x' "
		"by='room%u@rooms.leaf.example'/></message>",
		next(seed), next(seed), next(seed) % 20);
}

static void generate(struct buf *b)
{
	static void (*const kinds[])(struct buf *, uint32_t *) = {
		put_message,
		put_message,
		put_message,
		put_presence,
		put_presence,
		put_iq,
		put_groupchat,
		put_groupchat,
	};
	uint32_t seed = 1;

	for (unsigned i = 0; i < STANZAS; i++)
		kinds[next(&seed) % 8](b, &seed);
}

/* ---- what is measured ---- */

static void count_start(void *self, const struct xml_tag *tag)
{
	((struct bench *)self)->events++;
}

static void count_text(void *self, struct str text)
{
	((struct bench *)self)->events++;
}

static void count_end(void *self)
{
	((struct bench *)self)->events++;
}

static const struct xml_sink counting = { count_start, count_text, count_end };

static void write_start(void *self, const struct xml_tag *tag)
{
	struct bench *b = self;

	xml_writer_start(b->writer, tag, xml_writer_depth(b->writer) > 0);
}

static void write_text(void *self, struct str text)
{
	xml_writer_text(((struct bench *)self)->writer, text);
}

static void write_end(void *self)
{
	xml_writer_end(((struct bench *)self)->writer);
}

static const struct xml_sink writing = { write_start, write_text, write_end };

static void take_scanned(struct bench *b, struct str piece)
{
	b->pieces++;
}

static void must(enum read_outcome o)
{
	if (o != READ_OK)
		abort();
}

static void take_read(struct bench *b, struct str piece)
{
	b->pieces++;
	must(xml_reader_element(b->reader, piece, counting, b));
}

static void take_written(struct bench *b, struct str piece)
{
	b->pieces++;
	xml_writer_begin(b->writer, &b->out, STR("jabber:server"));
	must(xml_reader_element(b->reader, piece, writing, b));
	if (buf_len(&b->out) < GATHER)
		return;
	b->bytes_out += buf_len(&b->out);
	buf_clear(&b->out);
}

static const struct part {
	const char *name;
	void (*take)(struct bench *b, struct str piece);
} parts[] = {
	{ "scanner", take_scanned },
	{ "reader", take_read },
	{ "writer", take_written },
};

static void pass(struct bench *b, const struct part *part)
{
	struct str in = buf_view(&b->corpus), piece;
	size_t used;

	while (scanner_next(&b->scanner, in, &piece, &used) == SCAN_ELEMENT) {
		part->take(b, piece);
		in = str_skip(in, used);
	}
	if (in.n)
		abort();
}

static void begin(struct bench *b)
{
	struct str piece;
	size_t used;

	*b = (struct bench){ 0 };
	generate(&b->corpus);
	b->reader = xml_reader_new(NULL);
	b->writer = xml_writer_new();
	scanner_init(&b->scanner, &limits);
	if (scanner_next(&b->scanner, STR(header), &piece, &used) != SCAN_HEADER)
		abort();
	must(xml_reader_header(b->reader, piece, counting, b));
}

static void end(struct bench *b)
{
	xml_reader_free(b->reader);
	xml_writer_free(b->writer);
	buf_fini(&b->corpus);
	buf_fini(&b->out);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void measure(struct bench *b, const struct part *part)
{
	double ns[ROUNDS];

	pass(b, part);
	for (unsigned i = 0; i < ROUNDS; i++) {
		double from = seconds();

		for (unsigned k = 0; k < 20; k++)
			pass(b, part);
		ns[i] = (seconds() - from) * 1e9 / (20.0 * STANZAS);
	}
	qsort(ns, ROUNDS, sizeof(ns[0]), by_size);
	printf("%-8s best %6.0f median %6.0f ns a stanza, %5.0f MB/s\n", part->name, ns[0],
		ns[ROUNDS / 2], (double)buf_len(&b->corpus) / STANZAS / ns[ROUNDS / 2] * 1e3);
}

static void run(struct bench *b, const char *what, unsigned passes)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(parts[i].name, what) != 0)
			continue;
		for (unsigned k = 0; k < passes; k++)
			pass(b, &parts[i]);
		printf("%s: %zu stanzas\n", what, b->pieces);
	}
}

int main(int argc, char **argv)
{
	struct bench b;

	xml_reader_global_init();
	begin(&b);
	if (argc == 3) {
		run(&b, argv[1], (unsigned)strtoul(argv[2], NULL, 10));
	} else {
		printf("%d stanzas, %zu bytes on average\n", STANZAS, buf_len(&b.corpus) / STANZAS);
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			measure(&b, &parts[i]);
	}
	end(&b);
	return 0;
}
