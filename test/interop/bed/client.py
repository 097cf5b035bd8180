# SPDX-License-Identifier: MIT
"""A real client (slixmpp) that says exactly what it is told and keeps all that it receives."""
import asyncio
import itertools
import logging
import ssl
import warnings
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

warnings.filterwarnings('ignore')
import slixmpp                                                      # noqa: E402

from .server import PASSWORD                                        # noqa: E402

logging.getLogger('slixmpp').setLevel(logging.CRITICAL)
CLIENT = '{jabber:client}'
STANZA_ERRORS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'
PATIENCE = 15.0
_numbers = itertools.count(1)


def fresh(prefix='b'):
    """An id that no other stanza of this run has."""
    return '%s%d' % (prefix, next(_numbers))


def text_of(stanza, name):
    return stanza.findtext(CLIENT + name)


def condition(stanza):
    """The defined condition of an error stanza, or None."""
    error = stanza.find(CLIENT + 'error')
    if error is None:
        return None
    for child in error:
        if child.tag.startswith(STANZA_ERRORS) and not child.tag.endswith('}text'):
            return child.tag[len(STANZA_ERRORS):]
    return 'none'


def show(stanza):
    """A stanza in one short line, for reports."""
    return 'nothing' if stanza is None else \
        ElementTree.tostring(stanza, encoding='unicode')[:300].replace('\n', ' ')


class Client(slixmpp.ClientXMPP):
    """One logged-in user."""

    def __init__(self, host, address, user, tls=False, resource='bed'):
        super().__init__('%s@%s/%s' % (user, host.domain, resource), PASSWORD)
        self.host, self.where, self.tls = host, address, tls
        self.kept, self._news = [], asyncio.Event()
        for plugin in ('xep_0030', 'xep_0092', 'xep_0199'):
            self.register_plugin(plugin)
        self.auto_authorize, self.auto_subscribe = None, False
        mechanisms = self['feature_mechanisms']
        mechanisms.unencrypted_plain = mechanisms.unencrypted_scram = True
        mechanisms.use_mechs = {'PLAIN', 'SCRAM-SHA-1'}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)   # c2s is not what is tested
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.ssl_context, self.ca_certs = context, None
        self.get_ssl_context = lambda: context
        self._ready = asyncio.get_event_loop().create_future()
        self.add_event_handler('session_start', self._started)
        self.add_event_handler('failed_all_auth', self._refused)
        self.add_filter('in', self._keep)

    @property
    def jid(self):
        return self.boundjid.full

    @property
    def bare(self):
        return self.boundjid.bare

    def _keep(self, stanza):
        self.kept.append(stanza.xml)
        self._news.set()
        return stanza

    async def _started(self, _):
        await self.iq(None, "<query xmlns='jabber:iq:roster'/>")
        self.say('<presence/>')
        if not self._ready.done():
            self._ready.set_result(True)

    def _refused(self, _):
        if not self._ready.done():
            self._ready.set_exception(RuntimeError('%s: login refused' % self.bare))

    async def login(self, seconds=30.0):
        self.connect((self.where, 5222), force_starttls=self.tls, disable_starttls=not self.tls)
        try:
            await asyncio.wait_for(self._ready, seconds)
        except asyncio.TimeoutError:
            raise RuntimeError('%s: no login at %s' % (self.bare, self.where)) from None
        return self

    async def logout(self):
        try:
            await asyncio.wait_for(self.disconnect(wait=1), 3)
        except (asyncio.TimeoutError, asyncio.CancelledError):
            self.abort()
        if self._run_out_filters:       # slixmpp leaves it waiting for ever
            self._run_out_filters.cancel()

    def say(self, xml):
        """Send these bytes as they are."""
        self.send_raw(xml)

    def tell(self, to, body, kind='chat', extra=''):
        """Send a message; returns its id."""
        number = fresh('m')
        self.say('<message to=%s type=%s id=%s><body>%s</body>%s</message>' % (
            quoteattr(to), quoteattr(kind), quoteattr(number), escape(body), extra))
        return number

    async def expect(self, tag, accept=lambda s: True, seconds=None):
        """Take the first kept stanza of this kind that `accept` likes; None when none comes."""
        end = asyncio.get_event_loop().time() + (PATIENCE if seconds is None else seconds)
        while True:
            for i, stanza in enumerate(self.kept):
                if stanza.tag == CLIENT + tag and accept(stanza):
                    return self.kept.pop(i)
            self._news.clear()
            left = end - asyncio.get_event_loop().time()
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except asyncio.TimeoutError:
                return None

    async def message(self, body, kind=None, sender=None, seconds=None):
        """The message with this body."""
        return await self.expect('message', lambda s: text_of(s, 'body') == body and
                                 kind in (None, s.get('type', 'normal')) and
                                 sender in (None, s.get('from')), seconds)

    async def presence(self, sender, kind=None, accept=lambda s: True, seconds=None):
        """A presence of this type (None: available) from this address, bare or full."""
        def good(s):
            address = s.get('from', '')
            return sender in (address, address.split('/')[0]) and s.get('type') == kind and accept(s)
        return await self.expect('presence', good, seconds)

    async def failure(self, number, tag='message', seconds=None):
        """The error that answers the stanza with this id."""
        return await self.expect(tag, lambda s: s.get('id') == number and
                                 s.get('type') == 'error', seconds)

    async def iq(self, to, payload, kind='get', seconds=None):
        """Ask; the answer (result or error), or None."""
        number = fresh('q')
        address = 'to=%s ' % quoteattr(to) if to else ''
        self.say("<iq %stype='%s' id='%s'>%s</iq>" % (address, kind, number, payload))
        return await self.expect('iq', lambda s: s.get('id') == number and
                                 s.get('type') in ('result', 'error'), seconds)

    def has(self, tag, accept):
        """Whether such a stanza was kept and not taken."""
        return any(s.tag == CLIENT + tag and accept(s) for s in self.kept)
