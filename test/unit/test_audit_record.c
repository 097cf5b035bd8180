/* SPDX-License-Identifier: MIT */
/* Audit records as JSON, and back. */
#include "unit.h"

#include "audit/chain.h"
#include "audit/read.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>

static struct buf line_of(const struct audit_record *r)
{
	struct audit_chain c;
	struct buf body = { 0 }, line = { 0 };

	audit_chain_init(&c);
	audit_record_write(r, &body);
	audit_chain_line(&c, buf_view(&body), &line);
	buf_truncate(&line, buf_len(&line) - 1);
	buf_fini(&body);
	return line;
}

static void a_record_is_one_line_in_a_fixed_order(void **unused)
{
	struct str policies[] = { STR_INIT("boundary-in"), STR_INIT("boundary-out") };
	struct audit_record r = {
		.event = AUDIT_STANZA,
		.time = STR("2026-01-02T03:04:05.678901Z"),
		.node = STR("trunk1"),
		.stream = 7,
		.from = STR("alice@a.example/x"),
		.to = STR("bob@b.example"),
		.kind = STR("message"),
		.bytes_in = 120,
		.policies = { policies, 2 },
		.verdict = STR("pass"),
		.reason = STR("pass"),
	};
	struct buf out = { 0 };

	(void)unused;
	audit_record_write(&r, &out);
	assert_str(buf_view(&out),
		"\"time\":\"2026-01-02T03:04:05.678901Z\",\"node\":\"trunk1\",\"event\":\"stanza\","
		"\"stream\":7,\"from\":\"alice@a.example/x\",\"to\":\"bob@b.example\","
		"\"kind\":\"message\",\"bytes_in\":120,"
		"\"policies\":[\"boundary-in\",\"boundary-out\"],\"verdict\":\"pass\","
		"\"reason\":\"pass\"");
	buf_fini(&out);
}

/* Every field holds something of its own. */
static void fill(struct audit_record *r, char (*texts)[32], struct str (*lists)[2])
{
	for (unsigned i = 0; i < audit_nfields; i++) {
		void *at = (char *)r + audit_fields[i].offset;

		snprintf(texts[i], sizeof(texts[i]), "value \"%u\" \\ \xc3\xa9", i);
		switch (audit_fields[i].type) {
		case AUDIT_TEXT: *(struct str *)at = str_of(texts[i]); break;
		case AUDIT_NUMBER: *(uint64_t *)at = 1000 + i; break;
		case AUDIT_NAMES:
			lists[i][0] = str_of(texts[i]);
			lists[i][1] = STR("another");
			*(struct audit_names *)at = (struct audit_names){ lists[i], 2 };
			break;
		}
	}
}

static void what_was_written_is_read_back_field_by_field(void **unused)
{
	struct audit_record r = { .event = AUDIT_OUTCOME };
	char(*texts)[32] = mem_zero(audit_nfields, sizeof(*texts));
	struct str(*lists)[2] = mem_zero(audit_nfields, sizeof(*lists));
	struct audit_entry e = { .line = 3 };
	struct audit_parsed parsed = { 0 };
	struct buf again = { 0 };

	(void)unused;
	fill(&r, texts, lists);
	struct buf line = line_of(&r);

	assert_true(audit_parse(buf_view(&line), &e, &parsed));
	assert_int_equal(e.line, 3);
	assert_int_equal(e.sequence, 1);
	assert_int_equal(e.record.event, AUDIT_OUTCOME);
	assert_str(e.record.shadow_reason, "value \"26\" \\ \xc3\xa9");
	struct buf second = line_of(&e.record);

	assert_int_equal(buf_len(&second), buf_len(&line));
	assert_memory_equal(buf_view(&second).p, buf_view(&line).p, buf_len(&line));
	audit_parsed_fini(&parsed);
	audit_parsed_fini(&parsed);
	buf_fini(&again);
	buf_fini(&second);
	buf_fini(&line);
	free(texts);
	free(lists);
}

static void the_parts_one_behind_another_are_the_record(void **unused)
{
	struct audit_record r = { .event = AUDIT_STANZA };
	char(*texts)[32] = mem_zero(audit_nfields, sizeof(*texts));
	struct str(*lists)[2] = mem_zero(audit_nfields, sizeof(*lists));
	struct buf whole = { 0 }, parts = { 0 };

	(void)unused;
	for (unsigned i = 1; i < audit_nfields; i++)
		assert_true(audit_fields[i].offset > audit_fields[i - 1].offset);
	fill(&r, texts, lists);
	/* No stanza has these two. */
	r.stanza = 0;
	r.peer = STR("");
	struct audit_head head = { r.time, r.node, r.stream, r.stream_to, r.from, r.to, r.kind,
		r.type, r.id, r.bytes_in, r.bytes_out };
	audit_record_write(&r, &whole);
	audit_head_write(&head, &parts);
	for (unsigned part = AUDIT_PART_PAIR; part < AUDIT_PARTS; part++) {
		size_t before = buf_len(&parts);

		audit_record_part(&r, (enum audit_part)part, &parts);
		assert_int_equal(buf_view(&parts).p[before], ',');
	}
	assert_int_equal(buf_len(&parts), buf_len(&whole));
	assert_memory_equal(buf_view(&parts).p, buf_view(&whole).p, buf_len(&whole));
	buf_fini(&whole);
	buf_fini(&parts);
	free(texts);
	free(lists);
}

