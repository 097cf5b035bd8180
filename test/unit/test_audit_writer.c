/* SPDX-License-Identifier: MIT */
/* The writer of audit records: order over threads, restart, rotation, a disk that is full, sinks.
 */
#include "unit.h"

#include "audit/read.h"
#include "audit/verify.h"
#include "audit/writer.h"
#include "base/log.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define KEY "a key of more than sixteen bytes"

struct place {
	char dir[40], file[64], old[64], note[64], socket[64];
};

static int make_place(void **state)
{
	struct place *p = MEM_NEW(struct place);

	snprintf(p->dir, sizeof(p->dir), "/tmp/test_audit_writer.XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->file, sizeof(p->file), "%s/audit", p->dir);
	snprintf(p->old, sizeof(p->old), "%s/audit.1", p->dir);
	snprintf(p->note, sizeof(p->note), "%s/audit.chain", p->dir);
	snprintf(p->socket, sizeof(p->socket), "%s/socket", p->dir);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	unlink(p->old);
	unlink(p->note);
	unlink(p->socket);
	rmdir(p->dir);
	free(p);
	return 0;
}

static struct audit_writer *open_with(const struct audit_options *o)
{
	char words[256] = "";
	struct audit_writer *w = audit_writer_new(o, words, sizeof(words));

	if (!w)
		fail_msg("%s", words);
	return w;
}

static struct audit_writer *open_writer(const struct place *p)
{
	return open_with(
		&(struct audit_options){ .file = p->file, .key = STR(KEY), .node = "trunk" });
}

static uint64_t put(struct audit_writer *w, const char *id)
{
	return audit_writer_event(
		w, &(struct audit_record){ .event = AUDIT_STANZA, .id = str_of(id) });
}

/* Bounded, for a thread that has something to do. */
static void wait_written(struct audit_writer *w, uint64_t number)
{
	for (int i = 0; i < 5000 && audit_writer_written(w) < number; i++)
		poll(NULL, 0, 2);
	assert_true(audit_writer_written(w) >= number);
}

static void verify_into(struct audit_verify *v, const char *path)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(audit_verify_file(v, f), 0);
	fclose(f);
}

static void show(void *arg, const struct audit_finding *f)
{
	(void)arg;
	print_message("file %u line %ju: %s\n", f->file, (uintmax_t)f->line, f->words);
}

static struct audit_verify_result verified(const struct place *p)
{
	struct audit_verify v;

	audit_verify_init(&v, STR(KEY), show, NULL);
	if (access(p->old, F_OK) == 0)
		verify_into(&v, p->old);
	verify_into(&v, p->file);
	audit_verify_end(&v);
	return v.result;
}

/* ---- order ---- */

enum { THREADS = 4, EACH = 2000 };

struct putter {
	struct audit_writer *w;
	unsigned index;
	uint64_t numbers[EACH];
	pthread_t thread;
};

static void *put_many(void *arg)
{
	struct putter *p = arg;

	for (unsigned i = 0; i < EACH; i++) {
		char id[32];

		snprintf(id, sizeof(id), "%u.%u", p->index, i);
		p->numbers[i] = put(p->w, id);
	}
	return NULL;
}

/* Each record stands under the number that its putter was given. */
static void check_numbers(const struct place *p, const struct putter *putters)
{
	FILE *f = fopen(p->file, "r");
	struct audit_reader *r = audit_reader_new(f);
	struct audit_entry e;
	unsigned seen = 0;

	while (audit_read_next(r, &e) == 1) {
		unsigned index, i;

		if (e.record.event != AUDIT_STANZA)
			continue;
		assert_int_equal(sscanf(e.record.id.p, "%u.%u", &index, &i), 2);
		assert_int_equal(putters[index].numbers[i], e.sequence);
		seen++;
	}
	assert_int_equal(seen, THREADS * EACH);
	audit_reader_free(r);
	fclose(f);
}

static void numbers_run_over_all_threads_in_the_order_of_the_file(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);
	struct putter *putters = mem_zero(THREADS, sizeof(*putters));

	for (unsigned t = 0; t < THREADS; t++) {
		putters[t].w = w;
		putters[t].index = t;
		assert_int_equal(
			pthread_create(&putters[t].thread, NULL, put_many, &putters[t]), 0);
	}
	for (unsigned t = 0; t < THREADS; t++)
		pthread_join(putters[t].thread, NULL);
	assert_int_equal(audit_writer_lost(w), 0);
	audit_writer_free(w);
	check_numbers(p, putters);
	free(putters);
	struct audit_verify_result result = verified(p);

	assert_int_equal(result.faults, 0);
	assert_true(result.stopped);
	/* start, stop, one for each thousand and one for the end */
	assert_int_equal(result.records, THREADS * EACH + 2 + THREADS * EACH / 1000 + 1);
	assert_int_equal(result.checkpoints, THREADS * EACH / 1000 + 1);
}

