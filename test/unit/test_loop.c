/* SPDX-License-Identifier: MIT */
/* One loop, its mail, its queues and its timers; and mail between threads. */
#include "net/loop_private.h"

#include "base/mem.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

enum { STORY = 64 };

/* What happened, one letter each. */
struct story {
	struct net_loop *loop;
	char text[STORY];
	unsigned n;
	unsigned turns, stop_at;
};

static void tell(struct story *s, char c)
{
	if (s->n + 1 < STORY)
		s->text[s->n++] = c;
}

struct letter {
	struct mail mail;
	struct story *story;
	char c;
};

static void open_letter(struct mail *m, bool cancelled)
{
	struct letter *l = list_item(m, struct letter, mail);

	tell(l->story, cancelled ? '!' : l->c);
	free(l);
}

static void post(struct story *s, char c)
{
	struct letter *l = MEM_NEW(struct letter);

	l->mail.run = open_letter;
	l->story = s;
	l->c = c;
	net_loop_post(s->loop, &l->mail);
}

static void count_turn(void *arg)
{
	struct story *s = arg;

	tell(s, '|');
	if (++s->turns >= s->stop_at)
		net_loop_stop(s->loop);
}

static void start(struct story *s, unsigned stop_at)
{
	*s = (struct story){ .loop = net_loop_new(), .stop_at = stop_at };
	net_loop_on_turn(s->loop, count_turn, s);
}

static void mail_is_read_in_order_before_the_owner_gathers(void **unused)
{
	struct story s;

	start(&s, 1);
	post(&s, 'a');
	post(&s, 'b');
	post(&s, 'c');
	net_loop_run(s.loop);
	net_loop_free(s.loop);
	assert_string_equal(s.text, "abc|");
}

static void mail_that_nobody_read_is_cancelled(void **unused)
{
	struct story s;

	start(&s, 1);
	net_loop_run(s.loop);
	post(&s, 'a');
	post(&s, 'b');
	net_loop_free(s.loop);
	assert_string_equal(s.text, "|!!");
	start(&s, 1);
	post(&s, 'a');
	net_loop_free(s.loop);
	assert_string_equal(s.text, "!");
}

struct step {
	struct task task;
	struct story *story;
	char c;
	bool again; /* puts itself into the same queue once more */
};

static void take_step(struct task *t)
{
	struct step *p = list_item(t, struct step, task);

	tell(p->story, p->c);
	if (p->again)
		loop_soon(p->story->loop, t);
	p->again = false;
}

static void a_turn_has_its_order(void **unused)
{
	struct story s;
	struct step soon, end, costly;

	start(&s, 2);
	soon = (struct step){ .story = &s, .c = 's', .again = true };
	end = (struct step){ .story = &s, .c = 'e' };
	costly = (struct step){ .story = &s, .c = 'c' };
	task_init(&soon.task, take_step);
	task_init(&end.task, take_step);
	task_init(&costly.task, take_step);
	loop_costly(s.loop, &costly.task);
	loop_at_end(s.loop, &end.task);
	loop_soon(s.loop, &soon.task);
	loop_soon(s.loop, &soon.task); /* once is enough */
	post(&s, 'm');
	net_loop_run(s.loop);
	net_loop_free(s.loop);
	/* The second turn comes without anything from outside: the loop did not wait. */
	assert_string_equal(s.text, "ms|ecs|");
}

static void costly_steps_are_spread_over_turns(void **unused)
{
	struct step steps[5];
	struct story s;

	start(&s, 3);
	for (int i = 0; i < 5; i++) {
		steps[i] = (struct step){ .story = &s, .c = (char)('0' + i) };
		task_init(&steps[i].task, take_step);
		loop_costly(s.loop, &steps[i].task);
	}
	net_loop_run(s.loop);
	net_loop_free(s.loop);
	assert_string_equal(s.text, "|01|23|4");
}

static void a_task_can_be_taken_back(void **unused)
{
	struct step a, b;
	struct story s;

	start(&s, 1);
	a = (struct step){ .story = &s, .c = 'a' };
	b = (struct step){ .story = &s, .c = 'b' };
	task_init(&a.task, take_step);
	task_init(&b.task, take_step);
	loop_soon(s.loop, &a.task);
	loop_soon(s.loop, &b.task);
	task_cancel(&a.task);
	task_cancel(&a.task);
	net_loop_run(s.loop);
	net_loop_free(s.loop);
	assert_string_equal(s.text, "b|");
}

