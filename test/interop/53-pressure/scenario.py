# SPDX-License-Identifier: MIT
"""Pressure: slow next hops, next hops that are not there yet, full queues; fed by streams that carry
one pair, and by streams that carry several."""
import asyncio

from bed.press import FULL, Sink, feed, ids, rising, send, small_buffers, stanza, until

MANY, SIZE = 20000 if FULL else 4000, 250
CONSTRAINT, TIMEOUT = 'resource-constraint', 'remote-server-timeout'
LIMIT = 100.0
peers = {}


def plan(bed):
    for name in ('leaf', 'busy', 'quiet', 'slow', 'slow-too', 'quick', 'late', 'down', 'd1', 'd2', 'd3'):
        peers[name] = Sink(bed, name + '.pressure.example')
    # A second server for the same domain: streams of its own.
    peers['twin'] = Sink(bed, 'leaf.pressure.example')


async def slow_one_pair(check, trunk):
    """The stream that feeds a slow next hop is paused; nothing is lost, and nothing bounces."""
    leaf, slow, numbers = peers['leaf'], peers['slow'], ids('s', MANY)
    slow.gate.clear()
    sending = asyncio.ensure_future(feed(leaf, trunk, slow.domain, numbers, SIZE))
    # Another pair of the same worker, or of the other: both work on while this one stands.
    await feed(peers['busy'], trunk, peers['quick'].domain, ids('m', 200))
    check('slow, one pair: other pairs pass', await peers['quick'].got_id('m199'))
    check('slow, one pair: the sender is held back', not sending.done())
    slow.gate.set()
    check('slow, one pair: all arrive, once, in order', await slow.got_all(MANY, 40) and
          slow.got == numbers, '%d of %d' % (len(slow.got), MANY))
    await sending
    check('slow, one pair: nothing bounced', not leaf.bounced, str(len(leaf.bounced)))


async def slow_several_pairs(check, trunk, workers):
    """A stream of several pairs is never paused: the slow pair fills its queue, and then bounces.
    With one worker both pairs are at home where the stream is."""
    check = check.sub('%d workers' % workers)
    trunk.settings['node']['workers'] = workers
    await trunk.start()
    leaf, slow, quick = peers['twin'], peers['slow-too'], peers['quick']
    seen = len(quick.got)
    there, too = ids('q', MANY), ids('t', MANY)
    wire = await leaf.proven(quick.domain, trunk.address)
    await send(wire, leaf.domain, slow.domain, ['t-1'])
    check('slow, several pairs: it begins', await slow.got_id('t-1'))
    slow.gate.clear()
    slow.got.clear()
    for i in range(0, MANY, 20):
        await wire.send(''.join(stanza(leaf.domain, to, n, SIZE)
                                for a, b in zip(there[i:i + 20], too[i:i + 20])
                                for to, n in ((quick.domain, a), (slow.domain, b))))
        # The quick one is only as quick as this machine: it must not fill a queue of its own.
        await quick.got_all(seen + i, 20)
    check('slow, several pairs: the quick one gets all, in order, while the slow one stands',
          await quick.got_all(seen + MANY, 40) and quick.got[seen:] == there,
          '%d of %d' % (len(quick.got) - seen, MANY))
    check('slow, several pairs: the slow one does stand', len(slow.got) <= 1, str(len(slow.got)))
    slow.gate.set()
    await until(lambda: len(slow.got) + len(peers['leaf'].bounced) >= MANY, 40)
    bounced = peers['leaf'].bounced
    check('slow, several pairs: what found no room bounced resource-constraint',
          bounced and set(bounced.values()) == {CONSTRAINT}, str(set(bounced.values())))
    check('slow, several pairs: the rest arrived in order', slow.got and rising(slow.got))
    check('slow, several pairs: each stanza one or the other, once',
          sorted(slow.got + list(bounced)) == sorted(too) and not peers['leaf'].twice,
          '%d + %d of %d' % (len(slow.got), len(bounced), MANY))
    bounced.clear()
    slow.got.clear()
    wire.close()
    await trunk.stop()


