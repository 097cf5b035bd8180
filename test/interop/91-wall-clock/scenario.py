# SPDX-License-Identifier: MIT
"""The wall clock jumps, hours ahead and hours back, years ahead and back: what is alive stays alive and keeps
its deadlines; only certificates are judged by it."""
import asyncio
import glob
import os

from bed.press import Sink, ids, sanitized, send, until
from bed.wire import Gone

COUNT = 300
LIBRARY = '/usr/lib/*/faketime/libfaketimeMT.so.1'
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'fresh', 'down'):
        peers[name] = Sink(bed, name + '.wall.example')


class Clock:
    """What the daemon takes for the time of day; its monotonic clock is left alone."""

    def __init__(self, trunk, library):
        self.path = os.path.join(trunk.folder, 'clock')
        self.set('+0')
        self.environment = {
            'LD_PRELOAD': library, 'FAKETIME_TIMESTAMP_FILE': self.path, 'FAKETIME_NO_CACHE': '1',
            'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'DONT_FAKE_MONOTONIC': '1'}

    def set(self, offset):
        with open(self.path + '.new', 'w') as f:
            f.write(offset + '\n')
        os.rename(self.path + '.new', self.path)


async def newcomer(trunk, to):
    """Does a new stream come up, and does its stanza arrive?"""
    number = 'fresh%d' % len(trunk.lines())
    try:
        wire = await peers['fresh'].proven(to.domain, trunk.address)
        await send(wire, peers['fresh'].domain, to.domain, [number])
        arrived = await to.got_id(number, 10)
        wire.close()
        return bool(arrived)
    except Gone:
        return False


async def jump(check, trunk, clock, wire, number, offset):
    leaf, hop = peers['leaf'], peers['hop']
    clock.set(offset)
    await send(wire, leaf.domain, hop.domain, ids('c', COUNT, number))
    check('%s: the established stream goes on' % offset,
          await hop.got_id('c%d' % (number + COUNT - 1)) and
          [n for n in hop.got if n.startswith('c')] == ids('c', number + COUNT))
    return number + COUNT


async def run(bed, check):
    found = glob.glob(LIBRARY)
    if not check('libfaketime is installed', found):
        return
    trunk, leaf, hop, down = bed.trunk('wall'), peers['leaf'], peers['hop'], peers['down']
    trunk.usual(*peers.values())
    trunk.control(down.domain, connect_timeout='2s', queue={'seconds': '5s'})
    clock, kept = Clock(trunk, found[0]), bed.trunkd_env
    await asyncio.gather(*(peers[n].listen() for n in ('leaf', 'hop', 'fresh')))
    try:
        bed.trunkd_env = {**kept, **clock.environment}
        await trunk.start()
    finally:
        bed.trunkd_env = kept
    if sanitized(trunk):
        check.note('not under a sanitizer, which wants to be preloaded first')
        return
    wire = await leaf.proven(hop.domain, trunk.address)
    number = 0
    for offset in ('+0', '+3h', '-3h', '+0'):
        number = await jump(check, trunk, clock, wire, number, offset)
        check('%s: a new stream comes up' % offset, await newcomer(trunk, hop))
    await send(wire, leaf.domain, down.domain, ids('d', 5))
    await trunk.logged(['dial ', 'to=' + down.domain])
    clock.set('+3h')
    check('what waits for a next hop is not too old at once', not leaf.bounced)
    clock.set('-3h')
    check('and is when its time is over', await until(
        lambda: [leaf.bounced.get(n) for n in ids('d', 5)] == ['remote-server-timeout'] * 5))
    number = await jump(check, trunk, clock, wire, number, '+30y')
    check('+30y: certificates have expired: nobody new', not await newcomer(trunk, hop))
    number = await jump(check, trunk, clock, wire, number, '+0')
    check('and back: as ever', await newcomer(trunk, hop))
    check('over one connection all the time', hop.count('auth') <= 2 and len(
        [w for w in hop.wires if any(n.startswith('c') for n in getattr(w, 'got', []))]) == 1,
        str(hop.count('auth')))
    years = {line[:4] for line in trunk.lines()}
    check('the log has the time of day', len(years) > 1, str(years))
    wire.close()
    await asyncio.gather(*(p.close() for p in peers.values()))
