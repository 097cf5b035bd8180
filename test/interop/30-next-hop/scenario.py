# SPDX-License-Identifier: MIT
"""A next hop that is down, silent, late, restarted or cut off: stanzas wait, then arrive or bounce."""
import asyncio

from bed.client import condition, fresh, show
from bed.peer import Peer, body_of

TIMEOUT = 'remote-server-timeout'
hosts, peers = {}, {}


class Silent(Peer):
    """Accepts the connection and never says a word."""

    async def on_header(self, wire, header):
        self.note('header', header.get('from'), header.get('to'), False)


class Deaf(Peer):
    """Goes as far as <proceed/> and leaves the handshake hanging."""

    async def on_starttls(self, wire, _):
        await wire.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        self.note('proceed')
        await asyncio.sleep(3600)


def plan(bed):
    hosts['leaf'] = bed.host('leaf.p1.example', 'p1', trunk='hop', users=('ann', 'ben'))
    hosts['hop'] = bed.host('hop.p4.example', 'p4', trunk='hop', users=('ann',))
    for name, make in (('down', Peer), ('silent', Silent), ('deaf', Deaf), ('late', Peer),
                       ('cut', Peer), ('second', Peer), ('unnamed', Peer)):
        peers[name] = make(bed, name + '.hop.example')
        bed.publish(name + '.hop.example', trunk='hop')


async def bounced(check, user, domain, words):
    """A message, a request and a probe to a domain that cannot be reached."""
    number = user.tell('x@' + domain, 'lost')
    got = await user.failure(number)
    check('%s: a message bounces %s' % (words, TIMEOUT), got is not None and
          condition(got) == TIMEOUT and got.get('from') == 'x@' + domain, show(got))
    answer = await user.iq(domain, "<ping xmlns='urn:xmpp:ping'/>")
    check('%s: a request is answered %s' % (words, TIMEOUT), answer is not None and
          condition(answer) == TIMEOUT, show(answer))


async def late(check, user):
    """It was down, and comes up before the stanzas are too old: they arrive, in order."""
    peer = peers['late']
    for i in range(20):
        user.tell('x@' + peer.domain, 'late %d' % i)
    # One that is behind them tells when the trunk has them all: it bounces from another domain.
    await user.failure(user.tell('x@' + peers['down'].domain, 'mark'))
    await peer.listen()
    got = await peer.until(lambda: len(peer.stanzas) >= 20, 40)
    check('late: all arrive, once, in order', got and [body_of(s) for s in peer.stanzas] ==
          ['late %d' % i for i in range(20)], str([body_of(s) for s in peer.stanzas]))


async def restarted(bed, check, user):
    """A real server is stopped and started under traffic."""
    target = await bed.client(hosts['hop'])
    body = 'before ' + fresh()
    user.tell(target.bare, body)
    check('restart: before', await target.message(body))
    await bed.leave(target)
    await bed.servers['p4'].stop()
    body = 'while down ' + fresh()
    user.tell(target.bare, body)
    await bed.servers['p4'].start()
    target = await bed.client(hosts['hop'])
    check('restart: what was sent while it was down arrives', await target.message(body, seconds=40))
    body = 'after ' + fresh()
    user.tell(target.bare, body)
    check('restart: after', await target.message(body))
    body = 'back ' + fresh()
    target.tell(user.jid, body)
    check('restart: the way back', await user.message(body))


async def cut(check, user):
    """The connection is reset between stanzas: the next one takes a new connection."""
    peer = peers['cut']
    await peer.listen()
    check('cut: first', await peer.stanza(user.tell('x@' + peer.domain, 'first')))
    for wire in peer.wires:
        wire.abort()
    peer.wires = []
    await peer.event('ended')
    check('cut: second', await peer.stanza(user.tell('x@' + peer.domain, 'second')))
    check('cut: over a new connection', peer.count('accepted') == 2, str(peer.count('accepted')))


async def second_address(check, user):
    """The first of two addresses is dead: the second one is taken at once."""
    peer = peers['second']
    await peer.listen()
    check('two addresses: the second is tried', await peer.stanza(
        user.tell('x@' + peer.domain, 'hello')))


async def run(bed, check):
    trunk = bed.trunk('hop')
    trunk.usual(*peers.values())
    short = {'connect_timeout': '1s', 'queue': {'seconds': '2s'}}
    for name in ('down', 'silent', 'deaf'):
        trunk.control(peers[name].domain, **short)
    dead = bed.wire_address()
    trunk.control(peers['second'].domain, connect=[dead + ':5269', peers['second'].address + ':5269'])
    trunk.control(peers['unnamed'].domain, connect='host:no-such-host.example', **short)
    await asyncio.gather(*(peers[n].listen() for n in ('silent', 'deaf')))
    await trunk.start()
    user, other = await bed.client(hosts['leaf'], 'ann'), await bed.client(hosts['leaf'], 'ben')
    await asyncio.gather(
        bounced(check, user, peers['down'].domain, 'connection refused'),
        bounced(check, user, peers['silent'].domain, 'no answer to the header'),
        bounced(check, user, peers['deaf'].domain, 'no answer in the handshake'),
        late(check, other), cut(check, user), second_address(check, user),
        restarted(bed, check, other))
    number = user.tell('x@' + peers['unnamed'].domain, 'lost')
    got = await user.failure(number)
    check('a name that does not resolve bounces remote-server-not-found', got is not None and
          condition(got) == 'remote-server-not-found', show(got))
    await asyncio.gather(*(p.close() for p in peers.values()))
