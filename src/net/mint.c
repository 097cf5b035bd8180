/* SPDX-License-Identifier: MIT */
/*
 * The cache of minted certificates. A name that is being signed for stands in it with `minting`
 * set, so that the lock is free meanwhile and a second worker that needs the same waits instead of
 * signing again. Owns the issuer, one key for all certificates of a lifetime, and the certificates;
 * connections have references of their own.
 */
#include "net/mint.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/host_rate.h"
#include "net/issuer.h"
#include "net/pem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/ssl.h>

struct kept {
	struct map_node node;
	struct list link; /* by use: the one used longest ago is first */
	struct domain domain;
	bool minting;
	X509 *cert; /* NULL: never made yet */
	EVP_PKEY *key;
	int64_t not_before, not_after, renewal;
};

struct mint {
	struct issuer issuer;
	char *name;
	int64_t lifetime;
	size_t most;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t made;
	struct map names;
	struct list order;
	struct host_rate rate;
	/* A key is as short-lived as what it stands in. One for all names: whoever could read one
	 * of them from our memory could read them all. */
	EVP_PKEY *key;
	X509 *blank; /* to be filled in, for this key; NULL with it */
	int64_t key_until;
	struct mint_counts counts;
};

struct mint *mint_new(struct issuer *is, const char *name, int64_t lifetime, size_t most)
{
	struct mint *m = MEM_NEW(struct mint);

	m->issuer = *is;
	*is = (struct issuer){ 0 };
	m->name = mem_strdup(name);
	m->lifetime = lifetime;
	m->most = most;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->made, NULL);
	map_init(&m->names);
	list_init(&m->order);
	host_rate_init(&m->rate, MINT_BURST, MINT_PER_SECOND, MINT_ADDRESSES);
	return m;
}

static void forget(struct mint *m, struct kept *k)
{
	map_remove(&m->names, &k->node);
	list_remove(&k->link);
	X509_free(k->cert);
	EVP_PKEY_free(k->key);
	free(k);
}

static void drop_key(struct mint *m)
{
	X509_free(m->blank);
	EVP_PKEY_free(m->key);
	m->blank = NULL;
	m->key = NULL;
}

void mint_free(struct mint *m)
{
	if (!m)
		return;
	while (!list_empty(&m->order))
		forget(m, list_first(&m->order, struct kept, link));
	map_fini(&m->names);
	host_rate_fini(&m->rate);
	drop_key(m);
	pthread_cond_destroy(&m->made);
	pthread_mutex_destroy(&m->lock);
	issuer_fini(&m->issuer);
	free(m->name);
	free(m);
}

const struct issuer *mint_issuer(const struct mint *m)
{
	return &m->issuer;
}

/* ---- under the lock ---- */

static struct kept *find(struct mint *m, const struct domain *d)
{
	struct map_node *node = map_get(&m->names, domain_str(d));

	return node ? map_item(node, struct kept, node) : NULL;
}

/* Makes room, too: whatever was used longest ago goes, unless it is being made. */
static struct kept *add(struct mint *m, const struct domain *d)
{
	struct kept *k;

	for (struct list *it = m->order.next; m->names.count >= m->most && it != &m->order;) {
		struct kept *old = list_item(it, struct kept, link);

		it = it->next;
		if (!old->minting)
			forget(m, old);
	}
	k = MEM_NEW(struct kept);
	k->domain = *d;
	list_init(&k->link);
	list_append(&m->order, &k->link);
	map_put(&m->names, &k->node, domain_str(&k->domain));
	return k;
}

/* Usable at all; a clock that went back makes it as bad as one that ran out. */
static bool valid(const struct kept *k, int64_t now)
{
	return k && k->cert && now >= k->not_before && now < k->not_after;
}

/* Takes well under a millisecond, once in a lifetime. */
static bool renew_key(struct mint *m, int64_t now)
{
	if (m->key && now < m->key_until && now >= m->key_until - m->lifetime - MINT_BACK)
		return true;
	drop_key(m);
	m->key = EVP_EC_gen("P-256");
	if (m->key)
		m->blank = issuer_blank(&m->issuer, m->key);
	m->key_until = now + m->lifetime;
	if (!m->blank)
		drop_key(m);
	return m->blank;
}

static void keep(struct mint *m, struct kept *k, X509 *cert, EVP_PKEY *key, int64_t now)
{
	const struct issuer *is = &m->issuer;
	int64_t end = now + m->lifetime < is->end ? now + m->lifetime : is->end;

	m->counts.issued++;
	m->counts.renewed += k->cert != NULL;
	X509_free(k->cert);
	EVP_PKEY_free(k->key);
	k->cert = cert;
	k->key = key;
	k->not_before = now - MINT_BACK > is->from ? now - MINT_BACK : is->from;
	k->not_after = end;
	k->renewal = now + (end - now) * 2 / 3;
}

