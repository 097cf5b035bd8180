# SPDX-License-Identifier: MIT
"""The five commonest mistakes, each made for real: what check, peers and probe say, and what to do."""
import asyncio
import contextlib
import socket

from bed import dns
from bed.peer import Peer

LIMIT = 60.0
# name: (certificate, the stage it comes to, the error, a part of the remedy)
HOPS = {
    'wrong-ca': ('unknown-ca', 'tls', 'certificate is not issued by a known CA', 'add its CA to trust'),
    'alone': ('self-signed', 'tls', 'certificate is self-signed and not known', 'pin its key'),
    'other-name': ('wrong-name', 'tls', 'certificate does not name other-name.mistakes.example',
                   'list that in reference_names'),
    'expired': ('expired', 'tls', 'certificate has expired (', 'has to be renewed'),
    'not-yet': ('not-yet', 'tls', 'certificate is not valid yet (', 'compare the clocks'),
    'refused': ('good', 'tcp', 'connection refused', 'or a firewall refuses'),
    'dropped': ('good', 'tcp', 'no answer in time', 'a firewall drops it'),
    'silent': ('good', 'stream', 'no answer in time', 'the port for servers (5269, not 5222)'),
    'round': ('good', 'dns', "the next hop is this trunk's own listener",
              'ask a resolver that knows where the server is (dns.servers)'),
}
# Our own certificate: what check certs says.
OURS = {
    'unknown-ca': 'leads to no CA in trust: servers that believe the same refuse it: append the '
                  'intermediate certificates, have it issued by one of these',
    'expired': 'and peers refuse it: renew it',
    'not-yet': 'is the clock right?',
    'client-only': 'lacks the purpose serverAuth: most servers will refuse it; request it with '
                   'serverAuth and clientAuth',
}
hops, leaf = {}, []


class Silent(Peer):
    async def _serve(self, wire, direct):
        await asyncio.sleep(3600)


def plan(bed):
    for name, (kind, *_) in HOPS.items():
        hops[name] = (Silent if name == 'silent' else Peer)(bed, name + '.mistakes.example', cert=kind)
    leaf.append(Peer(bed, 'leaf.mistakes.example'))
    # Its server sees the trunk for the others; the trunk sees itself for one of them.
    trunk = bed.trunk('mistakes')
    for name in HOPS:
        bed.views['west'].service(hops[name].domain, trunk.address)
    bed.views['west'].service(leaf[0].domain, trunk.address)
    bed.views['real'].service(hops['round'].domain, trunk.address)
    bed.views['real'].service(leaf[0].domain, leaf[0].address)


@contextlib.contextmanager
def dropping(address):
    """SYNs to it are dropped: nobody takes what connects, and there is no room for more."""
    with contextlib.ExitStack() as all_of:
        full = all_of.enter_context(socket.socket())
        full.bind((address, 5269))
        full.listen(0)
        for _ in range(2):
            one = all_of.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex((address, 5269))
        yield


async def said(trunk, *words):
    """Text of trunkctl, runs of spaces as one, and its status."""
    done = await trunk.ask(*words)
    return done.returncode, ' '.join((done.stdout + done.stderr).split())


async def checked(trunk, *words):
    done = await asyncio.to_thread(trunk.ctl, 'check', *words, config=True)
    return done.returncode, ' '.join((done.stdout + done.stderr).split())


async def hop(check, trunk, domain, want, source):
    """probe and peers of one mistake."""
    stage, error, remedy = want
    status, text = await said(trunk, 'probe', domain, '--from', source)
    check('probe: the step, the error, the remedy', status == 1 and stage + ' failed' in text and
          error in text and 'remedy ' in text and remedy in text, text)
    status, text = await said(trunk, 'peers', domain)
    check('peers: the same', status == 0 and 'Failed at ' + stage in text and error in text and
          'Remedy ' in text and remedy in text, text)
    told = (await trunk.rows('peers', domain))[0]
    check('peers --json: the same', told['failed_at'] == stage and error in told['error'] and
          remedy in told['remedy'] and told['attempts'][-1]['remedy'] == told['remedy'], repr(told))


