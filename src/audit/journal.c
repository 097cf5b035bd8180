/* SPDX-License-Identifier: MIT */
/* See journal.h. Values are sent with their length, so that none can make a field of its own. */
#include "audit/journal.h"

#include "base/buf.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

int journal_open(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void put_field(struct buf *out, const struct journal_field *f)
{
	uint64_t n = f->value.n;

	if (n == 0)
		return;
	buf_put(out, str_of(f->name));
	buf_put_char(out, '\n');
	for (unsigned i = 0; i < sizeof(n); i++, n >>= 8)
		buf_put_char(out, (char)(n & 0xff));
	buf_put(out, f->value);
	buf_put_char(out, '\n');
}

int journal_send(int fd, const char *path, const struct journal_field *fields, unsigned n)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t path_n = strlen(path);
	struct buf entry = { 0 };
	ssize_t sent;

	if (path_n >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, path, path_n + 1);
	for (unsigned i = 0; i < n; i++)
		put_field(&entry, &fields[i]);
	sent = sendto(fd, buf_view(&entry).p, buf_len(&entry), MSG_NOSIGNAL, (struct sockaddr *)&to,
		sizeof(to));
	buf_fini(&entry);
	return sent < 0 ? -errno : 0;
}
