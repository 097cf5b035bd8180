# SPDX-License-Identifier: MIT
"""Every kind of certificate, shown by a peer that comes in, under every list of accepted proofs.

The peers are scripted; each kind of certificate has three domains, one for each `authentication`.
What is expected is the table of decision 3: an expired or revoked certificate ends the stream, an
unknown, wrong or missing one leaves dialback, where the control lists it.
"""
import asyncio

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import SASL, Gone

PROOFS = {'ext': ['external'], 'both': ['external', 'dialback'], 'dlb': ['dialback']}
GOOD = ('good', 'rsa', 'no-purpose', 'server-only', 'wildcard', 'srv-name', 'xmpp-addr',
        'intermediate')
USELESS = ('unknown-ca', 'self-signed', 'wrong-name', 'common-name', 'client-only', None)
FATAL = {'expired': 'expired', 'not-yet': 'not valid yet', 'revoked': 'revoked'}
peers, sink = {}, []


def plan(bed):
    sink.append(Peer(bed, 'sink.in.example'))
    for kind in GOOD + USELESS + tuple(FATAL):
        for word in PROOFS:
            domain = '%s.%s.in.example' % (kind or 'none', word)
            peers[kind, word] = Peer(bed, domain, cert=kind or 'good')
            if kind is None:        # it has one for those who call, and shows none when it calls
                peers[kind, word].shows = None


async def delivers(check, wire, peer, what):
    number = fresh()
    await wire.send(message('x@' + peer.domain, 'y@' + sink[0].domain, number))
    check(what, await sink[0].stanza(number))


async def good(check, trunk, peer, word):
    wire = await peer.dial(sink[0].domain, trunk.address)
    if word == 'dlb':
        check('EXTERNAL is not offered', not peer.offers(wire))
        check('dialback proves it', await peer.prove_dialback(wire) == 'valid')
    else:
        check('EXTERNAL is offered', peer.offers(wire))
        answer = await peer.prove_external(wire)
        check('EXTERNAL proves it', answer.tag == SASL + 'success')
    await delivers(check, wire, peer, 'a message passes')


async def useless(check, trunk, peer, word):
    wire = await peer.dial(sink[0].domain, trunk.address)
    check('EXTERNAL is not offered', not peer.offers(wire))
    if word == 'ext':
        await peer.claim(wire)
        condition, _ = await wire.ending()
        check('dialback does not help', condition in ('not-authorized', 'policy-violation'),
              str(condition))
        check('it was not even verified', not peer.count('verify'))
        return
    check('dialback proves it', await peer.prove_dialback(wire) == 'valid')
    await delivers(check, wire, peer, 'a message passes')


async def fatal(check, trunk, peer, word, reason):
    try:
        wire = await peer.dial(sink[0].domain, trunk.address)
    except Gone:
        wire = peer.wires[-1]
    condition, text = await wire.ending()
    check('the stream ends: not-authorized', condition == 'not-authorized', str(condition))
    check('the words say why', reason in (text or ''), str(text))
    check('dialback was not tried', not peer.count('verify'))


async def one(check, trunk, kind, word):
    peer = peers[kind, word]
    say = check.sub('%s, authentication %s' % (kind or 'no certificate', word))
    await peer.listen()
    try:
        if kind in GOOD:
            await good(say, trunk, peer, word)
        elif kind in USELESS:
            await useless(say, trunk, peer, word)
        else:
            await fatal(say, trunk, peer, word, FATAL[kind])
    except (Gone, asyncio.TimeoutError) as end:
        say('goes through', False, repr(end))
    finally:
        await peer.close()


async def run(bed, check):
    trunk = bed.trunk('certs-in')
    trunk.usual(sink[0], *peers.values())
    for (_, word), peer in peers.items():
        # Verification calls reach the peer whatever it shows: who answers is not what is tested.
        trunk.control(peer.domain, authentication=PROOFS[word], verify_next_hop=False)
    await sink[0].listen()
    await trunk.start()
    await asyncio.gather(*(one(check, trunk, *key) for key in peers))
    await sink[0].close()
