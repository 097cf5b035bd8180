# SPDX-License-Identifier: MIT
"""Every kind of certificate, shown by a next hop: nothing is sent unless it verifies (decision 4)."""
import asyncio

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import STANZAS

GOOD = ('good', 'rsa', 'no-purpose', 'server-only', 'wildcard', 'srv-name', 'xmpp-addr',
        'intermediate')
BAD = ('unknown-ca', 'self-signed', 'wrong-name', 'common-name', 'client-only', 'expired', 'not-yet',
       'revoked')
# name: (kind of certificate, what the control says, delivered)
CASES = {kind: (kind, {}, kind in GOOD) for kind in GOOD + BAD}
CASES.update({
    'unverified': ('wrong-name', {'verify_next_hop': False}, True),
    'other-name': ('wrong-name', {'reference_names': ['elsewhere.example']}, True),
    'third-name': ('wrong-name', {'reference_names': ['third.example']}, False),
    'pin': ('good', {'pins': 'own'}, True),
    'pin-of-another': ('good', {'pins': 'other'}, False),
    'pin-alone': ('self-signed', {'pins': 'own', 'trust': 'none'}, True),
    'pin-does-not-replace-trust': ('unknown-ca', {'pins': 'own'}, False),
})
peers, source = {}, []


def plan(bed):
    source.append(Peer(bed, 'source.out.example'))
    for name, (kind, _, _) in CASES.items():
        peers[name] = Peer(bed, name + '.out.example', cert=kind)


def keys_for(bed, peer, keys):
    keys = dict(keys)
    if 'pins' in keys:
        cert = peer.cert if keys['pins'] == 'own' else source[0].cert
        keys['pins'] = [cert.spki_sha256()]
    return {'queue': {'seconds': '3s'}, **keys}


async def one(check, trunk, name):
    peer, (_, _, delivered) = peers[name], CASES[name]
    say = check.sub(name)
    number = fresh()
    wire = await source[0].proven(peer.domain, trunk.address)
    await wire.send(message('x@' + source[0].domain, 'y@' + peer.domain, number))
    if delivered:
        say('the message arrives', await peer.stanza(number))
        return
    bounce = await source[0].stanza(number)
    say('the sender hears remote-server-timeout', bounce is not None and
        bounce.get('type') == 'error' and bounce.get('from') == 'y@' + peer.domain and
        bounce.find('.//%sremote-server-timeout' % STANZAS) is not None, repr(bounce))
    say('the next hop got nothing', not peer.stanzas)
    say('nor a proof of ours', not peer.count('auth') and not peer.count('result'))


async def run(bed, check):
    trunk = bed.trunk('certs-out')
    trunk.usual(source[0], *peers.values())
    for name, (_, keys, _) in CASES.items():
        trunk.control(peers[name].domain, **keys_for(bed, peers[name], keys))
    await asyncio.gather(source[0].listen(), *(p.listen() for p in peers.values()))
    await trunk.start()
    await asyncio.gather(*(one(check, trunk, name) for name in CASES))
    await asyncio.gather(source[0].close(), *(p.close() for p in peers.values()))
