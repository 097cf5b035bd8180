# SPDX-License-Identifier: MIT
"""No descriptors left: established streams go on, newcomers are turned away or wait, a reload fails
whole, and all of it works again when there are some."""
import asyncio
import resource

from bed.press import Pulse, Sink, closed, descriptors, down_to, ids, knock, send, until

LIMIT = 100.0
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'pulse', 'new', 'late'):
        peers[name] = Sink(bed, name + '.descriptors.example')


def allow(trunk, more):
    """So many descriptors more than it has now."""
    soft, hard = resource.prlimit(trunk.process.pid, resource.RLIMIT_NOFILE)
    # The lowest number is taken first: a hole below the highest one counts as well.
    resource.prlimit(trunk.process.pid, resource.RLIMIT_NOFILE, (
        descriptors(trunk) + more if more is not None else hard, hard))


async def run(bed, check):
    trunk, hop, leaf = bed.trunk('descriptors'), peers['hop'], peers['leaf']
    trunk.usual(*peers.values())
    trunk.control(peers['late'].domain, queue={'seconds': '40s'})
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    pulse = await Pulse(peers['pulse'], hop, trunk).start()
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ['first'])
    await until(lambda: len(pulse.took) > 50)
    before, mark = descriptors(trunk), len(pulse.took)

    allow(trunk, 0)
    ends = [await knock(trunk.address, 5269) for _ in range(4)]
    check('none left: who comes is turned away', all([
        found and await closed(found[0]) for found in ends]))
    check('none left: the log says so', await trunk.logged(['listener-exhausted']))
    check('none left: it says so once', len(trunk.events('listener-exhausted')) <= 2,
          str(len(trunk.events('listener-exhausted'))))
    await send(wire, leaf.domain, peers['late'].domain, ids('late', 50))
    check('none left: a next hop cannot be dialled', await trunk.logged(
        ['dial ', 'to=' + peers['late'].domain, 'too many open files']))
    check('none left: a reload changes nothing', await trunk.reload() is False)
    mark_two = len(pulse.took)
    check('none left: the established pair goes on', await until(
        lambda: len(pulse.took) > mark_two + 20))

    allow(trunk, None)
    guest = await peers['new'].proven(hop.domain, trunk.address)
    await send(guest, guest.from_, hop.domain, ['new'])
    check('again: a newcomer gets in', await hop.got_id('new'))
    check('again: what waited arrives, once, in order', await peers['late'].got_all(50, 20) and
          peers['late'].got == ids('late', 50), str(len(peers['late'].got)))
    check('again: a reload is taken', await trunk.reload())
    check('nothing bounced', not leaf.bounced, str(leaf.bounced))
    guest.close()
    left = await down_to(lambda: descriptors(trunk), before + 4)
    check('no descriptor is left behind', left <= before + 4, '%d, before %d' % (left, before))
    check.note(pulse.since(mark))
    await pulse.stop(check, 'descriptors')
    await asyncio.gather(*(p.close() for p in peers.values()))
