# SPDX-License-Identifier: MIT
"""A domain that no control names, one that a control rejects, and one that a sender may not be."""
import asyncio

from bed.client import fresh, show
from bed.peer import Peer, message
from bed.wire import STANZAS, Gone

LEAVES = ('p1', 'e1', 'j1')
hosts, peers = {}, {}


def plan(bed):
    for name in LEAVES:
        hosts[name] = bed.host('leaf.unknown.%s.example' % name, name, trunk='unknown', rooms=False,
                               users=('ann',))
    for name in ('known', 'rejected', 'stranger'):
        peers[name] = Peer(bed, name + '.unknown.example')
    for domain in ('nobody.example', 'rejected.unknown.example'):
        bed.publish(domain, trunk='unknown')


async def leaf(bed, check, name):
    user = await bed.client(hosts[name])
    for domain in ('nobody.example', 'rejected.unknown.example'):
        got = await user.failure(user.tell('x@' + domain, 'hello'))
        check('%s: a message to %s is refused' % (name, domain), got is not None and
              got.get('from') == 'x@' + domain, show(got))


async def refused_header(check, trunk, peer, to, who):
    """At the header, before anything else."""
    try:
        wire = await peer.dial(to, trunk.address)
        await peer.prove_external(wire)
    except Gone:
        wire = peer.wires[-1]
    condition, _ = await wire.ending()
    check(who, condition == 'host-unknown', str(condition))


async def refused_stanza(check, trunk, to, what):
    """On a stream that is proven for another target."""
    peer, number = peers['known'], fresh()
    wire = await peer.proven(hosts['p1'].domain, trunk.address)
    await wire.send(message('x@' + peer.domain, 'y@' + to, number))
    got = await peer.stanza(number, 5)
    if got is not None:
        check(what, got.find('.//%sremote-server-not-found' % STANZAS) is not None, show(got))
        return
    condition, _ = await wire.ending()
    check(what, condition == 'host-unknown', str(condition))


async def run(bed, check):
    trunk = bed.trunk('unknown')
    trunk.usual(peers['known'], names=['nobody.example', 'rejected.unknown.example'])
    trunk.control('rejected.unknown.example', action='reject')
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    await asyncio.gather(*(leaf(bed, check, name) for name in LEAVES))
    await refused_header(check, trunk, peers['known'], 'nobody.example',
                         'a stream to a domain without a control: host-unknown')
    await refused_header(check, trunk, peers['known'], 'rejected.unknown.example',
                         'a stream to a rejected domain: host-unknown')
    wire = None
    try:
        wire = await peers['stranger'].proven(hosts['p1'].domain, trunk.address)
    except Gone:
        pass
    check('a sender without a control proves nothing', wire is None)
    await refused_stanza(check, trunk, 'nobody.example', 'a stanza to a domain without a control')
    await asyncio.gather(*(p.close() for p in peers.values()))
