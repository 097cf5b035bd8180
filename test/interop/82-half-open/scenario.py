# SPDX-License-Identifier: MIT
"""Thousands of TLS handshakes that stop half way: established streams go on, others still get in, and
nothing of them is left."""
import asyncio
import resource
import ssl

from bed.press import FULL, Pulse, Sink, descriptors, down_to, knock, lean, many, memory, send, until

LIMIT = 100.0
DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
COUNT, HOSTS, ROOM = min(10000 if FULL else 3000, DESCRIPTORS - 500), 12, 400
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'new', 'late'):
        peers[name] = Sink(bed, name + '.half.example')


def hello():
    """What a TLS client says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    out = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname='hop.half.example')
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def more_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


async def run(bed, check):
    more_descriptors()
    trunk, hop = bed.trunk('half'), peers['hop']
    trunk.usual(*peers.values())
    trunk.settings['limits'] = {'connections': 20000, 'connections_per_address': 2000,
                                'handshakes': 20000, 'setup_time': '60s'}
    await hop.listen()
    await trunk.start()
    pulse = await Pulse(peers['leaf'], hop, trunk).start()
    await until(lambda: len(pulse.took) > 50)
    before, thin, mark = descriptors(trunk), memory(trunk), len(pulse.took)
    hosts, first = [bed.wire_address() for _ in range(HOSTS)], hello()

    async def half_open(i):
        """Direct TLS, or STARTTLS without the first word; the server's part is done, ours is not."""
        found = await knock(trunk.address, 5270, first, hosts[i % HOSTS])
        if found and i % 4:
            await asyncio.wait_for(found[0].read(1), 20)        # its certificate is on the way
        return found

    open_ones = await many(half_open, COUNT, 100)
    check('%d half-open handshakes are held' % COUNT, await until(
        lambda: descriptors(trunk) >= before + COUNT), str(descriptors(trunk) - before))
    fat = memory(trunk)
    wire = await peers['new'].proven(hop.domain, trunk.address)
    await send(wire, peers['new'].domain, hop.domain, ['new'])
    check('another peer gets in meanwhile', await hop.got_id('new'))
    for _, writer in open_ones:
        writer.close()
    left = await down_to(lambda: descriptors(trunk), before + 4)
    check('no descriptor is left behind', left <= before + 4, '%d, before %d' % (left, before))
    await lean(check, 'nor much memory', trunk, thin + 4 * 1024 + (fat - thin) // 4)
    check.note('%d KiB for each half-open handshake; %s' % ((fat - thin) // COUNT, pulse.since(mark)))

    # With a limit: what stands in the way for long must give way.
    trunk.settings['limits']['handshakes'] = ROOM
    check('the reload is taken', await trunk.reload())
    before = descriptors(trunk)
    open_ones = await many(half_open_quietly(trunk, first, hosts), 2 * ROOM, 100)
    check('limits.handshakes: no more than %d are held' % ROOM, await until(
        lambda: descriptors(trunk) - before == ROOM), str(descriptors(trunk) - before))

    async def persist():
        while True:
            try:
                return await peers['late'].proven(hop.domain, trunk.address)
            except Exception:
                await asyncio.sleep(0.1)
    wire = await asyncio.wait_for(persist(), 20)
    await send(wire, peers['late'].domain, hop.domain, ['late'])
    check('limits.handshakes: a peer that tries again gets in', await hop.got_id('late'))
    for found in open_ones:
        if found:
            found[1].close()
    await pulse.stop(check, 'half-open handshakes')
    for peer in peers.values():
        await peer.close()


def half_open_quietly(trunk, first, hosts):
    async def make(i):
        return await knock(trunk.address, 5270, first, hosts[i % HOSTS])
    return make
