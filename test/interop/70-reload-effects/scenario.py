# SPDX-License-Identifier: MIT
"""What a reload does to live streams, class by class, as the table under RELOAD in trunkd.conf(5) has them (labels
are 43's); a bad configuration changes nothing."""
import asyncio
import json
import os

from bed import audit
from bed.client import fresh
from bed.peer import Peer, message
from bed.press import condition, until
from bed.wire import Gone

CHAT_STATE = "<active xmlns='http://jabber.org/protocol/chatstates'/>"
NAMES = ('leaf', 'hop', 'moved', 'gone', 'strict', 'bystander', 'queued', 'believer')
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


async def back(wire, to, number):
    """The condition with which it came back; None when it did not."""
    await wire.send(message('x@' + wire.from_, 'y@' + to, number, body='b' * 12000))
    got = await peers['leaf'].stanza(number)
    return condition(got) if got is not None and got.get('type') == 'error' else None


async def access_limit_audit(check, trunk, wire):
    """The rest of what counts from the next stanza on."""
    leaf, hop, quiet = peers['leaf'], peers['hop'], trunk.settings['policies'][0]
    path = trunk.settings['audit']['file']
    quiet['access'] = [{'to': 'nobody@' + hop.domain, 'action': 'allow'}]
    check('an access list is loaded', await trunk.reload())
    refused = await back(wire, hop.domain, fresh())
    check('access list: the next stanza on the live stream is refused', refused == 'policy-violation', str(refused))
    del quiet['access']
    trunk.control(leaf.domain, max_stanza=10000)
    check('a limit is loaded', await trunk.reload())
    refused = await back(wire, hop.domain, fresh())
    check('limit: the next stanza on the live stream is too big', refused == 'policy-violation', str(refused))
    del trunk.control(leaf.domain)['max_stanza']
    before = await send(wire, hop.domain)
    await hop.stanza(before)
    quiet['audit'] = 'full'
    check('auditing is loaded', await trunk.reload())
    after = await send(wire, hop.domain)
    await hop.stanza(after)
    kept = await until(lambda: audit.records(path, id=after))
    check('audit: the next stanza on the live stream is recorded in full, and not the one before',
          kept and 'received' in kept[0] and 'received' not in audit.records(path, id=before)[0], str(kept))
    check('all of it over the same connections', hop.count('accepted') == 1)


async def nothing_that_matters(check, trunk, wire):
    """Anything else: streams stay up, not one stanza lost or put in another order."""
    leaf, hop = peers['leaf'], peers['hop']
    numbers = [await send(wire, hop.domain) for _ in range(200)]
    trunk.settings['listen'].append({'address': trunk.address, 'port': 5298, 'mode': 'starttls'})
    trunk.settings['limits'] = {'connections': 4000}
    trunk.settings['log']['level'] = 'debug'
    trunk.control(hop.domain, connect_timeout='7s', keepalive='90s')
    reload = asyncio.ensure_future(trunk.reload())
    numbers += [await send(wire, hop.domain) for _ in range(200)]
    check('anything else: the reload is taken', await reload)
    numbers += [await send(wire, hop.domain) for _ in range(200)]
    await hop.stanza(numbers[-1], 20)
    got = [s.get('id') for s in hop.stanzas if s.get('id') in set(numbers)]
    check('anything else: every stanza arrives, in order', got == numbers, '%d of %d' % (len(got), len(numbers)))
    check('anything else: over the same connections', hop.count('accepted') == 1)
    trunk.settings['log']['level'] = trunk.bed.level
    trunk.settings['listen'].pop()


async def needs_restart(check, trunk, wire):
    """Warned, and the old value stays."""
    hop, kept = peers['hop'], trunk.settings['node']['workers']
    before = json.loads((await trunk.ask('status', '--json')).stdout)['workers']
    trunk.settings['node']['workers'] = before + 1
    check('restart: the reload is taken', await trunk.reload())
    check('restart: it is warned of', await trunk.logged(['node.workers needs a restart', 'old value is kept']))
    told = json.loads((await trunk.ask('status', '--json')).stdout)
    check('restart: the old value stays', told['workers'] == before, repr(told))
    check('restart: the live stream stays', await hop.stanza(await send(wire, hop.domain)))
    trunk.settings['node']['workers'] = kept


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