static void written(void *arg, uint64_t upto)
{
	*(_Atomic uint64_t *)arg = upto;
}

static void what_is_written_is_told(void **state)
{
	struct place *p = *state;
	_Atomic uint64_t upto = 0;
	struct audit_writer *w = open_with(&(struct audit_options){
		.file = p->file, .node = "trunk", .sync = true, .written = written, .arg = &upto });
	uint64_t n = put(w, "one");

	assert_int_equal(n, 2); /* behind "start" */
	wait_written(w, n);
	for (int i = 0; i < 5000 && upto < n; i++)
		poll(NULL, 0, 2);
	assert_true(upto >= n);
	audit_writer_free(w);
}

/* ---- restart, rotation ---- */

static void the_chain_goes_on_after_a_restart(void **state)
{
	struct place *p = *state;

	for (int i = 0; i < 3; i++) {
		struct audit_writer *w = open_writer(p);

		put(w, "x");
		audit_writer_free(w);
	}
	struct audit_verify_result result = verified(p);

	assert_int_equal(result.faults, 0);
	assert_int_equal(result.records, 3 * 4);
	assert_int_equal(result.last, 3 * 4);
}

static void a_torn_last_line_is_marked_wherever_it_is_torn(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);
	struct stat st;

	put(w, "x");
	audit_writer_free(w);
	/* The last line is a checkpoint of about 250 bytes. */
	for (int off = 1; off < 240; off += 17) {
		assert_int_equal(stat(p->file, &st), 0);
		assert_int_equal(truncate(p->file, st.st_size - off), 0);
		audit_writer_free(open_writer(p));
		struct audit_verify_result result = verified(p);

		assert_int_equal(result.faults, 0);
		/* Only a newline was missing. */
		assert_int_equal(result.torn, off == 1 ? 0 : (off - 1) / 17);
	}
}

static void a_piece_with_nothing_before_it_is_marked_too(void **state)
{
	struct place *p = *state;
	FILE *f = fopen(p->file, "w");

	fputs("{\"sequ", f);
	fclose(f);
	audit_writer_free(open_writer(p));
	struct audit_verify_result result = verified(p);

	assert_int_equal(result.faults, 0);
	assert_int_equal(result.torn, 1);
}

static void what_is_no_audit_file_is_not_written_to(void **state)
{
	struct place *p = *state;
	FILE *f = fopen(p->file, "w");
	char words[256];

	fputs("root:x:0:0::/root:/bin/sh\nbin:x:1:1::/:/bin/false\n", f);
	fclose(f);
	assert_null(audit_writer_new(
		&(struct audit_options){ .file = p->file, .node = "n" }, words, sizeof(words)));
	assert_non_null(strstr(words, "no audit file"));
	assert_null(
		audit_writer_new(&(struct audit_options){ .file = "/nowhere/audit", .node = "n" },
			words, sizeof(words)));
	assert_non_null(strstr(words, "No such file"));
}

static void two_processes_do_not_write_one_file(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);
	char words[256];

	assert_null(audit_writer_new(
		&(struct audit_options){ .file = p->file, .node = "n" }, words, sizeof(words)));
	assert_non_null(strstr(words, "another process"));
	audit_writer_free(w);
}

static void rotation_ends_one_file_with_a_checkpoint_and_begins_the_next(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);
	struct audit_verify v;

	wait_written(w, put(w, "before"));
	assert_int_equal(rename(p->file, p->old), 0);
	audit_writer_reopen(w);
	for (int i = 0; i < 5000 && access(p->file, F_OK) != 0; i++)
		poll(NULL, 0, 2);
	put(w, "after");
	audit_writer_free(w);
	struct audit_verify_result both = verified(p);

	assert_int_equal(both.faults, 0);
	assert_int_equal(both.records, 3 + 3); /* start before seal, after stop seal */
	audit_verify_init(&v, STR(KEY), show, NULL);
	verify_into(&v, p->file);
	audit_verify_end(&v);
	assert_int_equal(v.result.faults, 0);
	assert_true(v.result.continues);
	assert_int_equal(v.result.first, 4);
}

