/* SPDX-License-Identifier: MIT */
/*
 * One worker's share of the trunk: its legs, the pairs that have their home here, the plan it runs
 * by. Everything is for the worker's own thread, but trunk_load() and mail, which reaches siblings.
 */
#pragma once

#include "base/list.h"
#include "base/log.h"
#include "base/log_held.h"
#include "base/map.h"
#include "net/conn.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "policy/filter.h"
#include "trunk/admission.h"
#include "trunk/metrics_data.h"
#include "trunk/plan.h"

#include <stdatomic.h>

struct head_reader;
struct repeats;
struct audit_writer;
struct alerts;
struct certified_peers;
struct pings;

/* Counters of one worker; read by others without care for a torn view. */
struct trunk_stats {
	atomic_ullong stanzas[6]; /* by enum verdict */
	atomic_ullong bounced, dropped, uncertain, handed_over;
	atomic_ullong streams_opened, streams_closed;
};

/* Where records of audit go, and what is recorded. */
struct trunk_audit {
	struct audit_writer *writer; /* NULL: none are made */
	bool required;               /* nothing passes before its record is written */
	int level;                   /* enum audit_level: the least for every stanza */
	const char *node;
};

/* What all workers share: budgets of the process. */
struct trunk_shared {
	atomic_size_t queued_bytes; /* in all queues */
	struct admission admission; /* accepted connections alive */
	atomic_uint pairs;          /* in the tables of all workers */
	struct trunk **trunks;      /* by index */
	unsigned n;
	atomic_ullong stream_numbers;
	struct trunk_audit audit;
	struct alerts *alerts; /* NULL in tests, as is what follows */
	struct pings *pings;
	struct certified_peers *certified;
};

struct trunk {
	struct net_loop *loop;
	struct resolver *resolver;
	struct trunk_shared *shared;
	unsigned index;
	struct plan *plan;
	struct list legs;
	struct list resumed; /* inbound legs to be read on with, at the end of this turn */
	struct list fresh;   /* inbound legs that have proven nothing yet, the oldest first */
	struct map pairs;    /* by "from to" in their fixed order */
	struct map peers;    /* attempts and back-off by domain */
	struct list *outbox; /* stanzas for siblings, by index, posted at the end of the turn */
	size_t *outbox_bytes;
	atomic_size_t handed_bytes; /* sent here by siblings and not yet taken */
	struct filter *filter;      /* one for all legs: a stanza is decided within one call */
	struct head_reader *heads;  /* for stanzas that come back out of queues and connections */
	struct repeats *repeats;    /* made when a policy first wants it */
	uint64_t eras;              /* the last number given to a route */
	struct list probes;         /* attempts that an operator watches */
	struct list unrecorded;     /* routes whose first stanza waits for its record */
	struct mail record_mail;    /* the writer has got on: posted once at a time, */
	atomic_bool record_mailed;  /* which this says */
	struct buf record, masked;  /* scratch of record.c */
	struct record_memo *record_memo; /* made with the first record that asks it */
	struct malformed *malformed;     /* made with the first peer that sends such a thing */
	struct net_timer *tick;
	atomic_uint load;    /* legs; for the choice of a worker */
	atomic_uint resting; /* those of them that have given back what they can */
	size_t most_held;    /* worker 0: the most that the process has held since mem_trim() */
	bool stopping;
	uint64_t stop_ms; /* then everything ends at once */
	void (*stopped)(void *arg);
	void *stopped_arg;
	struct log_limit refuse_limit;
	struct log_held held; /* lines about one peer */
	struct trunk_stats stats;
	struct metrics metrics;
};

/* A trunk on its loop, running `plan` (a reference is taken). */
struct trunk *trunk_new(
	struct net_loop *loop, struct trunk_shared *shared, unsigned index, struct plan *plan);
/* After the loop has ended. */
void trunk_free(struct trunk *t);

/* Takes an accepted connection, on the trunk's own thread. `listener` is as configured. */
void trunk_accept(struct trunk *t, int fd, const struct address *peer, enum listen_mode mode,
	const struct address *listener);
/* Changes over to another plan (takes a reference) at the top of a loop turn: live streams are
 * checked again, routes whose next hop changed are drained and dialled anew. */
void trunk_change_plan(struct trunk *t, struct plan *plan);
/* Stops: queues are bounced over ready streams, every stream is closed with system-shutdown;
 * `stopped` is called when the last leg is gone. A second call ends everything at once. */
void trunk_stop(struct trunk *t, void (*stopped)(void *arg), void *arg);
/* Legs alive: any thread. */
unsigned trunk_load(const struct trunk *t);

/* Which worker is home to the pair, whatever its direction. */
unsigned trunk_home(const struct trunk *t, const struct domain *a, const struct domain *b);
/* Reserves bytes of the process's queue memory; false when it is used up. */
bool trunk_budget_take(struct trunk *t, size_t n);
void trunk_budget_give(struct trunk *t, size_t n);
