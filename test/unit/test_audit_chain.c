/* SPDX-License-Identifier: MIT */
/* The chain of audit records: whatever is done to a file shows, and where. */
#include "unit.h"

#include "audit_lines.h"
#include "base/mem.h"

#include <stdlib.h>

enum { LINES = 12 };

/* LINES records with a checkpoint after the sixth and as the last one. */
static struct buf sealed_file(void)
{
	struct buf out = { 0 };
	struct audit_chain c;

	audit_chain_init(&c);
	for (unsigned i = 1; i <= LINES - 2; i++) {
		lines_stanza(&c, i, &out);
		if (i == 6)
			lines_checkpoint(&c, &out);
	}
	lines_checkpoint(&c, &out);
	return out;
}

/* The line with this number, with its newline. */
static struct str line_of(struct str text, unsigned number)
{
	const char *end = memchr(text.p, '\n', text.n);

	while (--number) {
		text = str_skip(text, (size_t)(end - text.p) + 1);
		end = memchr(text.p, '\n', text.n);
	}
	return (struct str){ text.p, (size_t)(end - text.p) + 1 };
}

static void a_file_as_it_was_written_has_no_fault(void **unused)
{
	struct buf f = sealed_file();
	struct lines_findings all = lines_verify(buf_view(&f), lines_key);

	(void)unused;
	assert_int_equal(all.result.faults, 0);
	assert_int_equal(all.result.records, LINES);
	assert_int_equal(all.result.checkpoints, 2);
	assert_int_equal(all.result.first, 1);
	assert_int_equal(all.result.last, LINES);
	assert_false(all.result.continues);
	assert_string_equal(all.result.last_time, "2026-01-02T03:04:06.000000Z");
	/* Without the key the chain alone. */
	assert_int_equal(lines_verify(buf_view(&f), STR("")).result.faults, 0);
	buf_fini(&f);
}

static void the_digest_is_that_of_the_line_before_without_its_newline(void **unused)
{
	struct buf f = sealed_file();
	struct str first = line_of(buf_view(&f), 1), second = line_of(buf_view(&f), 2), prev;
	uint64_t sequence;
	char digest[DIGEST_HEX];

	(void)unused;
	audit_chain_digest((struct str){ first.p, first.n - 1 }, digest);
	assert_true(audit_chain_parse((struct str){ second.p, second.n - 1 }, &sequence, &prev));
	assert_int_equal(sequence, 2);
	assert_str(prev, digest);
	buf_fini(&f);
}

static void every_change_of_a_single_byte_is_found(void **unused)
{
	struct buf f = sealed_file();

	(void)unused;
	for (size_t i = 0; i < buf_len(&f); i++) {
		static const char flips[] = { 1, 2, 0x20, '\n' };

		for (size_t j = 0; j < sizeof(flips); j++) {
			f.data[f.start + i] ^= flips[j];
			assert_int_not_equal(
				lines_verify(buf_view(&f), lines_key).result.faults, 0);
			f.data[f.start + i] ^= flips[j];
		}
	}
	buf_fini(&f);
}

static void without_the_key_every_change_but_in_the_last_line_is_found(void **unused)
{
	struct buf f = sealed_file();
	size_t last = line_of(buf_view(&f), LINES).n;

	(void)unused;
	for (size_t i = 0; i < buf_len(&f) - last; i++) {
		f.data[f.start + i] ^= 1;
		assert_int_not_equal(lines_verify(buf_view(&f), STR("")).result.faults, 0);
		f.data[f.start + i] ^= 1;
	}
	buf_fini(&f);
}

static void a_changed_line_is_named(void **unused)
{
	struct buf f = sealed_file();
	struct str fourth = line_of(buf_view(&f), 4);
	struct lines_findings all;

	(void)unused;
	f.data[f.start + (size_t)(fourth.p - buf_view(&f).p) + fourth.n - 4] ^= 1;
	all = lines_verify(buf_view(&f), lines_key);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.list[0].fault, AUDIT_FAULT_CHANGED);
	assert_int_equal(all.list[0].line, 4);
	buf_fini(&f);
}

