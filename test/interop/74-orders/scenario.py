# SPDX-License-Identifier: MIT
"""What an operator orders while trunkd runs: pause, drain, block, retry, flush, close; nothing is lost by
any of them, also not of a stream that is held because its route is full; and all of it is taken back."""
import asyncio
import json
import os

from bed.press import Sink, ids, send, until
from bed.wire import Gone

peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'down', 'later', 'full'):
        peers[name] = Sink(bed, name + '.orders.example')


async def ctl(trunk, *words):
    """(exit status, everything said), without holding up the peers."""
    done = await asyncio.get_running_loop().run_in_executor(
        None, lambda: trunk.ctl(*words, '--socket', trunk.folder))
    return done.returncode, done.stdout + done.stderr


def rows(said):
    return [json.loads(line) for line in said.splitlines()]


async def fine(check, trunk, *words, says=''):
    status, said = await ctl(trunk, *words)
    check('trunkctl %s' % ' '.join(words), status == 0 and says in said, '%d: %s' % (status, said))


async def opens(peer, to, trunk):
    """A proven stream, or why there is none."""
    try:
        return await peer.proven(to.domain, trunk.address)
    except Gone as end:
        return str(end)


async def pause(check, trunk):
    leaf, hop = peers['leaf'], peers['hop']
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ['p0'])
    await hop.got_id('p0')
    await fine(check, trunk, 'pause', hop.domain, says='waits in its queue')
    numbers = ['p%d' % i for i in range(1, 40)]
    await send(wire, leaf.domain, hop.domain, numbers)
    status, said = await ctl(trunk, 'orders', '--json')
    found = rows(said)
    check('orders says what is in force', status == 0 and
          [(r['order'], r['target'], r['until']) for r in found] == [('pause', hop.domain, None)], said)
    waits = False
    for _ in range(100):
        _, said = await ctl(trunk, 'routes', hop.domain, '--json')
        waits = any(row['stanzas'] == len(numbers) for row in rows(said))
        if waits:
            break
        await asyncio.sleep(0.05)
    check('paused: what is for it waits', waits, said)
    check('paused: nothing goes there', hop.got == ['p0'])
    await fine(check, trunk, 'resume', hop.domain)
    await hop.got_id('p39')
    check('resumed: everything arrives, in order', hop.got == ['p0'] + numbers, str(hop.got))
    return wire


async def drain(check, trunk, wire):
    leaf, hop = peers['leaf'], peers['hop']
    await send(wire, leaf.domain, hop.domain, ['d1'])
    await fine(check, trunk, 'drain', hop.domain, says='nothing new')
    condition, _ = await wire.ending()
    check('drained: the stream towards it is closed in order', condition is None, str(condition))
    check('drained: what was sent before has arrived', await hop.got_id('d1') and not leaf.bounced)
    why = await opens(leaf, hop, trunk)
    check('drained: no new stream is taken', isinstance(why, str), str(why))
    await fine(check, trunk, 'resume', hop.domain)
    wire = await opens(leaf, hop, trunk)
    check('resumed: streams are taken again', not isinstance(wire, str), str(wire))
    await send(wire, leaf.domain, hop.domain, ['d2'])
    check('resumed: and what they bring arrives', await hop.got_id('d2'))
    return wire


async def block(check, trunk, wire):
    leaf, hop = peers['leaf'], peers['hop']
    await fine(check, trunk, 'block', '*.orders.example', '--for', '2s', says='blocked for that time')
    condition, _ = await wire.ending()
    check('blocked: the live stream ends with an error', condition == 'host-gone', str(condition))
    why = await opens(leaf, hop, trunk)
    check('blocked: no stream is taken', isinstance(why, str), str(why))
    check('blocked: it stands in the log', await trunk.logged(['order=block', 'target=*.orders.example']))
    check('the time is over by itself', await trunk.logged(['order-expired', 'order=block']) is not None)
    wire = await opens(leaf, hop, trunk)
    check('and streams are taken again', not isinstance(wire, str), str(wire))
    await fine(check, trunk, 'block', leaf.domain)
    check('a reload leaves orders in force', await trunk.reload())
    check('blocked still', isinstance(await opens(leaf, hop, trunk), str))
    await fine(check, trunk, 'unblock', leaf.domain)
    return await opens(leaf, hop, trunk)


