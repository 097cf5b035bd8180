# SPDX-License-Identifier: MIT
"""Time that jumps, as the daemon sees it: the process stands still for seconds (a suspended machine, a
debugger) and finds all its deadlines behind it. What is alive is taken for alive."""
import asyncio
import signal

from bed.press import Sink, closed, ids, send, until

LIMIT = 100.0
COUNT, SECONDS = 1500, 3.0
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'waits', 'down', 'half'):
        peers[name] = Sink(bed, name + '.clock.example')


async def run(bed, check):
    trunk, leaf, hop = bed.trunk('clock'), peers['leaf'], peers['hop']
    trunk.usual(*peers.values())
    trunk.settings['limits'] = {'setup_time': '2s'}
    for name in ('hop', 'waits', 'down'):
        trunk.control(peers[name].domain, connect_timeout='2s', queue={'seconds': '2s'})
    await asyncio.gather(*(peers[n].listen() for n in ('leaf', 'hop', 'waits')))
    await trunk.start()
    wire = await leaf.proven(hop.domain, trunk.address)
    other = await peers['half'].dial(hop.domain, trunk.address)
    numbers = ids('c', 3 * COUNT)
    await send(wire, leaf.domain, hop.domain, numbers[:COUNT])
    check('before', await hop.got_all(COUNT))
    peers['waits'].gate.clear()         # a dial under way, whose peer does not answer the header
    await send(wire, leaf.domain, peers['waits'].domain, ids('w', 20))
    await send(wire, leaf.domain, peers['down'].domain, ids('d', 20))
    await trunk.logged(['dial ', 'to=' + peers['down'].domain])
    trunk.process.signal(signal.SIGSTOP)
    await send(wire, leaf.domain, hop.domain, numbers[COUNT:2 * COUNT])
    peers['waits'].gate.set()           # its answer is there when the daemon wakes up
    await asyncio.sleep(SECONDS)        # the jump itself
    trunk.process.signal(signal.SIGCONT)
    await send(wire, leaf.domain, hop.domain, numbers[2 * COUNT:])
    check('the established stream goes on: all, once, in order', await hop.got_all(3 * COUNT) and
          hop.got == numbers, '%d' % len(hop.got))
    check('over the same connection', hop.count('auth') == 1, str(hop.count('auth')))
    check('what was too old bounces', await until(
        lambda: [leaf.bounced.get(n) for n in ids('d', 20)] == ['remote-server-timeout'] * 20))
    waits = peers['waits']
    check('what waited for a dial arrives or bounces, each once', await until(
        lambda: sorted(waits.got + [n for n in leaf.bounced if n.startswith('w')]) ==
        sorted(ids('w', 20))), '%s %s' % (waits.got, leaf.bounced))
    check('a stream that was being set up has had its time', await closed(other.reader, 10))
    wire.close()
    again = await peers['half'].proven(hop.domain, trunk.address)
    await send(again, again.from_, hop.domain, ['again'])
    check('a new one is set up as ever', await hop.got_id('again'))
    again.close()
    await asyncio.gather(*(p.close() for p in peers.values()))
