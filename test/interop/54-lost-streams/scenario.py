# SPDX-License-Identifier: MIT
"""A stream that breaks off: what was unsent is sent again, in order; what is uncertain bounces; what
the peer's TCP has acknowledged is not sent again. Every stanza is accounted for by its id."""
import asyncio
import os
import signal
import sys

from bed import space
from bed.press import (FULL, Sink, feed, finish, freeze, ids, peek, reset, rising, send,
                       small_buffers, until)

LIMIT = 300.0 if FULL else 100.0
COUNT, SIZE = 5000, 250
KILLS = 20 if FULL else 4
TIMEOUT = 'remote-server-timeout'
VICTIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'victim.py')
peers = {}


class Polite(Sink):
    """Closes its stream in order behind every hundredth stanza, and reads to the end."""

    async def on_stanza(self, wire, element):
        await super().on_stanza(wire, element)
        if len(wire.got) == 100:
            await wire.send('</stream:stream>')


class Frozen(Sink):
    """Takes the first stanzas; then nobody reads from that connection any more."""
    take = 200
    frozen = None

    async def on_stanza(self, wire, element):
        await super().on_stanza(wire, element)
        if not self.frozen and len(self.got) == self.take:
            freeze(wire)
            self.frozen = wire
            await asyncio.sleep(3600)


def plan(bed):
    peers['leaf'] = Sink(bed, 'leaf.lost.example')
    for name, make in (('rst', Frozen), ('clear', Frozen), ('fin', Frozen), ('polite', Polite),
                       ('killed', Sink), ('quick', Sink)):
        peers[name] = make(bed, name + '.lost.example')
    peers['clear'].starttls = False


def complete(text, number):
    """Is this stanza there to its end?"""
    at = text.find("id='%s'" % number)
    return at >= 0 and text.find('</message>', at) >= 0


async def accounted(check, trunk, name, end):
    """Break a connection on which everything has come to a halt: then it is known to the byte what
    the peer's TCP has acknowledged."""
    leaf, hop, numbers = peers['leaf'], peers[name], ids(name[0], COUNT)
    sending = asyncio.ensure_future(feed(leaf, trunk, hop.domain, numbers, SIZE))
    wire = await hop.until(lambda: hop.frozen)
    await peek(wire)
    here = [n for n in numbers if complete(wire.heard, n)]
    end(wire)
    check('%s: the last one is sent or answered' % name, await hop.got_id(numbers[-1]))
    await sending
    again = hop.got[Frozen.take:]
    lost = await until(lambda: [n for n in leaf.bounced if n in numbers])
    check('%s: acknowledged, uncertain, sent again: each stanza one of them, in this order' % name,
          here + (lost or []) + again == numbers,
          '%d + %d + %d of %d' % (len(here), len(lost or []), len(again), COUNT))
    check('%s: there are some of each kind' % name, len(here) > Frozen.take and lost and again)
    check('%s: what was uncertain bounced %s' % (name, TIMEOUT),
          {leaf.bounced[n] for n in lost or []} == {TIMEOUT})
    rows = trunk.events('stanzas-returned', to=hop.domain)
    check('%s: the log counts them' % name, len(rows) == 1 and
          rows[0]['uncertain'] == str(len(lost or [])) and int(rows[0]['requeued']) > 0, str(rows))
    check('%s: nothing twice' % name, not leaf.twice)
    reset(wire)


async def closed_in_order(check, trunk):
    """A peer that closes its stream again and again, properly: nothing is lost, not even for a
    while uncertain."""
    leaf, hop, numbers = peers['leaf'], peers['polite'], ids('o', COUNT)
    wire = await feed(leaf, trunk, hop.domain, numbers[:1])
    await hop.got_id('o0')
    for i in range(1, COUNT, 250):
        await send(wire, leaf.domain, hop.domain, numbers[i:i + 250])
        await hop.got_all(min(i + 100, COUNT))
    check('closed in order: all arrive, once, in order', await hop.got_all(COUNT) and
          hop.got == numbers, '%d of %d' % (len(hop.got), COUNT))
    check('closed in order: over many connections', hop.count('auth') > 5, str(hop.count('auth')))
    check('closed in order: nothing bounced', not [n for n in leaf.bounced if n in numbers])
    check('closed in order: no stream returned anything',
          not trunk.events('stanzas-returned', to=hop.domain))


