/* SPDX-License-Identifier: MIT */
/*
 * The service manager's watchdog (WATCHDOG_USEC, sd_notify(3)): told that all is well as long as
 * the main loop turns and every worker answers its mail. One that does not is a daemon that the
 * manager shall start anew. The main thread's.
 */
#pragma once

struct net_loop;
struct worker;
struct watchdog;
/* NULL: the manager does not ask for it. The workers outlive it. */
struct watchdog *watchdog_new(struct net_loop *loop, struct worker *workers, unsigned n);
/* Asks no more; answers may still come. NULL is fine. */
void watchdog_stop(struct watchdog *w);
/* After the loop. NULL is fine. */
void watchdog_free(struct watchdog *w);
