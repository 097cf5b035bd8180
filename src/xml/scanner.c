/* SPDX-License-Identifier: MIT */
/*
 * The scanner's state machine. One call walks from token to token over the bytes at hand; what must
 * survive until the next call stands in struct scanner as offsets. The ends of all windows (hard
 * limit, tag limit) are worked out where a piece or a tag starts, so that no byte beyond a limit is
 * ever looked at and the outcome cannot depend on how the bytes were cut. Owns nothing.
 */
#include "xml/scanner.h"

#include "xml/scanner_whole.h"

enum state {
	BEFORE,      /* white space before a header, an element or the root's end tag */
	OPENED,      /* behind a '<' */
	DECLARATION, /* <?xml ... ?> */
	DECLARED,    /* white space between the declaration and the root's start tag */
	TAG,         /* a start tag, inside quotes or not */
	END_TAG,
	TEXT,
	BANG, /* behind "<!" */
	CDATA,
	CLOSED, /* behind the root's end tag */
};

/* The input of one call. */
struct view {
	const char *piece; /* where the piece under way starts */
	const char *tag;   /* where the tag under way starts */
	const char *p;     /* next byte to look at */
	const char
		*stop; /* where the input or the piece's byte limit ends, whichever comes first */
	const char *tag_stop;      /* the same for the tag under way */
	const char *end;           /* of the input */
	enum scan_outcome outcome; /* when a step says stop */
};

const char *scan_outcome_name(enum scan_outcome o)
{
	static const char *const names[] = {
		[SCAN_MORE] = "more",
		[SCAN_HEADER] = "header",
		[SCAN_ELEMENT] = "element",
		[SCAN_OVERSIZE] = "oversize",
		[SCAN_CLOSE] = "close",
		[SCAN_RESTRICTED] = "restricted",
		[SCAN_MALFORMED] = "malformed",
		[SCAN_LIMIT] = "limit",
		[SCAN_TOO_BIG] = "too-big",
	};

	return names[o];
}

void scanner_init(struct scanner *s, const struct scanner_limits *limits)
{
	*s = (struct scanner){ .limits = *limits };
}

void scanner_restart(struct scanner *s)
{
	struct scanner_limits limits = s->limits;

	scanner_init(s, &limits);
}

size_t scanner_kept(const struct scanner *s)
{
	return s->oversize ? s->start_tag : 0;
}

size_t scanner_element_bytes(const struct scanner *s)
{
	return s->element_bytes;
}

static inline bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Steps return true to go on with the next one. */
static inline bool stop(struct view *v, enum scan_outcome o)
{
	v->outcome = o;
	return false;
}

/* A step came to the end of its window: is that the end of the input or a limit? */
static bool ran_out(struct view *v, const char *window)
{
	v->p = window;
	if (window == v->end)
		return stop(v, SCAN_MORE);
	return stop(v, window == v->stop ? SCAN_TOO_BIG : SCAN_LIMIT);
}

static size_t piece_limit(const struct scanner *s)
{
	/* A header cannot be skipped, so its limit is a hard one. */
	return s->root_open ? s->now.hard_bytes : least(s->now.bytes, s->now.hard_bytes);
}

static size_t tag_limit(const struct scanner *s)
{
	return s->depth == 0 && s->root_open ? least(s->now.tag_bytes, s->now.bytes)
					     : s->now.tag_bytes;
}

static void piece_window(const struct scanner *s, struct view *v)
{
	v->stop = v->piece + least((size_t)(v->end - v->piece), piece_limit(s) - s->dropped);
}

static void tag_window(const struct scanner *s, struct view *v)
{
	v->tag_stop = v->tag + least((size_t)(v->stop - v->tag), tag_limit(s));
}

/* Behind a '<' that stands at v->p. */
static bool open_tag(struct scanner *s, struct view *v)
{
	v->tag = v->p++;
	tag_window(s, v);
	s->state = OPENED;
	return true;
}

static bool skip_space(struct view *v)
{
	while (v->p < v->stop && is_space(*v->p))
		v->p++;
	return v->p < v->stop;
}

static bool closed(struct view *v)
{
	v->stop = v->end;
	if (skip_space(v))
		return stop(v, SCAN_MALFORMED);
	v->piece = v->end;
	return stop(v, SCAN_MORE);
}

static bool declared(struct scanner *s, struct view *v)
{
	if (!skip_space(v))
		return ran_out(v, v->stop);
	return *v->p == '<' ? open_tag(s, v) : stop(v, SCAN_MALFORMED);
}

