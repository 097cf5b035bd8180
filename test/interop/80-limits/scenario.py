# SPDX-License-Identifier: MIT
"""Every limit on connections and streams holds where it is set: one less passes, one more does not."""
import asyncio
import socket

from bed.peer import Peer
from bed.press import Sink, closed, ids, send, until
from bed.wire import DIALBACK, HEADER, STREAM, Gone, Wire, attributes, local

LIMIT = 100.0
VERIFY = "<db:verify from='%s' to='%s' id='1'>%s</db:verify>"
peers = {}


def plan(bed):
    peers['leaf'] = Sink(bed, 'leaf.limits.example')
    peers['hop'] = Sink(bed, *('h%d.limits.example' % i for i in range(5)))
    peers['plain'] = Peer(bed, *('d%d.limits.example' % i for i in range(4)))
    peers['plain'].shows = None


async def limits(trunk, **values):
    trunk.settings['limits'] = values
    if not await trunk.reload():
        raise RuntimeError('reload: %s' % trunk.lines()[-1])


class Door:
    """Connections to the trunk that say hello and no more."""

    def __init__(self, bed, trunk):
        self.bed, self.trunk, self.open = bed, trunk, []
        self.header = (HEADER % attributes(from_='leaf.limits.example', to='h0.limits.example',
                                           version='1.0')).encode()

    async def knock(self, source=None, port=5269):
        """True when it was let in."""
        reader, writer = await asyncio.open_connection(
            self.trunk.address, port, local_addr=(source, 0) if source else None)
        writer.write(self.header)
        try:
            let_in = bool(await asyncio.wait_for(reader.read(65536), 10))
        except OSError:
            let_in = False
        if let_in:
            self.open.append((reader, writer))
        else:
            writer.close()
        return let_in

    async def empty(self, source=None):
        """Nobody is in: all of ours have gone, and so has whoever looked whether the port is open."""
        for _, writer in self.open:
            writer.close()
        self.open = []
        return await until(lambda: self.count() == 0)

    def count(self):
        """Connections at the trunk's port that it has not closed."""
        here = '%08X:%04X' % (int.from_bytes(socket.inet_aton(self.trunk.address), 'little'), 5269)
        with open('/proc/net/tcp') as f:
            rows = [line.split() for line in f][1:]
        return sum(1 for r in rows if r[1] == here and r[3] in ('01', '08'))


async def in_all(bed, check, trunk, door):
    """limits.connections"""
    await limits(trunk, connections=5)
    check('connections: five come in', await door.empty() and
          [await door.knock() for _ in range(5)] == [True] * 5)
    check('connections: the sixth does not', not await door.knock())
    check('connections: the log says why', await trunk.logged(['refused', 'reason=limits.connections']))
    door.open.pop()[1].close()
    await until(lambda: door.count() == 4)
    check('connections: when one has gone, another comes in', await door.knock())
    await door.empty()


async def per_address(bed, check, trunk, door):
    """limits.connections_per_address"""
    one, two = bed.wire_address(), bed.wire_address()
    await limits(trunk, connections_per_address=3)
    check('connections_per_address: three come in', [
        await door.knock(one) for _ in range(3)] == [True] * 3)
    check('connections_per_address: the fourth does not', not await door.knock(one))
    check('connections_per_address: the log says why', await trunk.logged(
        ['refused', 'peer=' + one, 'reason=limits.connections_per_address']))
    check('connections_per_address: another host comes in', await door.knock(two))
    await door.empty()