static void a_line_taken_out_is_found_wherever_it_was(void **unused)
{
	(void)unused;
	for (unsigned i = 1; i <= LINES; i++) {
		struct buf f = sealed_file();
		struct str line = line_of(buf_view(&f), i);
		struct lines_findings all;

		buf_remove(&f, (size_t)(line.p - buf_view(&f).p), line.n);
		all = lines_verify(buf_view(&f), lines_key);
		if (i == 1) { /* it looks like the next file of the chain, and says so */
			assert_true(all.result.continues);
			assert_int_equal(all.result.first, 2);
		} else {
			assert_int_not_equal(all.n, 0);
			assert_int_equal(all.list[0].fault,
				i == LINES ? AUDIT_FAULT_CUT : AUDIT_FAULT_MISSING);
		}
		if (i > 1 && i < LINES)
			assert_int_equal(all.list[0].line, i);
		buf_fini(&f);
	}
}

static void a_doubled_line_is_found(void **unused)
{
	(void)unused;
	for (unsigned i = 2; i <= LINES; i++) {
		struct buf f = sealed_file();
		struct str line = line_of(buf_view(&f), i);
		MEM_AUTO char *copy = str_dup(line);
		struct lines_findings all;

		buf_insert(&f, (size_t)(line.p - buf_view(&f).p), str_of(copy));
		all = lines_verify(buf_view(&f), lines_key);
		assert_int_equal(all.n, 1);
		assert_int_equal(all.list[0].fault, AUDIT_FAULT_DOUBLED);
		assert_int_equal(all.list[0].line, i + 1);
		buf_fini(&f);
	}
}

static void two_lines_that_changed_places_are_found(void **unused)
{
	(void)unused;
	for (unsigned i = 1; i < LINES; i++) {
		struct buf f = sealed_file();
		struct str line = line_of(buf_view(&f), i), next = line_of(buf_view(&f), i + 1);
		size_t at = (size_t)(line.p - buf_view(&f).p);
		MEM_AUTO char *copy = str_dup(next);

		buf_remove(&f, at + line.n, next.n);
		buf_insert(&f, at, str_of(copy));
		assert_int_not_equal(lines_verify(buf_view(&f), lines_key).n, 0);
		assert_int_not_equal(lines_verify(buf_view(&f), STR("")).n, 0);
		buf_fini(&f);
	}
}

static void a_cut_tail_is_found_with_the_key(void **unused)
{
	struct buf f = sealed_file();
	struct str whole = buf_view(&f);

	(void)unused;
	for (size_t n = whole.n - 1; n > 0; n--) {
		struct lines_findings all = lines_verify((struct str){ whole.p, n }, lines_key);

		/* Just behind the checkpoint of line 7 only the number of the last record tells. */
		if (n == (size_t)(line_of(whole, 8).p - whole.p)) {
			assert_int_equal(all.n, 0);
			assert_int_equal(all.result.last, 7);
			continue;
		}
		if (n < line_of(whole, 1).n) /* nothing left that could be sealed */
			assert_int_equal(all.list[0].fault, AUDIT_FAULT_TORN);
		assert_int_not_equal(all.n, 0);
	}
	buf_fini(&f);
}

static void a_chain_written_anew_without_the_key_is_found(void **unused)
{
	struct buf f = { 0 };
	struct audit_chain c;
	struct lines_findings all;

	(void)unused;
	audit_chain_init(&c);
	for (unsigned i = 0; i < 5; i++)
		lines_stanza(&c, i, &f);
	lines_checkpoint(&c, &f);
	assert_int_equal(lines_verify(buf_view(&f), lines_key).n, 0);
	all = lines_verify(buf_view(&f), STR("the key of somebody else"));
	assert_int_equal(all.list[0].fault, AUDIT_FAULT_CHECKPOINT);
	assert_int_equal(all.list[0].line, 6);
	buf_clear(&f);
	audit_chain_init(&c);
	lines_stanza(&c, 1, &f);
	all = lines_verify(buf_view(&f), lines_key);
	assert_int_equal(all.list[0].fault, AUDIT_FAULT_UNSEALED);
	buf_fini(&f);
}

