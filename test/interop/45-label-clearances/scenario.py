# SPDX-License-Identifier: MIT
"""What peers and their users are cleared for: by rules for addresses, from a file, and from the
certificates that they prove themselves with, in both directions. A peer proven by dialback has shown no
clearance; one whose certificate is not known yet is called, and refused for now."""
import os

from bed.client import fresh, show
from bed.peer import Peer, body_of, message
from bed.wire import SERVER, local

POLICY = """<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1" version="1" creationDate="20260101000000Z"
  originatorDN="CN=t" keyIdentifier="00" privilegeId="2.16.840.1.101.2.1.8.3" rbacId="2.16.840.1.101.2.1.8.3">
  <securityPolicyId name="RED" id="2.25.1"/>
  <securityClassifications>
    <securityClassification name="LOW" lacv="1" hierarchy="1"/>
    <securityClassification name="HIGH" lacv="2" hierarchy="2"/>
  </securityClassifications>
</SPIF>
"""
NATO = 'urn:nato:stanag:4774:'
CLEARANCE = ("<c:ConfidentialityClearance xmlns:c='" + NATO + "confidentialityclearance:1:0' xmlns='" + NATO +
             "confidentialitymetadatalabel:1:0'><PolicyIdentifier>RED</PolicyIdentifier><c:ClassificationList>%s"
             "</c:ClassificationList></c:ConfidentialityClearance>")
LABEL = ("<securitylabel xmlns='urn:xmpp:sec-label:0'><label><originatorConfidentialityLabel xmlns='" + NATO +
         "confidentialitymetadatalabel:1:0'><ConfidentialityInformation><PolicyIdentifier>RED</PolicyIdentifier>"
         "<Classification>%s</Classification></ConfidentialityInformation></originatorConfidentialityLabel>"
         "</label></securitylabel>")
KINDS = {'hq': 'good', 'shore': 'cleared-1-2', 'ship': 'cleared-1', 'raft': 'cleared-1'}
peers, wires = {}, {}


def plan(bed):
    for name, kind in KINDS.items():
        peers[name] = Peer(bed, name + '.cleared.example', cert=kind)
    peers['raft'].shows = None  # it proves itself by dialback; as a next hop it has a certificate


def write_clearance(path, *names):
    with open(path, 'w') as f:
        f.write(CLEARANCE % ''.join('<Classification>%s</Classification>' % n for n in names))


def configure(trunk):
    trunk.usual(*peers.values())
    policy, file = (os.path.join(trunk.folder, n) for n in ('red.xml', 'hq.xml'))
    with open(policy, 'w') as f:
        f.write(POLICY)
    write_clearance(file, 'LOW', 'HIGH')
    trunk.settings.update(
        label_policies=[{'name': 'red', 'file': policy}],
        clearances=[{'name': 'hq', 'file': file}, {'name': 'low', 'up_to': 'LOW'}, {'name': 'high', 'up_to': 'HIGH'}],
        jid_sets=[{'name': 'officers', 'members': ['captain@hq.cleared.example']}],
        policies=[{'name': 'labels', 'labels': {'check': True}}])
    trunk.settings['defaults']['to_peer'] = ['labels']
    by_certificate = {'certificate_clearance': True}
    trunk.control('hq.cleared.example', labels={'clearance': 'hq', 'jids': [
        {'jids': ['@officers'], 'clearance': 'high'}, {'jids': ['*@hq.cleared.example'], 'clearance': 'low'}]})
    for name in ('shore', 'ship', 'raft'):
        trunk.control(name + '.cleared.example', labels=by_certificate)
    return file


async def wire(trunk, x, y):
    """A stream on which x may write to y."""
    key = (x, y) if x == 'raft' else x
    if key not in wires:
        proof = 'dialback' if x == 'raft' else 'external'
        wires[key] = await peers[x].proven(peers[y].domain, trunk.address, proof)
    return wires[key]


