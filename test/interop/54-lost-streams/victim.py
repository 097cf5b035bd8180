# SPDX-License-Identifier: MIT
"""A scripted next hop in a process of its own, to be killed: writes down each id that it has read.

victim.py ADDRESS DOMAIN CRT KEY CA FILE"""
import asyncio
import os
import sys
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from bed.peer import Peer                                               # noqa: E402


class Victim(Peer):
    file = None

    async def on_stanza(self, wire, element):
        os.write(self.file, (element.get('id') + '\n').encode())
        await asyncio.sleep(0)


async def main(address, domain, crt, key, ca, path):
    cert = SimpleNamespace(crt=crt, key=key)
    bed = SimpleNamespace(pki=SimpleNamespace(get=lambda *_: cert, root=SimpleNamespace(path=ca)))
    victim = Victim(bed, domain, address=address)
    victim.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    await victim.listen()
    await asyncio.sleep(3600)

asyncio.run(main(*sys.argv[1:]))
