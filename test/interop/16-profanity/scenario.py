# SPDX-License-Identifier: MIT
"""A client for people (profanity): what a policy of each kind makes of what they type; and the other half of uploads."""
import asyncio
import os
import re

from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bed import payloads as p, space
from bed.client import condition, fresh, show, text_of
from bed.server import PASSWORD

POLICIES = [
    {'name': 'folded', 'presence': {'fold': 'availability'}, 'strip': ['chat-states', 'ids', 'caps']},
    {'name': 'refused', 'block': ['encrypted'], 'conversations': 'one-to-one-only', 'iq': ['ping', 'disco'],
     'max_body': 1000, 'access': [{'to': '*@typed.e2.example', 'from': 'ben@typed.p1.example', 'action': 'deny'}]},
    {'name': 'files', 'block': ['file-transfer']},
]
SFS = ("<file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'><name>a.jpg</name>"
       "</file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='https://upload.example/a.jpg'/>"
       "</sources></file-sharing>")
GRANTED = ("<slot xmlns='urn:xmpp:http:upload:0'><put url='https://upload.example/a.jpg'/>"
           "<get url='https://upload.example/a.jpg'/></slot>")
hosts = {}


def plan(bed):
    for name in ('p1', 'e2'):
        hosts[name] = bed.host('typed.%s.example' % name, name, trunk='typed')
        hosts['open ' + name] = bed.host('upload.%s.example' % name, name, trunk='typed', rooms=False)


class Typist:
    """Somebody who sits before profanity: types lines, and reads the screen."""

    def __init__(self, bed, host, user):
        self.jid = '%s@%s' % (user, host.domain)
        self.folder = os.path.join(bed.folder, 'profanity-' + user)
        self.screen = os.path.join(bed.logs, 'profanity-%s.screen' % user)
        data = os.path.join(self.folder, 'profanity')
        os.makedirs(data)
        with open(os.path.join(data, 'accounts'), 'w') as f:
            f.write('[%s]\nenabled=true\njid=%s\nresource=desk\npassword=%s\nserver=%s\nport=5222\ntls.policy=disable\n' % (
                user, self.jid, PASSWORD, bed.servers[host.server].address))
        with open(os.path.join(data, 'profrc'), 'w') as f:
            f.write('[ui]\nsplash=false\n[connection]\naccount=%s\n[otr]\npolicy=manual\n' % user)
        keys, self.keys = os.pipe()
        open(self.screen, 'w').close()
        places = {'HOME': self.folder, 'TERM': 'xterm', 'LINES': '50', 'COLUMNS': '200', 'LC_ALL': 'C.UTF-8',
                  'XDG_CONFIG_HOME': self.folder, 'XDG_DATA_HOME': self.folder}
        self.process = space.Process(
            'profanity', ['sh', '-c', 'exec script -qfc profanity "$0" </dev/fd/%d' % keys, self.screen],
            os.path.join(bed.logs, 'profanity-%s.out' % user), env=places, passed=(keys,))
        os.close(keys)

    def types(self, line):
        os.write(self.keys, line.encode() + b'\r')

    def text(self):
        with open(self.screen, 'rb') as f:
            return re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x0f', '', f.read().decode('utf-8', 'replace'))

    async def reads(self, pattern, seconds=15, since=0):
        for _ in range(seconds * 20):
            if re.search(pattern, self.text()[since:]):
                return True
            await asyncio.sleep(0.05)
        return False

    async def stop(self):
        self.types('/quit')
        for _ in range(100):
            if not self.process.alive():
                break
            await asyncio.sleep(0.02)
        await self.process.stop()
        os.close(self.keys)


async def folding(check, ann, y):
    y.say("<presence type='subscribe' to='%s'/>" % ann.jid)
    check('it is asked who may see it', await ann.reads('authorization request from ' + y.bare))
    ann.types('/sub allow ' + y.bare)
    check('it lets itself be seen', await y.presence(ann.jid, 'subscribed'))
    got = await y.presence(ann.jid)
    ann.types('/status set away "out to lunch"')
    again = await y.presence(ann.jid, seconds=15)
    check('who sees it sees that it is there', got is not None and again is not None, show(got))
    check('and nothing else', again is not None and len(again) == 0, show(again))


