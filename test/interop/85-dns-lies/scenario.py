# SPDX-License-Identifier: MIT
"""A DNS that is silent, slow, fails or lies: stanzas wait or bounce, one pair does not wait for the
look-ups of another, and established streams do not notice."""
import asyncio
import socket
import struct

from bed.press import (FULL, Pulse, Sink, datagram_sockets, descriptors, down_to, ids, memory, send,
                       stanza, until)

LIMIT = 200.0 if FULL else 100.0
TIMEOUT, NOT_FOUND = 'remote-server-timeout', 'remote-server-not-found'
SERVER, FLOOD, GOOD = '127.0.0.60', 900 if FULL else 200, 10
# What a domain's look-up meets, and how its stanzas end (None: they arrive).
LIES = {
    'silent': TIMEOUT, 'slow': None, 'fails': TIMEOUT, 'refuses': TIMEOUT, 'wrong-id': TIMEOUT,
    'other-name': NOT_FOUND, 'loop': TIMEOUT, 'itself': TIMEOUT, 'port-zero': NOT_FOUND,
    'rubbish': TIMEOUT, 'cut-off': TIMEOUT, 'not-there': NOT_FOUND, 'dot': NOT_FOUND,
    'dead-ends': TIMEOUT, 'no-address': NOT_FOUND,
}
A, CNAME, SRV = 1, 5, 33
peers = {}


def name(text):
    return b''.join(bytes([len(p)]) + p.encode() for p in text.rstrip('.').split('.') if p) + b'\0'


def record(owner, kind, data):
    return name(owner) + struct.pack('!HHIH', kind, 1, 5, len(data)) + data


def srv(owner, target, port=5269):
    return record(owner, SRV, struct.pack('!HHH', 1, 1, port) + name(target))


class Liar(asyncio.DatagramProtocol):
    """A name server for *.lies.example: a domain's first label says what it does."""

    def __init__(self, trunk):
        self.trunk, self.asked = trunk, {}

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, source):
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        question, kind = data[12:at + 5], struct.unpack('!H', data[at + 1:at + 3])[0]
        owner = '.'.join(labels).lower()
        domain = owner.split('._tcp.', 1)[-1]
        what = domain.split('.')[0]
        self.asked[what] = self.asked.get(what, 0) + 1
        self.answer(data[:2], question, owner, kind, what, source)

    def reply(self, number, question, source, rows=(), code=0, flags=0x8180):
        self.transport.sendto(number + struct.pack('!HHHHH', flags | code, 1, len(rows), 0, 0) +
                              question + b''.join(rows), source)

    def answer(self, number, question, owner, kind, what, source):
        rows = self.rows(owner, kind, what)
        if what.startswith('flood') or what == 'silent':
            return
        if what == 'slow':
            asyncio.get_event_loop().call_later(0.3, self.reply, number, question, source, rows)
        elif what in ('fails', 'refuses', 'not-there'):
            self.reply(number, question, source, (), {'fails': 2, 'refuses': 5, 'not-there': 3}[what])
        elif what == 'wrong-id':
            self.reply(bytes([number[0] ^ 1, number[1]]), question, source, rows)
        elif what == 'rubbish':
            self.transport.sendto(number + b'\x81\x80' + b'\xff' * 40, source)
        elif what == 'cut-off':
            self.reply(number, question, source, (), 0, 0x8380)
        else:
            self.reply(number, question, source, rows)

    def rows(self, owner, kind, what):
        """The records of an answer."""
        service = owner.startswith('_xmpp-server.')
        if kind == A and owner.startswith('at-'):
            return [record(owner, A, socket.inet_aton(owner.split('.')[0][3:].replace('-', '.')))]
        if what == 'loop':
            return [record(owner, CNAME, name('x' + owner.lstrip('x')) if owner.startswith('_')
                           else name(owner))]
        if kind != SRV or not service:
            return []
        if what == 'other-name':
            return [srv('_xmpp-server._tcp.good0.lies.example', at(peers['good0'].address))]
        if what == 'itself':
            return [srv(owner, at(self.trunk.address))]
        if what == 'port-zero':
            return [srv(owner, at(peers['good0'].address), 0)]
        if what == 'dot':
            return [srv(owner, '')]
        if what == 'no-address':
            return [srv(owner, 'nowhere.lies.example')]
        if what == 'dead-ends':
            return [srv(owner, at('127.0.199.%d' % i)) for i in range(1, 21)]
        return [srv(owner, at(peers[what].address))] if what in peers else []


