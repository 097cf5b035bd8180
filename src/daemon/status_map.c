/* SPDX-License-Identifier: MIT */
/*
 * Who is joined to whom: the domains on an ellipse, neighbours by the ends of their names, and a
 * line for each pair that has streams. Drawn twice, wide and narrow, of which the style shows one;
 * and told as a list, for whoever sees no picture.
 */
#include "daemon/status_private.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { NODES = 60, LIST = 500 };

struct place {
	const char *name;
	enum status_state state;
	double x, y, angle;
};

struct canvas {
	const char *class;
	int width, height;
	double rx, ry;
	bool alone;       /* a document of its own */
	bool radial;      /* labels lie along the rays */
	unsigned letters; /* of a label */
};

struct drawing {
	struct status *s;
	struct place places[NODES];
	unsigned n;
	bool more; /* than are drawn */
	struct overview_pair **pairs;
	size_t npairs;
};

static void put(struct status *s, const char *text)
{
	buf_put(s->out, str_of(text));
}

/* ---- who is on it ---- */

/* By their last letters: what belongs together stands together. */
static int by_end(const void *a, const void *b)
{
	struct str x = str_of(((const struct place *)a)->name);
	struct str y = str_of(((const struct place *)b)->name);
	while (x.n && y.n && x.p[x.n - 1] == y.p[y.n - 1]) {
		x.n--;
		y.n--;
	}
	if (!x.n || !y.n)
		return (x.n > y.n) - (x.n < y.n);
	return (unsigned char)x.p[x.n - 1] - (unsigned char)y.p[y.n - 1];
}

static struct place *find(struct drawing *d, const char *name)
{
	for (unsigned i = 0; i < d->n; i++)
		if (strcmp(d->places[i].name, name) == 0)
			return &d->places[i];
	return NULL;
}

/* Those that are joined or ought to be; not those of which nothing was seen. */
static void choose(struct drawing *d)
{
	for (unsigned i = 0; i < d->s->npeers && d->n < NODES; i++) {
		const struct status_peer *p = &d->s->peers[i];
		if (p->state < STATUS_IDLE)
			d->places[d->n++] = (struct place){ .name = p->name, .state = p->state };
	}
	for (unsigned i = 0; i < d->s->npeers && d->n < NODES; i++) {
		const struct status_peer *p = &d->s->peers[i];
		if (p->state == STATUS_IDLE)
			d->places[d->n++] = (struct place){ .name = p->name, .state = p->state };
	}
	d->more = d->n == NODES && d->s->more;
	for (unsigned i = 0, n = 0; i < d->s->npeers; i++)
		d->more |= d->s->peers[i].state <= STATUS_IDLE && ++n > NODES;
	qsort(d->places, d->n, sizeof(d->places[0]), by_end);
}

static void lay_out(struct drawing *d, const struct canvas *c)
{
	for (unsigned i = 0; i < d->n; i++) {
		double angle = 2 * M_PI * i / d->n - M_PI / 2;
		/* Two stand side by side. */
		if (d->n == 2)
			angle += M_PI / 2;
		d->places[i].angle = angle;
		d->places[i].x = c->width / 2.0 + c->rx * cos(angle);
		d->places[i].y = c->height / 2.0 + c->ry * sin(angle);
	}
}

/* ---- lines ---- */

const char *status_way(const struct overview_way *w)
{
	if (w->down)
		return "cannot be reached";
	if (w->dialling)
		return "connecting";
	if (w->out)
		return "connected";
	return w->queued ? "waiting" : "-";
}

static bool is_down(const struct overview_pair *p)
{
	return p->ways[0].down || p->ways[1].down;
}

static const char *line_class(const struct overview_pair *p)
{
	const struct overview_way *a = &p->ways[0], *b = &p->ways[1];
	if (is_down(p))
		return "down";
	if (a->out && b->out)
		return "both";
	return a->out || b->out ? "oneway" : "weak";
}

/* Each digit of what it has carried makes it a little stronger. */
static unsigned strength(const struct overview_pair *p)
{
	unsigned digits = 0;
	for (uint64_t n = p->ways[0].carried + p->ways[1].carried; n; n /= 10)
		digits++;
	return digits > 6 ? 6 : digits;
}

static void put_title(struct status *s, const struct overview_pair *p)
{
	put(s, "<title>");
	html_put(s->out, str_of(p->a.s));
	put(s, " to ");
	html_put(s->out, str_of(p->b.s));
	buf_printf(s->out, ": %s, %ju carried; back: %s, %ju carried</title>",
		status_way(&p->ways[0]), (uintmax_t)p->ways[0].carried, status_way(&p->ways[1]),
		(uintmax_t)p->ways[1].carried);
}

