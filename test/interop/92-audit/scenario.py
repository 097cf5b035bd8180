# SPDX-License-Identifier: MIT
"""Audit: every decision has its record; the chain holds over rotation, restart and kill -9."""
import asyncio
import json
import os
import signal

from bed import audit
from bed.peer import Peer
from bed.press import Sink, ids, send, until
from bed.wire import Gone

LIMIT = 100.0
STATE = "<active xmlns='http://jabber.org/protocol/chatstates'/>"
SECRET = "<x xmlns='http://jabber.org/protocol/muc'><password>xyzzy</password></x>"
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'gone'):
        peers[name] = Sink(bed, name + '.audit.example')
    peers['odd'] = Peer(bed, 'odd.audit.example')


def settings(trunk):
    path = os.path.join(trunk.folder, 'audit.json')
    trunk.usual(*peers.values())
    trunk.settings['audit'] = {'file': path, 'key_file': audit.key_file(trunk)}
    trunk.settings['policies'] = [
        {'name': 'no-states', 'strip': ['chat-states'], 'audit': 'full'},
        {'name': 'tried', 'mode': 'shadow', 'strip': ['muc']}]
    trunk.control(peers['hop'].domain, to_peer=['no-states', 'tried'])
    trunk.control(peers['gone'].domain, queue={'seconds': '1s'})
    return path


def message(from_, to, number, extra):
    return "<message from='x@%s/r' to='y@%s' id='%s' type='chat'><body>hi</body>%s</message>" % (
        from_, to, number, extra)


async def one(path, **fields):
    """The only record with these fields, when it has been written."""
    await until(lambda: audit.records(path, **fields))
    found = audit.records(path, **fields)
    return found[0] if len(found) == 1 else {'found': len(found)}


async def decisions(check, trunk, path):
    """What passes, what is stripped, and what policies in shadow would have done."""
    leaf, hop = peers['leaf'], peers['hop']
    wire = await leaf.proven(hop.domain, trunk.address)
    await wire.send(message(leaf.domain, hop.domain, 'd1', '') +
                    message(leaf.domain, hop.domain, 'd2', STATE) +
                    "<presence from='x@%s/r' to='y@%s/z' id='d3'>%s</presence>" % (
                        leaf.domain, hop.domain, SECRET))
    await hop.got_all(3)
    passed = await one(path, event='stanza', id='d1')
    check('a stanza that passes: from, to, kind, controls, policies, sizes',
          passed.get('verdict') == 'pass' and passed['from'] == 'x@%s/r' % leaf.domain and
          passed['to'] == 'y@%s' % hop.domain and passed['kind'] == 'message' and
          passed['type'] == 'chat' and passed['node'] == 'audit.bed.example' and
          passed['control_to'] == hop.domain and passed['policies'] == ['no-states', 'tried'] and
          passed['bytes_in'] > 0 and passed['bytes_out'] > 0, str(passed))
    folded = await one(path, event='stanza', id='d2')
    check('one that is stripped: by which policy, key and line, and of what',
          folded.get('verdict') == 'fold' and folded['policy'] == 'no-states' and
          folded['key'] == 'strip' and 'trunkd.conf:' in folded['origin'] and
          folded['removed'] == ['chat-states'], str(folded))
    check('audit = "full": as it came, and as it went',
          STATE in folded.get('received', '') and 'chatstates' not in folded.get('sent', 'chatstates')
          and "xmlns='jabber:server'" in folded['declared'], str(folded))
    joined = await one(path, event='stanza', id='d3')
    check('shadow: what would have been', joined.get('verdict') == 'pass' and
          joined['shadow_policy'] == 'tried' and 'shadow_verdict' in joined, str(joined))
    check('passwords are masked', '<password>********</password>' in joined.get('received', '') and
          '<password>********</password>' in joined.get('sent', ''), str(joined))
    return wire


async def refusals(check, trunk, path, wire):
    """What no policy asked to be recorded, and is."""
    leaf, gone, odd = peers['leaf'], peers['gone'], peers['odd']
    await wire.send(message(leaf.domain, gone.domain, 'r1', ''))
    await leaf.got_id('r1')
    lost = await one(path, event='outcome', id='r1')
    check('a stanza that cannot be delivered', lost.get('verdict') == 'bounce' and
          lost['condition'] == 'remote-server-timeout', str(lost))
    other = await odd.proven(leaf.domain, trunk.address)
    await other.send(message('nobody.audit.example', leaf.domain, 'r2', ''))
    try:
        while True:
            await other.item(10)
    except (Gone, asyncio.TimeoutError):
        pass
    crime = await one(path, event='policy-violation', id='r2')
    check('a sender domain that was not proven', crime.get('condition') == 'invalid-from' and
          crime['peer'].startswith(odd.address), str(crime))
    end = await one(path, event='stream', direction='in', stream=crime.get('stream'))
    check('the end of its stream', end.get('from') == odd.domain and end['proof'] == 'external' and
          end['tls'].startswith('TLSv1') and 'invalid-from' in end['text'], str(end))


