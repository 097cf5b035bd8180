/* SPDX-License-Identifier: MIT */
/*
 * A BIO over two bufs that belong to somebody else. OpenSSL's own memory BIO would keep a copy of
 * everything and the memory of the largest burst; this one keeps nothing.
 */
#include "net/tls_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int bio_read(BIO *b, char *out, size_t room, size_t *n_out)
{
	struct tls *t = BIO_get_data(b);
	struct str have = t->in ? buf_view(t->in) : STR("");

	BIO_clear_retry_flags(b);
	if (have.n == 0) {
		BIO_set_retry_read(b);
		return 0;
	}
	*n_out = have.n < room ? have.n : room;
	memcpy(out, have.p, *n_out);
	buf_consume(t->in, *n_out);
	return 1;
}

static int bio_write(BIO *b, const char *data, size_t n, size_t *n_out)
{
	struct tls *t = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	if (!t->out)
		return 0;
	buf_put(t->out, (struct str){ data, n });
	*n_out = n;
	return 1;
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	/* Nothing is buffered here; OpenSSL only wants to hear that flushing worked. */
	return cmd == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *tls_bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "bufs");

	if (!m)
		abort();
	BIO_meth_set_read_ex(m, bio_read);
	BIO_meth_set_write_ex(m, bio_write);
	BIO_meth_set_ctrl(m, bio_ctrl);
	return m;
}

BIO *tls_bio_new(const struct tls_contexts *c, struct tls *t)
{
	BIO *b = BIO_new(c->bio);

	if (!b)
		abort();
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return b;
}