async def our_certificate(check, trunk):
    """Ours is of a CA that the leaf does not believe, or has another fault, or lacks a name."""
    names = [p.domain for p in hops.values()] + [leaf[0].domain]
    trunk.settings['certificates'] = [trunk.cert('unknown-ca', *names)]
    await trunk.start()
    before = leaf[0].count('auth')
    await hop(check.sub('of a CA unknown there'), trunk, leaf[0].domain, (
        'stream', 'the peer rejected our certificate: unknown ca', 'trunkctl check certs --ca FILE'),
        hops['refused'].domain)
    check('nothing was sent there', not leaf[0].stanzas and leaf[0].count('auth') == before)
    await trunk.stop()
    for kind, words in OURS.items():
        trunk.settings['certificates'] = [trunk.cert(kind, *names)]
        status, text = await checked(trunk, 'certs')
        check('check certs: ' + kind, status == 2 and words in text, text)
    trunk.settings['certificates'] = [trunk.cert('good', *names)]
    status, text = await checked(trunk, 'certs')
    check('check certs: a good one is fine', status == 0 and 'certs: fine' in text, text)
    status, text = await checked(trunk, 'certs', '--ca', trunk.bed.pki.stranger.path)
    check('check certs --ca: the leaf believes another CA', status == 2 and
          'who believes that one refuses it: append the intermediate certificates, or have it '
          'issued there' in text, text)
    trunk.settings['certificates'] = [trunk.cert('good', *names[:-1])]
    status, text = await checked(trunk, 'certs')
    check('check certs: a name is missing', status == 2 and
          'no certificate names leaf.mistakes.example: "good" is shown for it, and other servers '
          'refuse it: request one with these names (trunkctl csr)' in text, text)


async def names(check, trunk):
    """DNS that leads elsewhere: the leaf's past the trunk, the trunk's own back to it."""
    trunk.settings['dns'] = {'servers': [dns.VIEWS['real']]}
    status, text = await checked(trunk, 'dns', '--resolver', dns.VIEWS['west'])
    check('the leaf is led here for all; the trunk finds itself for one', status == 2 and
          'trunkd finds itself when it looks for round.mistakes.example: it must ask a resolver that '
          'knows where the server is (dns.servers), or be told (connect)' in text and
          'led past' not in text and
          'does not find' not in text, text)
    status, text = await checked(trunk, 'dns', '--resolver', dns.VIEWS['real'])
    check('the leaf asks another resolver: led past, and not at all', status == 2 and
          'is led past this trunk, to %s:5269, for leaf.mistakes.example: load the records of '
          'trunkctl dns-zone there' % leaf[0].address in text and
          'who asks 127.0.0.53 does not find ' in text, text)
    trunk.settings.pop('dns')


async def run(bed, check):
    trunk = bed.trunk('mistakes')
    trunk.usual(*hops.values(), *leaf)
    trunk.settings['listen'] = trunk.settings['listen'][:1]
    for peer in hops.values():
        trunk.control(peer.domain, connect_timeout='1s')
    trunk.control(hops['round'].domain, connect='dns')
    await asyncio.gather(leaf[0].listen(), *(
        p.listen() for n, p in hops.items() if n not in ('refused', 'dropped', 'round')))
    await trunk.start()
    with dropping(hops['dropped'].address):
        await asyncio.gather(*(hop(check.sub(n), trunk, hops[n].domain, HOPS[n][1:], leaf[0].domain)
                               for n in HOPS))
    status, text = await said(trunk, 'probe', leaf[0].domain)
    check('where there is no mistake there is no remedy', status == 0 and 'Reached in' in text and
          'remedy' not in text, text)
    await trunk.stop()
    await names(check.sub('check dns'), trunk)
    await our_certificate(check.sub('our certificate'), trunk)
    await asyncio.gather(*(p.close() for p in [*hops.values(), *leaf]))
