/* SPDX-License-Identifier: MIT */
/*
 * trunkctl csr: a key, and a request for a certificate, or several, that names every domain behind
 * the trunk. No file is overwritten: a lost key is a lost identity.
 */
#include "net/csr.h"

#include "base/mem.h"
#include "ctl/chain_limit.h"
#include "ctl/json.h"
#include "ctl/load.h"
#include "ctl/served.h"
#include "ctl/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct csr_run {
	struct ctl *c;
	const char *name;
	char *out, *key_path; /* of the request, or "-"; of the key that is made */
	EVP_PKEY *key;
	bool srv_names, xmpp_addrs;
	unsigned each; /* names of one domain */
	const struct domain **domains;
	unsigned n;        /* domains */
	unsigned per_file; /* domains in one request */
	unsigned nfiles;
	json_t *json; /* what was made, in an array; NULL: in text */
};

static const struct {
	const char *name;
	enum csr_key_type type;
} key_types[] = {
	{ "p256", CSR_P256 },
	{ "p384", CSR_P384 },
	{ "rsa2048", CSR_RSA2048 },
	{ "rsa3072", CSR_RSA3072 },
	{ "rsa4096", CSR_RSA4096 },
};

/* ---- files ---- */

/* The i-th of several: a number before the ending. */
static char *request_path(const struct csr_run *r, unsigned i)
{
	struct str path = str_of(r->out);
	size_t n = str_ends(path, STR(".csr")) ? path.n - 4 : path.n;

	if (r->nfiles == 1)
		return mem_strdup(r->out);
	return mem_printf("%.*s-%u%s", (int)n, r->out, i + 1, r->out + n);
}

static enum ctl_status exists(struct ctl *c, const char *path)
{
	return ctl_failed(c,
		"%s is there already, and is not overwritten: move it away, or name another file",
		path);
}

/* Before anything is written. */
static enum ctl_status look_for_files(struct csr_run *r)
{
	if (r->key_path && access(r->key_path, F_OK) == 0)
		return exists(r->c, r->key_path);
	for (unsigned i = 0; i < r->nfiles && strcmp(r->out, "-") != 0; i++) {
		MEM_AUTO char *path = request_path(r, i);

		if (access(path, F_OK) == 0)
			return exists(r->c, path);
	}
	return CTL_FINE;
}

static enum ctl_status write_file(struct ctl *c, const char *path, mode_t mode, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	ssize_t n;

	if (fd < 0)
		return errno == EEXIST ? exists(c, path)
				       : ctl_failed(c, "%s: %s", path, strerror(errno));
	n = write(fd, bytes.p, bytes.n);
	if (n != (ssize_t)bytes.n || fsync(fd) < 0) {
		ctl_failed(c, "%s: %s", path, n >= 0 ? "disk full" : strerror(errno));
		close(fd);
		unlink(path);
		return CTL_FAILED;
	}
	close(fd);
	return CTL_FINE;
}

static enum ctl_status write_key(struct csr_run *r)
{
	struct buf pem = { 0 };
	enum ctl_status status;

	csr_key_print(r->key, &pem);
	status = write_file(r->c, r->key_path, 0600, buf_view(&pem));
	explicit_bzero(pem.data, pem.size);
	buf_fini(&pem);
	if (status != CTL_FINE || r->json)
		return status;
	text_line(strcmp(r->out, "-") == 0 ? r->c->err : r->c->out,
		"%s: the private key. Whoever has it can pose as all of the domains.", r->key_path);
	return CTL_FINE;
}

/* What a request has not, although RFC 6120 13.7.1.2 names it (decision 38); or has, against
 * advice. */
static void tell_xmpp_addrs(const struct csr_run *r)
{
	FILE *f = strcmp(r->out, "-") == 0 ? r->c->err : r->c->out;

	if (r->json)
		return;
	text_line(f, "%s",
		r->xmpp_addrs ? "XmppAddr is in it: ejabberd breaks the stream off when a "
				"certificate has one."
			      : "XmppAddr is left out: ejabberd breaks the stream off when a "
				"certificate has one, and nobody is known who needs it "
				"(--xmpp-addr adds it).");
}

/* ---- requests ---- */

static void tell(struct csr_run *r, const char *path, unsigned n, size_t size)
{
	unsigned each = r->each;
	char refused[CHAIN_LIMIT_WORDS];

	if (r->json)
		json_array_append_new(r->json,
			json_pack("{s:s, s:i, s:i, s:i, s:b, s:b}", "request", path, "domains",
				(int)n, "names", (int)(n * each), "bytes", (int)size, "srv_names",
				(int)r->srv_names, "xmpp_addrs", (int)r->xmpp_addrs));
	else if (strcmp(path, "-") != 0)
		text_line(r->c->out,
			"%s: a request with %u domain%s, %u name%s; about %zu.%zu KB as "
			"certificate.",
			path, n, n == 1 ? "" : "s", n * each, n * each == 1 ? "" : "s", size / 1024,
			size % 1024 * 10 / 1024);
	if (chain_limit_words(size, refused))
		text_line(r->c->err,
			"trunkctl: %s: of so large a certificate no handshake succeeds with %s: "
			"split it with --max-names %u%s",
			path, refused,
			(unsigned)(n * (size_t)(CHAIN_LIMIT_JAVA - 4096) / size) * each,
			each == 1 ? "" : ", or leave names out with --dns-only");
}

