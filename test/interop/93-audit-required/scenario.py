# SPDX-License-Identifier: MIT
"""audit.required: nothing crosses unrecorded, also when the disk is full; then it goes on."""
import asyncio
import os
import subprocess

from bed import audit
from bed.press import Sink, ids, send, until

LIMIT = 100.0
FIRST, FULL, LAST = 400, 300, 400
peers = {}


def plan(bed):
    for name in ('leaf', 'hop'):
        peers[name] = Sink(bed, name + '.required.example')


def recorded(path):
    return {r['id'] for r in audit.records(path, event='stanza') if r['verdict'] == 'pass'}


def fill(folder):
    """Leaves no byte on the little disk."""
    with open(os.path.join(folder, 'filler'), 'wb', 0) as f:
        for size in (4096, 1):
            try:
                while True:
                    f.write(b'x' * size)
            except OSError:
                pass


async def run(bed, check):
    leaf, hop = peers['leaf'], peers['hop']
    trunk = bed.trunk('required')
    disk = os.path.join(trunk.folder, 'disk')
    path = os.path.join(disk, 'audit.json')
    os.makedirs(disk)
    # In the bed's own mount namespace: gone with it.
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'little', disk], check=True)
    trunk.usual(*peers.values())
    trunk.settings['audit'] = {'file': path, 'required': True, 'sync': True}
    trunk.control(hop.domain, queue={'seconds': '2s'})
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    try:
        await crosses(check, trunk, path)
        await full(check, trunk, disk, path)
        await goes_on(check, trunk, disk, path)
        check('it stops in order', await trunk.stop() == 0)
        check('the chain holds', not audit.broken(path, key=None), str(audit.broken(path, key=None)))
        check('it was full, and said so', trunk.events('audit-failed') and
              trunk.events('audit-recovered'))
        check('every stanza that crossed is recorded', set(hop.got) <= recorded(path),
              str(set(hop.got) - recorded(path)))
        told = {r['id'] for r in audit.records(path, event='outcome', verdict='bounce')}
        check('every stanza that came back too', set(leaf.bounced) <= told,
              str(set(leaf.bounced) - told))
    finally:
        await trunk.stop()
        subprocess.run(['umount', disk], check=True)
        await asyncio.gather(*(p.close() for p in peers.values()))


async def crosses(check, trunk, path):
    leaf, hop = peers['leaf'], peers['hop']
    trunk.wire = await leaf.proven(hop.domain, trunk.address)
    await send(trunk.wire, leaf.domain, hop.domain, ids('a', FIRST))
    check('stanzas cross, in order', await hop.got_all(FIRST) and hop.got == ids('a', FIRST),
          str(len(hop.got)))
    check('with no policy at all, each has a record by then', set(hop.got) <= recorded(path))


async def full(check, trunk, disk, path):
    """Each stanza waits for a record that cannot be written."""
    leaf, hop = peers['leaf'], peers['hop']
    fill(disk)
    await send(trunk.wire, leaf.domain, hop.domain, ids('f', FULL))
    check('full: every stanza is either recorded and crosses, or is answered', await until(
        lambda: len(set(hop.got) | set(leaf.bounced)) >= FIRST + FULL, 30),
        '%d %d' % (len(hop.got), len(leaf.bounced)))
    crossed = [n for n in hop.got if n.startswith('f')]
    check('full: what crossed is in the file', set(crossed) <= recorded(path), str(crossed))
    check('full: nearly nothing crossed', len(crossed) < FULL // 2, str(len(crossed)))
    check('full: the senders hear resource-constraint',
          set(leaf.bounced.values()) == {'resource-constraint'}, str(set(leaf.bounced.values())))
    check('full: nobody hears twice, and nothing that crossed comes back',
          not leaf.twice and not set(leaf.bounced) & set(hop.got))


async def goes_on(check, trunk, disk, path):
    leaf, hop = peers['leaf'], peers['hop']
    os.unlink(os.path.join(disk, 'filler'))
    before = len(hop.got)
    check('space again: the writer gets on', await trunk.logged('audit-recovered', 15))
    await send(trunk.wire, leaf.domain, hop.domain, ids('z', LAST))
    check('space again: stanzas cross, in order', await hop.got_all(before + LAST) and
          hop.got[before:] == ids('z', LAST), str(len(hop.got) - before))
