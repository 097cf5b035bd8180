# SPDX-License-Identifier: MIT
"""Who may speak to whom: access lists, rooms only, no rooms; and what is refused throws nobody out of a room."""
import asyncio

from bed import payloads as p
from bed.client import condition, fresh, show
from bed.talk import enter, open_room

POLICIES = [
    {'name': 'listed', 'access': [{'from': '@writers', 'action': 'allow'},
                                  {'to': '@writers', 'action': 'allow'}]},
    {'name': 'rooms', 'conversations': 'muc-only'},
    {'name': 'people', 'conversations': 'one-to-one-only'},
    {'name': 'clear', 'block': ['encrypted']},
]
CASES = [('listed', 'p1', 'e2'), ('rooms', 'p1', 'e2'), ('people', 'p1', 'e2'), ('clear', 'p1', 'e2'),
         ('clear', 'e1', 'p2')]
hosts = {}


def plan(bed):
    for kind, west, east in CASES:
        for name in (west, east):
            hosts[kind, name] = bed.host('%s.to-%s.example' % (kind, name), name, trunk='whom')


async def listed(bed, check, x, y):
    ben = await bed.client(x.host, 'ben')
    body = 'from a writer ' + fresh()
    x.tell(y.jid, body)
    check('who is on the list is heard', await y.message(body))
    number = ben.tell(y.jid, 'not on the list')
    got = await ben.failure(number)
    check('who is not is told so', got is not None and condition(got) is not None, show(got))
    await p.silent(check, 'who is not', x, y, number)
    got = await ben.iq(y.jid, p.PING)
    check('nor do questions pass', got is not None and got.get('type') == 'error', show(got))
    body = 'an answer ' + fresh()
    y.tell(x.jid, body)
    check('and is answered', await x.message(body))


async def room_of(check, x, y):
    """A room of y's, with x in it."""
    name = await open_room(y, y.host.service)
    if not check('a room is opened', name) or \
            not check('one from elsewhere comes in', await enter(x, name, 'guest')):
        return None
    return name


async def talk(check, name, x, y):
    """Both hear what each of them says in the room."""
    for who, nick in ((x, 'guest'), (y, 'own')):
        body = 'talk ' + fresh()
        who.tell(name, body, 'groupchat')
        for reader in (x, y):
            check('%s is heard in the room' % nick, await reader.message(body, 'groupchat', name + '/' + nick))


async def rooms(bed, check, x, y):
    name = await room_of(check, x, y)
    if name:
        await talk(check, name, x, y)
    got = await x.failure(x.tell(y.jid, 'from one to one'))
    check('one to one comes back', got is not None and condition(got) == 'policy-violation', show(got))


async def people(bed, check, x, y):
    body = 'from one to one ' + fresh()
    x.tell(y.jid, body)
    check('one to one arrives', await y.message(body))
    name = await open_room(y, y.host.service)
    x.say("<presence to='%s/guest'><x xmlns='http://jabber.org/protocol/muc'/></presence>" % name)
    got = await x.presence(name + '/guest', 'error')
    check('a join is refused', got is not None and condition(got) == 'not-allowed', show(got))


async def clear(bed, check, x, y):
    name = await room_of(check, x, y)
    if not name:
        return
    number = x.tell(name, 'fallback', 'groupchat', p.OMEMO)
    got = await x.failure(number)
    check('what is refused comes back from the room', got is not None and
          condition(got) == 'policy-violation', show(got))
    y.tell(name, 'fallback', 'groupchat', p.OMEMO)
    await talk(check, name, x, y)       # both are still in it
    check('nobody was thrown out', not any(
        c.has('presence', lambda s: s.get('type') == 'unavailable') for c in (x, y)))
    check('what is refused is not heard', not x.has(
        'message', lambda s: s.find('{eu.siacs.conversations.axolotl}encrypted') is not None))


async def case(bed, check, kind, west, east):
    x, y = await asyncio.gather(bed.client(hosts[kind, west]), bed.client(hosts[kind, east]))
    await globals()[kind](bed, check.sub('%s: %s to %s' % (kind, west, east)), x, y)


async def run(bed, check):
    trunk = bed.trunk('whom')
    trunk.usual()
    trunk.settings['policies'] = POLICIES
    trunk.settings['jid_sets'] = [{'name': 'writers', 'members': ['ann@listed.to-p1.example']}]
    for (kind, name), host in hosts.items():
        if name in ('p2', 'e2'):
            trunk.controls(host, to_peer=[kind], from_peer=[kind])
    await trunk.start()
    await asyncio.gather(*(case(bed, check, *c) for c in CASES))
