# SPDX-License-Identifier: MIT
"""The quickstart that stays: started in the background, found again by a file, stopped by its id.

The file STATE/kept names the process and its folder.  The kept process listens on a Unix socket in
that folder; whoever connects makes it reload and repeat the demonstration, and gets its text.
"""
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time

READY, FAILED = b'\0ready\n', b'\0failed\n'
HOW = '''It is still running.

  configuration   {conf}
                  edit it, then ./quickstart --again
  trunkd's log    {log}
  ask trunkd      {ctl} status --socket {control}
                  and in place of status: streams, peers, routes, probe b.example
  a shell inside  ./quickstart --shell
  stop it         ./quickstart --stop
'''


def _file(state):
    return os.path.join(state, 'kept')


def _load(state):
    """The kept run, or None: {'pid', 'folder', ...}."""
    try:
        with open(_file(state)) as f:
            kept = json.load(f)
        os.kill(kept['pid'], 0)
        return kept
    except (OSError, ValueError):
        return None


def _running(state):
    kept = _load(state)
    if not kept:
        sys.exit('quickstart: nothing is kept running here; start it with ./quickstart --keep')
    return kept


def start(argv, state):
    """Run argv in the background; its output is shown until it is ready."""
    if _load(state):
        print('quickstart: already running; ./quickstart --stop ends it')
        return 1
    reader, writer = os.pipe()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=writer, stderr=writer,
                             start_new_session=True,
                             env={**os.environ, 'TRUNKD_BED_TTY': str(int(sys.stdout.isatty()))})
    os.close(writer)
    with os.fdopen(reader, 'rb') as output:
        for line in output:
            if line == READY:
                with open(os.path.join(state, 'kept.new')) as f:
                    kept = json.load(f)
                kept['pid'] = child.pid
                os.unlink(os.path.join(state, 'kept.new'))
                with open(_file(state), 'w') as f:
                    json.dump(kept, f)
                print(HOW.format(**kept))
                return 0
            sys.stdout.write(line.decode('utf-8', 'replace'))
            sys.stdout.flush()
    return child.wait() or 1


async def serve(bed, trunk, state, again):
    """Say that it stays, and repeat the demonstration on demand until the end."""
    path = os.path.join(bed.folder, 'again')

    async def answer(_, writer):
        await again(lambda text: writer.write((text + '\n').encode()))
        writer.close()
    await asyncio.start_unix_server(answer, path)
    with open(os.path.join(state, 'kept.new'), 'w') as f:
        json.dump({'folder': bed.folder, 'socket': path, 'log': trunk.log,
                   'conf': os.path.join(trunk.folder, 'trunkd.conf'), 'control': trunk.folder,
                   'ctl': os.path.join(os.path.dirname(bed.trunkd), 'trunkctl')}, f)
    sys.stdout.flush()
    os.write(1, READY)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    await asyncio.Event().wait()


def forget(state):
    for name in ('kept', 'kept.new'):
        if os.path.exists(os.path.join(state, name)):
            os.unlink(os.path.join(state, name))


def _inside(pid):
    """The first process of the kept space, seen from outside: the child of `pid`."""
    with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
        return int(f.read().split()[0])


def stop(state):
    """Ask it to end and wait until it has."""
    kept = _running(state)
    os.kill(_inside(kept['pid']), signal.SIGTERM)
    for _ in range(300):
        if not os.path.exists('/proc/%d' % kept['pid']):
            print('stopped')
            return 0
        time.sleep(0.1)
    os.kill(kept['pid'], signal.SIGKILL)        # takes all of the space with it
    forget(state)
    subprocess.run(['rm', '-rf', kept['folder']], check=True)
    print('stopped, the hard way')
    return 0


def again(state):
    kept = _running(state)
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(kept['socket'])
        while True:
            data = s.recv(65536)
            if not data:
                return 0
            sys.stdout.write(data.decode('utf-8', 'replace'))


def shell(state):
    """A shell in the kept network; DNS as trunkd sees it."""
    pid = _inside(_running(state)['pid'])
    argv = ['nsenter', '-t', str(pid), '-n', '-m', '-p']
    if os.geteuid():
        argv += ['-U', '--preserve-credentials']
    os.execvp(argv[0], argv + [os.environ.get('SHELL', '/bin/sh')])


COMMANDS = {'--stop': stop, '--again': again, '--shell': shell}
