/* SPDX-License-Identifier: MIT */
/*
 * What an administrator does about an attempt that failed, found by what is said of it. The words
 * come from many places, some of them from the peer; those that are known here are ours. It decides
 * nothing: where no row fits there is no remedy, and the words stand alone.
 */
#include "daemon/remedy.h"

#include <string.h>

/* In place of a stage: at any, and at any of the one way only. */
enum { ANY = -1, ANY_IN = -2, ANY_OUT = -3 };

struct remedy {
	int stage;
	const char *part; /* of the words */
	const char *what;
};

/* The first that fits. */
static const struct remedy remedies[] = {
	{ ANY, "this trunk's own listener",
		"the DNS that trunkd asks leads back to it: ask a resolver that knows where the "
		"server is (dns.servers), or say where with connect; \"trunkctl check dns\" tells "
		"which domains" },
	{ ANY, "where the stanzas came from",
		"it would go back to its sender: correct connect, or the DNS that trunkd asks" },
	{ ANY, "is not valid yet",
		"compare the clocks, here (date -u) and at the peer; if both are right, it has to "
		"show its old certificate until that day" },
	{ ANY, "has expired",
		"that certificate has to be renewed; if the day is still to come, correct the "
		"clock here (date -u)" },
	{ ANY, "not issued by a known CA",
		"if it may be believed, add its CA to trust of its control; if that is there, the "
		"peer has to append its intermediate certificates" },
	{ ANY, "self-signed and not known",
		"have the peer show a certificate of a CA in trust, or pin its key (pins, with "
		"trust = \"none\")" },
	{ ANY, "certificate does not name",
		"the peer needs a certificate with the domain as dNSName; if the name that it "
		"shows is right for it, list that in reference_names (accept_names for coming "
		"in)" },
	{ ANY, "is revoked", "the peer needs a new certificate" },
	{ ANY, "is not meant for TLS",
		"the peer needs a certificate for both purposes, serverAuth and clientAuth" },
	{ ANY, "than the pinned one", "if the peer has changed its key on purpose, correct pins" },
	{ ANY, "rejected our certificate: unknown ca",
		"the peer has to believe the CA that issued our certificate: give it that CA; "
		"\"trunkctl check certs --ca FILE\" tries ours against the one it believes" },
	{ ANY, "rejected our certificate",
		"\"trunkctl check certs\" says what others miss in it: name, purpose, date, CA" },
	{ ANY, "refused EXTERNAL",
		"our certificate does not prove the sender's domain there: \"trunkctl check "
		"certs\" shows which one is shown; or permit dialback at the peer" },
	{ ANY, "dialback key invalid",
		"the peer asked back somewhere else: the DNS that it asks must lead the sender's "
		"domain here; \"trunkctl check dns --resolver ADDRESS\" asks that one" },
	{ ANY, "offers no TLS", "switch TLS on at the peer; without it nothing is sent" },
	{ ANY_IN, "host-unknown",
		"it asked for a domain that no control here accepts: add a control for that, or "
		"take the domain out of what leads its server here; the log has the name "
		"(stream-end, to=)" },
	{ ANY_OUT, "host-unknown",
		"the server there does not serve the domain: correct connect or the SRV record, or "
		"add the domain at the server" },
	{ ATTEMPT_DNS, "service not offered",
		"the record says that there is no server: if that is wrong, the resolver that "
		"trunkd asks is the one for the other servers (dns.servers)" },
	{ ATTEMPT_DNS, "",
		"see that the resolver that trunkd asks answers and knows the domain "
		"(dns.servers), "
		"or say where the server is with connect; \"trunkctl check dns\" asks for all" },
	{ ATTEMPT_TCP, "refused",
		"nothing listens there, or a firewall refuses: is the server running, are address "
		"and port right (connect, SRV record), may this host connect there?" },
	{ ATTEMPT_TCP, "",
		"nothing comes back: a firewall drops it, on the way or there, or the address is "
		"wrong (connect, SRV record); let TCP through from this host to there" },
	{ ATTEMPT_TLS, "no answer in time",
		"the peer begins no TLS: if the port is for STARTTLS, say prefer = \"starttls\"" },
	{ ATTEMPT_STREAM, "no answer in time",
		"something accepts connections there and says nothing: is it the port for servers "
		"(5269, not 5222), and is the server well? A proxy or firewall in between may "
		"accept in its name" },
	{ ATTEMPT_AUTH, "no answer in time",
		"the peer does not answer our proof: it may be asking back where nobody answers; "
		"see that the DNS it asks leads the sender's domain here, and its firewall lets "
		"it" },
};

/* Who has come in is not looked for, and has been reached: stages are ours alone. */
static bool applies(int wanted, enum attempt_stage stage, bool in)
{
	if (wanted == ANY)
		return true;
	return in ? wanted == ANY_IN : wanted == ANY_OUT || wanted == (int)stage;
}

const char *remedy_for(enum attempt_stage stage, const char *words, bool in)
{
	if (!words || !words[0])
		return NULL;
	for (unsigned i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		const struct remedy *r = &remedies[i];

		if (!applies(r->stage, stage, in))
			continue;
		if (strstr(words, r->part))
			return r->what;
	}
	return NULL;
}
