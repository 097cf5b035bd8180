# SPDX-License-Identifier: MIT
"""The rows of the table: each measures something in several rounds, relay by relay in turn, so that
what disturbs one disturbs all, and gives back ratios with their goals."""
import concurrent.futures
import json
import os
import statistics
import subprocess
import time

import relays
from relays import RELAYS, Failed, load

# CPU for a stanza, one in a record: Metre (dwd/Metre 5e23b07, no filter at all) against HAProxy on one
# machine, 4.9 and 1.79 us. Metre is not among what Debian has, so it is compared by way of HAProxy.
METRE = 4.9 / 1.79
TOLERANCE = 0.05


class Scale:
    """How long everything takes."""

    def __init__(self, quick):
        self.rounds = 3 if quick else 7
        self.seconds = 1 if quick else 3
        self.warm = 0.3 if quick else 1
        self.setup_pairs = 150 if quick else 500
        self.idle_seconds = 13 if quick else 30
        self.idle_pairs = 1000
        self.nginx = not quick
        self.latency_rounds = 3 if quick else 9


class Ratio:
    """One line of the table. `samples` are ratios, one for each round."""

    def __init__(self, row, what, samples, goal=None, aim=None, more=False, note='', **values):
        self.row, self.what, self.samples = row, what, samples
        self.goal, self.aim, self.more, self.note, self.values = goal, aim, more, note, values

    @property
    def value(self):
        return statistics.median(self.samples)

    def reached(self, goal):
        if goal is None:
            return None
        if self.more:
            return self.value >= goal * (1 - TOLERANCE)
        return self.value <= goal * (1 + TOLERANCE)

    def report(self):
        return {'row': self.row, 'what': self.what, 'value': round(self.value, 4),
                'lowest': round(min(self.samples), 4), 'highest': round(max(self.samples), 4),
                'goal': self.goal, 'reached': self.reached(self.goal), 'aim': self.aim,
                'aim_reached': self.reached(self.aim), 'better': 'more' if self.more else 'less',
                'note': self.note, **{k: round(v, 4) for k, v in self.values.items()}}


def medians(rounds, key):
    """By relay: the median of what its rounds say."""
    return {name: statistics.median(r[name][key] for r in rounds) for name in rounds[0]}


def in_turn(paths, names, times, what, *options, where=None, patience=120):
    """Each round runs every relay once, freshly started; the first one changes from round to round."""
    rounds = []
    for number in range(times):
        shift = number % len(names)
        results = {}
        for name in names[shift:] + names[:shift]:
            with RELAYS[name](paths, where or 'relay') as relay:
                results[name] = load(paths, relay, what, *options, where=where or 'load',
                                     patience=patience)
        rounds.append(results)
    return rounds


def each(rounds, function):
    return [function(r) for r in rounds]


# ---- rows ----

def throughput(paths, scale, row, options, goal, aim):
    names = ['haproxy', 'trunkd', 'nginx']
    rounds = in_turn(paths, names, max(scale.rounds, 5), 'flow', '--seconds', scale.seconds,
                     '--warm', scale.warm, *options)
    ns = medians(rounds, 'cpu_ns')
    rate = medians(rounds, 'rate')
    yield Ratio(row, 'stanzas per CPU second, trunkd / HAProxy',
                each(rounds, lambda r: r['haproxy']['cpu_ns'] / r['trunkd']['cpu_ns']),
                goal, aim, True,
                trunkd_ns=ns['trunkd'], haproxy_ns=ns['haproxy'], trunkd_rate=rate['trunkd'],
                haproxy_rate=rate['haproxy'], stanza_bytes=rounds[0]['trunkd']['stanza_bytes'],
                trunkd_busy=medians(rounds, 'busy')['trunkd'])
    yield Ratio(row, 'the same, nginx / HAProxy',
                each(rounds, lambda r: r['haproxy']['cpu_ns'] / r['nginx']['cpu_ns']), more=True,
                nginx_ns=ns['nginx'], nginx_rate=rate['nginx'])
    if row == 'records-one':
        yield Ratio(row, 'CPU for a stanza, trunkd / Metre',
                    each(rounds, lambda r: r['trunkd']['cpu_ns'] / r['haproxy']['cpu_ns'] / METRE),
                    0.5, 0.33, note='by way of HAProxy')


