# SPDX-License-Identifier: MIT
"""Policies between real clients: files, calls, encryption, questions and sizes are refused, the rest is not."""
import asyncio

from bed import payloads as p
from bed.client import condition, fresh, show, text_of

POLICIES = [
    {'name': 'files', 'block': ['file-transfer']},
    {'name': 'calls', 'block': ['voip']},
    {'name': 'clear', 'block': ['encrypted']},
    {'name': 'asks', 'iq': ['ping', 'disco']},
    {'name': 'small', 'max_body': 1000, 'max_stanza': 12000},
]
CASES = [('files', 'p1', 'e2'), ('files', 'e1', 'p2'), ('calls', 'p1', 'e2'), ('clear', 'p1', 'e2'),
         ('clear', 'e1', 'p2'), ('asks', 'e1', 'p2'), ('small', 'p1', 'e2')]
hosts = {}


def plan(bed):
    for kind, west, east in CASES:
        for name in (west, east):
            if (kind, name) not in hosts:
                hosts[kind, name] = bed.host('%s.%s.example' % (kind, name), name, trunk='policies',
                                             rooms=False)


async def files(check, x, y):
    p.ready_for_files(x, y)
    got = await p.send_file(x, y, b'a file ' * 100)
    check('a file in band is refused as by one who knows no files', got == 'service-unavailable', got)
    await p.answered(check, 'a file by Jingle too', x, y.jid, p.OFFER % fresh('s'), 'service-unavailable', 'set')
    await p.answered(check, 'so is a slot for uploads', x, y.boundjid.domain, p.SLOT, 'service-unavailable')
    await p.bounced(check, 'a link out of band', x, y, p.LINK)
    got = await x.iq(y.jid, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
    names = [f.get('var') for f in got.iter('{http://jabber.org/protocol/disco#info}feature')] if got is not None else []
    check('who asks is not told of files', names and 'http://jabber.org/protocol/ibb' not in names and
          'urn:xmpp:ping' in names, show(got))


async def calls(check, x, y):
    await p.vanishes(check, 'a proposed call', x, y, p.PROPOSE % fresh())
    await p.answered(check, 'a call is refused as by one who knows no calls', x, y.jid, p.CALL % fresh('s'),
                     'service-unavailable', 'set')
    got = await x.iq(y.jid, p.OFFER % fresh('s'), 'set')
    check('a file by Jingle gets to the other client', condition(got) in
          ('service-unavailable', 'feature-not-implemented') and got.get('from') == y.jid, show(got))


async def clear(check, x, y):
    await p.bounced(check, 'an OMEMO message', x, y, p.OMEMO, body='I sent you an OMEMO encrypted message')
    await p.bounced(check, 'an OTR message', x, y, '', body=p.OTR)
    keys = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='eu.siacs.conversations.axolotl.devicelist'/></pubsub>"
    await p.answered(check, 'keys are not to be had', x, y.bare, keys, 'policy-violation')


async def asks(check, x, y):
    got = await x.iq(y.jid, p.PING)
    check('a ping is answered', got is not None and got.get('type') == 'result', show(got))
    got = await x.iq(y.jid, p.VERSION)
    check('the version is not told', got is not None and got.get('type') == 'error' and
          got.get('from') == y.jid, show(got))


async def small(check, x, y):
    await p.bounced(check, 'a long body', x, y, '', body='x' * 1001)
    body = 'y' * 1000
    x.tell(y.jid, body)
    check('one that is just short enough arrives', await y.message(body))
    number = x.tell(y.jid, 'big', extra="<x xmlns='urn:example:big'>%s</x>" % ('z' * 12000))
    got = await x.failure(number)
    check('a large stanza comes back', got is not None and condition(got) == 'policy-violation' and
          got.find('{jabber:client}error/{urn:xmpp:errors}stanza-too-big') is not None, show(got))
    await p.silent(check, 'a large stanza', x, y, number)


async def case(bed, check, kind, west, east):
    x, y = await asyncio.gather(bed.client(hosts[kind, west]), bed.client(hosts[kind, east]))
    await globals()[kind](check.sub('%s to %s' % (x.host.domain, y.host.domain)), x, y)
    body = 'plain ' + fresh()
    x.tell(y.jid, body, extra=p.HTML)
    got = await y.message(body)
    check('%s: what nobody named is kept' % kind, got is not None and text_of(got, 'body') == body and
          got.find('{http://jabber.org/protocol/xhtml-im}html') is not None, show(got))


async def run(bed, check):
    trunk = bed.trunk('policies')
    trunk.usual()
    trunk.settings['policies'] = POLICIES
    for (kind, name), host in hosts.items():
        if name in ('p2', 'e2'):    # at the eastern side of the boundary, both ways
            trunk.controls(host, to_peer=[kind], from_peer=[kind])
    await trunk.start()
    await asyncio.gather(*(case(bed, check, *c) for c in CASES))