static enum ctl_status write_request(struct csr_run *r, unsigned i)
{
	unsigned first = i * r->per_file, left = r->n - first;
	const char *slash = strrchr(r->name, '/');
	struct csr_request q = { .common_name = slash ? slash + 1 : r->name,
		.domains = r->domains + first,
		.n = left < r->per_file ? left : r->per_file,
		.srv_names = r->srv_names,
		.xmpp_addrs = r->xmpp_addrs };
	MEM_AUTO char *path = request_path(r, i);
	enum ctl_status status = CTL_FINE;
	struct buf pem = { 0 };
	size_t size = csr_print(r->key, &q, &pem);

	if (!size)
		status = ctl_failed(r->c, "the request cannot be made with this key");
	else if (strcmp(path, "-") == 0)
		fwrite(buf_view(&pem).p, 1, buf_len(&pem), r->c->out);
	else
		status = write_file(r->c, path, 0644, buf_view(&pem));
	buf_fini(&pem);
	if (status == CTL_FINE)
		tell(r, path, q.n, size);
	return status;
}

static enum ctl_status make(struct csr_run *r)
{
	enum ctl_status status = look_for_files(r);

	if (status == CTL_FINE && r->key_path)
		status = write_key(r);
	for (unsigned i = 0; i < r->nfiles && status == CTL_FINE; i++)
		status = write_request(r, i);
	if (status == CTL_FINE)
		tell_xmpp_addrs(r);
	return status;
}

/* ---- options ---- */

static enum ctl_status take_key(struct csr_run *r)
{
	const char *file = r->c->option[OPTION_KEY], *type = r->c->option[OPTION_KEY_TYPE];
	char words[CSR_WORDS];

	if (file && (type || r->c->option[OPTION_KEY_OUT]))
		return ctl_misused(
			r->c, "--key is a key that is there: neither --key-type nor --key-out");
	if (file) {
		r->key = csr_key_read(file, words);
		return r->key ? CTL_FINE : ctl_failed(r->c, "%s", words);
	}
	for (unsigned i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++)
		if (strcmp(type ? type : "p256", key_types[i].name) == 0) {
			r->key = csr_key_new(key_types[i].type);
			return r->key ? CTL_FINE : ctl_failed(r->c, "no key could be made");
		}
	return ctl_misused(
		r->c, "--key-type %s: there are p256, p384, rsa2048, rsa3072, rsa4096", type);
}

static enum ctl_status take_most(struct csr_run *r)
{
	const char *text = r->c->option[OPTION_MAX_NAMES];
	unsigned each = r->each;
	char *end;
	unsigned long most = text ? strtoul(text, &end, 10) : 0;

	r->per_file = r->n;
	if (text && (text[0] < '0' || text[0] > '9' || *end || most < each || most > 1000000))
		return ctl_misused(r->c,
			"--max-names %s: a number is needed, at least %u, the names of one "
			"domain%s",
			text, each, each == 1 ? "" : " (1 with --dns-only)");
	if (text)
		r->per_file = (unsigned)most / each;
	r->nfiles = (r->n + r->per_file - 1) / r->per_file;
	if (r->nfiles > 1 && strcmp(r->out, "-") == 0)
		return ctl_misused(r->c, "%u requests do not go to standard output", r->nfiles);
	return CTL_FINE;
}

static void take_domains(struct csr_run *r, const struct served_list *s)
{
	r->domains = mem_zero(s->n + 1, sizeof(*r->domains));
	for (unsigned i = 0; i < s->n; i++)
		if (domain_is_address(domain_str(&s->v[i].domain)))
			text_line(r->c->err, "trunkctl: %s: %s is no host name, left out",
				text_place(s->v[i].origin).s, s->v[i].domain.s);
		else
			r->domains[r->n++] = &s->v[i].domain;
}

static enum ctl_status prepare(struct csr_run *r, const struct served_list *s)
{
	const char *out = r->c->option[OPTION_OUT], *key_out = r->c->option[OPTION_KEY_OUT];
	enum ctl_status status;

	r->srv_names = !r->c->option[OPTION_DNS_ONLY];
	r->xmpp_addrs = r->c->option[OPTION_XMPP_ADDR] != NULL;
	r->each = 1 + r->srv_names + r->xmpp_addrs;
	if (!r->srv_names && r->xmpp_addrs)
		return ctl_misused(r->c, "--dns-only and --xmpp-addr exclude each other");
	r->out = out ? mem_strdup(out) : mem_printf("%s.csr", r->name);
	if (!r->c->option[OPTION_KEY])
		r->key_path = key_out ? mem_strdup(key_out) : mem_printf("%s.key", r->name);
	take_domains(r, s);
	if (!r->n)
		return ctl_failed(r->c, "no domain is known: nothing to request");
	if (r->key_path && strcmp(r->key_path, r->out) == 0)
		return ctl_misused(r->c, "request and key would be the same file");
	if (r->c->option[OPTION_JSON] && strcmp(r->out, "-") == 0)
		return ctl_misused(r->c, "request and JSON do not both go to standard output");
	status = take_most(r);
	return status == CTL_FINE ? take_key(r) : status;
}

enum ctl_status ctl_csr(struct ctl *c)
{
	struct csr_run r = { .c = c, .name = c->nargs ? c->args[0] : "trunkd" };
	struct plan *plan = load_plan_without_keys(c);
	struct served_list served;
	enum ctl_status status;

	if (!plan)
		return CTL_FAILED;
	served_init(&served, plan);
	if (c->option[OPTION_JSON])
		r.json = json_array();
	status = prepare(&r, &served);
	if (status == CTL_FINE) {
		served_tell_wildcards(&served, "trunkctl: ", c->err);
		status = make(&r);
	}
	if (r.json && status == CTL_FINE)
		json_print(json_incref(r.json), c->out);
	json_decref(r.json);
	csr_key_free(r.key);
	free(r.domains);
	free(r.out);
	free(r.key_path);
	served_fini(&served);
	plan_unref(plan);
	return status;
}
