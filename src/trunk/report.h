/* SPDX-License-Identifier: MIT */
/*
 * What a worker has, told as plain structs that another thread may keep: taken on the worker's own
 * thread, without a pointer into the trunk. For the control sockets and for metrics.
 */
#pragma once

#include "trunk/leg.h"
#include "trunk/peer.h"
#include "trunk/route.h"

struct trunk_counts {
	unsigned in, out, verify; /* legs that have not ended */
	unsigned unproven;        /* of `in` */
	unsigned pairs, peers;
	unsigned long long queued;
	size_t queued_bytes;
};
void trunk_count(struct trunk *t, struct trunk_counts *out);

/* Which rows: those with a domain that this matches, as in `match` of a peering control; as many as
 * `max`. */
struct report_filter {
	bool all, below; /* "*"; "*.suffix" */
	struct domain domain;
	unsigned max;
};
/* False: it is no pattern. NULL is "*". */
bool report_filter_init(struct report_filter *f, const char *pattern, unsigned max);
bool report_matches(const struct report_filter *f, const struct domain *d);

/* Rows of one of the structs below. Owns them. */
struct report_rows {
	void *v;
	unsigned n;
	size_t size; /* of one */
	unsigned room;
	unsigned long long left_out; /* beyond the filter's `max` */
};

enum stream_state { STREAM_IS_SETTING_UP, STREAM_IS_OPEN, STREAM_IS_CLOSING };
struct stream_report {
	unsigned long long id; /* as in the log */
	enum leg_kind kind;
	enum stream_state state;
	bool held; /* what comes is not read for now */
	unsigned worker, pairs;
	struct domain from, to; /* as in the log */
	char peer[ADDRESS_TEXT], tls[96];
	const char *proof; /* a constant, or NULL */
	char certificate[128];
	int64_t certificate_end; /* seconds since 1970; 0: none */
	uint64_t age_ms, quiet_ms;
	unsigned long long stanzas_in, stanzas_out, bytes_in, bytes_out; /* bytes on the wire */
	size_t unsent;
};
void trunk_report_streams(struct trunk *t, const struct report_filter *f, struct report_rows *out);

struct route_report {
	struct domain from, to;
	enum route_state state;
	unsigned worker, stanzas, kept, inbounds;
	size_t bytes;
	uint64_t oldest_ms;        /* of what waits; 0: nothing does */
	uint64_t retry_ms;         /* until the next try; 0: none is put off */
	unsigned long long stream; /* the outbound one's id; 0: there is none */
	enum attempt_stage stage;  /* of the dial, with ROUTE_CONNECTING */
	char target[ADDRESS_TEXT]; /* of the dial */
	enum permit permit;
};
void trunk_report_routes(struct trunk *t, const struct report_filter *f, struct report_rows *out);

/* A domain at this worker: what was tried, and what is there now. */
struct peer_report {
	struct domain domain;
	unsigned in, out, dialling; /* streams that are proven or ready; dials under way */
	unsigned failures;
	uint64_t retry_ms; /* until the next try is allowed; 0: now */
	int64_t last_success, last_in;
	char clearance[160]; /* that its certificate brings; "unknown"; "" where that is not asked
			      */
	struct attempt *attempts[2]; /* ours, its own; the oldest first; owned */
	unsigned nattempts[2];
};
void trunk_report_peers(struct trunk *t, const struct report_filter *f, struct report_rows *out);
void report_peers_fini(struct report_rows *rows);
void report_rows_fini(struct report_rows *rows);
