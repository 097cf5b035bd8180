# SPDX-License-Identifier: MIT
"""The bed: what the scenarios declare, started once, used by all, stopped at the end."""
import asyncio
import os

from . import dns
from .client import Client
from .ejabberd import Ejabberd
from .jabberd2 import Jabberd2
from .pki import Pki
from .prosody import Prosody
from .server import Host, Options
from .trunk import Trunk

KINDS = {'p': (Prosody, 1), 'e': (Ejabberd, 2), 'j': (Jabberd2, 3)}


class Bed:
    """Servers are named by kind and number: p1, e1, j1 live in the west, p2, e2 in the east."""

    def __init__(self, folder, logs, trunkd=None, level='info', direct=False):
        self.folder, self.logs, self.trunkd, self.level = folder, logs, trunkd, level
        self.direct, self.trunkd_env = direct, {}
        os.makedirs(logs, exist_ok=True)
        self.pki = Pki(os.path.join(folder, 'pki'))
        self.views = {name: dns.View(name, address, os.path.join(folder, 'dns'))
                      for name, address in dns.VIEWS.items()}
        self.hosts, self.servers, self.trunks, self.clients = [], {}, {}, []
        self.broken = {}
        self._wires = 0

    def server(self, name, **options):
        """The server of this name; made at its first mention."""
        if name not in self.servers:
            make, kind = KINDS[name[0]]
            number = int(name[1:])
            options.setdefault('view', 'west' if number % 2 else 'east')
            address = '127.0.%d.%d' % (number, kind)
            self.servers[name] = make(self, name, address, Options(**options))
        return self.servers[name]

    def host(self, domain, server, **keys):
        """A domain at a real server."""
        home = self.server(server)
        keys.setdefault('rooms', home.has_rooms)
        if self.direct:
            keys['trunk'] = None
        host = Host(domain, server, **keys)
        self.hosts.append(host)
        home.hosts.append(host)
        return host

    def trunk(self, name):
        """A trunk, by name; the scenario starts and stops it."""
        if name not in self.trunks:
            self.trunks[name] = Trunk(self, name, '127.0.100.%d' % (len(self.trunks) + 1))
        return self.trunks[name]

    def wire_address(self):
        """A fresh loopback address for a scripted peer."""
        self._wires += 1
        return '127.0.%d.%d' % (200 + self._wires // 250, self._wires % 250 + 1)

    def publish(self, domain, real=None, trunk=None, **how):
        """DNS for a domain without a real server: where it is, which trunk stands in for it."""
        if real:
            self.views['real'].service(domain, real, **how)
        for view in ('west', 'east'):
            address = self.trunk(trunk).address if trunk else real
            if address:
                self.views[view].service(domain, address, **how)

    def _publish_hosts(self):
        for host in self.hosts:
            home = self.servers[host.server].address
            for name, view in self.views.items():
                through = None if name == 'real' else host.stand_in(name)
                address = self.trunk(through).address if through else home
                for domain in host.names():
                    view.service(domain, address, host.starttls, host.direct)

    async def _start_server(self, server):
        try:
            await server.start()
        except (RuntimeError, OSError) as problem:
            self.broken[server.name] = str(problem)

    async def start(self):
        """DNS first, then all servers at once. A server that does not start is in `broken`."""
        self._publish_hosts()
        await asyncio.gather(*(v.start(self.logs) for v in self.views.values()))
        await asyncio.gather(*(self._start_server(s) for s in self.servers.values()))

    async def stop(self):
        await asyncio.gather(*(c.logout() for c in self.clients))
        await asyncio.gather(*(t.stop() for t in self.trunks.values()))
        await asyncio.gather(*(s.stop() for s in self.servers.values()))
        await asyncio.gather(*(v.process.stop() for v in self.views.values() if v.process))

    async def client(self, host, user='ann', **options):
        """A user of this host, logged in and available."""
        home = self.servers[host.server]
        if home.name in self.broken:
            raise RuntimeError('%s does not run: %s' % (home.name, self.broken[home.name]))
        client = Client(host, home.address, user, tls=home.options.shipped, **options)
        self.clients.append(client)
        return await client.login()

    async def leave(self, *clients):
        """Log these out."""
        self.clients = [c for c in self.clients if c not in clients]
        await asyncio.gather(*(c.logout() for c in clients))
