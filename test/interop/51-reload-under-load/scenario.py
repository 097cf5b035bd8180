# SPDX-License-Identifier: MIT
"""Fifty reloads while stanzas stream through: not one is lost, repeated or overtaken."""
import asyncio

from bed.peer import Peer, message

RELOADS, MESSAGES, REAL = 50, 6000, 600
hosts, peers = {}, {}


def plan(bed):
    peers['from'] = Peer(bed, 'from.reload.example')
    peers['to'] = Peer(bed, 'to.reload.example')
    for name in ('p1', 'e2'):
        hosts[name] = bed.host('reload.%s.example' % name, name, trunk='reload', rooms=False,
                               users=('ann',))


async def stream(trunk, done):
    """Scripted: as fast as it goes, until the reloads are through."""
    peer, number = peers['from'], 0
    wire = await peer.proven(peers['to'].domain, trunk.address)
    while not done.is_set() or number < MESSAGES:
        await wire.send(message('x@' + peer.domain, 'y@' + peers['to'].domain, 'n%d' % number))
        number += 1
        if number % 50 == 0:
            await asyncio.sleep(0.01)
    return number


async def chat(x, y):
    """Real: one message after another between two clients."""
    for i in range(REAL):
        x.tell(y.jid, 'real %d' % i)
        await asyncio.sleep(0.01)


async def reloads(trunk):
    """Every other plan has a policy and a control more; returns how many were taken."""
    taken, controls = 0, len(trunk.settings['peering_controls'])
    for i in range(RELOADS):
        if i % 2:
            trunk.settings['policies'] = [{'name': 'p%d' % i, 'strip': ['chat-states']}]
            trunk.control('new-%d.example' % i, connect='dns', to_peer=['p%d' % i])
        else:
            trunk.settings.pop('policies', None)
            del trunk.settings['peering_controls'][controls:]
        taken += await trunk.reload() is True
    return taken


def in_order(got, expected):
    """(true, '') or (false, where they part)."""
    for i, (one, two) in enumerate(zip(got, expected)):
        if one != two:
            return False, '%s came where %s was expected, then %s' % (one, two, got[i + 1:i + 8])
    return len(got) == len(expected), '%d came, %d were expected' % (len(got), len(expected))


async def run(bed, check):
    trunk, done = bed.trunk('reload'), asyncio.Event()
    trunk.usual(*peers.values())
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    x, y = await asyncio.gather(*(bed.client(h) for h in hosts.values()))
    # Prosody lets a stanza overtake those that wait for its own stream: between <success/> and the
    # features behind it.  So the stream stands before order is watched.
    x.tell(y.jid, 'first')
    check('real: the first message arrives', await y.message('first'))
    streaming = asyncio.ensure_future(stream(trunk, done))
    chatting = asyncio.ensure_future(chat(x, y))
    await peers['to'].until(lambda: peers['to'].stanzas)
    taken = await reloads(trunk)
    done.set()
    check('%d reloads were taken' % RELOADS, taken == RELOADS, str(taken))
    sent = await streaming
    await peers['to'].stanza('n%d' % (sent - 1), 30)
    got = [s.get('id') for s in peers['to'].stanzas]
    check('scripted: %d stanzas, once, in order' % sent,
          *in_order(got, ['n%d' % i for i in range(sent)]))
    check('scripted: over one connection', peers['to'].count('auth') == 1,
          str(peers['to'].count('auth')))
    check('scripted: nothing bounced', not peers['from'].stanzas)
    await chatting
    check('real: the last message arrives', await y.message('real %d' % (REAL - 1)))
    got = [s.findtext('{jabber:client}body') for s in y.kept if s.tag.endswith('message')]
    check('real: all, once, in order',
          *in_order(got, ['real %d' % i for i in range(REAL - 1)]))
    check('real: nothing bounced', not x.has('message', lambda s: s.get('type') == 'error'))
    await asyncio.gather(*(p.close() for p in peers.values()))
