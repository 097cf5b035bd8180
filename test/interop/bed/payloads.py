# SPDX-License-Identifier: MIT
"""What clients send that a policy may have something against, and what becomes of it."""
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout

from .client import condition, fresh, show

HTML = ("<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
        '<p>rich</p></body></html>')
OMEMO = ("<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'><key rid='2'>AAAA</key>"
         "<iv>AAAA</iv></header><payload>AAAA</payload></encrypted>"
         "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>"
         "<store xmlns='urn:xmpp:hints'/>")
OTR = '?OTR:AAMDJ+MVmSfjFZcAAAAAAQAAAAIAAADA1g5IjD1ZGLDVQEyCgCyn9hb='
LINK = "<x xmlns='jabber:x:oob'><url>https://upload.example/photo.jpg</url></x>"
PROPOSE = ("<propose xmlns='urn:xmpp:jingle-message:0' id='call-%s'>"
           "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose>"
           "<store xmlns='urn:xmpp:hints'/>")
CALL = ("<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='%s'>"
        "<content creator='initiator' name='audio'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>"
        "<payload-type id='111' name='opus' clockrate='48000'/></description>"
        "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='8hhy' pwd='asd88f'/></content></jingle>")
OFFER = ("<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='%s'>"
         "<content creator='initiator' name='file'>"
         "<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'><file><name>a.txt</name></file></description>"
         "<transport xmlns='urn:xmpp:jingle:transports:ibb:1' block-size='4096' sid='b'/></content></jingle>")
SLOT = ("<request xmlns='urn:xmpp:http:upload:0' filename='a.jpg' size='100' content-type='image/jpeg'/>")
VERSION = "<query xmlns='jabber:iq:version'/>"
PING = "<ping xmlns='urn:xmpp:ping'/>"


async def answered(check, name, x, to, payload, expected, kind='get'):
    """A request is answered with this condition, in the name of whom it was for."""
    got = await x.iq(to, payload, kind)
    check(name, got is not None and condition(got) == expected and got.get('from') == to, show(got))


async def bounced(check, name, x, y, extra, expected='policy-violation', body='hello', to=None,
                  kind='chat'):
    """A message comes back with this condition, without what it carried, and does not arrive."""
    number = x.tell(to or y.jid, body, kind, extra)
    got = await x.failure(number)
    check(name + ': comes back', got is not None and condition(got) == expected and
          not any(c.tag != '{jabber:client}error' for c in got), show(got))
    await silent(check, name, x, y, number)


async def silent(check, name, x, y, number):
    """A stanza does not arrive: what was sent behind it does."""
    mark = 'mark ' + fresh()
    x.tell(y.jid, mark)
    check(name + ': what follows arrives', await y.message(mark))
    check(name + ': does not arrive', not y.has('message', lambda s: s.get('id') == number))


async def vanishes(check, name, x, y, payload):
    """A message is dropped, and nobody hears of it."""
    number = fresh('v')
    x.say("<message to='%s' type='chat' id='%s'>%s</message>" % (y.jid, number, payload))
    await silent(check, name, x, y, number)
    check(name + ': is not answered', not x.has('message', lambda s: s.get('id') == number))


async def arrives(check, name, x, y, extra, tag):
    """A message arrives with the element of this name."""
    body = 'whole ' + fresh()
    x.tell(y.jid, body, extra=extra)
    got = await y.message(body)
    check(name, got is not None and got.find(tag) is not None, show(got))


def ready_for_files(*clients):
    """slixmpp's in-band bytestreams, accepted without a question."""
    for client in clients:
        client.register_plugin('xep_0047', {'auto_accept': True})


async def send_file(x, y, content):
    """Sends bytes in band, as slixmpp does it. What y got, or the condition that x was told."""
    taken = []

    async def take(stream):
        taken.append(await stream.gather(timeout=20))

    y.add_event_handler('ibb_stream_start', take)
    try:
        stream = await x['xep_0047'].open_stream(JID(y.jid), timeout=20)
        await stream.sendall(content, timeout=20)
        await stream.close(timeout=20)
    except IqError as error:
        return error.condition
    except IqTimeout:
        return 'nothing'
    finally:
        y.del_event_handler('ibb_stream_start', take)
    return taken[0] if taken else None
