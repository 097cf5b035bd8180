/* SPDX-License-Identifier: MIT */
/*
 * Certificates to show. Loaded once; an index from every name in every certificate to the
 * ready-made choices makes a choice cost one or two look-ups, however many domains there are. Owns
 * certificates, keys and index.
 */
#include "net/credentials_private.h"

#include "base/map.h"
#include "base/mem.h"
#include "net/credential_entry.h"
#include "net/identity.h"
#include "net/issuer.h"
#include "net/pem.h"

#include <stdatomic.h>
#include <stdlib.h>

/* OpenSSL shows one certificate per key type; these are the types that certificates have. */
enum { KEY_TYPES = 4 };

/* A ready-made choice: an entry, and those of other key types that are shown along with it. */
struct credential {
	const struct credential_entry *parts[KEY_TYPES];
	unsigned n;
	struct credential *next; /* for the same name, later in the file */
};

/* All choices for one name: a domain, "*.suffix", or the name in the configuration. */
struct choices {
	struct map_node node;
	struct choices *next; /* in the index, in no order */
	char *name;
	struct credential *first, *last;
};

struct index {
	struct map map;
	struct choices *all;
};

struct credentials {
	atomic_uint refs;
	struct credential_entry *entries;
	unsigned n;
	struct index by_domain, by_name;
};

static bool same_strings(const struct config_strings *a, const struct config_strings *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

/* ---- the index ---- */

/* Joins the entry to a choice unless that has its key type already. What an issuer makes is shown
 * alone. */
static bool join(struct credential *c, const struct credential_entry *e)
{
	int type = e->mint ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(e->key);

	if (c->n && (e->mint || c->parts[0]->mint))
		return false;
	for (unsigned i = 0; i < c->n; i++)
		if (EVP_PKEY_get_base_id(c->parts[i]->key) == type)
			return false;
	if (c->n == KEY_TYPES)
		return false;
	c->parts[c->n++] = e;
	return true;
}

static struct choices *choices_for(struct index *index, const char *name)
{
	struct map_node *node = map_get(&index->map, str_of(name));
	struct choices *list;

	if (node)
		return map_item(node, struct choices, node);
	list = MEM_NEW(struct choices);
	list->name = mem_strdup(name);
	list->next = index->all;
	index->all = list;
	map_put(&index->map, &list->node, str_of(list->name));
	return list;
}

/* Adds an entry under a name: as a choice of its own, and to the choices before it (and they to it)
 * that have the same zones and lack its key type. */
static void add_choice(struct choices *list, const struct credential_entry *e)
{
	struct credential *c;

	for (c = list->first; c; c = c->next)
		if (c->parts[0] == e) /* a dNSName and a SRVName for the same domain */
			return;
	c = MEM_NEW(struct credential);
	join(c, e);
	for (struct credential *old = list->first; old; old = old->next) {
		if (!same_strings(&old->parts[0]->zones, &e->zones))
			continue;
		join(old, e);
		join(c, old->parts[0]);
	}
	if (list->last)
		list->last->next = c;
	else
		list->first = c;
	list->last = c;
}

struct adding {
	struct credentials *to;
	const struct credential_entry *entry;
	unsigned names;
};

static void add_domain(void *arg, const char *name)
{
	struct adding *a = arg;

	a->names++;
	add_choice(choices_for(&a->to->by_domain, name), a->entry);
}

static void free_index(struct index *index)
{
	while (index->all) {
		struct choices *list = index->all;

		index->all = list->next;
		while (list->first) {
			struct credential *c = list->first;

			list->first = c->next;
			free(c);
		}
		free(list->name);
		free(list);
	}
	map_fini(&index->map);
}

/* One name may stand for several certificates only when they are of different key types. */
static bool check_name(const struct choices *list, const struct credential_entry *e,
	const struct config_origin *origin, struct config_report *report)
{
	for (const struct credential *c = list->first; c; c = c->next) {
		const struct credential_entry *other = c->parts[0];

		if (!e->mint && !other->mint &&
			EVP_PKEY_get_base_id(other->key) != EVP_PKEY_get_base_id(e->key))
			continue;
		config_report_add(report, CONFIG_ERROR, origin,
			"two certificates are called \"%s\": that is meant for an RSA and an ECDSA "
			"one of the same domain; give this one another name",
			e->name);
		return false;
	}
	return true;
}

static bool add_to_index(struct credentials *c, const struct credential_entry *e,
	const struct certificate_config *cc, struct config_report *report)
{
	struct choices *named = choices_for(&c->by_name, e->name);
	struct adding a = { .to = c, .entry = e };

	if (!check_name(named, e, config_origin_of(&cc->origin, "name"), report))
		return false;
	add_choice(named, e);
	if (e->mint)
		return true;
	identity_each(e->leaf, add_domain, &a);
	if (a.names == 0)
		config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "chain"),
			"the certificate in %s names no domain: subjectAltName needs a dNSName for "
			"each domain that trunkd stands in for (the common name does not count)",
			cc->chain);
	return true;
}