static bool opened(struct scanner *s, struct view *v)
{
	char c;

	if (v->p == v->tag_stop)
		return ran_out(v, v->tag_stop);
	c = *v->p;
	if (scanner_starts_name(c)) {
		/* Level 0 is the first-level element. */
		if (s->depth > s->now.depth)
			return stop(v, SCAN_LIMIT);
		s->state = TAG;
		s->quote = 0;
		s->attributes = s->declarations = 0;
	} else if (c == '/') {
		if (!s->root_open)
			return stop(v, SCAN_MALFORMED);
		s->state = END_TAG;
	} else if (c == '!') {
		s->state = BANG;
		s->match = 0;
	} else if (c == '?') {
		if (s->root_open || v->tag != v->piece)
			return stop(v, SCAN_RESTRICTED);
		s->state = DECLARATION;
		s->match = 0;
	} else {
		return stop(v, SCAN_MALFORMED);
	}
	v->p++;
	return true;
}

static bool declaration(struct scanner *s, struct view *v)
{
	static const char target[] = "xml";

	for (; v->p < v->tag_stop; v->p++) {
		char c = *v->p;

		if (s->match < 3) {
			if (c != target[s->match++])
				return stop(v, SCAN_RESTRICTED);
		} else if (s->match == 3) {
			if (!is_space(c))
				return stop(v, SCAN_RESTRICTED);
			s->match++;
		} else if (c == '<') {
			return stop(v, SCAN_MALFORMED);
		} else if (c == '>') {
			if (v->p[-1] != '?')
				return stop(v, SCAN_MALFORMED);
			v->p++;
			s->state = DECLARED;
			return true;
		}
	}
	return ran_out(v, v->tag_stop);
}

/* The piece ends at v->p. */
static bool finish(struct scanner *s, struct view *v, enum scan_outcome o)
{
	s->state = o == SCAN_CLOSE ? CLOSED : BEFORE;
	s->element_bytes = (size_t)(v->p - v->piece) + s->dropped;
	if (o == SCAN_ELEMENT && s->element_bytes > s->now.bytes)
		o = SCAN_OVERSIZE;
	return stop(v, o);
}

static bool before(struct scanner *s, struct view *v)
{
	const char *whole;

	v->stop = v->end;
	if (!skip_space(v)) {
		v->piece = v->end;
		return stop(v, SCAN_MORE);
	}
	v->piece = v->p;
	s->now = s->limits;
	if (*v->p != '<')
		return stop(v, SCAN_MALFORMED);
	whole = s->root_open ? scanner_whole(&s->now, v->p, v->end) : NULL;
	if (whole) {
		v->p = whole;
		return finish(s, v, SCAN_ELEMENT);
	}
	piece_window(s, v);
	if (v->p == v->stop)
		return ran_out(v, v->stop);
	return open_tag(s, v);
}

/* v->p is behind the '>' of a start tag. */
static bool start_tag_ends(struct scanner *s, struct view *v)
{
	bool empty = v->p[-2] == '/';

	if (!s->root_open) {
		s->root_open = true;
		s->empty_root = empty;
		return finish(s, v, SCAN_HEADER);
	}
	if (empty && s->depth == 0)
		return finish(s, v, SCAN_ELEMENT);
	if (!empty && s->depth++ == 0)
		s->start_tag = (size_t)(v->p - v->piece);
	s->state = TEXT;
	return true;
}

const uint8_t scanner_classes[256] = {
	['<'] = SCANNER_MARK | SCANNER_NO_NAME | SCANNER_LESS,
	['>'] = SCANNER_MARK | SCANNER_GREATER,
	['"'] = SCANNER_MARK | SCANNER_NO_NAME | SCANNER_DOUBLE,
	['\''] = SCANNER_MARK | SCANNER_NO_NAME | SCANNER_SINGLE,
	[' '] = SCANNER_NO_NAME,
	['\t'] = SCANNER_NO_NAME,
	['\r'] = SCANNER_NO_NAME,
	['\n'] = SCANNER_NO_NAME,
};

static inline const char *next_mark(const char *p, const char *end)
{
	while (p < end && !(scanner_classes[(uint8_t)*p] & SCANNER_MARK))
		p++;
	return p;
}

/* Does the attribute whose value opens at `quote` declare a namespace? */
static bool is_declaration(const char *quote)
{
	const char *end = quote, *name;
	size_t n;

	while (is_space(end[-1]))
		end--;
	if (end[-1] == '=')
		end--;
	while (is_space(end[-1]))
		end--;
	for (name = end; !(scanner_classes[(uint8_t)name[-1]] & SCANNER_NO_NAME); name--)
		;
	n = (size_t)(end - name);
	return n >= 5 && memcmp(name, "xmlns", 5) == 0 && (n == 5 || name[5] == ':');
}

