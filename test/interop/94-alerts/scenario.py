# SPDX-License-Identifier: MIT
"""Alerts: what a policy blocks is told at once, then counted; the command runs one at a time."""
import asyncio
import json
import os

from bed.press import Sink, until

LIMIT = 60.0
FILE = "<query xmlns='jabber:iq:oob'><url>http://x.example/f</url></query>"
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'other'):
        peers[name] = Sink(bed, name + '.alerts.example')


def program(trunk, text):
    path = os.path.join(trunk.folder, 'notify')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(path, 0o755)
    return path


def told(folder):
    try:
        with open(os.path.join(folder, 'told')) as f:
            return [json.loads(line) for line in f.read().splitlines()]
    except FileNotFoundError:
        return []


async def offer(wire, from_, to, numbers):
    for n in numbers:
        await wire.send("<iq from='x@%s/r' to='y@%s/r' id='%s' type='set'>%s</iq>" % (
            from_, to, n, FILE))


async def run(bed, check):
    leaf, hop, other = peers['leaf'], peers['hop'], peers['other']
    trunk = bed.trunk('alerts')
    trunk.usual(*peers.values())
    # It takes its time, so that two at once would show.
    path = program(trunk, 'cd "$(dirname "$0")"\nmkdir busy || echo overlap >>overlaps\nsleep 0.2\n'
                   'cat >>told\nrmdir busy\n')
    trunk.settings['alerts'] = {'command': path, 'interval': '2s'}
    trunk.settings['policies'] = [{'name': 'no-files', 'block': ['file-transfer']}]
    trunk.control(hop.domain, to_peer=['no-files'])
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    wire = await leaf.proven(hop.domain, trunk.address)
    wire2 = await other.proven(hop.domain, trunk.address)
    await offer(wire, leaf.domain, hop.domain, ['q%d' % i for i in range(20)])
    await offer(wire2, other.domain, hop.domain, ['o0'])
    check('what is blocked is answered', await until(lambda: len(leaf.bounced) >= 20))
    check('two peers, two alerts', await until(lambda: len(told(trunk.folder)) >= 2),
          str(told(trunk.folder)))
    first = [r for r in told(trunk.folder) if r['domain'] == leaf.domain][0]
    check('it says who tried what, and which policy would not have it',
          first['event'] == 'alert' and first['policy'] == 'no-files' and first['key'] == 'block' and
          first['feature'] in ('oob', 'file-transfer') and first['id'] == 'q0' and
          'trunkd.conf:' in first['origin'] and first['node'] == 'alerts.bed.example', str(first))
    late = await until(lambda: [r for r in told(trunk.folder) if r.get('held_back')], 10)
    check('what was held back is told when the interval is over', bool(late) and
          late[0]['domain'] == leaf.domain and late[0]['held_back'] == 19, str(late))
    check('the log has them too', len(trunk.events('policy-alert', policy='no-files')) >= 3)
    check('the command ran one at a time',
          not os.path.exists(os.path.join(trunk.folder, 'overlaps')))
    trunk.settings['alerts']['command'] = program(trunk, 'exit 3\n')
    check('reload', await trunk.reload())
    await offer(wire2, other.domain, hop.domain, ['o%d' % i for i in range(1, 4)])
    check('a command that fails is told', await trunk.logged('alert-command-failed'))
    check('it stops in order', await trunk.stop() == 0)
    await asyncio.gather(*(p.close() for p in peers.values()))
