# SPDX-License-Identifier: MIT
"""A Prosody with Debian's limit of 30 kB/s as next hop: the sender is held back, nothing is lost."""
import asyncio

from bed.peer import Peer, message

MESSAGES, SIZE = 1200, 300
LIMIT = 120.0
hosts, peers = {}, {}


def plan(bed):
    bed.server('p6', limits=True)
    hosts['slow'] = bed.host('slow.p6.example', 'p6', trunk='slow', rooms=False, users=('ann',))
    peers['fast'] = Peer(bed, 'fast.slow.example')


def small_buffers(values):
    """Kernel buffers that cannot hide a slow reader; they belong to this network namespace."""
    for name in ('tcp_rmem', 'tcp_wmem'):
        with open('/proc/sys/net/ipv4/' + name, 'r+') as f:
            values.setdefault(name, f.read())
            f.seek(0)
            f.write('4096 16384 32768')
    return values


def restore(values):
    for name, value in values.items():
        with open('/proc/sys/net/ipv4/' + name, 'w') as f:
            f.write(value)


async def flood(peer, trunk, target):
    wire = await peer.proven(target.boundjid.domain, trunk.address)
    for i in range(MESSAGES):
        await wire.send(message('x@' + peer.domain, target.bare, 'n%d' % i, '%d %s' % (i, 'x' * SIZE)))
    return wire


async def run(bed, check):
    values = small_buffers({})
    try:
        trunk, peer = bed.trunk('slow'), peers['fast']
        trunk.usual(peer)
        trunk.controls(hosts['slow'], queue={'bytes': '64k', 'seconds': '60s'})
        await peer.listen()
        await trunk.start()
        target = await bed.client(hosts['slow'])
        sending = asyncio.ensure_future(flood(peer, trunk, target))
        first = await target.message('0 ' + 'x' * SIZE)
        check('the first message arrives', first)
        check('the sender is held back', not sending.done())
        last = await target.message('%d %s' % (MESSAGES - 1, 'x' * SIZE), seconds=90)
        check('the last message arrives', last)
        got = ['n0'] + [s.get('id') for s in target.kept if s.tag.endswith('message')] + \
            ['n%d' % (MESSAGES - 1)]
        check('all arrive, once, in order', got == ['n%d' % i for i in range(MESSAGES)],
              '%d arrived' % len(got))
        check('nothing bounced', not peer.stanzas, '%d bounced' % len(peer.stanzas))
        await sending
        await peer.close()
    finally:
        restore(values)
