# SPDX-License-Identifier: MIT
"""Another client (go-sendxmpp) behind the same policies: what it sends, what it hears, what it is refused."""
import asyncio
import os

from bed import payloads as p, space
from bed.client import condition, fresh, show
from bed.server import PASSWORD

POLICIES = [{'name': 'plain', 'strip': ['html', 'chat-states'], 'block': ['encrypted']}]
hosts = {}


def plan(bed):
    for name in ('p1', 'e2'):
        hosts[name] = bed.host('another.%s.example' % name, name, trunk='another', rooms=False)


class Terminal:
    """A user of go-sendxmpp."""

    def __init__(self, bed, host, user):
        self.bed, self.jid = bed, '%s@%s' % (user, host.domain)
        self.log = os.path.join(bed.logs, 'go-sendxmpp-%s.out' % user)
        self.common = ['go-sendxmpp', '-n', '-j', bed.servers[host.server].address + ':5222', '-u', self.jid,
                       '-p', PASSWORD]

    async def send(self, to, text, *options):
        """Its exit status."""
        path = os.path.join(self.bed.folder, fresh('text'))
        with open(path, 'w') as f:
            f.write(text)
        process = space.Process('go-sendxmpp', self.common + ['-m', path, *options, to], self.log)
        for _ in range(750):
            if not process.alive():
                break
            await asyncio.sleep(0.02)
        return await process.stop()

    def listen(self):
        return space.Process('go-sendxmpp', self.common + ['-l'], self.log)

    def has_heard(self, text):
        with open(self.log) as f:
            return text in f.read()

    async def hears(self, text, seconds=15):
        for _ in range(seconds * 50):
            if self.has_heard(text):
                return True
            await asyncio.sleep(0.02)
        return False


async def sending(check, go, y):
    body = 'from a terminal ' + fresh()
    check('it sends', await go.send(y.bare, body) == 0)
    got = await y.expect('message', lambda s: body in (s.findtext('{jabber:client}body') or ''))
    check('what it sends arrives', got is not None, show(got))
    number, mark = fresh('go'), 'behind it ' + fresh()
    await go.send(y.bare, "<message to='%s' type='chat' id='%s'><body>fallback</body>%s</message>" % (
        y.bare, number, p.OMEMO), '--raw')
    await go.send(y.bare, mark)
    check('what follows arrives', await y.expect(
        'message', lambda s: mark in (s.findtext('{jabber:client}body') or '')))
    check('what is encrypted does not', not y.has('message', lambda s: s.get('id') == number))


async def hearing(check, go, y):
    listener = go.listen()
    body = 'to a terminal ' + fresh()
    try:
        number = None
        for _ in range(50):             # until it is logged in: the server keeps nothing
            number = y.tell(go.jid, body, extra=p.HTML)
            if await go.hears(body, 1):
                break
        check('it hears', go.has_heard(body), number)
        got = await y.failure(y.tell(go.jid, 'fallback', extra=p.OMEMO))
        check('who writes to it encrypted is told', got is not None and condition(got) == 'policy-violation',
              show(got))
        mark = 'then ' + fresh()
        y.tell(go.jid, mark)
        check('it hears what follows', await go.hears(mark))
        check('it hears nothing else', not go.has_heard('fallback') and not go.has_heard('rich'))
    finally:
        await listener.stop()


async def run(bed, check):
    trunk = bed.trunk('another')
    trunk.usual()
    trunk.settings['policies'] = POLICIES
    trunk.controls(hosts['e2'], to_peer=['plain'], from_peer=['plain'])
    await trunk.start()
    y = await bed.client(hosts['e2'])
    await sending(check, Terminal(bed, hosts['p1'], 'ann'), y)
    await hearing(check, Terminal(bed, hosts['p1'], 'ben'), y)
