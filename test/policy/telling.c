/* SPDX-License-Identifier: MIT */
/* Tells stanzas and compares. What comes out is also held against the oracle of the property test.
 */
#include "telling.h"

#include "difference.h"
#include "policy/own.h"
#include "script.h"

#include <inttypes.h>

static const char *const cuts[CUTS] = {
	[CUT_WHOLE] = "whole",
	[CUT_BYTES] = "byte by byte",
	[CUT_PIECES] = "in pieces",
	[CUT_OTHER_PIECES] = "in other pieces",
	[CUT_PREFIXED] = "with prefixes",
};

/* What is being compared. */
struct judgement {
	struct telling *telling;
	enum cut cut;
	const struct expectation *want;
	const struct filter_result *got;
	char *error;
};

static void start(
	struct rig *rig, const struct policy_table *table, const struct filter_context *context)
{
	rig_init(rig, table, RIG_HEADER);
	rig->context = *context;
}

void telling_init(struct telling *t, const struct tables *tables,
	const struct filter_context *context, struct renamer *renamer)
{
	*t = (struct telling){ .table = tables->enforced, .renamer = renamer };
	for (unsigned i = 0; i < CUTS; i++)
		start(&t->rigs[i], t->table, context);
	start(&t->again, t->table, context);
	start(&t->shadow, tables->shadow, context);
	start(&t->none, tables->none, context);
}

void telling_fini(struct telling *t)
{
	if (!t->table)
		return;
	for (unsigned i = 0; i < CUTS; i++)
		rig_fini(&t->rigs[i]);
	rig_fini(&t->again);
	rig_fini(&t->shadow);
	rig_fini(&t->none);
	t->table = NULL;
}

static bool complain(struct judgement *j, const char *what, struct str want, struct str got)
{
	struct buf text = { 0 };

	buf_printf(&text, "# %s, %s:\n", cuts[j->cut], what);
	difference_write(&text, want, got);
	buf_put_char(&text, '\0');
	j->error = text.data;
	return false;
}

/* ---- the parts of a result ---- */

static const char *name_of(const struct telling *t, enum feature f)
{
	const char *name = own_feature_name(t->table->own, f);

	return name ? name : "none";
}

static bool check_removed(struct judgement *j, struct str names)
{
	struct buf got = { 0 };
	bool same;

	for (unsigned f = 0; f < FEATURE_MAX; f++)
		if (feature_set_has(&j->got->removed, (enum feature)f))
			buf_printf(&got, "%s%s", buf_len(&got) ? "," : "",
				name_of(j->telling, (enum feature)f));
	same = str_eq(buf_view(&got), names) || complain(j, "removed", names, buf_view(&got));
	buf_fini(&got);
	return same;
}

static bool check_policy(struct judgement *j, struct str name)
{
	struct str got = str_of(j->got->policy ? j->got->policy->name : "none");

	return str_eq(got, name) || complain(j, "policy", name, got);
}

static bool check_key(struct judgement *j, struct str key)
{
	struct str got = str_of(j->got->key ? j->got->key : "none");

	return str_eq(got, key) || complain(j, "key", key, got);
}

static bool check_pair(struct judgement *j, struct str word)
{
	const char *eq = memchr(word.p, '=', word.n);
	struct str name = { word.p, (size_t)(eq - word.p) };
	struct str value = str_skip(word, name.n + 1);

	if (str_is(name, "policy"))
		return check_policy(j, value);
	if (str_is(name, "key"))
		return check_key(j, value);
	if (str_is(name, "removed"))
		return check_removed(j, value);
	return complain(j, "nobody knows what this is", word, STR(""));
}

/* REASON [FEATURE] [name=value ...] */
static bool check_words(struct judgement *j)
{
	struct str rest = j->want->words, word;
	struct str reason = STR("pass"), feature = STR("none");
	unsigned plain = 0;
	bool ok = true;

	while (ok && script_word(&rest, &word)) {
		if (memchr(word.p, '=', word.n))
			ok = check_pair(j, word);
		else if (plain++ == 0)
			reason = word;
		else
			feature = word;
	}
	if (!ok)
		return false;
	if (!str_is(reason, j->got->reason))
		return complain(j, "reason", reason, str_of(j->got->reason));
	if (!str_is(feature, name_of(j->telling, j->got->feature)))
		return complain(
			j, "feature", feature, str_of(name_of(j->telling, j->got->feature)));
	return true;
}

/* The same stanza, however it was written. */
static bool check_meaning(struct judgement *j, struct str want, struct str got)
{
	struct renamer *r = j->telling->renamer;
	struct buf a = { 0 }, b = { 0 };
	bool same = renamer_plain(r, want, &a) && renamer_plain(r, got, &b) &&
		    str_eq(buf_view(&a), buf_view(&b));

	if (!same)
		complain(j, "goes on", buf_view(&a), buf_view(&b));
	buf_fini(&a);
	buf_fini(&b);
	return same;
}

