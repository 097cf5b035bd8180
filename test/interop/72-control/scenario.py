# SPDX-License-Identifier: MIT
"""trunkctl asks a running daemon between real servers: every command, both sockets, exit codes."""
import asyncio
import json
import os
import shutil
import socket
import tempfile

from bed import audit
from bed.press import until

LIMIT = 60.0
hosts = {}
NOBODY = 65534


def plan(bed):
    hosts['a'] = bed.host('a72.p1.example', 'p1', trunk='asked', users=('ann',))
    hosts['b'] = bed.host('b72.p2.example', 'p2', trunk='asked', users=('bob',))


async def talk(bed, check):
    """A message each way, so that there is something to be told of."""
    ann, bob = await bed.client(hosts['a'], 'ann'), await bed.client(hosts['b'], 'bob')
    ann.tell(bob.bare, 'over there')
    check('a message crosses', await bob.message('over there'))
    bob.tell(ann.bare, 'and back')
    check('another one crosses back', await ann.message('and back'))


def line_of(text, *words):
    """The first line with all these words; "" when there is none."""
    return next((l for l in text.splitlines() if all(w in l for w in words)), '')


async def status(check, trunk):
    text, answer = await trunk.ask('status'), await trunk.ask('status', '--json')
    told = json.loads(answer.stdout)
    check('status: 0', text.returncode == 0 and answer.returncode == 0, text.stderr + answer.stderr)
    check('... it runs, where it listens, under what',
          line_of(text.stdout, 'State', 'running') and
          line_of(text.stdout, trunk.address + ':5269', 'starttls') and
          line_of(text.stdout, 'Last reload', 'none yet') and
          line_of(text.stdout, 'Peering controls', '4'), text.stdout)
    check('... the same as JSON', told['state'] == 'running' and told['workers'] == 2 and
          told['last_reload'] is None and told['tls_keylog'] is None and
          told['streams']['in'] == 2 and told['streams']['out'] == 2 and
          told['stanzas']['taken'] >= 2 and told['configuration']['peering_controls'] == 4 and
          {'address': trunk.address + ':5270', 'mode': 'direct-tls'} in told['listeners'],
          answer.stdout)
    started = trunk.events('started')[0]
    check('... the hash is that of the log', told['configuration']['hash'] == started['hash'])


async def streams(check, trunk):
    a, b = hosts['a'].domain, hosts['b'].domain
    text, rows = await trunk.ask('streams'), await trunk.rows('streams')
    check('streams: two in, two out', text.returncode == 0 and
          sorted(r['dir'] for r in rows) == ['in', 'in', 'out', 'out'], text.stdout)
    there = next((r for r in rows if r['dir'] == 'in' and r['from'] == a), {})
    check('... proof, TLS, certificate and what it carried', there.get('to') == b and
          there.get('proof') == 'external' and 'TLSv1.3' in there.get('tls', '') and
          a in (there.get('certificate') or '') and there.get('stanzas_in', 0) >= 1 and
          there.get('state') == 'open' and there.get('peer', '').startswith('127.0.'),
          repr(there))
    check('... the id is that of the log',
          there.get('id') and trunk.events('proven', id=str(there['id'])), repr(there))
    head, *body = text.stdout.splitlines()
    check('... as a table with a row for each', head.split()[:4] == ['id', 'dir', 'state', 'from'] and
          len(body) == 4 and line_of(text.stdout, a, b, 'external'), text.stdout)
    chosen = await trunk.ask('streams', '-o', 'dir,from', a)
    check('... with a pattern and chosen columns', chosen.stdout.split()[:2] == ['dir', 'from'] and
          len(chosen.stdout.splitlines()) == 5, chosen.stdout)
    check('... a pattern that fits nothing', await trunk.rows('streams', '*.nowhere.example') == [])
    check('... a wildcard that fits all', len(await trunk.rows('streams', '*.example')) == 4)
    wrong = await trunk.ask('streams', '-o', 'form')
    check('... a column that is none is wrong usage', wrong.returncode == 2 and
          'did you mean "from"?' in wrong.stderr, wrong.stderr)
    wrong = await trunk.ask('streams', 'no domain')
    check('... a pattern that is none is refused in words', wrong.returncode == 1 and
          'the pattern is none' in wrong.stderr, wrong.stderr)