static void the_chain_goes_on_in_a_new_file_after_a_stop(void **state)
{
	struct place *p = *state;

	audit_writer_free(open_writer(p));
	assert_int_equal(rename(p->file, p->old), 0);
	audit_writer_free(open_writer(p));
	struct audit_verify_result both = verified(p);

	assert_int_equal(both.faults, 0);
	assert_int_equal(both.records, 6);
}

static void reopening_a_file_that_is_still_there_changes_nothing(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);

	put(w, "one");
	audit_writer_reopen(w);
	put(w, "two");
	audit_writer_free(w);
	assert_int_equal(verified(p).faults, 0);
}

/* ---- a full disk ---- */

static void limit_file_size(rlim_t n)
{
	struct rlimit r;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static void wait_failing(struct audit_writer *w)
{
	for (int i = 0; i < 5000 && !audit_writer_failing(w); i++)
		poll(NULL, 0, 2);
	assert_true(audit_writer_failing(w));
}

static void a_full_disk_delays_records_and_loses_none(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);
	uint64_t last = 0;

	limit_file_size(1000); /* ends inside a line */
	for (int i = 0; i < 100; i++)
		last = put(w, "x");
	wait_failing(w);
	assert_true(audit_writer_written(w) < last);
	limit_file_size(RLIM_INFINITY);
	wait_written(w, last);
	assert_false(audit_writer_failing(w));
	audit_writer_free(w);
	struct audit_verify_result result = verified(p);

	assert_int_equal(result.faults, 0);
	assert_int_equal(result.lost, 0);
	assert_int_equal(result.records, 103);
}

static void what_does_not_fit_is_counted_and_recorded(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_with(&(struct audit_options){
		.file = p->file, .key = STR(KEY), .node = "trunk", .max_records = 50 });
	unsigned lost = 0;

	wait_written(w, 1);
	limit_file_size(200);
	put(w, "x");
	wait_failing(w);
	for (int i = 0; i < 100; i++)
		lost += put(w, "x") == 0;
	assert_in_range(lost, 50, 99);
	assert_int_equal(audit_writer_lost(w), lost);
	limit_file_size(RLIM_INFINITY);
	audit_writer_free(w);
	struct audit_verify_result result = verified(p);

	assert_int_equal(result.faults, 0);
	assert_int_equal(result.lost, lost);
}

/* What was not written when it stopped is lost, and nothing else. */
static void a_stop_while_the_disk_is_full_ends_where_the_file_ends(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);

	wait_written(w, 1);
	limit_file_size(1000);
	for (int i = 0; i < 20; i++)
		put(w, "x");
	wait_failing(w);
	audit_writer_free(w);
	limit_file_size(RLIM_INFINITY);
	audit_writer_free(open_writer(p));
	struct audit_verify_result result = verified(p);

	assert_int_equal(result.faults, 0);
	assert_int_equal(result.torn, 1);
	assert_true(result.last < 20);
}

static void a_file_that_was_moved_away_while_it_was_full_goes_on_whole(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_writer(p);
	uint64_t last = 0;

	wait_written(w, 1);
	limit_file_size(1000);
	for (int i = 0; i < 20; i++)
		last = put(w, "x");
	wait_failing(w);
	assert_int_equal(rename(p->file, p->old), 0);
	limit_file_size(RLIM_INFINITY);
	audit_writer_reopen(w);
	wait_written(w, last);
	audit_writer_free(w);
	assert_int_equal(verified(p).faults, 0);
}

/* ---- sinks ---- */

static int listen_local(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static struct str receive(int fd, char *out, size_t n)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 10000), 1);
	ssize_t got = recv(fd, out, n, 0);

	assert_true(got > 0);
	return (struct str){ out, (size_t)got };
}

static void the_local_syslog_gets_rfc_5424_datagrams(void **state)
{
	struct place *p = *state;
	int fd = listen_local(p->socket);
	struct audit_writer *w =
		open_with(&(struct audit_options){ .syslog = p->socket, .node = "trunk" });
	char data[4096];
	char head[64];
	struct str m = receive(fd, data, sizeof(data));

	assert_true(str_starts(m, STR("<110>1 20")));
	snprintf(head, sizeof(head), "Z trunk trunkd %ld audit - {\"sequence\":1,", (long)getpid());
	assert_non_null(memmem(m.p, m.n, head, strlen(head)));
	assert_true(str_ends(m, STR("\"event\":\"start\"}")));
	put(w, "x");
	m = receive(fd, data, sizeof(data));
	assert_true(str_ends(m, STR("\"event\":\"stanza\",\"id\":\"x\"}")));
	audit_writer_free(w);
	close(fd);
}

