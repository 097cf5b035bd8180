/* SPDX-License-Identifier: MIT */
/*
 * The load generator: plays the leaf and the next hop of many pairs around a relay, and prints what
 * that cost as one line of JSON. test/bench/run calls it; README.md says what is measured how.
 *
 *   loadgen flow ...    the corpus as fast as it goes, or one stanza at a time at a fixed rate
 *   loadgen pairs ...   what setting up pairs costs, and what they hold while idle
 */
#include "load_meter.h"
#include "load_pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct arguments {
	struct load_options load;
	struct meter meter;
	double seconds, warm, idle, rate;
	uint64_t bytes; /* instead of seconds */
};

static const char usage[] =
	"usage: loadgen flow|pairs OPTIONS\n"
	"  --speak raw|xmpp|starttls  nothing but TLS; streams over direct TLS; with STARTTLS\n"
	"  --relay ADDRESS:PORT       the relay under test\n"
	"  --hop ADDRESS:PORT         where the next hop listens\n"
	"  --leaf ADDRESS             where leaves come from\n"
	"  --ca FILE --leaf-pem FILE --hop-pem FILE\n"
	"  --pid N                    a process of the relay (repeat)\n"
	"  --pairs N --stanzas N      pairs of domains; stanzas in the corpus of each\n"
	"  --at-a-time N              pairs that are being set up at the same moment\n"
	"  --records-16k              not one record for each stanza\n"
	"  --rate N                   stanzas a second, each sent alone (0: as fast as it goes)\n"
	"  --warm S --seconds S       before measuring; measuring\n"
	"  --bytes N                  measure that many bytes instead\n"
	"  --idle S                   how long nothing happens before memory is read\n";

struct sample {
	uint64_t ns, cpu, own, arrived;
	long rss, anonymous;
};

static struct sample take_sample(const struct arguments *a, const struct load *l)
{
	struct sample s = { .ns = meter_now(), .arrived = load_arrived(l) };

	s.cpu = meter_cpu(&a->meter);
	s.own = meter_own_cpu();
	meter_memory(&a->meter, &s.rss, &s.anonymous);
	return s;
}

/* Until everything has arrived, and then for as long as memory may take to be given back. */
static void rest(const struct arguments *a, struct load *l)
{
	uint64_t end;

	load_drain(l);
	end = meter_now() + (uint64_t)(a->idle * 1e9);
	while (meter_now() < end)
		load_turn(l, 100);
}

/* ---- flow ---- */

enum { LATE_NS = 100000 };

/* Each stanza at its time. Whoever is late is not hurried, for several at once would be another
 * test: all the others come that much later too. Returns how often that was so. */
static uint64_t send_at_rate(struct load *l, double rate, double seconds)
{
	uint64_t start = meter_now(), count = (uint64_t)(rate * seconds), late = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t due = start + (uint64_t)((double)i * 1e9 / rate), now;

		while ((now = meter_now()) < due)
			load_turn(l, 0);
		if (now - due > LATE_NS) {
			late++;
			start += now - due;
		}
		load_send_one(l, (unsigned)(i % l->o.pairs));
		load_turn(l, 0);
	}
	return late;
}

static uint64_t run_load(const struct arguments *a, struct load *l, double seconds, uint64_t bytes)
{
	if (a->rate > 0)
		return send_at_rate(l, a->rate, seconds);
	load_fill(l, bytes ? 0 : (uint64_t)(seconds * 1e9), bytes);
	return 0;
}

static void print_latencies(struct load *l)
{
	static const struct {
		const char *name;
		double q;
	} points[] = { { "p50_us", 0.5 }, { "p90_us", 0.9 }, { "p99_us", 0.99 }, { "max_us", 1 } };

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		printf(", \"%s\": %.2f", points[i].name,
			meter_quantile(l->latencies, l->nlatencies, points[i].q) / 1e3);
}

static void flow(const struct arguments *a)
{
	struct load l;
	struct sample before, after, last;
	uint64_t late, stanzas;
	double ns;

	load_init(&l, &a->load);
	load_connect(&l);
	run_load(a, &l, a->warm, a->bytes / 16);
	rest(a, &l);
	if (a->rate > 0)
		load_time(&l, (size_t)(a->rate * a->seconds) + 1);
	before = take_sample(a, &l);
	late = run_load(a, &l, a->seconds, a->bytes);
	after = take_sample(a, &l);
	rest(a, &l);
	last = take_sample(a, &l);
	stanzas = after.arrived - before.arrived;
	ns = (double)(after.ns - before.ns);
	printf("{\"stanzas\": %" PRIu64 ", \"seconds\": %.3f, \"rate\": %.0f, \"cpu_ns\": %.1f",
		stanzas, ns / 1e9, (double)stanzas / ns * 1e9,
		(double)(after.cpu - before.cpu) / (double)stanzas);
	printf(", \"busy\": %.3f, \"load_busy\": %.3f, \"stanza_bytes\": %zu, \"late\": %" PRIu64,
		(double)(after.cpu - before.cpu) / ns, (double)(after.own - before.own) / ns,
		buf_len(&l.pairs[0].corpus) / a->load.stanzas, late);
	printf(", \"rss_growth_kib\": %ld, \"anonymous_growth_kib\": %ld", last.rss - before.rss,
		last.anonymous - before.anonymous);
	if (a->rate > 0)
		print_latencies(&l);
	printf("}\n");
	load_fini(&l);
}

/* ---- pairs ---- */

