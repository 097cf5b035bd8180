/* SPDX-License-Identifier: MIT */
/* See page_rig.h. */
#include "page_rig.h"

#include "base/clock.h"
#include "base/mem.h"
#include "pki.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAY = 86400, CERTIFICATES = 3 };

static char *certificate_names[CERTIFICATES] = { (char[]){ "west" }, (char[]){ "core" },
	(char[]){ "partner" } };

void page_rig_init(struct page_rig *rig)
{
	*rig = (struct page_rig){ 0 };
	rig->plan.node_name = mem_strdup("trunk1.core.example");
	memcpy(rig->plan.hash, "78771150c08b8c57", sizeof(rig->plan.hash));
	rig->server.plan = &rig->plan;
	rig->server.started = clock_wall() - 3 * DAY - 14000;
	rig->server.plan_wall = clock_wall() - 8000;
	map_init(&rig->facts.now.labels);
	map_init(&rig->facts.now.peers);
	map_init(&rig->facts.now.pairs);
}

static struct domain domain(const char *text)
{
	struct domain d;
	assert_true(domain_parse(str_of(text), &d));
	return d;
}

struct overview_peer *page_rig_peer(struct page_rig *rig, const char *text)
{
	struct overview_peer *p = MEM_NEW(struct overview_peer);
	p->domain = domain(text);
	map_put(&rig->facts.now.peers, &p->node, domain_str(&p->domain));
	return p;
}

static void name_of(unsigned i, char *out, size_t size)
{
	static const char *const hosts[] = { "xmpp", "chat", "im", "rooms.chat", "messaging" };
	static const char *const towns[] = { "north", "harbour", "west", "ministry", "signals",
		"hq", "fleet", "airbase", "hospital", "south", "border", "embassy" };
	static const char *const lands[] = { "ab.example", "cd.example", "ef.example", "gh.example",
		"core.example" };
	snprintf(out, size, "%s.%s.%s", hosts[i % 5], towns[i / 5 % 12], lands[i % 5]);
}

static void add_pair(struct page_rig *rig, unsigned i, unsigned j)
{
	struct overview_pair *p = MEM_NEW(struct overview_pair);
	char a[64], b[64];
	name_of(i, a, sizeof(a));
	name_of(j, b, sizeof(b));
	bool swap = strcmp(a, b) > 0;
	p->a = domain(swap ? b : a);
	p->b = domain(swap ? a : b);
	snprintf(p->key, sizeof(p->key), "%s %s", p->a.s, p->b.s);
	p->ways[0].carried = 37u * (i + 1) * (j + 3) * (i % 4 ? 1 : 200);
	p->ways[0].in = p->ways[0].out = p->ways[1].in = p->ways[1].out = true;
	if (i % 7 == 3)
		p->ways[1].out = false;
	if (j % 11 == 5) {
		p->ways[swap].out = false;
		p->ways[swap].down = true;
		p->ways[swap].queued = 12;
	}
	if (map_get(&rig->facts.now.pairs, str_of(p->key)))
		free(p);
	else
		map_put(&rig->facts.now.pairs, &p->node, str_of(p->key));
}

static void fill_peer(struct page_rig *rig, unsigned i)
{
	char name[64];
	name_of(i, name, sizeof(name));
	struct overview_peer *p = page_rig_peer(rig, name);
	p->in = p->out = 1 + i % 3;
	p->last_success = clock_wall() - 40 * (int64_t)i;
	if (i % 11 == 5) {
		p->out = 0;
		p->down = 1;
		p->failures = 4;
		p->queued = 12;
		p->retry_ms = 14000;
		p->attempt = (struct attempt){ .wall = clock_wall() - 3, .stage = ATTEMPT_TLS };
		snprintf(p->attempt.words, sizeof(p->attempt.words),
			"next hop's certificate: certificate has expired (2026-10-31)");
	}
	if (i % 7 == 3)
		p->in = 0;
	if (i % 13 == 7)
		p->in = p->out = 0;
}

