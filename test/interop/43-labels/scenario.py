# SPDX-License-Identifier: MIT
"""Security labels between real servers: a labelling client writes, and what the clearance of either side
does not grant comes back as forbidden; a reload changes a clearance for the stream that is there."""
import asyncio
import os

from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bed.audit import says
from bed.client import condition, fresh, show

# The least that a policy can be: two classifications.
POLICY = """<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1" version="1" creationDate="20260101000000Z"
  originatorDN="CN=t" keyIdentifier="00" privilegeId="2.16.840.1.101.2.1.8.3" rbacId="2.16.840.1.101.2.1.8.3">
  <securityPolicyId name="RED" id="2.25.1"/>
  <securityClassifications>
    <securityClassification name="LOW" lacv="1" hierarchy="1"/>
    <securityClassification name="HIGH" lacv="2" hierarchy="2"/>
  </securityClassifications>
</SPIF>
"""
NATO = ("<label><originatorConfidentialityLabel xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>"
        "<ConfidentialityInformation><PolicyIdentifier>%s</PolicyIdentifier><Classification>%s</Classification>"
        "</ConfidentialityInformation></originatorConfidentialityLabel></label>")
LABEL = "<securitylabel xmlns='urn:xmpp:sec-label:0'>%s</securitylabel>"
SEC = '{urn:xmpp:sec-label:0}securitylabel'
CATALOG = 'urn:xmpp:sec-label:catalog:2'
hosts = {}


def plan(bed):
    hosts['a'] = bed.host('a.p1.labels.example', 'p1', trunk='labels', users=('ann',), rooms=False)
    hosts['b'] = bed.host('b.e1.labels.example', 'e1', trunk='labels', users=('ann',), rooms=False)


def red(name, policy='RED'):
    return LABEL % (NATO % (policy, name))


async def arrives(check, what, x, y, extra):
    body = 'labelled ' + fresh()
    x.tell(y.jid, body, extra=extra)
    got = await y.message(body)
    check(what + ': arrives', bool(got), show(got) if got not in (None, False, True) else '')
    return got


async def refused(check, what, x, y, extra):
    body = 'labelled ' + fresh()
    number = x.tell(y.jid, body, extra=extra)
    got = await x.failure(number)
    check(what + ': comes back as forbidden, without words about why', got is not None and
          condition(got) == 'forbidden' and got.find('.//' + SEC) is None and
          'classification' not in show(got).lower().replace('<classification', ''), show(got))
    check(what + ': and nowhere else', not y.has('message', lambda s: s.get('id') == number))


def offer(client):
    """Answers requests for a label catalogue with two labels."""
    def answer(iq):
        client.say("<iq type='result' to='%s' id='%s'><catalog xmlns='%s' name='N'><item selector='Low'>%s</item>"
                   "<item selector='High'>%s</item><item/></catalog></iq>" %
                   (iq['from'], iq['id'], CATALOG, red('LOW'), red('HIGH')))
    client.register_handler(Callback('catalog', MatchXPath('{jabber:client}iq/{%s}catalog' % CATALOG), answer))


async def offered(client, whom):
    """The selectors of what one is offered; None: it comes to nothing."""
    got = await client.iq(whom.jid, "<catalog xmlns='%s' to='%s'/>" % (CATALOG, whom.bare))
    if got is None or got.get('type') != 'result':
        return None
    return [item.get('selector') for item in got.iter('{%s}item' % CATALOG)]


async def run(bed, check):
    trunk = bed.trunk('labels')
    trunk.usual()
    audit = os.path.join(trunk.folder, 'audit.json')
    trunk.settings['audit'] = {'file': audit, 'level': 'headers'}
    path = os.path.join(trunk.folder, 'red.xml')
    with open(path, 'w') as f:
        f.write(POLICY)
    trunk.settings['label_policies'] = [{'name': 'red', 'file': path, 'governing': True}]
    trunk.settings['clearances'] = [{'name': 'low', 'up_to': 'LOW'}, {'name': 'high', 'up_to': 'HIGH'}]
    trunk.settings['policies'] = [{'name': 'labels', 'labels': {'check': True}}]
    trunk.controls(hosts['a'], labels={'clearance': 'high'}, to_peer=['labels'])
    trunk.controls(hosts['b'], labels={'clearance': 'low'}, to_peer=['labels'])
    await trunk.start()
    x, y = await asyncio.gather(bed.client(hosts['a']), bed.client(hosts['b']))

    await arrives(check, 'LOW to one cleared for LOW', x, y, red('LOW'))
    await refused(check, 'HIGH to one cleared for LOW', x, y, red('HIGH'))
    await refused(check, 'HIGH from one cleared for LOW', y, x, red('HIGH'))
    await refused(check, 'no label', x, y, '')
    await refused(check, 'a classification that the policy does not know', x, y, red('COSMIC'))
    await refused(check, 'a label of another policy', x, y, red('LOW', 'GREEN'))
    await refused(check, 'a label without anything in it', x, y, LABEL % '<label/>')
    await refused(check, 'two labels', x, y, red('LOW') + red('LOW'))
    await refused(check, 'one that is no label', x, y, LABEL % '<label><x xmlns="urn:example:x"/></label>')
    got = await x.iq(y.boundjid.domain, "<ping xmlns='urn:xmpp:ping'/>")
    check('a ping needs no label', got is not None and got.get('type') == 'result', show(got))
    got = await x.iq(y.boundjid.domain, "<query xmlns='jabber:iq:version'/>")
    check('other questions without one are refused', condition(got) is not None, show(got))
    x.say("<presence to='%s'><status>%s</status>%s</presence>" % (y.jid, 'labelled', red('HIGH')))
    got = await y.presence(x.jid)
    check('presence goes on, its label does not', got is not None and got.find('.//' + SEC) is None, show(got))

    offer(x)
    check('nobody is told which labels there are', await offered(y, x) is None)
    trunk.settings['policies'][0]['labels']['unlabelled_iq'] = ['ping', 'disco', 'labels']
    check('a reload with catalogues', await trunk.reload())
    got = await offered(y, x)
    check('a catalogue as it is', got == ['Low', 'High', None], got)
    trunk.controls(hosts['b'], labels={'clearance': 'low', 'filter_catalogs': True})
    check('a reload with catalogues cut down', await trunk.reload())
    got = await offered(y, x)
    check('a catalogue of what would pass', got == ['Low'], got)

    trunk.controls(hosts['b'], labels={'clearance': 'high'})
    check('a reload with another clearance', await trunk.reload())
    await arrives(check, 'HIGH now', x, y, red('HIGH'))
    trunk.controls(hosts['b'], labels={'clearance': 'low'})
    check('and back', await trunk.reload())
    await refused(check, 'HIGH again', x, y, red('HIGH'))
    await says(check, 'the records say why', audit, 'classification-denied', 'label-malformed',
               'the recipient\'s side: the clearance does not have \\"HIGH\\"')
    await says(check, 'and what passed', audit, '"label":"label \\"RED LOW\\""')
    said = trunk.ctl('explain', hosts['a'].domain, hosts['b'].domain, config=True).stdout
    check('trunkctl explain lists it', 'label' in said, said)