static bool load_all(
	struct credentials *c, const struct certificate_config *all, struct config_report *report)
{
	SSL_CTX *like_contexts = SSL_CTX_new(TLS_method());
	bool ok = true;

	if (!like_contexts)
		abort();
	SSL_CTX_set_security_level(like_contexts, 2);
	for (unsigned i = 0; i < c->n; i++)
		ok = credential_entry_load(&c->entries[i], &all[i], like_contexts, report) &&
		     add_to_index(c, &c->entries[i], &all[i], report) && ok;
	SSL_CTX_free(like_contexts);
	return ok;
}

struct credentials *credentials_new(
	const struct config_list *certificates, struct config_report *report)
{
	struct credentials *c = MEM_NEW(struct credentials);

	atomic_init(&c->refs, 1);
	map_init(&c->by_domain.map);
	map_init(&c->by_name.map);
	c->n = certificates->n;
	c->entries = mem_zero(c->n, sizeof(*c->entries));
	if (load_all(c, certificates->items, report))
		return c;
	credentials_free(c);
	return NULL;
}

struct credentials *credentials_hold(const struct credentials *c)
{
	struct credentials *mine = (struct credentials *)c;

	atomic_fetch_add(&mine->refs, 1);
	return mine;
}

void credentials_free(struct credentials *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	free_index(&c->by_domain);
	free_index(&c->by_name);
	for (unsigned i = 0; i < c->n; i++)
		credential_entry_fini(&c->entries[i]);
	free(c->entries);
	free(c);
}

/* ---- choosing ---- */

static bool shown_in(const struct credential_entry *e, const char *zone)
{
	if (e->zones.n == 0)
		return true;
	for (unsigned i = 0; zone && i < e->zones.n; i++)
		if (strcmp(e->zones.v[i], zone) == 0)
			return true;
	return false;
}

/* The first choice for a name that may be shown in the zone. */
static const struct credential *find(const struct index *index, struct str name, const char *zone)
{
	struct map_node *node = map_get(&index->map, name);
	const struct credential *c = NULL;

	if (node)
		c = map_item(node, struct choices, node)->first;
	while (c && !shown_in(c->parts[0], zone))
		c = c->next;
	return c;
}

static const struct credential *find_domain(
	const struct credentials *c, const struct domain *d, const char *zone)
{
	const struct credential *found = find(&c->by_domain, domain_str(d), zone);
	const char *dot = strchr(d->s, '.');
	char wildcard[DOMAIN_MAX + 2] = "*";

	if (found || !dot || domain_is_address(domain_str(d)))
		return found;
	memcpy(wildcard + 1, dot, strlen(dot) + 1);
	return find(&c->by_domain, str_of(wildcard), zone);
}

const struct credential *credentials_at(const struct credentials *c, unsigned i)
{
	const struct credential *found;

	if (i >= c->n)
		return NULL;
	found = map_item(map_get(&c->by_name.map, str_of(c->entries[i].name)), struct choices, node)
			->first;
	while (found->parts[0] != &c->entries[i])
		found = found->next;
	return found;
}

