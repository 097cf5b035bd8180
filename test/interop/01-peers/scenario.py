# SPDX-License-Identifier: MIT
"""Without any trunk: the scripted peers get along with real servers, in every role they play."""
from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import Gone

DIRECT = True
CASES = [('prosody', 'p1', 'external'), ('prosody', 'p1', 'dialback'), ('ejabberd', 'e1', 'external'),
         ('ejabberd', 'e1', 'dialback'), ('jabberd2', 'j1', 'dialback')]
hosts, peers = {}, {}


def plan(bed):
    for name in ('p1', 'e1', 'j1'):
        hosts[name] = bed.host('peers.%s.example' % name, name, users=('ann',))
    for word, server, proof in CASES:
        # Prosody insists on certificates unless told; ejabberd and jabberd2 do not.
        domain = '%s.%s.wire.example' % (proof, word)
        peers[word, proof] = Peer(bed, domain, cert='good')
        bed.publish(domain, real=peers[word, proof].address)


async def run(bed, check):
    users = {name: await bed.client(host) for name, host in hosts.items()}
    for word, server, proof in CASES:
        say = check.sub('%s by %s' % (word, proof))
        peer, user = peers[word, proof], users[server]
        peer.external = proof == 'external'
        await peer.listen()
        await in_and_out(say, bed, peer, user, proof)
        await peer.close()


async def in_and_out(check, bed, peer, user, proof):
    number = user.tell('x@' + peer.domain, 'out ' + fresh())
    check('a message reaches the peer', await peer.stanza(number))
    check('the server proved itself by ' + proof,
          await peer.event('auth' if proof == 'external' else 'result', seconds=0.1))
    try:
        wire = await peer.proven(user.boundjid.domain, bed.servers[user.host.server].address, proof)
    except Gone as end:
        check('the peer is believed', False, str(end))
        return
    check('the peer is believed', True)
    if proof == 'dialback':
        check('the server called back', peer.count('verify'))
    body = 'in ' + fresh()
    await wire.send(message('x@' + peer.domain, user.bare, fresh(), body))
    check('a message reaches the user', await user.message(body))