static void more_than_a_thousand_records_without_a_checkpoint_are_found(void **unused)
{
	struct buf f = { 0 };
	struct audit_chain c;

	(void)unused;
	audit_chain_init(&c);
	lines_checkpoint(&c, &f);
	for (unsigned i = 0; i < AUDIT_SEAL_RECORDS; i++)
		lines_stanza(&c, i, &f);
	struct audit_chain one_more = c;
	size_t n = buf_len(&f);

	lines_checkpoint(&c, &f);
	assert_int_equal(lines_verify(buf_view(&f), lines_key).n, 0);
	buf_truncate(&f, n);
	lines_stanza(&one_more, 0, &f);
	lines_checkpoint(&one_more, &f);
	assert_int_equal(lines_verify(buf_view(&f), lines_key).list[0].fault, AUDIT_FAULT_UNSEALED);
	buf_fini(&f);
}

static void the_chain_goes_on_in_the_next_file(void **unused)
{
	struct buf a = { 0 }, b = { 0 };
	struct audit_chain c;
	struct lines_findings all = { .n = 0 };
	struct audit_verify v;

	(void)unused;
	audit_chain_init(&c);
	lines_stanza(&c, 1, &a);
	lines_checkpoint(&c, &a);
	lines_stanza(&c, 2, &b);
	lines_checkpoint(&c, &b);
	audit_verify_init(&v, lines_key, lines_found, &all);
	lines_feed(&v, buf_view(&a));
	lines_feed(&v, buf_view(&b));
	audit_verify_end(&v);
	assert_int_equal(v.result.faults, 0);
	assert_int_equal(v.result.last, 4);
	all = lines_verify(buf_view(&b), lines_key);
	assert_int_equal(all.n, 0);
	assert_true(all.result.continues);
	assert_int_equal(all.result.first, 3);
	/* In the wrong order. */
	buf_move(&b, &a);
	assert_int_not_equal(lines_verify(buf_view(&b), lines_key).n, 0);
	buf_fini(&a);
	buf_fini(&b);
}

static void a_torn_piece_is_fine_when_the_next_record_marks_it(void **unused)
{
	struct buf f = { 0 };
	struct audit_chain c;
	char last[DIGEST_HEX];
	static const struct str piece = STR_INIT("{\"sequence\":2,\"prev\":\"00");
	struct audit_record mark = { .event = AUDIT_TORN, .count = piece.n };
	struct lines_findings all;

	(void)unused;
	audit_chain_init(&c);
	lines_stanza(&c, 1, &f);
	memcpy(last, c.prev, sizeof(last));
	mark.hash = str_of(last);
	buf_put(&f, piece);
	buf_put_char(&f, '\n');
	audit_chain_digest(piece, c.prev);
	lines_event(&c, &mark, &f);
	lines_checkpoint(&c, &f);
	all = lines_verify(buf_view(&f), lines_key);
	assert_int_equal(all.n, 0);
	assert_int_equal(all.result.torn, 1);
	/* Another piece than the one that was marked. */
	f.data[f.start + line_of(buf_view(&f), 1).n + 3] ^= 1;
	all = lines_verify(buf_view(&f), lines_key);
	assert_int_equal(all.list[0].fault, AUDIT_FAULT_NO_RECORD);
	assert_int_equal(all.list[0].line, 2);
	buf_fini(&f);
}

static void a_chain_that_begins_anew_is_told(void **unused)
{
	struct buf f = { 0 };
	struct audit_chain c;

	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		audit_chain_init(&c);
		lines_stanza(&c, 1, &f);
		lines_stanza(&c, 2, &f);
	}
	struct lines_findings all = lines_verify(buf_view(&f), STR(""));

	assert_int_equal(all.n, 1);
	assert_int_equal(all.list[0].fault, AUDIT_FAULT_ANEW);
	assert_int_equal(all.list[0].line, 3);
	buf_fini(&f);
}

