# SPDX-License-Identifier: MIT
"""What a service manager and trunkd say to each other: ready, reloading, stopping, the watchdog, and
sockets that stay open over a restart."""
import asyncio
import os
import socket

from bed import space
from bed.peer import Peer

EVERY = 0.4
peers = {}


def plan(bed):
    for name in ('a', 'b'):
        peers[name] = Peer(bed, name + '.manager.example')


class Manager:
    """Its notification socket, and the sockets that it passes."""

    def __init__(self, folder):
        self.path = os.path.join(folder, 'notify')
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.inbox.bind(self.path)
        self.inbox.setblocking(False)
        self.said = []
        self.sockets = []

    def listen(self, address, port):
        """As of now, nobody is refused there."""
        self.sockets.append(socket.create_server((address, port)))

    async def hears(self, text, after=0, seconds=10.0):
        """The number of the first message from `after` on that has this text; None after a while."""
        for _ in range(int(seconds * 50)):
            while True:
                try:
                    self.said.append(self.inbox.recv(4096).decode())
                except BlockingIOError:
                    break
            for number, message in enumerate(self.said[after:], after):
                if text in message:
                    return number
            await asyncio.sleep(0.02)
        return None

    async def start(self, trunk):
        fds = [s.fileno() for s in self.sockets]
        # The numbers are where they have to be, the process is the one that is named. (dash knows no
        # descriptors above 9.)
        moves = ' '.join('%d<&%d' % (n, fd) for n, fd in enumerate(fds, 3))
        argv = ['bash', '-c', 'exec %s; LISTEN_PID=$$ LISTEN_FDS=%d exec "$@"' % (moves, len(fds)), 'sh',
                trunk.bed.trunkd, '-c', trunk.write()]
        env = {**(trunk.bed.trunkd_env or {}), 'NOTIFY_SOCKET': self.path,
               'WATCHDOG_USEC': str(int(EVERY * 1e6))}
        trunk.process = space.Process(trunk.name, argv, trunk.log, env=env, passed=fds,
                                      files={'/etc/resolv.conf': trunk.resolv()})


async def opening(address):
    """A connection on which a stream was opened; the server's first words may come later."""
    reader, writer = await asyncio.open_connection(address, 5269)
    writer.write(b"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
                 b"from='a.manager.example' to='b.manager.example' version='1.0'>")
    return reader, writer


async def run(bed, check):
    trunk = bed.trunk('managed')
    trunk.usual(*peers.values())
    trunk.settings['listen'] = [{'address': trunk.address, 'port': 5269, 'mode': 'starttls'}]
    manager = Manager(trunk.folder)
    manager.listen(trunk.address, 5269)
    manager.listen(trunk.address, 5299)     # which no entry of listen names

    early = await opening(trunk.address)
    await manager.start(trunk)
    ready = await manager.hears('READY=1')
    check('the manager is told when trunkd is ready', ready is not None)
    answer = await asyncio.wait_for(early[0].readuntil(b'</stream:features>'), 10)
    check('who came before trunkd was there is answered', b'starttls' in answer)
    check('a passed socket that nobody wants is warned of',
          await trunk.logged(['listener-inherited', ':5299', 'nobody answers']) is not None)

    first = await manager.hears('WATCHDOG=1')
    second = first is not None and await manager.hears('WATCHDOG=1', first + 1)
    check('the watchdog is told again and again', second is not None and second is not False)
    seen = len(manager.said)
    check('a reload is done', await trunk.reload() is True)
    told = await manager.hears('RELOADING=1', seen)
    check('the manager is told of the reload, and since when',
          told is not None and 'MONOTONIC_USEC=' in manager.said[told])
    check('and that it is over', told is not None and await manager.hears('READY=1', told) is not None)

    seen = len(manager.said)
    stopped = await trunk.stop()
    check('it stops in order', stopped == 0)
    check('the manager is told that it stops', await manager.hears('STOPPING=1', seen) is not None)
    between = await opening(trunk.address)
    check('nobody is refused while it is gone', not between[1].is_closing())
    seen = len(manager.said)
    await manager.start(trunk)
    await manager.hears('READY=1', seen)
    answer = await asyncio.wait_for(between[0].readuntil(b'</stream:features>'), 10)
    check('who came meanwhile is answered by the next one', b'starttls' in answer)
    check('the log says nothing of a socket in use', 'in use' not in '\n'.join(trunk.lines()))
    for _, writer in (early, between):
        writer.close()
    manager.inbox.close()
    os.unlink(manager.path)
