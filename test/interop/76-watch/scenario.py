# SPDX-License-Identifier: MIT
"""trunkctl watch and errors: what happens is seen as it happens, and what could not be read to the byte; contents
only by who may and asks; nobody is held up by a watcher, whatever becomes of it."""
import asyncio
import json
import os
import signal
import socket

from bed import audit
from bed.press import Sink, until
from bed.wire import HEADER, attributes

LIMIT = 60.0
peers = {}
FILE = "<file xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>"
SECRET = 'the cow jumps at noon'


def plan(bed):
    for name in ('leaf', 'hop'):
        peers[name] = Sink(bed, name + '.watch.example')


class Watcher:
    """trunkctl watch, as a process; its lines as they come."""

    def __init__(self, trunk, *words):
        self.trunk, self.words, self.lines, self.said = trunk, words, [], ''

    async def __aenter__(self):
        command = os.path.join(os.path.dirname(self.trunk.bed.trunkd), 'trunkctl')
        self.process = await asyncio.create_subprocess_exec(
            command, 'watch', *self.words, '--socket', self.trunk.folder,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=1 << 22)
        self.said = (await asyncio.wait_for(self.process.stderr.readline(), 10)).decode()
        self.task = asyncio.ensure_future(self.read())
        return self

    async def read(self):
        while line := (await self.process.stdout.readline()).decode():
            self.lines.append(line.rstrip('\n'))

    async def until(self, *words, seconds=10.0):
        """The first line with all these words; '' when none comes."""
        def found():
            return next((l for l in self.lines if all(w in l for w in words)), '')
        await until(found, seconds)
        return found()

    async def end(self, how=signal.SIGINT):
        """The exit status."""
        self.process.send_signal(how)
        status = await asyncio.wait_for(self.process.wait(), 10)
        await self.task
        return status

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self.task.cancel()


def message(number, inside, to='bob'):
    leaf, hop = peers['leaf'].domain, peers['hop'].domain
    return "<message from='ann@%s/desk' to='%s@%s' id='%s' type='chat'>%s</message>" % (
        leaf, to, hop, number, inside)


def body(number, to='bob'):
    return message(number, '<body>%s %s</body>' % (SECRET, number), to)


async def seen(check, trunk, wire):
    """Lines: who, whom, what became of it and why; not what is in it."""
    leaf, hop = peers['leaf'], peers['hop']
    async with Watcher(trunk, hop.domain) as all_, \
            Watcher(trunk, 'verdict=bounce,drop', 'event=stanza', '--json') as refused:
        check('watch says that it watches', 'watching' in all_.said, all_.said)
        await wire.send(body('w1') + message('w2', FILE))
        line = await all_.until(' stanza ', ' pass ')
        check('a message that crosses is one line', line.split()[1:8] == [
            'debug', 'stanza', 'pass', 'message', 'chat', str(len(body('w1'))), 'ann@%s/desk' % leaf.domain]
              and line.split()[8] == 'bob@' + hop.domain, line)
        line = await all_.until(' stanza ', ' bounce ')
        rule = line.split()[-1].rsplit(':', 1)
        check('one that is refused says why, and where that is written', len(rule) == 2 and
              os.path.basename(rule[0]) == 'trunkd.conf' and
              'block' in open(rule[0]).read().splitlines()[int(rule[1]) - 1], line)
        await until(lambda: refused.lines)
        await hop.got_id('w1')
        row = json.loads(refused.lines[0])
        check('another watcher sees only what its filter says, as JSON', len(refused.lines) == 1 and
              row['verdict'] == 'bounce' and row['feature'] == 'file-transfer' and
              row['sender'] == 'ann@%s/desk' % leaf.domain and row['recipient'] == 'bob@' + hop.domain and
              row['level'] == 'debug' and row['condition'] == 'policy-violation', refused.lines[0])
        check('the content is not shown', SECRET not in '\n'.join(all_.lines + refused.lines))
        check('Ctrl-C ends it: exit status 0', await refused.end() == 0)
        check('SIGTERM too', await all_.end(signal.SIGTERM) == 0)


async def quiet(check, trunk):
    """The log is as it was: at its own level, and without addresses."""
    check('the log has nothing of it', not trunk.events('stanza') and not trunk.events('connection') and
          not any('ann@' in line for line in trunk.lines()))
    level = json.loads((await trunk.ask('loglevel', '--json')).stdout)
    check('and the level of the log is what it was', level == {
        'level': 'info', 'configured': 'info', 'set': False}, repr(level))


