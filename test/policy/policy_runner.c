/* SPDX-License-Identifier: MIT */
/*
 * Tells the stories of a directory: stanzas as clients and servers send them, under policies as an
 * operator writes them (policies.conf). README.md has the language. TAP on standard output; the
 * last test is that every feature a policy may name is stripped or refused somewhere.
 */
#include "policies.h"
#include "script.h"
#include "sides.h"
#include "telling.h"

#include <dirent.h>

enum story_verb {
	STORY_STANZA,
	STORY_IN,
	STORY_ONLY,
	STORY_ROOMS,
	STORY_CLEARED,
	STORY_UNDER,
	STORY_PASS,
	STORY_FOLD,
	STORY_BOUNCE,
	STORY_DROP,
	STORY_INVALID,
	STORY_OUT,
	STORY_BACK,
};

static const char *const verbs[] = {
	[STORY_STANZA] = "stanza",
	[STORY_IN] = "in",
	[STORY_ONLY] = "only",
	[STORY_ROOMS] = "rooms",
	[STORY_CLEARED] = "cleared",
	[STORY_UNDER] = "under",
	[STORY_PASS] = "pass",
	[STORY_FOLD] = "fold",
	[STORY_BOUNCE] = "bounce",
	[STORY_DROP] = "drop",
	[STORY_INVALID] = "invalid",
	[STORY_OUT] = "out",
	[STORY_BACK] = "back",
};

static const struct script_language language = { verbs, sizeof(verbs) / sizeof(verbs[0]) };

/* Where the runner is. */
struct runner {
	struct policies *policies;
	struct sides *sides;
	struct renamer *renamer;
	const struct script *script;
	struct telling telling; /* table NULL: no "under" yet */
	struct str title, in, under;
	bool as_it_is;
	struct filter_context context;
	struct feature_set shown;
	unsigned tests, failures;
};

static void report(struct runner *r, unsigned line, char *error)
{
	printf("%sok %u - %s.txt:%u %.*s, under %.*s\n", error ? "not " : "", ++r->tests,
		r->script->name, line, STR_ARG(r->title), STR_ARG(r->under));
	if (error) {
		printf("%s", error);
		r->failures++;
	}
	free(error);
}

/* Filters of its own for each story and each list of policies. */
static bool under(struct runner *r, struct str names)
{
	struct tables tables = {
		.enforced = policies_table(r->policies, names),
		.shadow = policies_shadow(r->policies, names),
		.none = policies_table(r->policies, STR("-")),
	};

	telling_fini(&r->telling);
	r->under = names;
	if (tables.enforced)
		telling_init(&r->telling, &tables, &r->context, r->renamer);
	r->telling.as_it_is = r->as_it_is;
	return tables.enforced;
}

/* What stands behind the verdict belongs to it. */
static void expect(const struct script *s, size_t i, struct str in, struct expectation *e)
{
	enum story_verb verb = (enum story_verb)s->steps[i].verb;

	*e = (struct expectation){
		.verdict = verb == STORY_PASS     ? VERDICT_PASS
			   : verb == STORY_FOLD   ? VERDICT_FOLD
			   : verb == STORY_BOUNCE ? VERDICT_BOUNCE
			   : verb == STORY_DROP   ? VERDICT_DROP
						  : VERDICT_INVALID,
		.words = buf_view(&s->steps[i].text),
		.out = verb == STORY_PASS ? in : (struct str){ NULL, 0 },
	};
	for (i++; i < s->nsteps; i++) {
		if (s->steps[i].verb == STORY_OUT)
			e->out = buf_view(&s->steps[i].text);
		else if (s->steps[i].verb == STORY_BACK)
			e->back = buf_view(&s->steps[i].text);
		else
			return;
	}
}

static char *tell(struct runner *r, size_t i)
{
	struct expectation e;

	if (!r->telling.table || r->in.n == 0)
		return mem_strdup("# a verdict needs \"in\" and \"under\" before it\n");
	expect(r->script, i, r->in, &e);
	return telling_check(&r->telling, r->in, &e, &r->shown);
}

static void run_step(struct runner *r, size_t i)
{
	const struct step *step = &r->script->steps[i];
	struct str text = buf_view(&step->text);

	switch ((enum story_verb)step->verb) {
	case STORY_STANZA:
		r->title = text;
		r->in = (struct str){ NULL, 0 };
		r->as_it_is = false;
		r->context = (struct filter_context){ .from_room = false };
		telling_fini(&r->telling);
		return;
	case STORY_IN: r->in = text; return;
	case STORY_ONLY: r->as_it_is = str_is(text, "as it is"); return;
	case STORY_ROOMS:
		r->context.from_room = str_starts(text, STR("from"));
		r->context.to_room = str_ends(text, STR("to"));
		return;
	case STORY_CLEARED:
		if (!sides_cleared(r->sides, text, &r->context.labels))
			report(r, step->line, mem_strdup("# there is no such clearance\n"));
		return;
	case STORY_UNDER:
		if (!under(r, text))
			report(r, step->line, mem_strdup("# there is no such policy\n"));
		return;
	case STORY_PASS:
	case STORY_FOLD:
	case STORY_BOUNCE:
	case STORY_DROP:
	case STORY_INVALID: report(r, step->line, tell(r, i)); return;
	case STORY_OUT:
	case STORY_BACK: return;
	}
}

static void run_file(struct runner *r, const char *directory, const char *file)
{
	struct script s;

	if (script_read(&s, &language, directory, file)) {
		r->script = &s;
		for (size_t i = 0; i < s.nsteps; i++)
			run_step(r, i);
	} else {
		r->failures++;
	}
	telling_fini(&r->telling);
	script_fini(&s);
}

static void every_feature_is_shown(struct runner *r)
{
	unsigned missing = 0;

	for (unsigned f = 0; f < FEATURE_COUNT; f++) {
		if (!feature_can_strip((enum feature)f) ||
			feature_set_has(&r->shown, (enum feature)f))
			continue;
		printf("# nothing is stripped or refused for: %s\n", feature_name((enum feature)f));
		missing++;
	}
	printf("%sok %u - every feature that a policy may name is shown\n", missing ? "not " : "",
		++r->tests);
	r->failures += missing > 0;
}

static int is_story(const struct dirent *d)
{
	return str_ends(str_of(d->d_name), STR(".txt"));
}

int main(int argc, char **argv)
{
	struct runner r = { .tests = 0 };
	struct dirent **files;
	int n;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	xml_reader_global_init();
	r.policies = policies_load(argv[1]);
	r.sides = sides_load(argv[1]);
	n = scandir(argv[1], &files, is_story, alphasort);
	if (!r.policies || !r.sides || n <= 0) {
		fprintf(stderr, "%s: no policies, or no stories\n", argv[1]);
		return 2;
	}
	r.renamer = renamer_new();
	for (int i = 0; i < n; i++) {
		run_file(&r, argv[1], files[i]->d_name);
		free(files[i]);
	}
	free(files);
	every_feature_is_shown(&r);
	renamer_free(r.renamer);
	policies_free(r.policies);
	sides_free(r.sides);
	printf("1..%u\n", r.tests);
	return r.failures ? 1 : 0;
}
