/* SPDX-License-Identifier: MIT */
/*
 * Runs the conformance corpus of security labels: policies and files of cases, as README.md says.
 *
 *   label_runner <folder> <case file> ...     one TAP line for each case
 */
#include "base/mem.h"
#include "label/decide.h"
#include "label/ess.h"
#include "label/file.h"
#include "label/lint.h"
#include "label/map.h"
#include "label/marking.h"
#include "label/resolve.h"
#include "label/stanag4774.h"
#include "label/time.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct run {
	const char *folder;
	const char *file;
	struct label_policies policies;
	int64_t now; /* of the file */
	unsigned number, failed;
	const char *name; /* of the case */
	bool good;
};

static void complain(struct run *r, const char *what, const char *is, const char *expected)
{
	printf("# %s: %s: %s is \"%s\", expected \"%s\"\n", r->file, r->name, what, is, expected);
	r->good = false;
}

static void compare(struct run *r, const char *what, const char *is, const char *expected)
{
	if (strcmp(is, expected) != 0)
		complain(r, what, is, expected);
}

static struct str text_of(const json_t *j, const char *key)
{
	return str_of(json_string_value(json_object_get(j, key)));
}

static const char *word(const json_t *j, const char *key, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : otherwise;
}

static int64_t time_of(const json_t *j, const char *key, int64_t otherwise)
{
	struct str s = text_of(j, key);
	int64_t t = otherwise;

	if (s.p && !label_time_parse(s, &t))
		abort();
	return t;
}

static bool is_oid(struct str s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9';
}

/* ---- labels and clearances ---- */

static void put(bool good)
{
	if (!good)
		abort();
}

static enum label_tag_kind kind_of(const char *s)
{
	for (int k = LABEL_ANY_KIND; k <= LABEL_INFORMATIVE; k++) {
		if (strcmp(label_tag_kind_name((enum label_tag_kind)k), s) == 0)
			return (enum label_tag_kind)k;
	}
	abort();
}

static enum label_tag_form form_of(const char *s)
{
	if (strcmp(s, "any") == 0)
		return LABEL_ANY_FORM;
	return strcmp(s, "bits") == 0 ? LABEL_BITS : LABEL_INTEGERS;
}

/* Texts are those of the JSON value, which outlives the label. */
static void read_category(const json_t *j, struct label_category *c)
{
	struct str set = text_of(j, "set");

	*(is_oid(set) ? &c->set_id : &c->set_name) = set;
	c->kind = kind_of(word(j, "kind", "any"));
	c->form = form_of(word(j, "form", "any"));
	c->value = text_of(j, "value");
	c->unknown_type = text_of(j, "unknown");
	c->has_lacv = json_is_integer(json_object_get(j, "lacv"));
	c->lacv = (uint64_t)json_integer_value(json_object_get(j, "lacv"));
}

static size_t unhex(struct str hex, unsigned char *out)
{
	for (size_t i = 0; i + 1 < hex.n; i += 2)
		put(sscanf(hex.p + i, "%2hhx", &out[i / 2]) == 1);
	return hex.n / 2;
}

static void read_ess(struct str hex, struct label *l)
{
	unsigned char *bytes = mem_alloc(hex.n + 1);
	size_t n = unhex(hex, bytes);
	const char *fault;

	put(ess_read_label((struct str){ (const char *)bytes, n }, l, &fault));
	free(bytes);
}

static void read_xml(struct str xml, struct label *l)
{
	struct label_file f = { 0 };
	char *words = NULL;
	const char *fault;

	put(label_file_read(&f, xml, &words));
	put(stanag4774_read_label(f.tree, l, &fault));
	label_file_fini(&f);
}

static void read_label(const json_t *j, struct label *l)
{
	const json_t *class = json_object_get(j, "class"), *c;
	struct str policy = text_of(j, "policy");
	size_t i;

	label_init(l);
	if (text_of(j, "ess").n)
		return read_ess(text_of(j, "ess"), l);
	if (text_of(j, "xml").n)
		return read_xml(text_of(j, "xml"), l);
	*(is_oid(policy) ? &l->policy_id : &l->policy_name) = policy;
	l->class_name = str_of(json_string_value(class));
	l->has_class_lacv = json_is_integer(class);
	l->class_lacv = (uint32_t)json_integer_value(class);
	l->review = time_of(j, "review", LABEL_NO_TIME);
	l->succession = time_of(j, "succession", LABEL_NO_TIME);
	json_array_foreach(json_object_get(j, "categories"), i, c)
	{
		struct label_category *to = label_add(l);

		put(to);
		read_category(c, to);
	}
	if (json_object_get(j, "successor")) {
		put(label_succeed(l, 0));
		read_label(json_object_get(j, "successor"), l->successor);
	}
}

