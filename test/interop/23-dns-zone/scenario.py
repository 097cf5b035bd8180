# SPDX-License-Identifier: MIT
"""Leaves whose name servers (BIND, unbound, dnsmasq) have loaded what trunkctl dns-zone printed, behind a
trunk whose certificate was requested by trunkctl csr; and what trunkctl check says of it."""
import asyncio
import json
import os
import shutil
import socket
import struct
import subprocess

from bed import dns, space
from bed.pki import ascii_name
from bed.talk import converse
from cryptography.hazmat.primitives import serialization

A, SRV = 1, 33
# BIND listens on addresses that an interface has by name only.
ADDRESSES = {'bind': '127.0.0.1', 'unbound': '127.0.0.72', 'dnsmasq': '127.0.0.73'}
FORWARD = dns.VIEWS['real']
UNTOUCHED = '127.0.11.99'      # of a domain, for its clients: not the trunk's business
hosts, views = {}, {}

NAMED = '''options {{
  directory "{folder}";
  listen-on {{ {address}; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  max-cache-size 16M;
  recursion yes;
  dnssec-validation no;
  forwarders {{ {forward}; }};
  forward only;
  response-policy {{ zone "trunkd.rpz"; }} qname-wait-recurse no break-dnssec yes;
}};
controls {{ }};
zone "trunkd.rpz" {{ type primary; file "{zone}"; allow-query {{ none; }}; }};
'''
UNBOUND = '''server:
  interface: {address}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
  num-threads: 1
include: "{zone}"
forward-zone:
  name: "."
  forward-addr: {forward}
remote-control:
  control-enable: no
'''
DNSMASQ = '''keep-in-foreground
bind-interfaces
listen-address={address}
user=root
pid-file=
log-facility=-
no-hosts
no-resolv
server={forward}
conf-file={zone}
'''


class Overlay(dns.View):
    """A name server that leads every domain to the trunk, and asks `real` for all else."""

    def __init__(self, bed, kind):
        super().__init__('zone-' + kind, ADDRESSES[kind], os.path.join(bed.folder, 'zone-' + kind))
        self.bed, self.kind, self.checked = bed, kind, None

    def service(self, domain, address, starttls=True, direct=False):
        """What is said here comes from trunkctl."""

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w') as f:
            f.write(text)
        return path

    async def start(self, logs):
        trunk = prepare(self.bed)
        made = trunk.ctl('dns-zone', '--format', self.kind, config=True)
        zone = self.write('zone', made.stdout)
        conf = {'bind': NAMED, 'unbound': UNBOUND, 'dnsmasq': DNSMASQ}[self.kind].format(
            folder=self.folder, address=self.address, forward=FORWARD, zone=zone)
        conf = self.write('conf', conf)
        # AppArmor, where there is any, lets BIND read nothing here: under another path it is not asked.
        named = shutil.copy(shutil.which('named') or '/usr/sbin/named', self.folder) \
            if self.kind == 'bind' else ''
        check, run = {
            'bind': (['named-checkzone', 'trunkd.rpz', zone], [named, '-g', '-n', '1', '-c', conf]),
            'unbound': (['unbound-checkconf', conf], ['unbound', '-d', '-c', conf]),
            'dnsmasq': (['dnsmasq', '--test', '-C', conf], ['dnsmasq', '-C', conf]),
        }[self.kind]
        self.checked = subprocess.run(check, capture_output=True, text=True, timeout=20)
        self.process = space.Process(self.name, run, os.path.join(logs, self.name + '.log'))
        await self.process.listening(self.address, 53)

    def ask(self, name, kind):
        """What the server answers: addresses, or (port, target) of SRV records; sorted."""
        labels = b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\0'
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.connect((self.address, 53))
            s.send(struct.pack('!HHHHHH', 7, 0x100, 1, 0, 0, 0) + labels +
                   struct.pack('!HH', kind, 1))
            data = s.recv(4096)
        at, found = 12 + len(labels) + 4, []
        for _ in range(struct.unpack('!H', data[6:8])[0]):
            at = name_at(data, at)[1]
            got, length = struct.unpack('!HxxxxxxH', data[at:at + 10])
            at += 10
            if got == A:
                found.append(socket.inet_ntoa(data[at:at + 4]))
            elif got == SRV:
                found.append((struct.unpack('!H', data[at + 4:at + 6])[0],
                              name_at(data, at + 6)[0]))
            at += length
        return sorted(found)


def name_at(data, at):
    """A name in a DNS message, and where it ends."""
    labels, end = [], None
    while data[at]:
        if data[at] >= 192:
            end = end or at + 2
            at = struct.unpack('!H', data[at:at + 2])[0] & 0x3fff
            continue
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return '.'.join(labels), end or at + 1


def prepare(bed):
    """The trunk's settings, before it has a certificate."""
    trunk = bed.trunk('zones')
    if not trunk.settings:
        trunk.usual()
        trunk.settings['listen'] = trunk.settings['listen'][:1]
        trunk.settings['dns'] = {'servers': [FORWARD]}
        trunk.settings['certificates'] = [
            {'name': 'trunk', 'chain': 'trunk.pem', 'key': 'trunk.key'}]
        trunk.control('*.far.example', domains=['only.far.example'], connect='192.0.2.9')
        trunk.control('*.unknown.example', connect='192.0.2.10')
    return trunk


