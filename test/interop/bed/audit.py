# SPDX-License-Identifier: MIT
"""Audit files, read and verified by other means than trunkd's own."""
import hashlib
import hmac
import json
import os

from .press import until

KEY = 'the key of the bed, long enough to be one'


def key_file(trunk):
    path = os.path.join(trunk.folder, 'audit.key')
    with open(path, 'w') as f:
        f.write(KEY + '\n')
    os.chmod(path, 0o600)
    return path


def lines(*paths):
    """The lines that are whole."""
    data = b''
    for path in paths:
        with open(path, 'rb') as f:
            data += f.read()
    return data.split(b'\n')[:-1]


async def says(check, what, path, *texts):
    """Check that the file has all of these texts: in the end, since a thread of its own writes it."""
    def read():
        with open(path) as f:
            return f.read()
    found = await until(lambda: all(text in read() for text in texts), 5)
    check(what, found, read()[-400:])


def records(*paths, **fields):
    """Records with these fields, in the order of the files; pieces that are none are left out."""
    found = []
    for line in lines(*paths):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if all(row.get(k) == v for k, v in fields.items()):
            found.append(row)
    return found


def broken(*paths, key=KEY):
    """What is wrong with the chain through these files: [] when nothing is."""
    faults, before, sequence, torn = [], '0' * 64, 0, False
    for number, line in enumerate(lines(*paths), 1):
        digest = hashlib.sha256(line).hexdigest()
        try:
            row = json.loads(line)
        except ValueError:
            before, torn = digest, True
            continue
        if row['prev'] != before or row['sequence'] != sequence + 1:
            faults.append('line %d does not follow: %r' % (number, line[:200]))
        if torn != (row['event'] == 'torn'):
            faults.append('line %d: torn, and not said so' % number)
        if row['event'] == 'checkpoint' and key:
            body = line[:line.rindex(b',"hmac":"')]
            if hmac.new(key.encode(), body, 'sha256').hexdigest() != row['hmac']:
                faults.append('line %d: bad checkpoint' % number)
        before, sequence, torn = digest, row['sequence'], False
    return faults
