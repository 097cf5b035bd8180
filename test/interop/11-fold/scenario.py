# SPDX-License-Identifier: MIT
"""Folding between real clients: presence, chat states and HTML, as far as the policies say."""
import asyncio

from bed.client import fresh, show, text_of
from bed.talk import converse

ACTIVE = "<active xmlns='http://jabber.org/protocol/chatstates'/>"
HTML = ("<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
        '<p>%s <b>bold</b></p></body></html>')
OTHER = "<x xmlns='urn:example:other' a='1'>kept</x>"
CAPS = "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='abc='/>"
POLICIES = [
    {'name': 'narrow', 'presence': {'fold': 'availability'}, 'strip': ['chat-states', 'html']},
    {'name': 'shown', 'presence': {'fold': 'show', 'show_map': {'xa': 'away', 'dnd': 'away',
                                                                'chat': ''}}},
]
CASES = [('narrow', 'p1', 'e2'), ('narrow', 'e1', 'p2'), ('shown', 'p1', 'e2')]
hosts = {}


def plan(bed):
    for kind, west, east in CASES:
        for name in (west, east):
            hosts[kind, name] = bed.host('%s.%s.example' % (kind, name), name, trunk='fold',
                                         users=('ann', 'talk'))


async def befriend(x, y):
    """x sees y's presence."""
    x.say("<presence to='%s' type='subscribe'/>" % y.bare)
    await y.presence(x.bare, 'subscribe')
    y.say("<presence to='%s' type='subscribed'/>" % x.bare)
    await x.presence(y.bare, 'subscribed')
    return await x.presence(y.jid)


async def messages(check, x, y):
    body = ' spaces  and <&> %s\u00e4 ' % fresh()
    x.tell(y.jid, body, extra=ACTIVE + HTML % 'rich' + OTHER)
    got = await y.message(body)
    if not check('the body arrives as it was', got, show(got)):
        return
    tags = {c.tag for c in got}
    check('no chat state', not any('chatstates' in t for t in tags), show(got))
    check('no HTML', not any('xhtml-im' in t for t in tags), show(got))
    check('what nobody named is kept', '{urn:example:other}x' in tags, show(got))
    lone, mark = fresh('lone'), 'mark ' + fresh()
    x.say("<message to='%s' type='chat' id='%s'>%s</message>" % (y.jid, lone, ACTIVE))
    x.tell(y.jid, mark)
    check('what follows a lone chat state arrives', await y.message(mark))
    check('a lone chat state vanishes', not y.has('message', lambda s: s.get('id') == lone))
    check('and is not answered', not x.has('message', lambda s: s.get('id') == lone))


def children(stanza):
    return [] if stanza is None else [c.tag.split('}')[1] for c in stanza]


async def narrow_presence(check, x, y):
    got = await befriend(x, y)
    check('presence comes', got is not None, show(got))
    x.kept.clear()
    y.say('<presence><show>dnd</show><status>busy</status><priority>5</priority>%s</presence>' % CAPS)
    got = await x.presence(y.jid)
    check('presence is available and no more', got is not None and not children(got) and
          got.get('type') is None, show(got))
    y.say("<presence type='unavailable'><status>gone home</status></presence>")
    got = await x.presence(y.jid, 'unavailable')
    check('unavailable passes without its status', got is not None and not children(got), show(got))
    y.say('<presence/>')


async def shown_presence(check, x, y):
    await befriend(x, y)
    for sent, expected in (('away', 'away'), ('xa', 'away'), ('dnd', 'away'), ('chat', None)):
        x.kept.clear()
        y.say('<presence><show>%s</show><status>s</status>%s</presence>' % (sent, CAPS))
        got = await x.presence(y.jid)
        check('show %s arrives as %s' % (sent, expected), got is not None and
              text_of(got, 'show') == expected and set(children(got)) <= {'show'}, show(got))


async def case(bed, check, kind, west, east):
    x, y = await asyncio.gather(bed.client(hosts[kind, west]), bed.client(hosts[kind, east]))
    for one, other in ((x, y), (y, x)):
        say = check.sub('%s to %s' % (one.host.domain, other.host.domain))
        if kind == 'shown':
            await shown_presence(say, one, other)
        else:
            await messages(say, one, other)
            await narrow_presence(say, one, other)
    if kind == 'narrow':
        x, y = await asyncio.gather(bed.client(hosts[kind, west], 'talk'),
                                    bed.client(hosts[kind, east], 'talk'))
        without = ('presence',)     # its status cannot come through
        await converse(check.sub('%s to %s' % (west, east)), x, y, without)
        await converse(check.sub('%s to %s' % (east, west)), y, x, without)


async def run(bed, check):
    trunk = bed.trunk('fold')
    trunk.usual()
    trunk.settings['policies'] = POLICIES
    for (kind, name), host in hosts.items():
        if name in ('p2', 'e2'):    # at the eastern side of the boundary, both ways
            trunk.controls(host, to_peer=[kind], from_peer=[kind])
    await trunk.start()
    await asyncio.gather(*(case(bed, check, *c) for c in CASES))
