# SPDX-License-Identifier: MIT
"""A trunkd of the bed: its configuration, its process, its log."""
import asyncio
import json
import os
import re
import signal
import subprocess

from . import dns, libconfig, space

FIELD = re.compile(r'([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
WORKERS = 2


class Trunk:
    """Stands in for every host that names it, unless the scenario changes `settings`."""

    def __init__(self, bed, name, address):
        self.bed, self.name, self.address = bed, name, address
        self.folder = os.path.join(bed.folder, name)
        self.log = os.path.join(bed.logs, name + '.out')
        self.process, self.settings, self.view = None, {}, 'real'
        os.makedirs(self.folder, exist_ok=True)

    def hosts(self):
        return [h for h in self.bed.hosts if self.name in
                (h.trunk.values() if isinstance(h.trunk, dict) else [h.trunk])]

    def cert(self, kind, *names):
        """An entry of `certificates`."""
        cert = self.bed.pki.get(kind, *names)
        return {'name': kind, 'chain': cert.crt, 'key': cert.key}

    def issuer(self, name, *permitted, lifetime='7d'):
        """An entry of `certificates` that issues, within these name constraints."""
        cert = self.bed.pki.issuer(name, *permitted)
        return {'name': name, 'issuer': {'chain': cert.crt, 'key': cert.key, 'lifetime': lifetime}}

    def control(self, match, **keys):
        """The control of this match in `settings`, changed by `keys`; made when it is missing."""
        controls = self.settings['peering_controls']
        for found in controls:
            if found['match'] == match:
                found.update(keys)
                return found
        controls.append({'match': match, **keys})
        return controls[-1]

    def usual(self, *peers, names=()):
        """The usual settings: each host of this trunk, found by DNS, and each scripted peer, by its
        address, has a control of its own; one certificate covers them all, and `names`."""
        hosts = self.hosts()
        covered = [n for h in hosts for n in h.names()] + [d for p in peers for d in p.domains]
        covered += names
        secret = os.path.join(self.folder, 'dialback.secret')
        with open(secret, 'w') as f:
            f.write('the secret of %s, long enough to be one\n' % self.name)
        os.chmod(secret, 0o600)
        self.settings = {
            'node': {'name': self.name + '.bed.example', 'workers': WORKERS},
            'log': {'level': self.bed.level},
            'listen': [{'address': self.address, 'port': 5269, 'mode': 'starttls'},
                       {'address': self.address, 'port': 5270, 'mode': 'direct-tls'}],
            'certificates': [self.cert('good', *covered)] if covered else [],
            'trust': [{'name': 'bed', 'ca': self.bed.pki.root.path,
                       'crl': [self.bed.pki.root.crl_path, self.bed.pki.middle.crl_path]}],
            'dialback': {'secret_file': secret},
            'defaults': {'trust': 'bed', 'tls': 'required',
                         'authentication': ['external', 'dialback']},
            'control': {'read': os.path.join(self.folder, 'read'),
                        'change': os.path.join(self.folder, 'change')},
            'peering_controls': [],
        }
        for host in hosts:
            self.control(host.domain, connect='dns',
                         prefer='starttls' if host.starttls else 'direct-tls')
            if host.rooms:
                self.control(host.service, connect='dns', service='muc',
                             prefer='starttls' if host.starttls else 'direct-tls')
        for peer in peers:
            for domain in peer.domains:
                self.control(domain, connect=peer.address + ':5269')
        return self.settings

    def controls(self, host, **keys):
        """Change the controls of this host's domains."""
        for name in host.names():
            self.control(name, **keys)

    def write(self):
        path = os.path.join(self.folder, 'trunkd.conf')
        with open(path + '.new', 'w') as f:
            f.write(libconfig.document(self.settings))
        os.rename(path + '.new', path)
        return path

    def examine(self, option='-t'):
        """Run `trunkd -t` (or -T) on the configuration; the finished process."""
        return subprocess.run([self.bed.trunkd, option, '-c', self.write()], capture_output=True,
                              text=True, timeout=20)

    def ctl(self, *words, config=False):
        """Run the trunkctl beside the daemon; with `config` on this trunk's configuration."""
        command = os.path.join(os.path.dirname(self.bed.trunkd), 'trunkctl')
        return subprocess.run([command, *words, *(['-c', self.write()] if config else [])],
                              capture_output=True, text=True, timeout=60)

    async def ask(self, *words, socket=None, **how):
        """Run trunkctl against the running daemon, while the loop here goes on."""
        command = os.path.join(os.path.dirname(self.bed.trunkd), 'trunkctl')
        words = [command, *words, '--socket', socket or self.folder]
        return await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True,
                                       timeout=60, **how)

    async def rows(self, *words, status=0):
        """The rows of a table, as objects."""
        answer = await self.ask(*words, '--json')
        assert answer.returncode == status, answer.stderr
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def resolv(self):
        return dns.nowhere(self.folder) if self.view == 'nowhere' \
            else self.bed.views[self.view].resolv

    async def start(self):
        self.process = space.Process(self.name, [self.bed.trunkd, '-c', self.write()], self.log,
                                     files={'/etc/resolv.conf': self.resolv()},
                                     env=self.bed.trunkd_env)
        port = self.settings['listen'][0]['port']
        await self.process.listening(self.address, port, 20)

    async def stop(self):
        """Returns the exit status; None when it was not running."""
        process, self.process = self.process, None
        return await process.stop(12) if process else None

    async def reload(self, seconds=10.0, write=True):
        """Write the settings, send SIGHUP, wait for the verdict: True when the new plan runs."""
        seen = len(self.events('reloaded', 'reload-failed'))
        if write:
            self.write()
        self.process.signal(signal.SIGHUP)
        for _ in range(int(seconds * 50)):
            news = self.events('reloaded', 'reload-failed')[seen:]
            if news:
                return news[-1]['event'] == 'reloaded'
            await asyncio.sleep(0.02)
        return None

    def lines(self):
        with open(self.log, errors='replace') as f:
            return f.read().splitlines()

    def events(self, *names, **fields):
        """The log's lines as dictionaries: those of these events that have these fields."""
        found = []
        for line in self.lines():
            row = {k: quoted or plain for k, quoted, plain in FIELD.findall(line)}
            row.setdefault('event', (line.split('=')[0].split()[:-1] or [''])[-1])
            row['line'] = line
            if (not names or row['event'] in names) and \
                    all(row.get(k) == v for k, v in fields.items()):
                found.append(row)
        return found

    async def logged(self, text, seconds=10.0):
        """Wait until a line has all these words; the line, or None."""
        words = [text] if isinstance(text, str) else text
        for _ in range(int(seconds * 20)):
            for line in self.lines():
                if all(w in line for w in words):
                    return line
            await asyncio.sleep(0.05)
        return None