static void only_the_last_used_stay_warm(void **unused)
{
	struct step steps[70];
	struct story s;

	start(&s, 1);
	for (int i = 0; i < 70; i++) {
		steps[i] = (struct step){ .story = &s, .c = (char)('A' + i) };
		task_init(&steps[i].task, take_step);
	}
	for (int i = 0; i < 64; i++)
		loop_warm(s.loop, &steps[i].task);
	loop_warm(s.loop, &steps[0].task); /* used again */
	loop_cool(s.loop, &steps[1].task); /* gone by itself */
	loop_cool(s.loop, &steps[1].task);
	loop_warm(s.loop, &steps[64].task);
	assert_string_equal(s.text, "");
	loop_warm(s.loop, &steps[65].task);
	loop_warm(s.loop, &steps[66].task);
	assert_string_equal(s.text, "CD");
	net_loop_run(s.loop);
	net_loop_free(s.loop);
}

struct ticking {
	struct net_loop *loop;
	struct net_timer *timer, *never;
	unsigned ticks;
	uint64_t started;
};

static void tick(void *arg)
{
	struct ticking *t = arg;

	assert_true(net_loop_now(t->loop) >= t->started + 1);
	if (++t->ticks < 3)
		return;
	net_timer_close(t->timer);
	net_timer_close(t->never);
	net_timer_close(NULL);
	net_loop_stop(t->loop);
}

static void fail_tick(void *arg)
{
	fail();
}

static void timers_repeat_until_they_are_closed(void **unused)
{
	struct ticking t = { .loop = net_loop_new() };

	t.started = net_loop_now(t.loop);
	t.timer = net_timer_new(t.loop, tick, &t);
	t.never = net_timer_new(t.loop, fail_tick, &t);
	net_timer_start(t.never, 60000, 0);
	net_timer_start(t.timer, 1, 1);
	net_loop_run(t.loop);
	net_loop_free(t.loop);
	assert_int_equal(t.ticks, 3);
}

struct tenant {
	struct task task;
	struct story *story;
	unsigned more; /* turns to stay */
};

static void stay(struct task *t)
{
	struct tenant *p = list_item(t, struct tenant, task);

	tell(p->story, 'p');
	if (p->more-- > 0)
		loop_soon(p->story->loop, t);
	else
		loop_release(p->story->loop);
}

static void a_held_loop_waits_for_what_lives_on_it(void **unused)
{
	struct story s;
	struct tenant p;

	start(&s, 1);
	p = (struct tenant){ .story = &s, .more = 2 };
	task_init(&p.task, stay);
	loop_hold(s.loop);
	loop_soon(s.loop, &p.task);
	net_loop_run(s.loop); /* told to stop at its first turn */
	net_loop_free(s.loop);
	assert_string_equal(s.text, "p|p|p|");
}

enum { SENDERS = 3, LETTERS = 2000 };

struct sender {
	pthread_t thread;
	struct net_loop *to;
	unsigned *received, next; /* of the receiving thread */
};

struct numbered {
	struct mail mail;
	struct sender *sender;
	unsigned number;
};

static void receive(struct mail *m, bool cancelled)
{
	struct numbered *n = list_item(m, struct numbered, mail);

	assert_false(cancelled);
	assert_int_equal(n->number, n->sender->next++);
	if (++*n->sender->received == SENDERS * LETTERS)
		net_loop_stop(n->sender->to);
	free(n);
}

static void *send_all(void *arg)
{
	struct sender *s = arg;

	for (unsigned i = 0; i < LETTERS; i++) {
		struct numbered *n = MEM_NEW(struct numbered);

		n->mail.run = receive;
		n->sender = s;
		n->number = i;
		net_loop_post(s->to, &n->mail);
	}
	return NULL;
}

static void mail_from_many_threads_arrives_once_and_in_each_ones_order(void **unused)
{
	struct sender senders[SENDERS];
	struct net_loop *l = net_loop_new();
	unsigned received = 0;

	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ .to = l, .received = &received };
		assert_int_equal(
			pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
	}
	net_loop_run(l);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i].thread, NULL);
	net_loop_free(l);
	assert_int_equal(received, SENDERS * LETTERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_is_read_in_order_before_the_owner_gathers),
		cmocka_unit_test(mail_that_nobody_read_is_cancelled),
		cmocka_unit_test(a_turn_has_its_order),
		cmocka_unit_test(costly_steps_are_spread_over_turns),
		cmocka_unit_test(a_task_can_be_taken_back),
		cmocka_unit_test(only_the_last_used_stay_warm),
		cmocka_unit_test(timers_repeat_until_they_are_closed),
		cmocka_unit_test(a_held_loop_waits_for_what_lives_on_it),
		cmocka_unit_test(mail_from_many_threads_arrives_once_and_in_each_ones_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
