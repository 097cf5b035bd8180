# SPDX-License-Identifier: MIT
"""trunkctl reload: it waits for the end and says what is wrong; --plan says what would become of each
stream, and changes nothing; then the reload does just that."""
import asyncio
import json
import os

from bed.press import Sink, send

NAMES = ('leaf', 'stays', 'moves', 'goes', 'strict')
peers = {}


def plan(bed):
    for name in NAMES:
        peers[name] = Sink(bed, name + '.asked.example')
    peers['elsewhere'] = Sink(bed, 'moves.asked.example')


async def ctl(trunk, *words):
    """(exit status, standard output, standard error)."""
    done = await asyncio.get_running_loop().run_in_executor(
        None, lambda: trunk.ctl(*words, '--socket', trunk.folder))
    return done.returncode, done.stdout, done.stderr


async def stream_to_each(trunk):
    leaf, wires = peers['leaf'], {}
    for name in NAMES[1:]:
        wires[name] = await leaf.proven(peers[name].domain, trunk.address)
        await send(wires[name], leaf.domain, peers[name].domain, ['first-' + name])
        await peers[name].got_id('first-' + name)
    return wires


def verdicts(said):
    """{(dir, domain at the other end than the leaf): verdict}"""
    found = {}
    for row in map(json.loads, json_lines(said)):
        if row.get('kind') == 'stream':
            other = row['to']
            found[row['dir'], other.split('.')[0]] = row['verdict']
    return found


def json_lines(said):
    """Objects one after another, however they are broken into lines."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(said.rstrip()):
        value, end = decoder.raw_decode(said, at)
        yield json.dumps(value)
        at = end
        while at < len(said) and said[at].isspace():
            at += 1


async def foretold(check, trunk):
    trunk.control(peers['moves'].domain, connect=peers['elsewhere'].address + ':5269')
    trunk.control(peers['goes'].domain, action='reject')
    trunk.control(peers['strict'].domain, tls_min='1.3', pins=['00' * 32])
    trunk.settings['listen'].append({'address': trunk.address, 'port': 5299, 'mode': 'starttls'})
    trunk.write()
    number = trunk.events('started')[-1]
    status, said, complaint = await ctl(trunk, 'reload', '--plan', '--json')
    check('reload --plan', status == 0, complaint)
    found = verdicts(said)
    for (way, name), verdict in ((('in', 'stays'), 'keep'), (('out', 'stays'), 'keep'),
                                 (('in', 'moves'), 'keep'), (('out', 'moves'), 'drain'),
                                 (('in', 'goes'), 'close'), (('out', 'goes'), 'close')):
        check('plan: %s %s: %s' % (way, name, verdict), found.get((way, name)) == verdict, str(found))
    status, said, _ = await ctl(trunk, 'reload', '--plan')
    for words in ('listener %s:5299: open' % trunk.address, 'the next hop has changed',
                  'this domain is not served any more', 'Nothing was changed.'):
        check('plan: it says "%s"' % words, words in said, said)
    check('plan: nothing was changed', not trunk.events('reloaded') and number and
          not trunk.events('listening', address='%s:5299' % trunk.address))


async def done(check, trunk, wires):
    leaf = peers['leaf']
    status, said, complaint = await ctl(trunk, 'reload')
    check('reload: it is done when trunkctl returns', status == 0 and said.startswith('reloaded: ') and
          len(trunk.events('reloaded')) == 1, said + complaint)
    condition, _ = await wires['goes'].ending()
    check('reload: what was foretold to close is closed', condition == 'host-gone', str(condition))
    for name, there in (('stays', 'stays'), ('moves', 'elsewhere')):
        await send(wires[name], leaf.domain, peers[name].domain, ['second-' + name])
        check('reload: %s goes on over the stream that was there' % name,
              await peers[there].got_id('second-' + name))


async def refused(check, trunk):
    kept = dict(trunk.settings)
    trunk.settings['policies'] = [{'name': 'x', 'strip': ['chat-stats']}]
    path = trunk.write()
    for words in (('reload',), ('reload', '--plan')):
        status, said, complaint = await ctl(trunk, *words)
        check('%s: a bad configuration fails' % ' '.join(words),
              status == 1 and 'nothing has changed' in complaint, said + complaint)
        check('%s: with file, line and remedy' % ' '.join(words),
              path + ':' in complaint and 'chat-states' in complaint, complaint)
    status, said, _ = await ctl(trunk, 'status')
    check('status tells of the refused one', status == 0 and 'refused' in said, said)
    trunk.settings.clear()
    trunk.settings.update(kept)
    trunk.write()
    asked = await asyncio.gather(*(ctl(trunk, 'reload') for _ in range(6)))
    check('six at once are all answered', all(status == 0 for status, _, _ in asked), str(asked))


async def restart_needed(check, trunk):
    trunk.settings['node']['workers'] = 3
    trunk.write()
    status, said, _ = await ctl(trunk, 'reload', '--plan')
    check('what needs a restart is said', status == 0 and 'node.workers needs a restart' in said, said)


async def run(bed, check):
    trunk = bed.trunk('reload-asked')
    trunk.usual(*(peers[n] for n in NAMES))
    trunk.settings['control'] = {'read': os.path.join(trunk.folder, 'read'),
                                 'change': os.path.join(trunk.folder, 'change')}
    for peer in peers.values():
        await peer.listen()
    await trunk.start()
    wires = await stream_to_each(trunk)
    await foretold(check, trunk)
    await done(check, trunk, wires)
    await refused(check, trunk)
    await restart_needed(check, trunk)
    status, _, complaint = await ctl(trunk, 'reload')
    check('and is no error', status == 0, complaint)
    await trunk.stop()
    status, _, _ = await ctl(trunk, 'reload')
    check('when it does not run, the exit status is 3', status == 3)
    for peer in peers.values():
        await peer.close()
