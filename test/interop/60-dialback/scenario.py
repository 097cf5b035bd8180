# SPDX-License-Identifier: MIT
"""Dialback with peers that play it the hard way: deadlock, pipelining, many pairs, bad keys."""
import asyncio

from bed.client import fresh
from bed.peer import Peer, dialback_key, message
from bed.wire import DIALBACK, HEADER, Gone, attributes

PAIRS = 50
peers = {}


class LikeProsody(Peer):
    """Verifies a claim only over a stream of its own that is proven already, by dialback."""
    external = False

    async def on_result(self, wire, element):
        from_, to = element.get('from'), element.get('to')
        self.note('result', from_, to, element.text)
        asyncio.ensure_future(self.verify_it(wire, wire.id, from_, to, element.text))

    async def verify_it(self, wire, number, from_, to, key):
        try:
            back = await self.dial(from_, self.trunk.address, from_=to)
            if await self.prove_dialback(back, to, from_) != 'valid':
                return
            self.note('proven-first')
            await back.send("<db:verify from='%s' to='%s' id='%s'>%s</db:verify>"
                            % (to, from_, number, key))
            answer = await back.element()
            wire.proven.add((from_, to))
            await wire.send("<db:result from='%s' to='%s' type='%s'/>"
                            % (to, from_, answer.get('type')))
        except (Gone, asyncio.TimeoutError) as end:
            self.note('failed', repr(end))


class Pipeliner(Peer):
    """Behaves like ejabberd, which does not wait for an answer to its header."""

    async def prove_external_in_one(self, wire, to, number, key):
        """EXTERNAL, then header and db:verify in one write."""
        await wire.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>")
        await wire.element()
        wire.restart()
        await wire.send(HEADER % attributes(from_=self.domain, to=to, version='1.0') +
                        "<db:verify from='%s' to='%s' id='%s'>%s</db:verify>"
                        % (self.domain, to, number, key))
        while True:
            kind, element = await wire.item()
            if kind == 'element' and element.tag == DIALBACK + 'verify':
                return element


class Refuser(Peer):
    """Finds every key invalid."""
    external, verdict = False, 'invalid'


def plan(bed):
    peers['leaf'] = Peer(bed, 'leaf.dialback.example')
    peers['hop'] = Pipeliner(bed, 'hop.dialback.example')
    peers['refuser'] = Refuser(bed, 'refuser.dialback.example')
    peers['prosody'] = LikeProsody(bed, 'prosody.dialback.example', cert='unknown-ca')
    peers['many'] = Peer(bed, *('d%d.many.example' % i for i in range(PAIRS)))
    peers['liar'] = Peer(bed, 'liar.dialback.example')
    for domain in ('hop.dialback.example', 'leaf.dialback.example'):
        bed.publish(domain, trunk='dialback')


async def deadlock(check, trunk):
    """Both sides prove themselves by dialback, and the other one wants to be proven first."""
    peer, leaf, number = peers['prosody'], peers['leaf'], fresh()
    peer.trunk = trunk
    wire = await leaf.proven(peer.domain, trunk.address)
    await wire.send(message('x@' + leaf.domain, 'y@' + peer.domain, number))
    check('Prosody\'s deadlock: the stanza arrives', await peer.stanza(number, 20), str(peer.events))
    check('Prosody\'s deadlock: it was proven first', peer.count('proven-first') == 1)


async def pipelined(check, trunk):
    """ejabberd sends db:verify right behind its header, before it has heard ours."""
    peer, hop = peers['leaf'], peers['hop']
    hop.external, number = False, fresh()
    wire = await peer.proven(hop.domain, trunk.address)
    await wire.send(message('x@' + peer.domain, 'y@' + hop.domain, number))
    claim = await hop.event('result', peer.domain, hop.domain)
    if not check('the trunk claims the leaf\'s domain', claim):
        return
    claimed = [w for w in hop.wires if getattr(w, 'key', None)][-1]
    for name, key, expected in (('good', claimed.key, 'valid'), ('bad', 'f' * 64, 'invalid')):
        verifier = await hop.dial(peer.domain, trunk.address)
        answer = await hop.prove_external_in_one(verifier, peer.domain, claimed.key_id, key)
        check('a pipelined db:verify with a %s key is answered %s' % (name, expected),
              answer is not None and answer.get('type') == expected and
              answer.get('id') == claimed.key_id, str(answer))
    check('the stanza arrives', await hop.stanza(number))


