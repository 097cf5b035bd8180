# SPDX-License-Identifier: MIT
"""The status page in Chromium: phone and desktop, light and dark, and what a hostile peer may write there."""
import asyncio
import os
from xml.sax.saxutils import escape

from bed import http
from bed.browser import Browser, Page
from bed.press import Sink, send, until
from bed.wire import HEADER, attributes

LIMIT = 90.0
EVIL = '</p><script>window.hacked=1</script><img src="http://evil.example/x" onerror="window.hacked=1">\u202etxt.exe'
WIDTHS = ((360, 'phone'), (1360, 'desktop'))
peers = {}

# Text against what lies behind it: WCAG 1.4.3 wants 4.5.
CONTRAST = '''(() => {
function rgb(t) { const m = t.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; }
function light(c) { const v = c.slice(0, 3).map(x => { x /= 255;
  return x <= .03928 ? x / 12.92 : Math.pow((x + .055) / 1.055, 2.4); });
  return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; }
function behind(e) { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
  if (c) return c; } return [255, 255, 255]; }
let worst = 99, who = '';
for (const e of document.querySelectorAll('main *')) {
  if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < worst) { worst = ratio; who = e.outerHTML.slice(0, 120); }
}
return [worst, who]; })()'''


class Evil(Sink):
    """A next hop that ends every stream with words of its own."""

    async def on_header(self, wire, header):
        if not wire.tls:
            await super().on_header(wire, header)
            return
        await wire.send(HEADER % attributes(from_=header.get('to'), to=header.get('from'), id='e1', version='1.0'))
        await wire.send("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                        "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>%s</text></stream:error>"
                        '</stream:stream>' % escape(EVIL))


def plan(bed):
    for name in ('leaf', 'hop', 'rooms'):
        peers[name] = Sink(bed, name + '.page.example')
    peers['evil'] = Evil(bed, 'evil.page.example')
    peers['longest'] = Sink(bed, '%s.%s.page.example' % ('a' * 63, 'very-long-' * 6 + 'xyz'))


async def traffic(trunk, check):
    leaf, hop, evil, longest = (peers[n] for n in ('leaf', 'hop', 'evil', 'longest'))
    wire = await leaf.proven(hop.domain, trunk.address)
    await send(wire, leaf.domain, hop.domain, ['m%d' % i for i in range(50)])
    back = await hop.proven(leaf.domain, trunk.address)
    await send(back, hop.domain, leaf.domain, ['b%d' % i for i in range(20)])
    bad = await leaf.proven(evil.domain, trunk.address)
    await send(bad, leaf.domain, evil.domain, ['e1', 'e2'])
    far = await longest.proven(hop.domain, trunk.address)
    await send(far, longest.domain, hop.domain, ['l1'])
    check('stanzas arrive', await hop.got_all(51) and await leaf.got_all(20))
    check('the evil one is asked', await until(lambda: trunk.events('dial', outcome='unreachable') or
                                               trunk.events('dial', outcome='refused')))


def words(page):
    return page.value("document.querySelector('main').innerText")


async def look(bed, browser, url, check, width, name, dark):
    page = Page(browser)
    await page.open(width, dark=dark)
    await page.go(url)
    what = '%s, %s: ' % (name, 'dark' if dark else 'light')
    wide, inner = await page.value('[document.documentElement.scrollWidth, innerWidth]')
    check(what + 'nothing sticks out', wide <= width and inner == width, '%s in %s' % (wide, inner))
    cut = await page.value('''[...document.querySelectorAll('.card, .number, header')].filter(
        e => e.scrollWidth > e.clientWidth + 1).map(e => e.className + ' ' + e.scrollWidth)''')
    check(what + 'nor out of its card', not cut, str(cut))
    labels = await page.value('''(() => { const out = [];
        for (const s of document.querySelectorAll('svg.map')) { const box = s.getBoundingClientRect();
        if (box.width) for (const t of s.querySelectorAll('text')) { const b = t.getBoundingClientRect();
        if (b.left < box.left - 1 || b.right > box.right + 1) out.push(t.textContent); } } return out; })()''')
    check(what + 'every name on the map is whole', not labels, str(labels))
    text = await words(page)
    for wanted in ('statuspage.bed.example', peers['leaf'].domain, peers['hop'].domain, 'cannot be reached',
                   'Who is joined to whom', 'not used yet', 'days left', 'Policies at work', 'Last reload'):
        check(what + wanted, wanted in text, text[:2000])
    check(what + 'what a peer says is text', '<script>window.hacked=1</script><img' in text and
          '\u202e' not in text, text[:2000])
    check(what + 'and does nothing', await page.value('window.hacked') is None and
          not await page.value("document.querySelectorAll('img, main script').length"))
    shown = await page.value('''[...document.querySelectorAll('svg.map')].map(
        e => getComputedStyle(e).display !== 'none').join()''')
    check(what + 'one map, the right one', shown == ('false,true' if width < 600 else 'true,false'), str(shown))
    back = await page.value('getComputedStyle(document.body).backgroundColor')
    check(what + 'its colours', (sum(map(int, back[4:-1].split(','))) < 200) == dark, back)
    worst, who = await page.value(CONTRAST)
    check(what + 'it can be read', worst >= 4.5, '%.2f %s' % (worst, who))
    height = await page.value('document.documentElement.scrollHeight')
    await page.call('Emulation.setDeviceMetricsOverride', width=width, height=min(height, 6000), deviceScaleFactor=1,
                    mobile=width < 600)
    await page.picture(os.path.join(bed.logs, 'status-%s-%s.png' % (name, 'dark' if dark else 'light')))
    expect_quiet(page, url, check, what)


