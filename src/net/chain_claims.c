/* SPDX-License-Identifier: MIT */
/* Extensions of a verified chain; see chain_claims.h. */
#include "net/chain_claims.h"

#include "base/mem.h"

#include <stdlib.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define DIRECTORY "2.5.29.9"
#define LIMITS    "1.3.6.1.5.5.7.1.21"

void chain_claims_fini(struct chain_claims *c)
{
	buf_fini(&c->directory);
	for (unsigned i = 0; i < c->nlimits; i++)
		buf_fini(&c->limits[i]);
	*c = (struct chain_claims){ 0 };
}

static bool is_oid(const X509_EXTENSION *ext, const char *oid)
{
	char text[64];
	int n = OBJ_obj2txt(
		text, sizeof(text), X509_EXTENSION_get_object((X509_EXTENSION *)(size_t)ext), 1);

	return n > 0 && strcmp(text, oid) == 0;
}

/* The content of the extension, appended; false when it is not there. */
static bool take(struct chain_claims *c, const X509 *cert, const char *oid, struct buf *out)
{
	bool found = false;

	for (int i = 0; i < X509_get_ext_count(cert); i++) {
		X509_EXTENSION *ext = X509_get_ext(cert, i);
		const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(ext);
		size_t n = (size_t)ASN1_STRING_length(data);

		if (!is_oid(ext, oid))
			continue;
		if (found)
			c->fault = "an extension stands twice in a certificate";
		else if (n > CHAIN_CLAIM_BYTES)
			c->fault = "an extension is too large";
		else
			buf_put(out, (struct str){ (const char *)ASN1_STRING_get0_data(data), n });
		found = true;
	}
	return found;
}

void chain_claims_read(struct chain_claims *c, STACK_OF(X509) * chain)
{
	if (sk_X509_num(chain) < 1)
		return;
	take(c, sk_X509_value(chain, 0), DIRECTORY, &c->directory);
	for (int i = 1; i < sk_X509_num(chain) && !c->fault; i++) {
		struct buf limit = { 0 };

		if (!take(c, sk_X509_value(chain, i), LIMITS, &limit))
			continue;
		if (c->nlimits < CHAIN_LIMITS) {
			c->limits[c->nlimits++] = limit;
		} else {
			c->fault = "too many CAs limit it";
			buf_fini(&limit);
		}
	}
}

bool chain_limits_alone(const X509 *cert)
{
	bool found = false;

	for (int i = 0; i < X509_get_ext_count(cert); i++) {
		X509_EXTENSION *ext = X509_get_ext(cert, i);

		if (!X509_EXTENSION_get_critical(ext) || X509_supported_extension(ext))
			continue;
		if (!is_oid(ext, LIMITS))
			return false;
		found = true;
	}
	return found;
}

/* ---- a chain kept ---- */

struct shown {
	X509 *leaf;
	STACK_OF(X509) * chain; /* may be NULL */
};

struct shown *shown_new(X509 *leaf, STACK_OF(X509) * chain)
{
	struct shown *s;

	if (!leaf)
		return NULL;
	s = MEM_NEW(struct shown);
	X509_up_ref(leaf);
	s->leaf = leaf;
	s->chain = chain ? X509_chain_up_ref(chain) : NULL;
	return s;
}

void shown_free(struct shown *s)
{
	if (!s)
		return;
	X509_free(s->leaf);
	sk_X509_pop_free(s->chain, X509_free);
	free(s);
}

bool shown_same(const struct shown *a, const struct shown *b)
{
	return X509_cmp(a->leaf, b->leaf) == 0;
}

void shown_judge(const struct shown *s, const struct trust_question *q, int64_t wall,
	struct trust_answer *out)
{
	trust_judge(q, s->leaf, s->chain, wall, out);
}
