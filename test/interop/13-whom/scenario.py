# SPDX-License-Identifier: MIT
"""What is refused in a room throws nobody out of it."""
import asyncio

from bed import payloads as p
from bed.client import condition, fresh, show
from bed.talk import enter, open_room

POLICIES = [
    {'name': 'clear', 'block': ['encrypted']},
]
CASES = [('clear', 'p1', 'e2'),
         ('clear', 'e1', 'p2')]
hosts = {}


def plan(bed):
    for kind, west, east in CASES:
        for name in (west, east):
            hosts[kind, name] = bed.host('%s.to-%s.example' % (kind, name), name, trunk='whom')


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
    for (kind, name), host in hosts.items():
        if name in ('p2', 'e2'):
            trunk.controls(host, to_peer=[kind], from_peer=[kind])
    await trunk.start()
    await asyncio.gather(*(case(bed, check, *c) for c in CASES))
