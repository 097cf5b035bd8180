# SPDX-License-Identifier: MIT
"""Two trunks in series: leaf, trunk, trunk, leaf, with `*.us` and default routes, by both proofs.

The west knows `*.us` and, for all else, a default route; the east has a default route only.
Domains with `external` in them are proven by certificates between the trunks, the others by
dialback, which the trunk that poses as the leaf answers.
"""
import asyncio

from bed.talk import converse

TRUNKS = {'west': 'series-west', 'east': 'series-east'}
PAIRS = [('external.p1.series.example', 'p1', 'external.e2.us', 'e2'),
         ('external.e1.series.example', 'e1', 'external.p2.other.example', 'p2'),
         ('dialback.p1.series.example', 'p1', 'dialback.e2.us', 'e2'),
         ('dialback.e1.series.example', 'e1', 'dialback.p2.us', 'p2'),
         ('dialback.j1.series.example', 'j1', 'dialback.e2.other.example', 'e2')]
hosts = {}


def plan(bed):
    for west, server, east, other in PAIRS:
        hosts[west] = bed.host(west, server, trunk=TRUNKS, users=('ann',))
        hosts[east] = bed.host(east, other, trunk=TRUNKS, users=('ann',))


def settings(bed, side, own, far):
    """A trunk with exact controls for its own leaves only."""
    trunk, proofs = bed.trunk(TRUNKS[side]), ('external', 'dialback')
    trunk.usual()
    trunk.settings['peering_controls'] = []
    for host in own:
        trunk.control(host.domain, connect='dns')
        if host.rooms:
            trunk.control(host.service, connect='dns', service='muc')
    there = bed.trunk(TRUNKS[far]).address + ':5269'
    trunk.control('*', connect=there, authentication=list(proofs))
    if side == 'west':
        trunk.control('*.us', connect=there, authentication=list(proofs))
    # Only dialback is taken from the other trunk where the name says so.
    for host in hosts.values():
        if host not in own and host.domain.startswith('dialback'):
            for name in host.names():
                trunk.control(name, connect=there, authentication=['dialback'],
                              **({'service': 'muc'} if name != host.domain else {}))
    return trunk


async def pair(bed, check, west, east):
    x, y = await bed.client(hosts[west]), await bed.client(hosts[east])
    await converse(check.sub('%s to %s' % (west, east)), x, y)
    await converse(check.sub('%s to %s' % (east, west)), y, x)


async def run(bed, check):
    west = settings(bed, 'west', [hosts[p[0]] for p in PAIRS], 'east')
    east = settings(bed, 'east', [hosts[p[2]] for p in PAIRS], 'west')
    await west.start()
    await east.start()
    await asyncio.gather(*(pair(bed, check, p[0], p[2]) for p in PAIRS))