static void read_clearance(const json_t *j, struct clearance *c, const struct spif *s)
{
	struct str policy = text_of(j, "policy"), top = text_of(j, "up-to");
	const json_t *k;
	size_t i;

	clearance_init(c);
	*(is_oid(policy) ? &c->policy_id : &c->policy_name) = policy;
	json_array_foreach(json_object_get(j, "classes"), i, k)
	{
		if (json_is_integer(k))
			put(clearance_add_class(c, (uint32_t)json_integer_value(k)));
		else
			put(clearance_add_class_name(c, str_of(json_string_value(k))));
	}
	if (top.n)
		put(clearance_add_up_to(c, s, top));
	json_array_foreach(json_object_get(j, "categories"), i, k)
	{
		struct label_category *to;

		if (json_is_array(k)) {
			put(clearance_add_value(c, s,
				str_of(json_string_value(json_array_get(k, 0))),
				str_of(json_string_value(json_array_get(k, 1)))));
			continue;
		}
		to = clearance_add(c);
		put(to);
		read_category(k, to);
	}
}

/* ---- the questions ---- */

static void check_verdict(
	struct run *r, const char *what, const json_t *j, const struct label_verdict *v)
{
	const char *words = word(j, "words", NULL);
	char is[500];

	if (!json_string_value(json_object_get(j, what)))
		return;
	compare(r, what, label_outcome_name(v->outcome), word(j, what, ""));
	label_verdict_words(v, is, sizeof(is));
	if (words && v->outcome != LABEL_GRANTED)
		compare(r, "words", is, words);
}

static enum spif_code place_of(const char *s)
{
	static const struct {
		const char *name;
		enum spif_code code;
	} places[] = {
		{ "pageTop", SPIF_PAGE_TOP },
		{ "pageBottom", SPIF_PAGE_BOTTOM },
		{ "documentStart", SPIF_DOCUMENT_START },
		{ "documentEnd", SPIF_DOCUMENT_END },
		{ "firstLineOfText", SPIF_FIRST_LINE },
		{ "lastLineOfText", SPIF_LAST_LINE },
		{ "subject", SPIF_SUBJECT },
		{ "portionMarking", SPIF_PORTION },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strcmp(places[i].name, s) == 0)
			return places[i].code;
	}
	abort();
}

static void check_marking(struct run *r, const json_t *j, const struct label *l)
{
	char fg[LABEL_COLOR] = "", bg[LABEL_COLOR] = "";
	struct buf out;

	buf_init(&out, 0);
	put(label_marking(
		l, place_of(word(j, "place", "pageTop")), str_of(word(j, "lang", "")), &out));
	buf_put_char(&out, '\0');
	if (json_object_get(j, "text"))
		compare(r, "marking", buf_view(&out).p, word(j, "text", ""));
	label_colors(l, fg, bg);
	if (json_object_get(j, "fgcolor"))
		compare(r, "fgcolor", fg, word(j, "fgcolor", ""));
	if (json_object_get(j, "bgcolor"))
		compare(r, "bgcolor", bg, word(j, "bgcolor", ""));
	buf_fini(&out);
}

static const struct spif *policy(struct run *r, const char *name)
{
	const struct spif *s = label_policies_find(&r->policies, (struct str){ 0 }, str_of(name));

	return s ? s : label_policies_find(&r->policies, str_of(name), (struct str){ 0 });
}

static void check_same(struct run *r, const char *what, const json_t *j, const struct label *is)
{
	struct label_verdict v;
	struct label expected;

	read_label(j, &expected);
	put(spif_resolve_label(is->policy, &expected, &v));
	if (!label_same(is, &expected))
		complain(r, what, "another label", "the one stated");
	label_fini(&expected);
}

static void check_map(
	struct run *r, const json_t *j, const struct label *l, const struct label_map_options *o)
{
	const json_t *dropped_json = json_object_get(j, "dropped"), *k;
	struct str to = text_of(j, "to");
	const struct spif *target = policy(r, to.p);
	struct label_verdict v;
	struct label mapped;
	unsigned dropped = 0;
	size_t i;