/* ---- making one ---- */

/* What a CA signs is written down. */
static void log_issued(const struct mint *m, const struct domain *d, X509 *cert, bool again)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	const unsigned char *bytes = ASN1_STRING_get0_data(serial);
	char hex[2 * 20 + 1] = "", until[CLOCK_TEXT]; /* RFC 5280 4.1.2.2: at most 20 bytes */

	for (int i = 0; i < ASN1_STRING_length(serial) && i < 20; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	clock_print(pem_time(X509_get0_notAfter(cert)), 0, until);
	log_info("certificate-issued domain=%s issuer=%s serial=%s until=%s renewed=%s", d->s,
		log_quote(str_of(m->name)).s, hex, until, again ? "yes" : "no");
}

/* Signs for `k`, with the lock given up meanwhile. */
static X509 *sign(struct mint *m, struct kept *k, int64_t now)
{
	struct domain d = k->domain;
	X509 *blank = m->blank, *cert;
	bool again = k->cert != NULL;

	X509_up_ref(blank);
	k->minting = true;
	pthread_mutex_unlock(&m->lock);
	cert = issuer_sign(&m->issuer, blank, &d, now - MINT_BACK, now + m->lifetime);
	X509_free(blank);
	if (cert)
		log_issued(m, &d, cert, again);
	pthread_mutex_lock(&m->lock);
	k->minting = false;
	pthread_cond_broadcast(&m->made);
	return cert;
}

static void make(struct mint *m, struct kept *k, int64_t now)
{
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;

	if (renew_key(m, now)) {
		key = m->key;
		EVP_PKEY_up_ref(key);
		cert = sign(m, k, now);
	}
	if (cert) {
		keep(m, k, cert, key, now);
		return;
	}
	m->counts.failed++;
	EVP_PKEY_free(key);
	if (!k->cert)
		forget(m, k);
}

/* Makes one if that is due. NULL: there is one to use, if it could be made at all. */
static const char *provide(struct mint *m, const struct mint_request *r)
{
	struct kept *k = find(m, r->domain);

	/* Whoever signs for this name will soon have done it. */
	while (k && k->minting && !valid(k, r->now)) {
		pthread_cond_wait(&m->made, &m->lock);
		k = find(m, r->domain);
	}
	if (valid(k, r->now) && (k->minting || r->now < k->renewal))
		return NULL;
	if (r->now < m->issuer.from || r->now >= m->issuer.end) {
		m->counts.failed++;
		return "its issuer's certificate is not valid now";
	}
	if (r->peer && !host_rate_take(&m->rate, r->peer, r->now)) {
		m->counts.refused++;
		return valid(k, r->now) ? NULL : "its address asks for too many";
	}
	make(m, k ? k : add(m, r->domain), r->now);
	return NULL;
}

const char *mint_use(struct mint *m, const struct mint_request *r, SSL *ssl)
{
	const char *why;
	struct kept *k;
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	bool ok;

	if (!r->domain || !issuer_permits(&m->issuer, r->domain))
		return "none may be issued for this name";
	pthread_mutex_lock(&m->lock);
	why = provide(m, r);
	k = why ? NULL : find(m, r->domain);
	if (valid(k, r->now)) {
		cert = k->cert;
		key = k->key;
		X509_up_ref(cert);
		EVP_PKEY_up_ref(key);
		list_remove(&k->link);
		list_append(&m->order, &k->link);
	}
	pthread_mutex_unlock(&m->lock);
	if (!cert)
		return why ? why : "it could not be signed";
	ok = SSL_use_cert_and_key(ssl, cert, key, m->issuer.shown, 1) == 1;
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok ? NULL : "OpenSSL refuses it";
}

/* ---- looking in ---- */

void mint_each(struct mint *m, void (*fn)(void *arg, const struct minted *one), void *arg)
{
	pthread_mutex_lock(&m->lock);
	list_for_each (it, &m->order) {
		const struct kept *k = list_item(it, struct kept, link);
		struct minted one = { m->name, k->domain, k->not_before, k->not_after, k->renewal };

		if (k->cert)
			fn(arg, &one);
	}
	pthread_mutex_unlock(&m->lock);
}

void mint_counts(struct mint *m, struct mint_counts *out)
{
	pthread_mutex_lock(&m->lock);
	*out = m->counts;
	out->cached = m->names.count;
	pthread_mutex_unlock(&m->lock);
}