def at(address):
    return 'at-%s.lies.example' % address.replace('.', '-')


def plan(bed):
    for one in ('leaf', 'floods', 'pulse', 'hop', 'slow') + tuple('good%d' % i for i in range(GOOD)):
        peers[one] = Sink(bed, one + '.lies.example')


async def lies(check, trunk, wire):
    """One of each."""
    leaf = peers['leaf']
    for what in LIES:
        await send(wire, leaf.domain, what + '.lies.example', ids(what, 3))
    for what, end in LIES.items():
        numbers = ids(what, 3)
        if end is None:
            check('%s: the stanzas arrive' % what, await peers[what].got_all(3) and
                  peers[what].got == numbers)
        else:
            check('%s: they bounce %s' % (what, end), await until(
                lambda n=numbers, e=end: [leaf.bounced.get(x) for x in n] == [e] * 3, 15),
                str([leaf.bounced.get(x) for x in numbers]))
    check('lies: nobody got what was not for him', not any(
        peers['good%d' % i].got for i in range(GOOD)))


async def flood(check, trunk, server, wire):
    """Hundreds of look-ups that nobody answers, and others that find what they ask for."""
    floods = peers['floods']
    await wire.send(''.join(stanza(floods.domain, 'flood%d.lies.example' % i, 'f%d' % i)
                            for i in range(FLOOD)))
    await until(lambda: sum(1 for k in server.asked if k.startswith('flood')) > FLOOD // 4)
    for i in range(GOOD):
        await send(wire, floods.domain, 'good%d.lies.example' % i, ['good%d' % i])
    found = [await peers['good%d' % i].got_id('good%d' % i, 20) for i in range(GOOD)]
    check('%d look-ups hang: %d others are answered' % (FLOOD, GOOD), all(found), str(found))
    check('%d look-ups hang: their stanzas bounce' % FLOOD, await until(
        lambda: len(floods.bounced) == FLOOD, 25), str(len(floods.bounced)))
    check('look-ups that hang: with %s' % TIMEOUT, set(floods.bounced.values()) == {TIMEOUT},
          str(set(floods.bounced.values())))


async def run(bed, check):
    trunk = bed.trunk('lies')
    trunk.usual(*peers.values())
    for one in peers:
        if one == 'slow' or one.startswith('good'):
            trunk.control(peers[one].domain, connect='dns')
    trunk.control('*.lies.example', connect='dns', queue={'seconds': '4s'}, connect_timeout='1s')
    trunk.settings['dns'] = {'servers': [SERVER], 'timeout': '3s'}
    transport, server = await asyncio.get_event_loop().create_datagram_endpoint(
        lambda: Liar(trunk), (SERVER, 53))
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    pulse = await Pulse(peers['pulse'], peers['hop'], trunk).start()
    wires = {n: await peers[n].proven(peers['hop'].domain, trunk.address) for n in ('leaf', 'floods')}
    await until(lambda: len(pulse.took) > 50)
    before, lean, mark = descriptors(trunk), memory(trunk), len(pulse.took)
    await lies(check, trunk, wires['leaf'])
    await flood(check, trunk, server, wires['floods'])
    # Ways back, one for each pair that has bounced, stay open. The resolver asks on for a while.
    ways = len(LIES) + FLOOD + 2 * GOOD
    left = await down_to(lambda: descriptors(trunk) - datagram_sockets(trunk), before + ways)
    check('no descriptor is left behind', left <= before + ways, '%d, before %d' % (left, before))
    if FULL:
        check('the resolver gives up', await down_to(lambda: datagram_sockets(trunk), 2, 120) <= 2)
    check.note('%d KiB more memory; %s' % (memory(trunk) - lean, pulse.since(mark)))
    await pulse.stop(check, 'DNS')
    transport.close()
    await asyncio.gather(*(p.close() for p in peers.values()))
