/* SPDX-License-Identifier: MIT */
/* Reading files of the operator's; see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 65536 };

int file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		error = -errno;
	else if (!S_ISREG(st.st_mode))
		error = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (!error)
		return fd;
	close(fd);
	return error;
}

int file_read(const char *path, size_t max, struct buf *out)
{
	int fd = file_open(path), error = fd < 0 ? fd : 0;
	size_t had = buf_len(out);
	ssize_t n = 1;

	while (!error && n) {
		n = read(fd, buf_reserve(out, READ_BYTES), READ_BYTES);
		if (n > 0)
			buf_commit(out, (size_t)n);
		else if (n < 0 && errno != EINTR)
			error = -errno;
		if (buf_len(out) - had > max)
			error = -EFBIG;
	}
	if (fd >= 0)
		close(fd);
	return error;
}

const char *file_error(int error)
{
	return error == -EINVAL ? "it is no regular file" : strerror(-error);
}
