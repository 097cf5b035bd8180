/* SPDX-License-Identifier: MIT */
/*
 * Which certificate is shown for which domain: every domain that trunkd may stand in for, against
 * everybody who may meet it there. Chosen as the daemon chooses.
 */
#pragma once

#include "ctl/check.h"

enum shown_way {
	SHOWN_IN,       /* the peer connects and says who it is */
	SHOWN_IN_EARLY, /* it begins with TLS, before it has said so (XEP-0368) */
	SHOWN_OUT,      /* trunkd dials it */
	SHOWN_WAYS
};

/* One cell: peers that are shown the same, in the same way. */
struct shown {
	enum shown_way way;
	const struct control *peer; /* the first one of them */
	const char *zone;           /* NULL: not known yet */
	const struct credential *credential;
	bool covers;
};

struct matrix_row {
	const struct served *served;
	struct shown *v; /* the same zone and certificate stand once for a way */
	unsigned n;
};

struct matrix {
	struct matrix_row *rows;
	unsigned n;
};

/* A domain that no peer with TLS may meet has a row without cells. */
void matrix_init(struct matrix *m, const struct check *k);
void matrix_fini(struct matrix *m);
/* Domains that what is shown for them does not name. */
void matrix_findings(const struct matrix *m, const struct check *k, struct findings *f);
json_t *matrix_json(const struct matrix *m);
void matrix_print(const struct matrix *m, struct text *t);