async def queues(check, trunk, wire):
    leaf, down, later = peers['leaf'], peers['down'], peers['later']
    ways = [await leaf.proven(p.domain, trunk.address) for p in (down, later)]
    for way, peer in zip(ways, (down, later)):
        await send(way, leaf.domain, peer.domain, [peer.domain[0] + '%d' % i for i in range(9)])
    for peer in (down, later):
        await trunk.logged([' dial ', 'to=' + peer.domain, 'outcome=unreachable'])
    status, said = await ctl(trunk, 'flush', down.domain)
    check('trunkctl flush', status == 0 and said.startswith('9 stanzas'), said)
    # The way back needs a stream of its own.
    await leaf.got_id('d8')
    check('flushed: each goes back to its sender', len([n for n in leaf.bounced if n[0] == 'd']) == 9,
          str(leaf.bounced))
    await later.listen()
    status, said = await ctl(trunk, 'retry', later.domain)
    check('trunkctl retry', status == 0, said)
    check('retried: what waited arrives', await later.got_id('l8') and len(later.got) == 9)
    for way in ways:
        way.close()


async def closing(check, trunk, wire):
    leaf, hop = peers['leaf'], peers['hop']
    await send(wire, leaf.domain, hop.domain, ['c0'])
    await hop.got_id('c0')
    status, said = await ctl(trunk, 'close', leaf.domain, hop.domain)
    check('trunkctl close FROM TO', status == 0 and said.startswith('2 streams'), said)
    condition, _ = await wire.ending()
    check('closed: in order', condition is None, str(condition))
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ['c1'])
    check('and another one does', await hop.got_id('c1'))
    _, said = await ctl(trunk, 'streams', leaf.domain, '--json')
    number = max(row['id'] for row in rows(said)
                 if row['dir'] == 'in' and row['from'] == leaf.domain and row['to'] == hop.domain)
    await fine(check, trunk, 'close', str(number), says='1 stream ')
    condition, _ = await wire.ending()
    check('closed by its id', condition is None, str(condition))


async def hold(trunk, prefix):
    """A stream that brings 500 stanzas, towards a queue that takes 20 and a peer that is paused: it is not
    read. Returns it, what it brings, and the task that sends it; None when it is read all the same."""
    leaf, full = peers['leaf'], peers['full']
    wire, numbers = await leaf.proven(full.domain, trunk.address), ids(prefix, 500)
    sending = asyncio.ensure_future(send(wire, leaf.domain, full.domain, numbers, 3000))
    for _ in range(200):
        _, said = await ctl(trunk, 'streams', full.domain, '--json')
        if any(row['held'] for row in rows(said)):
            return wire, numbers, sending
        await asyncio.sleep(0.02)
    return None


async def settled(peer, other, numbers):
    """Every stanza has arrived, or come back to its sender."""
    return await until(lambda: set(numbers) <= set(other.got) | set(peer.bounced), 20)


async def held(check, trunk):
    leaf, full = peers['leaf'], peers['full']
    await fine(check, trunk, 'pause', full.domain)
    holding = await hold(trunk, 'h')
    if not check('a stream to a full queue is held', holding and not full.got):
        return
    wire, numbers, sending = holding
    await fine(check, trunk, 'close', leaf.domain, full.domain, says='1 stream ')
    condition, _ = await wire.ending()
    check('held and closed: in order', condition is None, str(condition))
    await fine(check, trunk, 'resume', full.domain)
    await sending
    await wire.send('</stream:stream>')
    await settled(leaf, full, numbers)
    have = [n for n in full.got if n.startswith('h')]
    back = [n for n in leaf.bounced if n.startswith('h')]
    check('held and closed: there is room in time, and every stanza arrives, in order',
          have == numbers and not back, '%d and %d of %d' % (len(have), len(back), len(numbers)))


