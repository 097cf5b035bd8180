# SPDX-License-Identifier: MIT
"""Everything at once: mixed load over 200 pairs, reloads, next hops that are killed, peers that
misbehave. Every stanza is counted at both ends. `test/soak` runs it for longer."""
import asyncio
import contextlib
import json
import os
import random
import signal

from bed.press import (FULL, Peer, Sink, condition, descriptors, down_to, finish, freeze, knock,
                       lean, memory, peek, reset, rising, small_buffers, until)
from bed.wire import HEADER, SERVER, Gone, attributes

SECONDS = float(os.environ.get('TRUNKD_SOAK') or (120 if FULL else 15))
LIMIT = SECONDS + 120
LEAVES, HOPS = 20, 10
MOVING = 3              # of these domains plans change the next hop; of the others next hops are killed
BURST = 2000            # stanzas: more than fits into the kernel's buffers while nobody reads
TIMEOUT = 'remote-server-timeout'
EXTRA = ("<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
         "<p>h</p></body></html><active xmlns='http://jabber.org/protocol/chatstates'/>")
STRIPPED = ('{http://jabber.org/protocol/xhtml-im}html',
            '{http://jabber.org/protocol/chatstates}active', SERVER + 'status')
KINDS = (
    "<message type='chat'%s><body>nº %s, жизнь</body>" + EXTRA + '</message>',
    "<message type='groupchat'%s><body>to the room %s</body>" + EXTRA + '</message>',
    "<presence%s><status>nobody shall see %s</status></presence>",
    "<iq type='get'%s><ping xmlns='urn:xmpp:ping' n='%s'/></iq>",
    "<message%s><subject>s</subject><body>" + 'x' * 300 + '%s</body></message>',
)
peers = {}


class Pair:
    """Two domains: what was sent, what arrived in which order, what came back as an error. A stanza
    is known by the resource of who sent it, for folded presence has no id."""

    def __init__(self, from_, to):
        self.from_, self.to, self.sent = from_, to, 0
        self.got, self.bounced, self.twice = [], {}, 0
        self.burst, self.killed = False, 0
        self.quiet, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()

    def some(self, count):
        text = ''.join(KINDS[n % len(KINDS)] % (attributes(
            from_='x@%s/%d' % (self.from_, n), to='y@' + self.to, id=str(n)), n)
            for n in range(self.sent, self.sent + count))
        self.sent += count
        return text

    def settled(self):
        return self.sent == len(self.got) + len(self.bounced)


class Ledger(dict):
    """All pairs, and what was seen that must not be."""

    def __init__(self):
        super().__init__()
        self.leaks = 0

    def arrived(self, element):
        address = element.get('from')
        pair = self[address[2:].partition('/')[0], element.get('to')[2:]]
        pair.got.append(int(address.partition('/')[2]))
        self.leaks += any(element.find(name) is not None for name in STRIPPED)

    def returned(self, element):
        name, _, number = element.get('to')[2:].partition('/')
        pair = self[name, element.get('from')[2:].partition('/')[0]]
        pair.twice += int(number) in pair.bounced
        pair.bounced[int(number)] = condition(element)

    def total(self, measure):
        return sum(measure(pair) for pair in self.values())


class Leaf(Peer):
    """Takes what comes back."""

    async def on_stanza(self, wire, element):
        wire.heard = ''
        peers['ledger'].returned(element)


class Hop(Peer):
    """Counts what arrives. A doomed connection is read no further behind its next stanza."""

    async def on_stanza(self, wire, element):
        wire.heard = ''
        peers['ledger'].arrived(element)
        doom = getattr(wire, 'doom', None)
        if doom:
            freeze(wire)
            doom.set()
            await asyncio.sleep(3600)

    def living(self):
        return [w for w in self.wires if w.__dict__.get('proven') and not w.writer.is_closing()
                and not getattr(w, 'doom', None)]


def plan(bed):
    leaves = ['l%d.soak.example' % i for i in range(LEAVES)]
    hops = ['h%d.soak.example' % i for i in range(HOPS)]
    peers['leaf'] = Leaf(bed, *leaves)
    peers['one'], peers['two'] = Hop(bed, *hops), Hop(bed, *hops)
    peers['guest'] = Sink(bed, 'guest.soak.example')


# -- load

async def write(pair, trunk, done):
    """One pair's stanzas, over one stream after another, each closed in order."""
    wire = await peers['leaf'].proven(pair.to, trunk.address, from_=pair.from_)
    while not done.is_set():
        await pair.go.wait()
        await wire.send(pair.some(BURST if pair.burst else random.randint(1, 8)))
        wire.sent = ''
        if pair.burst:
            pair.burst = False
            pair.go.clear()
            pair.quiet.set()
        elif random.random() < 0.01:
            await wire.send('</stream:stream>')
            await wire.ending()
            wire.close()
            wire = await peers['leaf'].proven(pair.to, trunk.address, from_=pair.from_)
        await asyncio.sleep(random.uniform(0, 1.5))
    await wire.send('</stream:stream>')
    await wire.ending()
    wire.close()