async def tell(trunk, x, y, label):
    """x's user writes to y's: None when it arrives, or the error that comes back."""
    (who, x), (whom, y) = (a.split('@') for a in (x, y))
    number, from_, to = fresh(), '%s@%s' % (who, peers[x].domain), '%s@%s' % (whom, peers[y].domain)
    w = await wire(trunk, x, y)
    await w.send(message(from_, to, number, 'labelled', LABEL % label))

    def found():
        return [s for p in (peers[x], peers[y]) for s in p.stanzas if s.get('id') == number]
    while not found():
        for p in (peers[x], peers[y]):
            if await p.until(found, 0.05):
                break
    got = found()[0]
    return got if got.get('type') == 'error' else None


def condition(error):
    return local(error.find(SERVER + 'error')[0])


async def passes(check, trunk, x, y, label):
    error = await tell(trunk, x, y, label)
    check('%s to %s, %s: arrives' % (x, y, label), error is None, show(error) if error is not None else '')


async def refused(check, trunk, x, y, label):
    error = await tell(trunk, x, y, label)
    check('%s to %s, %s: forbidden' % (x, y, label), error is not None and condition(error) == 'forbidden' and
          body_of(error) is None, show(error) if error is not None else 'it arrived')


async def by_address(check, trunk):
    await passes(check, trunk, 'jim@shore', 'captain@hq', 'HIGH')
    await passes(check, trunk, 'jim@shore', 'cook@hq', 'LOW')
    await refused(check, trunk, 'jim@shore', 'cook@hq', 'HIGH')
    await passes(check, trunk, 'captain@hq', 'jim@shore', 'HIGH')
    await refused(check, trunk, 'cook@hq', 'jim@shore', 'HIGH')


async def by_certificate(check, trunk):
    error = await tell(trunk, 'captain@hq', 'jim@ship', 'LOW')
    check('to one whose certificate is not known: for now', error is not None and
          condition(error) == 'resource-constraint', show(error) if error is not None else 'it arrived')
    check('it is called', await peers['ship'].event('auth'))
    for _ in range(100):    # until what it has shown is noted
        error = await tell(trunk, 'captain@hq', 'jim@ship', 'LOW')
        if error is None:
            break
    check('and then written to', error is None, show(error) if error is not None else '')
    await refused(check, trunk, 'captain@hq', 'jim@ship', 'HIGH')
    await passes(check, trunk, 'jim@ship', 'captain@hq', 'LOW')
    await refused(check, trunk, 'jim@ship', 'captain@hq', 'HIGH')
    await refused(check, trunk, 'jim@shore', 'jim@ship', 'HIGH')
    await refused(check, trunk, 'jim@raft', 'captain@hq', 'LOW')


async def shown(check, trunk):
    said = {r['peer']: r['clearance'] for r in await trunk.rows('peers')}
    check('trunkctl peers shows what certificates bring', said.get('ship.cleared.example') == 'RED: LOW' and
          said.get('shore.cleared.example') == 'RED: LOW, HIGH' and said.get('raft.cleared.example') == 'RED: LOW' and
          said.get('hq.cleared.example') is None, str(said))


async def reloaded(check, trunk, file):
    write_clearance(file, 'LOW')
    check('a reload reads the clearance again', await trunk.reload())
    await refused(check, trunk, 'jim@shore', 'captain@hq', 'HIGH')
    await passes(check, trunk, 'jim@ship', 'captain@hq', 'LOW')
    write_clearance(file, 'LOW', 'HIGH')
    trunk.control('ship.cleared.example', labels={'clearance': 'high'})
    check('another one has a clearance of its own now', await trunk.reload())
    await passes(check, trunk, 'jim@ship', 'captain@hq', 'HIGH')
    trunk.control('ship.cleared.example', labels={'certificate_clearance': True, 'clearance': 'high'})
    check('and one beside its certificate', await trunk.reload())
    await refused(check, trunk, 'jim@ship', 'captain@hq', 'HIGH')
    await passes(check, trunk, 'captain@hq', 'jim@ship', 'LOW')


async def run(bed, check):
    trunk = bed.trunk('cleared')
    file = configure(trunk)
    try:
        for peer in peers.values():
            await peer.listen()
        await trunk.start()
        await by_address(check, trunk)
        await by_certificate(check, trunk)
        await shown(check, trunk)
        await reloaded(check, trunk, file)
    finally:
        for peer in peers.values():
            await peer.close()
