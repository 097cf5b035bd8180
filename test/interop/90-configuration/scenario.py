# SPDX-License-Identifier: MIT
"""trunkd -t and -T: every mistake is named with file and line, secrets are not shown."""
import asyncio

# A change to the usual settings, and the words that the complaint must have.
MISTAKES = {
    'an unknown key': (lambda s: s['node'].update(wrokers=2), ['wrokers', 'workers']),
    'an unknown section': (lambda s: s.update(peering_control=[]), ['peering_control']),
    'a wrong type': (lambda s: s['node'].update(workers='two'), ['workers']),
    'a value out of range': (lambda s: s['node'].update(workers=100000), ['workers']),
    'a domain matched twice': (lambda s: s['peering_controls'].append({'match': 'A.example'}),
                               ['A.example']),
    'a store that is not there': (lambda s: s['defaults'].update(trust='no-such'), ['no-such']),
    'a policy that is not there': (lambda s: s['defaults'].update(to_peer=['no-such']), ['no-such']),
    'a feature that is not there': (lambda s: s.update(policies=[{'name': 'x', 'strip': ['htlm']}]),
                                    ['htlm']),
    'a file that is not there': (lambda s: s['trust'][0].update(ca='/no/such/file.pem'),
                                 ['/no/such/file.pem']),
    'a target that is none': (lambda s: s['peering_controls'][0].update(connect='host:'),
                              ['connect']),
}


def plan(bed):
    bed.trunk('configured')


async def run(bed, check):
    trunk = bed.trunk('configured')
    trunk.usual(names=['a.example'])
    trunk.control('a.example', connect='dns')
    good = trunk.examine()
    check('a good configuration passes', good.returncode == 0, good.stderr)
    shown = trunk.examine('-T')
    check('-T shows it whole', shown.returncode == 0 and 'a.example' in shown.stdout and
          'max_stanza' in shown.stdout, shown.stdout[:200] + shown.stderr[:200])
    check('-T shows no secret', 'long enough to be one' not in shown.stdout)
    for name, (change, words) in MISTAKES.items():
        trunk.usual(names=['a.example'])
        trunk.control('a.example', connect='dns')
        change(trunk.settings)
        found = await asyncio.to_thread(trunk.examine)
        text = found.stderr + found.stdout
        check('%s is refused' % name, found.returncode != 0)
        check('%s is named with file and line' % name, 'trunkd.conf:' in text and
              all(w in text for w in words), text[:300])
    trunk.usual(names=['a.example'])
    trunk.control('a.example', connect='dns')
    for change, _ in (MISTAKES['an unknown key'], MISTAKES['a policy that is not there'],
                      MISTAKES['a store that is not there']):
        change(trunk.settings)
    found = await asyncio.to_thread(trunk.examine)
    text = found.stderr + found.stdout
    check('all mistakes are reported, not only the first', text.count('no-such') >= 2 and
          'wrokers' in text, text[:300])
