/* SPDX-License-Identifier: MIT */
/*
 * Many requests, a few of them at a time, each on a connection of its own: the daemon answers one
 * after another on each. Owns the connections.
 */
#include "base/mem.h"
#include "ctl/client_answer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct slot {
	struct ctl c; /* whose complaints go to `words` */
	struct ctl_request r;
	struct answer a;
	json_t *result;
	char *words;
	size_t nwords;
	unsigned i;
	int fd; /* -1: it is free */
};

struct crowd {
	const struct ctl_many *m;
	const char *path;
	struct slot *slots;
	unsigned next, busy;
	bool enough;
};

/* Tells how it ended, and frees the slot. */
static void over(struct crowd *w, struct slot *s)
{
	const char *words, prefix[] = "trunkctl: ";

	fclose(s->c.err);
	s->words[strcspn(s->words, "\n")] = '\0';
	words = strncmp(s->words, prefix, strlen(prefix)) == 0 ? s->words + strlen(prefix)
							       : s->words;
	if (!w->enough && !w->m->done(w->m->arg, s->i, s->a.status, s->result, words))
		w->enough = true;
	if (s->fd >= 0) {
		close(s->fd);
		w->busy--;
	}
	s->fd = -1;
	control_lines_fini(&s->a.lines);
	json_decref(s->result);
	json_decref(s->r.arguments);
	free(s->words);
	s->words = NULL;
}

static void begin(struct crowd *w, struct slot *s, struct ctl *c)
{
	const struct ctl_many *m = w->m;

	s->i = w->next++;
	s->c = *c;
	s->result = NULL;
	s->c.err = open_memstream(&s->words, &s->nwords);
	if (!s->c.err)
		abort();
	s->r = (struct ctl_request){
		.command = m->command,
		.arguments = m->arguments(m->arg, s->i),
		.result_out = &s->result,
	};
	s->fd = client_begin(&s->a, &s->c, &s->r, w->path);
	if (s->fd < 0)
		over(w, s);
	else
		w->busy++;
}

/* Nobody has said anything for as long as we are patient. */
static void give_up(struct crowd *w)
{
	for (unsigned k = 0; k < w->m->at_once; k++) {
		struct slot *s = &w->slots[k];

		if (s->fd < 0)
			continue;
		s->a.status = ctl_failed(&s->c, "trunkd does not answer");
		over(w, s);
	}
}

static void hear(struct crowd *w)
{
	struct pollfd *polls = mem_zero(w->m->at_once, sizeof(*polls));

	for (unsigned k = 0; k < w->m->at_once; k++)
		polls[k] = (struct pollfd){ .fd = w->slots[k].fd, .events = POLLIN };
	if (poll(polls, w->m->at_once, (int)w->m->patience_s * 1000) == 0)
		give_up(w);
	for (unsigned k = 0; k < w->m->at_once; k++)
		if (polls[k].revents && w->slots[k].fd >= 0 &&
			!client_read(&w->slots[k].a, w->slots[k].fd))
			over(w, &w->slots[k]);
	free(polls);
}

bool ctl_call_many(struct ctl *c, const struct ctl_many *m)
{
	MEM_AUTO char *path = client_path(c, m->socket);
	struct crowd w = { .m = m, .path = path };

	if (!path)
		return false;
	w.slots = mem_zero(m->at_once, sizeof(*w.slots));
	for (unsigned k = 0; k < m->at_once; k++)
		w.slots[k].fd = -1;
	do {
		for (unsigned k = 0; k < m->at_once; k++)
			while (w.slots[k].fd < 0 && w.next < m->n && !w.enough)
				begin(&w, &w.slots[k], c);
		if (w.busy)
			hear(&w);
	} while (w.busy || (w.next < m->n && !w.enough));
	free(w.slots);
	return true;
}