async def held_and_blocked(check, trunk):
    leaf, full = peers['leaf'], peers['full']
    await fine(check, trunk, 'pause', full.domain)
    wire, numbers, sending = await hold(trunk, 'b')
    await fine(check, trunk, 'block', full.domain)
    condition, _ = await wire.ending()
    check('held and blocked: host-gone', condition == 'host-gone', str(condition))
    await sending
    await wire.send('</stream:stream>')
    await settled(leaf, full, numbers)
    back = {leaf.bounced.get(n) for n in numbers}
    check('held and blocked: every stanza goes back to its sender', back == {'remote-server-not-found'},
          str(back))
    ends = await until(lambda: [row for row in trunk.events('stream-end', to=full.domain)
                                if row['reason'].startswith('host-gone')])
    check('held and blocked: the stream ends for that',
          ends and int(ends[-1]['stanzas_in']) == len(numbers), str(ends))
    check('and nothing was left unread', not trunk.events('stream-unread') and
          all(row['unread'] == '0' for row in trunk.events('stream-end')))
    await fine(check, trunk, 'resume', 'all')


async def listener(check, trunk):
    leaf, hop = peers['leaf'], peers['hop']
    place = '%s:5269' % trunk.address
    await fine(check, trunk, 'pause', place)
    dialling = asyncio.ensure_future(leaf.proven(hop.domain, trunk.address))
    await asyncio.sleep(0.5)
    check('a paused listener answers nobody', not dialling.done())
    await fine(check, trunk, 'resume', place)
    wire = await asyncio.wait_for(dialling, 10)
    check('and then whoever waited', wire is not None)
    await fine(check, trunk, 'drain', place)
    condition, _ = await wire.ending()
    check('a drained one closes the streams that came by it', condition is None, str(condition))
    await fine(check, trunk, 'resume', 'all')


async def misuse(check, trunk):
    for words, status, says in ((('pause', 'no such'), 1, 'no domain'),
                                (('drain', 'nobody.else.example'), 1, 'no peering control'),
                                (('block', 'all'), 1, 'which domain'),
                                (('block', 'a.example', '--for', 'ever'), 2, 'no time'),
                                (('close', '999999'), 1, 'no such stream'),
                                (('close', 'x'), 2, 'no stream')):
        have, said = await ctl(trunk, *words)
        check('trunkctl %s is refused in words' % ' '.join(words), have == status and says in said,
              '%d: %s' % (have, said))
    done = await asyncio.get_running_loop().run_in_executor(
        None, lambda: trunk.ctl('pause', 'all', '--socket', os.path.join(trunk.folder, 'read')))
    check('the socket for reading refuses to change', done.returncode == 1 and 'change' in done.stderr,
          done.stderr)


async def run(bed, check):
    trunk = bed.trunk('ordered')
    trunk.usual(*peers.values())
    trunk.settings['control'] = {'read': os.path.join(trunk.folder, 'read'),
                                 'change': os.path.join(trunk.folder, 'change')}
    trunk.control(peers['down'].domain, queue={'seconds': '60s'})
    trunk.control(peers['full'].domain, queue={'stanzas': 20, 'seconds': '60s'})
    for name in ('leaf', 'hop', 'full'):
        await peers[name].listen()
    await trunk.start()
    wire = await pause(check, trunk)
    wire = await drain(check, trunk, wire)
    wire = await block(check, trunk, wire)
    await queues(check, trunk, wire)
    await closing(check, trunk, wire)
    await held(check, trunk)
    await held_and_blocked(check, trunk)
    await listener(check, trunk)
    await misuse(check, trunk)
    for peer in peers.values():
        await peer.close()