/* Counts the attribute whose value opens at `quote`. Names are only looked at when there are so
 * many attributes that there may be too many declarations; then once from the tag's start. */
static bool count_attribute(struct scanner *s, const struct view *v, const char *quote)
{
	const char *p = s->attributes == s->now.declarations ? v->tag : quote;

	if (++s->attributes > s->now.attributes)
		return false;
	if (s->attributes <= s->now.declarations)
		return true;
	while (p < quote) {
		p = next_mark(p + 1, quote);
		if (p == quote)
			break;
		s->declarations += is_declaration(p);
		p = memchr(p + 1, *p, (size_t)(quote - p));
	}
	s->declarations += is_declaration(quote);
	return s->declarations <= s->now.declarations;
}

static bool tag(struct scanner *s, struct view *v)
{
	const char *p = v->p, *window = v->tag_stop;

	for (;;) {
		if (s->quote) {
			p = memchr(p, s->quote, (size_t)(window - p));
			if (!p)
				return ran_out(v, window);
			s->quote = 0;
			p++;
		}
		p = next_mark(p, window);
		if (p == window)
			return ran_out(v, window);
		v->p = p;
		if (*p == '>') {
			v->p++;
			return start_tag_ends(s, v);
		}
		if (*p == '<')
			return stop(v, SCAN_MALFORMED);
		if (!count_attribute(s, v, p))
			return stop(v, SCAN_LIMIT);
		s->quote = *p++;
	}
}

static bool end_tag(struct scanner *s, struct view *v)
{
	const char *p = next_mark(v->p, v->tag_stop);

	if (p == v->tag_stop)
		return ran_out(v, p);
	v->p = p;
	if (*p != '>')
		return stop(v, SCAN_MALFORMED);
	v->p++;
	if (s->depth == 0)
		return finish(s, v, SCAN_CLOSE);
	if (--s->depth == 0)
		return finish(s, v, SCAN_ELEMENT);
	s->state = TEXT;
	return true;
}

static bool text(struct scanner *s, struct view *v)
{
	const char *p = v->p;

	if (p < v->stop && *p != '<')
		p = memchr(p, '<', (size_t)(v->stop - p));
	if (!p || p == v->stop)
		return ran_out(v, v->stop);
	v->p = p;
	return open_tag(s, v);
}

static bool bang(struct scanner *s, struct view *v)
{
	static const char rest[] = "[CDATA[";

	for (; v->p < v->stop; v->p++) {
		if (*v->p != rest[s->match])
			return stop(v, SCAN_RESTRICTED);
		if (!rest[++s->match])
			break;
	}
	if (v->p == v->stop)
		return ran_out(v, v->stop);
	/* Between elements it is text, and there is no text between elements. */
	if (s->depth == 0)
		return stop(v, SCAN_MALFORMED);
	v->p++;
	s->state = CDATA;
	return true;
}

/* "]]>" ends it. The two bytes before a '>' are still there: skipping an oversize element keeps
 * them. The section's opening ends in '[', so they cannot be taken from there. */
static bool cdata(struct scanner *s, struct view *v)
{
	const char *p = v->p;

	while ((p = memchr(p, '>', (size_t)(v->stop - p)))) {
		p++;
		if (p[-2] == ']' && p[-3] == ']') {
			v->p = p;
			s->state = TEXT;
			return true;
		}
	}
	return ran_out(v, v->stop);
}

static bool step(struct scanner *s, struct view *v)
{
	switch ((enum state)s->state) {
	case BEFORE: return before(s, v);
	case OPENED: return opened(s, v);
	case DECLARATION: return declaration(s, v);
	case DECLARED: return declared(s, v);
	case TAG: return tag(s, v);
	case END_TAG: return end_tag(s, v);
	case TEXT: return text(s, v);
	case BANG: return bang(s, v);
	case CDATA: return cdata(s, v);
	case CLOSED: return closed(v);
	}
	return stop(v, SCAN_MALFORMED);
}

static bool inside_tag(const struct scanner *s)
{
	return s->state == OPENED || s->state == TAG || s->state == END_TAG || s->state == BANG ||
	       s->state == DECLARATION;
}

/* ---- a few bytes at a time ---- */

