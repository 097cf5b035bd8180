/* SPDX-License-Identifier: MIT */
/*
 * Certificates to show. Loaded once; an index from every name in every certificate to the
 * ready-made choices makes a choice cost one or two look-ups, however many domains there are. Owns
 * certificates, keys and index.
 */
#include "net/credentials_private.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "net/identity.h"
#include "net/pem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static const struct config_key certificate_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct certificate_config, name),
		.flags = CONFIG_REQUIRED,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "What peering controls and the log call this certificate. An RSA and an "
			"ECDSA certificate "
			"of one name are shown together." },
	{ .name = "chain",
		.type = CONFIG_PATH,
		.offset = offsetof(struct certificate_config, chain),
		.flags = CONFIG_REQUIRED,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM file: the certificate itself, then the intermediate ones up to, but "
			"without, the root." },
	{ .name = "key",
		.type = CONFIG_PATH,
		.offset = offsetof(struct certificate_config, key),
		.flags = CONFIG_REQUIRED,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM file with the private key, without a pass phrase." },
	{ .name = "zones",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct certificate_config, zones),
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "Show this certificate only to peers in these zones. Empty: to all." },
	{ 0 }
};
const struct config_table certificate_schema = { "certificate", sizeof(struct certificate_config),
	certificate_keys };

/* OpenSSL shows one certificate per key type; these are the types that certificates have. */
enum { KEY_TYPES = 4 };

enum { EXPIRY_WARN_DAYS = 30 };

/* One entry of the file. */
struct entry {
	char *name;
	struct config_strings zones;
	X509 *leaf;
	STACK_OF(X509) * rest; /* of the chain */
	EVP_PKEY *key;
};

/* A ready-made choice: an entry, and those of other key types that are shown along with it. */
struct credential {
	const struct entry *parts[KEY_TYPES];
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
	struct entry *entries;
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

static struct config_strings copy_strings(const struct config_strings *from)
{
	struct config_strings to = { .n = from->n };

	to.v = mem_zero(from->n, sizeof(*to.v));
	for (unsigned i = 0; i < from->n; i++)
		to.v[i] = mem_strdup(from->v[i]);
	return to;
}

/* ---- the index ---- */

/* Joins the entry to a choice unless that has its key type already. */
static bool join(struct credential *c, const struct entry *e)
{
	int type = EVP_PKEY_get_base_id(e->key);

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
static void add_choice(struct choices *list, const struct entry *e)
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
	const struct entry *entry;
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

/* ---- loading ---- */

static void check_dates(
	const struct certificate_config *cc, X509 *leaf, struct config_report *report)
{
	int64_t now = clock_wall(), from = pem_time(X509_get0_notBefore(leaf)),
		to = pem_time(X509_get0_notAfter(leaf));
	char date[16];

	if (to < now) {
		pem_date(to, date);
		config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "chain"),
			"the certificate in %s expired on %s, and peers refuse it: renew it",
			cc->chain, date);
	} else if (from > now) {
		pem_date(from, date);
		config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "chain"),
			"the certificate in %s is not valid before %s: is the clock right?",
			cc->chain, date);
	} else if (to < now + EXPIRY_WARN_DAYS * 86400) {
		pem_date(to, date);
		config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "chain"),
			"the certificate in %s expires on %s, in less than %d days: renew it",
			cc->chain, date, EXPIRY_WARN_DAYS);
	}
}

/* A server is a TLS client too when it dials: one certificate has to do for both. */
static void check_usage(
	const struct certificate_config *cc, X509 *leaf, struct config_report *report)
{
	uint32_t usage = X509_get_extended_key_usage(leaf);

	if (usage == UINT32_MAX)
		return;
	if (!(usage & XKU_SSL_SERVER))
		config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "chain"),
			"the certificate in %s lacks the purpose serverAuth: most servers will "
			"refuse it; request it with serverAuth and clientAuth",
			cc->chain);
	else if (!(usage & XKU_SSL_CLIENT))
		config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "chain"),
			"the certificate in %s lacks the purpose clientAuth: some servers refuse "
			"it when trunkd dials (ejabberd before 26); request it with both",
			cc->chain);
}

/* Whoever reads the key can pose as every domain of the certificate. */
static void check_key_mode(const struct certificate_config *cc, struct config_report *report)
{
	struct stat st;

	if (stat(cc->key, &st) < 0 || !(st.st_mode & (S_IROTH | S_IWOTH)))
		return;
	config_report_add(report, CONFIG_WARNING, config_origin_of(&cc->origin, "key"),
		"the private key in %s is open to every user of this machine: chown root:trunkd "
		"and chmod 0640 it",
		cc->key);
}

static bool check_pair(
	const struct certificate_config *cc, const struct entry *e, struct config_report *report)
{
	if (X509_check_private_key(e->leaf, e->key) == 1)
		return true;
	ERR_clear_error();
	for (int i = 0; i < sk_X509_num(e->rest); i++) {
		if (X509_check_private_key(sk_X509_value(e->rest, i), e->key) != 1)
			continue;
		config_report_add(report, CONFIG_ERROR, config_origin_of(&cc->origin, "chain"),
			"%s begins with another certificate: put the one that belongs to the key "
			"first, then the intermediate ones",
			cc->chain);
		return false;
	}
	ERR_clear_error();
	config_report_add(report, CONFIG_ERROR, config_origin_of(&cc->origin, "key"),
		"key does not belong to the certificate: %s was not requested with the key in %s; "
		"give "
		"the key that it was requested with",
		cc->chain, cc->key);
	return false;
}