def expect_quiet(page, url, check, what):
    foreign = [u for u in page.requests() if not u.startswith((url, 'data:', 'about:'))]
    check(what + 'nothing from elsewhere', not foreign, str(foreign))
    check(what + 'nobody complains', not page.complaints(), str(page.complaints()))


async def refreshes(browser, trunk, url, check):
    leaf, hop, rooms = peers['leaf'], peers['hop'], peers['rooms']
    page = Page(browser)
    await page.open(1360)
    await page.go(url)
    await page.value("window.mark = 1; document.getElementById('pairs').open = true")
    before = await page.value("document.querySelector('header time').dateTime")
    wire = await leaf.proven(rooms.domain, trunk.address)
    await send(wire, leaf.domain, rooms.domain, ['r1'])
    check('one more joins', await rooms.got_all(1))

    async def until_value(expression):
        for _ in range(60):
            await page.value("document.dispatchEvent(new Event('visibilitychange')); 1")
            if await page.value(expression):
                return True
            await asyncio.sleep(0.2)
        return False
    joined = "[...document.querySelectorAll('.pairs tr')].some(r => /rooms.page.example/.test(r.textContent))"
    check('it is there without loading the page again', await until_value(joined) and
          await page.value('window.mark') == 1 and
          await until_value("document.querySelector('header time').dateTime > '%s'" % before))
    check('what was open stays open', await page.value("document.getElementById('pairs').open"))
    expect_quiet(page, url, check, 'refreshed: ')
    return page, until_value


async def without_script(browser, url, check):
    page = Page(browser)
    await page.open(1360, script=False)
    await page.go(url)
    tree = (await page.call('DOM.getDocument', depth=-1))['root']['nodeId']
    html = (await page.call('DOM.getOuterHTML', nodeId=tree))['outerHTML']
    check('without a script it is all there', peers['leaf'].domain in html and 'Who is joined to whom' in html)
    check('and comes again by itself', 'http-equiv="refresh"' in html)


async def run(bed, check):
    check('Chromium is installed', Browser.is_installed(), 'test/interop/install interop')
    trunk = bed.trunk('statuspage')
    trunk.usual(*peers.values())
    trunk.control(peers['evil'].domain, queue={'seconds': '60s'})
    trunk.settings['policies'] = [{'name': 'quiet', 'presence': {'fold': 'availability'}}]
    trunk.control(peers['hop'].domain, to_peer=['quiet'])
    trunk.settings['http'] = {'listen': trunk.address + ':9469'}
    await asyncio.gather(*(p.listen() for p in peers.values()))
    await trunk.start()
    await traffic(trunk, check)
    url = 'http://%s:9469/' % trunk.address
    status, headers, _ = await http.get((trunk.address, 9469), '/')
    check('a page', status == 200 and headers['content-type'].startswith('text/html'))
    browser = Browser()
    await browser.start()
    try:
        await asyncio.gather(*(look(bed, browser, url, check, width, name, dark)
                               for width, name in WIDTHS for dark in (False, True)))
        await without_script(browser, url, check)
        page, until_value = await refreshes(browser, trunk, url, check)
        check('it stops in order', await trunk.stop() == 0)
        check('the page says that nobody answers',
              await until_value("/No answer since/.test(document.getElementById('stale').textContent)"))
    finally:
        await browser.stop()
    await asyncio.gather(*(p.close() for p in peers.values()))