/* Which bytes end the token under way; 0: look at each. */
static uint8_t awaited(const struct scanner *s)
{
	switch ((enum state)s->state) {
	case TAG:
		return s->quote == '"' ? SCANNER_DOUBLE : s->quote ? SCANNER_SINGLE : SCANNER_MARK;
	case END_TAG: return SCANNER_MARK;
	case TEXT: return SCANNER_LESS;
	case CDATA: return SCANNER_GREATER;
	case BEFORE:
	case OPENED:
	case DECLARATION:
	case DECLARED:
	case BANG:
	case CLOSED: return 0;
	}
	return 0;
}

/* How long the input may become before a limit needs to be looked at. */
static size_t unlimited(const struct scanner *s)
{
	size_t limit = least(s->now.bytes, piece_limit(s));

	return inside_tag(s) ? least(limit, s->tag + tag_limit(s)) : limit;
}

/* Everything was looked at. Keeps what the next call needs and says what can be dropped. */
static void suspend(struct scanner *s, const struct view *v, size_t space, size_t *used_out)
{
	size_t keep;

	s->looked = (size_t)(v->end - v->piece);
	s->tag = inside_tag(s) ? (size_t)(v->tag - v->piece) : 0;
	*used_out = space;
	s->awaited = awaited(s);
	/* White space in front is dropped first; skipping starts with the next call. */
	if (space || s->looked + s->dropped <= s->now.bytes || s->depth == 0) {
		s->calm = s->awaited ? unlimited(s) : 0;
		return;
	}
	/* Of an unfinished tag the names are still needed, of a CDATA section the last two bytes.
	 */
	keep = inside_tag(s) ? s->looked - s->tag : s->state == CDATA ? 2 : 0;
	s->oversize = true;
	*used_out = s->looked - s->start_tag - keep;
	s->dropped += *used_out;
	s->looked -= *used_out;
	s->tag = inside_tag(s) ? s->tag - *used_out : 0;
}

enum scan_outcome scanner_next(
	struct scanner *s, struct str in, struct str *piece_out, size_t *used_out)
{
	struct view v = { .outcome = SCAN_MORE };

	*piece_out = (struct str){ in.p, 0 };
	*used_out = 0;
	s->calm = 0;
	if (s->empty_root) {
		s->empty_root = false;
		s->state = CLOSED;
		s->element_bytes = 0;
		return SCAN_CLOSE;
	}
	if (in.n == 0)
		return SCAN_MORE;
	v.piece = in.p;
	v.tag = in.p + s->tag;
	v.p = in.p + s->looked;
	v.end = in.p + in.n;
	piece_window(s, &v);
	tag_window(s, &v);
	while (step(s, &v))
		;
	if (v.outcome == SCAN_MORE) {
		suspend(s, &v, (size_t)(v.piece - in.p), used_out);
		return SCAN_MORE;
	}
	s->stopped = (size_t)(v.p - in.p);
	*piece_out = (struct str){ v.piece,
		v.outcome == SCAN_OVERSIZE ? s->start_tag : (size_t)(v.p - v.piece) };
	*used_out = (size_t)(v.p - in.p);
	s->looked = s->tag = s->dropped = 0;
	s->oversize = false;
	return v.outcome;
}

static const char *limit_words(const struct scanner *s)
{
	if (s->state == OPENED && s->depth > s->now.depth)
		return "elements stand too deep in one another";
	if (s->state == TAG && s->attributes > s->now.attributes)
		return "a tag has too many attributes";
	if (s->state == TAG && s->declarations > s->now.declarations)
		return "a tag declares too many namespaces";
	return "a tag is too long";
}

static const char *malformed_words(const struct scanner *s)
{
	switch ((enum state)s->state) {
	case BEFORE: return s->root_open ? "text between elements" : "no stream header";
	case OPENED: return "no name behind a '<'";
	case DECLARATION: return "an XML declaration that is none";
	case DECLARED: return "no stream header behind the XML declaration";
	case TAG: return "a '<' inside a tag";
	case END_TAG: return "an end tag that is none";
	case BANG: return "text between elements";
	case CLOSED: return "more behind the closing tag";
	case TEXT:
	case CDATA: break;
	}
	return "not well-formed";
}

const char *scanner_error(const struct scanner *s, enum scan_outcome o)
{
	switch (o) {
	case SCAN_RESTRICTED:
		return s->state == BANG ? "a comment or a document type declaration"
					: "a processing instruction";
	case SCAN_MALFORMED: return malformed_words(s);
	case SCAN_LIMIT: return limit_words(s);
	case SCAN_TOO_BIG: return "an element is too large";
	case SCAN_MORE:
	case SCAN_HEADER:
	case SCAN_ELEMENT:
	case SCAN_OVERSIZE:
	case SCAN_CLOSE: break;
	}
	return "";
}
