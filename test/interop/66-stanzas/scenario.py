# SPDX-License-Identifier: MIT
"""What goes in comes out, to the last namespace; what may not, does not; order is kept."""
import asyncio
from xml.etree import ElementTree

from bed.client import fresh
from bed.peer import Peer
from bed.wire import HEADER, SERVER, STANZAS, attributes

LEAF, HOP = 'leaf.stanzas.example', 'hop.stanzas.example'
FORWARDED = ("<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='a@b/c'>"
             '<body>inner</body></message></forwarded>')
# Payloads that must arrive as they are (compared as canonical XML).
PAYLOADS = {
    'text with everything': '<body>&lt;&amp;&gt;&quot;&apos; \u00e4\u4e2d\U0001f600 ]]&gt;</body>',
    'CDATA': '<body><![CDATA[<b>&amp;</b>]]></body>',
    'character references': '<body>a&#10;b&#9;c&#13;d&#x1F600;</body>',
    'white space in attributes': "<x xmlns='urn:example:x' a='1&#10;2&#9;3&#13;4'/>",
    'quotes in attributes': "<x xmlns='urn:example:x' a='\"&apos;&lt;&amp;'/>",
    'prefixes': "<p:x xmlns:p='urn:example:p' xmlns:q='urn:example:q' q:a='1'><q:y p:b='2'/></p:x>",
    'a prefix bound again': "<p:x xmlns:p='urn:a'><p:x xmlns:p='urn:b'/><p:y/></p:x>",
    'no namespace inside one': "<x xmlns='urn:example:x'><y xmlns=''/></x>",
    'languages': "<body xml:lang='de'>hallo</body><body xml:lang='fr'>salut</body>",
    'a stanza in a stanza': FORWARDED,
    'the prefix of the header': "<x xmlns='urn:example:x'><db:y/><stream:z/></x>",
    'forty levels': '<a>' * 40 + 'x' + '</a>' * 40,
    'many children': "<x xmlns='urn:example:x'>%s</x>" % ''.join(
        "<i n='%d'/>" % i for i in range(2000)),
    'a large body': '<body>%s</body>' % ('lorem ipsum ' * 16000),
    'no child at all': '',
}
KINDS = ["message type='chat'", "message", "message type='groupchat'", "message type='headline'",
         "message type='error'", "presence", "presence type='unavailable'",
         "presence type='subscribe'", "presence type='probe'", "presence type='error'",
         "iq type='get'", "iq type='result'", "iq type='error'"]
peers = {}


def plan(bed):
    peers['leaf'], peers['hop'] = Peer(bed, LEAF), Peer(bed, HOP)


def canonical(element):
    return ElementTree.canonicalize(ElementTree.tostring(element, encoding='unicode'))


def as_sent(xml):
    """The stanza as the receiver's parser should see it."""
    return ElementTree.fromstring(HEADER[HEADER.index('<stream'):] % '' + xml + '</stream:stream>')[0]


async def payloads(check, wire):
    for name, payload in PAYLOADS.items():
        number = fresh()
        xml = "<message from='x@%s/r' to='y@%s/r' id='%s' type='chat' xml:lang='en'>%s</message>" % (
            LEAF, HOP, number, payload)
        await wire.send(xml)
        got = await peers['hop'].stanza(number)
        check('%s: unchanged' % name, got is not None and canonical(got) == canonical(as_sent(xml)),
              canonical(got)[:300] if got is not None else 'lost')


async def kinds(check, wire):
    for kind in KINDS:
        number, payload = fresh(), "<x xmlns='urn:example:x'/>" if 'result' not in kind else ''
        await wire.send("<%s from='x@%s/r' to='y@%s' id='%s'>%s</%s>" % (
            kind, LEAF, HOP, number, payload, kind.split()[0]))
        got = await peers['hop'].stanza(number)
        check('<%s> passes' % kind, got is not None and
              got.get('type') == (kind.split("'")[1] if "'" in kind else None))


