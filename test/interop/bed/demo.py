# SPDX-License-Identifier: MIT
"""The demonstration: alice at a Prosody and bob at an ejabberd, trunkd between them, folding."""
import os
import shutil
import sys
import tempfile
from xml.etree import ElementTree

from . import keep, paint, space
from .client import fresh
from .world import Bed

POLICY = {'name': 'narrow-link', 'presence': {'fold': 'availability'},
          'strip': ['chat-states', 'html']}
MESSAGE = '''<message to='{to}' type='chat' id='{id}'>
  <body>Meet me at *seven*.</body>
  <active xmlns='http://jabber.org/protocol/chatstates'/>
  <html xmlns='http://jabber.org/protocol/xhtml-im'>
    <body xmlns='http://www.w3.org/1999/xhtml'><p>Meet me at <b>seven</b>.</p></body>
  </html>
</message>'''
TYPING = '''<message to='{to}' type='chat' id='{id}'>
  <composing xmlns='http://jabber.org/protocol/chatstates'/>
</message>'''
PRESENCE = '''<presence id='{id}'>
  <show>away</show>
  <status>In the garden, back at eight</status>
  <priority>5</priority>
  <c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='q07IKJEyjvHSyhy//A='/>
</presence>'''


def plan(bed):
    a = bed.host('a.example', 'p1', trunk='trunkd', users=('alice',))
    b = bed.host('b.example', 'e2', trunk='trunkd', users=('bob',))
    trunk = bed.trunk('trunkd')
    trunk.usual()
    trunk.settings['policies'] = [POLICY]
    trunk.controls(b, to_peer=['narrow-link'])
    return a, b, trunk


async def befriend(watcher, watched):
    """watcher sees watched's presence."""
    watcher.say("<presence to='%s' type='subscribe'/>" % watched.bare)
    await watched.presence(watcher.bare, 'subscribe')
    watched.say("<presence to='%s' type='subscribed'/>" % watcher.bare)
    return await watcher.presence(watched.jid)


def folded(stanza):
    """Is all gone that the policy takes away?"""
    if stanza is None:
        return True
    kept = [c.tag for c in stanza]
    return not kept if stanza.tag.endswith('presence') else \
        not any('chatstates' in t or 'xhtml' in t for t in kept)


async def exchange(alice, bob, out):
    """Send the three stanzas, show each beside what arrived. Returns what went wrong."""
    wrong = []
    bob.kept.clear()
    for title, template, accept in (
            ('A message with a chat state and HTML', MESSAGE, bob.message('Meet me at *seven*.')),
            ('Only a chat state', TYPING, None),
            ('A rich presence', PRESENCE, bob.presence(alice.jid))):
        number = fresh()
        sent = template.format(to=bob.bare, id=number)
        alice.say(sent)
        if accept:
            got = await accept
        else:
            mark = fresh('mark')        # what is sent behind it tells when it is not coming
            alice.tell(bob.bare, mark)
            arrived = await bob.message(mark)
            got = await bob.expect('message', lambda s, n=number: s.get('id') == n, 0)
            if arrived is None:
                wrong.append(title)
        if (got is None) == bool(accept) or not folded(got):
            wrong.append(title)
        paint.beside(out, title, sent, got)
    back = 'I will be there.'
    bob.tell(alice.jid, back)
    if await alice.message(back) is None:
        wrong.append('the answer')
    return wrong


def streams(trunk, out, since):
    """How each stream was secured and proven, in trunkd's own words."""
    rows = []
    for row in trunk.events()[since:]:
        kind = row.get('event')
        if kind == 'proven':
            rows.append(('%s -> trunkd' % row['from'], 'posing as ' + row['to'], row['tls'],
                         row['proof']))
        elif kind == 'stream-ready':
            rows.append(('trunkd -> %s' % row['to'], 'posing as ' + row['from'], row['tls'],
                         row['proof']))
    paint.table(out, 'The streams, from trunkd\'s log',
                ('stream', 'trunkd is', 'secured by', 'proven by'), rows)
    return rows


async def show(bed, trunk, users, out):
    paint.heading(out, 'trunkd quickstart')
    for line in ('alice@a.example is at a Prosody, bob@b.example at an ejabberd. In the DNS that they',
                 'see, the other domain is at trunkd; neither was told anything about it.',
                 'Towards b.example the policy "narrow-link" strips chat states and HTML, and folds',
                 'presence to online or offline.'):
        out(line)
    wrong = await exchange(*users, out)
    rows = streams(trunk, out, 0)
    if len(rows) < 4:
        wrong.append('four streams (the log has %d)' % len(rows))
    for what in wrong:
        out('NOT AS EXPECTED: ' + what)
    return wrong


async def run(bed, state, kept):
    a, b, trunk = plan(bed)
    print('starting DNS, Prosody, ejabberd and trunkd ...', flush=True)
    await bed.start()
    for problem in bed.broken.values():
        raise RuntimeError(problem)
    await trunk.start()
    alice, bob = await bed.client(a, 'alice'), await bed.client(b, 'bob')
    if await befriend(bob, alice) is None:
        print('bob does not see alice; the logs are in %s' % bed.logs)
    wrong = await show(bed, trunk, (alice, bob), print)
    if kept:
        async def again(out):
            # The file may have been edited: it is loaded, not written.
            await trunk.reload(write=False)
            await show(bed, trunk, (alice, bob), out)
        await keep.serve(bed, trunk, state, again)
    return 1 if wrong else 0


def trunkd_of(state):
    for path in ('src/trunkd', 'trunkd'):
        if os.access(os.path.join(state, path), os.X_OK):
            return os.path.abspath(os.path.join(state, path))
    sys.exit('quickstart: no trunkd in %s' % state)


def main(state, kept):
    folder = tempfile.mkdtemp(prefix='trunkd-quickstart.')
    bed = Bed(folder, os.path.join(folder, 'logs'), trunkd_of(state))
    try:
        return space.run(lambda: run(bed, state, kept), bed.stop)
    except (RuntimeError, ElementTree.ParseError) as problem:
        print('quickstart: %s' % problem)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        keep.forget(state)