static void pairs(const struct arguments *a)
{
	struct load l;
	struct sample before, up, idle;
	double n = a->load.pairs;

	load_init(&l, &a->load);
	before = take_sample(a, &l);
	load_connect(&l);
	up = take_sample(a, &l);
	load_send_each(&l, 16 << 10);
	rest(a, &l);
	idle = take_sample(a, &l);
	printf("{\"pairs\": %u, \"cpu_us\": %.1f, \"rate\": %.0f, \"seconds\": %.3f, "
	       "\"rss_empty_kib\": %ld, \"rss_kib\": %.1f, \"anonymous_kib\": %.1f, "
	       "\"idle_cpu_ms\": %.1f}\n",
		a->load.pairs, (double)(up.cpu - before.cpu) / 1e3 / n,
		n / ((double)(up.ns - before.ns) / 1e9), (double)(up.ns - before.ns) / 1e9,
		before.rss, (double)(idle.rss - before.rss) / n,
		(double)(idle.anonymous - before.anonymous) / n, (double)(idle.cpu - up.cpu) / 1e6);
	load_fini(&l);
}

/* ---- arguments ---- */

static void read_address(const char *text, struct sockaddr_in *out)
{
	char host[64];
	unsigned port = 0;

	if (sscanf(text, "%63[0-9.]:%u", host, &port) < 1 ||
		inet_pton(AF_INET, host, &out->sin_addr) != 1)
		load_die("\"%s\" is not ADDRESS:PORT", text);
	out->sin_family = AF_INET;
	out->sin_port = htons((uint16_t)port);
}

static void add_pid(struct meter *m, const char *text)
{
	if (m->n == METER_PIDS)
		load_die("too many processes");
	m->pids[m->n++] = (pid_t)strtol(text, NULL, 10);
}

static enum speak read_speak(const char *text)
{
	static const char *const names[] = { "raw", "xmpp", "starttls" };

	for (unsigned i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum speak)i;
	load_die("--speak %s?", text);
}

static unsigned read_count(const char *text, unsigned max)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n == 0 || n > max)
		load_die("\"%s\" is not between 1 and %u", text, max);
	return (unsigned)n;
}

enum {
	OPT_SPEAK = 256,
	OPT_RELAY,
	OPT_HOP,
	OPT_LEAF,
	OPT_CA,
	OPT_LEAF_PEM,
	OPT_HOP_PEM,
	OPT_PID,
	OPT_PAIRS,
	OPT_STANZAS,
	OPT_AT_A_TIME,
	OPT_RECORDS,
	OPT_RATE,
	OPT_WARM,
	OPT_SECONDS,
	OPT_BYTES,
	OPT_IDLE,
};

static const struct option options[] = {
	{ "speak", required_argument, NULL, OPT_SPEAK },
	{ "relay", required_argument, NULL, OPT_RELAY },
	{ "hop", required_argument, NULL, OPT_HOP },
	{ "leaf", required_argument, NULL, OPT_LEAF },
	{ "ca", required_argument, NULL, OPT_CA },
	{ "leaf-pem", required_argument, NULL, OPT_LEAF_PEM },
	{ "hop-pem", required_argument, NULL, OPT_HOP_PEM },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "pairs", required_argument, NULL, OPT_PAIRS },
	{ "stanzas", required_argument, NULL, OPT_STANZAS },
	{ "at-a-time", required_argument, NULL, OPT_AT_A_TIME },
	{ "records-16k", no_argument, NULL, OPT_RECORDS },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "warm", required_argument, NULL, OPT_WARM },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "bytes", required_argument, NULL, OPT_BYTES },
	{ "idle", required_argument, NULL, OPT_IDLE },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct arguments *a, int c)
{
	struct sockaddr_in address = { 0 };

	switch (c) {
	case OPT_SPEAK: a->load.speak = read_speak(optarg); break;
	case OPT_RELAY: read_address(optarg, &a->load.relay); break;
	case OPT_HOP: read_address(optarg, &a->load.hop); break;
	case OPT_LEAF:
		read_address(optarg, &address);
		a->load.leaf_address = address.sin_addr;
		break;
	case OPT_CA: a->load.ca = optarg; break;
	case OPT_LEAF_PEM: a->load.leaf_pem = optarg; break;
	case OPT_HOP_PEM: a->load.hop_pem = optarg; break;
	case OPT_PID: add_pid(&a->meter, optarg); break;
	case OPT_PAIRS: a->load.pairs = read_count(optarg, PAIRS_MAX); break;
	case OPT_STANZAS: a->load.stanzas = read_count(optarg, 100000); break;
	case OPT_AT_A_TIME: a->load.at_a_time = read_count(optarg, PAIRS_MAX); break;
	case OPT_RECORDS: a->load.records_16k = true; break;
	case OPT_RATE: a->rate = strtod(optarg, NULL); break;
	case OPT_WARM: a->warm = strtod(optarg, NULL); break;
	case OPT_SECONDS: a->seconds = strtod(optarg, NULL); break;
	case OPT_BYTES: a->bytes = strtoull(optarg, NULL, 10); break;
	case OPT_IDLE: a->idle = strtod(optarg, NULL); break;
	default: fputs(usage, stderr); exit(2);
	}
}

/* Two descriptors for each pair. */
static void raise_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

int main(int argc, char **argv)
{
	struct arguments a = {
		.load = { .pairs = 1, .stanzas = 2000, .at_a_time = 8 },
		.seconds = 2,
		.warm = 0.5,
	};

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(&a, c);
	if (optind + 1 != argc || !a.load.ca || !a.load.leaf_pem || !a.load.hop_pem ||
		!a.load.relay.sin_port || !a.load.hop.sin_port) {
		fputs(usage, stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	if (strcmp(argv[optind], "flow") == 0)
		flow(&a);
	else if (strcmp(argv[optind], "pairs") == 0)
		pairs(&a);
	else
		load_die("flow or pairs, not %s", argv[optind]);
	return 0;
}
