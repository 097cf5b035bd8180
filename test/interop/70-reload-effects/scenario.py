# SPDX-License-Identifier: MIT
"""What a reload does to live streams, class by class; a bad configuration changes nothing."""
import asyncio

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import Gone

CHAT_STATE = "<active xmlns='http://jabber.org/protocol/chatstates'/>"
NAMES = ('leaf', 'hop', 'moved', 'gone', 'strict', 'bystander')
peers = {}


def plan(bed):
    for name in NAMES:
        peers[name] = Peer(bed, name + '.effects.example')
    # Nobody knows its authority: it can only be proven by dialback.
    peers['strict'].cert = bed.pki.get('unknown-ca', peers['strict'].domain)
    peers['revoked'] = Peer(bed, 'revoked.effects.example', cert=None)
    peers['new-place'] = Peer(bed, 'moved.effects.example')


async def send(wire, to, extra='', number=None):
    number = number or fresh()
    await wire.send(message('x@' + wire.from_, 'y@' + to, number, extra=extra))
    return number


def states(stanza):
    return [c for c in stanza if 'chatstates' in c.tag]


async def policy(check, trunk, wire):
    """Next stanza, live streams included."""
    hop = peers['hop']
    got = await hop.stanza(await send(wire, hop.domain, CHAT_STATE))
    check('before: the chat state passes', got is not None and states(got))
    trunk.settings['policies'] = [{'name': 'quiet', 'strip': ['chat-states']}]
    trunk.control(hop.domain, to_peer=['quiet'])
    check('the policy is loaded', await trunk.reload())
    got = await hop.stanza(await send(wire, hop.domain, CHAT_STATE))
    check('policy: the next stanza on the live stream is stripped', got is not None and
          not states(got))
    check('policy: over the same connections', hop.count('accepted') == 1)


async def bad_configuration(check, trunk, wire):
    hop = peers['hop']
    for name, change in (('an unknown key', {'conect': 'dns'}),
                         ('a certificate that is not there', {'certificate': 'no-such'})):
        kept = dict(trunk.control(hop.domain))
        trunk.control(hop.domain, **change)
        check('%s: the reload is refused' % name, await trunk.reload() is False)
        trunk.control(hop.domain).clear()
        trunk.settings['peering_controls'] = [c for c in trunk.settings['peering_controls'] if c]
        trunk.control(**kept)
        got = await hop.stanza(await send(wire, hop.domain, CHAT_STATE))
        check('%s: nothing changed' % name, got is not None and not states(got) and
              hop.count('accepted') == 1)
    check('and a good one is taken again', await trunk.reload())


async def next_hop(check, trunk):
    """New stream for new stanzas, the old one drained, order kept."""
    old, new, leaf = peers['moved'], peers['new-place'], peers['leaf']
    wire = await leaf.proven(old.domain, trunk.address)
    numbers = [await send(wire, old.domain) for _ in range(200)]
    await old.stanza(numbers[0])
    trunk.control(old.domain, connect=new.address + ':5269')
    reload = asyncio.ensure_future(trunk.reload())
    numbers += [await send(wire, old.domain) for _ in range(200)]
    check('next hop: the reload is taken', await reload)
    numbers += [await send(wire, old.domain) for _ in range(200)]
    await new.stanza(numbers[-1], 20)
    got = [s.get('id') for s in old.stanzas] + [s.get('id') for s in new.stanzas]
    check('next hop: all arrive, first there, then here, in order', got == numbers,
          '%d and %d of %d' % (len(old.stanzas), len(new.stanzas), len(numbers)))
    check('next hop: both were used', old.stanzas and new.stanzas)
    check('next hop: the old stream was closed in order', await old.until(
        lambda: all(w.heard.endswith('</stream:stream>') for w in old.wires)))


async def refused(check, trunk):
    """A control that refuses the domain now, or demands what the stream does not have."""
    gone, strict, hop = peers['gone'], peers['strict'], peers['hop']
    one = await gone.proven(hop.domain, trunk.address)
    two = await strict.proven(hop.domain, trunk.address, 'dialback')
    for wire in (one, two):
        check('%s: before' % wire.from_, await hop.stanza(await send(wire, hop.domain)))
    trunk.control(gone.domain, action='reject')
    trunk.control(strict.domain, authentication=['external'])
    check('refusing plan: the reload is taken', await trunk.reload())
    condition, _ = await one.ending()
    check('a domain that is refused now loses its stream', condition in (
        'policy-violation', 'host-gone', 'not-authorized'), str(condition))
    condition, _ = await two.ending()
    check('proof that is too weak now: policy-violation', condition == 'policy-violation',
          str(condition))


async def host_gone(check, trunk):
    """A target that is no longer served."""
    leaf, gone = peers['leaf'], peers['bystander']
    wire = await leaf.proven(gone.domain, trunk.address)
    check('host-gone: before', await gone.stanza(await send(wire, gone.domain)))
    trunk.settings['peering_controls'] = [c for c in trunk.settings['peering_controls']
                                          if c['match'] != gone.domain]
    check('host-gone: the reload is taken', await trunk.reload())
    condition, _ = await wire.ending()
    check('a target that is gone: host-gone', condition == 'host-gone', str(condition))


async def revoked(bed, check, trunk):
    """A certificate on the new CRL closes the live stream (reset), and does not come back."""
    peer, hop = peers['revoked'], peers['hop']
    peer.cert = bed.pki.get('rsa', peer.domain)
    wire = await peer.proven(hop.domain, trunk.address)
    check('revoked: before', await hop.stanza(await send(wire, hop.domain)))
    bed.pki.root.revoked.append(peer.cert.x509.serial_number)
    bed.pki.root.write_crl()
    check('revoked: the reload is taken', await trunk.reload())
    condition, _ = await wire.ending()
    check('revoked: the live stream is reset', condition == 'reset', str(condition))
    try:
        await peer.proven(hop.domain, trunk.address)
        check('revoked: it does not come in again', False)
    except Gone:
        check('revoked: it does not come in again', True)


async def certificate(bed, check, trunk):
    """A new certificate of ours is shown at the next handshake; live streams stay."""
    leaf, hop = peers['leaf'], peers['hop']
    wire = await leaf.proven(hop.domain, trunk.address)
    before = wire.peer.serial_number
    names = [p.domain for p in peers.values()]
    trunk.settings['certificates'] = [trunk.cert('rsa', *names)]
    check('certificate: the reload is taken', await trunk.reload())
    check('certificate: the live stream stays', await hop.stanza(await send(wire, hop.domain)))
    again = await leaf.dial(hop.domain, trunk.address)
    check('certificate: the next handshake shows the new one', again.peer.serial_number != before)


async def run(bed, check):
    trunk = bed.trunk('effects')
    listening = [p for n, p in peers.items() if n != 'new-place']
    trunk.usual(*listening)
    trunk.control(peers['strict'].domain, verify_next_hop=False)
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    wire = await peers['leaf'].proven(peers['hop'].domain, trunk.address)
    await policy(check, trunk, wire)
    await bad_configuration(check, trunk, wire)
    await next_hop(check, trunk)
    await refused(check, trunk)
    await host_gone(check, trunk)
    await certificate(bed, check, trunk)
    await revoked(bed, check, trunk)
    got = await peers['hop'].stanza(await send(wire, peers['hop'].domain))
    check('through all of it the first stream lived', got is not None and
          peers['hop'].count('accepted') >= 1)
    await asyncio.gather(*(p.close() for p in peers.values()))
