/* SPDX-License-Identifier: MIT */
/* See ctl_rig.h. */
#include "ctl_rig.h"

#include "base/buf.h"
#include "base/mem.h"
#include "pki.h"
#include "xml/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WORDS = 32 };

static const char needed[] =
	"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"
	"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = \"own.key\"; } );\n"
	"trust = ( { name = \"ca\"; ca = \"ca.pem\"; } );\n"
	"defaults = { trust = \"ca\"; };\n";

void ctl_rig_init(struct ctl_rig *r, const char *text)
{
	struct pki ca = pki_new(NULL, &(struct pki_spec){ .cn = "ca", .ca = 1 });
	struct pki own = pki_new(&ca, &(struct pki_spec){ .cn = "own",
					      .san = PKI_DNS("a.example") "," PKI_DNS(
						      "b.example") "," PKI_DNS("rooms.b.example"),
					      .eku = "serverAuth,clientAuth",
					      .from = -86400,
					      .to = 60 * 86400 + 3600 });
	MEM_AUTO char *all = mem_printf("%s%s", needed, text);
	char *files[3];

	xml_reader_global_init();
	files[0] = pki_write_certs("ca.pem", &ca.cert, 1);
	files[1] = pki_write_certs("own.pem", &own.cert, 1);
	files[2] = pki_write_key("own.key", own.key, NULL);
	chmod(files[2], 0600);
	*r = (struct ctl_rig){ .conf = pki_write_text("trunkd.conf", all) };
	for (int i = 0; i < 3; i++)
		free(files[i]);
	pki_free(&own);
	pki_free(&ca);
}

static void forget(struct ctl_rig *r)
{
	free(r->out);
	free(r->err);
	r->out = r->err = NULL;
}

void ctl_rig_fini(struct ctl_rig *r)
{
	forget(r);
	free(r->conf);
	pki_clean();
}

enum ctl_status ctl_rig_run(struct ctl_rig *r, const char *line, const char *in)
{
	MEM_AUTO char *words = mem_printf("trunkctl %s", line);
	struct ctl c = { 0 };
	char *argv[WORDS + 2], *rest, dash[] = "-c";
	size_t out_n, err_n;
	int argc = 0;

	for (char *w = strtok_r(words, " ", &rest); w && argc < WORDS;
		w = strtok_r(NULL, " ", &rest)) {
		if (strcmp(w, "%c") != 0) {
			argv[argc++] = w;
			continue;
		}
		argv[argc++] = dash;
		argv[argc++] = r->conf;
	}
	argv[argc] = NULL;
	forget(r);
	c.in = fmemopen((void *)(size_t)(in && *in ? in : "\n"), in && *in ? strlen(in) : 1, "r");
	c.out = open_memstream(&r->out, &out_n);
	c.err = open_memstream(&r->err, &err_n);
	assert_true(c.in && c.out && c.err);
	r->status = ctl_main(&c, argc, argv);
	fclose(c.in);
	fclose(c.out);
	fclose(c.err);
	return r->status;
}

/* Runs of spaces as one, none at the ends of lines. */
static char *squeezed(const char *text)
{
	struct buf out = { 0 };
	char *copy;

	buf_put_char(&out, '\n');
	for (const char *p = text; *p; p++) {
		struct str so_far = buf_view(&out);
		char last = so_far.p[so_far.n - 1];

		if (*p == ' ' && (last == ' ' || last == '\n'))
			continue;
		if (*p == '\n' && last == ' ')
			buf_truncate(&out, so_far.n - 1);
		buf_put_char(&out, *p);
	}
	buf_put_char(&out, '\n');
	copy = str_dup(buf_view(&out));
	buf_fini(&out);
	return copy;
}

void ctl_rig_line(const char *text, const char *line)
{
	MEM_AUTO char *have = squeezed(text);
	MEM_AUTO char *want = mem_printf("\n%s\n", line);

	if (!strstr(have, want))
		fail_msg("no line \"%s\" in:\n%s", line, text);
}
