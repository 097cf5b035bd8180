# SPDX-License-Identifier: MIT
"""A real browser: headless Chromium, told what to do over a pipe (its DevTools protocol).

No driver and no library is needed: one JSON object each way, ended by a zero byte.
"""
import asyncio
import base64
import json
import os
import shutil
import sys
import tempfile

PROGRAM = 'chromium'
SECONDS = 30
# What it does on its own (updates, reports, first runs) is switched off.
SWITCHES = (
    '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-default-apps', '--disable-extensions', '--hide-scrollbars', '--force-color-profile=srgb',
    '--remote-debugging-pipe')
# It reads commands from descriptor 3 and writes to 4.
LAUNCH = '''
import fcntl, os, sys
a, b = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(a, 3)
os.dup2(b, 4)
os.close(a)
os.close(b)
os.execvp(sys.argv[3], sys.argv[3:])
'''


class Browser:
    """One process."""

    def __init__(self):
        self.waiting, self.number, self.events = {}, 0, []

    @staticmethod
    def is_installed():
        return shutil.which(PROGRAM) is not None

    async def start(self):
        self.folder = tempfile.mkdtemp(prefix='trunkd-browser-')
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, '-c', LAUNCH, str(theirs_in), str(theirs_out), PROGRAM, *SWITCHES,
            '--user-data-dir=' + self.folder, 'about:blank', pass_fds=(theirs_in, theirs_out),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, 'HOME': self.folder, 'DBUS_SESSION_BUS_ADDRESS': '/dev/null'})
        os.close(theirs_in)
        os.close(theirs_out)
        loop = asyncio.get_running_loop()
        self.reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self.reader), os.fdopen(ours_in, 'rb'))
        self.out = os.fdopen(ours_out, 'wb', buffering=0)
        self.task = asyncio.ensure_future(self.read())

    async def read(self):
        while True:
            try:
                text = await self.reader.readuntil(b'\0')
            except asyncio.IncompleteReadError:
                return
            message = json.loads(text[:-1])
            if 'id' in message:
                future = self.waiting.pop(message['id'], None)
                if future and not future.done():
                    future.set_result(message)
            else:
                self.events.append(message)

    async def call(self, method, session=None, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if session:
            message['sessionId'] = session
        future = self.waiting[self.number] = asyncio.get_running_loop().create_future()
        self.out.write(json.dumps(message).encode() + b'\0')
        answer = await asyncio.wait_for(future, SECONDS)
        if 'error' in answer:
            raise RuntimeError('%s: %s' % (method, answer['error']))
        return answer['result']

    async def stop(self):
        try:
            await self.call('Browser.close')
        except (RuntimeError, asyncio.TimeoutError, BrokenPipeError):
            self.process.kill()
        await self.process.wait()
        self.task.cancel()
        self.out.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """One tab with its own size, colours and permission to run scripts."""

    def __init__(self, browser):
        self.browser = browser

    async def open(self, width, height=900, dark=False, script=True):
        b = self.browser
        self.target = (await b.call('Target.createTarget', url='about:blank'))['targetId']
        self.session = (await b.call('Target.attachToTarget', targetId=self.target, flatten=True))['sessionId']
        for domain in ('Page', 'Runtime', 'Network', 'Log'):
            await self.call(domain + '.enable')
        await self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1,
                        mobile=width < 600)
        await self.call('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}])
        if not script:
            await self.call('Emulation.setScriptExecutionDisabled', value=True)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def heard(self, method):
        return [e['params'] for e in self.browser.events
                if e.get('sessionId') == self.session and e['method'] == method]

    async def until(self, truth):
        """Waits for what is awaited; the caller's check says what is missing when it does not come."""
        for _ in range(SECONDS * 20):
            if truth():
                return
            await asyncio.sleep(0.05)

    async def go(self, url):
        before = len(self.heard('Page.loadEventFired'))
        await self.call('Page.navigate', url=url)
        await self.until(lambda: len(self.heard('Page.loadEventFired')) > before)

    async def value(self, expression):
        result = await self.call('Runtime.evaluate', expression=expression, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(str(result['exceptionDetails']))
        return result['result'].get('value')

    async def picture(self, path):
        data = await self.call('Page.captureScreenshot', format='png', captureBeyondViewport=True)
        with open(path, 'wb') as f:
            f.write(base64.b64decode(data['data']))

    def requests(self):
        return [p['request']['url'] for p in self.heard('Network.requestWillBeSent')]

    def complaints(self):
        """Errors of scripts, on the console, and what the content policy refused."""
        return [json.dumps(p)[:300] for p in self.heard('Runtime.exceptionThrown')] + \
            [json.dumps(p)[:300] for p in self.heard('Runtime.consoleAPICalled') if p['type'] in ('error', 'assert')] + \
            [p['entry']['text'] for p in self.heard('Log.entryAdded') if p['entry']['level'] == 'error']
