# SPDX-License-Identifier: MIT
"""Metrics against real traffic: every number is what was sent; over HTTP, and by trunkctl."""
import asyncio
import os
import re
import shutil
import subprocess

from bed import http
from bed.press import Sink, until
from bed.wire import HEADER, attributes

LIMIT = 60.0
FILE = "<query xmlns='jabber:iq:oob'><url>http://x.example/f</url></query>"
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
peers = {}


def plan(bed):
    for name in ('leaf', 'hop', 'stranger', 'dead'):
        peers[name] = Sink(bed, name + '.metrics.example')


def settings(trunk):
    leaf, hop, dead = peers['leaf'], peers['hop'], peers['dead']
    trunk.usual(*peers.values())
    controls = trunk.settings['peering_controls']
    # Nobody names the stranger: he comes by the default route.
    controls[:] = [c for c in controls if c['match'] != peers['stranger'].domain]
    trunk.control('*', connect=peers['stranger'].address + ':5269')
    trunk.control(hop.domain, to_peer=['no-files'])
    trunk.control(dead.domain, queue={'seconds': '2s'})
    trunk.settings['policies'] = [{'name': 'no-files', 'block': ['file-transfer']}]
    trunk.settings['control'] = {'read': os.path.join(trunk.folder, 'read'),
                                 'change': os.path.join(trunk.folder, 'change')}
    trunk.settings['http'] = {'listen': trunk.address + ':9469'}
    trunk.settings['audit'] = {'file': os.path.join(trunk.folder, 'audit.json'), 'level': 'headers'}
    return leaf, hop, dead


class Sender:
    """Counts what it sends."""

    def __init__(self, wire):
        self.wire, self.bytes = wire, 0

    async def send(self, *stanzas):
        self.bytes += sum(len(s.encode()) for s in stanzas)
        await self.wire.send(''.join(stanzas))


def message(from_, to, number):
    return "<message from='x@%s/r' to='y@%s' id='%s' type='chat'><body>%s</body></message>" % (
        from_, to, number, number * 3)


async def traffic(trunk, check):
    leaf, hop, stranger, dead = (peers[n] for n in ('leaf', 'hop', 'stranger', 'dead'))
    one = Sender(await leaf.proven(hop.domain, trunk.address))
    other = Sender(await stranger.proven(hop.domain, trunk.address))
    await one.send(*[message(leaf.domain, hop.domain, 'm%d' % i) for i in range(60)])
    await one.send(*["<iq from='x@%s/r' to='y@%s/r' id='q%d' type='set'>%s</iq>" % (
        leaf.domain, hop.domain, i, FILE) for i in range(10)])
    await one.send(*["<presence from='x@%s/r%d' to='y@%s' id='p%d' type='unavailable'/>" % (
        leaf.domain, i, hop.domain, i) for i in range(5)])
    await other.send(*[message(stranger.domain, hop.domain, 's%d' % i) for i in range(7)])
    check('everything arrives', await hop.got_all(60 + 5 + 7), str(len(hop.got)))
    check('what is blocked is answered', await until(lambda: len(leaf.bounced) >= 10))
    lost = Sender(await leaf.proven(dead.domain, trunk.address))
    await lost.send(*[message(leaf.domain, dead.domain, 'd%d' % i) for i in range(4)])
    return one.bytes + lost.bytes, other.bytes


async def connections(trunk, where):
    n = await http.numbers(where)
    return n.sum('trunkd_connections_accepted_total', listener=trunk.address + ':5269') or 0


