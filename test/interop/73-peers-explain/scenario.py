# SPDX-License-Identifier: MIT
"""Peers explain themselves: each way not to get through has its stage and its words, out and in."""
import asyncio
import os

from bed.client import fresh
from bed.peer import Peer, message
from bed.press import until
from bed.wire import Gone

LIMIT = 60.0
# name: (certificate, stage, words)
OUT = {
    'good': ('good', 'ready', None),
    'refused': (None, 'tcp', 'connection refused'),
    'stranger': ('unknown-ca', 'tls', 'not issued by a known CA'),
    'alone': ('self-signed', 'tls', 'self-signed and not known'),
    'named': ('wrong-name', 'tls', 'certificate does not name named.explain.example'),
    'old': ('expired', 'tls', 'certificate has expired'),
    'future': ('not-yet', 'tls', 'certificate is not valid yet'),
    'dumb': ('good', 'auth', 'dialback key invalid'),
}
IN = {
    'stranger': 'not issued by a known CA', 'alone': 'self-signed and not known',
    'named': 'certificate does not name named.explain.example', 'old': 'certificate has expired',
}
AGAIN = 140       # of two workers, each writes fifty at most
peers, source = {}, []


def plan(bed):
    source.append(Peer(bed, 'source.explain.example'))
    for name, (kind, _, _) in OUT.items():
        peers[name] = Peer(bed, name + '.explain.example', cert=kind or 'good')
    peers['dumb'].external, peers['dumb'].verdict = False, 'invalid'


async def row(trunk, domain):
    found = [r for r in await trunk.rows('peers') if r['peer'] == domain]
    return found[0] if found else {}


async def outwards(check, trunk):
    wire = await source[0].proven(peers['good'].domain, trunk.address)
    for name in OUT:
        await wire.send(message('x@' + source[0].domain, 'y@' + peers[name].domain, fresh()))
    nowhere = 'nowhere.explain.example'
    await wire.send(message('x@' + source[0].domain, 'y@' + nowhere, fresh()))

    async def tried(domain):
        for _ in range(400):
            told = await row(trunk, domain)
            if told.get('attempts'):
                return told
            await asyncio.sleep(0.05)
        return {}
    for name, (_, stage, words) in OUT.items():
        told = await tried(peers[name].domain)
        one = (told.get('attempts') or [{}])[-1]
        say = check.sub('out, ' + name)
        say('how far it came: ' + stage, one.get('stage') == stage and
            one.get('target') == peers[name].address + ':5269', repr(one))
        say('the error in words', words is None and one.get('error') is None or
            words is not None and words in (one.get('error') or ''), repr(one))
        say('the time of each stage up to there', set(one.get('stages', {})) >=
            {'dns', 'tcp', stage} - {'ready'}, repr(one))
        if name == 'good':
            say('it is ready', told['state'] == 'ready' and told['last_success'] and
                told['error'] is None and told['retry'] is None, repr(told))
            continue
        say('it is failing, and says where and why', told['state'] in ('failing', 'connecting') and
            told['failed_at'] == stage and words in told['error'] and told['failures'] >= 1 and
            told['last_success'] is None, repr(told))
        seen = one.get('certificate')
        say('the certificate that was seen', (name == 'refused') == (seen is None),
            repr(seen))
    told = await tried(nowhere)
    say = check.sub('out, nowhere')
    say('dns, and that there is no such name', told.get('failed_at') == 'dns' and
        'nowhere.explain.example' in (told.get('error') or ''), repr(told))
    return wire


async def as_text(check, trunk):
    text = (await trunk.ask('peers', peers['named'].domain)).stdout
    check('text: stage, words, certificate, next try',
          all(w in text for w in ('Failed at', 'Next try in', 'does not name', 'elsewhere.example',
                                  'tcp')), text)
    text = (await trunk.ask('peers')).stdout
    check('table: a line for each with where and why',
          all(any(peers[n].domain in l and s in l and (w or '') in l for l in text.splitlines())
              for n, (_, s, w) in OUT.items() if w), text)