async def ends(check, trunk, wire):
    """By itself: after so many lines, after a time; and what is no filter is explained."""
    async with Watcher(trunk, 'bob@' + peers['hop'].domain, '--count', '2') as two:
        await wire.send(''.join(body('n%d' % i, ('carol', 'bob')[i % 2]) for i in range(6)))
        status = await asyncio.wait_for(two.process.wait(), 10)
        await two.task
        check('--count 2 ends after two, of the JID that was asked for', status == 0 and
              len(two.lines) == 2 and all('bob@' in l for l in two.lines), repr(two.lines))
    answer = await trunk.ask('watch', '*.nowhere.example', '--for', '1s')
    check('--for ends without any', answer.returncode == 0 and not answer.stdout, answer.stderr)
    for words in (['--count', '0'], ['--count', 'x'], ['--for', 'soon']):
        answer = await trunk.ask('watch', *words)
        check('%s is wrong usage' % ' '.join(words), answer.returncode == 2, answer.stderr)
    answer = await trunk.ask('watch', socket=os.path.join(trunk.folder, 'nobody'))
    check('without a daemon: 3', answer.returncode == 3, answer.stderr)
    for word, why in (('verdict=bonce', 'did you mean "bounce"?'), ('a b', 'no domain'),
                      ('level=loud', 'debug, info')):
        answer = await trunk.ask('watch', word)
        check('%s is refused: %s' % (word, why), answer.returncode == 1 and why in answer.stderr,
              answer.stderr)


async def contents(check, trunk, wire, path):
    """Only over the socket for changes, and it is written down who looked."""
    answer = await trunk.ask('watch', '--stanzas', socket=os.path.join(trunk.folder, 'read'))
    check('--stanzas is refused on the socket for reading', answer.returncode == 1 and
          'this socket is for reading' in answer.stderr, answer.stderr)
    async with Watcher(trunk, '--stanzas', 'event=stanza') as full, Watcher(trunk, 'event=stanza') as lines:
        await until(lambda: audit.records(path, event='operator', verdict='begun'))
        check('it is a record before there is anything to see', audit.records(
            path, event='operator', command='watch-stanzas', verdict='begun'))
        await wire.send(body('s1') + message(
            's2', "<x xmlns='jabber:x:conference' jid='r@%s' password='sesame'/>" % peers['hop'].domain))
        received, sent = await full.until('received', 's1'), await full.until('  sent', 's1')
        check('with --stanzas: as it came, as it goes', SECRET in received and SECRET in sent and
              received.startswith("  received <message from='ann@"), received + sent)
        line = await full.until('received', 's2')
        check('passwords are hidden', line and 'sesame' not in '\n'.join(full.lines) and '****' in line, line)
        await lines.until(' stanza ')
        check('who did not ask for contents beside it sees none', lines.lines and
              SECRET not in '\n'.join(lines.lines))
        check('it ends', await full.end() == 0)
    check('and that is a record', await until(lambda: audit.records(
        path, event='operator', command='watch-stanzas', verdict='gone')))
    check('and lines of the log', trunk.events('operator', command='watch-stanzas', outcome='begun'))


async def gone(check, trunk, wire):
    """Killed, or not reading: nothing is held up, and the watch is over."""
    hop = peers['hop']
    async with Watcher(trunk) as killed:
        await wire.send(body('k1'))
        await killed.until(' stanza ')
        await killed.end(signal.SIGKILL)
    deaf = socket.socket(socket.AF_UNIX)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(os.path.join(trunk.folder, 'read'))
    deaf.sendall(b'{"command":"watch","arguments":{"filter":["event=stanza"]}}\n')
    check('a watcher that does not read begins', b'progress' in await asyncio.to_thread(deaf.recv, 4096))
    async with Watcher(trunk, 'dora@' + hop.domain) as other:
        for i in range(40):
            await wire.send(''.join(body('d%d' % (i * 100 + n)) for n in range(100)))
            await hop.got_id('d%d' % (i * 100 + 99))
        check('everything crosses', 'd3999' in hop.got)
        await wire.send(body('o1', 'dora'))
        line = await other.until('dora@')
        check('who waits for something else loses nothing by it', other.lines == [line], repr(other.lines[:3]))
    lost = await asyncio.to_thread(lost_of, deaf)
    check('it is told how many lines it has lost', lost > 0, str(lost))
    deaf.close()


def lost_of(sock):
    """Reads on until a line says that others were lost."""
    sock.settimeout(10)
    with sock.makefile() as lines:
        for line in lines:
            item = json.loads(line).get('item', {})
            if item.get('event') == 'lines-lost':
                return item['lines']
    return 0


async def crowd(check, trunk):
    """Eight, and not one more; then none, and there is room again."""
    async def begins():
        reader, writer = await asyncio.open_unix_connection(os.path.join(trunk.folder, 'read'))
        writer.write(b'{"command":"watch"}\n')
        return await asyncio.wait_for(reader.readline(), 10), writer
    many = [await begins() for _ in range(9)]
    check('eight may watch', all(b'progress' in line for line, _ in many[:8]), repr(many[7][0]))
    check('the ninth is told so', b'too many are watching' in many[8][0], repr(many[8][0]))
    for _, writer in many:
        writer.close()

    async def again():
        while b'progress' not in (await begins())[0]:
            await asyncio.sleep(0.05)
        return True
    check('when they have gone, there is room', await asyncio.wait_for(again(), 10))