async def routes_and_peers(check, trunk):
    a, b = hosts['a'].domain, hosts['b'].domain
    rows = await trunk.rows('routes')
    there = next((r for r in rows if (r['from'], r['to']) == (a, b)), {})
    outs = [r['id'] for r in await trunk.rows('streams') if r['dir'] == 'out']
    check('routes: ready, nothing waits, by which stream', there.get('state') == 'ready' and
          there.get('stanzas') == 0 and there.get('oldest') is None and
          there.get('stream') in outs and there.get('permit') == 'yes', repr(rows))
    text = await trunk.ask('routes', a)
    check('... as a table', text.returncode == 0 and line_of(text.stdout, a, b, 'ready'),
          text.stdout)
    rows = {r['peer']: r for r in await trunk.rows('peers')}
    check('peers: both are ready, in and out', all(
        rows.get(d, {}).get('state') == 'ready' and rows[d]['in'] == 1 and rows[d]['out'] == 1
        for d in (a, b)), repr(rows))
    last = (rows.get(b, {}).get('attempts') or [{}])[-1]
    check('... the last attempt: stages with their times, no error, the certificate',
          last.get('stage') == 'ready' and last.get('error') is None and
          {'dns', 'tcp', 'tls', 'stream', 'auth'} <= set(last.get('stages', {})) and
          b in (last.get('certificate') or '') and rows[b]['last_success'], repr(last))
    text = await trunk.ask('peers', b)
    check('... one domain has it in full', text.returncode == 0 and
          line_of(text.stdout, 'State', 'ready') and line_of(text.stdout, 'succeeded') and
          line_of(text.stdout, 'dns', 'auth', 'ms'), text.stdout)
    text = await trunk.ask('peers', 'never.seen.example')
    check('... one that nothing is known of', text.returncode == 0 and
          'Nothing is known of never.seen.example' in text.stdout, text.stdout)


async def certs(check, trunk):
    rows = await trunk.rows('certs')
    entry, pki = trunk.settings['certificates'][0], trunk.bed.pki
    own = [row for row in rows if row['kind'] == 'certificate']
    check('certs: file, days left, which domains', len(own) == 1 and
          own[0]['file'] == entry['chain'] and 0 < own[0]['days'] < 4000 and own[0]['state'] == 'ok' and
          set(own[0]['domains']) >= {hosts['a'].domain, hosts['b'].domain} and
          hosts['a'].domain in own[0]['names'], repr(rows))
    ca = [row for row in rows if row['kind'] == 'trust']
    check('... what is believed: file, how many, until when', len(ca) == 1 and ca[0]['state'] == 'ok' and
          ca[0]['file'] == pki.root.path and ca[0]['certificates'] == 1 and
          ca[0]['days'] > 0 and ca[0]['ending'] == [] and ca[0]['without_crl'] == [], repr(ca))
    lists = [row for row in rows if row['kind'] == 'crl']
    check('... and whose lists, how old, until when', len(lists) == 2 and lists[0]['state'] == 'ok' and
          lists[0]['age'] >= 0 and lists[0]['this_update'] < lists[0]['not_after'] and lists[0]['issuer'], repr(lists))
    text = await trunk.ask('certs')
    check('... as a table', text.returncode == 0 and line_of(text.stdout, entry['name'], entry['chain']) and
          line_of(text.stdout, 'trust', 'ok', '1 certificate') and line_of(text.stdout, 'crl', 'ok'),
          text.stdout)
    kept, stranger = trunk.settings['trust'][0], pki.stranger
    stranger.write_crl(-1)
    trunk.settings['trust'] += [dict(kept, name='late', ca=stranger.path, crl=stranger.crl_path),
                                dict(kept, name='bare', ca=[pki.root.path, stranger.path])]
    check('certs: other stores are loaded', await trunk.reload())
    text, rows = await trunk.ask('certs'), await trunk.rows('certs', status=2)
    states = {(row['name'], row['kind'], row['file']): row['state'] for row in rows}
    check('... a stale list is a problem', text.returncode == 2 and states[('late', 'crl', stranger.crl_path)] == 'stale' and
          line_of(text.stdout, 'late', 'crl', 'stale'), text.stdout)
    check('... and a CA without one, where there are lists', states[('bare', 'trust', stranger.path)] == 'no-crl' and
          states[('bare', 'trust', pki.root.path)] == 'ok', text.stdout)
    stranger.write_crl()
    del trunk.settings['trust'][1:]
    check('... and all is fine without them', await trunk.reload() and (await trunk.ask('certs')).returncode == 0)