static void what_a_string_may_not_hold_is_escaped(void **unused)
{
	static const struct {
		struct str in;
		const char *want;
	} rows[] = {
		{ STR_INIT("plain"), "plain" },
		{ STR_INIT("a\"b\\c"), "a\\\"b\\\\c" },
		{ STR_INIT("\n\r\t\x01"), "\\n\\u000d\\u0009\\u0001" },
		{ STR_INIT("\x7f\xc2\x85"), "\\u007f\\u0085" },
		{ STR_INIT("\xe2\x80\xa8\xe2\x80\xae"), "\\u2028\\u202e" },
		{ STR_INIT("\xc3\xa9\xf0\x9f\x98\x80"), "\xc3\xa9\xf0\x9f\x98\x80" },
		{ STR_INIT("\xff\xc3"), "\\ufffd\\ufffd" },
		{ STR_INIT("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd" },
		{ STR_INIT("\xc0\xaf"), "\\ufffd\\ufffd" },
		{ STR_INIT("\0"), "\\u0000" },
		{ STR_INIT("</script>"), "</script>" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };

		audit_escape(rows[i].in, &out);
		assert_str(buf_view(&out), rows[i].want);
		buf_fini(&out);
	}
}

/* Eight bytes are looked at at once: every byte at every place among them. */
static void every_byte_is_escaped_wherever_it_stands(void **unused)
{
	(void)unused;
	for (unsigned byte = 0; byte < 256; byte++)
		for (size_t at = 0; at < 20; at++) {
			char in[20], alone[16];
			struct buf out = { 0 }, one = { 0 }, want = { 0 };

			memset(in, 'x', sizeof(in));
			in[at] = alone[0] = (char)byte;
			audit_escape((struct str){ alone, 1 }, &one);
			buf_put(&want, (struct str){ "xxxxxxxxxxxxxxxxxxxx", at });
			buf_put(&want, buf_view(&one));
			buf_put(&want, (struct str){ "xxxxxxxxxxxxxxxxxxxx", 19 - at });
			audit_escape((struct str){ in, sizeof(in) }, &out);
			assert_int_equal(buf_len(&out), buf_len(&want));
			assert_memory_equal(buf_view(&out).p, buf_view(&want).p, buf_len(&out));
			buf_fini(&out);
			buf_fini(&one);
			buf_fini(&want);
		}
}

/* Whatever bytes a peer sends: one line, valid UTF-8, readable as JSON. */
static void any_bytes_give_a_line_that_can_be_read(void **unused)
{
	unsigned seed = 1;

	(void)unused;
	for (unsigned round = 0; round < 2000; round++) {
		char bytes[40];
		struct audit_entry e = { 0 };
		struct audit_parsed parsed = { 0 };

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)(rand_r(&seed) >> 4);
		struct audit_record r = { .event = AUDIT_STANZA,
			.received = { bytes, sizeof(bytes) } };
		struct buf line = line_of(&r);

		assert_true(str_is_utf8(buf_view(&line)));
		assert_null(memchr(buf_view(&line).p, '\n', buf_len(&line)));
		assert_true(audit_parse(buf_view(&line), &e, &parsed));
		assert_int_not_equal(e.record.received.n, 0);
		audit_parsed_fini(&parsed);
		buf_fini(&line);
	}
}

static void a_file_is_read_line_by_line(void **unused)
{
	struct audit_chain c;
	struct buf body = { 0 }, file = { 0 };
	struct audit_record r = { .event = AUDIT_STANZA, .id = STR("one") };
	struct audit_entry e;

	(void)unused;
	audit_chain_init(&c);
	audit_record_write(&r, &body);
	audit_chain_line(&c, buf_view(&body), &file);
	buf_put(&file, STR("this is no record\n"));
	buf_clear(&body);
	r.id = STR("two");
	audit_record_write(&r, &body);
	audit_chain_line(&c, buf_view(&body), &file);
	FILE *f = fmemopen(file.data + file.start, buf_len(&file), "r");
	struct audit_reader *reader = audit_reader_new(f);

	assert_int_equal(audit_read_next(reader, &e), 1);
	assert_str(e.record.id, "one");
	assert_int_equal(audit_read_next(reader, &e), -EBADMSG);
	assert_int_equal(e.line, 2);
	assert_str(e.text, "this is no record");
	assert_int_equal(audit_read_next(reader, &e), 1);
	assert_int_equal(e.line, 3);
	assert_int_equal(e.sequence, 2);
	assert_str(e.record.id, "two");
	assert_int_equal(audit_read_next(reader, &e), 0);
	audit_reader_free(reader);
	fclose(f);
	buf_fini(&body);
	buf_fini(&file);
}

static void an_event_of_a_later_version_is_other(void **unused)
{
	(void)unused;
	assert_int_equal(audit_event_parse(STR("transmogrified")), AUDIT_OTHER);
	for (unsigned i = 0; i < AUDIT_EVENTS; i++)
		assert_int_equal(
			audit_event_parse(str_of(audit_event_name((enum audit_event)i))), i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_one_line_in_a_fixed_order),
		cmocka_unit_test(what_was_written_is_read_back_field_by_field),
		cmocka_unit_test(the_parts_one_behind_another_are_the_record),
		cmocka_unit_test(what_a_string_may_not_hold_is_escaped),
		cmocka_unit_test(every_byte_is_escaped_wherever_it_stands),
		cmocka_unit_test(any_bytes_give_a_line_that_can_be_read),
		cmocka_unit_test(a_file_is_read_line_by_line),
		cmocka_unit_test(an_event_of_a_later_version_is_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
