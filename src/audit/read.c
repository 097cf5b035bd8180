/* SPDX-License-Identifier: MIT */
/* See read.h. The JSON is libjansson's. */
#include "audit/read.h"

#include "audit/chain.h"
#include "base/mem.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

struct audit_reader {
	FILE *f;
	char *line;
	size_t size;
	uint64_t number;
	struct audit_parsed parsed;
};

static struct str text_of(const json_t *j)
{
	return json_is_string(j) ? (struct str){ json_string_value(j), json_string_length(j) }
				 : (struct str){ 0 };
}

static uint64_t number_of(const json_t *j)
{
	return json_is_integer(j) && json_integer_value(j) > 0 ? (uint64_t)json_integer_value(j)
							       : 0;
}

static size_t count_names(const json_t *root)
{
	size_t n = 0;

	for (unsigned i = 0; i < audit_nfields; i++)
		if (audit_fields[i].type == AUDIT_NAMES)
			n += json_array_size(json_object_get(root, audit_fields[i].name.p));
	return n;
}

/* Returns where the next list goes. */
static struct str *take_names(const json_t *list, struct audit_names *out, struct str *at)
{
	out->v = at;
	out->n = (unsigned)json_array_size(list);
	for (unsigned i = 0; i < out->n; i++)
		*at++ = text_of(json_array_get(list, i));
	return at;
}

static void take_fields(const json_t *root, struct audit_record *out, struct str *names)
{
	for (unsigned i = 0; i < audit_nfields; i++) {
		const struct audit_field *f = &audit_fields[i];
		const json_t *j = json_object_get(root, f->name.p);
		void *at = (char *)out + f->offset;

		switch (f->type) {
		case AUDIT_TEXT: *(struct str *)at = text_of(j); break;
		case AUDIT_NUMBER: *(uint64_t *)at = number_of(j); break;
		case AUDIT_NAMES: names = take_names(j, at, names); break;
		}
	}
}

bool audit_parse(struct str line, struct audit_entry *out, struct audit_parsed *p)
{
	json_t *root;

	*out = (struct audit_entry){ .line = out->line, .text = line };
	if (!audit_chain_parse(line, &out->sequence, &out->prev))
		return false;
	root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (!root)
		return false;
	p->json = root;
	p->names = mem_zero(count_names(root) + 1, sizeof(*p->names));
	take_fields(root, &out->record, p->names);
	out->record.event = audit_event_parse(text_of(json_object_get(root, "event")));
	return true;
}

void audit_parsed_fini(struct audit_parsed *p)
{
	json_decref(p->json);
	free(p->names);
	*p = (struct audit_parsed){ 0 };
}

struct audit_reader *audit_reader_new(FILE *f)
{
	struct audit_reader *r = MEM_NEW(struct audit_reader);

	r->f = f;
	return r;
}

void audit_reader_free(struct audit_reader *r)
{
	if (!r)
		return;
	audit_parsed_fini(&r->parsed);
	free(r->line);
	free(r);
}

int audit_read_next(struct audit_reader *r, struct audit_entry *out)
{
	ssize_t n = getline(&r->line, &r->size, r->f);

	audit_parsed_fini(&r->parsed);
	if (n < 0)
		return ferror(r->f) ? -errno : 0;
	if (n && r->line[n - 1] == '\n')
		n--;
	out->line = ++r->number;
	return audit_parse((struct str){ r->line, (size_t)n }, out, &r->parsed) ? 1 : -EBADMSG;
}
