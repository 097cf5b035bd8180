# SPDX-License-Identifier: MIT
"""500 domains behind the trunk, and no certificate that names them: each gets a small one of its own,
issued when it is asked for. Real servers verify them with the CA and log in by EXTERNAL, both ways.
What that costs is printed beside what one certificate with 500 names costs.
"""
import asyncio
import os
import ssl
import time

from bed import press
from bed.client import fresh
from bed.peer import Peer, body_of, message
from bed.press import many

NUMBER = 500
NAMES = ['d%03d.many.example' % i for i in range(NUMBER)]
TALK = [NAMES[i] for i in (0, 7, 123, 250, 371, 499)]
HELD = 40                   # connections that are held open to see what a peer spends on them
leaves, far = {}, []


def plan(bed):
    far.append(Peer(bed, *NAMES, cert='wildcard', names=NAMES[:1]))
    for server in ('p1', 'e1'):
        leaves[server] = bed.host('%s.minted.example' % server, server, trunk='minted', rooms=False,
                                  users=('ann',))
    for name in NAMES:
        bed.publish(name, trunk='minted')


def settings(bed, trunk):
    trunk.usual()
    trunk.settings['certificates'] = [trunk.issuer('minting CA', 'many.example', 'minted.example')]
    trunk.settings['defaults']['authentication'] = ['external']
    trunk.settings['control'] = {'read': os.path.join(trunk.folder, 'read'),
                                 'change': os.path.join(trunk.folder, 'change')}
    trunk.control('*.many.example', domains=NAMES, connect=far[0].address + ':5269')


# -- what crosses

async def there_and_back(check, user, name, trunk):
    """A message to one of the domains on a stream of the leaf's, and one from it on a stream to the
    leaf."""
    body = 'to %s %s' % (name, fresh())
    number = user.tell('y@' + name, body)
    got = await far[0].stanza(number)
    check('a message of the leaf reaches ' + name, got is not None and body_of(got) == body)
    wire = await far[0].proven(user.host.domain, trunk.address, from_=name)
    back = 'from %s %s' % (name, fresh())
    await wire.send(message('y@' + name, user.jid, fresh(), back))
    check('and %s reaches the leaf' % name,
          await user.message(back, sender='y@' + name) is not None)


def by_external(check, trunk, leaf):
    """Nothing but EXTERNAL was used, in all four kinds of streams."""
    for name in TALK:
        check('the leaf proved itself towards ' + name, trunk.events(
            'proven', domain=leaf, to=name, proof='external'))
        check('%s was proven to the leaf' % name, trunk.events(
            'stream-ready', **{'from': name, 'to': leaf, 'proof': 'external', 'next_hop': 'ok'}))


# -- what it costs

class Shaken:
    """One TLS handshake by hand, direct TLS, with what came over the wire."""

    def __init__(self, context, name):
        self.heard, self.said = 0, 0
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inward, self.outward, server_hostname=name)

    async def run(self, address):
        self.reader, self.writer = await asyncio.open_connection(address, 5270)
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._send()
                data = await asyncio.wait_for(self.reader.read(65536), 10)
                if not data:
                    raise ConnectionError('closed in the handshake') from None
                self.heard += len(data)
                self.inward.write(data)
        self._send()
        return self

    def _send(self):
        data = self.outward.read()
        self.said += len(data)
        if data:
            self.writer.write(data)

    def names(self):
        return [value for _, value in self.tls.getpeercert()['subjectAltName']]

    def close(self):
        self.writer.close()


def context_of(bed):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bed.pki.root.path)
    return context


def own_memory():
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') // 1024


