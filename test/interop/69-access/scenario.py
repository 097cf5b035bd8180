# SPDX-License-Identifier: MIT
"""Who to whom: a set of addresses in a file, read again on reload; copies; presence told twice."""
import os

from bed.client import fresh
from bed.peer import message
from bed.press import Sink, until

peers = {}
NARROW = {'name': 'narrow', 'access': [{'to': '@watch', 'action': 'allow'}],
          'presence': {'fold': 'availability', 'suppress_repeats': True}}
COPY = "<addresses xmlns='http://jabber.org/protocol/address'><address type='cc' jid='%s'/></addresses>"


def plan(bed):
    for name in ('leaf', 'hop'):
        peers[name] = Sink(bed, name + '.access.example')


def presence(from_, to, number, rest=''):
    """Folding takes the id away, so the resource says which one it was."""
    return "<presence from='%s/%s' to='%s'%s/>" % (from_, number, to, rest)


class Teller:
    """Sends, and waits for the one or the other end."""

    def __init__(self, wire, leaf, hop):
        self.wire, self.leaf, self.hop = wire, leaf, hop

    async def tell(self, to, extra=''):
        """The condition with which it came back; '' when it arrived."""
        number = fresh()
        await self.wire.send(message('x@' + self.leaf.domain, to + '@' + self.hop.domain, number,
                                     extra=extra))
        await until(lambda: number in self.leaf.bounced or number in self.hop.got)
        return '' if number in self.hop.got else self.leaf.bounced.get(number, 'nothing')


def write(path, *lines):
    with open(path + '.new', 'w') as f:
        f.write(''.join(line + '\n' for line in lines))
    os.rename(path + '.new', path)


async def sets(check, trunk, path, teller):
    hop = peers['hop'].domain
    check('who is in the file is reached', await teller.tell('y') == '')
    check('in another spelling, too', await teller.tell('Y') == '')
    check('who is not gets nothing', await teller.tell('z') == 'policy-violation')
    check('a copy to one who is not is refused',
          await teller.tell('y', COPY % ('z@' + hop)) == 'policy-violation')
    check('a copy to one who is passes', await teller.tell('y', COPY % ('y@' + hop)) == '')
    write(path, '# new watch', 'z@%s # since today' % hop)
    check('the reload is taken', await trunk.reload())
    check('who came into the file is reached', await teller.tell('z') == '')
    check('who went is not', await teller.tell('y') == 'policy-violation')
    write(path, 'y@' + hop, 'no address')
    check('a file with a mistake is refused', await trunk.reload() is False)
    check('in words, with its line', any('%s:2: error: "no address"' % path in line or
          ('%s:2' % os.path.basename(path)) in line for line in trunk.lines()))
    check('and the old set stays', await teller.tell('z') == '')


async def repeats(check, trunk, path, teller):
    """Each of these is one that has to arrive behind what must not."""
    leaf, hop = teller.leaf, teller.hop
    me, you = 'x@' + leaf.domain, 'y@' + hop.domain
    write(path, you)
    check('the reload is taken', await trunk.reload())
    seen = []
    usual = hop.on_stanza

    async def on_stanza(wire, element):
        if element.tag.endswith('presence'):
            seen.append((element.get('from'), element.get('type')))
        await usual(wire, element)
    hop.on_stanza = on_stanza
    for _ in range(3):
        await teller.wire.send(presence(me, you, 'one'))
    check('what is behind repeats arrives', await teller.tell('y') == '')
    check('repeats do not', seen == [(me + '/one', None)], str(seen))
    back = await hop.proven(leaf.domain, trunk.address)
    number = fresh()
    await back.send("<presence from='%s' to='%s' type='probe'/>" % (you, me))
    await back.send(message(you, me, number))
    check('the probe arrives', await leaf.until(lambda: number in leaf.got))
    await teller.wire.send(presence(me, you, 'one'))
    await teller.tell('y')
    check('after a probe it is news', seen[1:] == [(me + '/one', None)], str(seen))
    await teller.wire.send(presence(me, you, 'one', " type='unavailable'"))
    await teller.wire.send(presence(me, you, 'one'))
    await teller.tell('y')
    check('and after unavailable', seen[2:] == [(me + '/one', 'unavailable'), (me + '/one', None)],
          str(seen))


async def run(bed, check):
    trunk, leaf, hop = bed.trunk('access'), peers['leaf'], peers['hop']
    trunk.usual(leaf, hop)
    path = os.path.join(trunk.folder, 'watch.txt')
    trunk.settings['policies'] = [NARROW]
    trunk.settings['jid_sets'] = [{'name': 'watch', 'file': 'watch.txt'}]
    trunk.control(hop.domain, to_peer=['narrow'])
    write(path, 'y@' + hop.domain)
    for peer in (leaf, hop):
        await peer.listen()
    await trunk.start()
    teller = Teller(await leaf.proven(hop.domain, trunk.address), leaf, hop)
    await sets(check, trunk, path, teller)
    await repeats(check, trunk, path, teller)
    for peer in (leaf, hop):
        await peer.close()