class Killed:
    """The next hop in a process of its own."""

    def __init__(self, bed, peer):
        self.bed, self.peer, self.process = bed, peer, None
        self.path = os.path.join(bed.folder, 'victim.ids')

    def start(self):
        peer = self.peer
        self.process = space.Process(
            'victim', [sys.executable, VICTIM, peer.address, peer.domain, peer.cert.crt,
                       peer.cert.key, self.bed.pki.root.path, self.path],
            os.path.join(self.bed.logs, 'victim.out'))

    def got(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path) as f:
            return f.read().split('\n')[:-1]

    def kill(self):
        self.process.signal(signal.SIGKILL)
        self.process.popen.wait()


def gaps(numbers, got, bounced):
    """What arrived nowhere and was not answered, where answered ones stand before it: by the rule
    the acknowledged ones come first, then the uncertain ones."""
    seen, silent, wrong = set(got), 0, []
    before = False          # the one before it was uncertain
    for n in numbers:
        if n in bounced:
            before = True
        elif n in seen:
            before = False
        else:
            silent += 1
            if before:
                wrong.append(n)
    return silent, wrong


async def killed(bed, check, trunk):
    """kill -9 under load, again and again."""
    leaf, victim = peers['leaf'], Killed(bed, peers['killed'])
    numbers = ids('k', KILLS * 2500)
    victim.start()
    sending = asyncio.ensure_future(feed(leaf, trunk, victim.peer.domain, numbers, SIZE, 0.002))
    for i in range(KILLS):
        before = len(victim.got())
        await until(lambda: len(victim.got()) > before + 500, 30)
        victim.kill()
        victim.start()
    await sending
    await until(lambda: numbers[-1] in victim.got()[-1:], 30)
    got, bounced = victim.got(), [n for n in leaf.bounced if n.startswith('k')]
    silent, wrong = gaps(numbers, got, set(bounced))
    check('kill -9: the last one arrives', got and got[-1] == numbers[-1], str(got[-1:]))
    check('kill -9: what arrives comes once and in order', rising(got))
    check('kill -9: what arrived nowhere had been acknowledged or was answered', not wrong,
          str(wrong[:5]))
    check('kill -9: answers %s, once each' % TIMEOUT, not leaf.twice and
          {leaf.bounced[n] for n in bounced} <= {TIMEOUT}, str(len(leaf.twice)))
    rows = trunk.events('stanzas-returned', to=victim.peer.domain)
    check('kill -9: as many as the log says are uncertain',
          sum(int(r['uncertain']) for r in rows) == len(bounced), str(len(bounced)))
    check.note('%d kills: %d of %d arrived, %d uncertain, %d acknowledged and not read' % (
        KILLS, len(got), len(numbers), len(bounced), silent))
    await victim.process.stop()


async def run(bed, check):
    trunk = bed.trunk('lost')
    trunk.usual(*peers.values())
    trunk.control(peers['clear'].domain, tls='off')
    await asyncio.gather(*(p.listen() for n, p in peers.items() if n != 'killed'))
    await trunk.start()
    await feed(peers['quick'], trunk, peers['leaf'].domain, ['way-back'])
    with small_buffers():
        await accounted(check, trunk, 'rst', reset)
        await accounted(check, trunk, 'clear', reset)
        await accounted(check, trunk, 'fin', finish)
    await closed_in_order(check, trunk)
    with small_buffers():
        await killed(bed, check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