def records_one(paths, scale):
    """One stanza in each TLS record, as fast as it goes."""
    return throughput(paths, scale, 'records-one', [], 0.65, 1.0)


def records_16k(paths, scale):
    """Records of 16 KiB."""
    return throughput(paths, scale, 'records-16k', ['--records-16k'], 0.20, 0.35)


def at_rate(paths, scale, row, rate, goal, aim):
    names = ['haproxy', 'trunkd', 'direct'] + (['nginx'] if scale.nginx else [])
    rounds = in_turn(paths, names, scale.latency_rounds, 'flow', '--seconds', scale.seconds,
                     '--warm', 0.2, '--rate', rate)
    ns, p50 = medians(rounds, 'cpu_ns'), medians(rounds, 'p50_us')
    late = {n: statistics.median(r[n]['late'] / r[n]['stanzas'] for r in rounds) for n in names}
    yield Ratio(row, 'CPU for a stanza, trunkd / HAProxy',
                each(rounds, lambda r: r['trunkd']['cpu_ns'] / r['haproxy']['cpu_ns']), goal, aim,
                trunkd_ns=ns['trunkd'], haproxy_ns=ns['haproxy'], nginx_ns=ns.get('nginx', 0))
    yield Ratio(row, 'added latency p50, trunkd / HAProxy',
                each(rounds, lambda r: (r['trunkd']['p50_us'] - r['direct']['p50_us']) /
                     max(r['haproxy']['p50_us'] - r['direct']['p50_us'], 0.01)), goal, aim,
                trunkd_p50_us=p50['trunkd'], haproxy_p50_us=p50['haproxy'],
                direct_p50_us=p50['direct'], nginx_p50_us=p50.get('nginx', 0),
                trunkd_p99_us=medians(rounds, 'p99_us')['trunkd'],
                haproxy_p99_us=medians(rounds, 'p99_us')['haproxy'],
                sent_late=max(late['trunkd'], late['haproxy']))


def rate_20k(paths, scale):
    """One stanza at a time, 20,000 a second: CPU and latency."""
    return at_rate(paths, scale, 'rate-20k', 20000, 1.05, 1.0)


def rate_50k(paths, scale):
    """The same, 50,000 a second."""
    return at_rate(paths, scale, 'rate-50k', 50000, 1.05, 1.0)


def rate_100k(paths, scale):
    """The same, 100,000 a second."""
    return at_rate(paths, scale, 'rate-100k', 100000, None, None)


def setup(paths, scale):
    """What it takes to set up a relayed pair: two mutual handshakes, and the first stanza."""
    names = ['haproxy', 'trunkd', 'trunkd-starttls', 'nginx']
    rounds = in_turn(paths, names, max(scale.rounds, 5), 'pairs', '--pairs', scale.setup_pairs,
                     '--stanzas', 50)
    us, rate = medians(rounds, 'cpu_us'), medians(rounds, 'rate')
    yield Ratio('setup', 'CPU to set up a pair, direct TLS, trunkd / HAProxy',
                each(rounds, lambda r: r['trunkd']['cpu_us'] / r['haproxy']['cpu_us']), 1.1, 1.0,
                trunkd_us=us['trunkd'], haproxy_us=us['haproxy'], nginx_us=us['nginx'],
                trunkd_pairs_per_second=rate['trunkd'], haproxy_pairs_per_second=rate['haproxy'])
    yield Ratio('setup', 'the same with STARTTLS, trunkd / HAProxy (direct TLS)',
                each(rounds, lambda r: r['trunkd-starttls']['cpu_us'] / r['haproxy']['cpu_us']),
                trunkd_us=us['trunkd-starttls'],
                trunkd_pairs_per_second=rate['trunkd-starttls'])


