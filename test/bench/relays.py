# SPDX-License-Identifier: MIT
"""The relays under test, each as a process on one core: trunkd, HAProxy, nginx; and the generator.

All listen and dial on loopback inside the private network namespace that `run` has made: leaves come
from 127.0.9.2, the relay is at 127.0.9.1, the next hop at 127.0.9.3.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'interop'))
from bed import libconfig, pki  # noqa: E402  (the same certificates and configurations as there)

LEAF, RELAY, HOP = '127.0.9.2', '127.0.9.1', '127.0.9.3'
CORES = sorted(os.sched_getaffinity(0))
NGINX_STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so'


class Failed(Exception):
    """A program did not do what it should."""


class Paths:
    """Programs, certificates, and a folder for everything that is written."""

    def __init__(self, folder, build):
        self.folder, self.build = folder, build
        self.trunkd = os.path.join(build, 'src', 'trunkd')
        self.loadgen = os.path.join(build, 'test', 'bench', 'loadgen')
        for program in (self.trunkd, self.loadgen):
            if not os.access(program, os.X_OK):
                sys.exit('bench: %s is missing: meson setup --buildtype=release %s && '
                         'ninja -C %s' % (program, build, build))
        certificates = pki.Pki(os.path.join(folder, 'pki'))
        self.ca = certificates.root.path
        self.leaf = certificates.get('good', '*.west.example')
        self.hop = certificates.get('good', '*.east.example')
        self.relay = certificates.get('good', '*.west.example', '*.east.example')

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w') as f:
            f.write(text)
        return path


def cores(which):
    """For the child: 'relay' gets the last core and 'load' the first, 'all' every one; before others
    that want them, where that is allowed."""
    mine = {'relay': CORES[-1:], 'load': CORES[:1], 'all': CORES}[which]

    def apply():
        os.sched_setaffinity(0, mine)
        os.setsid()
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -20)
            with open('/proc/self/autogroup', 'w') as f:  # which weighs sessions, not processes
                f.write('-20')
        except OSError:
            pass
    return apply


class Relay:
    """One process (with its children) that relays; stopped by its id."""

    name, speak, port = None, 'raw', None  # the same port at the relay and at the next hop

    def __init__(self, paths, where='relay'):
        self.paths, self.where = paths, where
        self.log = os.path.join(paths.folder, self.name + '.log')
        self.process = None

    def argv(self):
        raise NotImplementedError

    def start(self):
        with open(self.log, 'ab') as out:
            self.process = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, preexec_fn=cores(self.where))
        for _ in range(400):
            if self.process.poll() is not None:
                break
            with socket.socket() as s:
                if s.connect_ex((RELAY, self.port)) == 0:
                    time.sleep(0.1)  # that connection is closed before anything is measured
                    return self
            time.sleep(0.025)
        self.stop()
        with open(self.log, errors='replace') as f:
            raise Failed('%s does not listen: %s' % (self.name, f.read()[-600:]))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def pids(self):
        return [self.process.pid]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.process:
            self.process.wait()


class Direct:
    """No relay at all: the leaf talks to the next hop. What the generator itself takes."""

    name, speak, port = 'direct', 'raw', 5281

    def __init__(self, paths, where='relay'):
        self.paths = paths

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    @staticmethod
    def pids():
        return []


class Haproxy(Relay):
    """HAProxy in TCP mode: takes TLS off, puts TLS on, looks at nothing."""

    name, port = 'haproxy', 5282

    def argv(self):
        p = self.paths
        path = p.write('haproxy.cfg', '''
global
	maxconn 8000
	nbthread 1
	tune.ssl.cachesize 0
defaults
	mode tcp
	timeout connect 5s
	timeout client 1h
	timeout server 1h
frontend in
	bind %s:%d ssl crt %s ca-file %s verify required ssl-min-ver TLSv1.3 no-tls-tickets
	default_backend out
backend out
	server hop %s:%d ssl crt %s ca-file %s verify required sni str(r000.east.example) ssl-min-ver TLSv1.3 no-tls-tickets no-ssl-reuse
''' % (RELAY, self.port, p.relay.pem, p.ca, HOP, self.port, p.relay.pem, p.ca))
        return ['haproxy', '-db', '-f', path]


class Nginx(Relay):
    """nginx stream: the same, with buffers of 64 KiB."""

    name, port = 'nginx', 5283

    def argv(self):
        p = self.paths
        path = p.write('nginx.conf', '''
load_module %s;
daemon off;
pid %s/nginx.pid;
error_log stderr warn;
worker_processes 1;
worker_rlimit_nofile 8192;
events { worker_connections 8000; }
stream {
	server {
		listen %s:%d ssl;
		ssl_certificate %s;
		ssl_certificate_key %s;
		ssl_client_certificate %s;
		ssl_verify_client on;
		ssl_protocols TLSv1.3;
		ssl_session_tickets off;
		ssl_session_cache off;
		proxy_pass %s:%d;
		proxy_ssl on;
		proxy_ssl_certificate %s;
		proxy_ssl_certificate_key %s;
		proxy_ssl_trusted_certificate %s;
		proxy_ssl_verify on;
		proxy_ssl_server_name on;
		proxy_ssl_name r000.east.example;
		proxy_ssl_protocols TLSv1.3;
		proxy_ssl_session_reuse off;
		proxy_buffer_size 64k;
		proxy_timeout 1h;
		tcp_nodelay on;
	}
}
''' % (NGINX_STREAM, p.folder, RELAY, self.port, p.relay.crt, p.relay.key, p.ca,
       HOP, self.port, p.relay.crt, p.relay.key, p.ca))
        return ['nginx', '-e', 'stderr', '-p', p.folder, '-c', path]

    def pids(self):
        pid = self.process.pid
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return [int(word) for word in f.read().split()]


class Trunkd(Relay):
    """trunkd: presence folded, chat states and HTML stripped, unless `strip` says otherwise."""

    name, speak, port, workers = 'trunkd', 'xmpp', 5270, 1

    def settings(self):
        p = self.paths
        starttls = self.speak == 'starttls'
        hop = '%s:%d' % (HOP, self.port)
        return {
            'node': {'name': 'bench.example', 'workers': self.workers},
            'limits': {'connections': 100000, 'connections_per_address': 100000},
            'listen': [{'address': RELAY, 'port': self.port,
                        'mode': 'starttls' if starttls else 'direct-tls'}],
            'certificates': [{'name': 'relay', 'chain': p.relay.crt, 'key': p.relay.key}],
            'trust': [{'name': 'bench', 'ca': p.ca}],
            'defaults': {'trust': 'bench', 'tls': 'required', 'authentication': ['external'],
                         'to_peer': ['bench']},
            'peering_controls': [
                {'match': '*.west.example', 'connect': LEAF},
                {'match': '*.east.example', 'connect': hop if starttls else 'tls:' + hop}],
            'policies': [{'name': 'bench', 'presence': {'fold': 'availability'},
                          'strip': ['chat-states', 'html']}],
        }

    def argv(self):
        path = self.paths.write(self.name + '.conf', libconfig.document(self.settings()))
        return [self.paths.trunkd, '-c', path]


class TrunkdStarttls(Trunkd):
    """The same over STARTTLS, both sides."""

    name, speak, port = 'trunkd-starttls', 'starttls', 5269


class TrunkdTwo(Trunkd):
    """Two workers."""

    name, port, workers = 'trunkd-two', 5271, 2


def features():
    """The name of every feature that a policy may name."""
    path = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'src', 'policy', 'feature_list.h')
    with open(path) as f:
        names = re.findall(r'^X\(\w+, "([\w-]+)"', f.read(), re.MULTILINE)
    return [n for n in names if n not in ('core', 'carrier')]


class TrunkdPolicy(Trunkd):
    """Three policies merged, every feature named, one of them in shadow, the headers of every stanza in the
    audit file; what leaves is what `trunkd` lets through."""

    name, port = 'trunkd-policy', 5273

    def settings(self):
        settings = super().settings()
        blocked = ['file-transfer', 'voip', 'encrypted', 'mix', 'tunnel', 'push', 'commands', 'archive']
        settings['policies'] += [
            {'name': 'block', 'block': blocked},
            {'name': 'trial', 'mode': 'shadow', 'presence': {'fold': 'availability'},
             'strip': [n for n in features() if n not in blocked]}]
        settings['defaults']['to_peer'] = ['bench', 'block', 'trial']
        settings['audit'] = {'file': os.path.join(self.paths.folder, self.name + '.audit')}
        return settings

    def stop(self):
        super().stop()
        if os.path.exists(self.settings()['audit']['file']):
            os.unlink(self.settings()['audit']['file'])


RELAYS = {c.name: c for c in (Direct, Haproxy, Nginx, Trunkd, TrunkdStarttls, TrunkdTwo,
                             TrunkdPolicy)}


def missing(name):
    """Why this relay cannot be started here; None: it can."""
    if name in ('haproxy', 'nginx') and not shutil.which(name):
        return '%s is not installed' % name
    if name == 'nginx' and not os.path.exists(NGINX_STREAM):
        return 'libnginx-mod-stream is not installed'
    return None


def load(paths, relay, what, *options, where='load', patience=120):
    """Run the generator against this relay; what it has measured."""
    argv = [paths.loadgen, what, '--speak', relay.speak,
            '--relay', '%s:%d' % (HOP if relay.name == 'direct' else RELAY, relay.port),
            '--hop', '%s:%d' % (HOP, relay.port), '--leaf', LEAF,
            '--ca', paths.ca, '--leaf-pem', paths.leaf.pem, '--hop-pem', paths.hop.pem]
    for pid in relay.pids():
        argv += ['--pid', str(pid)]
    done = subprocess.run(argv + [str(o) for o in options], capture_output=True, text=True,
                          timeout=patience, preexec_fn=cores(where))
    if done.returncode != 0:
        raise Failed('%s: %s' % (relay.name, done.stderr.strip()))
    return json.loads(done.stdout)