# -- next hops that die

async def kill(wire, end):
    """The connection breaks while its buffers are full, so that it is known to the byte what the
    peer's TCP has acknowledged: that has arrived. False: it was too quiet."""
    ledger = peers['ledger']
    pair = ledger[wire.attributes.get('from'), wire.attributes.get('to')]
    if not pair.go.is_set() or pair.burst:
        return False
    wire.doom, pair.burst = asyncio.Event(), True
    pair.quiet.clear()
    try:
        await asyncio.wait_for(wire.doom.wait(), 10)
        with contextlib.suppress(asyncio.TimeoutError):     # the sender may be held back
            await asyncio.wait_for(pair.quiet.wait(), 3)
        await peek(wire)
        for kind, element in wire._items:
            if kind == 'element':
                ledger.arrived(element)
        pair.killed += 1
        end(wire)
    except asyncio.TimeoutError:
        return False
    finally:
        pair.burst = False
        pair.go.set()
    return True


async def die(trunk, done, tally):
    while not done.is_set():
        await asyncio.sleep(0.3)
        moving = peers['one'].domains[:MOVING]
        wires = [w for p in (peers['one'], peers['two']) for w in p.living()
                 if w.attributes.get('to') not in moving]
        if not wires:
            continue
        wire, way = random.choice(wires), random.choice(('rst', 'fin', 'close'))
        if way == 'close':
            with contextlib.suppress(Gone):
                await wire.send('</stream:stream>')
                tally['closed in order'] += 1
        elif await kill(wire, reset if way == 'rst' else finish):
            tally['killed'] += 1
            if way == 'fin':
                await asyncio.sleep(0.2)
                reset(wire)


# -- reloads

async def reload(trunk, done, tally):
    """Now another next hop for some domains, now another policy."""
    names, number = peers['one'].domains, 0
    while not done.is_set():
        number += 1
        trunk.control(random.choice(names[:MOVING]), connect=random.choice(
            (peers['one'], peers['two'])).address + ':5269')
        trunk.settings['policies'][0]['strip'] = ['chat-states', 'html'] + ['nick'] * (number % 2)
        trunk.write()
        trunk.process.signal(signal.SIGHUP)
        tally['reloads'] += 1
        await asyncio.sleep(random.uniform(0.2, 1.5))


# -- peers that misbehave

async def rude(trunk, data):
    found = await knock(trunk.address, 5269, data)
    if found:
        with contextlib.suppress(asyncio.TimeoutError, OSError):
            await asyncio.wait_for(found[0].read(4096), 0.5)
        found[1].close()


async def breach(trunk, text):
    """Proven, and then this."""
    wire = await peers['guest'].proven(peers['one'].domain, trunk.address)
    with contextlib.suppress(Gone):
        await wire.send(text)
        await wire.ending(5)
    wire.close()


async def misbehave(trunk, done, tally):
    header = HEADER % attributes(from_='l0.soak.example', to='h0.soak.example', version='1.0')
    starttls = header + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    rudeness = (b'GET / HTTP/1.0\r\n\r\n', b'\0' * 3000, b"<?xml version='1.0'?><!DOCTYPE x [",
                header.replace('h0.', 'nobody.').encode(), header.encode(),
                (header + "<message from='x@l0.soak.example/0' to='y@h0.soak.example'/>").encode(),
                (starttls + 'too early').encode(), b"<stream:stream " + b"a='b' " * 20000)
    breaches = ("<message from='x@l0.soak.example/0' to='y@h0.soak.example'><body/></message>",
                "<message from='g@guest.soak.example/0'><</message>", '<db:result/>', '<a>' * 4000,
                "<!-- --><iq/>", '&x;', "<message b='" + 'y' * 200000)
    while not done.is_set():
        with contextlib.suppress(Gone, asyncio.TimeoutError, OSError):
            if random.random() < 0.6:
                await rude(trunk, random.choice(rudeness))
            else:
                await breach(trunk, random.choice(breaches))
        tally['breaches'] += 1
        await asyncio.sleep(0.05)


# -- the books

