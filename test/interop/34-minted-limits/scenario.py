# SPDX-License-Identifier: MIT
"""What trunkd does not issue a certificate for, and what becomes of one that ends: names that no
control is meant for, or that the CA may not name; a CA without name constraints; a lifetime so short
that certificates are renewed and expire under streams that stay.
"""
import asyncio
import datetime
import json
import ssl
import time

from cryptography import x509

from bed.client import fresh
from bed.peer import Peer, message
from bed.wire import Gone

LIFETIME = 10
peers = {}


def plan(bed):
    for name in ('a', 'b', 'c', 'other'):
        peers[name] = Peer(bed, name + '.short.example')


def settings(trunk, *permitted, lifetime='7d'):
    trunk.usual(*peers.values())
    trunk.settings['certificates'] = [
        trunk.issuer('narrow CA' if permitted else 'wide CA', *permitted, lifetime=lifetime)]
    trunk.settings['defaults']['authentication'] = ['external']


async def shown(address, name):
    """The certificate that direct TLS shows for this SNI; None when the handshake fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection(address, 5270, ssl=context, server_hostname=name)
    except (ssl.SSLError, ConnectionError):
        return None
    der = writer.get_extra_info('ssl_object').getpeercert(True)
    writer.close()
    return x509.load_der_x509_certificate(der)


# -- names

async def refused_before_tls(check, trunk, name, to):
    try:
        wire = await peers['other'].dial(to, trunk.address)
    except Gone:
        wire = peers['other'].wires[-1]
    condition, _ = await wire.ending()
    check('%s: host-unknown, and no TLS' % name, condition == 'host-unknown' and not wire.tls,
          str(condition))


async def names(check, trunk):
    settings(trunk, 'short.example')
    trunk.control('*', connect='dns', domains=['listed.short.example', 'listed.example'])
    trunk.control('evil.short.example', action='reject')
    trunk.control(['outside.example', '127.0.0.9', 'under_score.short.example', '*.sub.short.example'],
                  connect='127.0.250.1')
    warnings = trunk.examine().stderr
    for name in ('outside.example', '127.0.0.9', 'under_score.short.example', 'listed.example'):
        check('trunkd -t warns of ' + name, 'no certificate for %s: no issuer may make one' % name
              in warnings, warnings)
    check('and of nothing else', warnings.count('warning:') == 4, warnings)
    await trunk.start()
    rows = {'the default route': ('any.short.example', False),
            'the default route, listed': ('listed.short.example', True),
            'a rejecting control': ('evil.short.example', False),
            'a name that the CA may not have': ('outside.example', False),
            'a listed name that the CA may not have': ('listed.example', False),
            'no host name': ('under_score.short.example', False),
            'below a suffix': ('deep.in.sub.short.example', True),
            'the suffix itself': ('sub.short.example', False),
            'a domain of a control': ('b.short.example', True)}
    for words, (name, issued) in rows.items():
        found = await shown(trunk.address, name)
        check('%s: %s' % (words, 'issued' if issued else 'not issued'), (found is not None) == issued)
        if not issued:
            await refused_before_tls(check, trunk, words, name)
    check('an address: not issued', await shown(trunk.address, None) is None)
    await refused_before_tls(check, trunk, 'an address', '127.0.0.9')
    explained = trunk.ctl('explain', 'a.short.example', 'b.short.example', config=True).stdout
    check('trunkctl explain says that one is issued', 'issues one' in explained, explained)
    explained = trunk.ctl('explain', 'a.short.example', 'outside.example', config=True).stdout
    check('and where none is', 'none may be issued' in explained, explained)
    facts = json.loads(trunk.ctl('explain', '--json', 'a.short.example', 'outside.example',
                                 config=True).stdout)
    check('so does --json', facts['shown_to_next_hop'].get('issuer') is True and
          facts['shown_to_next_hop'].get('covers') is True and facts['shown_to_sender'] is None,
          str(facts.get('shown_to_sender')))
    await trunk.stop()


# -- a CA that could name anybody

async def wide(check, trunk):
    settings(trunk)
    warnings = trunk.examine()
    check('a CA without name constraints is warned about, and used', warnings.returncode == 0 and
          'has no name constraints: whoever reads its key' in warnings.stderr, warnings.stderr)
    await trunk.start()
    found = await shown(trunk.address, 'a.short.example')
    check('a control is needed all the same', found is not None and
          await shown(trunk.address, 'a.example') is None)
    await trunk.stop()


# -- beside an ordinary certificate

async def beside(check, trunk):
    """A certificate that names the domain comes first; a control may ask for the issuer."""
    settings(trunk, 'short.example')
    trunk.settings['certificates'].append(trunk.cert('good', 'a.short.example', 'c.short.example'))
    trunk.control('c.short.example', certificate='narrow CA')
    await trunk.start()
    found = await shown(trunk.address, 'c.short.example')
    check('who asks for it is shown the one that names the domain', len(found.subject) == 1)
    for domain, names in (('c', ['a.short.example']),
                          ('other', ['a.short.example', 'c.short.example'])):
        before = len(peers[domain].wires)
        wire = await peers['a'].proven(domain + '.short.example', trunk.address)
        await crosses(check, wire, domain, 'a message reaches ' + domain)
        check('%s is shown what its control says' % domain,
              [w.names() for w in peers[domain].wires[before:]] == [names],
              str([w.names() for w in peers[domain].wires[before:]]))
    await trunk.stop()


# -- time

async def expired(cert):
    """Wait until the certificate is no longer valid."""
    end = cert.not_valid_after.replace(tzinfo=datetime.timezone.utc).timestamp()
    while time.time() <= end + 1:
        await asyncio.sleep(0.2)


async def renewed(trunk, cert, name):
    """Ask until another one is shown; it."""
    for _ in range(10 * LIFETIME):
        found = await shown(trunk.address, name)
        if found is None or found.serial_number != cert.serial_number:
            return found
        await asyncio.sleep(0.2)
    return None


async def crosses(check, wire, domain, words):
    number = fresh()
    await wire.send(message('x@a.short.example', 'y@%s.short.example' % domain, number))
    check(words, await peers[domain].stanza(number) is not None)


async def ends(check, trunk):
    settings(trunk, 'short.example', lifetime='%ds' % LIFETIME)
    check('so short a lifetime is warned about', 'this is for trials' in trunk.examine().stderr)
    await trunk.start()
    wire = await peers['a'].proven('b.short.example', trunk.address)
    await crosses(check, wire, 'b', 'a message crosses')
    first = await shown(trunk.address, 'b.short.example')
    again = await shown(trunk.address, 'b.short.example')
    check('the same certificate is shown again', first.serial_number == again.serial_number)
    second = await renewed(trunk, first, 'b.short.example')
    check('after a while there is a new one', second is not None)
    check('before the old one has ended', second is not None and
          second.not_valid_before < first.not_valid_after < second.not_valid_after)
    await crosses(check, wire, 'b', 'the stream stays when it is renewed')
    await expired(first)
    await crosses(check, wire, 'b', 'and when the certificate that it was made with has expired')
    streams = [e['id'] for e in trunk.events('stream-ready')]
    check('it is the same stream on the other side, too', len(streams) == 1, str(streams))
    check('no stream was reset', not [line for line in trunk.lines() if 'reset' in line])


async def run(bed, check):
    await asyncio.gather(*(p.listen() for p in peers.values()))
    # Each has its own: the certificates of one are ten seconds old when the others are done.
    one, two = bed.trunk('mint-names'), bed.trunk('mint-time')

    async def others():
        await names(check, one)
        await wide(check, one)
        await beside(check, one)
    await asyncio.gather(others(), ends(check, two))
    await asyncio.gather(*(p.close() for p in peers.values()))