def plan(bed):
    for kind in ADDRESSES:
        views[kind] = bed.views['zone-' + kind] = Overlay(bed, kind)
    for server, kind in (('p11', 'bind'), ('e12', 'unbound'), ('p13', 'dnsmasq')):
        bed.server(server, view='zone-' + kind)
        hosts[kind] = bed.host('zone.%s.example' % server, server, trunk='zones', users=('ann',))
    bed.views['real'].add('zone.p11.example. 1 IN A ' + UNTOUCHED)


def sign(bed, trunk):
    """What a CA does; the request's own words are kept."""
    key = os.path.join(trunk.folder, 'ca.key')
    with open(key, 'wb') as f:
        f.write(bed.pki.root.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
    return subprocess.run(
        ['openssl', 'x509', '-req', '-in', 'trunk.csr', '-CA', bed.pki.root.path, '-CAkey', key,
         '-set_serial', '4711', '-days', '90', '-copy_extensions', 'copy', '-out', 'trunk.pem'],
        cwd=trunk.folder, capture_output=True, text=True, timeout=20)


def look_at_zone(check, view, trunk):
    """One server's own opinion of its file, and what it answers."""
    check('its checker accepts it', view.checked.returncode == 0,
          view.checked.stdout + view.checked.stderr)
    target = 'zones.bed.example'
    wrong = []
    for domain in [n for h in hosts.values() for n in h.names()] + ['only.far.example']:
        name = ascii_name(domain)
        if view.ask('_xmpp-server._tcp.' + name, SRV) != [(5269, target)] or \
                [t for _, t in view.ask('_xmpps-server._tcp.' + name, SRV)] != ['']:
            wrong.append(domain)
    check('every domain leads to the trunk, by STARTTLS only', not wrong, ' '.join(wrong))
    check('the trunk has its address', view.ask(target, A) == [trunk.address])
    check('clients find a domain as before', view.ask('zone.p11.example', A) == [UNTOUCHED])
    check('no other name is answered for',
          view.ask('_xmpp-server._tcp.unknown.example', SRV) == [])


async def certificate(bed, check, trunk):
    """From nothing to a certificate that check has no word against."""
    made = trunk.ctl('csr', os.path.join(trunk.folder, 'trunk'), config=True)
    check('csr makes a key and a request', made.returncode == 0 and
          os.stat(os.path.join(trunk.folder, 'trunk.key')).st_mode & 0o777 == 0o600, made.stderr)
    check('a wildcard without domains is mentioned', '*.unknown.example' in made.stderr, made.stderr)
    verified = subprocess.run(['openssl', 'req', '-in', 'trunk.csr', '-verify', '-noout'],
                              cwd=trunk.folder, capture_output=True, text=True, timeout=20)
    check('openssl verifies the request', verified.returncode == 0, verified.stderr)
    signed = sign(bed, trunk)
    check('a CA signs it', signed.returncode == 0, signed.stderr)
    said = trunk.ctl('check', 'certs', '--json', config=True)
    found = json.loads(said.stdout)[0]
    check('check certs is content', said.returncode == 0 and not found['findings'], said.stdout)
    check('it has looked at every domain', len(found['matrix']) == 7 and
          all(c['names_it'] for row in found['matrix'] for c in row['shown']), said.stdout)


def look_at_dns(check, trunk):
    """check dns from every leaf's point of view, and where it must complain."""
    for kind, view in views.items():
        said = trunk.ctl('check', 'dns', '--resolver', view.address, config=True)
        check('all leads here by ' + kind, said.returncode == 0 and
              'dns: fine (7 of 7 domains lead to this trunk; trunkd finds 7)' in said.stdout,
              said.stdout)
    said = trunk.ctl('check', 'dns', '--resolver', FORWARD, config=True)
    check('a resolver that leads past the trunk is told of', said.returncode == 2 and
          'is led past this trunk' in said.stdout, said.stdout)
    said = trunk.ctl('check', 'dns', '--resolver', '127.0.0.99', config=True)
    check('a resolver that is not there is told of', said.returncode == 2 and
          '127.0.0.99 gives no usable answer' in said.stdout, said.stdout)
    trunk.settings['dns'] = {'servers': [views['bind'].address]}
    said = trunk.ctl('check', 'dns', config=True)
    check('trunkd must not ask what leads to itself', said.returncode == 2 and
          'trunkd finds itself when it looks for zone.p11.example' in said.stdout, said.stdout)
    trunk.settings['dns'] = {'servers': [FORWARD]}


async def run(bed, check):
    trunk = prepare(bed)
    for kind, view in views.items():
        look_at_zone(check.sub(kind), view, trunk)
    await certificate(bed, check.sub('csr'), trunk)
    look_at_dns(check.sub('check dns'), trunk)
    for name in [n for h in hosts.values() for n in h.names()]:
        trunk.control(name, authentication=['external'])
    await trunk.start()
    x, y, z = await asyncio.gather(*(bed.client(hosts[k]) for k in ADDRESSES))
    await converse(check.sub('bind to unbound'), x, y)
    await converse(check.sub('unbound to dnsmasq'), y, z)
    shown = {e['domain'] for e in trunk.events('proven', dir='in', proof='external')}
    check('all three are proven by certificate', {h.domain for h in hosts.values()} <= shown,
          ' '.join(sorted(shown)))
