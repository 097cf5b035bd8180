/* SPDX-License-Identifier: MIT */
/*
 * What a peer and we have agreed about security labels: under which policy it has them, how they
 * are written towards it, and what it and its users are cleared for. Plain data, made once from
 * the configuration (trunk/label_agreement.h), read by the filter. Owns nothing.
 */
#pragma once

#include "label/clearance.h"
#include "label/first_line.h"
#include "label/securitylabel_choose.h"

/* What goes out to a peer when a label has to be under another policy, or in another form, than it
 * came in. */
enum label_write {
	LABEL_WRITE_EQUIVALENT, /* ours as an equivalentlabel of the originator's */
	LABEL_WRITE_SWAP,       /* the originator's as an equivalentlabel of ours */
	LABEL_WRITE_REPLACE,    /* ours alone */
	LABEL_WRITE_NONE,       /* no label at all: the peer has no use for them */
};
/* What a label of ours is written in. */
enum label_form {
	LABEL_FORM_SAME, /* as it came; ESS when none did */
	LABEL_FORM_ESS,
	LABEL_FORM_4774,
	LABEL_FORM_4778,
};
/* The displaymarking that a peer sent is never proven. */
enum label_show {
	LABEL_SHOW_MADE, /* made again from the label */
	LABEL_SHOW_KEPT, /* as it came; where a label is written by us, made */
	LABEL_SHOW_NONE,
};
/* A label with a signature (ds:Signature) when it, or what it covers, is changed. */
enum label_signed {
	LABEL_SIGNED_REFUSE, /* the stanza is refused */
	LABEL_SIGNED_STRIP,  /* the signature goes */
	LABEL_SIGNED_KEEP,   /* it stays, and is wrong */
};

struct label_terms {
	const struct spif *policy; /* its own; NULL: the governing one */
	/* Towards it. */
	enum label_write write;
	enum label_form form;
	enum label_show show;
	enum label_signed on_signature;
	struct str language;  /* of markings (RFC 5646); may be empty */
	int64_t review;       /* seconds until ReviewDateTime (ADatP-4774) of labels of ours */
	bool first_line;      /* the marking goes before the text of bodies, too */
	bool strip_default;   /* a label that is the peer's default_label is not sent */
	bool filter_catalogs; /* label catalogues show it what it is cleared for only */
	/* From it. */
	const struct label *default_label; /* resolved under the governing policy; NULL: none */
	bool stamp; /* the default is written on what comes without a label */
	/* What first lines stand for, each label resolved under its own policy, which need not be
	 * the governing one; NULL: they are not read. */
	const struct label_marks *marks;
	struct label_frame frame; /* of first lines, both ways */
};

/* Clearances of one side under one policy: of the peer, of the rule that names this JID, of the
 * peer's certificate (RFC 5913). Each of them must grant; one that is NULL is the nil clearance,
 * and so are none (XEP-0258 section 5): with it nothing passes. Those of certificates come and go
 * while the plan stays, each where another was before: an address does not tell one. */
enum { LABEL_CLEARANCES = 4 };
struct label_cleared {
	const struct clearance *list[LABEL_CLEARANCES];
	unsigned n;
};

/* One side of a stanza. */
struct label_side {
	const struct label_terms *terms; /* NULL: nothing was agreed */
	struct label_cleared governing;
	struct label_cleared translated; /* under terms->policy; with one alone */
	/* Its certificate, which must grant, is not known yet: what is refused for lack of a
	 * clearance is refused for now only. */
	bool awaited;
};
