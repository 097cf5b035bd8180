# SPDX-License-Identifier: MIT
"""Prosody, as the bed configures it or as Debian ships it."""
import os
import re

from .pki import ascii_name
from .server import PASSWORD, Server

SHIPPED = '/etc/prosody/prosody.cfg.lua'
MODULES = ['disco', 'roster', 'saslauth', 'blocklist', 'carbons', 'dialback', 'pep', 'private',
           'smacks', 'vcard4', 'vcard_legacy', 'ping', 'time', 'uptime', 'version']
OWN = '''
modules_enabled = {{ {modules} }}
modules_disabled = {{ "http" }}
limits = {{ c2s = {{ rate = "10kb/s" }}, s2sin = {{ rate = "30kb/s" }} }}
s2s_secure_auth = {secure}
s2s_require_encryption = {tls}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
'''
# What neither the bed nor Debian's file can leave open: where, as whom, whom to trust.
PLACE = '''
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
interfaces = {{ "{address}" }}
c2s_ports = {{ 5222 }}
c2s_direct_tls_ports = {{ }}
s2s_ports = {{ 5269 }}
s2s_direct_tls_ports = {{ {direct} }}
http_ports = {{ }}
https_ports = {{ }}
use_ipv6 = false
s2s_insecure_domains = {{ {insecure} }}
ssl = {{ cafile = "{ca}" }}
log = {{ {{ levels = {{ min = "{level}" }}, to = "file", filename = "{log}" }} }}
certificates = "{folder}/certs"
{extra}
'''
HOST = '''{kind} "{name}"{muc}
  ssl = {{ key = "{key}", certificate = "{crt}", cafile = "{ca}" }}
'''


def _quoted(items):
    return ', '.join('"%s"' % i for i in items)


def _file_name(text):
    """How Prosody's internal storage spells a host or user as a file name."""
    return ''.join(chr(c) if chr(c).isalnum() and c < 128 else '%%%02x' % c for c in text.encode())


class Prosody(Server):
    kind = 'prosody'

    def _general(self):
        if self.options.shipped:
            try:
                with open(SHIPPED) as f:
                    text = f.read()
            except PermissionError:
                raise RuntimeError('only root may read %s' % SHIPPED) from None
            # The file's own hosts, places and log destinations; every other default stays.
            text = re.sub(r'(?m)^(VirtualHost|Include|pidfile|certificates).*$', '', text)
            return re.sub(r'(?ms)^log = \{.*?^\}', '', text)
        modules = MODULES + (['tls'] if self.options.tls else []) + \
            (['limits'] if self.options.limits else [])
        return OWN.format(modules=_quoted(modules), tls=str(self.options.tls).lower(),
                          secure=str(self.options.secure and self.options.tls).lower())

    def configure(self):
        insecure = [name for h in self.bed.hosts if h.insecure for name in h.names()]
        place = PLACE.format(folder=self.folder, address=self.address, ca=self.bed.pki.root.path,
                             direct=5270 if self.options.tls else '', insecure=_quoted(insecure),
                             level=self.bed.level, log=self.log, extra=self.options.extra)
        text = self._general() + place
        for host in self.hosts:
            files = {'key': self.cert(host).key, 'crt': self.cert(host).crt,
                     'ca': self.bed.pki.root.path}
            text += HOST.format(kind='VirtualHost', name=host.domain, muc='', **files)
            if host.rooms:
                text += HOST.format(kind='Component', name=host.service, muc=' "muc"', **files)
        return self.write('prosody.cfg.lua', text)

    def _certificates(self):
        """Direct TLS takes certificates from a folder, by the names in them, not from `ssl`."""
        folder = os.path.join(self.folder, 'certs')
        os.makedirs(folder, exist_ok=True)
        for host in self.hosts:
            base = os.path.join(folder, ascii_name(host.domain))
            for path in (self.cert(host).crt, self.cert(host).key):
                if not os.path.exists(base + path[-4:]):
                    os.symlink(path, base + path[-4:])

    def _accounts(self):
        for host in self.hosts:
            folder = os.path.join(self.folder, 'data', _file_name(host.domain), 'accounts')
            os.makedirs(folder, exist_ok=True)
            for user in host.users:
                with open(os.path.join(folder, user + '.dat'), 'w') as f:
                    f.write('return {\n\t["password"] = "%s";\n};\n' % PASSWORD)

    async def start(self):
        self._certificates()
        self._accounts()
        process = self.spawn(self.name, ['prosody', '--config', self.configure(), '-F'])
        await process.listening(self.address, 5269)
        await process.listening(self.address, 5222)