/* What OpenSSL would refuse in every handshake is refused now: keys and signatures that are too
 * weak. */
static bool check_strength(SSL_CTX *like_contexts, const struct certificate_config *cc,
	const struct entry *e, struct config_report *report)
{
	const char *words;

	ERR_clear_error();
	if (SSL_CTX_use_cert_and_key(like_contexts, e->leaf, e->key, e->rest, 1) == 1)
		return true;
	words = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	config_report_add(report, CONFIG_ERROR, config_origin_of(&cc->origin, "chain"),
		"the certificate in %s cannot be used: %s: request one with a key of at least 2048 "
		"bits (RSA) or 224 bits (ECDSA) and a SHA-256 signature",
		cc->chain, words ? words : "refused by OpenSSL");
	return false;
}

static bool load(struct entry *e, const struct certificate_config *cc, SSL_CTX *like_contexts,
	struct config_report *report)
{
	char words[PEM_WORDS];

	e->name = mem_strdup(cc->name ? cc->name : "");
	e->zones = copy_strings(&cc->zones);
	e->rest = pem_certificates(cc->chain ? cc->chain : "", words);
	if (!e->rest) {
		config_report_add(
			report, CONFIG_ERROR, config_origin_of(&cc->origin, "chain"), "%s", words);
		return false;
	}
	e->leaf = sk_X509_shift(e->rest);
	e->key = pem_key(cc->key ? cc->key : "", words);
	if (!e->key) {
		config_report_add(
			report, CONFIG_ERROR, config_origin_of(&cc->origin, "key"), "%s", words);
		return false;
	}
	check_key_mode(cc, report);
	if (!check_pair(cc, e, report) || !check_strength(like_contexts, cc, e, report))
		return false;
	check_dates(cc, e->leaf, report);
	check_usage(cc, e->leaf, report);
	return true;
}

/* One name may stand for several certificates only when they are of different key types. */
static bool check_name(const struct choices *list, const struct entry *e,
	const struct config_origin *origin, struct config_report *report)
{
	int type = EVP_PKEY_get_base_id(e->key);

	for (const struct credential *c = list->first; c; c = c->next) {
		if (EVP_PKEY_get_base_id(c->parts[0]->key) != type)
			continue;
		config_report_add(report, CONFIG_ERROR, origin,
			"two certificates are called \"%s\": that is meant for an RSA and an ECDSA "
			"one of the same domain; give this one another name",
			e->name);
		return false;
	}
	return true;
}

static bool add_to_index(struct credentials *c, const struct entry *e,
	const struct certificate_config *cc, struct config_report *report)
{
	struct choices *named = choices_for(&c->by_name, e->name);
	struct adding a = { .to = c, .entry = e };

	if (!check_name(named, e, config_origin_of(&cc->origin, "name"), report))
		return false;
	add_choice(named, e);
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
		ok = load(&c->entries[i], &all[i], like_contexts, report) &&
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

static void free_entry(struct entry *e)
{
	free(e->name);
	for (unsigned i = 0; i < e->zones.n; i++)
		free(e->zones.v[i]);
	free(e->zones.v);
	X509_free(e->leaf);
	sk_X509_pop_free(e->rest, X509_free);
	EVP_PKEY_free(e->key);
}

void credentials_free(struct credentials *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	free_index(&c->by_domain);
	free_index(&c->by_name);
	for (unsigned i = 0; i < c->n; i++)
		free_entry(&c->entries[i]);
	free(c->entries);
	free(c);
}

/* ---- choosing ---- */

static bool shown_in(const struct entry *e, const char *zone)
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

/* Nothing names the domain: something has to be shown, so that the peer hears why in the stream. */
static const struct credential *find_any(const struct credentials *c, const char *zone)
{
	for (unsigned i = 0; i < c->n; i++)
		if (shown_in(&c->entries[i], zone))
			return find(&c->by_name, str_of(c->entries[i].name), zone);
	if (c->n == 0)
		return NULL;
	return map_item(map_get(&c->by_name.map, str_of(c->entries[0].name)), struct choices, node)
		->first;
}

const struct credential *credentials_choose(const struct credentials *c,
	const struct domain *domain, const char *name, const char *zone, bool *covers_out)
{
	const struct credential *found = NULL;

	*covers_out = false;
	if (name)
		found = find(&c->by_name, str_of(name), zone);
	if (found && domain)
		*covers_out = credential_covers(found, domain);
	if (!found && domain) {
		found = find_domain(c, domain, zone);
		*covers_out = found != NULL;
	}
	return found ? found : find_any(c, zone);
}

const char *credential_name(const struct credential *c)
{
	return c->parts[0]->name;
}

int64_t credential_not_after(const struct credential *c)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < c->n; i++) {
		int64_t end = pem_time(X509_get0_notAfter(c->parts[i]->leaf));

		if (end < first)
			first = end;
	}
	return first;
}

bool credential_covers(const struct credential *c, const struct domain *d)
{
	for (unsigned i = 0; i < c->n; i++)
		if (!identity_matches(c->parts[i]->leaf, d))
			return false;
	return true;
}

bool credentials_has(const struct credentials *c, const char *name)
{
	return map_get(&c->by_name.map, str_of(name)) != NULL;
}

bool credential_use(const struct credential *c, SSL *ssl)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct entry *e = c->parts[i];

		if (SSL_use_cert_and_key(ssl, e->leaf, e->key, e->rest, 1) != 1)
			return false;
	}
	return true;
}