	label_init(&mapped);
	if (target)
		(void)!label_map(&r->policies, l, target, o, &mapped, &dropped, &v);
	else if (label_map_out(l, NULL, is_oid(to) ? to : (struct str){ 0 },
			 is_oid(to) ? (struct str){ 0 } : to, o, &mapped, &dropped, &v))
		r->good &= mapped.policy == NULL;
	check_verdict(r, "outcome", j, &v);
	if (v.outcome == LABEL_GRANTED && target && json_object_get(j, "label"))
		check_same(r, "mapped", json_object_get(j, "label"), &mapped);
	json_array_foreach(json_object_get(j, "marking"), i, k)
	{
		if (mapped.policy)
			check_marking(r, k, &mapped);
	}
	if (dropped_json && json_integer_value(dropped_json) != dropped)
		complain(r, "dropped", "another number", "the one stated");
	label_fini(&mapped);
}

static void check_belief(
	struct run *r, const json_t *j, const struct label *l, const struct label_map_options *o)
{
	struct label_verdict v;
	struct label e;

	read_label(json_object_get(j, "equivalent"), &e);
	if (spif_resolve_label(policy(r, word(j, "policy", "")), &e, &v))
		(void)!label_believe(&r->policies, l, &e, o, &v);
	check_verdict(r, "outcome", j, &v);
	label_fini(&e);
}

static void check_decision(struct run *r, const json_t *j, const struct label *l)
{
	const json_t *unknown = json_object_get(j, "unknown"),
		     *cj = json_object_get(j, "clearance");
	struct label_verdict v;
	struct clearance c;
	int n = 0;

	clearance_init(&c);
	if (cj) {
		read_clearance(cj, &c, l->policy);
		n = spif_resolve_clearance(l->policy, &c, &v);
	}
	if (unknown && json_integer_value(unknown) != n)
		complain(r, "unknown", "another number", "the one stated");
	(void)!label_decide(l, cj ? &c : NULL, &v);
	check_verdict(r, "decide", j, &v);
	clearance_fini(&c);
}

/* DER, of the label as the policy knows it. */
static void check_written(struct run *r, const json_t *j, const struct label *l)
{
	struct buf der, hex;
	struct str s;

	buf_init(&der, 0);
	buf_init(&hex, 0);
	/* Nothing is expected of what cannot be written. */
	(void)!ess_write_label(l, &der);
	s = buf_view(&der);
	for (size_t i = 0; i < s.n; i++)
		buf_printf(&hex, "%02x", (unsigned char)s.p[i]);
	buf_put_char(&hex, '\0');
	compare(r, "written", buf_view(&hex).p, word(j, "ess", ""));
	buf_fini(&der);
	buf_fini(&hex);
}

static void check_resolved(struct run *r, const json_t *j, const struct label *l)
{
	const json_t *k;
	struct label_map_options o = { .age = strcmp(word(j, "age", "old"), "new") ? LABEL_OLD
										   : LABEL_NEW,
		.now = time_of(j, "now", r->now) };
	struct label_verdict v;
	size_t i;

	if (json_object_get(j, "same"))
		check_same(r, "same", json_object_get(j, "same"), l);
	if (json_object_get(j, "written"))
		check_written(r, json_object_get(j, "written"), l);
	(void)!label_valid(l, o.age, o.now, &v);
	check_verdict(r, "valid", j, &v);
	if (json_object_get(j, "decide"))
		check_decision(r, j, l);
	json_array_foreach(json_object_get(j, "marking"), i, k) check_marking(r, k, l);
	json_array_foreach(json_object_get(j, "map"), i, k) check_map(r, k, l, &o);
	json_array_foreach(json_object_get(j, "believe"), i, k) check_belief(r, k, l, &o);
}

/* The policy that the label says, or the case does. */
static void check_label(struct run *r, const json_t *j)
{
	const json_t *label = json_object_get(j, "label");
	const char *under = word(j, "under", word(label, "policy", ""));
	const struct spif *s = policy(r, under);
	const struct label *effective;
	struct label_verdict v;
	struct label l, at;

	put(s);
	read_label(label, &l);
	label_init(&at);
	effective = label_at(&l, time_of(j, "now", r->now));
	label_copy(&at, effective);
	if (spif_resolve_label(s, &at, &v))
		check_resolved(r, j, &at);
	else if (!json_object_get(j, "resolve"))
		complain(r, "resolve", label_outcome_name(v.outcome), "granted");
	check_verdict(r, "resolve", j, &v);
	label_fini(&at);
	label_fini(&l);
}

