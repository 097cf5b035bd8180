# SPDX-License-Identifier: MIT
"""Internationalised domains: one name, however it is written."""
import asyncio

from bed.client import fresh
from bed.peer import Peer, message
from bed.pki import ascii_name
from bed.talk import converse
from bed.wire import Gone

WEST, EAST = 'b\u00fccher.p1.example', 'pr\u00fcfung.e2.example'
hosts, peers = {}, {}


def plan(bed):
    hosts['west'] = bed.host(WEST, 'p1', trunk='idn', users=('ann',))
    hosts['east'] = bed.host(EAST, 'e2', trunk='idn', users=('ann',))
    peers['hop'] = Peer(bed, 'm\u00fcnchen.idn.example')
    peers['leaf'] = Peer(bed, 'k\u00f6ln.idn.example')


async def spellings(check, trunk):
    """The header and the stanzas in U-labels, A-labels, capitals, with a trailing dot."""
    leaf, hop = peers['leaf'], peers['hop']
    ascii_to, ascii_from = ascii_name(hop.domain), ascii_name(leaf.domain)
    for to, from_ in ((hop.domain, leaf.domain), (ascii_to, ascii_from),
                      (ascii_to.upper(), leaf.domain.upper()), (hop.domain + '.', leaf.domain)):
        number = fresh()
        try:
            wire = await leaf.dial(to, trunk.address, from_=from_, sni=ascii_to)
            await leaf.prove_external(wire)
            await wire.send(message('x@' + from_, 'y@' + to, number))
            check('%s to %s arrives' % (from_, to), await hop.stanza(number))
        except Gone as end:
            check('%s to %s arrives' % (from_, to), False, str(end))


async def run(bed, check):
    trunk = bed.trunk('idn')
    trunk.usual(*peers.values())
    trunk.control(WEST)['match'] = ascii_name(WEST)     # the file may write A-labels
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    x, y = await asyncio.gather(*(bed.client(h) for h in hosts.values()))
    await converse(check.sub('U-label west to east'), x, y)
    await converse(check.sub('U-label east to west'), y, x)
    await spellings(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
