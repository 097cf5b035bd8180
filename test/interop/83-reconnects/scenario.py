# SPDX-License-Identifier: MIT
"""A storm of connections: servers that are turned away and come back at once, as jabberd2 does (430 a
second were seen), and servers that prove themselves, send a stanza, and go."""
import asyncio
import time

from bed.press import (FULL, Pulse, Sink, descriptors, down_to, knock, lean, many, memory, send,
                       until)
from bed.wire import HEADER, attributes

LIMIT = 100.0
TURNED_AWAY, PROVEN, BOLD = (20000, 2000, 2000) if FULL else (3000, 200, 300)
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'guest'):
        peers[name] = Sink(bed, name + '.storm.example')


async def run(bed, check):
    trunk, hop, guest = bed.trunk('storm'), peers['hop'], peers['guest']
    trunk.usual(*peers.values())
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    pulse = await Pulse(peers['leaf'], hop, trunk).start()
    await until(lambda: len(pulse.took) > 50)
    before, thin, mark, hosts = descriptors(trunk), memory(trunk), len(pulse.took), [
        bed.wire_address() for _ in range(3)]
    answers, begun = {}, time.monotonic()

    async def turned_away(i):
        """To a domain that nobody here stands in for."""
        found = await knock(trunk.address, 5269, (HEADER % attributes(
            from_='guest.storm.example', to='nobody.example', version='1.0')).encode(), hosts[i % 3])
        text = b''
        if found:
            try:
                while len(text) < 4000:
                    data = await asyncio.wait_for(found[0].read(4096), 20)
                    text += data
                    if not data:
                        break
            except OSError:
                pass
            found[1].close()
        answers[i] = b'host-unknown' in text

    async def bold(i):
        """Comes, and is gone before it is looked at."""
        found = await knock(trunk.address, 5269, b'', hosts[i % 3])
        if found:
            found[1].transport.abort()

    async def proves(i):
        wire = await guest.proven(hop.domain, trunk.address)
        await send(wire, guest.domain, hop.domain, ['guest%d' % i])
        await wire.send('</stream:stream>')
        await wire.ending(20)
        wire.close()

    await asyncio.gather(many(turned_away, TURNED_AWAY, 40), many(bold, BOLD, 10),
                         many(proves, PROVEN, 4))
    took = time.monotonic() - begun
    check('%d connections to an unknown domain are answered host-unknown' % TURNED_AWAY,
          sum(answers.values()) == TURNED_AWAY, str(sum(answers.values())))
    check('%d proven streams: each stanza arrives, once' % PROVEN, await until(
        lambda: sorted(n for n in hop.got if n.startswith('guest')) ==
        sorted('guest%d' % i for i in range(PROVEN)), 20))
    left = await down_to(lambda: descriptors(trunk), before + 8)
    check('no descriptor is left behind', left <= before + 8, '%d, before %d' % (left, before))
    await lean(check, 'nor much memory', trunk, thin + 16 * 1024)
    check.note('%d connections a second; %s' % ((TURNED_AWAY + BOLD + PROVEN) / took,
                                                pulse.since(mark)))
    await pulse.stop(check, 'reconnects')
    check('nothing bounced', not guest.bounced, str(len(guest.bounced)))
    await asyncio.gather(*(p.close() for p in peers.values()))
