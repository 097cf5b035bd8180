# SPDX-License-Identifier: MIT
"""Names: one unbound for each view of the world.

In the views of the servers (`west`, `east`) a domain's SRV records lead to the trunk that stands in
for it; in the view `real`, which the trunks see, they lead to the server itself.  `nowhere` has no
name server at all.
"""
import os

from . import space
from .pki import ascii_name

VIEWS = {'real': '127.0.0.53', 'west': '127.0.0.54', 'east': '127.0.0.55'}
NOWHERE = '127.0.0.99'

CONF = '''server:
  interface: {address}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  verbosity: 1
  log-queries: yes
  module-config: "iterator"
  num-threads: 1
  local-zone: "." static
{records}remote-control:
  control-enable: no
'''


class View:
    """One view: what the records say, and the unbound that says it."""

    def __init__(self, name, address, folder):
        self.name, self.address, self.folder = name, address, folder
        self.records, self.process = [], None
        os.makedirs(folder, exist_ok=True)
        self.resolv = os.path.join(folder, 'resolv.' + name)
        with open(self.resolv, 'w') as f:
            f.write('nameserver %s\n' % address)

    def service(self, domain, address, starttls=True, direct=False):
        """Publish where `domain` is served: 5269 with STARTTLS, 5270 with TLS at once."""
        name, host = ascii_name(domain), 'at-%s.bed.example.' % address.replace('.', '-')
        if starttls:
            self.add('_xmpp-server._tcp.%s. 1 IN SRV 5 10 5269 %s' % (name, host))
        if direct:
            self.add('_xmpps-server._tcp.%s. 1 IN SRV 1 10 5270 %s' % (name, host))
        self.add('%s 1 IN A %s' % (host, address))

    def add(self, record):
        if record not in self.records:
            self.records.append(record)

    async def start(self, logs):
        conf = os.path.join(self.folder, 'unbound-%s.conf' % self.name)
        data = ''.join('  local-data: "%s"\n' % r for r in self.records)
        with open(conf, 'w') as f:
            f.write(CONF.format(address=self.address, folder=self.folder, records=data))
        self.process = space.Process('dns-' + self.name, ['unbound', '-d', '-c', conf],
                                     os.path.join(logs, 'dns-%s.log' % self.name))
        await self.process.listening(self.address, 53)


def nowhere(folder):
    """A resolv.conf that leads to a closed port."""
    path = os.path.join(folder, 'resolv.nowhere')
    with open(path, 'w') as f:
        f.write('nameserver %s\noptions timeout:1 attempts:1\n' % NOWHERE)
    return path
