# SPDX-License-Identifier: MIT
"""What trunkctl shows of a running daemon between real servers: who is joined to whom, top."""
import asyncio
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
from xml.etree import ElementTree

from bed.peer import Peer

SVG = '{http://www.w3.org/2000/svg}'
hosts, peers = {}, {}


def plan(bed):
    hosts['a'] = bed.host('a78.p1.example', 'p1', trunk='screens', users=('ann',))
    hosts['b'] = bed.host('b78.p2.example', 'p2', trunk='screens', users=('bob',))
    peers['down'] = Peer(bed, 'down.screens.example', cert='good')


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


async def top(check, trunk):
    a, b = hosts['a'].domain, hosts['b'].domain
    text = await trunk.ask('top')
    check('top without a terminal: one screen', text.returncode == 0 and '2 in, 2 out' in text.stdout and
          '%s to %s' % (a, b) in text.stdout and '\033' not in text.stdout, text.stdout + text.stderr)
    told = json.loads((await trunk.ask('top', '--json')).stdout)
    check('... as JSON, with rates', told['streams_in'] == 2 and told['down'] == [] and
          told['rates']['taken'] >= 0 and {(p['from'], p['to']) for p in told['pairs']} >=
          {(a, b), (b, a)}, repr(told))
    down = peers['down'].domain
    await trunk.ask('probe', down)
    text, told = await trunk.ask('top', '--once'), json.loads((await trunk.ask('top', '--json')).stdout)
    check('... a peer that is not reached, and why', [d['peer'] for d in told['down']] == [down] and
          'refused' in told['down'][0]['error'].lower() and '  %s: ' % down in text.stdout,
          text.stdout + repr(told))


async def connectivity(check, trunk):
    down, words = peers['down'].domain, ['check', 'connectivity', '-c', trunk.write()]
    text, told = await trunk.ask(*words), json.loads((await trunk.ask(*words, '--json')).stdout)[0]
    check('check connectivity: finds the one that is not reached', text.returncode == 2 and
          down in text.stdout and 'tcp' in text.stdout and 'firewall refuses' in text.stdout and
          ' domains are reached' in text.stdout, text.stdout + text.stderr)
    check('... as JSON', told['done'] and told['reached'] == told['domains'] - 1 and told['problems'] == 1 and
          told['findings'][0]['domains'] == [down], repr(told))


def screen(trunk, end):
    """trunkctl top on a terminal of 10 lines; what it wrote, its status, terminal as before?"""
    command = os.path.join(os.path.dirname(trunk.bed.trunkd), 'trunkctl')
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 10, 40, 0, 0))
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen([command, 'top', '--socket', trunk.folder], stdin=theirs,
                               stdout=theirs, stderr=theirs)
    said = b''
    while b'pair' not in said and select.select([ours], [], [], 10)[0]:
        said += os.read(ours, 4096)
    end(ours, process)
    status = process.wait(10)
    while select.select([ours], [], [], 0.1)[0]:
        said += os.read(ours, 4096)
    same = termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
    return said.decode(), status, same


async def terminal(check, trunk):
    ends = {'q': lambda tty, p: os.write(tty, b'q'), 'SIGTERM': lambda tty, p: p.terminate(),
            'SIGINT': lambda tty, p: p.send_signal(2)}
    for name, end in ends.items():
        said, status, same = await asyncio.to_thread(screen, trunk, end)
        body = said.split('\033[J')[1].split('\033')[0].splitlines()
        check('top on a terminal, ended by %s: it fits' % name, len(body) <= 9 and
              all(len(line) <= 40 for line in body), repr(body))
        check('... and all is put back', status == 0 and same and '\033[?1049l' in said and
              '\033[?25h' in said, repr((status, same, said[-80:])))


async def run(bed, check):
    trunk = bed.trunk('screens')
    trunk.usual(*peers.values())
    for words in (['map'], ['map', '--format', 'svg'], ['map', '--format', 'dot'], ['map', '--json'],
                  ['top'], ['top', '--json']):
        answer = await trunk.ask(*words)
        check('without a daemon, %s: 3' % ' '.join(words), answer.returncode == 3 and
              'not running' in answer.stderr and answer.stdout == '', answer.stdout + answer.stderr)
    answer = await trunk.ask('check', 'connectivity', '-c', trunk.write())
    check('without a daemon, check connectivity: 1', answer.returncode == 1 and
          'not running' in answer.stdout, answer.stdout + answer.stderr)
    await trunk.start()
    await talk(bed, check)
    for part in (map_, top, terminal, connectivity):
        await part(check, trunk)
    status = await trunk.stop()
    check('it stops in order', status == 0, str(status))
    for peer in peers.values():
        await peer.close()