async def expect_numbers(trunk, where, check, leaf_bytes, other_bytes):
    leaf, hop, dead = (peers[n].domain for n in ('leaf', 'hop', 'dead'))
    n = await http.numbers(where)
    stanzas = 'trunkd_stanzas_total'
    wanted = {
        (stanzas, 'leaf', 'in', 'message', 'pass'): 64, (stanzas, 'leaf', 'in', 'iq', 'bounce'): 10,
        (stanzas, 'leaf', 'in', 'presence', 'pass'): 5, (stanzas, 'other', 'in', 'message', 'pass'): 7,
        (stanzas, 'hop', 'out', 'message', 'sent'): 67, (stanzas, 'hop', 'out', 'presence', 'sent'): 5,
        (stanzas, 'leaf', 'out', 'iq', 'sent'): 10, (stanzas, 'leaf', 'out', 'message', 'sent'): 4,
        (stanzas, 'leaf', 'in', 'message', 'bounce'): 0,
    }
    for (name, peer, direction, kind, verdict), value in wanted.items():
        got = n.sum(name, peer='other' if peer == 'other' else peers[peer].domain, direction=direction,
                    kind=kind, verdict=verdict)
        check('stanzas of %s: %s %s %s' % (peer, direction, kind, verdict), got == value,
              '%s instead of %d' % (got, value))
    rows = [
        ('bytes of the leaf', leaf_bytes, 'trunkd_stanza_bytes_total', {'peer': leaf, 'direction': 'in'}),
        ('bytes of others', other_bytes, 'trunkd_stanza_bytes_total', {'peer': 'other', 'direction': 'in'}),
        ('rule hits', 10, 'trunkd_rule_hits_total', {'policy': 'no-files', 'key': 'block', 'mode': 'enforce'}),
        ('alerts', 10, 'trunkd_alerts_total', {'policy': 'no-files', 'key': 'block'}),
        ('alerts told', 1, 'trunkd_alerts_told_total', {'policy': 'no-files', 'key': 'block'}),
        ('bounces for the hop', 10, 'trunkd_bounces_total', {'peer': hop}),
        ('bounces for the dead', 4, 'trunkd_bounces_total', {'peer': dead, 'condition': 'remote-server-timeout'}),
        ('proofs of the leaf', 2, 'trunkd_authentications_total',
         {'peer': leaf, 'direction': 'in', 'mechanism': 'external', 'result': 'success'}),
        ('proofs of others', 1, 'trunkd_authentications_total',
         {'peer': 'other', 'direction': 'in', 'mechanism': 'external', 'result': 'success'}),
        ('streams of the leaf', 2, 'trunkd_streams', {'peer': leaf, 'direction': 'in', 'state': 'established'}),
        ('streams opened', 2, 'trunkd_streams_opened_total', {'peer': leaf, 'direction': 'in'}),
        ('set-ups', 3, 'trunkd_handshake_seconds_count', {'stage': 'total', 'direction': 'in'}),
        ('TLS', 3, 'trunkd_handshake_seconds_count', {'stage': 'tls', 'direction': 'in'}),
        ('the hop is up', 1, 'trunkd_peer_up', {'peer': hop}),
        ('the dead is not', 0, 'trunkd_peer_up', {'peer': dead}),
        ('nothing waits', 0, 'trunkd_queue_stanzas', {'peer': dead}),
        ('the reload before the first', 1, 'trunkd_config_last_reload_successful', {}),
        ('no record is lost', 0, 'trunkd_audit_lost_total', {}),
        ('latencies of all that was sent', n.sum(stanzas, direction='out'),
         'trunkd_stanza_latency_seconds_count', {}),
    ]
    for what, value, name, labels in rows:
        got = n.sum(name, **labels)
        check(what, (got or 0) == value, '%s instead of %s: %s' % (got, value, name))
    check('the stranger has no name', peers['stranger'].domain not in n.text)
    check('records are written', (n.sum('trunkd_audit_records_total') or 0) >= 86)
    check('a certificate ends some day', (n.sum('trunkd_certificate_expiry_timestamp_seconds') or 0) > 1.7e9)
    return n


