/* SPDX-License-Identifier: MIT */
/* See chain.h. */
#include "net/chain.h"

#include "base/mem.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

struct chain {
	X509 *leaf;
	STACK_OF(X509) * rest;
};

struct chain *chain_read(const char *path, char words[PEM_WORDS])
{
	STACK_OF(X509) *all = pem_certificates(path, words);
	struct chain *c;

	if (!all)
		return NULL;
	c = MEM_NEW(struct chain);
	c->rest = all;
	c->leaf = sk_X509_shift(all);
	return c;
}

void chain_free(struct chain *c)
{
	if (!c)
		return;
	X509_free(c->leaf);
	sk_X509_pop_free(c->rest, X509_free);
	free(c);
}

static void count_name(void *arg, const char *name)
{
	unsigned *n = arg;

	(*n)++;
}

static bool has_xmpp_addr(X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);

		found = g->type == GEN_OTHERNAME &&
			OBJ_obj2nid(g->d.otherName->type_id) == NID_XmppAddr;
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* Without the extension a certificate is good for everything. */
static bool has_purpose(X509 *cert, uint32_t purpose)
{
	uint32_t usage = X509_get_extended_key_usage(cert);

	return usage == UINT32_MAX || (usage & purpose) != 0;
}

static size_t size_of(X509 *cert)
{
	int n = i2d_X509(cert, NULL);

	return n > 0 ? (size_t)n : 0;
}

void chain_facts(const struct chain *c, struct chain_facts *out)
{
	*out = (struct chain_facts){
		.not_before = pem_time(X509_get0_notBefore(c->leaf)),
		.not_after = pem_time(X509_get0_notAfter(c->leaf)),
		.certificates = 1 + (unsigned)sk_X509_num(c->rest),
		.bytes = size_of(c->leaf),
		.xmpp_addr = has_xmpp_addr(c->leaf),
		.server = has_purpose(c->leaf, XKU_SSL_SERVER),
		.client = has_purpose(c->leaf, XKU_SSL_CLIENT),
		.self_signed = X509_NAME_cmp(X509_get_subject_name(c->leaf),
				       X509_get_issuer_name(c->leaf)) == 0,
	};
	for (int i = 0; i < sk_X509_num(c->rest); i++)
		out->bytes += size_of(sk_X509_value(c->rest, i));
	identity_each(c->leaf, count_name, &out->names);
}

void chain_judge(const struct chain *c, const struct trust_store *store, int64_t wall,
	struct trust_answer *out)
{
	struct trust_question q = { .store = store };

	trust_judge(&q, c->leaf, c->rest, wall, out);
	/* The lightest of all verdicts: there is nothing else wrong. */
	if (out->verdict == TRUST_NAME)
		out->verdict = TRUST_OK;
}