static void put_event(struct audit_chain *c, enum audit_event event, struct buf *out)
{
	struct buf body = { 0 };

	audit_record_write(&(struct audit_record){ .event = event, .time = STR("t") }, &body);
	audit_chain_line(c, buf_view(&body), out);
	buf_fini(&body);
}

/* Checkpoints aside; a file that begins with a start says nothing of what was before. */
static void a_start_without_a_stop_is_counted(void **unused)
{
	struct buf f = { 0 };
	struct audit_chain c;
	struct lines_findings all;

	(void)unused;
	audit_chain_init(&c);
	put_event(&c, AUDIT_START, &f);
	put_event(&c, AUDIT_STOP, &f);
	lines_checkpoint(&c, &f);
	put_event(&c, AUDIT_START, &f);
	assert_int_equal(lines_verify(buf_view(&f), lines_key).result.died, 0);
	put_event(&c, AUDIT_STANZA, &f);
	lines_checkpoint(&c, &f);
	put_event(&c, AUDIT_START, &f);
	put_event(&c, AUDIT_START, &f);
	lines_checkpoint(&c, &f);
	all = lines_verify(buf_view(&f), lines_key);
	assert_int_equal(all.result.died, 2);
	assert_int_equal(all.result.faults, 0);
	buf_fini(&f);
}

static void what_does_not_begin_like_a_record_is_none(void **unused)
{
	static const char *const bad[] = {
		"",
		"{}",
		"{\"sequence\":1}",
		"{\"sequence\":01,\"prev\":\"%s\",\"time\":\"x\"}",
		"{\"sequence\":-1,\"prev\":\"%s\",\"time\":\"x\"}",
		"{\"sequence\":12345678901234567890,\"prev\":\"%s\",\"time\":\"x\"}",
		"{\"sequence\":1,\"prev\":\"%sa\",\"time\":\"x\"}",
		"{\"sequence\":1, \"prev\":\"%s\",\"time\":\"x\"}",
		"{\"sequence\":1,\"prev\":\"%s\",\"time\":\"x\"",
		"{\"sequence\":1,\"prev\":\"%.63sA\",\"time\":\"x\"}",
	};
	struct audit_chain c;
	struct str prev;
	uint64_t sequence;

	(void)unused;
	audit_chain_init(&c);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *at = strchr(bad[i], '%');
		struct buf line = { 0 };

		if (at) {
			size_t digits = at[1] == '.' ? 63 : 64;

			buf_put(&line, (struct str){ bad[i], (size_t)(at - bad[i]) });
			buf_put(&line, (struct str){ c.prev, digits });
			buf_put(&line, str_of(at + (at[1] == '.' ? 5 : 2)));
		} else {
			buf_put(&line, str_of(bad[i]));
		}
		assert_false(audit_chain_parse(buf_view(&line), &sequence, &prev));
		buf_fini(&line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_as_it_was_written_has_no_fault),
		cmocka_unit_test(the_digest_is_that_of_the_line_before_without_its_newline),
		cmocka_unit_test(every_change_of_a_single_byte_is_found),
		cmocka_unit_test(without_the_key_every_change_but_in_the_last_line_is_found),
		cmocka_unit_test(a_changed_line_is_named),
		cmocka_unit_test(a_line_taken_out_is_found_wherever_it_was),
		cmocka_unit_test(a_doubled_line_is_found),
		cmocka_unit_test(two_lines_that_changed_places_are_found),
		cmocka_unit_test(a_cut_tail_is_found_with_the_key),
		cmocka_unit_test(a_chain_written_anew_without_the_key_is_found),
		cmocka_unit_test(more_than_a_thousand_records_without_a_checkpoint_are_found),
		cmocka_unit_test(the_chain_goes_on_in_the_next_file),
		cmocka_unit_test(a_torn_piece_is_fine_when_the_next_record_marks_it),
		cmocka_unit_test(a_chain_that_begins_anew_is_told),
		cmocka_unit_test(a_start_without_a_stop_is_counted),
		cmocka_unit_test(what_does_not_begin_like_a_record_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
