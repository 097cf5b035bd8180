# SPDX-License-Identifier: MIT
"""Next hops that reset the connection at every stage, that accept and stay silent, that take nothing:
other pairs go on, every stanza arrives once or bounces, and nothing is left."""
import asyncio
import contextlib

from bed.press import (Pulse, Sink, descriptors, down_to, freeze, ids, lean, memory, reset, send,
                       small_buffers, stanza, until)
from bed.wire import SASL, TLS, Gone

LIMIT = 100.0
TIMEOUT, CONSTRAINT = 'remote-server-timeout', 'resource-constraint'
EACH, SILENT, STALLED, OFFERED = 20, 30, 12, 80
# Reset by the next hop when it has got, or sent, this.
STAGES = ('accept', 'header', 'features', 'starttls', 'proceed', 'hello', 'tls header', 'tls features',
          'auth', 'success', 'last header', 'result')
peers = {}


class Resets(Sink):
    """Resets its first connection at one stage; later ones are decent, unless it never learns."""
    stage, always, done = None, False, False

    def now(self, wire, stage):
        if stage != self.stage or (self.done and not self.always):
            return
        self.done = True
        self.note('reset')
        reset(wire)
        raise Gone('reset')

    async def _serve(self, wire, direct):
        with contextlib.suppress(Gone):
            self.now(wire, 'accept')
            await super()._serve(wire, direct)

    async def on_header(self, wire, header):
        kind = 'last ' if wire.proven else 'tls ' if wire.tls else ''
        self.now(wire, kind + 'header')
        await super().on_header(wire, header)
        self.now(wire, kind + 'features')

    async def on_element(self, wire, element):
        if element.tag == TLS + 'starttls':
            self.now(wire, 'starttls')
        if element.tag == TLS + 'starttls' and self.stage in ('proceed', 'hello') and not self.done:
            await wire.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            if self.stage == 'hello':
                await wire.reader.read(1)
            self.now(wire, self.stage)
        if element.tag == SASL + 'auth':
            self.now(wire, 'auth')
        await super().on_element(wire, element)
        if element.tag == SASL + 'auth':
            self.now(wire, 'success')

    async def on_result(self, wire, element):
        self.now(wire, 'result')
        await super().on_result(wire, element)


class Silent(Sink):
    async def _serve(self, wire, direct):
        self.note('accepted')
        await asyncio.sleep(3600)


class Stalled(Sink):
    """Takes the first stanza, and nothing any more."""
    stuck = None

    async def on_stanza(self, wire, element):
        await super().on_stanza(wire, element)
        freeze(wire)
        self.stuck = wire
        await asyncio.sleep(3600)


def plan(bed):
    for name in ('leaf', 'hop', 'other', 'mixed', 'pulse'):
        peers[name] = Sink(bed, name + '.bad.example')
    for i, stage in enumerate(STAGES):
        peers[stage] = Resets(bed, 'r%d.bad.example' % i)
        peers[stage].stage = stage
    peers['never'] = Resets(bed, 'never.bad.example')
    peers['never'].stage, peers['never'].always = 'auth', True
    peers['result'].external = False
    for i in range(SILENT):
        peers['silent%d' % i] = Silent(bed, 's%d.bad.example' % i)
    for i in range(STALLED):
        peers['stalled%d' % i] = Stalled(bed, 'x%d.bad.example' % i)


async def resets(check, trunk, wire):
    leaf = peers['leaf']
    for stage in STAGES + ('never',):
        await send(wire, leaf.domain, peers[stage].domain, ids(stage + '-', EACH))
    for stage in STAGES:
        peer = peers[stage]
        check('reset at "%s": it all arrives over the next connection, once, in order' % stage,
              await peer.got_all(EACH, 20) and peer.got == ids(stage + '-', EACH), str(peer.got))
        check('reset at "%s": there was one' % stage, peer.count('reset') == 1)
    check('resets for ever: everything bounces', await until(
        lambda: [leaf.bounced.get(n) for n in ids('never-', EACH)] == [TIMEOUT] * EACH, 20))
    check('resets: nothing else bounced', len(leaf.bounced) == EACH, str(len(leaf.bounced)))