static void a_remote_syslog_gets_octet_counted_frames(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char where[32], data[65536];
	struct buf all = { 0 };
	ssize_t got;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&a, &n);
	snprintf(where, sizeof(where), "127.0.0.1:%u", ntohs(a.sin_port));
	struct audit_writer *w =
		open_with(&(struct audit_options){ .syslog = where, .node = "trunk" });

	put(w, "x");
	audit_writer_free(w);
	int in = accept(fd, NULL, NULL);

	while ((got = recv(in, data, sizeof(data), 0)) > 0)
		buf_put(&all, (struct str){ data, (size_t)got });
	for (int i = 0; i < 3; i++) { /* start, stanza, stop */
		size_t length = strtoul(buf_view(&all).p, NULL, 10);
		const char *space = memchr(buf_view(&all).p, ' ', buf_len(&all));

		buf_consume(&all, (size_t)(space - buf_view(&all).p) + 1);
		assert_true(length <= buf_len(&all));
		assert_true(str_starts(buf_view(&all), STR("<110>1 20")));
		assert_int_equal(buf_view(&all).p[length - 1], '}');
		buf_consume(&all, length);
	}
	assert_int_equal(buf_len(&all), 0);
	buf_fini(&all);
	close(in);
	close(fd);
}

/* The journal's socket, and a message too big for a datagram. */
static void the_journal_gets_its_native_protocol(void **state)
{
	struct place *p = *state;
	int fd = listen_local(p->socket), file = -1;
	struct audit_writer *w =
		open_with(&(struct audit_options){ .journal = p->socket, .node = "trunk" });
	char data[4096], control[CMSG_SPACE(sizeof(int))];
	struct str m = receive(fd, data, sizeof(data));
	struct msghdr h = { .msg_control = control, .msg_controllen = sizeof(control) };
	MEM_AUTO char *big = mem_alloc(1000001);

	assert_true(str_starts(m, STR("SYSLOG_IDENTIFIER=trunkd\nPRIORITY=6\n")));
	assert_true(str_ends(m, STR("\"event\":\"start\"}\n")));
	memset(big, 'x', 1000000);
	big[1000000] = '\0';
	put(w, big);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	assert_int_equal(recvmsg(fd, &h, 0), 0);
	assert_non_null(CMSG_FIRSTHDR(&h));
	memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(file));
	assert_true(lseek(file, 0, SEEK_END) > 1000000);
	assert_int_equal(fcntl(file, F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
	close(file);
	audit_writer_free(w);
	close(fd);
}

static void a_sink_that_is_not_there_holds_nothing_up(void **state)
{
	struct place *p = *state;
	struct audit_writer *w = open_with(&(struct audit_options){
		.file = p->file, .syslog = p->socket, .key = STR(KEY), .node = "trunk" });

	wait_written(w, put(w, "x"));
	audit_writer_free(w);
	assert_int_equal(verified(p).faults, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_run_over_all_threads_in_the_order_of_the_file),
		TEST(what_is_written_is_told),
		TEST(the_chain_goes_on_after_a_restart),
		TEST(a_torn_last_line_is_marked_wherever_it_is_torn),
		TEST(a_piece_with_nothing_before_it_is_marked_too),
		TEST(what_is_no_audit_file_is_not_written_to),
		TEST(two_processes_do_not_write_one_file),
		TEST(rotation_ends_one_file_with_a_checkpoint_and_begins_the_next),
		TEST(the_chain_goes_on_in_a_new_file_after_a_stop),
		TEST(reopening_a_file_that_is_still_there_changes_nothing),
		TEST(a_full_disk_delays_records_and_loses_none),
		TEST(what_does_not_fit_is_counted_and_recorded),
		TEST(a_stop_while_the_disk_is_full_ends_where_the_file_ends),
		TEST(a_file_that_was_moved_away_while_it_was_full_goes_on_whole),
		TEST(the_local_syslog_gets_rfc_5424_datagrams),
		TEST(a_remote_syslog_gets_octet_counted_frames),
		TEST(the_journal_gets_its_native_protocol),
		TEST(a_sink_that_is_not_there_holds_nothing_up),
	};

	log_set_level(LOG_LEVEL_ALERT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