/* The first issuer that may make one for the domain. */
static const struct credential *find_issuer(
	const struct credentials *c, const struct credentials_wanted *w)
{
	for (unsigned i = 0; w->may_mint && i < c->n; i++) {
		const struct credential_entry *e = &c->entries[i];

		if (e->mint && shown_in(e, w->zone) &&
			issuer_permits(mint_issuer(e->mint), w->domain))
			return credentials_at(c, i);
	}
	return NULL;
}

/* Nothing names the domain: something has to be shown, so that the peer hears why in the stream. */
static const struct credential *find_any(const struct credentials *c, const char *zone)
{
	const struct credential *first = NULL;

	for (unsigned i = 0; i < c->n; i++) {
		if (c->entries[i].mint)
			continue;
		if (shown_in(&c->entries[i], zone))
			return find(&c->by_name, str_of(c->entries[i].name), zone);
		if (!first)
			first = credentials_at(c, i);
	}
	return first;
}

static const struct credential *find_named(
	const struct credentials *c, const struct credentials_wanted *w)
{
	const struct credential *found = NULL;

	if (w->name)
		found = find(&c->by_name, str_of(w->name), w->zone);
	/* An issuer is shown by what it makes, or not at all. */
	if (found && found->parts[0]->mint &&
		!(w->may_mint && w->domain && credential_covers(found, w->domain)))
		return NULL;
	return found;
}

const struct credential *credentials_choose(
	const struct credentials *c, const struct credentials_wanted *w, bool *covers_out)
{
	const struct credential *found = find_named(c, w);

	*covers_out = found && w->domain && credential_covers(found, w->domain);
	if (!found && w->domain) {
		found = find_domain(c, w->domain, w->zone);
		if (!found)
			found = find_issuer(c, w);
		*covers_out = found != NULL;
	}
	return found ? found : find_any(c, w->zone);
}

const char *credential_name(const struct credential *c)
{
	return c->parts[0]->name;
}

struct mint *credential_mint(const struct credential *c)
{
	return c->parts[0]->mint;
}

int64_t credential_not_after(const struct credential *c)
{
	int64_t first = INT64_MAX;

	if (c->parts[0]->mint)
		return mint_issuer(c->parts[0]->mint)->end;
	for (unsigned i = 0; i < c->n; i++) {
		int64_t end = pem_time(X509_get0_notAfter(c->parts[i]->leaf));

		if (end < first)
			first = end;
	}
	return first;
}

bool credential_covers(const struct credential *c, const struct domain *d)
{
	if (c->parts[0]->mint)
		return issuer_permits(mint_issuer(c->parts[0]->mint), d);
	for (unsigned i = 0; i < c->n; i++)
		if (!identity_matches(c->parts[i]->leaf, d))
			return false;
	return true;
}

int64_t credentials_end(const struct credentials *c, unsigned i)
{
	const struct credential_entry *e = &c->entries[i];

	if (i >= c->n)
		return 0;
	return e->mint ? mint_issuer(e->mint)->end : pem_time(X509_get0_notAfter(e->leaf));
}

void credentials_names(
	const struct credentials *c, unsigned i, void (*fn)(void *arg, const char *name), void *arg)
{
	if (i < c->n && c->entries[i].leaf)
		identity_each(c->entries[i].leaf, fn, arg);
}

bool credentials_has(const struct credentials *c, const char *name)
{
	return map_get(&c->by_name.map, str_of(name)) != NULL;
}

const char *credential_use(
	const struct credential *c, const struct mint_request *for_whom, SSL *ssl)
{
	if (c->parts[0]->mint)
		return mint_use(c->parts[0]->mint, for_whom, ssl);
	for (unsigned i = 0; i < c->n; i++) {
		const struct credential_entry *e = c->parts[i];

		if (SSL_use_cert_and_key(ssl, e->leaf, e->key, e->rest, 1) != 1)
			return "OpenSSL refuses it";
	}
	return NULL;
}