async def each(bed, check, trunk):
    """A handshake for each of the domains, verified by name and CA; the bytes that one takes."""
    context, wrong, heard = context_of(bed), [], []

    async def one(i):
        shaken = await Shaken(context, NAMES[i]).run(trunk.address)
        if shaken.names() != [NAMES[i]]:
            wrong.append((NAMES[i], shaken.names()[:3]))
        heard.append(shaken.heard)
        shaken.close()

    begin = time.monotonic()
    await many(one, NUMBER, 16)
    check('each of %d domains has a certificate for it alone' % NUMBER,
          len(heard) == NUMBER and not wrong, repr(wrong[:3]))
    return press.median(heard), time.monotonic() - begin


async def held(bed, trunk):
    """What the peer's process grows by, for each connection that it holds: KiB."""
    context, before = context_of(bed), own_memory()
    kept = [await Shaken(context, NAMES[i]).run(trunk.address) for i in range(HELD)]
    grown = (own_memory() - before) / HELD
    names, heard = len(kept[0].names()), kept[0].heard
    for shaken in kept:
        shaken.close()
    return grown, names, heard


async def compare(bed, check, trunk):
    before = press.memory(trunk)
    single, seconds = await each(bed, check, trunk)
    after = press.memory(trunk)
    check.note('%d domains: %d certificates issued and shown in %.1f s, %d bytes of each handshake, '
               'trunkd grew by %d KiB' % (NUMBER, NUMBER, seconds, single, after - before))
    issued = trunk.events('certificate-issued', issuer='minting CA', renewed='no')
    found = {e['domain'] for e in issued}
    check('each is logged, with a serial number of its own', found.issuperset(NAMES) and
          len({e['serial'] for e in issued}) == len(issued) == len(found), '%d of %d' %
          (len(found), len(issued)))
    counted = await asyncio.to_thread(trunk.ctl, 'metrics', config=True)
    check('and counted', 'trunkd_certificates_issued_total{name="minting CA",result="new"} %d\n' %
          len(issued) in counted.stdout, counted.stdout[-300:] + counted.stderr)
    listed = await asyncio.to_thread(trunk.ctl, 'certs', 'issued', '-o', 'domain,issuer', config=True)
    check('and listed', [line.split() for line in listed.stdout.splitlines()[1:]] ==
          [[domain, 'minting', 'CA'] for domain in sorted(found)],
          listed.stdout[:300] + listed.stderr)
    wrong = await asyncio.to_thread(trunk.ctl, 'certs', 'nonsense', config=True)
    check('nothing else is', wrong.returncode != 0 and 'knows "issued"' in wrong.stderr, wrong.stderr)
    one, names, _ = await held(bed, trunk)
    check('a peer is shown one name', names == 1)
    trunk.settings['certificates'] = [trunk.cert('good', *NAMES, *(h.domain for h in leaves.values()))]
    check('one certificate with all names is taken by a reload', await trunk.reload())
    all_, names, heard = await held(bed, trunk)
    check('that shows every name to everybody', names == NUMBER + len(leaves), str(names))
    check('which is what a handshake is spared', single * 4 < heard, '%d, %d' % (single, heard))
    check.note('one certificate with %d names: %d bytes of each handshake; a connection held by a '
               'peer: %.0f KiB, with a minted one %.0f KiB' % (names, heard, all_, one))


async def run(bed, check):
    trunk = bed.trunk('minted')
    settings(bed, trunk)
    found = trunk.examine()
    check('a name-constrained issuer is not warned about', 'warning' not in found.stderr, found.stderr)
    await asyncio.gather(far[0].listen(), trunk.start())
    users = {server: await bed.client(host) for server, host in leaves.items()}
    await asyncio.gather(*(there_and_back(check.sub(server), user, name, trunk)
                           for server, user in users.items() for name in TALK))
    for server, host in leaves.items():
        by_external(check.sub(server), trunk, host.domain)
    fresh_name = 'never-heard-of.many.example'
    shaken = await Shaken(context_of(bed), fresh_name).run(trunk.address)
    check('a domain that is new needs nothing', shaken.names() == [fresh_name])
    shaken.close()
    await compare(bed, check, trunk)
    await far[0].close()