async def expect_format(trunk, where, check, n):
    with open(os.path.join(TOP, 'packaging/man/trunkd.8.scd'), encoding='utf-8') as f:
        chapter = re.search(r'^# METRICS$(.*?)^# ', f.read(), re.S | re.M).group(1)
    told = set(re.findall(r'\*((?:trunkd|process)_[a-z_]+)\*',
                          '\n'.join(re.findall(r'^\*(?:trunkd|process)_.*$', chapter, re.M))))
    check('the manual lists what there is', told == n.families(), str(told ^ n.families()))
    by_ctl = trunk.ctl('metrics', '--socket', os.path.join(trunk.folder, 'read'))
    check('trunkctl metrics', by_ctl.returncode == 0 and
          http.Numbers(by_ctl.stdout).families() == n.families(), by_ctl.stderr)
    check('promtool is installed', bool(shutil.which('promtool')), 'test/interop/install interop')
    for name, text in (('HTTP', n.text), ('trunkctl', by_ctl.stdout)):
        done = subprocess.run(['promtool', 'check', 'metrics'], input=text, capture_output=True, text=True)
        check('promtool has nothing to say about ' + name, done.returncode == 0 and
              not (done.stdout + done.stderr).strip(), done.stdout + done.stderr)
    status, headers, body = await http.get(where, '/metrics', Accept='application/openmetrics-text; version=1.0.0')
    check('OpenMetrics for whoever asks for it', status == 200 and body.endswith(b'\n# EOF\n') and
          headers['content-type'].startswith('application/openmetrics-text'), str(headers))
    try:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
    except ImportError:
        check('python3-prometheus-client is installed', False, 'test/interop/install interop')
        return
    found = {f.name: f for f in text_string_to_metric_families(body.decode())}
    check('a parser of OpenMetrics reads it', found['trunkd_stanzas'].type == 'counter' and
          found['trunkd_stanza_latency_seconds'].type == 'histogram', str(sorted(found)))