async def difference(check, trunk):
    """What a reload would change, and that it did."""
    conf = trunk.write()
    same = await trunk.ask('config', '--diff', '-c', conf)
    check('config --diff: what runs is what is written', same.returncode == 0 and
          'What runs is what' in same.stdout, same.stdout + same.stderr)
    trunk.control(hosts['a'].domain, max_stanza='64k')
    conf = trunk.write()
    other = await trunk.ask('config', '--diff', '-c', conf)
    check('... a key that was changed, and where', other.returncode == 2 and
          hosts['a'].domain in other.stdout and '- max_stanza = "256k"' in other.stdout and
          '+ max_stanza = "64k"' in other.stdout, other.stdout + other.stderr)
    told = json.loads((await trunk.ask('config', '--diff', '-c', conf, '--json')).stdout)
    check('... as JSON', told['same'] is False and len(told['changes']) == 1 and
          told['changes'][0]['file'] == ['max_stanza = "64k";'], repr(told))
    check('it is taken over', await trunk.reload())
    told = json.loads((await trunk.ask('status', '--json')).stdout)
    check('status tells of the reload', told['last_reload']['done'] is True and
          told['configuration']['number'] == 4, repr(told['last_reload']))
    trunk.control(hosts['a'].domain, max_stanza='nonsense')
    check('a bad configuration is refused', not await trunk.reload())
    told = json.loads((await trunk.ask('status', '--json')).stdout)
    text = (await trunk.ask('status')).stdout
    check('... and status says why', told['last_reload']['done'] is False and
          'max_stanza' in told['last_reload']['words'] and told['configuration']['number'] == 4 and
          line_of(text, 'Last reload', 'refused') and line_of(text, 'max_stanza'), text)
    trunk.control(hosts['a'].domain, max_stanza='64k')


async def changes(check, trunk, records):
    """The log level: a change, audited with who asked, done or not."""
    read, change = (os.path.join(trunk.folder, n) for n in ('read', 'change'))
    before = await trunk.ask('loglevel')
    refused = await trunk.ask('loglevel', 'error', socket=read)
    check('a change through the socket for reading is refused, with the other one named',
          refused.returncode == 1 and change in refused.stderr, refused.stderr)
    check('... and has changed nothing', (await trunk.ask('loglevel')).stdout == before.stdout)
    done = await trunk.ask('loglevel', 'debug')
    check('loglevel debug', done.returncode == 0 and done.stdout.startswith('debug, until'),
          done.stdout + done.stderr)
    check('... is logged by itself', await trunk.logged(['operator command=set-loglevel', 'outcome=done']))
    check('a reload keeps it', await trunk.reload(write=False) is not None and
          json.loads((await trunk.ask('loglevel', '--json')).stdout)['level'] == 'debug')
    failed = await trunk.ask('loglevel', 'loud')
    check('a level that is none', failed.returncode == 1 and 'debug, info' in failed.stderr,
          failed.stderr)
    back = await trunk.ask('loglevel', 'configured', socket=change)
    check('... and back to what is configured', back.returncode == 0 and
          back.stdout == before.stdout, back.stdout)
    await until(lambda: len(audit.records(records, event='operator')) == 4)
    told = [(r['verdict'], r['uid'], r['command'], json.loads(r['arguments'])['level'])
            for r in audit.records(records, event='operator')]
    uid = str(os.getuid())
    check('the audit has all of them: verdict, uid, command, arguments', told == [
        ('refused', uid, 'set-loglevel', 'error'), ('done', uid, 'set-loglevel', 'debug'),
        ('failed', uid, 'set-loglevel', 'loud'), ('done', uid, 'set-loglevel', 'configured')],
        repr(told))


