# SPDX-License-Identifier: MIT
"""Several workers: the pairs of one stream have their homes with different workers, and each keeps its
order; so do streams that move home with stanzas behind the proof."""
import asyncio

from bed.press import BATCH, FULL, Sink, ids, stanza, until

LIMIT = 100.0
DOMAINS, EACH = 12, 4000 if FULL else 600
STREAMS = 24
peers = {}


def plan(bed):
    hops = ['h%d.workers.example' % i for i in range(DOMAINS)]
    leaves = ['l%d.workers.example' % i for i in range(3)]
    peers['hop'] = Sink(bed, *hops)
    peers['leaf'] = Sink(bed, *leaves)
    peers['early'] = Sink(bed, *('e%d.workers.example' % i for i in range(STREAMS)))


def by_pair(peer):
    """{(sender's domain, recipient's domain): ids in order}"""
    found = {}
    for number in peer.got:
        found.setdefault(number.rsplit('-', 1)[0], []).append(number)
    return found


async def one_stream(check, trunk, workers):
    """Three domains by one certificate, to twelve: 36 pairs on one stream, mixed."""
    trunk.settings['node']['workers'] = workers
    await trunk.start()
    leaf, hop = peers['leaf'], peers['hop']
    hop.got.clear()
    wire = await leaf.proven(hop.domains[0], trunk.address)
    pairs = [(a, b) for a in leaf.domains for b in hop.domains]
    batch = []
    for i in range(EACH // 3):
        for a, b in pairs:
            batch.append(stanza(a, b, '%s-%s-%d' % (a[:2], b.split('.')[0], i)))
        if len(batch) > BATCH:
            await wire.send(''.join(batch))
            batch = []
            await asyncio.sleep(0)
    await wire.send(''.join(batch))
    count = len(pairs) * (EACH // 3)
    await hop.got_all(count)
    found = by_pair(hop)
    wrong = [p for p, numbers in found.items() if numbers != ids(p + '-', EACH // 3)]
    check('%d workers: %d stanzas of %d pairs on one stream, each once and in order' % (
        workers, count, len(pairs)), len(found) == len(pairs) and not wrong, '%d arrived, wrong: %s'
        % (len(hop.got), wrong[:3]))
    check('%d workers: nothing bounced' % workers, not leaf.bounced, str(len(leaf.bounced)))
    wire.close()
    await trunk.stop()


async def moves(check, trunk):
    """Stanzas right behind the header that follows <success/>: they come along when the stream
    moves to the worker where its pair is at home."""
    early, hop = peers['early'], peers['hop']
    hop.got.clear()
    trunk.settings['node']['workers'] = 4
    await trunk.start()

    async def one(i):
        domain, to = early.domains[i], hop.domains[i % DOMAINS]
        wire = await early.dial(to, trunk.address, from_=domain)
        await early.prove_external(wire)
        for k in range(0, EACH, BATCH):
            await wire.send(''.join(stanza(domain, to, 'e%d-%d' % (i, n))
                                    for n in range(k, min(k + BATCH, EACH))))
        return wire

    wires = await asyncio.gather(*(one(i) for i in range(STREAMS)))
    await until(lambda: len(hop.got) >= STREAMS * EACH, 30)
    found = by_pair(hop)
    wrong = [p for p, numbers in found.items() if numbers != ids(p + '-', EACH)]
    check('moves: %d streams, %d stanzas, each once and in order' % (STREAMS, STREAMS * EACH),
          len(found) == STREAMS and not wrong, '%d arrived, wrong: %s' % (len(hop.got), wrong[:3]))
    for wire in wires:
        wire.close()
    await trunk.stop()


async def run(bed, check):
    trunk = bed.trunk('workers')
    trunk.usual(*peers.values())
    await asyncio.gather(peers['hop'].listen(), peers['leaf'].listen())
    for workers in (1, 2, 5):
        await one_stream(check, trunk, workers)
    await moves(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
