# SPDX-License-Identifier: MIT
"""Not one DNS query can be answered: the next hops are addresses, the leaves have /etc/hosts."""
import asyncio

from bed.talk import converse

# Without a name server to ask, Prosody's resolver would try the one that is not there for a while.
UNBOUND = 'unbound = { resolvconf = false, hoststxt = "/etc/hosts" }'
hosts = {}


def plan(bed):
    trunk = bed.trunk('no-dns')
    domains = {'p9': 'dark.p9.example', 'p10': 'dark.p10.example'}
    for name, other in (('p9', 'p10'), ('p10', 'p9')):
        far = [domains[other], 'conference.' + domains[other]]
        bed.server(name, names={n: trunk.address for n in far}, extra=UNBOUND)
        hosts[name] = bed.host(domains[name], name, trunk='no-dns', users=('ann',))


async def run(bed, check):
    trunk = bed.trunk('no-dns')
    trunk.usual()
    trunk.view = 'nowhere'
    for name, host in hosts.items():
        trunk.controls(host, connect=bed.servers[name].address + ':5269', authentication=['external'])
    await trunk.start()
    x, y = await asyncio.gather(*(bed.client(h) for h in hosts.values()))
    await converse(check.sub('one way'), x, y)
    await converse(check.sub('other way'), y, x)