async def reloads(check, trunk, path):
    check('reload', await trunk.reload())
    done = await one(path, event='reload', verdict='done')
    check('a reload: its configuration', len(done.get('hash', '')) == 16, str(done))
    kept = trunk.settings['peering_controls']
    trunk.settings['peering_controls'] = [{'match': 'x.example', 'connect': 'nonsense:'}]
    check('a reload that fails', await trunk.reload() is False)
    trunk.settings['peering_controls'] = kept
    failed = await one(path, event='reload', verdict='refused')
    check('its first error', 'trunkd.conf:' in failed.get('text', ''), str(failed))


def by_trunkctl(check, trunk, every):
    """trunkctl finds no fault either, and decides each stanza as the daemon has."""
    whole = trunk.ctl('audit', 'verify', '--key', audit.key_file(trunk), *every)
    check('trunkctl audit verify: as it was written', whole.returncode == 0,
          whole.stdout[-600:] + whole.stderr)
    again = [json.loads(trunk.ctl('explain', '--json', '--audit', path, config=True).stdout or '{}')
             for path in every]
    full = [len([r for r in audit.records(path, event='stanza') if 'received' in r])
            for path in every]
    check('trunkctl explain --audit: the same decisions, byte by byte',
          all(full) and [a.get('replayed') for a in again] == full and
          not any(a['differ'] for a in again), str(again)[:600])
    kept = trunk.settings['policies']
    trunk.settings['policies'] = [{'name': 'no-states'}, {'name': 'tried', 'strip': ['muc']}]
    other = json.loads(trunk.ctl('explain', '--json', '--audit', every[0], config=True).stdout)
    trunk.settings['policies'] = kept
    trunk.write()
    found = {d['id']: (d['was']['verdict'], d['now']['verdict']) for d in other['differences']}
    check('and under other policies just those that differ',
          found == {'d2': ('fold', 'pass'), 'd3': ('pass', 'fold')}, str(found))


async def ends_and_goes_on(check, trunk, path):
    """Rotation, a restart, kill -9 in the midst of traffic, another start: one chain."""
    leaf, hop = peers['leaf'], peers['hop']
    old, older = path + '.1', path + '.2'
    os.rename(path, older)
    trunk.process.signal(signal.SIGUSR1)
    await until(lambda: os.path.exists(path))
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ids('a', 1500))
    check('all arrive', await hop.got_all(3 + 1500))
    check('rotation: nothing is wrong in either file',
          not audit.broken(older) and not audit.broken(older, path), str(audit.broken(older, path)))
    check('rotation: the old file ends with a checkpoint',
          audit.records(older)[-1]['event'] == 'checkpoint')
    check('it stops', await trunk.stop() == 0)
    check('stop: the file ends with a checkpoint',
          [r['event'] for r in audit.records(path)[-2:]] == ['stop', 'checkpoint'])
    os.rename(path, old)        # while nobody writes it
    await trunk.start()
    wire = await leaf.proven(hop.domain, trunk.address)
    before = len(hop.got)
    sending = asyncio.ensure_future(send(wire, leaf.domain, hop.domain, ids('k', 5000)))
    await until(lambda: len(hop.got) > before + 500)
    os.kill(trunk.process.pid, signal.SIGKILL)
    await asyncio.gather(sending, return_exceptions=True)
    await trunk.process.stop()
    with open(path, 'ab') as f:         # what a power cut may leave behind
        f.write(b'{"sequence":12,"prev":"00')
    await trunk.start()
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ['z0'])
    check('it goes on after kill -9', await hop.got_id('z0'))
    check('it stops again', await trunk.stop() == 0)
    every = (older, old, path)
    check('one chain over three files, a rotation, a stop, a kill', not audit.broken(*every),
          str(audit.broken(*every)[:3]))
    check('the piece is marked', len(audit.records(path, event='torn')) == 1)
    check('each start is told', len(audit.records(*every, event='start')) == 3)
    rows = [r['id'] for r in audit.records(*every, event='stanza', to='y@' + hop.domain)]
    check('what arrived before the rotation and after the kill has one record each',
          all(rows.count(n) == 1 for n in ids('a', 1500) + ['d1', 'd2', 'z0']))
    by_trunkctl(check, trunk, every)
    with open(old, 'r+b') as f:         # and does this scenario see anything at all?
        data = f.read()
        f.seek(data.index(b'"id":"a700"') + 7)
        f.write(b'9')
    check('a changed byte shows', len(audit.broken(*every)) == 1, str(audit.broken(*every)[:3]))
    changed = trunk.ctl('audit', 'verify', '--key', audit.key_file(trunk), *every)
    check('... to trunkctl, too', changed.returncode == 2 and old + ':' in changed.stdout,
          changed.stdout[-600:])


async def run(bed, check):
    trunk = bed.trunk('audit')
    path = settings(trunk)
    await asyncio.gather(*(peers[p].listen() for p in ('leaf', 'hop', 'odd')))
    await trunk.start()
    wire = await decisions(check, trunk, path)
    await refusals(check, trunk, path, wire)
    await reloads(check, trunk, path)
    await ends_and_goes_on(check, trunk, path)
    await asyncio.gather(*(p.close() for p in peers.values()))
