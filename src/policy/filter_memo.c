/* SPDX-License-Identifier: MIT */
/*
 * A table of a few places by a hash; a place is taken by who came last. Compared are the bytes
 * themselves: whoever finds labels for one place makes us judge each of them, and no more.
 */
#include "policy/filter_private.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
	PLACES = 64,
	KEY_MAX = 4096, /* bytes of an element that is worth keeping */
	LISTS = 4,      /* of clearances */
	WORDS = 6 + LISTS * (LABEL_CLEARANCES + 1),
};

/* All that judging looks at besides the element. Clearances have numbers of their own, since those
 * of a certificate live as long as its stream; everything else lives as long as the plan. */
struct between {
	uint64_t word[WORDS];
};

struct place {
	struct between between;
	struct buf key, times, said, texts;
	struct label_rewrite new; /* pieces of texts */
	int64_t now;
	bool always;   /* not for that second only */
	bool for_body; /* of a message: the label covers nothing else */
};

struct label_memo {
	uint64_t plan;
	bool timed;     /* a policy of it has times */
	unsigned place; /* of the element that was asked for last, and between whom */
	struct between between;
	struct place places[PLACES];
};

static void place_fini(struct place *p)
{
	buf_fini(&p->key);
	buf_fini(&p->times);
	buf_fini(&p->said);
	buf_fini(&p->texts);
	*p = (struct place){ .always = false };
}

static void forget(struct label_memo *m)
{
	for (unsigned i = 0; i < PLACES; i++)
		place_fini(&m->places[i]);
}

void label_memo_free(struct label_memo *m)
{
	if (!m)
		return;
	forget(m);
	free(m);
}

static bool is_timed(const struct label_policies *policies)
{
	for (unsigned i = 0; policies && i < policies->n; i++) {
		const struct spif *s = policies->list[i];

		if (s->not_before != LABEL_NO_TIME || s->not_after != LABEL_NO_TIME)
			return true;
		for (unsigned k = 0; k < s->ncategories; k++)
			if (s->categories[k].not_before != LABEL_NO_TIME ||
				s->categories[k].not_after != LABEL_NO_TIME)
				return true;
	}
	return false;
}

/* NULL: nothing is kept, since there is no plan. */
static struct label_memo *memo_of(struct filter *f)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_watch *w = f->labels;
	struct label_memo *m = w->memo;

	if (!g->plan)
		return NULL;
	if (!m)
		m = w->memo = MEM_NEW(struct label_memo);
	if (m->plan != g->plan) {
		forget(m);
		m->plan = g->plan;
		m->timed = is_timed(g->policies);
	}
	return m;
}

static unsigned put_list(uint64_t *word, const struct label_cleared *c)
{
	word[0] = c->n;
	for (unsigned i = 0; i < c->n; i++)
		word[i + 1] = c->list[i] ? c->list[i]->number : 0;
	return LABEL_CLEARANCES + 1;
}

static void between(const struct filter *f, struct between *b)
{
	const struct filter_labels *g = &f->context.labels;
	const struct label_watch *w = f->labels;
	uint64_t *word = b->word;

	memset(b, 0, sizeof(*b));
	*word++ = (uintptr_t)f->table;
	*word++ = (uintptr_t)g->policies;
	*word++ = (uintptr_t)g->assumed;
	*word++ = (uintptr_t)g->from.terms;
	*word++ = (uintptr_t)g->to.terms;
	*word++ = (w->nmessages > 0) | (f->skip > 0) << 1 | f->unrecorded << 2;
	word += put_list(word, &g->from.governing);
	word += put_list(word, &g->from.translated);
	word += put_list(word, &g->to.governing);
	put_list(word, &g->to.translated);
}

static bool same(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned hash_of(struct str s)
{
	uint64_t h = s.n, word = 0;

	for (; s.n >= sizeof(word); s = str_skip(s, sizeof(word))) {
		memcpy(&word, s.p, sizeof(word));
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	word = 0;
	if (s.n)
		memcpy(&word, s.p, s.n);
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)(h >> 32) % PLACES;
}

/* Is this what was judged, and would it still be? What was written has the times of the one label
 * in it. */
static bool fits(const struct label_memo *m, const struct place *p, const struct filter *f)
{
	const struct label_record *r = &f->labels->record;

	return buf_len(&p->key) && same(buf_view(&p->key), buf_view(&r->bytes)) &&
	       memcmp(&p->between, &m->between, sizeof(m->between)) == 0 &&
	       (p->always || p->now == f->context.labels.now) &&
	       (!p->new.element.n || same(buf_view(&p->times), buf_view(&r->times)));
}

static struct label_piece copy_piece(struct buf *to, const struct buf *from, struct label_piece p)
{
	struct label_piece copy = { buf_len(to), p.n };

	if (p.n)
		buf_put(to, (struct str){ buf_view(from).p + p.at, p.n });
	return copy;
}

bool filter_memo_knows(struct filter *f, struct label_rewrite *new, bool outer)
{
	struct label_watch *w = f->labels;
	struct label_memo *m = memo_of(f);
	const struct place *p;

	if (!m || w->reason || w->record.over || buf_len(&w->record.bytes) > KEY_MAX)
		return false;
	between(f, &m->between);
	m->place = hash_of(buf_view(&w->record.bytes));
	p = &m->places[m->place];
	if (!fits(m, p, f))
		return false;
	*new = p->new;
	new->element = copy_piece(&w->texts, &p->texts, p->new.element);
	new->line = copy_piece(&w->texts, &p->texts, p->new.line);
	if (p->for_body)
		w->places.messages[w->nmessages - 1].for_body = true;
	filter_label_tell(f, buf_view(&p->said), outer);
	return true;
}

void filter_memo_keep(struct filter *f, const struct label_rewrite *new)
{
	struct label_watch *w = f->labels;
	struct label_memo *m = memo_of(f);
	struct place *p;

	if (!m || w->reason || w->record.over || buf_len(&w->record.bytes) > KEY_MAX)
		return;
	p = &m->places[m->place];
	place_fini(p);
	p->between = m->between;
	buf_put(&p->key, buf_view(&w->record.bytes));
	buf_put(&p->times, buf_view(&w->record.times));
	buf_put(&p->said, buf_view(&w->judged.said));
	p->new = *new;
	p->new.element = copy_piece(&p->texts, &w->texts, new->element);
	p->new.line = copy_piece(&p->texts, &w->texts, new->line);
	p->now = f->context.labels.now;
	p->always = !m->timed && !w->record.succeeds && !new->element.n;
	p->for_body = w->nmessages > 0 && w->places.messages[w->nmessages - 1].for_body;
}
