# SPDX-License-Identifier: MIT
"""Order: two inbound streams of one pair, the older one first; a next hop that changes."""
import asyncio

from bed.press import Sink, flushed, ids, send, send_buffer, small_buffers

OLD, NEW, SIZE = 2600, 400, 200
LIMIT = 100.0
peers = {}


class Lingering(Sink):
    """Answers the closing tag when it is told to, or never."""

    def __init__(self, *args, **keys):
        super().__init__(*args, **keys)
        self.farewell = asyncio.Event()

    async def _serve(self, wire, direct):
        send_now = wire.send

        async def delayed(text):
            if text == '</stream:stream>':
                self.note('asked to close')
                await self.farewell.wait()
            await send_now(text)
        wire.send = delayed
        await super()._serve(wire, direct)


def plan(bed):
    for name in ('leaf', 'hop', 'stuck'):
        peers[name] = Sink(bed, name + '.order.example')
    for name in ('answers', 'silent'):
        peers[name] = Lingering(bed, name + '.order.example')
        peers['new ' + name] = Sink(bed, name + '.order.example')


async def older_first(check, trunk, ends):
    """Whatever came on the older stream goes out first, although the newer one is read while the
    older one waits for the next hop; `ends`: the older one closes behind its last stanza."""
    leaf, hop, prefix = peers['leaf'], peers['hop'], 'e' if ends else 's'
    words = 'the older stream %s' % ('ends' if ends else 'stays')
    seen = len(hop.got)
    old = await leaf.proven(hop.domain, trunk.address)
    send_buffer(old)
    first = ids(prefix + 'a', OLD)
    await send(old, leaf.domain, hop.domain, first[:1])
    check(words + ': it flows', await hop.got_id(first[0]))
    hop.gate.clear()
    await send(old, leaf.domain, hop.domain, first[1:], SIZE)
    if ends:
        await old.send('</stream:stream>')
    check(words + ': the network has it all', await flushed(old))
    new = await leaf.proven(hop.domain, trunk.address)
    second = ids(prefix + 'b', NEW)
    await send(new, leaf.domain, hop.domain, second, SIZE)
    check(words + ': meanwhile the next hop is held', len(hop.got) - seen < OLD)
    hop.gate.set()
    check(words + ': all arrive', await hop.got_all(seen + OLD + NEW, 20),
          '%d of %d' % (len(hop.got) - seen, OLD + NEW))
    check(words + ': its stanzas first, then those of the newer one',
          hop.got[seen:] == first + second)
    for wire in (old, new):
        if wire is not old or not ends:
            await wire.send('</stream:stream>')
        await wire.ending()


async def ten_seconds(check, trunk):
    """An older stream in the middle of a stanza holds the newer one up for ten seconds at most."""
    leaf, stuck = peers['leaf'], peers['stuck']
    old = await leaf.proven(stuck.domain, trunk.address)
    await send(old, leaf.domain, stuck.domain, ['o1'])
    await stuck.got_id('o1')
    await old.send("<message from='x@%s' to='y@%s' id='o2'><body>" % (leaf.domain, stuck.domain))
    new = await leaf.proven(stuck.domain, trunk.address)
    await send(new, leaf.domain, stuck.domain, ['n1'])
    check('an older stream stuck in a stanza: the newer one is read at last',
          await stuck.got_id('n1', 20))
    check('an older stream stuck in a stanza: that is logged', await trunk.logged(
        [' order ', 'to=' + stuck.domain, 'has not been drained']))
    await old.send('half</body></message>')
    check('an older stream stuck in a stanza: both go on', await stuck.got_id('o2'))


async def hop_changes(check, trunk, name):
    """The new next hop gets nothing before the old one has said goodbye, or had its time."""
    leaf, old, new = peers['leaf'], peers[name], peers['new ' + name]
    wire = await leaf.proven(old.domain, trunk.address)
    numbers = ids('h', 3000)
    await send(wire, leaf.domain, old.domain, numbers[:1000])
    check('%s: the old next hop has the first thousand' % name, await old.got_all(1000))
    trunk.control(old.domain, connect=new.address + ':5269')
    check('%s: the reload is taken' % name, await trunk.reload())
    check('%s: the old stream is asked to close' % name, await old.event('asked to close'))
    await send(wire, leaf.domain, old.domain, numbers[1000:])
    check('%s: the new next hop is dialled' % name, await new.event('auth'))
    if name == 'answers':
        # Another pair passes meanwhile: the worker has had its turns, and held this route back.
        await send(await leaf.proven(peers['hop'].domain, trunk.address), leaf.domain,
                   peers['hop'].domain, ['mark'])
        check('answers: another pair passes', await peers['hop'].got_id('mark'))
        check('answers: nothing for the new one yet', not new.got, str(len(new.got)))
        old.farewell.set()
    check('%s: the new one gets the rest, once, in order' % name,
          await new.got_all(2000) and new.got == numbers[1000:], '%d' % len(new.got))
    check('%s: the old one got no more' % name, old.got == numbers[:1000])
    check('%s: nothing bounced' % name, not leaf.bounced, str(len(leaf.bounced)))


async def run(bed, check):
    trunk = bed.trunk('order')
    first = {k: p for k, p in peers.items() if not k.startswith('new')}
    trunk.usual(*first.values())
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    with small_buffers():
        await older_first(check, trunk, False)
        await older_first(check, trunk, True)
    await hop_changes(check, trunk, 'answers')
    waiting = asyncio.ensure_future(ten_seconds(check, trunk))
    await hop_changes(check, trunk, 'silent')
    check('silent: five seconds are shorter than the ten', not trunk.events('order'))
    await waiting
    check('nothing bounced', not peers['leaf'].bounced)
    check('no stanza was returned by a stream', not trunk.events('stanzas-returned'))
    await asyncio.gather(*(p.close() for p in peers.values()))