def idle(paths, scale):
    """Memory of an idle pair: (RSS with 1,000 pairs - RSS with none) / 1,000."""
    names = ['haproxy', 'trunkd', 'nginx']
    started = [RELAYS[name](paths, 'all').start() for name in names]
    try:
        with concurrent.futures.ThreadPoolExecutor(len(started)) as pool:
            waiting = [pool.submit(load, paths, relay, 'pairs', '--pairs', scale.idle_pairs,
                                   '--stanzas', 50, '--idle', scale.idle_seconds, where='all',
                                   patience=scale.idle_seconds + 120) for relay in started]
            result = {name: w.result() for name, w in zip(names, waiting)}
    finally:
        for relay in started:
            relay.stop()
    yield Ratio('idle', 'memory of an idle pair, trunkd / HAProxy',
                [result['trunkd']['rss_kib'] / result['haproxy']['rss_kib']], 1.3, 1.0,
                note='%d s after the last byte' % scale.idle_seconds,
                **{'%s_kib' % n: result[n]['rss_kib'] for n in names},
                **{'%s_anonymous_kib' % n: result[n]['anonymous_kib'] for n in names},
                **{'%s_empty_kib' % n: result[n]['rss_empty_kib'] for n in names})


def workers(paths, scale):
    """Two workers against one, 32 pairs, all cores for everybody."""
    rounds = in_turn(paths, ['trunkd', 'trunkd-two'], max(scale.rounds, 5), 'flow', '--seconds',
                     scale.seconds, '--warm', scale.warm, '--pairs', 32, '--stanzas', 200, where='all')
    ns, rate = medians(rounds, 'cpu_ns'), medians(rounds, 'rate')
    cores = len(relays.CORES)
    yield Ratio('workers', 'CPU for a stanza, two workers / one',
                each(rounds, lambda r: r['trunkd-two']['cpu_ns'] / r['trunkd']['cpu_ns']),
                1.15, 1.05, one_ns=ns['trunkd'], two_ns=ns['trunkd-two'])
    yield Ratio('workers', 'rate, two workers / one',
                each(rounds, lambda r: r['trunkd-two']['rate'] / r['trunkd']['rate']),
                1.7 if cores >= 5 else None, 1.9 if cores >= 5 else None, True,
                note='' if cores >= 5 else 'no goal on %d cores, which the generator shares' % cores,
                one_rate=rate['trunkd'], two_rate=rate['trunkd-two'])


def policy(paths, scale):
    """Every feature named, three policies merged, one in shadow, every stanza audited; all cores."""
    rounds = in_turn(paths, ['trunkd', 'trunkd-policy'], max(scale.rounds, 5), 'flow', '--seconds',
                     scale.seconds, '--warm', scale.warm, where='all')
    ns, rate = medians(rounds, 'cpu_ns'), medians(rounds, 'rate')
    yield Ratio('policy', 'rate, all policy features and audit / bare folding',
                each(rounds, lambda r: r['trunkd-policy']['rate'] / r['trunkd']['rate']), 0.7, 0.85,
                True, bare_rate=rate['trunkd'], policy_rate=rate['trunkd-policy'],
                note='on %d cores, which the generator shares' % len(relays.CORES))
    yield Ratio('policy', 'CPU for a stanza, the same / bare folding',
                each(rounds, lambda r: r['trunkd-policy']['cpu_ns'] / r['trunkd']['cpu_ns']),
                bare_ns=ns['trunkd'], policy_ns=ns['trunkd-policy'])


def write_controls(paths, number):
    relay = RELAYS['trunkd'](paths)
    settings = relay.settings()
    settings['peering_controls'] = [
        {'match': 'c%05d.west.example' % i,
         'connect': '10.%d.%d.%d:5269' % (i >> 16 & 255, i >> 8 & 255, i & 255)}
        for i in range(number)]
    return paths.write('controls-%d.conf' % number, relays.libconfig.document(settings))