/* ---- findings about policy files ---- */

static bool found(const struct label_findings *f, const json_t *j)
{
	enum label_severity severity =
		strcmp(word(j, "severity", "error"), "error") ? LABEL_WARNING : LABEL_ERROR;

	for (unsigned i = 0; i < f->n; i++) {
		if (f->list[i].severity == severity &&
			f->list[i].line == json_integer_value(json_object_get(j, "line")) &&
			strstr(f->list[i].words, word(j, "words", "?")))
			return true;
	}
	return false;
}

static void tell(const struct label_findings *f)
{
	for (unsigned i = 0; i < f->n; i++)
		printf("# %s:%u: %s: %s %s\n", f->list[i].file, f->list[i].line,
			f->list[i].severity == LABEL_ERROR ? "error" : "warning", f->list[i].words,
			f->list[i].remedy);
}

/* All that is expected, and nothing else. */
static void check_findings(struct run *r, const json_t *expected, const struct label_findings *f)
{
	const json_t *j;
	size_t i;

	json_array_foreach(expected, i, j)
	{
		if (!found(f, j))
			complain(r, "finding", "missing", word(j, "words", "?"));
	}
	if (json_array_size(expected) != f->n)
		complain(r, "findings", "another number", "the one stated");
	if (!r->good)
		tell(f);
}

static void check_file(struct run *r, const json_t *j)
{
	MEM_AUTO char *path = mem_printf("%s/%s", r->folder, word(j, "file", ""));
	struct label_findings f = { 0 };
	struct spif *s = spif_load(path, 0, &f);

	compare(r, "loads", s ? "yes" : "no",
		json_is_true(json_object_get(j, "loads")) ? "yes" : "no");
	check_findings(r, json_object_get(j, "findings"), &f);
	label_findings_fini(&f);
	spif_free(s);
}

static void check_lint(struct run *r, const json_t *j)
{
	struct label_findings f = { 0 };

	label_lint(&r->policies, time_of(j, "now", r->now), &f);
	check_findings(r, json_object_get(j, "lint"), &f);
	label_findings_fini(&f);
}

/* ---- files ---- */

static void run_case(struct run *r, const json_t *j)
{
	r->name = word(j, "name", "?");
	r->good = true;
	if (json_object_get(j, "file"))
		check_file(r, j);
	else if (json_object_get(j, "lint"))
		check_lint(r, j);
	else
		check_label(r, j);
	r->failed += !r->good;
	printf("%s %u - %s: %s\n", r->good ? "ok" : "not ok", ++r->number, r->file, r->name);
}

static void load_policies(struct run *r, const json_t *list)
{
	const json_t *j;
	size_t i;

	json_array_foreach(list, i, j)
	{
		MEM_AUTO char *path = mem_printf("%s/policies/%s", r->folder, json_string_value(j));
		struct label_findings f = { 0 };
		struct spif *s = spif_load(path, 0, &f);

		if (!s || !label_policies_add(&r->policies, s, &f)) {
			tell(&f);
			abort();
		}
		label_findings_fini(&f);
	}
}

static void run_file(struct run *r, const char *file)
{
	MEM_AUTO char *path = mem_printf("%s/cases/%s", r->folder, file);
	json_error_t e;
	json_t *j = json_load_file(path, 0, &e);
	const json_t *k;
	size_t i;

	if (!j) {
		printf("Bail out! %s:%d: %s\n", path, e.line, e.text);
		exit(1);
	}
	r->file = file;
	r->now = time_of(j, "now", 0);
	load_policies(r, json_object_get(j, "policies"));
	if (json_object_get(j, "governing"))
		put(label_policies_govern(&r->policies, text_of(j, "governing")));
	json_array_foreach(json_object_get(j, "cases"), i, k) run_case(r, k);
	label_policies_fini(&r->policies);
	json_decref(j);
}

int main(int argc, char **argv)
{
	struct run r = { .folder = argc > 1 ? argv[1] : "." };

	for (int i = 2; i < argc; i++)
		run_file(&r, argv[i]);
	printf("1..%u\n", r.number);
	return r.failed || !r.number;
}
