# SPDX-License-Identifier: MIT
"""Servers as Debian ships them, untouched but for DNS, addresses and certificates."""
import asyncio

from bed.talk import converse

DIRECT = True
hosts = {}


def plan(bed):
    bed.server('p5', shipped=True)
    bed.server('e4', shipped=True)
    for name in ('p5', 'e4'):
        hosts[name] = bed.host('shipped.%s.example' % name, name, trunk='shipped', users=('ann',))


async def run(bed, check):
    if not bed.direct:
        trunk = bed.trunk('shipped')
        trunk.usual()
        await trunk.start()
    x, y = await asyncio.gather(*(bed.client(h) for h in hosts.values()))
    await converse(check.sub('Prosody to ejabberd'), x, y)
    await converse(check.sub('ejabberd to Prosody'), y, x)