async def stripping(check, ann, y):
    body = 'typed ' + fresh()
    ann.types('/msg %s %s' % (y.bare, body))
    got = await y.message(body)
    names = [c.tag for c in got] if got is not None else []
    check('what is typed arrives', got is not None)
    check('what tells that it is typed does not', not [n for n in names if 'chatstates' in n or ':sid:' in n], show(got))
    answer = 'read ' + fresh()
    y.tell(ann.jid, answer)
    check('an answer is on the screen', await ann.reads(answer))


async def refused(check, ann, y, name, lines, told, arrives):
    """What comes of a line does not arrive: what is typed behind it does. And who typed it is told."""
    mark, since = 'mark ' + fresh(), len(ann.text())
    for line in lines:
        ann.types(line)
    ann.types('/msg %s %s' % (y.bare, mark))
    check(name + ': what follows arrives', await y.message(mark))
    ann.types('/win 1')             # where all errors stand
    check(name + ': does not arrive', not any(arrives(s) for s in y.kept), show(y.kept[-1] if y.kept else None))
    check(name + ': is told to who typed it', await ann.reads(told, since=since), ann.text()[-200:])


async def blocking(check, ann, y, room):
    offer = 'offers ' + fresh()
    await refused(check, ann, y, 'a text that offers OTR',
                  ['/otr policy opportunistic', '/msg %s %s' % (y.bare, offer), '/otr policy manual'],
                  'policy-violation', lambda s: offer in (text_of(s, 'body') or ''))
    await refused(check, ann, y, 'a long text', ['/msg %s %s' % (y.bare, 'long ' * 220)],
                  'policy-violation', lambda s: (text_of(s, 'body') or '').startswith('long'))
    await refused(check, ann, y, 'a question for the version', ['/software %s' % y.jid],
                  'Could not get software version: policy-violation',
                  lambda s: s.find('{jabber:iq:version}query') is not None)
    await refused(check, ann, y, 'a room', ['/join ' + room], 'Error from %s.*not-allowed' % room,
                  lambda s: s.get('from', '').startswith(room))


async def access(check, bed, y):
    ben = Typist(bed, hosts['p1'], 'ben')
    body = 'psst ' + fresh()
    try:
        check('another one logs in', await ben.reads('logged in successfully'))
        ben.types('/msg %s %s' % (y.bare, body))
        check('who may not write is told', await ben.reads('policy-violation'))
        check('what he writes does not arrive', not y.has('message', lambda s: text_of(s, 'body') == body))
    finally:
        await ben.stop()


async def uploads(check, x, y):
    """Files themselves go by HTTP, past trunkd: what it sees is who asks for a place, the place, and the link."""
    y.register_handler(Callback('slot', MatchXPath('{jabber:client}iq/{urn:xmpp:http:upload:0}request'), lambda s: y.say(
        "<iq to='%s' type='result' id='%s'>%s</iq>" % (x.jid, s['id'], GRANTED))))
    got = await x.iq(y.jid, p.SLOT)
    check('a place is asked for', y.has('iq', lambda s: s.find('{urn:xmpp:http:upload:0}request') is not None))
    check('the place is not given: an error instead of it', got is not None and
          condition(got) == 'service-unavailable', show(got))
    await p.bounced(check, 'a link to what was uploaded', y, x, p.LINK)
    await p.bounced(check, 'a file that is shared by its link', y, x, SFS)
    other = x.tell(y.jid, 'look', extra=p.LINK)
    check('the other way a link passes', await y.expect('message', lambda s: s.get('id') == other) is not None)


async def run(bed, check):
    trunk = bed.trunk('typed')
    trunk.usual()
    trunk.settings['policies'] = POLICIES
    trunk.controls(hosts['e2'], to_peer=['folded', 'refused'])
    trunk.controls(hosts['open e2'], from_peer=['files'])
    await trunk.start()
    await uploads(check, await bed.client(hosts['open p1']), await bed.client(hosts['open e2']))
    y = await bed.client(hosts['e2'])
    ann = Typist(bed, hosts['p1'], 'ann')
    try:
        check('it logs in', await ann.reads('logged in successfully'))
        await folding(check, ann, y)
        await stripping(check, ann, y)
        await blocking(check, ann, y, 'den@' + hosts['e2'].service)
    finally:
        await ann.stop()
    await access(check, bed, y)
