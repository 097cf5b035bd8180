/* SPDX-License-Identifier: MIT */
/* What may stand in a policy: the schema's rows. What a row cannot check is in policy_check.c. */
#include "policy/access.h"
#include "policy/policy.h"

#include <stddef.h>

static const struct config_choice folds[] = {
	{ "off", FOLD_OFF },
	{ "show", FOLD_SHOW },
	{ "availability", FOLD_AVAILABILITY },
	{ NULL, 0 },
};

static const struct config_choice modes[] = {
	{ "enforce", MODE_ENFORCE },
	{ "shadow", MODE_SHADOW },
	{ NULL, 0 },
};

static const struct config_choice otherwises[] = {
	{ "strip", ACTION_STRIP },
	{ "block", ACTION_BLOCK },
	{ NULL, 0 },
};

static const struct config_choice conversations[] = {
	{ "any", CONVERSATIONS_ANY },
	{ "muc-only", CONVERSATIONS_ROOMS },
	{ "one-to-one-only", CONVERSATIONS_USERS },
	{ NULL, 0 },
};

static const struct config_choice errors[] = {
	{ "pass", ERRORS_PASS },
	{ "rebuild", ERRORS_REBUILD },
	{ NULL, 0 },
};

static const struct config_choice refusals[] = {
	{ "bounce", REFUSE_BOUNCE },
	{ "drop", REFUSE_DROP },
	{ NULL, 0 },
};

static const struct config_choice audits[] = {
	{ "off", AUDIT_OFF },
	{ "headers", AUDIT_HEADERS },
	{ "full", AUDIT_FULL },
	{ NULL, 0 },
};

static const struct config_key show_map_keys[] = {
	{ .name = "away",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, away),
		.help = "What <show>away</show> becomes: another of the four values, or empty: "
			"removed." },
	{ .name = "chat",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, chat),
		.help = "What <show>chat</show> becomes." },
	{ .name = "dnd",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, dnd),
		.help = "What <show>dnd</show> becomes." },
	{ .name = "xa",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, xa),
		.help = "What <show>xa</show> becomes." },
	{ .name = NULL },
};

static const struct config_table show_map_schema = {
	.name = "show map",
	.size = sizeof(struct policy_show_map),
	.keys = show_map_keys,
};

static const struct config_choice subscriptions[] = {
	{ "pass", SUBSCRIPTIONS_PASS },
	{ "block", SUBSCRIPTIONS_BLOCK },
	{ NULL, 0 },
};

static const struct config_key presence_keys[] = {
	{ .name = "fold",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy_presence, fold),
		.def = "off",
		.choices = folds,
		.help = "What is left of presence: all of it (off), online or offline with <show/> "
			"(show), "
			"or online or offline and nothing else (availability)." },
	{ .name = "show_map",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct policy_presence, show_map),
		.table = &show_map_schema,
		.help = "With fold = \"show\": which values of <show/> become another one." },
	{ .name = "subscriptions",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy_presence, subscriptions),
		.def = "pass",
		.choices = subscriptions,
		.help = "With \"block\" nobody's presence can be subscribed to across here; "
			"subscriptions can still be ended." },
	{ .name = "hide_real_jids",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy_presence, hide_real_jids),
		.def = "false",
		.help = "In presence from rooms, the addresses behind nicknames, and reasons, "
			"are taken out; and the addresses in what rooms answer who asks for "
			"their members, or say in messages of a change." },
	{ .name = "suppress_repeats",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy_presence, suppress_repeats),
		.def = "false",
		.help = "Whether presence is left out that, after folding, says what its sender "
			"said last to the same recipient. Never in rooms; and not after a probe, "
			"unavailable or an error, or on a new stream." },
	{ .name = NULL },
};

static const struct config_table presence_schema = {
	.name = "presence",
	.size = sizeof(struct policy_presence),
	.keys = presence_keys,
};

static const struct config_choice label_subjects[] = {
	{ "check", LABEL_SUBJECT_CHECK },
	{ "pass", LABEL_SUBJECT_PASS },
	{ NULL, 0 },
};

static const struct config_choice unlabelled[] = {
	{ "refuse", UNLABELLED_REFUSE },
	{ "default", UNLABELLED_DEFAULT },
	{ "pass", UNLABELLED_PASS },
	{ NULL, 0 },
};