static void fill_history(struct page_rig *rig)
{
	struct history_sample s = { .wall = clock_wall() - 3600 };
	struct metrics_peer *p = MEM_NEW(struct metrics_peer);
	for (unsigned i = 0; i <= HISTORY_MINUTES; i++) {
		unsigned wave = 400 + (i * 37 % 11) * 30 + (i > 20 && i < 34 ? 900 : 0);
		s.received += wave * 9;
		s.sent += wave * 8;
		s.refused += i > 20 && i < 26 ? 180 : i % 3;
		s.bytes += wave * 9 * 700;
		history_add(&rig->history, &s);
		s.wall += 60;
	}
	p->stanzas[0][STANZA_MESSAGE][METRICS_PASS] = s.received;
	p->stanzas[0][STANZA_MESSAGE][METRICS_BOUNCE] = s.refused;
	p->stanzas[1][STANZA_MESSAGE][METRICS_SENT] = s.sent;
	p->bytes[0] = s.bytes;
	rig->facts.counts.other = p;
}

static void fill_rules(struct page_rig *rig)
{
	const struct policy policies[] = { { .name = (char[]){ "partners" } },
		{ .name = (char[]){ "rooms-only" } }, { .name = (char[]){ "no-files" } } };
	static const char fold[] = "presence.fold", block[] = "block", users[] = "conversations";
	for (unsigned i = 0; i < 5210; i++)
		metrics_rule(&rig->facts.counts, &policies[0], fold, false);
	for (unsigned i = 0; i < 812; i++)
		metrics_rule(&rig->facts.counts, &policies[2], block, false);
	for (unsigned i = 0; i < 120; i++)
		metrics_rule(&rig->facts.counts, &policies[1], users, i > 20);
}

static void fill_certificates(struct page_rig *rig)
{
	static const int days[CERTIFICATES] = { 310, 19, 4 };
	static struct certificate_config configs[CERTIFICATES];
	struct config_report *report = config_report_new();
	for (unsigned i = 0; i < CERTIFICATES; i++) {
		char file[32];
		struct pki p = pki_new(NULL, &(struct pki_spec){ .cn = certificate_names[i],
						     .san = PKI_DNS("a.example"),
						     .to = days[i] * DAY + 3600 });
		configs[i].name = certificate_names[i];
		snprintf(file, sizeof(file), "page%u.pem", i);
		configs[i].chain = pki_write_certs(file, &p.cert, 1);
		snprintf(file, sizeof(file), "page%u.key", i);
		configs[i].key = pki_write_key(file, p.key, NULL);
		pki_free(&p);
	}
	rig->plan.settings.certificates = (struct config_list){ configs, CERTIFICATES };
	rig->plan.credentials = credentials_new(&rig->plan.settings.certificates, report);
	assert_non_null(rig->plan.credentials);
	config_report_free(report);
	for (unsigned i = 0; i < CERTIFICATES; i++) {
		free(configs[i].chain);
		free(configs[i].key);
	}
	pki_clean();
}

void page_rig_fill(struct page_rig *rig, unsigned peers)
{
	for (unsigned i = 0; i < peers; i++)
		fill_peer(rig, i);
	for (unsigned i = 0; i < peers; i++)
		for (unsigned j = i + 1; j<peers; j += peers> 20 ? 7 : 2)
			add_pair(rig, i, j);
	fill_history(rig);
	fill_rules(rig);
	fill_certificates(rig);
}

void page_rig_write(struct page_rig *rig, struct buf *out)
{
	status_page_write(&rig->server, &rig->facts, &rig->history, "NONCE", out);
}

void page_rig_fini(struct page_rig *rig)
{
	metrics_fini(&rig->facts.counts);
	overview_fini(&rig->facts.now);
	credentials_free(rig->plan.credentials);
	free(rig->plan.node_name);
}