def check_configuration(paths, path):
    """trunkd -t: seconds on the clock, of CPU, and KiB at the most."""
    start = time.monotonic()
    child = subprocess.Popen([paths.trunkd, '-t', '-c', path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, preexec_fn=relays.cores('relay'))
    words = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    if child.returncode != 0:
        raise Failed('trunkd -t: %s' % words.decode(errors='replace')[-300:])
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss


def lines_of(paths, program, *args):
    argv = [os.path.join(paths.build, 'test', 'bench', program), *map(str, args)]
    done = subprocess.run(argv, capture_output=True, text=True, preexec_fn=relays.cores('relay'))
    if done.returncode != 0:
        raise Failed('%s: %s' % (program, done.stderr.strip()))
    return [json.loads(line) for line in done.stdout.splitlines()]


def controls(paths, scale):
    """10, 1,000, 10,000 and 100,000 peering controls: loading them, and looking them up."""
    ten = None
    for number in (10, 1000, 10000, 100000):
        path = write_controls(paths, number)
        loads = [check_configuration(paths, path) for _ in range(3)]
        found = lines_of(paths, 'bench_controls', path, number, 500000)[0]
        ten = ten or found
        yield Ratio('controls', 'seconds to check %d controls (trunkd -t)' % number,
                    [seconds for seconds, _, _ in loads],
                    1.0 if number == 10000 else None, 0.5 if number == 100000 else None,
                    peak_rss_kib=loads[0][2], plan_ms=found['load_ms'])
        if number >= 10000:
            yield Ratio('controls', 'look-up with %d controls / with 10' % number,
                        [found['lookup_ns'] / ten['lookup_ns']], 1.1 if number == 10000 else None,
                        1.1 if number == 100000 else None, ns=found['lookup_ns'],
                        ns_ten=ten['lookup_ns'], ns_out_of_cache=found['lookup_cold_ns'])


def cutting(paths, scale):
    """Hostile cutting and hostile input: what reading costs for the same bytes."""
    found = {line['input']: line['ns_per_byte'] for line in lines_of(paths, 'bench_stream')}
    usual = found['corpus-16k']
    yield Ratio('cutting', 'pieces of 1 byte / of 16 KiB', [found['corpus-1'] / usual], 3, 1.5,
                ns_per_byte=usual, ns_per_byte_cut=found['corpus-1'])
    yield Ratio('cutting', 'pieces of 100 bytes / of 16 KiB', [found['corpus-100'] / usual])
    whole = {k: v for k, v in found.items() if not k.endswith('-bytewise') and 'corpus' not in k}
    worst = max(whole, key=whole.get)
    yield Ratio('cutting', 'CPU for a byte, worst hostile input / corpus', [whole[worst] / usual],
                10, 3, note=worst, **{k.replace('-', '_'): v / usual for k, v in whole.items()})


def flat(paths, scale):
    """Five million names and a million pings through one stream: cost and memory stay what they were."""
    for line in lines_of(paths, 'bench_flat'):
        yield Ratio('flat', '%s: CPU for a byte, last tenth / first' % line['flow'],
                    [line['last_ns_per_byte'] / line['first_ns_per_byte']], 1.1, 1.0,
                    stanzas=line['stanzas'], ns_per_byte=line['first_ns_per_byte'])
        yield Ratio('flat', '%s: heap growth in KiB' % line['flow'], [line['heap_growth_kib']],
                    256, 128, note='against after the first tenth', heap_kib=line['heap_kib'])


def long_stream(paths, scale):
    """9 GB through one stream: does the heap grow?"""
    with RELAYS['trunkd'](paths) as relay:
        found = load(paths, relay, 'flow', '--records-16k', '--bytes', 9 * 10**9, '--idle', 15,
                     patience=900)
    yield Ratio('long', 'heap growth in KiB over 9 GB through one stream',
                [found['anonymous_growth_kib']], 256, 128, note='against after 560 MB, both at rest',
                stanzas=found['stanzas'], seconds=found['seconds'])


ROWS = {
    'records-one': records_one, 'records-16k': records_16k, 'rate-20k': rate_20k,
    'rate-50k': rate_50k, 'rate-100k': rate_100k, 'setup': setup, 'idle': idle,
    'controls': controls, 'workers': workers, 'policy': policy, 'cutting': cutting, 'flat': flat,
    'long': long_stream,
}
NEEDS = {'records-one': ('haproxy', 'nginx'), 'records-16k': ('haproxy', 'nginx'),
         'rate-20k': ('haproxy',), 'rate-50k': ('haproxy',), 'rate-100k': ('haproxy',),
         'setup': ('haproxy', 'nginx'), 'idle': ('haproxy', 'nginx')}