static void put_line(struct drawing *d, const struct canvas *c, const struct overview_pair *p)
{
	const struct place *a = find(d, p->a.s), *b = find(d, p->b.s);
	if (!a || !b)
		return;
	/* Bent towards the middle, so that neighbours are told from those across. */
	double mx = c->width / 2.0, my = c->height / 2.0;
	double bx = ((a->x + b->x) / 2 + mx) / 2, by = ((a->y + b->y) / 2 + my) / 2;
	buf_printf(d->s->out,
		"<path class=\"edge %s\" stroke-width=\"%u.%u\" d=\"M%d %dQ%d %d %d "
		"%d\">",
		line_class(p), (12 + 4 * strength(p)) / 10, (12 + 4 * strength(p)) % 10, (int)a->x,
		(int)a->y, (int)bx, (int)by, (int)b->x, (int)b->y);
	put_title(d->s, p);
	put(d->s, "</path>");
}

/* ---- names ---- */

static void put_label(struct status *s, const struct canvas *c, const struct place *p)
{
	double dx = cos(p->angle), dy = sin(p->angle);
	double x = p->x + 11 * dx, y = p->y + 11 * dy;
	bool left = dx < -0.01, across = fabs(dx) < 0.3 && !c->radial;
	const char *anchor = across ? "middle" : left ? "end" : "start";
	if (across)
		y += dy < 0 ? -4 : 9;
	buf_printf(s->out, "<text x=\"%.1f\" y=\"%.1f\" dy=\".32em\" text-anchor=\"%s\"", x, y,
		anchor);
	if (c->radial)
		buf_printf(s->out, " transform=\"rotate(%.1f %.1f %.1f)\"",
			p->angle * 180 / M_PI + (left ? 180 : 0), x, y);
	put(s, ">");
	html_put_short(s->out, str_of(p->name), across ? 3 * c->letters / 2 : c->letters);
	put(s, "</text>");
}

static void put_place(struct status *s, const struct canvas *c, const struct place *p)
{
	const struct status_words *w = &status_words[p->state];
	buf_printf(s->out, "<g class=\"node %s\"><title>", w->class);
	html_put(s->out, str_of(p->name));
	buf_printf(s->out, ": %s</title>", w->words);
	/* A cross is not only red. */
	if (p->state == STATUS_DOWN)
		buf_printf(s->out, "<path class=\"cross\" d=\"M%d %dl8 8m0 -8l-8 8\"/>",
			(int)p->x - 4, (int)p->y - 4);
	else
		buf_printf(s->out, "<circle cx=\"%d\" cy=\"%d\" r=\"5\"/>", (int)p->x, (int)p->y);
	put_label(s, c, p);
	put(s, "</g>\n");
}

/* What the page has from its body; and of more than can be drawn only the number. */
static void put_style(struct drawing *d, const struct canvas *c)
{
	struct status *s = d->s;

	put(s, "<style>");
	put(s, status_style);
	put(s, ".map.alone{background:var(--bg);font-family:system-ui,\"Noto Sans\",sans-serif}"
	       "</style>\n<title>Who is joined to whom: ");
	html_put(s->out, str_of(s->server->plan->node_name));
	put(s, "</title>\n");
	if (!d->n)
		buf_printf(s->out,
			"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">Nobody has "
			"talked yet.</text>\n",
			c->width / 2, c->height / 2);
	else if (d->more)
		buf_printf(s->out,
			"<text x=\"12\" y=\"%d\">The first %d domains are drawn."
			"</text>\n",
			c->height - 12, NODES);
}

static void put_canvas(struct drawing *d, const struct canvas *c)
{
	struct status *s = d->s;
	lay_out(d, c);
	buf_printf(s->out,
		"<svg %sclass=\"map %s%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%u "
		"domains and the %zu pairs of them that talk%s\">\n",
		c->alone ? "xmlns=\"http://www.w3.org/2000/svg\" " : "", c->class,
		c->radial ? " radial" : "", c->width, c->height, d->n, d->npairs,
		c->alone ? "" : "; the list below says the same");
	if (c->alone)
		put_style(d, c);
	/* What is wrong lies on top. */
	for (unsigned down = 0; down < 2; down++)
		for (size_t i = 0; i < d->npairs; i++)
			if (down == is_down(d->pairs[i]))
				put_line(d, c, d->pairs[i]);
	put(s, "\n");
	for (unsigned i = 0; i < d->n; i++)
		put_place(s, c, &d->places[i]);
	put(s, "</svg>\n");
}