async def handshakes(bed, check, trunk, door):
    """limits.handshakes: those that are proven do not count; one that takes long makes room."""
    leaf, hop = peers['leaf'], peers['hop']
    await limits(trunk, handshakes=3)
    wires = [await leaf.proven(d, trunk.address) for d in hop.domains[:4]]
    check('handshakes: four proven streams do not count',
          [await door.knock() for _ in range(3)] == [True] * 3)
    check('handshakes: a fourth that is not proven does not come in', not await door.knock())
    check('handshakes: the log says why', await trunk.logged(['refused', 'reason=limits.handshakes']))
    ends = [asyncio.ensure_future(closed(reader)) for reader, _ in door.open]

    async def again():
        while not await door.knock():
            await asyncio.sleep(0.1)
        return True
    check('handshakes: it comes in when the others take too long', await asyncio.wait_for(again(), 15))
    await asyncio.wait(ends, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    check('handshakes: one of them had to go', sum(e.done() and e.result() for e in ends) == 1)
    await send(wires[3], leaf.domain, hop.domains[3], ['after'])
    check('handshakes: proven streams go on', await hop.got_id('after'))
    for wire in wires:
        wire.close()
    await door.empty()


async def setup_time(check, trunk, door):
    """limits.setup_time: at every stage before the proof, and never after it"""
    leaf, hop = peers['leaf'], peers['hop']
    await limits(trunk, setup_time='1s')
    proven = await leaf.proven(hop.domain, trunk.address)
    silent = await Wire.connect(trunk.address, 5269)
    half = await Wire.connect(trunk.address, 5270)
    secure = await leaf.dial(hop.domain, trunk.address)
    starttls = await leaf.dial(hop.domain, trunk.address, tls=False)
    await starttls.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    await starttls.element()
    for name, wire in (('nothing said', silent), ('before TLS', half), ('in TLS', starttls)):
        check('setup_time: %s: it ends' % name, await closed(wire.reader, 10))
    found = await secure.ending()
    check('setup_time: before the proof: connection-timeout', found[0] == 'connection-timeout',
          str(found))
    await send(proven, leaf.domain, hop.domain, ['late'])
    check('setup_time: a proven stream stays', await hop.got_id('late'))
    proven.close()


async def spent(trunk, size):
    """Send a header and an element, so many bytes in all; what answers."""
    wire = await Wire.connect(trunk.address, 5269)
    header = HEADER % attributes(from_='leaf.limits.example', to='h0.limits.example', version='1.0')
    rest = size - len(header) - len(VERIFY % ('leaf.limits.example', 'h0.limits.example', ''))
    await wire.send(header + VERIFY % ('leaf.limits.example', 'h0.limits.example', 'x' * rest))
    return await answer(wire)


async def answer(wire):
    """The first element that is no features: its name, or the condition of the error."""
    await wire.header()
    try:
        while True:
            element = await wire.element()
            if element.tag == STREAM + 'error':
                return wire.words(element)
            if element.tag != STREAM + 'features':
                return local(element)
    except Gone as end:
        return str(end)
    finally:
        wire.close()


async def setup_bytes(check, trunk, door):
    """limits.setup_bytes, to the byte"""
    await limits(trunk, setup_bytes=3000)
    found = await spent(trunk, 3000)
    check('setup_bytes: 3000 are answered', found == 'verify', found)
    found = await spent(trunk, 3001)
    check('setup_bytes: 3001 are too many', found ==
          'policy-violation: too much before authentication', found)


async def setup_elements(check, trunk, door):
    """limits.setup_elements"""
    await limits(trunk, setup_elements=4)
    wire = await Wire.connect(trunk.address, 5269)
    await wire.send(door.header.decode() + "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>" * 4)
    await wire.header()
    got = [local(await wire.element()) for _ in range(5)]
    check('setup_elements: four are answered', got == ['features'] + ['failure'] * 4, str(got))
    await wire.send("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    found = await wire.ending()
    check('setup_elements: the fifth is too many', found ==
          ('policy-violation', 'too many elements before authentication'), str(found))


async def pairs(check, trunk, door):
    """limits.pairs: of a certificate's stream, and by dialback"""
    leaf, hop, plain = peers['leaf'], peers['hop'], peers['plain']
    await limits(trunk, pairs=3)
    wire = await leaf.proven(hop.domains[0], trunk.address)
    for i in range(3):
        await send(wire, leaf.domain, hop.domains[i], ['pair%d' % i])
        check('pairs: number %d passes' % (i + 1), await hop.got_id('pair%d' % i))
    await send(wire, leaf.domain, hop.domains[3], ['pair3'])
    found = await wire.ending()
    check('pairs: the fourth ends the stream', found[0] == 'policy-violation', str(found))
    check('pairs: and goes nowhere', 'pair3' not in hop.got)
    wire = await plain.dial(hop.domain, trunk.address)
    for domain in plain.domains[:3]:
        check('pairs: dialback of %s passes' % domain[:2],
              await plain.prove_dialback(wire, from_=domain) == 'valid')
    await plain.claim(wire, from_=plain.domains[3])
    refused = await wire.element()
    check('pairs: a fourth is refused by dialback', refused.tag == DIALBACK + 'result' and
          refused.get('type') == 'error' and 'resource-constraint' in str(list(refused.iter())),
          str(list(refused.iter())))
    await send(wire, plain.domains[0], hop.domain, ['still'])
    check('pairs: and the stream stays', await hop.got_id('still'))
    wire.close()


async def all_pairs(check, trunk, door):
    """limits.all_pairs: of the process, which has begun anew"""
    leaf, hop = peers['leaf'], peers['hop']
    await trunk.stop()
    trunk.settings['limits'] = {'all_pairs': 2}
    await trunk.start()
    wires = [await leaf.proven(d, trunk.address) for d in hop.domains[:2]]
    for i in range(2):
        await send(wires[i], leaf.domain, hop.domains[i], ['all%d' % i])
        check('all_pairs: number %d passes' % (i + 1), await hop.got_id('all%d' % i))
    third = await leaf.proven(hop.domains[2], trunk.address)
    await send(third, leaf.domain, hop.domains[2], ['all2'])
    found = await third.ending()
    check('all_pairs: the third ends its stream', found[0] == 'resource-constraint', str(found))
    await send(wires[1], leaf.domain, hop.domains[1], ['all3'])
    check('all_pairs: the others go on', await hop.got_id('all3'))
    check('all_pairs: the third went nowhere', 'all2' not in hop.got)
    for wire in wires:
        wire.close()


async def streams_per_pair(check, trunk, door):
    """limits.streams_per_pair"""
    leaf, hop = peers['leaf'], peers['hop']
    await limits(trunk, streams_per_pair=2)
    wires = [await leaf.proven(hop.domains[4], trunk.address) for _ in range(2)]
    third = await leaf.proven(hop.domains[4], trunk.address)
    found = await third.ending()
    check('streams_per_pair: the third ends', found[0] == 'resource-constraint', str(found))
    for i, wire in enumerate(wires):
        await send(wire, leaf.domain, hop.domains[4], ids('stream%d-' % i, 1))
        check('streams_per_pair: number %d stays' % (i + 1), await hop.got_id('stream%d-0' % i))
    wires.pop(0).close()
    await until(lambda: trunk.events('stream-end', dir='in', to=hop.domains[4])[1:])
    wires.append(await leaf.proven(hop.domains[4], trunk.address))
    await send(wires[1], leaf.domain, hop.domains[4], ['stream2'])
    check('streams_per_pair: when one has gone, another comes in', await hop.got_id('stream2'))
    for wire in wires:
        wire.close()


async def run(bed, check):
    trunk = bed.trunk('limits')
    trunk.usual(*peers.values())
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    door = Door(bed, trunk)
    await in_all(bed, check, trunk, door)
    await per_address(bed, check, trunk, door)
    await handshakes(bed, check, trunk, door)
    for test in (setup_time, setup_bytes, setup_elements, pairs, streams_per_pair, all_pairs):
        await test(check, trunk, door)
    await asyncio.gather(*(p.close() for p in peers.values()))
