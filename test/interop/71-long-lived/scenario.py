# SPDX-License-Identifier: MIT
"""What time does: a certificate that expires under a live stream, a dialback secret that rotates,
a daemon that is stopped and started."""
import asyncio
import os

from bed.client import fresh
from bed.peer import Peer, message

peers = {}


def plan(bed):
    peers['hop'] = Peer(bed, 'hop.long.example')
    peers['leaf'] = Peer(bed, 'leaf.long.example')
    peers['brief'] = Peer(bed, 'brief.long.example', cert=None)
    peers['asks'] = Peer(bed, 'asks.long.example')
    peers['asks'].external = False


async def send(wire, to):
    number = fresh()
    await wire.send(message('x@' + wire.from_, 'y@' + to, number))
    return number


async def expiry(bed, check, trunk):
    peer, hop = peers['brief'], peers['hop']
    peer.cert = bed.pki.root.issue('brief', [peer.domain], {'days': (-1, 6.0 / 86400)})
    wire = await peer.proven(hop.domain, trunk.address)
    check('a certificate with seconds to live gets in', await hop.stanza(await send(wire, hop.domain)))
    condition, text = await wire.ending(25)
    check('the stream is reset when it expires', condition == 'reset', '%s %s' % (condition, text))


async def verify(check, trunk, number, key, expected, when):
    asks = peers['asks']
    wire = await asks.dial(peers['leaf'].domain, trunk.address)
    await wire.send("<db:verify from='%s' to='%s' id='%s'>%s</db:verify>" % (
        asks.domain, peers['leaf'].domain, number, key))
    answer = await wire.element()
    check('%s a key of the old secret is %s' % (when, expected), answer.get('type') == expected,
          str(answer.attrib))


def secret(trunk, name, text):
    path = os.path.join(trunk.folder, name)
    with open(path, 'w') as f:
        f.write(text * 4)
    os.chmod(path, 0o600)
    return path


async def rotation(check, trunk):
    """New keys by the new secret; old ones are believed as long as the old secret is named."""
    asks, leaf = peers['asks'], peers['leaf']
    wire = await leaf.proven(asks.domain, trunk.address)
    await wire.send(message('x@' + leaf.domain, 'y@' + asks.domain, fresh()))
    await asks.event('result')
    claimed = [w for w in asks.wires if getattr(w, 'key', None)][0]
    trunk.settings['dialback'] = {'secret_file': secret(trunk, 'new', 'second secret '),
                                  'previous_file': trunk.settings['dialback']['secret_file']}
    check('rotation: the reload is taken', await trunk.reload())
    await verify(check, trunk, claimed.key_id, claimed.key, 'valid', 'during rotation')
    del trunk.settings['dialback']['previous_file']
    check('rotation: the second reload is taken', await trunk.reload())
    await verify(check, trunk, claimed.key_id, claimed.key, 'invalid', 'after rotation')


async def stop(check, trunk):
    """SIGTERM says goodbye on every stream and ends with success; a new start serves at once."""
    leaf, hop = peers['leaf'], peers['hop']
    wire = await leaf.proven(hop.domain, trunk.address)
    number = await send(wire, hop.domain)
    check('stop: before', await hop.stanza(number))
    stopping = asyncio.ensure_future(trunk.stop())
    condition, _ = await wire.ending()
    check('stop: system-shutdown', condition == 'system-shutdown', str(condition))
    check('stop: the outbound stream is closed in order', await hop.until(
        lambda: hop.wires[-1].heard.endswith('</stream:stream>')))
    check('stop: exit status 0', await stopping == 0)
    await trunk.start()
    wire = await leaf.proven(hop.domain, trunk.address)
    check('start: served again', await hop.stanza(await send(wire, hop.domain)))


async def run(bed, check):
    trunk = bed.trunk('long')
    trunk.usual(*peers.values())
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    await expiry(bed, check, trunk)
    await rotation(check, trunk)
    await stop(check, trunk)
    await asyncio.gather(*(p.close() for p in peers.values()))
