# SPDX-License-Identifier: MIT
"""jabberd2: four programs (router, sm, s2s, c2s), no room service."""
import glob
import os
import sqlite3

from .server import PASSWORD, Server

LIBRARIES = glob.glob('/usr/lib/*/jabberd2')
ROUTER = '''<router><ip>{ip}</ip><port>5347</port><user>jabberd</user><pass>secret</pass>
<retry><init>20</init><lost>3</lost><sleep>1</sleep></retry></router>'''
LOG = "<log type='file'><file>{log}.{part}</file></log>"
FILES = {
    'router': '''<router><id>router</id>{logs}
<local><ip>{ip}</ip><port>5347</port><users>{folder}/users.xml</users><secret>secret</secret></local>
<check><interval>60</interval><keepalive>0</keepalive></check>
<io><max_fds>1024</max_fds><limits><bytes>0</bytes><connects>0</connects></limits>
<access><order>allow,deny</order></access></io><aliases></aliases>
<aci><acl type='all'><user>jabberd</user></acl><filter>{folder}/filter.xml</filter></aci></router>''',
    'sm': '''<sm><id>sm</id>{router}{logs}<local>{ids}</local>
<storage><path>{libs}</path><driver>db</driver><limits></limits><db><path>{folder}</path></db></storage>
<aci></aci><modules><path>{libs}</path>{chains}</modules>
<discovery><identity><category>server</category><type>im</type><name>jabberd2</name></identity>
<agents/><items></items></discovery>
<user><auto-create/><template></template></user><amp></amp><offline></offline><roster></roster>
<status></status></sm>''',
    's2s': '''<s2s><id>s2s</id>{router}{logs}
<local><ip>{ip}</ip><port>5269</port>{tls}</local>
<io><max_fds>1024</max_fds><limits><stanzasize>65535</stanzasize></limits></io>
<check><interval>60</interval><queue>60</queue><retry>300</retry><idle>86400</idle>
<keepalive>0</keepalive><dnscache>300</dnscache></check>
<lookup><srv>xmpp-server</srv><srv>jabber</srv><min-ttl>30</min-ttl><max-ttl>86400</max-ttl>
<etc-hosts-ttl>86400</etc-hosts-ttl><bad-host-timeout>3600</bad-host-timeout></lookup>
<out-conn-reuse/><security>{require}</security></s2s>''',
    'c2s': '''<c2s><id>c2s</id>{router}{logs}<local>{realms}<ip>{ip}</ip><port>5222</port></local>
<io><max_fds>1024</max_fds><limits><bytes>0</bytes><stanzas>100000</stanzas><connects>0</connects>
<stanzasize>65535</stanzasize></limits><access><order>allow,deny</order></access>
<check><interval>0</interval><idle>0</idle><keepalive>0</keepalive></check></io>
<stats></stats><pbx></pbx><stream_redirect></stream_redirect>
<authreg><path>{libs}</path><module>sqlite</module>
<mechanisms><traditional><plain/></traditional><sasl><plain/></sasl></mechanisms>
<ssl-mechanisms><traditional><plain/></traditional><sasl><plain/></sasl></ssl-mechanisms>
<sqlite><dbname>{folder}/users.db</dbname><busy-timeout>2000</busy-timeout>
<password_type><plaintext/></password_type></sqlite></authreg></c2s>''',
}
CHAINS = {
    'sess-start': 'status', 'sess-end': 'status iq-last', 'out-router': 'privacy',
    'in-sess': 'validate status privacy roster iq-vcard iq-ping iq-private disco offline presence'
               ' deliver',
    'in-router': 'session validate presence privacy',
    'pkt-sm': 'iq-last iq-ping iq-time iq-version disco presence',
    'pkt-user': 'roster presence disco iq-vcard deliver offline iq-last',
    'pkt-router': 'session disco', 'user-load': 'active roster privacy',
    'user-create': 'active', 'disco-extend': 'iq-version',
}


class Jabberd2(Server):
    kind = 'jabberd2'
    has_rooms = False

    def configure(self):
        names = [h.domain for h in self.hosts]
        pem = self.bed.pki.get(self.hosts[0].cert, *names).pem
        chains = ''.join("<chain id='%s'>%s</chain>"
                         % (c, ''.join('<module>%s</module>' % m for m in mods.split()))
                         for c, mods in CHAINS.items())
        tls = '<pemfile>%s</pemfile><cachain>%s</cachain>' % (pem, self.bed.pki.root.path)
        words = {
            'ip': self.address, 'folder': self.folder, 'libs': LIBRARIES[0], 'chains': chains,
            'ids': ''.join('<id>%s</id>' % n for n in names),
            'realms': ''.join("<id realm='%s'>%s</id>" % (n, n) for n in names),
            'router': ROUTER.format(ip=self.address), 'tls': tls if self.options.tls else '',
            'require': '<require_tls/>' if self.options.tls else '',
        }
        self.write('users.xml', '<users><user><name>jabberd</name><secret>secret</secret></user>'
                                '</users>')
        self.write('filter.xml', '<rules></rules>')
        for part, text in FILES.items():
            words['logs'] = LOG.format(log=self.log, part=part)
            self.write(part + '.xml', text.format(**words))

    def _accounts(self):
        database = sqlite3.connect(os.path.join(self.folder, 'users.db'))
        database.execute('CREATE TABLE IF NOT EXISTS authreg (username, realm, password, '
                         'UNIQUE (username, realm))')
        database.executemany('INSERT OR IGNORE INTO authreg VALUES (?, ?, ?)',
                             [(u, h.domain, PASSWORD) for h in self.hosts for u in h.users])
        database.commit()
        database.close()

    async def start(self):
        self._accounts()
        self.configure()
        for part in FILES:
            process = self.spawn('%s-%s' % (self.name, part),
                                 ['jabberd2-' + part, '-c', os.path.join(self.folder, part + '.xml')])
            if part == 'router':
                await process.listening(self.address, 5347)
        for process, port in zip(self.processes[2:], (5269, 5222)):
            await process.listening(self.address, port)

    def log_text(self):
        text = ''
        for part in FILES:
            with open('%s.%s' % (self.log, part), errors='replace') as f:
                text += f.read()
        return text
