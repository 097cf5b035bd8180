# SPDX-License-Identifier: MIT
"""Every limit on a stanza and on a queue holds where it is set: one less passes, one more does not."""
import asyncio

from bed.press import Sink, ids, send, stanza, until
from bed.wire import local

LIMIT = 100.0
CONSTRAINT, TIMEOUT = 'resource-constraint', 'remote-server-timeout'
LIMITS = {'depth': 10, 'attributes': 9, 'declarations': 5, 'tag_bytes': 1500}
peers = {}


class Teller(Sink):
    """Keeps the errors themselves too."""

    def __init__(self, *args, **keys):
        super().__init__(*args, **keys)
        self.errors = {}

    async def on_stanza(self, wire, element):
        if element.get('type') == 'error':
            self.errors[element.get('id')] = element
        await super().on_stanza(wire, element)


def plan(bed):
    peers['leaf'] = Teller(bed, 'leaf.edge.example')
    peers['hop'] = Sink(bed, 'hop.edge.example')
    for name in ('full', 'exact', 'many', 'brief', 'long'):
        peers[name] = Sink(bed, name + '.edge.example')


def nested(n):
    return '<a>' * n + '</a>' * n


def attributes(n):
    return "<x xmlns='urn:example:x'%s/>" % ''.join(" a%d=''" % i for i in range(n - 1))


def declarations(n):
    return "<x xmlns='urn:example:x'%s/>" % ''.join(
        " xmlns:p%d='urn:p'" % i for i in range(n - 1))


def tag_bytes(n):
    tag = "<x xmlns='urn:example:x' a='%s'>"
    return tag % ('y' * (n - len(tag % ''))) + '</x>'


async def elements(check, trunk):
    """What makes a stanza expensive to read ends the stream; the pair goes on with another one."""
    leaf, hop = peers['leaf'], peers['hop']
    for name, make in (('depth', nested), ('attributes', attributes), ('declarations', declarations),
                       ('tag_bytes', tag_bytes)):
        wire = await leaf.proven(hop.domain, trunk.address)
        text = stanza(leaf.domain, hop.domain, name).replace('</message>', '%s</message>')
        await wire.send(text % make(LIMITS[name] - 1))
        await wire.send((text % make(LIMITS[name])).replace("id='", "id='full "))
        check('%s: %d pass' % (name, LIMITS[name]), await hop.got_id('full ' + name) and
              name in hop.got)
        await wire.send((text % make(LIMITS[name] + 1)).replace("id='", "id='more "))
        found = await wire.ending()
        check('%s: %d end the stream' % (name, LIMITS[name] + 1), found == (
            'policy-violation', 'too deep, or too many or too long attributes'), str(found))
        check('%s: and go nowhere' % name, 'more ' + name not in hop.got)
        wire.close()


async def max_stanza(check, trunk):
    """max_stanza, to the byte: a larger one is answered, and the stream stays."""
    leaf, hop = peers['leaf'], peers['hop']
    wire = await leaf.proven(hop.domain, trunk.address)
    for size in (9999, 10000, 10001, 79999):
        await wire.send(stanza(leaf.domain, hop.domain, 'size %d' % size, size))
    await send(wire, leaf.domain, hop.domain, ['behind'])
    check('max_stanza: what is behind a large one passes', await hop.got_id('behind'))
    check('max_stanza: 10000 bytes pass, 10001 do not',
          [n for n in hop.got if n.startswith('size')] == ['size 9999', 'size 10000'], str(hop.got))
    for number in ('size 10001', 'size 79999'):
        await leaf.until(lambda n=number: n in leaf.errors)
        words = [local(e) for e in leaf.errors[number].iter()] if number in leaf.errors else []
        check('max_stanza: %s bytes are answered policy-violation, stanza-too-big' % number[5:],
              'policy-violation' in words and 'stanza-too-big' in words, str(words))
    await wire.send(stanza(leaf.domain, hop.domain, 'huge', 80001))
    found = await wire.ending()
    check('max_stanza: eight times as much ends the stream', found[0] == 'policy-violation', str(found))


async def queues(check, trunk):
    """queue.bytes, queue.stanzas and queue.seconds of a next hop that is down; the stream carries
    several pairs and is never paused."""
    leaf, hop = peers['leaf'], peers['hop']
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ['first'])
    for name, count, size in (('full', 17, 1024), ('exact', 16, 1024), ('many', 8, 0), ('brief', 3, 0),
                              ('long', 3, 0)):
        await send(wire, leaf.domain, peers[name].domain, ids(name, count), size)
    await send(wire, leaf.domain, hop.domain, ['last'])
    await hop.got_id('last')
    await until(lambda: len([n for n in leaf.bounced if leaf.bounced[n] == CONSTRAINT]) >= 2)
    check('queue: what is more than the bytes and the stanzas bounces, and nothing else', {
        n for n in leaf.bounced if leaf.bounced[n] == CONSTRAINT} == {'full16', 'many7'},
        str(leaf.bounced))
    check('queue.seconds: one second', await leaf.until(lambda: 'brief2' in leaf.bounced) and
          leaf.bounced['brief0'] == TIMEOUT, str(leaf.bounced))
    check('queue.seconds: sixty are longer', 'long0' not in leaf.bounced)
    for name in ('full', 'exact', 'many', 'long'):
        await peers[name].listen()
    for name, count in (('full', 16), ('exact', 16), ('many', 7), ('long', 3)):
        check('queue: %s: the %d that found room arrive' % (name, count),
              await peers[name].got_all(count, 20) and peers[name].got == ids(name, count),
              str(peers[name].got))
    wire.close()


async def run(bed, check):
    trunk = bed.trunk('edge')
    trunk.usual(*peers.values())
    trunk.settings['limits'] = LIMITS
    trunk.control(peers['leaf'].domain, max_stanza=10000)
    for name, queue in (('full', {'bytes': 16384}), ('exact', {'bytes': 16384}),
                        ('many', {'stanzas': 7}), ('brief', {'seconds': '1s'}), ('long', {})):
        trunk.control(peers[name].domain, queue=queue)
    await asyncio.gather(peers['leaf'].listen(), peers['hop'].listen())
    await trunk.start()
    await elements(check, trunk)
    await max_stanza(check, trunk)
    await queues(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