async def broken(check, trunk, text, proven, step=None):
    """A stream of the leaf that ends with this text; how many bytes it had before."""
    wire = await peers['leaf'].dial(peers['hop'].domain, trunk.address)
    if proven:
        await peers['leaf'].prove_external(wire)
    before = len((HEADER % attributes(from_=wire.from_, to=wire.to, version='1.0', **{'xml:lang': 'en'})).encode())
    for i in range(0, len(text), step or len(text)):
        await wire.send(text[i:i + (step or len(text))])
        await asyncio.sleep(0)
    condition, _ = await wire.ending()
    wire.close()
    return condition, before


async def errors(check, trunk, path):
    """The last malformed input of each peer, with the byte."""
    leaf = peers['leaf']
    check('errors: none at first', await trunk.rows('errors') == [])
    async with Watcher(trunk, 'event=malformed') as live:
        good, bad = body('e1'), "<message to='x@y'><bdoy>z</body>"
        condition, before = await broken(check, trunk, good + bad + '</message>', True)
        check('a stream that is not well-formed ends', condition == 'not-well-formed', str(condition))
        check('watch sees it', await live.until(' malformed ', 'condition=not-well-formed'))
    at = before + len(good + bad)
    row = next(iter(await trunk.rows('errors', leaf.domain)), {})
    check('errors: what was wrong, whose it was, in which byte', row.get('offset') == at and
          row['condition'] == 'not-well-formed' and 'mismatch' in row['words'] and row['proven'] and
          row['domain'] == leaf.domain and row['peer'].startswith(leaf.address + ':') and row['times'] == 1 and
          row['dir'] == 'in' and trunk.events('proven', id=str(row['id'])) and 'bytes' not in row, '%s %d' % (row, at))
    _, before = await broken(check, trunk, "<!-- a comment -->", False, 1)
    rows = await trunk.rows('errors', leaf.address)
    check('who has proven nothing is another peer; byte by byte the byte is the same', len(rows) == 2 and
          not rows[0]['proven'] and rows[0]['offset'] == before + 2 and rows[0]['condition'] == 'restricted-xml' and
          'comment' in rows[0]['words'], repr(rows))
    await broken(check, trunk, good + bad + '</message>', True)
    rows = await trunk.rows('errors', '*.watch.example')
    check('again: the last one, and how often', [r['times'] for r in rows] == [2, 1] and rows[0]['proven'], repr(rows))
    condition, before = await broken(check, trunk, good + good.replace("from='ann@", "from='ann@@"), True)
    rows = await trunk.rows('errors', leaf.domain)
    check('a stanza that can be read, but not addressed, has its place too', condition == 'improper-addressing' and
          rows[0]['offset'] == before + len(good) and rows[0]['times'] == 3 and 'no domain' in rows[0]['words'],
          repr(rows))
    await broken(check, trunk, good + bad + '</message>', True)
    text = await trunk.ask('errors')
    check('as a table, without what stood there', text.returncode == 0 and len(text.stdout.splitlines()) == 3 and
          text.stdout.split()[:3] == ['time', 'peer', 'domain'] and 'bdoy>' not in text.stdout, text.stdout)
    refused = await trunk.ask('errors', '--bytes', socket=os.path.join(trunk.folder, 'read'))
    check('--bytes is refused on the socket for reading', refused.returncode == 1 and
          'this socket is for reading' in refused.stderr, refused.stderr)
    text = (await trunk.ask('errors', '--bytes', leaf.domain)).stdout.splitlines()
    line = next((i for i, l in enumerate(text) if '<bdoy>z</body>' in l), 0)
    check('--bytes: what stood there, with a mark below the byte', line and
          text[line + 1].strip() == '^' and text[line][text[line + 1].index('^'):].startswith('</message>') and
          text[line][:text[line + 1].index('^')].endswith('</body>'), '\n'.join(text))
    row = (await trunk.rows('errors', '--bytes', leaf.domain))[0]
    check('... as JSON', bytes.fromhex(row['bytes'])[row['offset'] - row['bytes_offset']:] == b'</message>', repr(row))
    check('... and that is a record', await until(lambda: audit.records(
        path, event='operator', command='errors-bytes', verdict='done')))
    wrong = await trunk.ask('errors', 'a b')
    check('what is no peer is explained', wrong.returncode == 1 and 'its domain' in wrong.stderr, wrong.stderr)
    await peers['hop'].got_id('e1')


async def run(bed, check):
    leaf, hop = peers['leaf'], peers['hop']
    await leaf.listen()
    await hop.listen()
    trunk = bed.trunk('watched')
    path = os.path.join(trunk.folder, 'audit.json')
    trunk.usual(leaf, hop)
    trunk.settings['log'] = {'level': 'info'}
    trunk.settings['audit'] = {'file': path}
    trunk.settings['policies'] = [{'name': 'no-files', 'block': ['file-transfer']}]
    trunk.control(hop.domain, to_peer=['no-files'])
    await trunk.start()
    wire = await leaf.proven(hop.domain, trunk.address)
    await seen(check, trunk, wire)
    await quiet(check, trunk)
    await ends(check, trunk, wire)
    await contents(check, trunk, wire, path)
    await errors(check, trunk, path)
    await gone(check, trunk, wire)
    await crowd(check, trunk)
    await quiet(check, trunk)
    wire.close()
