# SPDX-License-Identifier: MIT
"""SIGHUP every 100 ms, under load, each plan with another next hop, while streams are opened, refused
and broken off: nothing is lost, doubled or overtaken."""
import asyncio
import signal

from bed.press import (FULL, Pulse, Sink, descriptors, down_to, ids, knock, lean, memory, send,
                       until)
from bed.wire import HEADER, attributes

LIMIT = 120.0 if FULL else 100.0
HUPS = 600 if FULL else 60
peers = {}


class Twins:
    """What arrives at either of two servers for one domain, in the order of arrival."""

    def __init__(self, *sinks):
        self.got = []
        for sink in sinks:
            sink.got = self.got


def plan(bed):
    for name in ('leaf', 'pulse', 'hop', 'guest'):
        peers[name] = Sink(bed, name + '.hups.example')
    for name in ('moves', 'moves too'):
        peers[name] = Sink(bed, 'moves.hups.example')


async def stream(leaf, to, wire, done):
    """As fast as it goes, until the reloads are through; how many were sent."""
    number = 0
    while not done.is_set():
        await send(wire, leaf.domain, to, ids('n', 20, number))
        number += 20
        await asyncio.sleep(0.005)
    return number


async def visitors(guest, trunk, hop, done):
    """Proven and turned away, in turns; how many stanzas were sent."""
    count = 0
    while not done.is_set():
        wire = await guest.proven(hop.domain, trunk.address)
        await send(wire, guest.domain, hop.domain, ['guest%d' % count])
        count += 1
        await wire.send('</stream:stream>')
        await wire.ending()
        wire.close()
        found = await knock(trunk.address, 5269, (HEADER % attributes(
            from_=guest.domain, to='nobody.example', version='1.0')).encode())
        await found[0].read(65536)
        found[1].close()
    return count


async def run(bed, check):
    trunk, leaf, hop, guest = bed.trunk('hups'), peers['leaf'], peers['hop'], peers['guest']
    one, two = peers['moves'], peers['moves too']
    both = Twins(one, two)
    trunk.usual(*(p for n, p in peers.items() if n != 'moves too'))
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    pulse = await Pulse(peers['pulse'], hop, trunk).start()
    wire = await leaf.proven(one.domain, trunk.address)
    await send(wire, leaf.domain, one.domain, ['n'])
    await one.got_id('n')
    both.got.clear()
    await until(lambda: len(pulse.took) > 50)
    before, thin, mark, done = descriptors(trunk), memory(trunk), len(pulse.took), asyncio.Event()
    load = [asyncio.ensure_future(stream(leaf, one.domain, wire, done)),
            asyncio.ensure_future(visitors(guest, trunk, hop, done))]
    for i in range(HUPS):
        trunk.control(one.domain, connect=(two if i % 2 == 0 else one).address + ':5269')
        trunk.write()
        trunk.process.signal(signal.SIGHUP)
        await asyncio.sleep(0.1)        # the storm's own measure
    done.set()
    sent, came = [await task for task in load]
    check('%d SIGHUPs: %d stanzas to a next hop that moves, each once and in order' % (HUPS, sent),
          await until(lambda: len(both.got) >= sent, 30) and both.got == ids('n', sent),
          '%d' % len(both.got))
    check('the next hop did move', one.count('auth') > 2 and two.count('auth') > 2,
          '%d %d' % (one.count('auth'), two.count('auth')))
    check('%d visitors: what each brought arrives once' % came, await until(
        lambda: sorted(n for n in hop.got if n.startswith('guest')) ==
        sorted('guest%d' % i for i in range(came))))
    check('nothing bounced', not leaf.bounced and not guest.bounced,
          '%d %d' % (len(leaf.bounced), len(guest.bounced)))
    check('no reload failed', not trunk.events('reload-failed'))
    check('the last plan is in force', await trunk.reload())
    left = await down_to(lambda: descriptors(trunk), before + 4)
    check('no descriptor is left behind', left <= before + 4, '%d, before %d' % (left, before))
    await lean(check, 'nor much memory', trunk, thin + 16 * 1024)
    check.note('%d plans, %d and %d moves; %s' % (
        len(trunk.events('reloaded')), one.count('auth'), two.count('auth'), pulse.since(mark)))
    await pulse.stop(check, 'reloads')
    await asyncio.gather(*(p.close() for p in peers.values()))