async def late_one_pair(check, trunk):
    """More than the queue holds, for a next hop that is not up yet: the sender waits."""
    leaf, late, numbers = peers['leaf'], peers['late'], ids('l', 400)
    sending = asyncio.ensure_future(feed(leaf, trunk, late.domain, numbers, 2000))
    check('connecting, one pair: it is dialled', await trunk.logged(
        ['dial ', 'to=' + late.domain, 'connection refused']))
    await feed(peers['busy'], trunk, peers['quick'].domain, ids('c', 200))
    check('connecting, one pair: other pairs pass', await peers['quick'].got_id('c199'))
    check('connecting, one pair: the sender is held back', not sending.done())
    await late.listen()
    check('connecting, one pair: all arrive, once, in order', await late.got_all(400, 30) and
          late.got == numbers, str(len(late.got)))
    await sending
    check('connecting, one pair: nothing bounced', not leaf.bounced)


async def down_several_pairs(check, trunk):
    """The queue's fifty wait their time and are then answered; what is more is answered at once."""
    leaf, twin, down = peers['leaf'], peers['twin'], peers['down']
    wire = await twin.proven(peers['quick'].domain, trunk.address)
    await send(wire, twin.domain, peers['quick'].domain, ['d-mark'])
    numbers = ids('d', 200)
    await send(wire, twin.domain, down.domain, numbers)
    check('connecting, several pairs: every stanza is answered',
          await leaf.until(lambda: len(leaf.bounced) >= 200, 20), str(len(leaf.bounced)))
    check('connecting, several pairs: what was too old remote-server-timeout, in its place',
          [n for n in leaf.bounced if leaf.bounced[n] == TIMEOUT] == numbers[:50],
          str([n for n in leaf.bounced if leaf.bounced[n] == TIMEOUT][:60]))
    check('connecting, several pairs: what found no room resource-constraint',
          [n for n in leaf.bounced if leaf.bounced[n] == CONSTRAINT] == numbers[50:])
    check('connecting, several pairs: each once', not leaf.twice)
    leaf.bounced.clear()


async def all_queues(check, trunk):
    """The memory of all queues together, and a reserve for the errors that say so: the way back is
    not open when they begin."""
    quiet, size = peers['quiet'], 10240
    mark = peers['quick']
    wire = await quiet.proven(mark.domain, trunk.address)
    await send(wire, quiet.domain, mark.domain, ['before'])
    await mark.got_id('before')
    for i in range(60):
        for k in (1, 2, 3):
            down = peers['d%d' % k]
            await wire.send(stanza(quiet.domain, down.domain, 'a%d' % (3 * i + k), size))
    await send(wire, quiet.domain, mark.domain, ['after'])
    check('all queues: the stream goes on', await mark.got_id('after'))
    room = (1 << 20) // size
    await quiet.listen()
    await quiet.until(lambda: len(quiet.bounced) >= 180 - room)
    first = list(quiet.bounced.values())
    check('all queues: what was too much bounced although the way back had to be opened',
          first[:180 - room] == [CONSTRAINT] * (180 - room), '%d %s' % (len(first), set(first)))
    check('all queues: the rest is answered in time', await quiet.until(
        lambda: len(quiet.bounced) >= 180, 20), str(len(quiet.bounced)))
    check('all queues: there was room for %d' % room,
          list(quiet.bounced.values()).count(TIMEOUT) == room,
          str(list(quiet.bounced.values()).count(TIMEOUT)))


async def run(bed, check):
    trunk = bed.trunk('pressure')
    trunk.usual(*(p for n, p in peers.items() if n != 'twin'))
    trunk.settings['limits'] = {'queue_memory': '1M'}
    trunk.control(peers['slow'].domain, queue={'bytes': '64k'})
    trunk.control(peers['slow-too'].domain, queue={'bytes': '64k'})
    trunk.control(peers['late'].domain, queue={'bytes': '64k', 'seconds': '40s'})
    trunk.control(peers['down'].domain, connect_timeout='1s', queue={'stanzas': 50, 'seconds': '2s'})
    for name in ('d1', 'd2', 'd3'):
        trunk.control(peers[name].domain, connect_timeout='1s', queue={'seconds': '4s'})
    for name in ('leaf', 'slow', 'slow-too', 'quick'):
        await peers[name].listen()
    with small_buffers():
        await slow_several_pairs(check, trunk, 1)
        await slow_several_pairs(check, trunk, 2)
        await trunk.start()
        await slow_one_pair(check, trunk)
        await late_one_pair(check, trunk)
    await down_several_pairs(check, trunk)
    await all_queues(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
