# SPDX-License-Identifier: MIT
"""What trunkctl shows of a running daemon between real servers: who is joined to whom, top."""
import asyncio
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
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
    screen = await asyncio.to_thread(Terminal, trunk, *words)
    status, said, _ = await asyncio.to_thread(screen.end)
    check('... on a terminal, each as soon as it is its turn', status == 2 and
          '  %s: tcp\r\n' % down in said and '  %s: reached\r\n' % hosts['a'].domain in said and
          '%d of %d ...' % (told['domains'], told['domains']) in said, repr(said))


class Terminal:
    """A terminal, with a program that it controls: keys are signals where they usually are, a new size is told,
    and hanging up is heard."""

    def __init__(self, trunk, *words):
        command = os.path.join(os.path.dirname(trunk.bed.trunkd), 'trunkctl')
        self.ours, self.theirs = pty.openpty()
        self.resize(10, 40)
        self.before, self.said = termios.tcgetattr(self.theirs), b''
        theirs = self.theirs
        self.process = subprocess.Popen(
            [command, *words], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0))

    def resize(self, lines, columns):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack('HHHH', lines, columns, 0, 0))

    def hear(self, seconds=0.1):
        """Reads what there is; False when nothing came for so long."""
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        try:
            self.said += os.read(self.ours, 4096)
            return True
        except OSError:     # nobody has it open any more
            return False

    def frame(self, accept):
        """The first whole screen with whose lines accept() is content; or the last one, after ten seconds."""
        lines, end = [], time.monotonic() + 10
        while time.monotonic() < end and not accept(lines):
            while self.hear():
                pass
            lines = self.said.decode().rpartition('\033[J')[2].split('\033')[0].splitlines()
        return lines

    def end(self):
        """(exit status, all it wrote, is the terminal as it was before?)"""
        status, same = self.process.wait(10), None
        if self.ours is not None:
            while self.hear():
                pass
            same = termios.tcgetattr(self.theirs) == self.before
            os.close(self.ours)
        os.close(self.theirs)
        return status, self.said.decode(), same

    def hang_up(self):
        os.close(self.ours)
        self.ours = None


def fits(height, width):
    return lambda lines: 0 < len(lines) < height and all(len(line) <= width for line in lines)


def fills(lines):
    """More than a terminal of 10 lines and 40 columns has room for."""
    return len(lines) >= 10 and max(map(len, lines)) > 40


def watched(trunk, end):
    """trunkctl top until `end` does something to its terminal: (its lines, what Terminal.end() says)."""
    terminal = Terminal(trunk, 'top', '--socket', trunk.folder)
    lines = terminal.frame(fits(10, 40))
    end(terminal)
    return lines, terminal.end()


def resized(trunk):
    terminal = Terminal(trunk, 'top', '--socket', trunk.folder)
    frames = [terminal.frame(fits(10, 40))]
    for size, accept in (((40, 120), fills), ((7, 30), fits(7, 30))):
        terminal.resize(*size)
        frames.append(terminal.frame(accept))
    os.write(terminal.ours, b'q')
    return frames, terminal.end()


async def terminal(check, trunk):
    ends = {'q': lambda t: os.write(t.ours, b'q'), 'Ctrl-C': lambda t: os.write(t.ours, b'\x03'),
            'Ctrl-\\': lambda t: os.write(t.ours, b'\x1c'), 'SIGTERM': lambda t: t.process.terminate(),
            'SIGHUP': lambda t: t.process.send_signal(signal.SIGHUP),
            'SIGQUIT': lambda t: t.process.send_signal(signal.SIGQUIT)}
    for name, end in ends.items():
        lines, (status, said, same) = await asyncio.to_thread(watched, trunk, end)
        check('top on a terminal, ended by %s: it fits' % name, fits(10, 40)(lines), repr(lines))
        check('... and all is put back', status == 0 and same and said.count('\033[?1049l') == 1 and
              '\033[?25h' in said and '\033[?7h' in said, repr((status, same, said[-80:])))
    _, (status, _, _) = await asyncio.to_thread(watched, trunk, Terminal.hang_up)
    check('top: the terminal hangs up, and it ends', status in (0, -signal.SIGHUP), str(status))
    frames, (status, _, same) = await asyncio.to_thread(resized, trunk)
    check('top: another size is filled', fits(10, 40)(frames[0]) and fits(40, 120)(frames[1]) and
          fills(frames[1]), repr(frames))
    check('... a smaller one, too', fits(7, 30)(frames[2]) and status == 0 and same, repr(frames))


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
