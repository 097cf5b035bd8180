# SPDX-License-Identifier: MIT
"""Every leaf with every next hop, over both transports, by both proofs: the whole conversation.

Transport and proof belong to the domain: a domain `direct-...` publishes only direct TLS, and one
`...-dialback` has a control that accepts nothing but dialback and is shown a certificate of an
authority that nobody knows, so that it can only be dialback both ways.
"""
import asyncio

from bed.talk import converse

DIRECT = True
WEST, EAST = ('p1', 'e1', 'j1'), ('p2', 'e2')
KINDS = [(t, p) for t in ('starttls', 'direct') for p in ('external', 'dialback')]
hosts = {}


def plan(bed):
    for server in WEST + EAST:
        kinds = KINDS if bed.server(server).has_rooms else [('starttls', 'dialback')]
        partners = EAST if server in WEST else WEST
        for transport, proof in kinds:
            hosts[server, transport, proof] = bed.host(
                '%s-%s.%s.example' % (transport, proof, server), server, trunk='matrix',
                starttls=transport == 'starttls', direct=transport == 'direct',
                insecure=proof == 'dialback' or bed.direct, users=partners + ('more',))


def settings(trunk):
    trunk.usual()
    names = [n for h in trunk.hosts() for n in h.names()]
    stranger = trunk.cert('unknown-ca', *names)
    trunk.settings['certificates'].append(stranger)
    for (_, _, proof), host in hosts.items():
        if proof == 'dialback':
            trunk.controls(host, authentication=['dialback'], certificate=stranger['name'])
        else:
            trunk.controls(host, authentication=['external'])


def pairs(direct):
    for (west, transport, proof), host in hosts.items():
        for east in EAST if west in WEST else ():
            yield host, hosts[east, transport, proof]
    # jabberd2 can only do dialback; what is behind the trunk may do better.  Without a trunk Prosody
    # would answer on the stream of jabberd2's first pair, which jabberd2 does not accept.
    for east in () if direct else EAST:
        yield hosts['j1', 'starttls', 'dialback'], hosts[east, 'starttls', 'external']


def user_for(host, other):
    """Each pair of domains has users of its own, so that nobody sees another pair's presence."""
    kinds = {host.domain.split('.')[0], other.domain.split('.')[0]}
    return other.server if len(kinds) == 1 else 'more'


async def both_ways(bed, check, west, east):
    x = await bed.client(west, user_for(west, east), resource=east.server)
    y = await bed.client(east, user_for(east, west), resource=west.server)
    await converse(check.sub('%s to %s' % (west.domain, east.domain)), x, y)
    await converse(check.sub('%s to %s' % (east.domain, west.domain)), y, x)


def as_demanded(check, trunk, from_, to):
    """What trunkd's log says about the streams of one direction."""
    for event, host in (('proven', from_), ('stream-ready', to)):
        proof = host.domain.split('.')[0].split('-')[1]
        # One stream may carry several pairs: what is proven is `domain`, not who opened the stream.
        rows = trunk.events(event, **({'domain': from_.domain} if event == 'proven' else
                                      {'from': from_.domain, 'to': to.domain}))
        rows = [r for r in rows if to.domain in (r['to'], r.get('towards'))]
        check('%s to %s, %s: by %s, with TLS' % (from_.domain, to.domain, event, proof),
              rows and all(r['proof'] == proof and r['tls'].startswith('TLSv1.') for r in rows),
              rows[0]['line'] if rows else 'not in the log')


async def run(bed, check):
    trunk = bed.trunk('matrix')
    if not bed.direct:
        settings(trunk)
        await trunk.start()
    await asyncio.gather(*(both_ways(bed, check, *pair) for pair in pairs(bed.direct)))
    for west, east in () if bed.direct else pairs(False):
        as_demanded(check, trunk, west, east)
        as_demanded(check, trunk, east, west)
