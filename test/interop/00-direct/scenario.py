# SPDX-License-Identifier: MIT
"""Without any trunk: the servers federate directly. When this fails, the bed is to blame."""
import asyncio

from bed.talk import converse

DIRECT = True
PAIRS = [('p1', 'e2'), ('e1', 'p2'), ('j1', 'e2'), ('p1', 'p2')]
hosts = {}


def plan(bed):
    for name in ('p1', 'e1', 'j1', 'p2', 'e2'):
        users = tuple(p[0] + p[1] for p in PAIRS if name in p)
        hosts[name] = bed.host('plain.%s.example' % name, name, users=users, insecure=name == 'j1')


async def both_ways(bed, check, west, east):
    x = await bed.client(hosts[west], west + east)
    y = await bed.client(hosts[east], west + east)
    await converse(check.sub('%s to %s' % (west, east)), x, y)
    await converse(check.sub('%s to %s' % (east, west)), y, x)


async def run(bed, check):
    await asyncio.gather(*(both_ways(bed, check, *pair) for pair in PAIRS))
