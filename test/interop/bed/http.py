# SPDX-License-Identifier: MIT
"""Asking an HTTP server, byte by byte where it must be; and reading what Prometheus reads."""
import asyncio
import re

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


async def connect(where):
    """`where`: (address, port), or the path of a Unix socket."""
    if isinstance(where, str):
        return await asyncio.open_unix_connection(where)
    return await asyncio.open_connection(*where)


async def exchange(where, request, seconds=8.0):
    """Sends these bytes, reads until the server closes: status, headers, body. 0: no answer."""
    reader, writer = await connect(where)
    try:
        writer.write(request)
        data = await asyncio.wait_for(reader.read(-1), seconds)
    except (ConnectionError, asyncio.TimeoutError):
        data = b''
    finally:
        writer.close()
    head, _, body = data.partition(b'\r\n\r\n')
    lines = head.decode('latin-1').split('\r\n')
    status = int(lines[0].split()[1]) if lines[0].startswith('HTTP/') else 0
    return status, {k.lower(): v.strip() for k, _, v in (line.partition(':') for line in lines[1:])}, body


async def get(where, path, method='GET', **headers):
    headers = {'Host': '%s:%d' % where if not isinstance(where, str) else 'localhost', **headers}
    text = ''.join('%s: %s\r\n' % (k.replace('_', '-'), v) for k, v in headers.items())
    return await exchange(where, ('%s %s HTTP/1.1\r\n%sConnection: close\r\n\r\n' % (method, path, text)).encode())


class Numbers:
    """One page of metrics."""

    def __init__(self, text):
        self.text, self.rows = text, []
        for line in text.splitlines():
            found = SAMPLE.match(line)
            if found and not line.startswith('#'):
                self.rows.append((found.group(1), dict(LABEL.findall(found.group(2) or '')), float(found.group(3))))

    def sum(self, name, **labels):
        """Of all series that have these labels; None when there is none."""
        found = [v for n, l, v in self.rows if n == name and all(l.get(k) == w for k, w in labels.items())]
        return sum(found) if found else None

    def families(self):
        return set(re.findall(r'^# TYPE (\S+) ', self.text, re.M))


async def numbers(where):
    return Numbers((await get(where, '/metrics'))[2].decode())
