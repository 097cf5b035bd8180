# SPDX-License-Identifier: MIT
"""Pressure: scripted servers that send and take stanzas by the thousand, hold still and break off;
and what the daemon's process holds meanwhile."""
import asyncio
import contextlib
import fcntl
import os
import socket
import struct
import termios

from .peer import Peer
from .wire import STANZAS, Gone, local

FULL = os.environ.get('TRUNKD_FULL') == '1'     # the heavier variants
BATCH = 50                                      # stanzas in one write


class Sink(Peer):
    """Keeps ids: of what arrives (`got`, and per connection `wire.got`), of what comes back as an
    error (`bounced`: {id: condition}). While `gate` is closed it takes nothing from its
    connections."""

    def __init__(self, *args, **keys):
        super().__init__(*args, **keys)
        self.got, self.bounced, self.twice = [], {}, []
        self.gate = asyncio.Event()
        self.gate.set()

    async def on_stanza(self, wire, element):
        number = element.get('id')
        if element.get('type') == 'error':
            if number in self.bounced:
                self.twice.append(number)
            self.bounced[number] = condition(element)
        else:
            self.got.append(number)
            wire.__dict__.setdefault('got', []).append(number)
        self._news.set()
        await self.gate.wait()

    async def on_header(self, wire, header):
        await self.gate.wait()
        await super().on_header(wire, header)

    async def got_all(self, number, seconds=30.0):
        """Wait for so many stanzas; True when they came."""
        return await self.until(lambda: len(self.got) >= number, seconds)

    async def got_id(self, number, seconds=30.0):
        """Wait for the stanza with this id, or the error that answers it."""
        return await self.until(lambda: number in self.bounced or number in self.got[-500:], seconds)


def condition(element):
    names = [local(e) for e in element.iter() if e.tag.startswith(STANZAS) and local(e) != 'text']
    return names[0] if names else None


def ids(prefix, count, start=0):
    return ['%s%d' % (prefix, i) for i in range(start, start + count)]


def stanza(from_, to, number, size=0):
    """A message; `size` bytes in all when that is more than it needs."""
    head = "<message from='x@%s' to='y@%s' id='%s' type='chat'><body>" % (from_, to, number)
    return head + 'x' * (size - len(head) - 17) + '</body></message>'


async def send(wire, from_, to, numbers, size=0, pause=0.0):
    """Messages with these ids, many in a write."""
    for i in range(0, len(numbers), BATCH):
        await wire.send(''.join(stanza(from_, to, n, size) for n in numbers[i:i + BATCH]))
        await asyncio.sleep(pause)


async def feed(peer, trunk, to, numbers, size=0, pause=0.0):
    """The same on a stream of its own; returns the stream."""
    wire = await peer.proven(to, trunk.address)
    await send(wire, peer.domain, to, numbers, size, pause)
    return wire


def rising(numbers):
    """Do ids of one prefix come in the order in which they were sent, none twice?"""
    values = [int(n.lstrip('abcdefghijklmnopqrstuvwxyz-')) for n in numbers]
    return all(a < b for a, b in zip(values, values[1:]))


# -- connections, from below

def descriptor(wire):
    return wire.writer.get_extra_info('socket').fileno()


def waiting(wire):
    """Bytes that the kernel has received, and acknowledged, and nobody has read."""
    out = fcntl.ioctl(descriptor(wire), termios.FIONREAD, b'\0\0\0\0')
    return struct.unpack('i', out)[0]


def send_buffer(wire, size=400000):
    """A large send buffer, whatever the namespace's limits for the others are."""
    os_socket = socket.socket(fileno=os.dup(descriptor(wire)))
    os_socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
    os_socket.close()


async def flushed(wire, seconds=15.0):
    """Wait until the kernel has everything that was sent."""
    return await until(lambda: wire.writer.transport.get_write_buffer_size() == 0, seconds)


def freeze(wire):
    """Nothing is read from this connection any more."""
    wire.writer.transport.pause_reading()


async def peek(wire):
    """What the kernel has acknowledged and nobody has read, without making room for more: everything
    that has reached this side, read by us or not, is in wire.heard afterwards. Nothing else may read
    from the connection (freeze() it first)."""
    before = -1
    quiet = 0
    while quiet < 15:
        quiet = quiet + 1 if waiting(wire) == before else 0
        before = waiting(wire)
        await asyncio.sleep(0.02)
    raw = socket.socket(fileno=os.dup(descriptor(wire)))
    data = raw.recv(1 << 24, socket.MSG_PEEK | socket.MSG_DONTWAIT) if before else b''
    raw.close()
    data = bytes(wire.reader._buffer) + data    # what asyncio has read ahead
    if not wire.tls:
        wire._feed(data)
        return
    wire._in.write(data)
    with contextlib.suppress(Exception):        # the last record may not be complete
        while True:
            wire._feed(wire.tls.read(65536))


def reset(wire):
    """The connection breaks off, as when the process is killed."""
    if descriptor(wire) < 0:
        return
    raw = socket.socket(fileno=os.dup(descriptor(wire)))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    raw.close()
    wire.abort()


def finish(wire):
    """The end of the connection as TCP sees it, without a closing tag or a close_notify."""
    raw = socket.socket(fileno=os.dup(descriptor(wire)))
    raw.shutdown(socket.SHUT_WR)
    raw.close()


