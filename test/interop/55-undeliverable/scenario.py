# SPDX-License-Identifier: MIT
"""What cannot be delivered: who is told and who is not, errors that cannot leave either, and the last
`unavailable`, which waits longer than everything else."""
import asyncio

from bed.peer import Peer
from bed.press import Sink, condition, ids, send, stanza, until
from bed.wire import SERVER, local

LIMIT = 100.0
TIMEOUT = 'remote-server-timeout'
# RFC 6120 8.2.3 and 8.3.1: a request must be answered, an answer or an error never is.
TOLD = ("iq type='get'", "iq type='set'", 'message', "message type='chat'", "message type='normal'",
        "message type='groupchat'", "message type='headline'", 'presence', "presence type='probe'",
        "presence type='subscribe'")
SILENT = ("iq type='result'", "iq type='error'", "message type='error'", "presence type='error'",
          "presence type='unsubscribe'", "presence type='unsubscribed'",
          "presence type='subscribed'")
peers = {}


def plan(bed):
    for name in ('leaf', 'mute', 'gone', 'lost', 'mark'):
        peers[name] = Sink(bed, name + '.undeliverable.example')
    peers['asks'] = Peer(bed, 'asks.undeliverable.example')
    peers['late'] = Peer(bed, 'late.undeliverable.example')
    peers['bad'] = Peer(bed, 'bad.undeliverable.example', cert='wrong-name')


async def kinds(check, trunk):
    """One of each kind to a domain whose server is down."""
    asks = peers['asks']
    wire = await asks.proven(peers['gone'].domain, trunk.address)
    for kind in TOLD + SILENT:
        gone = peers['gone' if kind in TOLD else 'lost']
        name, payload = kind.split()[0], '' if 'result' in kind else "<x xmlns='urn:example:x'/>"
        await wire.send("<%s from='x@%s/r' to='y@%s/s' id='%s'>%s</%s>" % (
            kind, asks.domain, gone.domain, kind.replace("'", ''), payload, name))
    await until(lambda: len(asks.stanzas) >= len(TOLD))
    gone, lost = peers['gone'], {'reason': 'not-bounceable', 'to': peers['lost'].domain}
    drops = await until(lambda: len(trunk.events('drop', **lost)) >= len(SILENT))
    for kind in TOLD:
        got = [s for s in asks.stanzas if s.get('id') == kind.replace("'", '')]
        check('<%s> is answered' % kind, len(got) == 1 and local(got[0]) == kind.split()[0] and
              got[0].get('type') == 'error' and condition(got[0]) == TIMEOUT and
              got[0].get('from') == 'y@%s/s' % gone.domain and
              got[0].get('to') == 'x@%s/r' % asks.domain and
              got[0].find(SERVER + 'error').get('type') == 'wait', str(got))
    check('nothing else is answered', len(asks.stanzas) == len(TOLD),
          str([s.get('id') for s in asks.stanzas]))
    rows = ["%s type='%s'" % (r['kind'], r['type']) for r in trunk.events('drop', **lost)]
    check('the log tells of the others', drops and sorted(rows) == sorted(SILENT), str(rows))


def told(trunk, reason, **fields):
    """How many drops for this reason the log tells of, held back ones included."""
    rows = trunk.events('drop', reason=reason, **fields)
    more = trunk.events('held-back', **fields)
    return len(rows) + sum(int(r['held_back']) for r in rows) + sum(int(r['lines']) for r in more)


async def neither_way(check, trunk):
    """The next hop is down, and so is the server of the sender: the errors die here, and the log
    says so; an error is not answered by another one."""
    mute, gone, mark = peers['mute'], peers['gone'], peers['mark']
    wire = await mute.proven(gone.domain, trunk.address)
    await send(wire, mute.domain, gone.domain, ids('n', 40))
    back = {'from': gone.domain, 'to': mute.domain}
    check('neither way: forty errors end in the log', await until(
        lambda: told(trunk, 'bounce-undeliverable', **back) >= 40, 20),
        str(told(trunk, 'bounce-undeliverable', **back)))
    await mute.listen()
    await send(await mark.proven(mute.domain, trunk.address), mark.domain, mute.domain, ['m'])
    check('neither way: then the server comes up', await mute.got_id('m', 20))
    check('neither way: no error comes late', not mute.bounced, str(mute.bounced))
    check('neither way: none was dropped twice', told(trunk, 'bounce-undeliverable', **back) == 40,
          str(told(trunk, 'bounce-undeliverable', **back)))
    check('neither way: no error went the other way', not gone.bounced and not trunk.events(
        'drop', 'bounce', kind='message', type='error', **{'from': mute.domain}))


async def leave(wire, name, to, number):
    await wire.send("<presence from='%s@%s/r' to='y@%s' id='%s' type='unavailable'/>" % (
        name, wire.from_, to, number))


async def no_ghosts(check, trunk):
    """The last unavailable of each sender outlives its time, and a next hop that refuses us."""
    leaf, late, bad = peers['leaf'], peers['late'], peers['bad']
    wire = await leaf.proven(late.domain, trunk.address)
    for hop in (late, bad):
        await wire.send(stanza(leaf.domain, hop.domain, 'before ' + hop.domain))
        await leave(wire, 'a', hop.domain, 'a1')
        await leave(wire, 'b', hop.domain, 'b1')
        await leave(wire, 'a', hop.domain, 'a2')
    for hop in (late, bad):
        check('no ghosts: what waited with it at %s bounced' % hop.domain,
              await leaf.got_id('before ' + hop.domain, 20))
    await late.listen()
    await late.until(lambda: len(late.stanzas) >= 2, 20)
    check('no ghosts: the last ones arrive when the server is up', [
        s.get('id') for s in late.stanzas] == ['b1', 'a2'], str([s.get('id') for s in late.stanzas]))
    bad.cert = peers['leaf'].bed.pki.get('good', bad.domain)
    await bad.until(lambda: len(bad.stanzas) >= 2, 20)
    check('no ghosts: and when the next hop has a good certificate', [
        s.get('id') for s in bad.stanzas] == ['b1', 'a2'], str([s.get('id') for s in bad.stanzas]))


async def run(bed, check):
    trunk = bed.trunk('undeliverable')
    trunk.usual(*peers.values())
    for name in ('gone', 'lost', 'mute', 'late'):
        trunk.control(peers[name].domain, connect_timeout='1s', queue={'seconds': '2s'})
    for name in ('leaf', 'asks', 'mark', 'bad'):
        await peers[name].listen()
    await trunk.start()
    await asyncio.gather(kinds(check, trunk), neither_way(check, trunk), no_ghosts(check, trunk))
    await asyncio.gather(*(p.close() for p in peers.values()))