async def many(check, trunk):
    """jabberd2 puts every pair on one stream: all are proven, all carry stanzas, none more."""
    peer, hop = peers['many'], peers['hop']
    wire = await peer.dial(hop.domain, trunk.address)
    for domain in peer.domains:
        await peer.claim(wire, domain)
    answers = {}
    while len(answers) < PAIRS:
        answer = await wire.element(30)
        answers[answer.get('to')] = answer.get('type')
    check('%d pairs on one stream are proven' % PAIRS, set(answers.values()) == {'valid'} and
          set(answers) == set(peer.domains))
    numbers = []
    for domain in peer.domains:
        numbers.append(fresh('pair'))
        await wire.send(message('x@' + domain, 'y@' + hop.domain, numbers[-1]))
    got = [await hop.stanza(n) for n in numbers]
    check('each pair carries stanzas', all(g is not None for g in got),
          '%d of %d' % (sum(g is not None for g in got), PAIRS))
    await peer.claim(wire, peers['liar'].domain, key='0' * 64)
    answer = await wire.element()
    check('a bad key among them is invalid', answer.get('type') == 'invalid', str(answer.attrib))
    number = fresh()
    await wire.send(message('x@' + peer.domains[0], 'y@' + hop.domain, number))
    check('and does not harm the others', await hop.stanza(number))
    await wire.send(message('x@' + peers['liar'].domain, 'y@' + hop.domain, fresh()))
    condition, _ = await wire.ending()
    check('a stanza of the unproven one ends the stream: invalid-from', condition == 'invalid-from',
          str(condition))


async def answers(check, trunk):
    """The authoritative side: only keys of ours, only for domains that we stand in for."""
    peer = peers['leaf']
    wire = await peer.dial(peers['hop'].domain, trunk.address)
    cases = [('a key of somebody else', peers['hop'].domain, '0' * 64, 'invalid'),
             ('a domain that we do not stand in for', 'nobody.example', '0' * 64, 'error')]
    for name, to, key, expected in cases:
        await wire.send("<db:verify from='%s' to='%s' id='abc'>%s</db:verify>"
                        % (peer.domain, to, key))
        answer = await wire.element()
        check('db:verify with %s: %s' % (name, expected), answer.tag == DIALBACK + 'verify' and
              answer.get('type') == expected and answer.get('id') == 'abc', str(answer.attrib))


async def wrong_claims(check, trunk):
    """The receiving side: a bad key, an unserved target, a silent or refusing authority."""
    liar, hop = peers['liar'], peers['hop']
    wire = await liar.dial(hop.domain, trunk.address)
    check('a wrong key is invalid',
          await liar.prove_dialback(wire, key='1' * 64) == 'invalid')
    wire = await liar.dial(hop.domain, trunk.address)
    await liar.claim(wire, to='nobody.example')
    answer = await wire.element()
    check('a claim for an unserved target: item-not-found', answer.get('type') == 'error' and
          answer.find('.//{urn:ietf:params:xml:ns:xmpp-stanzas}item-not-found') is not None)
    liar.verify = 'error'
    wire = await liar.dial(hop.domain, trunk.address)
    check('an authority that answers with an error is no proof',
          await liar.prove_dialback(wire) in ('error', 'invalid'))
    liar.verify = None
    wire = await liar.dial(hop.domain, trunk.address)
    await wire.send("<db:result from='%s' to='%s' type='valid'/>" % (liar.domain, hop.domain))
    number = fresh()
    await wire.send(message('x@' + liar.domain, 'y@' + hop.domain, number))
    condition, _ = await wire.ending()
    check('an unsolicited type=valid proves nothing', condition in ('not-authorized', 'invalid-from'),
          str(condition))
    check('and nothing crosses', await hop.stanza(number, 0.1) is None)
    wire = await liar.dial(hop.domain, trunk.address)
    await liar.claim(wire, from_=peers['leaf'].domain, key=dialback_key(
        hop.domain, peers['leaf'].domain, wire.id, 'another secret'))
    answer = await wire.element()
    check('somebody else\'s domain is not proven by our own key', answer.get('type') != 'valid')


async def refused(check, trunk):
    """A next hop that does not believe us."""
    peer, leaf = peers['refuser'], peers['leaf']
    wire = await leaf.proven(peer.domain, trunk.address)
    number = fresh()
    await wire.send(message('x@' + leaf.domain, 'y@' + peer.domain, number))
    got = await leaf.stanza(number)
    check('a next hop that says invalid: the stanza bounces', got is not None and
          got.get('type') == 'error')


async def run(bed, check):
    trunk = bed.trunk('dialback')
    trunk.usual(*peers.values())
    trunk.control(peers['prosody'].domain, authentication=['dialback'], verify_next_hop=False)
    # Their certificates are good: by themselves they would do (XEP-0344).
    for domain in peers['many'].domains + peers['liar'].domains:
        trunk.control(domain, authentication=['dialback'])
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    for test in (deadlock, pipelined, many, answers, wrong_claims, refused):
        try:
            await test(check, trunk)
        except (Gone, asyncio.TimeoutError) as end:
            check('%s goes through' % test.__name__, False, repr(end))
    await asyncio.gather(*(p.close() for p in peers.values()))
