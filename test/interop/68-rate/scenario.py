# SPDX-License-Identifier: MIT
"""A peer that sends more than its rate allows waits, loses nothing, and keeps nobody else waiting."""
from bed.press import Pulse, Sink, ids, send

LIMIT = 100.0
FLOOD, RATE, BEATS = 900, 100, 100
peers = {}


def plan(bed):
    for name in ('flood', 'calm', 'hop', 'other'):
        peers[name] = Sink(bed, name + '.rate.example')


async def run(bed, check):
    trunk, flood, hop, other = bed.trunk('rate'), peers['flood'], peers['hop'], peers['other']
    trunk.usual(*peers.values())
    trunk.control(flood.domain, rate={'stanzas_per_second': RATE})
    await hop.listen()
    await other.listen()
    await trunk.start()

    # One second's worth may come at once, and the rest takes eight: much longer than a hundred
    # stanzas, one after another, of somebody else.
    wire = await flood.proven(hop.domain, trunk.address)
    await send(wire, flood.domain, hop.domain, ids('f', FLOOD))
    await send(wire, flood.domain, other.domain, ['behind'])
    check('the flood arrives', await hop.got_id('f%d' % RATE))
    pulse = await Pulse(peers['calm'], hop, trunk).start()
    await hop.until(lambda: len(pulse.took) >= BEATS, 60)
    arrived = len([n for n in hop.got if n.startswith('f')])
    check('a hundred stanzas of another pair pass one by one before it is over',
          len(pulse.took) >= BEATS and arrived < FLOOD, '%d and %d' % (len(pulse.took), arrived))
    check('the log says that it waits', len(trunk.events('throttled')) == 1,
          str(trunk.events('throttled')))
    check('the last of the flood arrives', await hop.got_id('f%d' % (FLOOD - 1), 60))
    check('and so does what is behind it on the same stream', await other.got_id('behind'))
    check('all of it, once, in order', [n for n in hop.got if n.startswith('f')] == ids('f', FLOOD))
    check('nothing bounced', not flood.bounced, str(flood.bounced))
    await pulse.stop(check, 'beside a flood')
    for peer in peers.values():
        await peer.close()
