# SPDX-License-Identifier: MIT
"""A next hop that breaks the rules: the stanza bounces, or goes when there is a decent way left."""
import asyncio

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import HEADER, STANZAS, attributes, local

BOUNCES = ('remote-server-timeout', 'remote-server-not-found', 'internal-server-error')
peers = {}


class NoTls(Peer):
    """Neither offers TLS nor takes it."""
    starttls = False

    async def on_starttls(self, wire, _):
        await wire.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")
        wire.close()


class LooseProceed(Peer):
    """Slips a stream in between <proceed/> and the handshake."""

    async def on_starttls(self, wire, _):
        await wire.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" +
                        HEADER % attributes(id='injected', from_=self.domain, version='1.0') +
                        '<stream:features/>')


class Refuses(Peer):
    async def on_starttls(self, wire, _):
        await wire.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")
        wire.close()


class ClosesAtOnce(Peer):
    async def _serve(self, wire, direct):
        self.note('accepted')
        wire.abort()


class Web(Peer):
    async def on_header(self, wire, header):
        await wire.send('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')


class ErrorHeader(Peer):
    error = 'host-unknown'

    async def on_header(self, wire, header):
        await wire.send(HEADER % attributes(id='x', from_=self.domain, version='1.0') +
                        "<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                        '</stream:error></stream:stream>' % self.error)


class Elsewhere(ErrorHeader):
    """Sends us to another host; nobody follows."""

    @property
    def error(self):
        return 'see-other-host'


class NoFeatures(Peer):
    async def on_header(self, wire, header):
        await wire.send(HEADER % attributes(id='x', from_=self.domain, version='1.0'))


class Endless(Peer):
    """A feature without end."""

    async def on_header(self, wire, header):
        await wire.send(HEADER % attributes(id='x', from_=self.domain, version='1.0') +
                        "<stream:features><x xmlns='urn:example:x'>" + 'y' * 2000000)


class Mandatory(Peer):
    """Demands a feature that nobody knows."""

    def features(self, wire):
        if not wire.tls:
            return Peer.features(self, wire)
        return "<thing xmlns='urn:example:thing'><required/></thing>"


class SaslSilence(Peer):
    async def on_auth(self, wire, element):
        self.note('auth')


class WrongPair(Peer):
    """Answers the claim of another pair."""
    external = False

    async def on_result(self, wire, element):
        self.note('result')
        await wire.send("<db:result from='elsewhere.example' to='%s' type='valid'/>"
                        % element.get('from'))


class SaslRefusal(Peer):
    """No to EXTERNAL, yes to dialback."""
    sasl = 'not-authorized'


class TalksBack(Peer):
    """Sends a stanza on the stream that is for the other direction."""

    async def on_stanza(self, wire, element):
        await Peer.on_stanza(self, wire, element)
        await wire.send(message('y@' + self.domain, element.get('from'), 'backwards'))


class PoliteEnd(Peer):
    """Closes its stream after each stanza."""

    async def on_stanza(self, wire, element):
        await Peer.on_stanza(self, wire, element)
        await wire.send('</stream:stream>')


BAD = {'no-tls': NoTls, 'loose-proceed': LooseProceed, 'refuses-tls': Refuses, 'web': Web,
       'closes-at-once': ClosesAtOnce, 'host-unknown': ErrorHeader, 'elsewhere': Elsewhere,
       'no-features': NoFeatures, 'endless': Endless, 'mandatory': Mandatory,
       'sasl-silence': SaslSilence, 'wrong-pair': WrongPair}


def plan(bed):
    peers['leaf'] = Peer(bed, 'leaf.out.misuse.example')
    for name, make in BAD.items():
        peers[name] = make(bed, name + '.out.misuse.example')
    for name, make in (('sasl-refusal', SaslRefusal), ('talks-back', TalksBack),
                       ('polite-end', PoliteEnd)):
        peers[name] = make(bed, name + '.out.misuse.example')


async def send(trunk, peer, number):
    wire = await peers['leaf'].proven(peer.domain, trunk.address)
    await wire.send(message('x@' + peers['leaf'].domain, 'y@' + peer.domain, number))
    return wire


async def bad(check, trunk, name):
    peer, number = peers[name], fresh()
    await send(trunk, peer, number)
    got = await peers['leaf'].stanza(number, 25)
    found = [local(e) for e in got.iter() if e.tag.startswith(STANZAS)] if got is not None else []
    check('%s: the stanza bounces' % name, got is not None and got.get('type') == 'error' and
          found[:1] and found[0] in BOUNCES, str(found))
    check('%s: and is not delivered' % name, not peer.stanzas)


async def falls_back(check, trunk):
    peer, number = peers['sasl-refusal'], fresh()
    await send(trunk, peer, number)
    check('EXTERNAL refused: dialback on the same stream', await peer.stanza(number))
    check('EXTERNAL refused: it was one connection', peer.count('accepted') == 1)


async def talks_back(check, trunk):
    peer, number = peers['talks-back'], fresh()
    wire = await send(trunk, peer, number)
    check('a stanza against the stream: ours arrived', await peer.stanza(number))
    check('a stanza against the stream: it ends', await peer.event('error'), str(peer.events))
    check('a stanza against the stream: it does not cross',
          await peers['leaf'].stanza('backwards', 0.5) is None)
    number = fresh()
    await wire.send(message('x@' + peers['leaf'].domain, 'y@' + peer.domain, number))
    check('a stanza against the stream: the next one takes another', await peer.stanza(number))


async def polite(check, trunk):
    peer = peers['polite-end']
    wire = None
    for i in range(4):
        number = fresh()
        if wire is None:
            wire = await send(trunk, peer, number)
        else:
            await wire.send(message('x@' + peers['leaf'].domain, 'y@' + peer.domain, number))
        check('a closed stream is made anew (%d)' % (i + 1), await peer.stanza(number))
    check('every stanza came once', len(peer.stanzas) == 4)


async def run(bed, check):
    trunk = bed.trunk('misuse-out')
    trunk.usual(*peers.values())
    for peer in peers.values():
        trunk.control(peer.domain, connect_timeout='1s', queue={'seconds': '3s'})
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    await asyncio.gather(*(bad(check, trunk, name) for name in BAD), falls_back(check, trunk),
                         talks_back(check, trunk), polite(check, trunk))
    await asyncio.gather(*(p.close() for p in peers.values()))
