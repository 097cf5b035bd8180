# SPDX-License-Identifier: MIT
"""The place in which the bed runs, and the processes it starts there.

A private network namespace that has only `lo` (nothing can leave it, every port is free), a private
mount namespace (each process gets a resolv.conf of its own) and a private process namespace (when
the first process ends, all end).  Nothing on the machine is touched and nothing is left behind.
"""
import asyncio
import os
import shutil
import signal
import subprocess
import sys

MARK = 'TRUNKD_BED_INSIDE'
SHARED = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']
WAYS = [['unshare'] + SHARED, ['unshare', '--user', '--map-root-user'] + SHARED]
OVERLAID = ('/etc/hosts', '/etc/resolv.conf')     # what a process may see another version of
NO_WAY = ('interop: no private network namespace to be had: be root, or allow '
          'unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1).')
PROGRAMS = {
    'prosody': 'prosody', 'erl': 'ejabberd', 'jabberd2-sm': 'jabberd2', 'unbound': 'unbound',
    'named': 'bind9', 'dnsmasq': 'dnsmasq-base', 'go-sendxmpp': 'go-sendxmpp', 'profanity': 'profanity', 'ip': 'iproute2',
    'unshare': 'util-linux', 'mount': 'mount',
}


def enter(argv, without=()):
    """Run argv inside a fresh private space; returns only when this already is the inside.
    without: programs of PROGRAMS that are not needed."""
    if os.environ.get(MARK) == '1':
        _furnish()
        return
    missing = sorted({pkg for prog, pkg in PROGRAMS.items()
                      if prog not in without and not shutil.which(prog)})
    if missing:
        sys.exit('interop: not installed: %s; run test/interop/install first.' % ' '.join(missing))
    for way in WAYS if os.geteuid() == 0 else WAYS[1:]:
        if subprocess.run(way + ['true'], capture_output=True).returncode == 0:
            os.environ[MARK] = '1'
            os.execvp(way[0], way + argv)
    sys.exit(NO_WAY)


def _furnish():
    """Bring lo up, and hide what the machine says about names."""
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda *_: sys.exit(1))
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    if not all(os.path.exists(p) for p in OVERLAID):
        _private_etc()
    # Where /proc may not be mounted anew (some containers) the old one serves as well.
    subprocess.run(['mount', '-t', 'proc', 'proc', '/proc'], capture_output=True)
    for name in ('SSL_CERT_FILE', 'SSL_CERT_DIR', 'LIBRARY_PATH', 'LD_LIBRARY_PATH'):
        os.environ.pop(name, None)


async def _ending(work, stop):
    """work(), then stop(), whatever happens in between; no task is left behind."""
    try:
        return await work()
    finally:
        await stop()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


def _private_etc():
    """Files that are not there (or lead nowhere) cannot be overlaid: a copy of /etc gets them."""
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], check=True)
    subprocess.run(['cp', '-a', '/etc/.', '/mnt'], stderr=subprocess.DEVNULL, check=False)
    for path in OVERLAID:
        copy = os.path.join('/mnt', os.path.basename(path))
        if not os.path.exists(path):
            if os.path.islink(copy):
                os.unlink(copy)
            with open(copy, 'w') as f:
                f.write('127.0.0.1 localhost\n' if path == '/etc/hosts' else '')
    subprocess.run(['mount', '--bind', '/mnt', '/etc'], check=True)


def run(work, stop):
    """Run work() in an event loop, and stop() after it, also after a signal. Returns work's value, 1
    after a signal."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    task = loop.create_task(_ending(work, stop))
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(sig, task.cancel)
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        return 1


class Process:
    """One program of the bed: started with its own resolv.conf, stopped by its process id."""

    def __init__(self, name, argv, log, files=None, env=None, cwd=None, passed=()):
        self.name = name
        self.log = log
        command = list(argv)
        for target, path in (files or {}).items():
            command = ['sh', '-c', 'mount --bind "$0" %s && exec "$@"' % target, path] + command
        if files:
            command = ['unshare', '-m'] + command
        with open(log, 'ab') as out:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          env={**os.environ, **(env or {})}, cwd=cwd,
                                          start_new_session=True, pass_fds=passed)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def signal(self, number):
        if self.alive():
            self.popen.send_signal(number)

    async def stop(self, seconds=6.0):
        """Ask it to end, then make it end. Returns the exit status (negative: the signal)."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        for _ in range(int(seconds * 50)):
            if not self.alive():
                return self.popen.returncode
            await asyncio.sleep(0.02)
        self.signal(signal.SIGKILL)
        return self.popen.wait()

    async def listening(self, address, port, seconds=30.0):
        """Wait until it accepts connections; an error names the log's last line."""
        for _ in range(int(seconds * 20)):
            if not self.alive():
                break
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), 1)
                writer.close()
                return
            except (OSError, asyncio.TimeoutError):
                await asyncio.sleep(0.05)
        state = 'does not listen' if self.alive() else 'ended with %s' % self.popen.returncode
        raise RuntimeError('%s %s on %s:%d; %s says: %s' % (self.name, state, address, port,
                                                            self.log, self.last_words()))

    def last_words(self, lines=4):
        with open(self.log, 'rb') as f:
            text = f.read()[-2000:].decode('utf-8', 'replace').strip()
        return ' | '.join(text.splitlines()[-lines:]) or '(nothing)'
