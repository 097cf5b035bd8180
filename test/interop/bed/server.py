# SPDX-License-Identifier: MIT
"""What all real servers of the bed have in common, and the domains that they serve."""
import asyncio
import os
from dataclasses import dataclass, field

from . import dns, space

PASSWORD = 'pw'


@dataclass
class Host:
    """A domain, the server that has it, and how the world finds it.

    trunk: the name of the trunk that stands in for it, in both views or per view ({'west': 't1'});
           None: the domain is found at its own server (direct federation).
    cert: a kind of pki.KINDS.  starttls, direct: which SRV records are published.
    insecure: a Prosody that talks to this domain does not insist on a trusted certificate.
    """
    domain: str
    server: str
    trunk: object = None
    cert: str = 'good'
    starttls: bool = True
    direct: bool = False
    insecure: bool = False
    rooms: bool = True
    users: tuple = ('ann', 'ben')

    @property
    def service(self):
        """The domain's room service."""
        return 'conference.' + self.domain

    def names(self):
        return [self.domain, self.service] if self.rooms else [self.domain]

    def stand_in(self, view):
        return self.trunk.get(view) if isinstance(self.trunk, dict) else self.trunk


@dataclass
class Options:
    """How a server differs from the usual one."""
    view: str = 'west'
    limits: bool = False            # Prosody: Debian's rate limits
    secure: bool = True             # Prosody: s2s_secure_auth
    tls: bool = True                # s2s with TLS at all
    shipped: bool = False           # the configuration that Debian ships, but DNS and certificates
    names: dict = field(default_factory=dict)   # /etc/hosts instead of DNS: {domain: address}
    extra: str = ''


class Server:
    """A real server: its address, its folder, its process. Subclasses write the configuration."""
    kind = ''
    has_rooms = True

    def __init__(self, bed, name, address, options):
        self.bed, self.name, self.address, self.options = bed, name, address, options
        self.folder = os.path.join(bed.folder, name)
        self.log = os.path.join(bed.logs, name + '.log')
        self.hosts, self.processes = [], []
        os.makedirs(self.folder, exist_ok=True)

    def cert(self, host):
        return self.bed.pki.get(host.cert, *host.names())

    def files(self):
        """What this server sees instead of the machine's files."""
        if not self.options.names:
            return {'/etc/resolv.conf': self.bed.views[self.options.view].resolv}
        path = os.path.join(self.folder, 'hosts')
        with open(path, 'w') as f:
            f.write('127.0.0.1 localhost\n')
            for name, address in self.options.names.items():
                f.write('%s %s\n' % (address, name))
        return {'/etc/resolv.conf': dns.nowhere(self.folder), '/etc/hosts': path}

    def spawn(self, name, argv, **more):
        process = space.Process(name, argv, os.path.join(self.bed.logs, name + '.out'),
                                files=self.files(), **more)
        self.processes.append(process)
        return process

    async def start(self):
        raise NotImplementedError

    async def stop(self):
        """Stop by process id, the last started first."""
        processes, self.processes = self.processes, []
        await asyncio.gather(*(p.stop() for p in reversed(processes)))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w') as f:
            f.write(text)
        return path

    def log_text(self):
        with open(self.log, errors='replace') as f:
            return f.read()