async def expect_server(where, check):
    """Only for reading, bounded, and only for whoever asks for an address."""
    rows = [
        ('POST', '/metrics', {}, 405), ('DELETE', '/', {}, 405), ('GET', '/nothing', {}, 404),
        ('GET', '/metrics', {'Host': 'evil.example'}, 403), ('GET', '/', {'Host': 'evil.example:9469'}, 403),
        ('GET', '/metrics', {'Host': 'localhost:9469'}, 200), ('GET', '/healthz', {}, 200),
        ('GET', '/readyz', {}, 200), ('GET', '/', {}, 200),
    ]
    for method, path, headers, wanted in rows:
        status, got, _ = await http.get(where, path, method, **headers)
        check('%s %s %s' % (method, path, headers.get('Host', '')), status == wanted, str(status))
        if path in ('/', '/metrics') and status == 200:
            check('headers of ' + path, got.get('x-content-type-options') == 'nosniff' and
                  got.get('cache-control') == 'no-store' and
                  got.get('content-security-policy', '').startswith("default-src 'none'"), str(got))
    status, headers, body = await http.get(where, '/metrics', 'HEAD')
    check('HEAD has no body', status == 200 and not body and int(headers['content-length']) > 1000, str(headers))
    status, _, _ = await http.exchange(where, b'GET / HTTP/1.1\r\nHost: localhost\r\nX: ' + b'x' * 100000)
    check('a request without end is refused', status in (0, 400, 413, 414, 431), str(status))
    status, _, _ = await http.exchange(where, b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no TLS\r\n\r\n')
    check('bytes that are no request', status in (0, 400), str(status))
    held = [await http.connect(where) for _ in range(80)]
    for _, writer in held:
        writer.close()
    check('too many connections do no harm', await answers(where))
    many = await asyncio.gather(*(http.get(where, '/metrics') for _ in range(40)))
    check('many at once are answered', all(s == 200 for s, _, _ in many), str([s for s, _, _ in many]))


async def answers(where):
    for _ in range(100):
        try:
            if (await http.get(where, '/healthz'))[0] == 200:
                return True
        except OSError:
            pass
        await asyncio.sleep(0.05)
    return False


async def expect_reloads(trunk, where, check):
    leaf = peers['leaf'].domain
    trunk.settings['peering_controls'][0]['zone'] = 'default'
    check('a reload', await trunk.reload())
    n = await http.numbers(where)
    check('numbers live on', n.sum('trunkd_stanzas_total', peer=leaf, direction='in', verdict='pass') == 69)
    trunk.settings['limits'] = {'conections': 1}
    check('a bad one', await trunk.reload() is False)
    n = await http.numbers(where)
    check('it is measured', n.sum('trunkd_config_last_reload_successful') == 0)
    status, _, body = await http.get(where, '/readyz')
    check('ready all the same, in words', status == 200 and b'did you mean' in body, body.decode())
    del trunk.settings['limits']
    path = os.path.join(trunk.folder, 'http')
    trunk.settings['http'] = {'listen': 'unix:' + path, 'status_page': False}
    check('another reload', await trunk.reload())
    status, _, body = await http.get(path, '/metrics')
    check('a Unix socket now', status == 200 and
          http.Numbers(body.decode()).sum('trunkd_config_last_reload_successful') == 1, str(status))
    check('for user and group', os.stat(path).st_mode & 0o777 == 0o660)
    check('without a status page', (await http.get(path, '/'))[0] == 404)
    try:
        status = (await http.get(where, '/metrics'))[0]
    except OSError:
        status = None
    check('and no address', status is None, str(status))
    trunk.settings['http'] = {'listen': '0.0.0.0:9469'}
    said = trunk.examine()
    check('not for everybody unless it is said', said.returncode == 1 and 'allow_remote' in said.stderr, said.stderr)
    check('what is refused changes nothing', await trunk.reload() is False and
          (await http.get(path, '/metrics'))[0] == 200)
    return path


async def expect_ready(trunk, path, check):
    """Whoever sends peers here is told when that would be in vain."""
    status, _, body = await http.get(path, '/readyz')
    check('ready', status == 200 and body.startswith(b'ready\n'), body.decode())
    done = await trunk.ask('drain', 'all')
    status, _, body = await http.get(path, '/readyz')
    check('drained: not ready', done.returncode == 0 and status == 503 and b'drained' in body, body.decode())
    check('but well', (await http.get(path, '/healthz'))[0] == 200)
    done = await trunk.ask('resume', 'all')
    status, _, body = await http.get(path, '/readyz')
    check('resumed: ready', done.returncode == 0 and status == 200, body.decode())
    # One that has been answered and says nothing more: it is waited for.
    reader, writer = await asyncio.open_connection(trunk.address, 5269)
    writer.write((HEADER % attributes(from_=peers['leaf'].domain, to=peers['hop'].domain, version='1.0')).encode())
    await asyncio.wait_for(reader.readuntil(b'</stream:features>'), 10)
    stopping = asyncio.ensure_future(trunk.stop())
    await trunk.logged(' stopping')
    status, _, body = await http.get(path, '/readyz')
    check('stopping: not ready', status == 503 and b'stopping' in body and not stopping.done(), body.decode())
    writer.close()
    check('it stops in order', await stopping == 0)


async def run(bed, check):
    trunk = bed.trunk('metrics')
    where = (trunk.address, 9469)
    leaf, hop, dead = settings(trunk)
    await asyncio.gather(*(p.listen() for p in peers.values() if p is not dead))
    await trunk.start()
    came = await connections(trunk, where)
    leaf_bytes, other_bytes = await traffic(trunk, check)
    check('connections', await connections(trunk, where) - came == 3)
    seen = []

    async def waits():
        seen.append((await http.numbers(where)).sum('trunkd_queue_stanzas', peer=dead.domain))
        return 4 in seen
    for _ in range(100):
        if await waits():
            break
        await asyncio.sleep(0.02)
    check('what waits is seen', 4 in seen, str(seen[-3:]))
    check('and answered in the end', await until(lambda: len(leaf.bounced) >= 14, 10))
    n = await expect_numbers(trunk, where, check, leaf_bytes, other_bytes)
    await expect_format(trunk, where, check, n)
    await expect_server(where, check)
    path = await expect_reloads(trunk, where, check)
    await expect_ready(trunk, path, check)
    check('and takes its socket away', not os.path.exists(path))
    await asyncio.gather(*(p.close() for p in peers.values()))
