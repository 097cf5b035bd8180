# SPDX-License-Identifier: MIT
"""A scripted server for one or more domains: it dials, it listens, it proves itself, it keeps what
it gets.  What it does is decent unless an attribute or an overridden method says otherwise.
"""
import asyncio
import base64
import hashlib
import hmac
import itertools
import secrets
import ssl

from .wire import DIALBACK, HEADER, SASL, SERVER, STREAM, TLS, Gone, Wire, attributes, local

SECRET = 'the secret of the scripted peers'
_ids = itertools.count(1)


def dialback_key(receiving, originating, stream_id, secret=SECRET):
    """XEP-0185: what the originating server sends, and what its authoritative server checks."""
    key = hashlib.sha256(secret.encode()).hexdigest().encode()
    return hmac.new(key, ('%s %s %s' % (receiving, originating, stream_id)).encode(),
                    hashlib.sha256).hexdigest()


class Peer:
    """One scripted server at one address."""

    # What it says as the receiving side; a scenario sets these on the object.
    starttls, external, dialback = True, True, True
    ask = True              # ask for a client certificate
    sasl = 'success'        # or the condition of the failure
    verdict = 'valid'       # the answer to db:result: valid, invalid, error, None (silence)
    verify = None           # the answer to db:verify instead of the truth
    version = '1.0'
    shows = 'own'           # the certificate it shows when it dials; None: none

    def __init__(self, bed, *domains, cert='good', address=None, names=None):
        self.bed, self.domains = bed, domains
        self.address = address or bed.wire_address()
        self.cert = bed.pki.get(cert, *(names or domains)) if cert else None
        self.stanzas, self.events, self.wires = [], [], []
        self._news, self._servers, self._tasks = asyncio.Event(), [], set()

    @property
    def domain(self):
        return self.domains[0]

    def note(self, event, *details):
        self.events.append((event,) + details)
        self._news.set()

    # -- TLS

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self.cert:
            context.load_cert_chain(self.cert.crt, self.cert.key)
        if self.ask:
            context.load_verify_locations(self.bed.pki.root.path)
            context.verify_mode = ssl.CERT_OPTIONAL
        context.set_alpn_protocols(['xmpp-server'])
        context.sni_callback = lambda _, name, __: self.note('sni', name)
        return context

    def client_context(self, alpn=True):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self.cert and self.shows:
            context.load_cert_chain(self.cert.crt, self.cert.key)
        if alpn:
            context.set_alpn_protocols(['xmpp-server'])
        return context

    # -- dialling

    async def dial(self, to, address, *, from_='own', tls=True, direct=False, sni=None):
        """A stream to the server at `address`, up to the features; TLS unless tls is False."""
        wire = await Wire.connect(address, 5270 if direct else 5269, self.address)
        self.wires.append(wire)
        wire.to, wire.from_ = to, self.domain if from_ == 'own' else from_
        context = self.client_context()
        if direct:
            await wire.start_tls(context, False, sni or to)
            await self.greet(wire)
            return wire
        await self.greet(wire)
        if tls and wire.features.find(TLS + 'starttls') is not None:
            await wire.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            answer = await wire.element()
            if answer.tag != TLS + 'proceed':
                raise Gone('starttls refused')
            await wire.start_tls(context, False, sni or to)
            await self.greet(wire)
        return wire

    async def greet(self, wire):
        """Send a header, take the answer: wire.id, wire.features."""
        wire.restart()
        await wire.send(HEADER % attributes(from_=wire.from_, to=wire.to, version='1.0',
                                            **{'xml:lang': 'en'}))
        wire.reply = await wire.header()
        wire.id = wire.reply.get('id')
        wire.features = await wire.element()
        if wire.features.tag != STREAM + 'features':
            wire.put_back(wire.features)
            raise Gone('no features but %s' % wire.words(wire.features))

    def offers(self, wire, mechanism='EXTERNAL'):
        return mechanism in [m.text for m in wire.features.iter(SASL + 'mechanism')]

    async def prove_external(self, wire, authzid=None):
        """SASL EXTERNAL; the answer element. On success the stream is restarted."""
        text = base64.b64encode((authzid or wire.from_).encode()).decode()
        await wire.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>%s</auth>"
                        % text)
        answer = await wire.element()
        if answer.tag == SASL + 'success':
            await self.greet(wire)
        return answer

    async def claim(self, wire, from_=None, to=None, key=None):
        """Send a db:result without waiting."""
        from_, to = from_ or wire.from_, to or wire.to
        key = key or dialback_key(to, from_, wire.id)
        await wire.send("<db:result from='%s' to='%s'>%s</db:result>" % (from_, to, key))

    async def prove_dialback(self, wire, from_=None, to=None, key=None, seconds=15.0):
        """Dialback of one pair; the type of the answer."""
        await self.claim(wire, from_, to, key)
        while True:
            answer = await wire.element(seconds)
            if answer.tag == DIALBACK + 'result':
                return answer.get('type')

    async def proven(self, to, address, proof='external', **how):
        """A stream on which stanzas may flow; Gone when the proof fails."""
        wire = await self.dial(to, address, **how)
        if proof == 'external':
            answer = await self.prove_external(wire)
            if answer.tag != SASL + 'success':
                raise Gone('EXTERNAL: ' + local(answer[0]) if len(answer) else 'EXTERNAL failed')
        else:
            answer = await self.prove_dialback(wire)
            if answer != 'valid':
                raise Gone('dialback: %s' % answer)
        return wire

    # -- listening

    async def listen(self, direct=False):
        """Serve 5269, and 5270 with TLS at once."""
        ports = [5269, 5270] if direct else [5269]
        for port in ports:
            self._servers.append(await asyncio.start_server(
                lambda r, w, p=port: self._accept(r, w, p == 5270), self.address, port))
        return self

    def _accept(self, reader, writer, direct):
        wire = Wire(reader, writer)
        self.wires.append(wire)
        task = asyncio.ensure_future(self._serve(wire, direct))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, wire, direct):
        self.note('accepted')
        wire.proven, wire.id, wire.attributes = set(), None, {}
        try:
            if direct:
                await wire.start_tls(self.server_context(), True)
            while True:
                kind, element = await wire.item(3600)
                if kind == 'close':
                    await wire.send('</stream:stream>')
                    break
                await (self.on_header(wire, element) if kind == 'open'
                       else self.on_element(wire, element))
        except (Gone, ssl.SSLError, OSError) as end:
            self.note('ended', str(end))
        finally:
            wire.close()

    async def close(self):
        """Stop listening and drop every connection."""
        for server in self._servers:
            server.close()
        self._servers = []
        for task in list(self._tasks):
            task.cancel()
        for wire in self.wires:
            wire.abort()
        self.wires = []
        await asyncio.sleep(0)

    # -- the receiving side, one method for each thing that can arrive

    async def on_header(self, wire, header):
        wire.attributes, wire.id = header.attrib, 'id%d%s' % (next(_ids), secrets.token_hex(6))
        self.note('header', header.get('from'), header.get('to'), bool(wire.tls))
        await wire.send(HEADER % attributes(from_=header.get('to'), to=header.get('from'), id=wire.id,
                                            version=self.version))
        if self.version:
            await wire.send('<stream:features>%s</stream:features>' % self.features(wire))

    def features(self, wire):
        if not wire.tls and self.starttls:
            return "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
        offer = ''
        if self.external and wire.tls and wire.peer and not wire.proven:
            offer += "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" \
                     '<mechanism>EXTERNAL</mechanism></mechanisms>'
        if self.dialback:
            offer += "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>"
        return offer

    async def on_element(self, wire, element):
        kind = {TLS + 'starttls': self.on_starttls, SASL + 'auth': self.on_auth,
                DIALBACK + 'result': self.on_result, DIALBACK + 'verify': self.on_verify,
                STREAM + 'error': self.on_error}.get(element.tag, self.on_stanza)
        await kind(wire, element)

    async def on_starttls(self, wire, _):
        await wire.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        await wire.start_tls(self.server_context(), True)

    async def on_auth(self, wire, element):
        self.note('auth', base64.b64decode(element.text or '').decode('utf-8', 'replace'))
        if self.sasl == 'success':
            await wire.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
            wire.proven.add((wire.attributes.get('from'), wire.attributes.get('to')))
            wire.restart()
        else:
            await wire.send("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><%s/></failure>"
                            % self.sasl)

    async def on_result(self, wire, element):
        """As receiving server: believe, unless told to say otherwise."""
        from_, to = element.get('from'), element.get('to')
        self.note('result', from_, to, element.text)
        wire.key, wire.key_id = element.text, wire.id
        if self.verdict is None:
            return
        body = '' if self.verdict != 'error' else \
            "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
        if self.verdict == 'valid':
            wire.proven.add((from_, to))
        await wire.send("<db:result from='%s' to='%s' type='%s'>%s</db:result>"
                        % (to, from_, self.verdict, body))

    async def on_verify(self, wire, element):
        """As authoritative server: is this key one of ours?"""
        from_, to, number = (element.get(k) for k in ('from', 'to', 'id'))
        if element.get('type'):
            self.note('verified', from_, to, number, element.get('type'))
            return
        good = (element.text or '').strip() == dialback_key(from_, to, number)
        answer = self.verify or ('valid' if good else 'invalid')
        self.note('verify', from_, to, number, answer)
        await wire.send("<db:verify from='%s' to='%s' id='%s' type='%s'/>"
                        % (to, from_, number, answer))

    async def on_error(self, wire, element):
        self.note('error', [local(c) for c in element])

    async def on_stanza(self, wire, element):
        self.stanzas.append(element)
        self.note('stanza', local(element), element.get('id'))

    # -- asking what happened

    async def until(self, accept, seconds=15.0):
        """Wait until accept() is true; its value, or None."""
        end = asyncio.get_event_loop().time() + seconds
        while True:
            value = accept()
            if value:
                return value
            self._news.clear()
            left = end - asyncio.get_event_loop().time()
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except asyncio.TimeoutError:
                return accept() or None

    async def event(self, name, *details, seconds=15.0):
        """The first event of this name whose details begin with these."""
        def find():
            for event in self.events:
                if event[0] == name and event[1:1 + len(details)] == details:
                    return event
            return None
        return await self.until(find, seconds)

    def count(self, name):
        return sum(1 for e in self.events if e[0] == name)

    async def stanza(self, number, seconds=15.0):
        """The stanza with this id."""
        found = await self.until(lambda: [s for s in self.stanzas if s.get('id') == number], seconds)
        return found[0] if found else None


def message(from_, to, number, body='hello', extra=''):
    """A message as a server would send it."""
    return "<message from='%s' to='%s' id='%s' type='chat'><body>%s</body>%s</message>" % (
        from_, to, number, body, extra)


def body_of(stanza):
    return stanza.findtext(SERVER + 'body')