@contextlib.contextmanager
def small_buffers(text='4096 16384 32768'):
    """Kernel buffers that cannot hide a slow reader; they belong to this network namespace."""
    kept = {}
    try:
        for name in ('tcp_rmem', 'tcp_wmem'):
            with open('/proc/sys/net/ipv4/' + name, 'r+') as f:
                kept[name] = f.read()
                f.seek(0)
                f.write(text)
        yield
    finally:
        for name, value in kept.items():
            with open('/proc/sys/net/ipv4/' + name, 'w') as f:
                f.write(value)


# -- the daemon's process

async def until(accept, seconds=15.0):
    """Look again and again until accept() is true; its value, or None."""
    end = asyncio.get_event_loop().time() + seconds
    while True:
        value = accept()
        if value or asyncio.get_event_loop().time() >= end:
            return value or None
        await asyncio.sleep(0.02)


def descriptors(trunk):
    return len(os.listdir('/proc/%d/fd' % trunk.process.pid))


def datagram_sockets(trunk):
    """Those of its descriptors that are UDP sockets."""
    with open('/proc/%d/net/udp' % trunk.process.pid) as f:
        numbers = {'socket:[%s]' % line.split()[9] for line in f}
    found, folder = 0, '/proc/%d/fd' % trunk.process.pid
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            found += os.readlink(os.path.join(folder, name)) in numbers
    return found


def memory(trunk):
    """Resident memory in KiB."""
    with open('/proc/%d/status' % trunk.process.pid) as f:
        return [int(line.split()[1]) for line in f if line.startswith('VmRSS')][0]


async def lean(check, words, trunk, bound, seconds=20.0):
    """Check that memory comes down to `bound` KiB. A sanitizer keeps what was freed for itself."""
    left = await down_to(lambda: memory(trunk), bound, 0 if sanitized(trunk) else seconds)
    check(words, left <= bound or sanitized(trunk), '%d KiB, not %d' % (left, bound))


def sanitized(trunk):
    with open('/proc/%d/maps' % trunk.process.pid) as f:
        text = f.read()
    return 'libasan' in text or 'libtsan' in text


async def down_to(measure, bound, seconds=20.0):
    """Wait until measure() is at most `bound`; the last value."""
    await until(lambda: measure() <= bound, seconds)
    return measure()


# -- storms

async def knock(address, port, data=b'', source=None):
    """A connection that sends this and then nothing; (reader, writer), or None when refused."""
    try:
        reader, writer = await asyncio.open_connection(
            address, port, local_addr=(source, 0) if source else None)
        writer.write(data)
        return reader, writer
    except OSError:
        return None


async def many(make, count, at_once=64):
    """Await make(i) for each i, so many at once; their results."""
    gate = asyncio.Semaphore(at_once)

    async def one(i):
        async with gate:
            return await make(i)
    return await asyncio.gather(*(one(i) for i in range(count)))


async def closed(reader, seconds=15.0):
    """Read until the end; True when it came, False when the connection stayed."""
    try:
        while await asyncio.wait_for(reader.read(65536), seconds):
            pass
        return True
    except asyncio.TimeoutError:
        return False
    except OSError:
        return True


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else float('nan')


class Pulse:
    """One stanza after another on a pair of its own; how long each took, and that none was lost,
    doubled or overtaken."""

    def __init__(self, leaf, hop, trunk, prefix='p'):
        self.leaf, self.hop, self.trunk, self.prefix = leaf, hop, trunk, prefix
        self.took, self.number, self.failed = [], 0, 0
        self._going, self._task, self.wire = True, None, None

    async def start(self):
        self.wire = await self.leaf.proven(self.hop.domain, self.trunk.address)
        await self._beat()
        self._task = asyncio.ensure_future(self._run())
        return self

    async def _beat(self):
        number, loop = '%s%d' % (self.prefix, self.number), asyncio.get_event_loop()
        self.number += 1
        begun = loop.time()
        await self.wire.send(stanza(self.leaf.domain, self.hop.domain, number))
        if await self.hop.got_id(number, 30):
            self.took.append(loop.time() - begun)
        else:
            self.failed += 1

    async def _run(self):
        with contextlib.suppress(Gone):
            while self._going and not self.failed:
                await self._beat()
                await asyncio.sleep(0.01)

    async def stop(self, check, words):
        """Stops; every stanza has arrived, once, in order, over one connection."""
        self._going = False
        await self._task
        mine = [n for n in self.hop.got if n.startswith(self.prefix)]
        check('%s: the established pair gets everything, once, in order' % words,
              not self.failed and mine == ids(self.prefix, self.number) and not self.leaf.bounced,
              '%d of %d, %d bounced' % (len(mine), self.number, len(self.leaf.bounced)))
        over = [w for w in self.hop.wires
                if any(n.startswith(self.prefix) for n in getattr(w, 'got', []))]
        check('%s: over the same connection' % words, len(over) == 1, str(len(over)))
        return self.took

    def since(self, mark):
        """How long a stanza takes now, against before; a number to look at, not to check."""
        return 'latency %.1f ms before, %.1f ms meanwhile (medians of %d and %d)' % (
            median(self.took[:mark]) * 1000, median(self.took[mark:]) * 1000, mark,
            len(self.took) - mark)