async def shapes(check, trunk):
    """The same stanza in other clothes: prefix-free stream, own prefix, default language."""
    peer = peers['leaf']
    wire = await peer.proven(HOP, trunk.address)
    number = fresh()
    await wire.send("<s:message xmlns:s='jabber:server' from='x@%s' to='y@%s' id='%s'>"
                    '<s:body>prefixed</s:body></s:message>' % (LEAF, HOP, number))
    got = await peers['hop'].stanza(number, 3)
    if got is None:
        condition, _ = await wire.ending()
        check('a prefixed stanza ends the stream or is written anew',
              condition == 'bad-namespace-prefix', str(condition))
    else:
        check('a prefixed stanza ends the stream or is written anew',
              got.findtext(SERVER + 'body') == 'prefixed')
    wire = await peer.dial(HOP, trunk.address)
    await wire.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>")
    await wire.element()
    wire.restart()
    await wire.send("<stream xmlns='http://etherx.jabber.org/streams'%s>" % attributes(
        from_=LEAF, to=HOP, version='1.0', **{'xml:lang': 'tlh'}))
    await wire.header()
    await wire.element()
    number = fresh()
    await wire.send("   \n <message xmlns='jabber:server' from='x@%s' to='y@%s' id='%s'>"
                    '<body>bare</body></message> ' % (LEAF, HOP, number))
    got = await peers['hop'].stanza(number)
    check('a stream without prefixes works', got is not None)
    check('its default language is kept', got is not None and
          got.get('{http://www.w3.org/XML/1998/namespace}lang') == 'tlh')


async def too_big(check, wire):
    """Over the limit: bounced without its payload, and the stream lives."""
    number = fresh()
    await wire.send("<message from='x@%s/r' to='y@%s/r' id='%s'><body>%s</body></message>" % (
        LEAF, HOP, number, 'z' * 300000))
    got = await peers['leaf'].stanza(number)
    check('too big: policy-violation and stanza-too-big', got is not None and
          got.find('.//%spolicy-violation' % STANZAS) is not None and
          got.find('.//{urn:xmpp:errors}stanza-too-big') is not None)
    check('too big: no payload comes back', got is not None and got.find(SERVER + 'body') is None)
    check('too big: it does not cross', await peers['hop'].stanza(number, 0.2) is None)
    number = fresh()
    await wire.send("<message from='x@%s/r' to='y@%s/r' id='%s'/>" % (LEAF, HOP, number))
    check('too big: the stream lives', await peers['hop'].stanza(number))


async def order(check, wire):
    """Ten thousand in one go, cut where TCP cuts."""
    peers['hop'].stanzas.clear()
    count = 10000
    text = ''.join("<message from='x@%s/r' to='y@%s/r' id='o%d'><body>%d</body></message>" % (
        LEAF, HOP, i, i) for i in range(count))
    await wire.send(text)
    await peers['hop'].stanza('o%d' % (count - 1), 60)
    check('%d stanzas arrive once, in order' % count,
          [s.get('id') for s in peers['hop'].stanzas] == ['o%d' % i for i in range(count)],
          str(len(peers['hop'].stanzas)))


async def drip(check, trunk):
    """A stanza that comes byte by byte."""
    wire, number = await peers['leaf'].proven(HOP, trunk.address), fresh()
    for byte in "<message from='x@%s' to='y@%s' id='%s'><body>d\u00fcnn</body></message>" % (
            LEAF, HOP, number):
        await wire.send(byte)
    check('a stanza byte by byte arrives', await peers['hop'].stanza(number))


async def run(bed, check):
    trunk = bed.trunk('stanzas')
    trunk.usual(*peers.values())
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    wire = await peers['leaf'].proven(HOP, trunk.address)
    await payloads(check, wire)
    await kinds(check, wire)
    await too_big(check, wire)
    await order(check, wire)
    await drip(check, trunk)
    await shapes(check, trunk)
    check('nothing else bounced', all(s.get('type') == 'error' for s in peers['leaf'].stanzas) and
          len(peers['leaf'].stanzas) == 1, str(len(peers['leaf'].stanzas)))
    await asyncio.gather(*(p.close() for p in peers.values()))
