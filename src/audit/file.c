/* SPDX-License-Identifier: MIT */
/* See file.h. */
#include "audit/file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 65536 };

static int open_path(const char *path)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	int error;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	error = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return error;
}

static int read_at(int fd, off_t at, size_t n, char *out)
{
	while (n) {
		ssize_t got = pread(fd, out, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		at += got;
		out += got;
		n -= (size_t)got;
	}
	return 0;
}

/* Puts the line that ends before `end` (its newline excluded) into *out; *start_out: where it
 * begins. */
static int line_before(int fd, off_t end, struct buf *out, off_t *start_out)
{
	off_t at = end;
	bool found = false;

	buf_clear(out);
	while (at > 0 && !found) {
		char block[BLOCK];
		size_t n = at < BLOCK ? (size_t)at : BLOCK, from = n;
		int error = read_at(fd, at - (off_t)n, n, block);

		if (error)
			return error;
		while (from > 0 && block[from - 1] != '\n')
			from--;
		found = from > 0;
		buf_insert(out, 0, (struct str){ block + from, n - from });
		at -= (off_t)(n - from);
	}
	*start_out = at;
	return 0;
}

/* ---- the note beside the file ---- */

static char *note_path(const char *path)
{
	return mem_printf("%s.chain", path);
}

static void resume_from_note(const char *path, struct audit_tail *tail)
{
	MEM_AUTO char *name = note_path(path);
	FILE *f = fopen(name, "re");
	uintmax_t sequence = 0;
	char digest[DIGEST_HEX];

	tail->anew = true;
	audit_chain_init(&tail->chain);
	if (!f)
		return;
	if (fscanf(f, "%ju %64[0-9a-f]", &sequence, digest) == 2 &&
		strlen(digest) == DIGEST_HEX - 1 && sequence) {
		tail->anew = false;
		tail->chain.sequence = sequence;
		memcpy(tail->chain.prev, digest, sizeof(digest));
	}
	fclose(f);
}

int audit_file_note(const struct audit_file *f, const struct audit_chain *c)
{
	MEM_AUTO char *name = note_path(f->path);
	MEM_AUTO char *fresh = mem_printf("%s.new", name);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool ok;

	if (fd < 0)
		return -errno;
	ok = dprintf(fd, "%ju %s\n", (uintmax_t)c->sequence, c->prev) > 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	return ok && rename(fresh, name) == 0 ? 0 : -errno;
}

/* ---- opening ---- */

/* The file ends with a piece that is no record: the line before it must be one, or there is none.
 */
static int resume_torn(struct audit_file *f, struct str piece, off_t start, struct audit_tail *tail)
{
	struct buf line = { 0 };
	int error = 0;

	tail->torn = piece.n;
	if (start > 0)
		error = line_before(f->fd, start - 1, &line, &start);
	if (!error && start == 0 && !buf_len(&line))
		resume_from_note(f->path, tail);
	else if (!error && !audit_chain_resume(&tail->chain, buf_view(&line)))
		error = -EBADMSG;
	buf_fini(&line);
	memcpy(tail->whole, tail->chain.prev, sizeof(tail->whole));
	audit_chain_digest(piece, tail->chain.prev);
	return error;
}

static int read_tail(struct audit_file *f, struct audit_tail *tail)
{
	struct stat st;
	struct buf line = { 0 };
	off_t start;
	char last = '\n';
	int error = fstat(f->fd, &st) ? -errno : 0;

	if (error)
		return error;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	if (st.st_size == 0) {
		resume_from_note(f->path, tail);
		return 0;
	}
	error = read_at(f->fd, st.st_size - 1, 1, &last);
	tail->unended = last != '\n';
	if (!error)
		error = line_before(f->fd, st.st_size - (tail->unended ? 0 : 1), &line, &start);
	if (!error && !audit_chain_resume(&tail->chain, buf_view(&line)))
		error = resume_torn(f, buf_view(&line), start, tail);
	buf_fini(&line);
	return error;
}

int audit_file_open(struct audit_file *f, const char *path, struct audit_tail *tail)
{
	int error;

	*tail = (struct audit_tail){ 0 };
	audit_chain_init(&tail->chain);
	*f = (struct audit_file){ .fd = open_path(path) };
	if (f->fd < 0)
		return f->fd;
	f->path = mem_strdup(path);
	error = read_tail(f, tail);
	if (error)
		audit_file_close(f);
	return error;
}

void audit_file_close(struct audit_file *f)
{
	if (f->path && f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct audit_file){ .fd = -1 };
}

/* ---- writing ---- */

int audit_file_write(struct audit_file *f, struct str batch, bool sync)
{
	while (f->done < batch.n) {
		struct str rest = str_skip(batch, f->done);
		ssize_t n = write(f->fd, rest.p, rest.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		f->done += (size_t)n;
	}
	if (sync && fdatasync(f->fd) != 0)
		return -errno;
	f->done = 0;
	return 0;
}

/* Takes the beginning of a line out of the old file again: it stands whole in the new one. */
static void take_back_piece(struct audit_file *f, struct str batch)
{
	size_t whole = f->done;
	struct stat st;

	while (whole > 0 && batch.p[whole - 1] != '\n')
		whole--;
	/* Where that is not allowed (chattr +a), it stays there, torn: verification says so. */
	if (whole < f->done && fstat(f->fd, &st) == 0 &&
		ftruncate(f->fd, st.st_size - (off_t)(f->done - whole)) != 0)
		errno = 0;
	f->done = whole;
}

int audit_file_reopen(struct audit_file *f, struct str batch)
{
	struct stat was, is;
	int fd, error;

	/* Nobody has moved it: the lock is ours, and the end is where we left it. */
	if (fstat(f->fd, &was) == 0 && stat(f->path, &is) == 0 && was.st_dev == is.st_dev &&
		was.st_ino == is.st_ino)
		return 0;
	fd = open_path(f->path);
	if (fd < 0)
		return fd;
	take_back_piece(f, batch);
	/* These lines count as written when the rest of the batch does, in the other file. */
	if (f->done > 0 && fdatasync(f->fd) != 0) {
		error = -errno;
		close(fd);
		return error;
	}
	close(f->fd);
	f->fd = fd;
	return 0;
}