static void put_canvases(struct drawing *d)
{
	bool few = d->n <= 14;
	const struct canvas wide = { .class = "wide",
		.width = 640,
		.height = few ? 360 : 640,
		.rx = few ? 150 : 165,
		.ry = few ? 135 : 165,
		.radial = !few,
		.letters = 21 };
	const struct canvas narrow = { .class = "narrow",
		.width = 320,
		.height = few ? 340 : 400,
		.rx = few ? 54 : 82,
		.ry = few ? 135 : 82,
		.radial = !few,
		.letters = 13 };
	put_canvas(d, &wide);
	put_canvas(d, &narrow);
}

/* ---- the list ---- */

static void put_way(
	struct status *s, const char *from, const char *to, const struct overview_way *w)
{
	put(s, "<tr><th scope=\"row\"><bdi>");
	html_put_domain(s->out, from);
	put(s, "</bdi></th><td data-name=\"To\"><bdi>");
	html_put_domain(s->out, to);
	buf_printf(s->out,
		"</bdi></td><td data-name=\"State\">%s</td><td data-name=\"Carried\" "
		"class=\"n\">",
		status_way(w));
	html_put_number(s->out, w->carried);
	put(s, "</td><td data-name=\"Waiting\" class=\"n\">");
	html_put_number(s->out, w->queued);
	put(s, "</td></tr>\n");
}

static void put_list(struct drawing *d)
{
	struct status *s = d->s;
	size_t more = d->npairs > LIST ? d->npairs - LIST : 0;
	buf_printf(s->out,
		"<details id=\"pairs\"><summary>%zu pairs as a list</summary><table "
		"class=\"pairs\">"
		"<thead><tr><th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">"
		"State</th><th scope=\"col\" class=\"n\">Carried</th><th scope=\"col\" class=\"n\">"
		"Waiting</th></tr></thead><tbody>\n",
		d->npairs);
	for (size_t i = 0; i < d->npairs - more; i++) {
		const struct overview_pair *p = d->pairs[i];
		put_way(s, p->a.s, p->b.s, &p->ways[0]);
		put_way(s, p->b.s, p->a.s, &p->ways[1]);
	}
	put(s, "</tbody></table>\n");
	more += s->facts->now.more_pairs;
	if (more)
		buf_printf(s->out, "<p class=\"muted\">and %zu more</p>\n", more);
	put(s, "</details>\n");
}

static struct drawing *drawing_new(struct status *s)
{
	const struct map *pairs = &s->facts->now.pairs;
	struct map_node **all = metrics_sorted(pairs);
	struct drawing *d = MEM_NEW(struct drawing);

	d->s = s;
	d->npairs = pairs->count;
	d->pairs = mem_zero(pairs->count + 1, sizeof(struct overview_pair *));
	for (size_t i = 0; i < pairs->count; i++)
		d->pairs[i] = map_item(all[i], struct overview_pair, node);
	choose(d);
	free(all);
	return d;
}

static void drawing_free(struct drawing *d)
{
	free(d->pairs);
	free(d);
}

void status_map(struct status *s)
{
	struct drawing *d = drawing_new(s);

	put(s, "<section class=\"card map-card\" aria-labelledby=\"joined\"><h2 id=\"joined\">Who "
	       "is joined "
	       "to whom</h2>\n");
	if (!d->n)
		put(s, "<p class=\"muted\">Nobody has talked yet.</p>\n");
	else
		put_canvases(d);
	if (d->npairs)
		put(s, "<p class=\"legend\"><span class=\"key\">both ways</span> <span "
		       "class=\"key two\">one way</span> <span class=\"key down\">cannot be reached"
		       "</span></p>\n");
	if (d->more)
		put(s, "<p class=\"muted\">The first 60 domains are drawn.</p>\n");
	if (d->npairs)
		put_list(d);
	put(s, "</section>\n");
	drawing_free(d);
}

void status_map_write(
	const struct server *server, const struct metrics_facts *facts, struct buf *out)
{
	struct status *s = MEM_NEW(struct status);
	struct drawing *d;

	s->server = server;
	s->facts = facts;
	s->out = out;
	status_find_peers(s);
	d = drawing_new(s);
	bool few = d->n <= 14;
	const struct canvas alone = { .class = "alone",
		.width = few ? 800 : 1000,
		.height = few ? 480 : 1000,
		.rx = few ? 170 : 270,
		.ry = few ? 180 : 270,
		.alone = true,
		.radial = !few,
		.letters = few ? 32 : 36 };

	put_canvas(d, &alone);
	drawing_free(d);
	free(s);
}
