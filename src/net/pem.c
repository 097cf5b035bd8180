/* SPDX-License-Identifier: MIT */
/*
 * Reading PEM files at start-up and reload. Owns nothing beyond a call; logs nothing: what is wrong
 * is handed back in words. Never asks for a pass phrase.
 */
#include "net/pem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static BIO *open_file(const char *path, char words[PEM_WORDS])
{
	BIO *b;

	errno = 0;
	b = BIO_new_file(path, "r");
	if (!b)
		snprintf(words, PEM_WORDS,
			"cannot read %s: %s (does the path exist, and may trunkd's user read it?)",
			path, errno ? strerror(errno) : "unknown error");
	ERR_clear_error();
	return b;
}

/* Did reading stop because nothing more of its kind follows? The error queue is emptied. */
static bool at_end(void)
{
	unsigned long e = ERR_peek_last_error();

	ERR_clear_error();
	return ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
}

static void say_damaged(const char *path, const char *what, int index, char words[PEM_WORDS])
{
	snprintf(words, PEM_WORDS, "%s number %d in %s is damaged: copy the file again", what,
		index + 1, path);
}

static void say_none(const char *path, const char *what, const char *label, char words[PEM_WORDS])
{
	snprintf(words, PEM_WORDS,
		"no %s in %s: the file must be PEM, with a line -----BEGIN %s----- (convert DER "
		"with "
		"openssl)",
		what, path, label);
}

STACK_OF(X509) * pem_certificates(const char *path, char words[PEM_WORDS])
{
	BIO *b = open_file(path, words);
	STACK_OF(X509) * all;
	X509 *one;

	if (!b)
		return NULL;
	all = sk_X509_new_null();
	while ((one = PEM_read_bio_X509(b, NULL, NULL, NULL)))
		sk_X509_push(all, one);
	BIO_free(b);
	words[0] = '\0';
	if (!at_end())
		say_damaged(path, "certificate", sk_X509_num(all), words);
	else if (sk_X509_num(all) == 0)
		say_none(path, "certificate", "CERTIFICATE", words);
	if (!words[0])
		return all;
	sk_X509_pop_free(all, X509_free);
	return NULL;
}

STACK_OF(X509_CRL) * pem_crls(const char *path, char words[PEM_WORDS])
{
	BIO *b = open_file(path, words);
	STACK_OF(X509_CRL) * all;
	X509_CRL *one;

	if (!b)
		return NULL;
	all = sk_X509_CRL_new_null();
	while ((one = PEM_read_bio_X509_CRL(b, NULL, NULL, NULL)))
		sk_X509_CRL_push(all, one);
	BIO_free(b);
	words[0] = '\0';
	if (!at_end())
		say_damaged(path, "CRL", sk_X509_CRL_num(all), words);
	else if (sk_X509_CRL_num(all) == 0)
		say_none(path, "CRL", "X509 CRL", words);
	if (!words[0])
		return all;
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	return NULL;
}

/* A daemon has nobody to ask. */
static int no_pass_phrase(char *out, int size, int rwflag, void *asked)
{
	*(bool *)asked = true;
	return -1;
}

/* Is there a private key in the file at all, readable or not? */
static bool holds_key(BIO *b)
{
	unsigned char *data;
	char *name, *header;
	bool found = false;
	long n;

	BIO_seek(b, 0);
	while (!found && PEM_read_bio(b, &name, &header, &data, &n)) {
		found = strstr(name, "PRIVATE KEY") != NULL;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	return !at_end() || found;
}

EVP_PKEY *pem_key(const char *path, char words[PEM_WORDS])
{
	BIO *b = open_file(path, words);
	bool asked = false;
	EVP_PKEY *key;

	if (!b)
		return NULL;
	key = PEM_read_bio_PrivateKey(b, NULL, no_pass_phrase, &asked);
	ERR_clear_error();
	if (asked && !key)
		snprintf(words, PEM_WORDS,
			"the key in %s is encrypted: store it without a pass phrase, readable by "
			"trunkd's user only",
			path);
	else if (!key && holds_key(b))
		say_damaged(path, "private key", 0, words);
	else if (!key)
		say_none(path, "private key", "PRIVATE KEY", words);
	BIO_free(b);
	return key;
}

int64_t pem_time(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return 0;
	return timegm(&tm);
}

void pem_date(int64_t seconds, char out[16])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(out, 16, "?");
}
