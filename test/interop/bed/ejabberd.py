# SPDX-License-Identifier: MIT
"""ejabberd, as the bed configures it or as Debian ships it; without epmd and without su."""
import asyncio
import json
import os
import re
import ssl

from .server import PASSWORD, Server

SHIPPED = '/usr/share/ejabberd/ejabberd.yml.example'
HTTP = 5280
OWN = '''
s2s_use_starttls: {starttls}
s2s_max_retry_delay: 1
auth_password_format: plain
disable_sasl_mechanisms: [X-OAUTH2]
access_rules: {{ muc_create: {{ allow: all }} }}
modules:
  mod_adhoc: {{}}
  mod_admin_extra: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_disco: {{}}
  mod_last: {{}}
  mod_muc: {{ access_create: muc_create }}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_private: {{}}
  mod_roster: {{}}
  mod_s2s_dialback: {{}}
  mod_http_api: {{}}
  mod_time: {{}}
  mod_version: {{}}
'''
PLACE = '''
loglevel: {level}
hosts: [{hosts}]
certfiles: [{certs}]
ca_file: "{ca}"
listen:
  - {{ port: 5222, ip: "{ip}", module: ejabberd_c2s, starttls: {c2s_tls}, access: all }}
  - {{ port: 5269, ip: "{ip}", module: ejabberd_s2s_in, max_stanza_size: 524288 }}
  - {{ port: 5270, ip: "{ip}", module: ejabberd_s2s_in, max_stanza_size: 524288, tls: true }}
  - {{ port: {http}, ip: "{ip}", module: ejabberd_http, request_handlers: {{ /api: mod_http_api }} }}
api_permissions: {{ bed: {{ who: {{ ip: 127.0.0.0/8 }}, what: "*" }} }}
{extra}
'''
INETRC = '''{lookup,["file","native"]}.
{host,{127,0,0,1},["localhost"]}.
{file,resolv,"/etc/resolv.conf"}.
'''


def _without(text, key):
    """A YAML text without one top-level key."""
    return re.sub(r'(?ms)^%s:.*?(?=^\S)' % key, '', text)


class Ejabberd(Server):
    kind = 'ejabberd'

    def _general(self):
        if not self.options.shipped:
            starttls = 'required' if self.options.tls else 'false'
            return OWN.format(starttls=starttls)
        with open(SHIPPED) as f:
            text = re.sub(r'(?m)^\s*#.*\n', '', f.read())
        for key in ('hosts', 'certfiles', 'listen', 'loglevel', 'api_permissions'):
            text = _without(text, key)
        return text

    def configure(self):
        pems = {self.cert(h).pem for h in self.hosts}
        place = PLACE.format(level=self.bed.level, ip=self.address, ca=self.bed.pki.root.path,
                             hosts=', '.join('"%s"' % h.domain for h in self.hosts), http=HTTP,
                             certs=', '.join('"%s"' % p for p in sorted(pems)),
                             c2s_tls='true' if self.options.shipped else 'false',
                             extra=self.options.extra)
        return self.write('ejabberd.yml', place + self._general())

    async def start(self):
        env = {
            'EJABBERD_CONFIG_PATH': self.configure(), 'EJABBERD_LOG_PATH': self.log,
            'EJABBERD_PID_PATH': os.path.join(self.folder, 'ejabberd.pid'),
            'ERL_INETRC': self.write('inetrc', INETRC), 'HOME': self.folder,
            'ERL_CRASH_DUMP_BYTES': '0', 'ERL_LIBS': _erlang_libraries(),
        }
        argv = ['erl', '-noinput', '+S', '2:2', '+sbwt', 'none', '-mnesia', 'dir',
                '"%s/spool"' % self.folder, '-s', 'ejabberd']
        process = self.spawn(self.name, argv, env=env, cwd=self.folder)
        await process.listening(self.address, 5269)
        await process.listening(self.address, HTTP)
        await self._first_handshake()
        for host in self.hosts:
            for user in host.users:
                await self.call('register', user=user, host=host.domain, password=PASSWORD)

    async def _first_handshake(self):
        """ejabberd 23.01 shares a TLS context between dialling and listening: when it dials first, its
        direct TLS port shows everybody the certificate of its first host, whatever SNI asks for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        _, writer = await asyncio.open_connection(self.address, 5270, ssl=context)
        writer.close()

    async def call(self, command, **arguments):
        """A command of ejabberd's HTTP API; returns the decoded answer."""
        body = json.dumps(arguments).encode()
        reader, writer = await asyncio.open_connection(self.address, HTTP)
        writer.write(b'POST /api/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n'
                     b'Content-Length: %d\r\nConnection: close\r\n\r\n'
                     % (command.encode(), self.address.encode(), len(body)) + body)
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        head, _, text = answer.partition(b'\r\n\r\n')
        status = int(head.split(None, 2)[1])
        if status not in (200, 409):        # 409: that account is there already
            raise RuntimeError('ejabberd %s: %s' % (command, answer.decode('utf-8', 'replace')))
        return json.loads(text)


def _erlang_libraries():
    """Where Debian keeps the Erlang libraries that ejabberd needs, whatever the machine is."""
    for name in os.listdir('/usr/lib'):
        folder = os.path.join('/usr/lib', name)
        if name.endswith('-linux-gnu') and any(d.startswith('ejabberd-') for d in os.listdir(folder)):
            return folder
    return '/usr/lib'
