# SPDX-License-Identifier: MIT
"""A peer that comes in and breaks the rules: each breach ends its stream with the right words."""
import asyncio
import base64

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import DIALBACK, HEADER, SASL, Gone, Wire, attributes, local

TLS_NS = 'urn:ietf:params:xml:ns:xmpp-tls'
SASL_NS = 'urn:ietf:params:xml:ns:xmpp-sasl'
LEAF, HOP = 'leaf.misuse.example', 'hop.misuse.example'
GOOD_HEADER = HEADER % attributes(from_=LEAF, to=HOP, version='1.0')
STANZA = message('x@' + LEAF, 'y@' + HOP, 'early')
# What is sent on a fresh connection, and the stream errors that are right answers to it.
PLAIN = {
    'not XML': ('GET / HTTP/1.1\r\nHost: x\r\n\r\n', {'not-well-formed', 'bad-format'}),
    'a comment': (GOOD_HEADER + '<!-- hi -->', {'restricted-xml'}),
    'a processing instruction': (GOOD_HEADER + '<?php x?>', {'restricted-xml'}),
    'a document type': ("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>", {'restricted-xml'}),
    'another encoding': ("<?xml version='1.0' encoding='ISO-8859-1'?>" + GOOD_HEADER[21:],
                         {'unsupported-encoding'}),
    'content for clients': (GOOD_HEADER.replace('jabber:server\'', 'jabber:client\'', 1),
                            {'invalid-namespace'}),
    'a foreign stream namespace': (GOOD_HEADER.replace('etherx', 'ether'), {'invalid-namespace'}),
    'no to': (HEADER % attributes(from_=LEAF, version='1.0'), {'improper-addressing'}),
    'a header without end': (GOOD_HEADER[:-1] + " x='" + 'y' * 20000, {'policy-violation'}),
    'a stanza at once': (GOOD_HEADER + STANZA, {'not-authorized', 'policy-violation'}),
    'mismatched tags': (GOOD_HEADER + '<a></b>', {'not-well-formed'}),
    'bad UTF-8': (GOOD_HEADER.encode() + b"<a x='\xc3\x28'/>", {'not-well-formed',
                                                                'unsupported-encoding'}),
}
# The same under TLS, but before any proof.
UNPROVEN = {
    'a stanza': (STANZA, {'not-authorized'}),
    'unknown elements': ("<x xmlns='urn:example:x'/>" * 40,
                         {'policy-violation', 'unsupported-stanza-type'}),
    'too many bytes': ("<x xmlns='urn:example:x'>%s</x>" % ('y' * 20000), {'policy-violation'}),
    'an answer to nothing, then a stanza': (
        "<db:result from='%s' to='%s' type='valid'/>" % (LEAF, HOP) + STANZA, {'not-authorized'}),
    'a dialback element without names': ('<db:result>0</db:result>', {'improper-addressing'}),
}
# The same on a proven stream.
PROVEN = {
    'a foreign from': (message('x@elsewhere.example', 'y@' + HOP, 'f'), {'invalid-from'}),
    'no from': ("<message to='y@%s'><body>b</body></message>" % HOP, {'improper-addressing'}),
    'no to': ("<message from='x@%s'><body>b</body></message>" % LEAF, {'improper-addressing'}),
    'an address that is none': (message('x@' + LEAF, '@@' + HOP, 'f'), {'improper-addressing'}),
    'an unbound prefix': ("<message from='x@%s' to='y@%s'><q:x/></message>" % (LEAF, HOP),
                          {'not-well-formed'}),
    'an undefined entity': ("<message from='x@%s' to='y@%s'><body>&lol;</body></message>"
                            % (LEAF, HOP), {'not-well-formed', 'restricted-xml'}),
    'a comment in a stanza': ("<message from='x@%s' to='y@%s'><!-- c --></message>" % (LEAF, HOP),
                              {'restricted-xml'}),
    'too deep a nesting': ("<message from='x@%s' to='y@%s'>%s%s</message>" % (
        LEAF, HOP, "<a>" * 200, "</a>" * 200), {'policy-violation'}),
    'a stanza beyond every limit': (message('x@' + LEAF, 'y@' + HOP, 'f', 'z' * 3000000),
                                    {'policy-violation'}),
    'too many attributes': ("<message from='x@%s' to='y@%s'><a %s/></message>" % (
        LEAF, HOP, ' '.join("a%d='1'" % i for i in range(200))), {'policy-violation'}),
}
# <auth/> and the failure that answers it.
MECHANISMS = {
    'another domain': ('EXTERNAL', base64.b64encode(b'elsewhere.example').decode(),
                       {'invalid-authzid'}),
    'no base64': ('EXTERNAL', '***', {'incorrect-encoding'}),
    'another mechanism': ('PLAIN', 'AGEAYg==', {'invalid-mechanism'}),
}
peers = {}


def plan(bed):
    peers['leaf'], peers['hop'] = Peer(bed, LEAF), Peer(bed, HOP)
    peers['naked'] = Peer(bed, 'naked.misuse.example')
    peers['naked'].shows = None


async def ends(check, wire, data, expected, what):
    """Send it; the stream must end with one of the expected conditions."""
    try:
        await wire.send(data)
    except Gone:
        pass
    condition, text = await wire.ending()
    check('%s: %s' % (what, ' or '.join(sorted(expected))), condition in expected,
          '%s %s' % (condition, text))


async def plain(check, trunk, name):
    wire = await Wire.connect(trunk.address, 5269)
    await ends(check, wire, *PLAIN[name], 'plain, ' + name)
    wire.close()


async def unproven(check, trunk, name):
    wire = await peers['leaf'].dial(HOP, trunk.address)
    await ends(check, wire, *UNPROVEN[name], 'unproven, ' + name)


