# SPDX-License-Identifier: MIT
"""Bad certificates at real servers: a leaf that shows one, and a trunk that does."""
import asyncio
import json

from bed.client import condition, fresh, show

# The certificate of a Prosody, and whether it gets in, under `authentication = external`.
LEAVES = {'good': True, 'server-only': True, 'wrong-name': False, 'expired': False,
          'unknown-ca': False, 'self-signed': False, 'revoked': False}
# What the trunk shows in the place of the target's domain, and whether Prosody accepts it.
SHOWN = {'good': True, 'server-only': True, 'wrong-name': False, 'expired': False,
         'unknown-ca': False}
hosts, shown = {}, {}


def plan(bed):
    for kind in LEAVES:
        hosts[kind] = bed.host('%s.leaf.p1.example' % kind, 'p1', trunk='certs-real', cert=kind,
                               rooms=False, users=('ann',))
    for kind in SHOWN:
        shown[kind] = bed.host('%s.shown.e2.example' % kind, 'e2', trunk='certs-real', rooms=False,
                               users=('ann',))
    # ejabberd refuses a client certificate without the clientAuth purpose: dialback must step in.
    hosts['purpose'] = bed.host('purpose.e1.example', 'e1', trunk='certs-real', rooms=False,
                                users=('ann',))
    hosts['addr'] = bed.host('addr.e1.example', 'e1', trunk='certs-real', rooms=False)


async def gets_in(check, kind, user, target):
    body = 'from %s %s' % (kind, fresh())
    number = user.tell(target.bare, body)
    if LEAVES[kind]:
        check('a leaf with a %s certificate gets in' % kind, await target.message(body))
        return
    error = await user.failure(number)
    check('a leaf with a %s certificate is told so' % kind, error is not None and
          condition(error) in ('remote-server-timeout', 'remote-server-not-found'), show(error))
    check('and nothing crosses (%s)' % kind, not target.has(
        'message', lambda s: s.findtext('{jabber:client}body') == body))


async def is_believed(bed, check, kind, user):
    target = await bed.client(shown[kind])
    body = 'to %s %s' % (kind, fresh())
    number = user.tell(target.bare, body)
    if SHOWN[kind]:
        check('Prosody talks to a trunk that shows a %s certificate' % kind,
              await target.message(body))
        return
    error = await user.failure(number)
    check('Prosody does not talk to a trunk that shows a %s certificate' % kind,
          error is not None, show(error))


async def falls_back(bed, check, user):
    target = await bed.client(hosts['purpose'])
    body = 'serverAuth only ' + fresh()
    user.tell(target.bare, body)
    check('a trunk with serverAuth only reaches ejabberd by dialback', await target.message(body))
    back = 'back ' + fresh()
    target.tell(user.jid, back)
    check('and hears from it', await user.message(back))


async def probe(trunk, host):
    said = await trunk.ask('probe', host.domain, '--from', hosts['good'].domain, '--json')
    return json.loads(said.stdout)


async def xmpp_addr(check, trunk):
    """Why trunkctl csr leaves XmppAddr out (decision 38): when ejabberd can bear one, it need not any more."""
    told = await probe(trunk, hosts['addr'])
    check('ejabberd breaks off when it is shown an XmppAddr', told['ok'] is False and
          told['stage'] in ('stream', 'auth'), repr(told))
    trunk.control(hosts['addr'].domain, certificate='server-only')
    check('another certificate for it', await trunk.reload())
    told = await probe(trunk, hosts['addr'])
    check('and nothing else was wrong', told['ok'] is True, repr(told))


def settings(trunk):
    trunk.usual()
    names = [h.domain for h in hosts.values()]
    certificates = [trunk.cert('good', *names)]
    for kind, host in shown.items():
        certificates.append(trunk.cert(kind, host.domain))
        certificates[-1]['name'] = 'shown-' + kind
    certificates.append(trunk.cert('addr-besides', *names))
    certificates.append(trunk.cert('server-only', *(names + [shown['good'].domain])))
    # The chosen certificate covers the domain by its exact name, or else it is the last in the file.
    trunk.settings['certificates'] = certificates
    for host in list(hosts.values()) + list(shown.values()):
        trunk.control(host.domain, authentication=['external'])
    trunk.control(hosts['purpose'].domain, certificate='server-only')
    trunk.control(hosts['addr'].domain, certificate='addr-besides')


async def run(bed, check):
    trunk = bed.trunk('certs-real')
    settings(trunk)
    await trunk.start()
    target = await bed.client(shown['good'])
    users = {kind: await bed.client(hosts[kind]) for kind in LEAVES}
    await asyncio.gather(*(gets_in(check, kind, users[kind], target) for kind in LEAVES))
    user = users['good']
    await asyncio.gather(*(is_believed(bed, check, kind, user) for kind in SHOWN if kind != 'good'))
    await falls_back(bed, check, user)
    await xmpp_addr(check, trunk)