async def another_user(check, trunk):
    """Permissions are those of files. The bed's own folder is closed to others: theirs is not."""
    place = tempfile.mkdtemp(prefix='trunkd-control-')
    try:
        os.chmod(place, 0o755)
        trunk.settings['control'] = {'read': place + '/read', 'change': place + '/change'}
        check('the sockets move with a reload', await trunk.reload() and
              (await trunk.ask('status', socket=place)).returncode == 0)
        gone = await trunk.ask('status')
        check('... nothing is left where they were', gone.returncode == 3, gone.stderr)
        try:
            answer = await trunk.ask('status', socket=place, user=NOBODY, group=NOBODY)
        except OSError:                     # one user only in this namespace
            check.note('no second user here')
            return
        check('another user may not even ask', answer.returncode == 1 and
              'permission denied' in answer.stderr, answer.stderr)
        os.chown(place + '/read', -1, NOBODY)
        answer = await trunk.ask('status', socket=place, user=NOBODY, group=NOBODY)
        check('... one of the group may', answer.returncode == 0, answer.stderr)
        answer = await trunk.ask('loglevel', 'debug', socket=place, user=NOBODY, group=NOBODY)
        check('... but not change anything', answer.returncode == 1 and
              'permission denied' in answer.stderr, answer.stderr)
    finally:
        trunk.settings['control'] = {'read': os.path.join(trunk.folder, 'read'),
                                     'change': os.path.join(trunk.folder, 'change')}
        await trunk.reload()
        shutil.rmtree(place)


async def idle_talkers(bed, check, trunk):
    """Connections that say nothing, or half a request, take nothing from the others."""
    path, open_ = os.path.join(trunk.folder, 'read'), []
    for i in range(15):
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        s.send(b'{"command":"sta' if i % 2 else b'')
        open_.append(s)
    answer = await trunk.ask('status')
    check('fifteen that say nothing leave one place', answer.returncode == 0, answer.stderr)
    for s in open_:
        s.close()
    await talk(bed, check)


async def run(bed, check):
    trunk = bed.trunk('asked')
    records = os.path.join(trunk.folder, 'audit.json')
    trunk.usual()
    trunk.settings['audit'] = {'file': records}
    before = await trunk.ask('status')
    check('before it runs: 3, and says so', before.returncode == 3 and
          'not running' in before.stderr and before.stdout == '', before.stderr)
    await trunk.start()
    await talk(bed, check)
    for part in (status, streams, routes_and_peers, certs, difference):
        await part(check, trunk)
    await changes(check, trunk, records)
    await another_user(check, trunk)
    await idle_talkers(bed, check, trunk)
    check('it stops', await trunk.stop() == 0)
    check('the sockets are gone', not [n for n in ('read', 'change')
                                       if os.path.exists(os.path.join(trunk.folder, n))])
    for words in (['status'], ['streams'], ['peers'], ['routes'], ['certs'], ['loglevel'],
                  ['loglevel', 'debug'], ['config', '--diff', '-c', trunk.write()]):
        answer = await trunk.ask(*words)
        check('without a daemon, %s: 3' % ' '.join(words[:2]), answer.returncode == 3 and
              'not running' in answer.stderr, '%d %s' % (answer.returncode, answer.stderr))
    # A name that a killed one leaves behind is taken over.
    await trunk.start()
    trunk.process.signal(9)
    await asyncio.sleep(0)
    await trunk.stop()
    left = await trunk.ask('status')
    check('after kill -9, a name without anybody behind it: 3', left.returncode == 3, left.stderr)
    await trunk.start()
    check('... and the next one takes it', (await trunk.ask('status')).returncode == 0)