async def proven(check, trunk, name):
    wire = await peers['leaf'].proven(HOP, trunk.address)
    await ends(check, wire, *PROVEN[name], 'proven, ' + name)


async def mechanism(check, trunk, name):
    kind, text, expected = MECHANISMS[name]
    wire = await peers['leaf'].dial(HOP, trunk.address)
    auth = "<auth xmlns='%s' mechanism='%s'>%s</auth>" % (SASL_NS, kind, text)
    await wire.send(auth)
    answer = await wire.element()
    check('auth with %s: %s' % (name, ' or '.join(expected)), answer.tag == SASL + 'failure' and
          local(answer[0]) in expected, local(answer[0]) if len(answer) else answer.tag)
    for _ in range(5):
        try:
            await wire.send(auth)
        except Gone:
            break
    condition, _ = await wire.ending()
    check('auth with %s, again and again: policy-violation' % name, condition == 'policy-violation',
          str(condition))


async def injected(check, trunk):
    """What follows <starttls/> in the clear must never be read as if it came through TLS."""
    wire = await Wire.connect(trunk.address, 5269)
    await wire.send(GOOD_HEADER)
    await wire.header()
    await wire.element()
    await wire.send("<starttls xmlns='%s'/>" % TLS_NS + GOOD_HEADER + STANZA)
    condition, _ = await wire.ending()
    check('bytes behind starttls: the connection ends', condition != 'still open', str(condition))
    check('bytes behind starttls: they are not answered', wire.heard.count('<stream:stream') == 1)


async def before_tls(check, trunk):
    """Proof is refused in the clear where TLS is required."""
    wire = await Wire.connect(trunk.address, 5269)
    await wire.send(GOOD_HEADER)
    await wire.header()
    features = await wire.element()
    check('before TLS only starttls is offered', [local(f) for f in features] == ['starttls'])
    await wire.send("<auth xmlns='%s' mechanism='EXTERNAL'>=</auth>" % SASL_NS)
    answer = await wire.element()
    check('EXTERNAL before TLS is refused', answer.tag != SASL + 'success', answer.tag)
    wire.close()
    wire = await Wire.connect(trunk.address, 5269)
    await wire.send(GOOD_HEADER)
    await wire.header()
    await wire.element()
    await wire.send("<db:result from='%s' to='%s'>0</db:result>" % (LEAF, HOP))
    answer = await wire.element()
    check('dialback before TLS is refused', answer.tag != DIALBACK + 'result' or
          answer.get('type') == 'error', answer.tag)
    wire.close()


async def hello_on_starttls_port(check, trunk):
    wire = await Wire.connect(trunk.address, 5269)
    try:
        await wire.start_tls(peers['leaf'].client_context(), False, HOP)
        check('a TLS hello on the STARTTLS port is refused', False)
    except Gone:
        check('a TLS hello on the STARTTLS port is refused', True)


async def other_name_after_proof(check, trunk):
    """Identity is fixed at <auth/> (decision 6)."""
    peer = peers['leaf']
    wire = await peer.dial(HOP, trunk.address)
    await wire.send("<auth xmlns='%s' mechanism='EXTERNAL'>=</auth>" % SASL_NS)
    await wire.element()
    wire.restart()
    await wire.send(HEADER % attributes(from_='elsewhere.example', to=HOP, version='1.0'))
    condition, _ = await wire.ending()
    check('another from after the proof ends the stream', condition in (
        'improper-addressing', 'invalid-from', 'not-authorized'), str(condition))


async def without_certificate(check, trunk):
    """EXTERNAL is not offered to one who shows nothing; forcing it does not help."""
    peer = peers['naked']
    wire = await peer.dial(HOP, trunk.address)
    check('EXTERNAL is not offered without a certificate', not peer.offers(wire))
    await wire.send("<auth xmlns='%s' mechanism='EXTERNAL'>=</auth>" % SASL_NS)
    answer = await wire.element()
    check('EXTERNAL without a certificate fails', answer.tag == SASL + 'failure', answer.tag)


async def silent(check, trunk):
    """One who says nothing is sent away when the set-up time is over."""
    wire = await Wire.connect(trunk.address, 5269)
    condition, _ = await wire.ending(20)
    check('silence ends at the set-up time', condition != 'still open', str(condition))


async def goes_on(check, trunk):
    """After all of that, a decent peer is served."""
    number = fresh()
    wire = await peers['leaf'].proven(HOP, trunk.address)
    await wire.send(message('x@' + LEAF, 'y@' + HOP, number))
    check('a decent stream works afterwards', await peers['hop'].stanza(number))
    check('nothing of the others crossed', [s.get('id') for s in peers['hop'].stanzas] == [number],
          str([s.get('id') for s in peers['hop'].stanzas]))


async def guarded(check, test, *args):
    try:
        await test(check, *args)
    except (Gone, asyncio.TimeoutError, OSError) as end:
        check('%s %s goes through' % (test.__name__, args[1:]), False, repr(end))


async def run(bed, check):
    trunk = bed.trunk('misuse')
    trunk.usual(*peers.values())
    trunk.settings['limits'] = {'setup_time': '8s'}
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    tests = [(test, trunk, name) for test, table in (
        (plain, PLAIN), (unproven, UNPROVEN), (proven, PROVEN), (mechanism, MECHANISMS))
        for name in table]
    tests += [(test, trunk) for test in (injected, before_tls, hello_on_starttls_port, silent,
                                         other_name_after_proof, without_certificate)]
    await asyncio.gather(*(guarded(check, *t) for t in tests))
    await guarded(check, goes_on, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
