# SPDX-License-Identifier: MIT
"""SIGTERM with full queues: what waits bounces where the way back is open, the rest is counted in the
log; ten seconds at most, a second SIGTERM at once."""
import asyncio
import signal

from bed.press import Sink, freeze, ids, send, small_buffers, stanza, until

LIMIT = 100.0
TIMEOUT = 'remote-server-timeout'
peers = {}


class Stuck(Sink):
    """Takes the first stanza; then nobody reads from that connection any more."""

    async def on_stanza(self, wire, element):
        await super().on_stanza(wire, element)
        freeze(wire)
        await asyncio.sleep(3600)


def plan(bed):
    for name in ('leaf', 'deaf', 'down', 'quick'):
        peers[name] = Sink(bed, name + '.stop.example')
    peers['stuck'] = Stuck(bed, 'stuck.stop.example')


async def fill(trunk):
    """A queue that waits for a server that is down, with the way back open (`leaf`) and without
    (`deaf`), and a stream whose peer takes nothing; returns how many stanzas came in."""
    leaf, deaf, down, quick, stuck = (peers[n] for n in ('leaf', 'deaf', 'down', 'quick', 'stuck'))
    back = await quick.proven(leaf.domain, trunk.address)
    await send(back, quick.domain, leaf.domain, ['way-back'])
    await leaf.got_id('way-back')
    # The way back from `down` is a stream of its own: an error opens it.
    wire = await leaf.proven(quick.domain, trunk.address)
    other = await deaf.proven(quick.domain, trunk.address)
    await wire.send(stanza(leaf.domain, down.domain, 'big', 270000))
    await leaf.got_id('big')
    await send(wire, leaf.domain, down.domain, ids('q', 500))
    await send(other, deaf.domain, down.domain, ids('d', 300))
    await send(wire, leaf.domain, stuck.domain, ids('s', 2000), 400)
    for w, prefix in ((wire, 'w'), (other, 'o')):
        await send(w, w.from_, quick.domain, [prefix])
        await quick.got_id(prefix)
    return wire, 1 + 1 + 500 + 300 + 2000 + 2


async def in_order(check, trunk):
    leaf, quick, stuck = peers['leaf'], peers['quick'], peers['stuck']
    wire, count = await fill(trunk)
    check('stop: nothing of the queue has been answered yet', 'q0' not in leaf.bounced)
    process = trunk.process
    stopping = asyncio.ensure_future(trunk.stop())
    condition, _ = await wire.ending()
    check('stop: streams end with system-shutdown', condition == 'system-shutdown', str(condition))
    check('stop: exit status 0, without being killed', await stopping == 0)
    queued = [n for n in leaf.bounced if n.startswith('q')]
    check('stop: what waited bounced over the stream that was ready, in order',
          queued == ids('q', 500) and {leaf.bounced[n] for n in queued} == {TIMEOUT},
          '%d' % len(queued))
    row = trunk.events('stopped')[-1]
    # `leaf` had an error of its own for "big"; what went to `stuck` and was acknowledged counts as
    # delivered, and nobody but its kernel knows how much that is.
    taken, bounced, dropped = (int(row[k]) for k in ('stanzas', 'bounced', 'dropped'))
    check('stop: every stanza is in the account', taken == count, row['line'])
    check('stop: as many bounced as the senders have heard of', bounced == len(leaf.bounced),
          '%d, %s' % (len(leaf.bounced), row['line']))
    arrived = [n for n in quick.got + stuck.got + leaf.got if n]
    check('stop: what was dropped is what did neither', dropped >= 300 and
          taken - bounced - dropped >= len(arrived), '%d, %s' % (len(arrived), row['line']))
    check('stop: the log says why', trunk.events('drop', cause='shutdown'))
    check('stop: no process is left', not process.alive())


async def at_once(check, trunk):
    """A peer that takes nothing holds the first SIGTERM up, not the second."""
    for peer in peers.values():
        peer.got.clear()
        peer.bounced.clear()
    await trunk.start()
    await fill(trunk)
    process, seen = trunk.process, len(trunk.events('stopped'))
    process.signal(signal.SIGTERM)
    check('a second SIGTERM: the first one was heard', await until(
        lambda: sum(line.endswith(' stopping') for line in trunk.lines()) == 2))
    process.signal(signal.SIGTERM)
    # The peer that takes nothing would be waited for five seconds.
    check('a second SIGTERM: it ends at once', await until(lambda: not process.alive(), 4))
    check('a second SIGTERM: in order', process.popen.returncode == 0 and
          len(trunk.events('stopped')) == seen + 1, str(process.popen.returncode))
    await trunk.stop()


async def run(bed, check):
    trunk = bed.trunk('stop')
    trunk.usual(*peers.values())
    trunk.control(peers['down'].domain, connect_timeout='1s')
    trunk.control(peers['stuck'].domain, queue={'bytes': '128k'})
    for name in ('leaf', 'quick', 'stuck'):
        await peers[name].listen()
    with small_buffers():
        await trunk.start()
        await in_order(check, trunk)
        await at_once(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