async def silence(check, trunk, wire):
    other = peers['other']
    names = ['silent%d' % i for i in range(SILENT)]
    for name in names:
        await send(wire, other.domain, peers[name].domain, ids(name + '-', EACH))
    check('%d silent next hops: everything bounces' % SILENT, await until(
        lambda: len(other.bounced) == SILENT * EACH, 20), str(len(other.bounced)))
    check('silent next hops: with %s' % TIMEOUT, set(other.bounced.values()) == {TIMEOUT})
    check('silent next hops: each was dialled', all(peers[n].count('accepted') for n in names))


async def stalled(check, trunk, wire):
    """More offered to each of them, on one stream, than the budgets hold."""
    mixed, before = peers['mixed'], memory(trunk)
    names, size = ['stalled%d' % i for i in range(STALLED)], 20000
    for name in names:
        await send(wire, mixed.domain, peers[name].domain, [name])
    check('stalled next hops: they begin', await until(lambda: all(peers[n].stuck for n in names)))
    for i in range(OFFERED):
        await wire.send(''.join(stanza(mixed.domain, peers[n].domain, '%s-%d' % (n, i), size)
                                for n in names))
    await send(wire, mixed.domain, peers['hop'].domain, ['m-behind'])
    check('stalled next hops: what is behind on the same stream arrives',
          await peers['hop'].got_id('m-behind'))
    check('stalled next hops: what found no room bounced', await mixed.until(
        lambda: len(mixed.bounced) > OFFERED // 3 * STALLED) and
          set(mixed.bounced.values()) == {CONSTRAINT}, str(set(mixed.bounced.values())))
    # Queue (256 KiB here), buffers of the connection, what is kept until it is acknowledged.
    room = STALLED * (256 + 1500)
    await lean(check, 'stalled next hops: memory is bounded', trunk, before + room + 16 * 1024, 0)
    check.note('%d stalled next hops: %d KiB each, of %d offered' % (
        STALLED, (memory(trunk) - before) // STALLED, OFFERED * size // 1024))


async def run(bed, check):
    trunk = bed.trunk('bad')
    trunk.usual(*peers.values())
    for name, peer in peers.items():
        if name.startswith('silent') or name == 'never':
            trunk.control(peer.domain, connect_timeout='1s', queue={'seconds': '2s'})
        if name.startswith('stalled'):
            trunk.control(peer.domain, queue={'bytes': '256k'})
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    hop, senders = peers['hop'], ('leaf', 'other', 'mixed')
    pulse = await Pulse(peers['pulse'], hop, trunk).start()
    wires = {n: await peers[n].proven(hop.domain, trunk.address) for n in senders}
    for name in senders:
        await send(wires[name], peers[name].domain, hop.domain, [name + '0'])
        await hop.got_id(name + '0')
    await until(lambda: len(pulse.took) > 50)
    before, mark = descriptors(trunk), len(pulse.took)
    await asyncio.gather(resets(check, trunk, wires['leaf']), silence(check, trunk, wires['other']))
    with small_buffers():
        await stalled(check, trunk, wires['mixed'])
    for name in peers:
        if name not in senders + ('hop', 'pulse'):
            await peers[name].close()
    # What is left is a way back to each sender from each of the others, to tell of a bounce.
    ways = SILENT + STALLED + 1
    left = await down_to(lambda: descriptors(trunk), before + ways)
    check('no descriptor is left behind', left <= before + ways, '%d, before %d' % (left, before))
    check.note(pulse.since(mark))
    await pulse.stop(check, 'bad next hops')
    await asyncio.gather(*(p.close() for p in peers.values()))
