# SPDX-License-Identifier: MIT
"""One XMPP stream over one connection, byte-exact where it must be: TLS over memory, raw sends."""
import asyncio
import ssl
from xml.etree import ElementTree

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

STREAM = '{http://etherx.jabber.org/streams}'
SERVER = '{jabber:server}'
TLS = '{urn:ietf:params:xml:ns:xmpp-tls}'
SASL = '{urn:ietf:params:xml:ns:xmpp-sasl}'
DIALBACK = '{jabber:server:dialback}'
STREAMS = '{urn:ietf:params:xml:ns:xmpp-streams}'
STANZAS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'
HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback'"
          " xmlns:stream='http://etherx.jabber.org/streams'%s>")


class Gone(Exception):
    """The connection ended; the argument says how."""


def attributes(**values):
    """Attributes as text: from_ is from, None is left out."""
    return ''.join(" %s='%s'" % (k.rstrip('_'), v) for k, v in values.items() if v is not None)


def local(element):
    return element.tag.rsplit('}', 1)[-1]


class Wire:
    """A connection of a scripted peer, either end."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.tls = self.sni = self.peer = None
        self.heard, self.sent = '', ''      # all plain text, for assertions on the very bytes
        self.verify_sent = False
        self.restart()

    @classmethod
    async def connect(cls, address, port, source=None):
        local_address = (source, 0) if source else None
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(address, port, local_addr=local_address), 10)
        return cls(reader, writer)

    def restart(self):
        """A new XML document begins, in both directions."""
        self._parser = ElementTree.XMLPullParser(('start', 'end'))
        self._depth, self._root, self._items = 0, None, []

    # -- transport

    async def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        self.sent += data.decode('utf-8', 'replace')
        try:
            if self.tls:
                self.tls.write(data)
                self._flush()
            else:
                self.writer.write(data)
            await self.writer.drain()
        except (OSError, ssl.SSLError) as problem:
            raise Gone('write: %s' % problem) from None

    def _flush(self):
        data = self._out.read()
        if data:
            self.writer.write(data)

    async def start_tls(self, context, server_side, name=None, seconds=15):
        """The handshake; Gone when it fails."""
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._in, self._out, server_side=server_side, server_hostname=name)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._in.write(await self._some(seconds))
            except ssl.SSLError as problem:
                self._flush()
                raise Gone('handshake: %s' % problem) from None
        self._flush()
        self.tls = tls
        der = tls.getpeercert(True)
        self.peer = x509.load_der_x509_certificate(der) if der else None
        self.restart()

    async def _some(self, seconds):
        try:
            data = await asyncio.wait_for(self.reader.read(65536), seconds)
        except OSError as problem:
            raise Gone('read: %s' % problem) from None
        if not data:
            raise Gone('end of file')
        return data

    async def _plain(self, seconds):
        """The next plain bytes."""
        if not self.tls:
            return await self._some(seconds)
        while True:
            try:
                data = self.tls.read(65536)
                if not data:
                    raise Gone('close_notify')
                return data
            except ssl.SSLWantReadError:
                self._flush()
                self._in.write(await self._some(seconds))
            except ssl.SSLZeroReturnError:
                raise Gone('close_notify') from None
            except ssl.SSLError as problem:
                raise Gone('tls: %s' % problem) from None

    def close(self):
        self.writer.close()

    def abort(self):
        if self.writer.get_extra_info('socket').fileno() >= 0:
            self.writer.transport.abort()

    def names(self):
        """The dNSNames of the peer's certificate."""
        if not self.peer:
            return []
        extension = self.peer.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
        return extension.value.get_values_for_type(x509.DNSName)

    # -- stream

    def _feed(self, data):
        self.heard += data.decode('utf-8', 'replace')
        self._parser.feed(data)
        for event, element in self._parser.read_events():
            self._depth += 1 if event == 'start' else -1
            if event == 'start' and self._depth == 1:
                self._root = element
                self._items.append(('open', element))
            elif event == 'end' and self._depth == 1:
                self._items.append(('element', element))
                self._root.remove(element)
            elif event == 'end' and self._depth == 0:
                self._items.append(('close', element))

    async def item(self, seconds=10.0):
        """The next ('open'|'element'|'close', element)."""
        while not self._items:
            self._feed(await self._plain(seconds))
        return self._items.pop(0)

    def put_back(self, element):
        """The element was read too early."""
        self._items.insert(0, ('element', element))

    @staticmethod
    def words(element):
        """An element in short: a stream error by its condition and text."""
        return ': '.join(w for w in stream_error(element) if w) or element.tag

    async def element(self, seconds=10.0):
        """The next first-level element. A closing tag is Gone."""
        kind, element = await self.item(seconds)
        if kind == 'close':
            raise Gone('closing tag')
        return element

    async def header(self, seconds=10.0):
        """The peer's stream header: its attributes."""
        kind, element = await self.item(seconds)
        if kind != 'open':
            raise Gone('no header but %s' % element.tag)
        return element.attrib

    async def ending(self, seconds=10.0):
        """Read until the stream ends: (condition of the stream error or None, its text)."""
        found, text = None, None
        try:
            while True:
                kind, element = await self.item(seconds)
                if kind == 'element' and element.tag == STREAM + 'error':
                    found, text = stream_error(element)
                if kind == 'close':
                    break
        except Gone:
            pass
        except asyncio.TimeoutError:
            return 'still open', None
        return found, text


def stream_error(element):
    """(condition, text) of a <stream:error/>."""
    names = [local(c) for c in element if c.tag.startswith(STREAMS) and local(c) != 'text']
    return (names[0] if names else None), element.findtext(STREAMS + 'text')
