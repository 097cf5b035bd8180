/* SPDX-License-Identifier: MIT */
/*
 * "errors", "errors-bytes": the last input of each peer that ended a stream, of all workers, the
 * last one first. What stood there is content, and only for who may change something.
 */
#include "base/mem.h"
#include "daemon/control_command.h"
#include "trunk/malformed.h"
#include "trunk/report.h"

#include <stdlib.h>
#include <string.h>

struct rows {
	struct malformed_row *v;
	unsigned n;
};

/* `arg` of the survey: who is asked for. */
struct question {
	struct report_filter filter;
	bool is_address;
	struct address address;
};

static void fill(struct trunk *t, void *slot, const void *arg)
{
	struct rows *r = slot;

	(void)arg;
	r->v = malformed_rows(t->malformed, &r->n);
}

static void fini(void *slot)
{
	free(((struct rows *)slot)->v);
}

static bool fits(const struct question *q, const struct malformed_row *r)
{
	if (q->is_address)
		return address_same_host(&r->peer, &q->address);
	return report_matches(&q->filter, &r->domain);
}

/* The last one first. */
static int by_time(const void *a, const void *b)
{
	const struct malformed_row *x = *(const struct malformed_row *const *)a;
	const struct malformed_row *y = *(const struct malformed_row *const *)b;

	return strcmp(y->time, x->time);
}

/* A peer may have been to several workers: its last one has the number of all. */
static bool is_known(struct malformed_row **seen, unsigned n, const struct malformed_row *r)
{
	for (unsigned i = 0; i < n; i++)
		if (seen[i]->key_n == r->key_n && memcmp(seen[i]->key, r->key, r->key_n) == 0) {
			seen[i]->times += r->times;
			return true;
		}
	return false;
}

static json_t *name_or_null(const struct domain *d)
{
	return d->n ? json_string(d->s) : json_null();
}

static json_t *hex(const struct stream_fault *f)
{
	struct buf text = { 0 };
	json_t *out;

	for (unsigned i = 0; i < f->n; i++)
		buf_printf(&text, "%02x", (unsigned char)f->bytes[i]);
	out = json_stringn(buf_view(&text).p, buf_len(&text));
	buf_fini(&text);
	return out;
}

/* Words of ours and of libxml2, which quotes names of the peer: not always UTF-8. */
static json_t *words_of(const struct malformed_row *r)
{
	const char *words = r->fault.words[0] ? r->fault.words : r->words;
	json_t *out = json_string(words);

	return out ? out : json_string("not well-formed");
}

static json_t *tell(const struct malformed_row *r, bool bytes)
{
	static const char *const kinds[] = { "in", "out", "verify" };
	char peer[ADDRESS_TEXT];
	json_t *o;

	address_print(&r->peer, peer);
	o = json_pack("{s:s, s:s, s:o, s:b, s:s, s:o, s:I, s:I, s:s, s:I, s:o}", "time", r->time,
		"peer", peer, "domain", name_or_null(&r->domain), "proven", r->proven, "dir",
		kinds[r->kind], "own", name_or_null(&r->own), "id", (json_int_t)r->stream, "times",
		(json_int_t)r->times, "condition", stream_condition_name(r->condition), "offset",
		(json_int_t)r->fault.offset, "words", words_of(r));
	if (bytes) {
		json_object_set_new(o, "bytes", hex(&r->fault));
		json_object_set_new(o, "bytes_offset",
			json_integer((json_int_t)(r->fault.offset - r->fault.at)));
	}
	return o;
}

static void done(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	struct malformed_row **all, *seen[MALFORMED_PEERS];
	unsigned count = 0, kept = 0, room = 0;
	bool bytes = call->command->access == CONTROL_CHANGE;

	for (unsigned i = 0; i < n; i++)
		room += ((struct rows *)slots[i])->n;
	all = mem_zero(room + 1, sizeof(struct malformed_row *));
	for (unsigned i = 0; i < n; i++) {
		struct rows *r = slots[i];

		for (unsigned k = 0; k < r->n; k++)
			if (fits(arg, &r->v[k]))
				all[count++] = &r->v[k];
	}
	qsort(all, count, sizeof(*all), by_time);
	for (unsigned i = 0; i < count; i++)
		if (!is_known(seen, kept, all[i]) && kept < MALFORMED_PEERS)
			seen[kept++] = all[i];
	free(all);
	for (unsigned i = 0; i < kept && call->conn; i++)
		control_item(call, tell(seen[i], bytes));
	control_done(call, json_pack("{s:i}", "rows", (int)kept));
}

void control_errors(struct control_call *call, json_t *arguments)
{
	static const struct control_survey survey = { sizeof(struct rows), fill, done, fini };
	const char *pattern = control_text(arguments, "pattern");
	struct question *q = MEM_NEW(struct question);

	q->is_address = pattern && address_parse(pattern, 0, &q->address);
	if (q->is_address || report_filter_init(&q->filter, pattern, 0)) {
		control_survey(call, &survey, q);
		return;
	}
	free(q);
	control_fail(call, "this is no peer", "Write its address, its domain, or *.suffix.");
}
