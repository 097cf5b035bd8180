# SPDX-License-Identifier: MIT
"""A log that takes nothing: a full disk, a pipe that nobody reads. Stanzas flow, lines are lost and
counted, and the daemon stops when it is told to."""
import asyncio
import os

from bed import space
from bed.press import Sink, feed, ids, lean, memory, send, until

LIMIT = 100.0
COUNT = 12000   # more lines than the writer has in its hands and in its ring together
peers = {}


def plan(bed):
    for name in ('leaf', 'hop'):
        peers[name] = Sink(bed, name + '.log.example')


async def start(trunk, path):
    """The trunk with its log going elsewhere."""
    trunk.process = space.Process(trunk.name, [trunk.bed.trunkd, '-c', trunk.write()], path,
                                  files={'/etc/resolv.conf': trunk.resolv()},
                                  env=trunk.bed.trunkd_env)
    trunk.process.log = trunk.log       # whose last words are asked for when it does not listen
    await trunk.process.listening(trunk.address, 5269, 20)


async def flows(check, trunk, words):
    """Debug lines for every stanza, and a log that takes none of them."""
    leaf, hop = peers['leaf'], peers['hop']
    hop.got.clear()
    wire = await feed(leaf, trunk, hop.domain, ids('a', 200))
    await hop.got_all(200)
    before = memory(trunk)
    await send(wire, leaf.domain, hop.domain, ids('b', COUNT))
    check('%s: all stanzas arrive, once, in order' % words, await hop.got_all(200 + COUNT) and
          hop.got == ids('a', 200) + ids('b', COUNT), str(len(hop.got)))
    await lean(check, '%s: lines do not pile up' % words, trunk, before + 16 * 1024)
    wire.close()


async def run(bed, check):
    trunk = bed.trunk('log')
    trunk.usual(*peers.values())
    trunk.settings['log'] = {'level': 'debug'}
    open(trunk.log, 'a').close()
    await asyncio.gather(*(p.listen() for p in peers.values()))

    await start(trunk, '/dev/full')
    await flows(check, trunk, 'disk full')
    check('disk full: it stops in order', await trunk.stop() == 0)

    pipe = os.path.join(trunk.folder, 'pipe')
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    await start(trunk, pipe)
    await flows(check, trunk, 'pipe not read')
    text = b''
    while b'log-lines-dropped' not in text:
        data = await until(lambda: read(reader), 10)
        if not data:
            break
        text += data
    check('pipe not read: when it is read again, the log says what is missing',
          b'log-lines-dropped count=' in text, text[-300:].decode('utf-8', 'replace'))
    lines = text.decode('utf-8', 'replace').split('\n')
    check('pipe not read: no line is torn', all(line.startswith('20') for line in lines[:-1]),
          str([line for line in lines[:-1] if not line.startswith('20')][:3]))
    await flows(check, trunk, 'pipe not read again')
    check('pipe not read: it stops in order', await trunk.stop() == 0)
    os.close(reader)
    os.unlink(pipe)
    await asyncio.gather(*(p.close() for p in peers.values()))


def read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return b''