def verdict(check, trunk, ledger):
    lost = ledger.total(lambda p: p.sent - len(p.got) - len(p.bounced))
    doubled = ledger.total(lambda p: p.twice + len(p.got) - len(set(p.got)) +
                           len(set(p.got) & set(p.bounced)))
    disordered = ledger.total(lambda p: not rising([str(n) for n in p.got]))
    uncertain = ledger.total(lambda p: len(p.bounced))
    check('lost 0', lost == 0, '%d' % lost)
    check('doubled 0', doubled == 0, '%d' % doubled)
    check('disordered 0', disordered == 0, '%d pairs' % disordered)
    check('what came back is uncertain, and only from next hops that were killed', all(
        p.killed and set(p.bounced.values()) == {TIMEOUT} for p in ledger.values() if p.bounced),
        str({(p.from_, p.to): list(p.bounced.items())[:3] for p in ledger.values() if p.bounced
             and not (p.killed and set(p.bounced.values()) == {TIMEOUT})})[:300])
    logged = sum(int(r['uncertain']) for r in trunk.events('stanzas-returned'))
    check('each is in the log as uncertain', logged == uncertain, '%d of %d' % (logged, uncertain))
    check('nothing that a policy strips came through', ledger.leaks == 0, '%d' % ledger.leaks)
    return 'lost %d, doubled %d, disordered %d, uncertain %d of %d' % (
        lost, doubled, disordered, uncertain, ledger.total(lambda p: p.sent))


def records(trunk):
    """What the audit file has by now: {number: sender and recipient}, and the same of what was uncertain."""
    decided, uncertain = {}, []
    with open(trunk.settings['audit']['file']) as f:
        for line in f:
            record = json.loads(line) if line.endswith('\n') else {'event': 'under way'}
            if record['event'] == 'stanza' and record['from'].startswith('x@l'):
                decided[record['sequence']] = record['from'] + ' ' + record['to']
            elif record['event'] == 'outcome' and record['verdict'] == 'uncertain':
                uncertain.append(decided.get(record['stanza']))
    return decided, uncertain


async def audited(check, trunk, ledger):
    """One record for each decision, one more for each stanza that was uncertain."""
    sent = ledger.total(lambda p: p.sent)
    bounced = sorted('x@%s/%d y@%s' % (p.from_, n, p.to) for p in ledger.values() for n in p.bounced)
    await until(lambda: [len(r) for r in records(trunk)] == [sent, len(bounced)])
    decided, uncertain = records(trunk)
    check('each decision is on record, once', len(decided) == len(set(decided.values())) == sent,
          '%d of %d' % (len(decided), sent))
    check('and so is each uncertain one', sorted(uncertain) == bounced, '%d' % len(uncertain))


def prepare(trunk, ledger):
    for from_ in peers['leaf'].domains:
        for to in peers['one'].domains:
            ledger[from_, to] = Pair(from_, to)
    trunk.usual(peers['leaf'], peers['one'], peers['guest'])
    trunk.settings['policies'] = [{'name': 'fold', 'presence': {'fold': 'availability'},
                                   'strip': ['chat-states', 'html']}]
    trunk.settings['defaults']['to_peer'] = ['fold']
    # A machine that is busy besides is slow, and nothing else.
    trunk.settings['defaults'].update(connect_timeout='60s', queue={'seconds': '10m'})
    trunk.settings['limits'] = {'setup_time': '60s'}
    trunk.settings['audit'] = {'file': os.path.join(trunk.folder, 'audit.jsonl')}


async def soak(trunk, ledger, tally):
    done = asyncio.Event()
    writers = [asyncio.ensure_future(write(p, trunk, done)) for p in ledger.values()]
    await until(lambda: all(p.got for p in ledger.values()), 60)
    others = [asyncio.ensure_future(f(trunk, done, tally)) for f in (die, die, die, reload, misbehave)]
    await asyncio.sleep(SECONDS)
    done.set()
    await asyncio.gather(*others)
    await asyncio.gather(*writers)
    await until(lambda: all(p.settled() for p in ledger.values()), 60)


async def run(bed, check):
    trunk, ledger = bed.trunk('soak'), peers.setdefault('ledger', Ledger())
    tally = dict.fromkeys(('killed', 'closed in order', 'reloads', 'breaches'), 0)
    prepare(trunk, ledger)
    with small_buffers():
        await asyncio.gather(*(peers[n].listen() for n in ('leaf', 'one', 'two', 'guest')))
        await trunk.start()
        thin = memory(trunk)
        await soak(trunk, ledger, tally)
    books = verdict(check, trunk, ledger)
    await audited(check, trunk, ledger)
    check('something was uncertain', ledger.total(lambda p: len(p.bounced)) > 0)
    check('next hops were killed, streams closed, plans changed, peers turned away',
          all(tally.values()), str(tally))
    check('no reload failed', not trunk.events('reload-failed'))
    bound = 2 * len(ledger) + 60
    held = await down_to(lambda: descriptors(trunk), bound)
    check('descriptors: the pairs and no more', held <= bound, '%d' % held)
    await lean(check, 'memory: the pairs and no more', trunk, thin + 64 * 1024)
    check.note('%g s: %s; %s' % (SECONDS, books, ', '.join('%d %s' % (v, k) for k, v in
                                                            tally.items())))
    await asyncio.gather(*(peers[n].close() for n in ('leaf', 'one', 'two', 'guest')))
