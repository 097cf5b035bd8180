# SPDX-License-Identifier: MIT
"""A leaf on the inside that has no TLS at all: `tls = "off"` and dialback there, EXTERNAL outside."""
import asyncio

from bed.client import fresh
from bed.peer import Peer
from bed.talk import converse
from bed.wire import Gone

hosts, peers = {}, {}


def plan(bed):
    bed.server('p7', tls=False)
    hosts['leaf'] = bed.host('plain.p7.example', 'p7', trunk='plain', users=('ann',), insecure=True)
    hosts['far'] = bed.host('far.e2.example', 'e2', trunk='plain', users=('ann',))
    peers['strict'] = Peer(bed, 'strict.plain.example')
    peers['strict'].starttls = False


async def run(bed, check):
    trunk = bed.trunk('plain')
    trunk.usual(peers['strict'])
    trunk.controls(hosts['leaf'], tls='off', authentication=['dialback'])
    trunk.controls(hosts['far'], authentication=['external'])
    trunk.control(peers['strict'].domain, authentication=['dialback'], queue={'seconds': '2s'})
    await peers['strict'].listen()
    await trunk.start()
    x, y = await asyncio.gather(*(bed.client(h) for h in hosts.values()))
    await converse(check.sub('out'), x, y)
    await converse(check.sub('in'), y, x)
    # The same nakedness is refused where the control says `required`.
    peer = peers['strict']
    try:
        wire = await peer.dial(hosts['far'].domain, trunk.address, tls=False)
        await peer.claim(wire)
        answer = await wire.element()
        check('no proof without TLS where it is required',
              answer.tag.endswith('error') or answer.get('type') == 'error', answer.tag)
    except Gone as end:
        check('no proof without TLS where it is required', True, str(end))
    got = await y.failure(y.tell('x@' + peer.domain, 'hello ' + fresh()))
    check('nothing is sent without TLS where it is required', got is not None and not peer.stanzas)
    await peer.close()
