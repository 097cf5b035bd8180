/* SPDX-License-Identifier: MIT */
/* See check_rig.h. */
#include "check_rig.h"

#include "base/mem.h"
#include "pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_rig_init(struct ctl_rig *r, const char *text)
{
	ctl_rig_init(r, "");
	check_rig_text(r, text);
}

void check_rig_text(struct ctl_rig *r, const char *text)
{
	free(r->conf);
	r->conf = pki_write_text("trunkd.conf", text);
}

void check_rig_run(struct ctl_rig *r, const char *line, enum ctl_status want)
{
	MEM_AUTO char *all = mem_printf("check %s %%c", line);

	if (ctl_rig_run(r, all, NULL) != want)
		fail_msg("%s: status %d: %s%s", all, (int)r->status, r->err, r->out);
}

void check_rig_line(const struct ctl_rig *r, unsigned line, const char *words)
{
	const char *at = strstr(words, "%s");
	MEM_AUTO char *full =
		at ? mem_printf("%.*s%s%s", (int)(at - words), words, pki_dir(), at + 2)
		   : mem_strdup(words);
	MEM_AUTO char *placed =
		line ? mem_printf("%s:%u: %s", r->conf, line, full) : mem_strdup(full);

	ctl_rig_line(r->out, placed);
}

void check_rig_without(const struct ctl_rig *r, const char *words)
{
	if (strstr(r->out, words))
		fail_msg("\"%s\" is in:\n%s", words, r->out);
}

void check_rig_write(const char *name, const struct pki *own, const struct pki *more)
{
	X509 *certs[2] = { own->cert, more ? more->cert : NULL };
	MEM_AUTO char *pem = mem_printf("%s.pem", name);
	MEM_AUTO char *key = mem_printf("%s.key", name);

	free(pki_write_certs(pem, certs, more ? 2 : 1));
	free(pki_write_key(key, own->key, NULL));
}