static bool check_out(struct judgement *j)
{
	struct str want = j->want->out, got = j->got->bytes;
	const char *wrong;

	if (j->got->verdict != VERDICT_PASS && j->got->verdict != VERDICT_FOLD)
		return got.n == 0 || complain(j, "goes on", STR(""), got);
	if (!want.p)
		return complain(j, "a fold wants \"out\"", STR(""), got);
	if (j->cut == CUT_PREFIXED)
		return check_meaning(j, want, got);
	if (!str_eq(want, got))
		return complain(j, "goes on", want, got);
	wrong = oracle_check(&j->telling->again, got);
	return !wrong || complain(j, wrong, STR(""), got);
}

/* The error as the trunk answers it; nothing where an answer is forbidden. */
static bool check_back(struct judgement *j)
{
	const struct filter_result *r = j->got;
	struct buf back = { 0 };
	bool same;

	if ((r->verdict == VERDICT_BOUNCE ||
		    (r->verdict == VERDICT_INVALID && r->check == STANZA_BAD_REQUEST)) &&
		stanza_may_bounce(&r->head))
		stanza_error_write(&back, &r->head, r->condition, false, r->text, r->app);
	same = str_eq(buf_view(&back), j->want->back) ||
	       complain(j, "goes back", j->want->back, buf_view(&back));
	buf_fini(&back);
	return same;
}

static bool check_verdict(struct judgement *j)
{
	if (j->got->verdict == j->want->verdict)
		return true;
	return complain(j, "verdict", str_of(verdict_name(j->want->verdict)),
		str_of(verdict_name(j->got->verdict)));
}

/* ---- telling ---- */

static const struct filter_result *feed_pieces(struct rig *rig, struct str in, uint32_t seed)
{
	const struct filter_result *r = NULL;

	while (in.n > 0) {
		size_t n;

		seed = seed * 1103515245 + 12345;
		n = 1 + (seed >> 16) % 23;
		n = n < in.n ? n : in.n;
		r = rig_feed(rig, (struct str){ in.p, n }, n);
		in = str_skip(in, n);
	}
	return r;
}

static const struct filter_result *feed_prefixed(struct telling *t, struct str in)
{
	const struct filter_result *r = NULL;
	struct buf renamed = { 0 };

	if (renamer_prefix(t->renamer, in, &renamed))
		r = rig_feed(&t->rigs[CUT_PREFIXED], buf_view(&renamed), SIZE_MAX);
	buf_fini(&renamed);
	return r;
}

static const struct filter_result *feed(struct telling *t, struct str in, enum cut cut)
{
	switch (cut) {
	case CUT_WHOLE: return rig_feed(&t->rigs[cut], in, SIZE_MAX);
	case CUT_BYTES: return rig_feed(&t->rigs[cut], in, 1);
	case CUT_PIECES:
	case CUT_OTHER_PIECES: return feed_pieces(&t->rigs[cut], in, cut);
	case CUT_PREFIXED: return feed_prefixed(t, in);
	case CUTS: break;
	}
	return NULL;
}

/* A verdict and all that goes with it, in one line. */
static void describe(const struct telling *t, struct buf *out, const struct filter_result *r)
{
	buf_clear(out);
	buf_printf(out, "<%s %s %s by %s %s, condition %u, removed %" PRIx64 ":%" PRIx64 ">%.*s",
		verdict_name(r->verdict), r->reason, name_of(t, r->feature),
		r->policy ? r->policy->name : "none", r->key ? r->key : "none",
		r->verdict == VERDICT_BOUNCE ? r->condition : 0, r->removed.bits[0],
		r->removed.bits[1], STR_ARG(r->bytes));
}

/* What a shadow says is what would have been, and nothing comes of it. */
static void check_shadow(struct judgement *j, struct str in)
{
	struct telling *t = j->telling;
	const struct filter_result *whole, *shadow, *none, *would;
	struct buf want = { 0 }, got = { 0 };

	whole = t->rigs[CUT_WHOLE].result;
	shadow = rig_feed(&t->shadow, in, SIZE_MAX);
	none = rig_feed(&t->none, in, SIZE_MAX);
	would = filter_shadow(t->shadow.filter);
	describe(t, &want, none);
	describe(t, &got, shadow);
	if (!str_eq(buf_view(&want), buf_view(&got)))
		complain(j, "but in shadow it changes something", buf_view(&want), buf_view(&got));
	describe(t, &want, whole);
	describe(t, &got, would ? would : shadow);
	if (!j->error && !str_eq(buf_view(&want), buf_view(&got)))
		complain(j, "but the shadow would", buf_view(&want), buf_view(&got));
	buf_fini(&want);
	buf_fini(&got);
}

char *telling_check(
	struct telling *t, struct str in, const struct expectation *e, struct feature_set *shown)
{
	struct judgement j = { .telling = t, .want = e };

	for (unsigned cut = 0; cut < CUTS && !j.error; cut++) {
		if (cut == CUT_PREFIXED && t->as_it_is)
			continue;
		j.cut = (enum cut)cut;
		j.got = feed(t, in, j.cut);
		if (!j.got) {
			complain(&j, "no stanza", in, STR(""));
			break;
		}
		if (check_verdict(&j) && check_words(&j) && check_out(&j))
			check_back(&j);
	}
	if (!j.error)
		check_shadow(&j, in);
	for (unsigned i = 0; !j.error && i < sizeof(shown->bits) / sizeof(shown->bits[0]); i++)
		shown->bits[i] |= j.got->removed.bits[i];
	return j.error;
}
