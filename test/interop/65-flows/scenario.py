# SPDX-License-Identifier: MIT
"""Zones and flows: who may start, who may only answer, who never meets; default routes; never back."""
import asyncio

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import SERVER, Gone

ZONES = {'core1': 'core', 'core2': 'core', 'partner': 'partner', 'other': 'other'}
peers = {}


def plan(bed):
    for name in ZONES:
        peers[name] = Peer(bed, name + '.flows.example')
    peers['way-out'] = Peer(bed, 'a.outside.example', 'b.outside.example')
    peers['inside'] = Peer(bed, 'inside.flows.example')


def iq(from_, to, number, kind, payload=''):
    return "<iq from='x@%s/r' to='x@%s/r' id='%s' type='%s'>%s</iq>" % (
        from_.domain, to.domain, number, kind, payload)


PING = "<ping xmlns='urn:xmpp:ping'/>"


async def wire_to(trunk, from_, to):
    """A proven stream, or None where it is refused."""
    try:
        return await peers[from_].proven(peers[to].domain, trunk.address)
    except Gone:
        return None


async def passes(check, trunk, from_, to):
    number, wire = fresh(), await wire_to(trunk, from_, to)
    if wire:
        await wire.send(message('x@' + peers[from_].domain, 'y@' + peers[to].domain, number))
    check('%s to %s passes' % (from_, to), wire and await peers[to].stanza(number))


async def refused(check, trunk, from_, to):
    """No stream, or an error; in no case the stanza."""
    number, wire = fresh(), await wire_to(trunk, from_, to)
    if wire:
        await wire.send(message('x@' + peers[from_].domain, 'y@' + peers[to].domain, number))
        got = await peers[from_].stanza(number, 5)
        if got is None:
            condition, _ = await wire.ending(5)
            check('%s to %s is refused in words' % (from_, to), condition not in (None, 'still open'),
                  str(condition))
        else:
            check('%s to %s is refused in words' % (from_, to), got.get('type') == 'error')
    check('%s to %s does not cross' % (from_, to), await peers[to].stanza(number, 0.2) is None)


async def answers(check, trunk):
    """A one-way flow: the answer to a request comes back, once; nothing unasked does."""
    core, partner, number = peers['core1'], peers['partner'], fresh()
    out = await wire_to(trunk, 'core1', 'partner')
    back = await wire_to(trunk, 'partner', 'core1')
    if not check('both ends have a stream', out and back):
        return
    await out.send(iq(core, partner, number, 'get', PING))
    check('a request goes along the flow', await partner.stanza(number))
    await back.send(iq(partner, core, number, 'result'))
    check('its result comes back', await core.stanza(number))
    core.stanzas.clear()
    await back.send(iq(partner, core, number, 'result'))
    unasked = fresh()
    await back.send(iq(partner, core, unasked, 'result'))
    asked = fresh()
    await back.send(iq(partner, core, asked, 'get', PING))
    answer = await partner.stanza(asked)
    check('a request against the flow is refused', answer is not None and
          answer.get('type') == 'error')
    check('a second result and one that nobody asked for are dropped', not core.stanzas)


async def default_route(check, trunk):
    """Two domains that only `*` knows never meet through the trunk (decision 15)."""
    way, number = peers['way-out'], fresh()
    a, b = way.domains
    try:
        wire = await way.dial(b, trunk.address, from_=a)
        await way.prove_external(wire)
        await wire.send(message('x@' + a, 'y@' + b, number))
    except Gone:
        pass
    got = await way.stanza(number, 1)
    check('no transit between two domains of the default route', got is None or
          got.get('type') == 'error' and got.find(SERVER + 'body') is None)
    wire = await peers['inside'].proven(a, trunk.address)
    await wire.send(message('x@' + peers['inside'].domain, 'y@' + a, 'out' + number))
    check('the default route is a way out', await way.stanza('out' + number))


async def run(bed, check):
    trunk = bed.trunk('flows')
    zoned = [peers[n] for n in ZONES]
    trunk.usual(*zoned, names=['a.outside.example'])
    for name, zone in ZONES.items():
        trunk.control(peers[name].domain, zone=zone)
    trunk.settings['flows'] = [{'from': 'core', 'to': 'core'}, {'from': 'core', 'to': 'partner'}]
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    for from_, to in (('core1', 'core2'), ('core2', 'core1'), ('core1', 'partner')):
        await passes(check, trunk, from_, to)
    for from_, to in (('partner', 'core1'), ('partner', 'other'), ('other', 'core1'),
                      ('core1', 'other'), ('other', 'partner')):
        await refused(check, trunk, from_, to)
    await answers(check, trunk)
    await trunk.stop()

    trunk.usual(peers['inside'], names=list(peers['way-out'].domains))
    trunk.control('*', connect=peers['way-out'].address + ':5269')
    await trunk.start()
    await default_route(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
