# SPDX-License-Identifier: MIT
"""A policy in shadow that refuses everything: nothing changes for anybody."""
import asyncio

from bed import payloads as p
from bed.client import fresh, show
from bed.talk import converse

STRICT = {'name': 'strict', 'mode': 'shadow', 'presence': {'fold': 'availability'},
          'strip': ['chat-states', 'html', 'unknown'],
          'block': ['file-transfer', 'voip', 'encrypted', 'muc', 'version']}
CASES = [('p1', 'e2'), ('e1', 'p2')]
hosts = {}


def plan(bed):
    for pair in CASES:
        for name in pair:
            hosts[name] = bed.host('shadow.%s.example' % name, name, trunk='shadow')


async def content(check, x, y):
    sent = b'a file ' * 3000
    p.ready_for_files(x, y)
    got = await p.send_file(x, y, sent)
    check('a file arrives whole', got == sent, got if isinstance(got, str) else len(got or b''))
    await p.arrives(check, 'HTML arrives', x, y, p.HTML, '{http://jabber.org/protocol/xhtml-im}html')
    await p.arrives(check, 'what is encrypted arrives', x, y, p.OMEMO, '{eu.siacs.conversations.axolotl}encrypted')
    number = fresh('v')
    x.say("<message to='%s' type='chat' id='%s'>%s</message>" % (y.jid, number, p.PROPOSE % number))
    got = await y.expect('message', lambda s: s.get('id') == number)
    check('a call is proposed', got is not None, show(got))


async def case(bed, check, west, east):
    x, y = await asyncio.gather(bed.client(hosts[west]), bed.client(hosts[east]))
    for one, other in ((x, y), (y, x)):
        await converse(check.sub('%s to %s' % (one.host.domain, other.host.domain)), one, other)
    await content(check.sub('%s to %s' % (west, east)), x, y)


async def run(bed, check):
    trunk = bed.trunk('shadow')
    trunk.usual()
    trunk.settings['policies'] = [STRICT]
    for host in hosts.values():
        trunk.controls(host, to_peer=['strict'], from_peer=['strict'])
    await trunk.start()
    await asyncio.gather(*(case(bed, check, *c) for c in CASES))
