# SPDX-License-Identifier: MIT
"""What trunkctl shows of a running daemon between real servers: who is joined to whom."""
import json
from xml.etree import ElementTree

SVG = '{http://www.w3.org/2000/svg}'
hosts = {}


def plan(bed):
    hosts['a'] = bed.host('a78.p1.example', 'p1', trunk='shown', users=('ann',))
    hosts['b'] = bed.host('b78.p2.example', 'p2', trunk='shown', users=('bob',))


async def talk(bed, check):
    ann, bob = await bed.client(hosts['a'], 'ann'), await bed.client(hosts['b'], 'bob')
    ann.tell(bob.bare, 'over there')
    check('a message crosses', await bob.message('over there'))
    bob.tell(ann.bare, 'and back')
    check('another one crosses back', await ann.message('and back'))


async def map_(check, trunk):
    a, b = hosts['a'].domain, hosts['b'].domain
    pairs = await trunk.rows('map')
    pair = next((p for p in pairs if (p['a'], p['b']) == (a, b)), {})
    check('map: the pair, connected both ways', pair and all(
        pair[way]['connected'] and pair[way]['carried'] >= 1 for way in ('there', 'back')), repr(pairs))
    text = await trunk.ask('map')
    lines = [line.split() for line in text.stdout.splitlines()]
    check('... as a table, a row for each way', text.returncode == 0 and
          lines[0] == ['from', 'to', 'state', 'carried', 'waiting'] and
          [a, b, 'connected'] in [l[:3] for l in lines] and
          [b, a, 'connected'] in [l[:3] for l in lines], text.stdout + text.stderr)
    dot = await trunk.ask('map', '--format', 'dot')
    check('... as a graph', dot.returncode == 0 and dot.stdout.startswith('graph trunkd {') and
          '"%s" -- "%s" [' % (a, b) in dot.stdout and dot.stdout.endswith('}\n'), dot.stdout)
    svg = await trunk.ask('map', '--format', 'svg')
    check('... as a picture', svg.returncode == 0, svg.stderr)
    root = ElementTree.fromstring(svg.stdout)
    names = {t.text for t in root.iter(SVG + 'text')}
    check('... which has both and a line between them', root.tag == SVG + 'svg' and
          {a, b} <= names and len([p for p in root.iter(SVG + 'path')
                                   if 'edge' in p.get('class', '')]) == len(pairs), svg.stdout)
    wrong = await trunk.ask('map', '--format', 'png')
    check('... another format is wrong usage', wrong.returncode == 2 and 'txt, dot or svg' in
          wrong.stderr, wrong.stderr)


async def run(bed, check):
    trunk = bed.trunk('shown')
    trunk.usual()
    for words in (['map'], ['map', '--format', 'svg'], ['map', '--format', 'dot'], ['map', '--json']):
        answer = await trunk.ask(*words)
        check('without a daemon, %s: 3' % ' '.join(words), answer.returncode == 3 and
              'not running' in answer.stderr and answer.stdout == '', answer.stdout + answer.stderr)
    await trunk.start()
    await talk(bed, check)
    await map_(check, trunk)
    status = await trunk.stop()
    check('it stops in order', status == 0, str(status))
