# SPDX-License-Identifier: MIT
"""What two people do with each other: the conversation that every pair of servers must carry."""
from .client import condition, fresh, show, text_of

CLIENT = '{jabber:client}'
MUC = 'http://jabber.org/protocol/muc'
MUC_USER = '{http://jabber.org/protocol/muc#user}'
DISCO = 'http://jabber.org/protocol/disco#info'
STEPS = ('message', 'answer', 'subscription', 'presence', 'leaving', 'queries', 'refusals', 'room')


class NotReached(Exception):
    """The rest of a conversation makes no sense any more."""


def need(check, name, stanza, good=True, detail=''):
    """A check without which the conversation cannot go on. Returns the stanza."""
    if not check(name, stanza is not None and good, detail or show(stanza)):
        raise NotReached(name)
    return stanza


def result(stanza):
    return stanza is not None and stanza.get('type') == 'result'


async def message(check, x, y):
    body = 'hello %s <&> \u00fc\U0001f600 "\'' % fresh()
    number = x.tell(y.bare, body)
    got = need(check, 'message', await y.message(body))
    check('message keeps sender and id', got.get('from') == x.jid and got.get('id') == number,
          show(got))


async def answer(check, x, y):
    body = 'back ' + fresh()
    y.tell(x.jid, body)
    got = need(check, 'answer', await x.message(body))
    check('answer keeps sender and recipient', got.get('from') == y.jid and got.get('to') == x.jid,
          show(got))


async def subscription(check, x, y):
    x.say("<presence to='%s' type='subscribe'/>" % y.bare)
    need(check, 'subscribe', await y.presence(x.bare, 'subscribe'))
    y.say("<presence to='%s' type='subscribed'/>" % x.bare)
    need(check, 'subscribed', await x.presence(y.bare, 'subscribed'))
    need(check, 'presence after subscribed', await x.presence(y.jid))


async def presence(check, x, y):
    status = 'fishing ' + fresh()
    y.say('<presence><show>away</show><status>%s</status></presence>' % status)
    got = await x.presence(y.jid, None, lambda s: text_of(s, 'status') == status)
    check('presence with show and status', got is not None and text_of(got, 'show') == 'away',
          show(got))


async def leaving(check, x, y):
    y.say("<presence type='unavailable'/>")
    check('unavailable', await x.presence(y.jid, 'unavailable'))
    y.say('<presence/>')
    check('available again', await x.presence(y.jid))


async def queries(check, x, y):
    got = await x.iq(y.boundjid.domain, "<query xmlns='%s'/>" % DISCO)
    check('disco of the domain', result(got) and
          got.find('{%s}query/{%s}feature' % (DISCO, DISCO)) is not None, show(got))
    got = await x.iq(y.jid, "<ping xmlns='urn:xmpp:ping'/>")
    check('ping of the client', result(got), show(got))
    got = await x.iq(y.jid, "<query xmlns='jabber:iq:version'/>")
    check('version of the client', result(got), show(got))


async def refusals(check, x, y):
    got = await x.iq(y.jid, "<query xmlns='urn:example:nobody-knows-this'/>")
    check('an error comes back', got is not None and got.get('type') == 'error' and
          condition(got) in ('service-unavailable', 'feature-not-implemented') and
          got.get('from') == y.jid, show(got))


def self_presence(s):
    return s.find('%sx/%sstatus[@code="110"]' % (MUC_USER, MUC_USER)) is not None


def has_code(code):
    return lambda s: s.find('%sx/%sstatus[@code="%s"]' % (MUC_USER, MUC_USER, code)) is not None


async def enter(user, room, nick):
    user.say("<presence to='%s/%s'><x xmlns='%s'/></presence>" % (room, nick, MUC))
    return await user.presence('%s/%s' % (room, nick), None, self_presence)


async def open_room(owner, service):
    """A new, unlocked room of `owner`, who is in it as `own`; None when that does not work."""
    name = '%s@%s' % (fresh('room'), service)
    if await enter(owner, name, 'own') is None:
        return None
    form = "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' " \
           "type='submit'/></query>"
    return name if result(await owner.iq(name, form, 'set')) else None


async def room(check, x, y):
    """x visits a room of y's service: join, talk, nick change, leave, kick."""
    name = await open_room(y, y.host.service)
    if not check('room: opened', name):
        raise NotReached('room')
    need(check, 'room: join', await enter(x, name, 'guest'))
    check('room: the join is seen', await y.presence(name + '/guest'))
    for who, other, nick in ((x, y, 'guest'), (y, x, 'own')):
        body = 'talk ' + fresh()
        who.tell(name, body, 'groupchat')
        for reader in (who, other):
            check('room: %s heard by %s' % (nick, 'self' if reader is who else 'the other'),
                  await reader.message(body, 'groupchat', '%s/%s' % (name, nick)))
    await rename_and_part(check, x, y, name)


async def rename_and_part(check, x, y, name):
    x.say("<presence to='%s/visitor'/>" % name)
    for reader, who in ((x, 'the visitor'), (y, 'the owner')):
        check('room: nick change seen by ' + who,
              await reader.presence(name + '/guest', 'unavailable', has_code('303')) is not None and
              await reader.presence(name + '/visitor') is not None)
    x.say("<presence to='%s/visitor' type='unavailable'/>" % name)
    check('room: leave seen by the owner', await y.presence(name + '/visitor', 'unavailable'))
    check('room: leave confirmed', await x.presence(name + '/visitor', 'unavailable'))
    need(check, 'room: join again', await enter(x, name, 'again'))
    kick = "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='again' role='none'>" \
           "<reason>enough</reason></item></query>"
    check('room: kick accepted', result(await y.iq(name, kick, 'set')))
    check('room: kick reaches the visitor',
          await x.presence(name + '/again', 'unavailable', has_code('307')))
    y.say("<presence to='%s/own' type='unavailable'/>" % name)


async def converse(check, x, y, leave_out=()):
    """The whole conversation of x with y; steps that cannot be reached count as failed."""
    steps = [s for s in STEPS if s not in leave_out and not (s == 'room' and not y.host.rooms)]
    for i, step in enumerate(steps):
        try:
            await globals()[step](check, x, y)
        except NotReached as lost:
            if lost.args[0] == 'message':
                for other in steps[i + 1:]:
                    check(other, False, 'not reached')
                return
