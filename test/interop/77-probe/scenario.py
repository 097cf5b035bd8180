# SPDX-License-Identifier: MIT
"""trunkctl probe and ping: between real servers, and against next hops that fail at each step."""
import asyncio
import json
import os

from bed.peer import Peer
from bed.press import Sink

hosts, peers = {}, {}
# The step that fails, and a word of what is said.
FAILURES = {'unknown-ca': ('tls', 'known ca'), 'wrong-name': ('tls', 'does not name'),
            'down': ('tcp', 'refused')}


def plan(bed):
    hosts['a'] = bed.host('a.p1.probe.example', 'p1', trunk='probing', users=('ann',))
    hosts['b'] = bed.host('b.e1.probe.example', 'e1', trunk='probing', users=('ben',))
    for name in FAILURES:
        peers[name] = Peer(bed, name + '.probe.example', cert='good' if name == 'down' else name)
    peers['mute'] = Sink(bed, 'mute.probe.example')


async def ctl(trunk, *words):
    done = await asyncio.get_running_loop().run_in_executor(
        None, lambda: trunk.ctl(*words, '--socket', trunk.folder))
    return done.returncode, done.stdout + done.stderr


async def probes(check, trunk):
    for host in hosts.values():
        status, said = await ctl(trunk, 'probe', host.domain)
        check('probe %s' % host.domain, status == 0 and 'Reached in' in said, said)
        status, said = await ctl(trunk, 'probe', host.domain, '--json')
        told = json.loads(said)
        check('probe %s: every step has its time' % host.domain,
              status == 0 and list(told['stages']) == ['dns', 'tcp', 'tls', 'stream', 'auth'], said)
    for name, (stage, word) in FAILURES.items():
        status, said = await ctl(trunk, 'probe', peers[name].domain, '--from', hosts['a'].domain, '--json')
        told = json.loads(said)
        check('probe %s: fails at %s, in words' % (name, stage), status == 1 and
              told['stage'] == stage and word in told['error'].lower(), said)
        status, said = await ctl(trunk, 'probe', peers[name].domain)
        check('probe %s: for people, too' % name, status == 1 and 'failed' in said and
              word in said.lower(), said)
    status, said = await ctl(trunk, 'probe', 'nowhere.probe.example')
    check('probe of a domain that the DNS does not know', status == 1 and 'dns' in said, said)
    status, said = await ctl(trunk, 'probe', 'foreign.example')
    check('probe of a domain without a control', status == 1 and 'no control' in said, said)


async def pings(check, trunk):
    for x, y in (('a', 'b'), ('b', 'a')):
        status, said = await ctl(trunk, 'ping', hosts[x].domain, hosts[y].domain)
        check('ping %s to %s' % (x, y), status == 0 and ' answered ' in said, said)
    many = await asyncio.gather(*(ctl(trunk, 'ping', hosts['a'].domain, hosts['b'].domain, '--json')
                                  for _ in range(8)))
    check('eight at once are all answered', all(s == 0 and json.loads(t)['ms'] >= 0 for s, t in many),
          str(many))
    status, said = await ctl(trunk, 'ping', hosts['a'].domain, peers['mute'].domain, '--timeout', '1s')
    check('nobody answers: said after that time', status == 1 and 'no answer within 1 s' in said, said)
    check('it had got there', any(n.startswith('trunkd-ping-') for n in peers['mute'].got))
    status, said = await ctl(trunk, 'ping', hosts['a'].domain, peers['down'].domain, '--timeout', '30s')
    check('a ping that is bounced by us says why', status == 1 and 'waited too long' in said, said)
    check('nothing of it reached a server that did not ask', not trunk.events('bounce'))
    status, said = await ctl(trunk, 'ping', hosts['a'].domain, 'foreign.example')
    check('ping of a domain without a control', status == 1 and 'no control' in said, said)


async def run(bed, check):
    trunk = bed.trunk('probing')
    trunk.usual(*peers.values())
    trunk.settings['control'] = {'read': os.path.join(trunk.folder, 'read'),
                                 'change': os.path.join(trunk.folder, 'change')}
    trunk.control('nowhere.probe.example', connect='dns')
    trunk.control(peers['down'].domain, queue={'seconds': '1s'})
    for name in ('unknown-ca', 'wrong-name', 'mute'):
        await peers[name].listen()
    await trunk.start()
    await probes(check, trunk)
    await pings(check, trunk)
    status = await trunk.stop()
    check('it stops in order', status == 0, str(status))
    for peer in peers.values():
        await peer.close()