async def identity(check, trunk):
    """Who we are to the next hop, and who it has to be. `moved` is at its new place."""
    new, leaf = peers['new-place'], peers['leaf']
    domain, wire = new.domain, await leaf.proven(new.domain, trunk.address)
    numbers = [await send(wire, domain) for _ in range(50)]
    await new.stanza(numbers[-1])
    before = new.count('accepted')
    names = [p.domain for p in peers.values()]
    trunk.settings['certificates'].append(dict(trunk.cert('rsa', *names), name='for-moved'))
    trunk.control(domain, certificate='for-moved')
    check('identity: the reload is taken', await trunk.reload())
    more = [await send(wire, domain) for _ in range(50)]
    await new.stanza(more[-1])
    got = [s.get('id') for s in new.stanzas if s.get('id') in set(numbers + more)]
    check('identity: what we show there has changed: a new stream, order kept', got == numbers + more and
          new.count('accepted') == before + 1, '%d, %d' % (len(got), new.count('accepted') - before))
    check('identity: the old one was closed in order', await new.until(
        lambda: sum(w.heard.endswith('</stream:stream>') for w in new.wires) >= before))
    trunk.control(domain, pins=['00' * 32])
    check('pins: the reload is taken', await trunk.reload())
    row = await trunk.logged(['stream-end', 'dir=out', 'to=' + domain, 'certificate is not valid any more'])
    check('pins: a next hop that is not it any more loses its stream', row and 'policy-violation' in row,
          str(row))
    del trunk.control(domain)['pins']
    del trunk.control(domain)['certificate']


async def queue_bounced(check, trunk):
    """What waits for a domain that is refused now goes back."""
    leaf, queued = peers['leaf'], peers['queued']
    wire = await leaf.proven(queued.domain, trunk.address)
    numbers = [await send(wire, queued.domain) for _ in range(20)]
    await trunk.logged([' dial ', 'to=' + queued.domain, 'outcome=unreachable'])
    trunk.control(queued.domain, action='reject')
    check('queue: the reload is taken', await trunk.reload())
    ends = {condition(s) if s is not None else None for s in [await leaf.stanza(n) for n in numbers]}
    check('queue: what waited for a domain that is refused now is bounced', ends == {'remote-server-not-found'},
          str(ends))
    ended, _ = await wire.ending()
    check('queue: and the stream for it ends', ended == 'host-gone', str(ended))


async def trust_store(bed, check, trunk):
    """A store that does not have the CA any more."""
    believer, hop = peers['believer'], peers['hop']
    wire = await believer.proven(hop.domain, trunk.address)
    check('trust: before', await hop.stanza(await send(wire, hop.domain)))
    for store in trunk.settings['trust']:
        if store['name'] == 'late':
            store['ca'] = bed.pki.stranger.path
    check('trust: the reload is taken', await trunk.reload())
    ended, _ = await wire.ending()
    check('trust: a live stream of whom nobody believes any more is reset', ended == 'reset', str(ended))


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
    trunk.control(peers['queued'].domain, queue={'seconds': '60s'})
    trunk.settings['trust'].append({'name': 'late', 'ca': bed.pki.root.path})
    trunk.control(peers['believer'].domain, trust='late')
    trunk.settings['audit'] = {'file': os.path.join(trunk.folder, 'audit')}
    await asyncio.gather(*(p.listen() for n, p in peers.items() if n != 'queued'))
    await trunk.start()
    wire = await peers['leaf'].proven(peers['hop'].domain, trunk.address)
    await policy(check, trunk, wire)
    await access_limit_audit(check, trunk, wire)
    await nothing_that_matters(check, trunk, wire)
    await needs_restart(check, trunk, wire)
    await bad_configuration(check, trunk, wire)
    await next_hop(check, trunk)
    await identity(check, trunk)
    await queue_bounced(check, trunk)
    await trust_store(bed, check, trunk)
    await refused(check, trunk)
    await host_gone(check, trunk)
    await certificate(bed, check, trunk)
    await revoked(bed, check, trunk)
    got = await peers['hop'].stanza(await send(wire, peers['hop'].domain))
    check('through all of it the first stream lived', got is not None and
          peers['hop'].count('accepted') >= 1)
    await asyncio.gather(*(p.close() for p in peers.values()))