async def waiting(check, trunk, wire):
    """What waits for a peer that cannot be reached, for how long, and when it is tried again."""
    domain = peers['refused'].domain
    await wire.send(message('x@' + source[0].domain, 'y@' + domain, fresh(), 'z' * 5000))

    async def look():
        for _ in range(400):
            rows = [r for r in await trunk.rows('routes', domain) if r['to'] == domain]
            if rows and rows[0]['stanzas'] >= 1 and rows[0]['state'] == 'waiting':
                return rows[0]
            await asyncio.sleep(0.05)
        return {}
    told = await look()
    check('routes: what waits, for how long, until the next try', told.get('bytes', 0) > 5000 and
          told.get('oldest') is not None and told.get('retry') is not None and
          told.get('stream') is None, repr(told))
    await peers['refused'].listen()
    await until(lambda: peers['refused'].stanzas)
    check('when it is there, it is reached', peers['refused'].stanzas)
    told = await row(trunk, domain)
    errors = [a['error'] for a in told['attempts']]
    check('... and the peer has both attempts and no trouble', told['state'] == 'ready' and
          told['error'] is None and told['failures'] == 0 and
          errors[-1] is None and 'connection refused' in errors[0], repr(told))


async def inwards(check, trunk):
    """The same peers come to us; EXTERNAL is all that their controls take."""
    for name, words in IN.items():
        peer, say = peers[name], check.sub('in, ' + name)
        try:
            wire = await peer.dial(source[0].domain, trunk.address)
            offered = peer.offers(wire)
            await wire.send('</stream:stream>')
        except Gone:
            offered = False
        told = {}
        for _ in range(200):
            told = await row(trunk, peer.domain)
            if told.get('attempts_in'):
                break
            await asyncio.sleep(0.05)
        one = (told.get('attempts_in') or [{}])[-1]
        say('EXTERNAL is not offered', not offered)
        say('the peer row says why', words in (one.get('error') or '') and
            one.get('stage') == 'auth' and one.get('certificate') and
            one.get('target', '').startswith('127.0.'), repr(one))


async def again_and_again(trunk):
    """More ends of streams that proved nothing than the log wants to have from one address."""
    for _ in range(AGAIN):
        try:
            await source[0].dial('not.served.example', trunk.address)
        except Gone:
            pass


async def run(bed, check):
    trunk = bed.trunk('explain')
    trunk.usual(source[0], *peers.values())
    trunk.settings['audit'] = {'file': os.path.join(trunk.folder, 'audit.json')}
    for name in OUT:
        trunk.control(peers[name].domain, queue={'seconds': '30s'})
    for name in IN:
        trunk.control(peers[name].domain, authentication=['external'])
    trunk.control('nowhere.explain.example', connect='dns')
    await asyncio.gather(source[0].listen(),
                         *(p.listen() for n, p in peers.items() if n != 'refused'))
    await trunk.start()
    await again_and_again(trunk)
    wire = await outwards(check, trunk)
    await as_text(check, trunk)
    await waiting(check, trunk, wire)
    await inwards(check, trunk)
    written, held = 0, 0
    for _ in range(400):                    # each worker tells when its ten seconds are over
        held = sum(int(e['lines']) for e in trunk.events('held-back', events='stream-end',
                                                         peer=source[0].address))
        written = len([e for e in trunk.events('stream-end', dir='in', proof='none')
                       if e['peer'].startswith(source[0].address + ':')])
        if written + held >= AGAIN:
            break
        await asyncio.sleep(0.05)
    check('what one address does again and again is counted, not written', held >= AGAIN - 100 and
          written + held == AGAIN, '%d written, %d held back' % (written, held))
    await asyncio.gather(source[0].close(), *(p.close() for p in peers.values()))
