# SPDX-License-Identifier: MIT
"""Labels of two policies between real servers: translated both ways, marked anew, as a first line for those who
have none; and what has no equivalent, or would widen, comes back as forbidden."""
import asyncio
import os

from bed.audit import says
from bed.client import condition, fresh, show, text_of

HEAD = ('<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1" version="1" creationDate="20260101000000Z" '
        'originatorDN="CN=t" keyIdentifier="00" privilegeId="2.16.840.1.101.2.1.8.3" rbacId="2.16.840.1.101.2.1.8.3">')
CLASS = '<securityClassification name="%s" lacv="%d" hierarchy="%d" color="%s">%s</securityClassification>'
SAME = '<equivalentClassification policyRef="BLUE" lacv="%d" applied="both"/>'
RED = (HEAD + '<securityPolicyId name="RED" id="2.25.1"/><securityClassifications>' +
       CLASS % ('LOW', 1, 1, 'green', SAME % 10) + CLASS % ('HIGH', 2, 2, 'red', SAME % 20) +
       CLASS % ('TOP', 3, 3, 'black', '') + '</securityClassifications><equivalentPolicies>'
       '<equivalentPolicy name="BLUE" id="2.25.2"/></equivalentPolicies></SPIF>')
BLUE = (HEAD + '<securityPolicyId name="BLUE" id="2.25.2"/><securityClassifications>' +
        CLASS % ('PALE', 10, 1, 'aqua', '') + CLASS % ('DEEP', 20, 2, 'blue', '') +
        CLASS % ('ODD', 30, 3, 'black', '') + '</securityClassifications></SPIF>')
NATO = ("<originatorConfidentialityLabel xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>"
        "<ConfidentialityInformation><PolicyIdentifier>%s</PolicyIdentifier><Classification>%s</Classification>"
        "</ConfidentialityInformation></originatorConfidentialityLabel>")
SEC = '{urn:xmpp:sec-label:0}'
SLAB = '{urn:nato:stanag:4774:confidentialitymetadatalabel:1:0}'
hosts = {}


def plan(bed):
    hosts['a'] = bed.host('a.p1.translated.example', 'p1', trunk='translated', users=('ann',), rooms=False)
    hosts['b'] = bed.host('b.e1.translated.example', 'e1', trunk='translated', users=('ann',), rooms=False)


def label(policy, name, marking='FREE'):
    return ("<securitylabel xmlns='urn:xmpp:sec-label:0'><displaymarking>%s</displaymarking><label>%s</label>"
            '</securitylabel>' % (marking, NATO % (policy, name)))


def said(holder):
    """The policy and the classification in a label or equivalentlabel."""
    if holder is None:
        return None
    words = [holder.find('.//' + SLAB + name) for name in ('PolicyIdentifier', 'Classification')]
    return ' '.join(w.text for w in words if w is not None)


def labels(stanza):
    """Its marking, its label, and the equivalent one."""
    element = stanza.find(SEC + 'securitylabel') if stanza is not None else None
    if element is None:
        return None
    marking = element.find(SEC + 'displaymarking')
    return (marking.text if marking is not None else None, said(element.find(SEC + 'label')),
            said(element.find(SEC + 'equivalentlabel')))


async def crosses(check, what, x, y, extra, want, first='', seen=''):
    """x writes to y: with this first line and this element; y sees that one, and these labels."""
    body = 'translated ' + fresh()
    x.tell(y.jid, first + body, extra=extra)
    got = await y.expect('message', lambda s: (text_of(s, 'body') or '').endswith(body))
    check(what + ': arrives', got is not None and text_of(got, 'body') == seen + body, show(got))
    check(what + ': as what it has to be', labels(got) == want, '%s, %s' % (labels(got), show(got)))


async def refused(check, what, x, y, extra, first=''):
    number = x.tell(y.jid, first + 'translated ' + fresh(), extra=extra)
    got = await x.failure(number)
    check(what + ': comes back as forbidden', got is not None and condition(got) == 'forbidden' and
          got.find('.//' + SEC + 'securitylabel') is None, show(got))
    check(what + ': and nowhere else', not y.has('message', lambda s: s.get('id') == number))


async def run(bed, check):
    trunk = bed.trunk('translated')
    trunk.usual()
    audit = os.path.join(trunk.folder, 'audit.json')
    trunk.settings['audit'] = {'file': audit, 'level': 'headers'}
    for name, text in (('red', RED), ('blue', BLUE)):
        with open(os.path.join(trunk.folder, name + '.xml'), 'w') as f:
            f.write(text)
    trunk.settings['label_policies'] = [
        {'name': 'red', 'file': os.path.join(trunk.folder, 'red.xml'), 'governing': True},
        {'name': 'blue', 'file': os.path.join(trunk.folder, 'blue.xml')}]
    trunk.settings['clearances'] = [{'name': 'red', 'up_to': 'TOP'},
                                    {'name': 'blue', 'policy': 'blue', 'up_to': 'DEEP'},
                                    {'name': 'pale', 'policy': 'blue', 'up_to': 'PALE'}]
    trunk.settings['labels'] = [{'name': 'pale', 'policy': 'blue', 'classification': 'PALE'},
                                {'name': 'deep', 'policy': 'blue', 'classification': 'DEEP'}]
    trunk.settings['policies'] = [{'name': 'labels', 'labels': {'check': True}}]
    trunk.controls(hosts['a'], labels={'clearance': ['red'], 'form': 'stanag4774'}, to_peer=['labels'])
    trunk.controls(hosts['b'], labels={'clearance': ['red', 'blue'], 'policy': 'blue', 'write': 'swap'},
                   to_peer=['labels'])
    await trunk.start()
    x, y = await asyncio.gather(bed.client(hosts['a']), bed.client(hosts['b']))

    await crosses(check, 'RED LOW', x, y, label('RED', 'LOW'), ('BLUE PALE', 'BLUE PALE', 'RED LOW'))
    await crosses(check, 'RED HIGH', x, y, label('RED', 'HIGH'), ('BLUE DEEP', 'BLUE DEEP', 'RED HIGH'))
    await refused(check, 'RED TOP, which BLUE does not have', x, y, label('RED', 'TOP'))
    await crosses(check, 'BLUE DEEP', y, x, label('BLUE', 'DEEP'), ('RED HIGH', 'BLUE DEEP', 'RED HIGH'))
    await refused(check, 'BLUE ODD, which RED does not have', y, x, label('BLUE', 'ODD'))
    await refused(check, 'a label of neither', y, x, label('GREEN', 'LOW'))

    trunk.controls(hosts['b'], labels={
        'clearance': ['red', 'pale'], 'policy': 'blue', 'write': 'none', 'first_line': {'in': True, 'out': True}})
    check('a reload: no labels for b, first lines', await trunk.reload())
    await crosses(check, 'RED LOW, as a line', x, y, label('RED', 'LOW'), None, seen='[BLUE PALE]\n')
    await refused(check, 'RED HIGH, for which b is not cleared under BLUE', x, y, label('RED', 'HIGH'))
    await crosses(check, 'a line that stands for BLUE PALE', y, x, '', ('RED LOW', 'RED LOW', None),
                  first='[BLUE  PALE]\n')
    await refused(check, 'a line that stands for nothing', y, x, '', first='[BLUE NOTHING]\n')
    await says(check, 'the records say what went as what', audit, 'RED LOW\\" -> \\"BLUE PALE',
               'BLUE DEEP\\" = \\"RED HIGH', 'first line \\"BLUE PALE\\" = \\"RED LOW')
    await says(check, 'the records say why', audit, 'no-equivalent-classification', 'classification-denied')
