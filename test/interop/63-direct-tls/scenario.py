# SPDX-License-Identifier: MIT
"""Which certificate is shown, and to whom: direct TLS with and without SNI and ALPN, STARTTLS."""
import asyncio
import ssl

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import Gone, Wire

DOMAINS = ('one.shown.example', 'two.shown.example', 'deep.three.shown.example')
peers = {}


def plan(bed):
    peers['leaf'] = Peer(bed, 'leaf.shown.example')
    for domain in DOMAINS:
        peers[domain] = Peer(bed, domain)


async def handshake(trunk, direct, sni, to, protocols=('xmpp-server',), ciphers=None):
    """A TLS connection for `to`; the wire, or None where the handshake fails."""
    context = peers['leaf'].client_context(alpn=False)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    wire = await Wire.connect(trunk.address, 5270 if direct else 5269)
    wire.to, wire.from_ = to, peers['leaf'].domain
    try:
        if not direct:
            await peers['leaf'].greet(wire)
            await wire.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            await wire.element()
        await wire.start_tls(context, False, sni)
        return wire
    except Gone:
        return None


async def shown(check, trunk):
    for domain in DOMAINS[:2]:
        for direct, sni in ((False, None), (False, domain), (True, domain)):
            wire = await handshake(trunk, direct, sni, domain)
            check('%s with%s SNI: the certificate of %s' % (
                'direct TLS' if direct else 'STARTTLS', '' if sni else 'out', domain),
                wire is not None and domain in wire.names(), str(wire and wire.names()))
    wire = await handshake(trunk, False, None, DOMAINS[2])
    check('a wildcard certificate where no exact name fits', wire is not None and
          wire.names() == ['*.three.shown.example'], str(wire and wire.names()))
    for kind, ciphers in ((rsa.RSAPublicKey, 'aRSA'), (ec.EllipticCurvePublicKey, 'aECDSA')):
        wire = await handshake(trunk, False, None, DOMAINS[0], ciphers=ciphers)
        check('two keys for one domain: %s is answered with its own' % ciphers, wire is not None and
              isinstance(wire.peer.public_key(), kind))


async def protocols(check, trunk):
    domain = DOMAINS[0]
    wire = await handshake(trunk, True, domain, domain)
    check('direct TLS: xmpp-server is chosen', wire.tls.selected_alpn_protocol() == 'xmpp-server')
    wire = await handshake(trunk, True, domain, domain, ())
    check('direct TLS without ALPN works', wire is not None)
    wire = await handshake(trunk, True, domain, domain, ('h2', 'http/1.1'))
    check('direct TLS for another protocol is refused', wire is None)
    wire = await handshake(trunk, False, domain, domain, ('h2',))
    check('STARTTLS ignores other protocols', wire is not None)


async def without_name(check, trunk):
    """Direct TLS without SNI: the first certificate is shown, and must cover what is asked for."""
    leaf = peers['leaf']
    wire = await handshake(trunk, True, None, DOMAINS[0])
    check('direct TLS without SNI: the first certificate', wire is not None and
          DOMAINS[0] in wire.names(), str(wire and wire.names()))
    await leaf.greet(wire)
    check('direct TLS without SNI: its own domain is served', leaf.offers(wire))
    wire = await handshake(trunk, True, None, DOMAINS[1])
    try:
        await leaf.greet(wire)
    except Gone:
        pass
    condition, _ = await wire.ending(5)
    check('direct TLS without SNI: another domain is not', condition == 'host-unknown',
          str(condition))


async def outbound(check, trunk):
    """What the trunk says when it dials."""
    leaf = peers['leaf']
    for domain, direct in ((DOMAINS[0], True), (DOMAINS[1], False)):
        peer, number = peers[domain], fresh()
        wire = await leaf.proven(domain, trunk.address)
        await wire.send(message('x@' + leaf.domain, 'y@' + domain, number))
        what = 'direct TLS' if direct else 'STARTTLS'
        check('outbound %s: arrives' % what, await peer.stanza(number))
        check('outbound %s: SNI is the domain' % what, ('sni', domain) in peer.events,
              str(peer.events))
        used = [w for w in peer.wires if w.tls]
        check('outbound %s: ALPN is xmpp-server' % what,
              used and used[0].tls.selected_alpn_protocol() == 'xmpp-server')
        check('outbound %s: our certificate names the leaf' % what,
              used and leaf.domain in used[0].names())


async def run(bed, check):
    trunk = bed.trunk('shown')
    trunk.usual(*peers.values())
    kinds = [('good', DOMAINS[0]), ('rsa', DOMAINS[0]), ('good', DOMAINS[1]),
             ('wildcard', DOMAINS[2]), ('good', peers['leaf'].domain)]
    trunk.settings['certificates'] = [dict(trunk.cert(k, d), name='c%d' % i)
                                      for i, (k, d) in enumerate(kinds)]
    trunk.control(DOMAINS[0], connect='tls:%s:5270' % peers[DOMAINS[0]].address)
    await asyncio.gather(*(p.listen(direct=True) for p in peers.values()))
    await trunk.start()
    for test in (shown, protocols, without_name, outbound):
        await test(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
