/* SPDX-License-Identifier: MIT */
/* Rates over the last hour as small plots: lines in SVG, words in HTML, so that they scale apart.
 */
#include "daemon/status_private.h"

enum { WIDTH = 600, HEIGHT = 80, HOUR = 3600, POINTS = HISTORY_MINUTES + 1, RECENT = 30 };

typedef uint64_t field_fn(const struct history_sample *s);

static uint64_t received(const struct history_sample *s)
{
	return s->received;
}

static uint64_t sent(const struct history_sample *s)
{
	return s->sent;
}

static uint64_t refused(const struct history_sample *s)
{
	return s->refused;
}

static uint64_t bytes(const struct history_sample *s)
{
	return s->bytes;
}

/* In thousandths a second. */
static uint64_t rate(const struct history_sample *a, const struct history_sample *b, field_fn *f)
{
	int64_t s = b->wall - a->wall;
	uint64_t n = f(b) > f(a) ? f(b) - f(a) : 0;
	return s > 0 ? n * 1000 / (uint64_t)s : 0;
}

struct status_rates status_rates(const struct status *s)
{
	const struct history_sample *since = NULL;
	for (unsigned i = s->history->n; i-- > 0;) {
		since = history_at(s->history, i);
		if (s->now.wall - since->wall >= RECENT)
			break;
	}
	if (!since)
		return (struct status_rates){ 0 };
	return (struct status_rates){ rate(since, &s->now, received), rate(since, &s->now, sent),
		rate(since, &s->now, refused) };
}

/* ---- one plot ---- */

struct line {
	struct {
		int64_t wall;
		uint64_t value;
	} at[POINTS];
	unsigned n;
	uint64_t most;
};

static void add_point(
	struct line *l, const struct history_sample *a, const struct history_sample *b, field_fn *f)
{
	uint64_t v = rate(a, b, f);
	if (b->wall <= a->wall || l->n == POINTS)
		return;
	if (!l->n) {
		l->at[0].wall = a->wall;
		l->at[l->n++].value = v;
	}
	l->at[l->n].wall = b->wall;
	l->at[l->n++].value = v;
	if (v > l->most)
		l->most = v;
}

static void draw(const struct status *s, field_fn *f, struct line *l)
{
	const struct history_sample *before = NULL;
	*l = (struct line){ 0 };
	for (unsigned i = 0; i < s->history->n; i++) {
		const struct history_sample *at = history_at(s->history, i);
		if (before)
			add_point(l, before, at, f);
		before = at;
	}
	/* A few seconds are too short for a rate. */
	if (before && (s->now.wall - before->wall >= RECENT || !l->n) && l->n < POINTS)
		add_point(l, before, &s->now, f);
}

static unsigned x_of(const struct status *s, int64_t wall)
{
	int64_t age = s->now.wall - wall;
	if (age < 0)
		age = 0;
	return age > HOUR ? 0 : (unsigned)(WIDTH - age * WIDTH / HOUR);
}

static void put_path(const struct status *s, const struct line *l, uint64_t most, const char *class)
{
	uint64_t top = most ? most : 1;
	if (!l->n)
		return;
	buf_printf(s->out, "<path class=\"area %s\" d=\"M%u %d", class, x_of(s, l->at[0].wall),
		HEIGHT);
	for (unsigned i = 0; i < l->n; i++)
		buf_printf(s->out, "L%u %u", x_of(s, l->at[i].wall),
			(unsigned)(HEIGHT - 2 - l->at[i].value * (HEIGHT - 6) / top));
	buf_printf(s->out, "L%u %dZ\"/><path class=\"line %s\" d=\"", x_of(s, l->at[l->n - 1].wall),
		HEIGHT, class);
	for (unsigned i = 0; i < l->n; i++)
		buf_printf(s->out, "%c%u %u", i ? 'L' : 'M', x_of(s, l->at[i].wall),
			(unsigned)(HEIGHT - 2 - l->at[i].value * (HEIGHT - 6) / top));
	buf_put(s->out, STR("\"/>"));
}

static void put_key(
	const struct status *s, const struct line *l, const char *name, const char *class)
{
	buf_printf(s->out, "<span class=\"key %s\">%s <b>", class, name);
	html_put_rate(s->out, l->n ? l->at[l->n - 1].value : 0);
	buf_put(s->out, STR("</b></span>"));
}

static void begin_plot(const struct status *s, const char *title)
{
	buf_printf(s->out, "<figure class=\"card plot\"><figcaption><h3>%s</h3>", title);
}

static void end_plot(const struct status *s, const char *title, const struct line *a,
	const struct line *b, const char *class)
{
	uint64_t most = b && b->most > a->most ? b->most : a->most;
	buf_put(s->out, STR("</figcaption><div class=\"most muted\">max "));
	html_put_rate(s->out, most);
	buf_printf(s->out,
		"</div><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" "
		"aria-label=\"%s over the last hour, at most ",
		WIDTH, HEIGHT, title);
	html_put_rate(s->out, most);
	buf_put(s->out, STR(" a second\">"));
	for (unsigned i = 1; i < 4; i++)
		buf_printf(s->out, "<path class=\"grid\" d=\"M%u 0V%d\"/>", i * WIDTH / 4, HEIGHT);
	buf_printf(s->out, "<path class=\"grid\" d=\"M0 %dH%d\"/>", HEIGHT - 2, WIDTH);
	put_path(s, a, most, class);
	if (b)
		put_path(s, b, most, "two");
	buf_put(s->out, STR("</svg><div class=\"hours muted\"><span>1 h ago</span><span>30 min"
			    "</span><span>now</span></div></figure>\n"));
}

void status_plots(struct status *s)
{
	struct line a, b;
	buf_put(s->out, STR("<section aria-label=\"Rates over the last hour\" class=\"plots\">\n"));
	begin_plot(s, "Stanzas a second");
	draw(s, received, &a);
	draw(s, sent, &b);
	put_key(s, &a, "in", "one");
	put_key(s, &b, "out", "two");
	end_plot(s, "Stanzas", &a, &b, "one");
	begin_plot(s, "Refused a second");
	draw(s, refused, &a);
	put_key(s, &a, "refused", "three");
	end_plot(s, "Refused stanzas", &a, NULL, "three");
	begin_plot(s, "Bytes a second");
	draw(s, bytes, &a);
	put_key(s, &a, "in and out", "one");
	end_plot(s, "Bytes of stanzas", &a, NULL, "one");
	buf_put(s->out, STR("</section>\n"));
}