static const struct config_key labels_keys[] = {
	{ .name = "check",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy_labels, check),
		.def = "false",
		.help = "Whether the security labels of messages (XEP-0258), those of messages "
			"inside them too, must be valid under the governing label policy and "
			"within the clearances of both controls. A label of another policy is "
			"judged as what it maps to; what goes out is written as the labels group "
			"of the recipient's control says, its marking always anew unless that says "
			"otherwise. What has no equivalent, is not valid or granted, or cannot be "
			"judged, is refused with forbidden. Errors are made anew (as with errors = "
			"\"rebuild\"), labels on presence are removed." },
	{ .name = "subject",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy_labels, subject),
		.def = "check",
		.choices = label_subjects,
		.help = "Whether a message with nothing but a subject needs a label as others "
			"do, or passes without one." },
	{ .name = "signals",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy_labels, signals),
		.def = "check",
		.choices = label_subjects,
		.help = "Whether a message with nothing but a receipt, a chat marker or a chat "
			"state needs a label as others do, or passes without one. One that needs "
			"a label and has none is dropped: its sender, who did not write it, is "
			"not told." },
	{ .name = "unlabelled",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy_labels, unlabelled),
		.def = "refuse",
		.choices = unlabelled,
		.help = "Messages without a label are refused, are judged by the default_label of "
			"the control they come from (without one: refused), or pass." },
	{ .name = "unlabelled_iq",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct policy_labels, unlabelled_iq),
		.def = "ping, disco",
		.help = "With check: the features whose IQ requests and results may pass without "
			"a label; or \"any\", or \"none\". \"labels\" lets label catalogues pass. "
			"What publish-subscribe publishes and lists passes, too, where all of it "
			"has labels (XEP-0314) that are granted." },
	{ .name = NULL },
};

static const struct config_table labels_schema = {
	.name = "labels",
	.size = sizeof(struct policy_labels),
	.keys = labels_keys,
};

static const struct config_key policy_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy, name),
		.flags = CONFIG_REQUIRED,
		.help = "What controls and flows call it, and what audit records name." },
	{ .name = "mode",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy, mode),
		.def = "enforce",
		.choices = modes,
		.help = "With \"shadow\" the policy changes nothing: what it would have done "
			"stands in the audit record beside what was done." },
	{ .name = "presence",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct policy, presence),
		.table = &presence_schema,
		.help = "How presence is folded." },
	{ .name = "labels",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct policy, labels),
		.table = &labels_schema,
		.help = "Whether security labels are checked." },
	{ .name = "strip",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct policy, strip),
		.help = "Features whose elements are taken out of stanzas; \"unknown\" is "
			"everything that the "
			"catalogue does not name. An IQ request that carries one is refused." },
	{ .name = "block",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct policy, block),
		.help = "Features that refuse the stanza they stand in, at any depth of it." },
	{ .name = "access",
		.type = CONFIG_LIST,
		.offset = offsetof(struct policy, access),
		.table = &access_schema,
		.help = "Who may send to whom. The first rule that matches decides; when none "
			"does, nobody may if some rule allows, and everybody if none does. Holds "
			"for addresses inside a stanza too (see Addresses inside, above)." },
	{ .name = "allow",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct policy, allow),
		.def = "any",
		.help = "Features that may pass; what no name here means goes, unknown features "
			"included. \"any\" is no such list; an empty one leaves text, addresses "
			"and what carries other things." },
	{ .name = "otherwise",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy, otherwise),
		.def = "strip",
		.choices = otherwises,
		.help = "What becomes of features that an allow list does not name: they are taken "
			"out, or refuse the stanza." },
	{ .name = "conversations",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy, conversations),
		.def = "any",
		.choices = conversations,
		.help = "Whether only stanzas to and from rooms pass, or only others. Rooms are at "
			"domains whose control has service = \"muc\"." },
	{ .name = "iq",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct policy, iq),
		.def = "any",
		.help = "The features whose IQ requests and results may pass; or \"any\", or "
			"\"none\"." },
	{ .name = "max_stanza",
		.type = CONFIG_SIZE,
		.offset = offsetof(struct policy, max_stanza),
		.min = 10000,
		.max = 16777216,
		.help = "The largest stanza, as it comes in. A larger one is refused. Left out: "
			"the limit of the control alone." },
	{ .name = "max_body",
		.type = CONFIG_SIZE,
		.offset = offsetof(struct policy, max_body),
		.min = 1,
		.max = 16777216,
		.help = "The most bytes that the text of a message's body may have, all bodies "
			"together, and the text of XHTML-IM. A message with more is refused. Left "
			"out: no limit." },
	{ .name = "errors",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy, errors),
		.def = "pass",
		.choices = errors,
		.help = "Whether errors from the other side pass as this policy leaves them, or "
			"are made anew: type and condition alone, without their text, what an "
			"application added, and the stanza that is handed back." },
	{ .name = "refuse",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy, refuse),
		.def = "bounce",
		.choices = refusals,
		.help = "Whether a refused stanza is answered with an error, or dropped without a "
			"word. IQ requests are always answered." },
	{ .name = "refuse_text",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy, refuse_text),
		.help = "A sentence for the user whose stanza this policy refuses; it stands in "
			"the error. Left out: the error has no text." },
	{ .name = "audit",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy, audit),
		.def = "headers",
		.choices = audits,
		.help = "What of a stanza under this policy stands in the audit record: nothing, "
			"all but its content, or the stanza as it came and as it went, too." },
	{ .name = NULL },
};

const struct config_table policy_schema = {
	.name = "policy",
	.size = sizeof(struct policy),
	.keys = policy_keys,
};
