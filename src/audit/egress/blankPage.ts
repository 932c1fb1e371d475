/**
 * @module A page without shop code that requests every kind of resource from a server in this process, to show which
 * headers the browser itself adds.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext } from 'playwright-core'

const PIXEL = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64')
const TYPES: readonly (readonly [pattern: RegExp, type: string, body: string | Buffer])[] = [
  [/\.html$|\/$/, 'text/html', ''],
  [/\.css$/, 'text/css', '@font-face{font-family:f;src:url(font.woff2)} body{font-family:f}'],
  [/\.m?js$/, 'text/javascript', ''],
  [/\.json$/, 'application/json', '{}'],
  [/\.gif$/, 'image/gif', PIXEL],
  [/\.svg$/, 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
]

/** Page that requests each kind of file in at least two ways. */
const MARKUP = `<!doctype html><link rel="icon" href="icon.svg"><link rel="manifest" href="app.json">
<link rel="stylesheet" href="style.css"><link rel="stylesheet" href="cors.css" crossorigin>
<link rel="preload" as="style" href="early.css"><link rel="preload" as="script" href="early.js">
<link rel="preload" as="image" href="early.gif"><link rel="preload" as="font" href="early.woff2" crossorigin>
<link rel="preload" as="fetch" href="early.json" crossorigin><link rel="modulepreload" href="early.mjs">
<link rel="prefetch" href="next.json"><script src="plain.js"></script>
<script src="late.js" defer></script><script src="any.js" async></script><script src="cors.js" crossorigin></script>
<script type="module" src="module.js"></script><img src="seen.gif" width="9" height="9">
<img src="first.gif" fetchpriority="high"><img src="last.gif" fetchpriority="low">
<video src="film.mp4" preload="auto" muted></video><audio src="sound.mp3" preload="auto"></audio>
<iframe src="frame.html"></iframe><iframe id="other"></iframe><a href="link.html">next</a>
<p style="margin-top:9999px;background:url(below.gif)">a</p><img src="far.gif" loading="lazy">`

const ASK = `const ask = async (url) => {
  for (const cache of ['default', 'no-store', 'reload', 'no-cache', 'force-cache'])
    for (const priority of ['auto']) await fetch(url + '?' + cache, { cache, priority }).catch(() => 0)
  for (const credentials of ['omit', 'include']) await fetch(url + '?' + credentials, { credentials, referrerPolicy: 'no-referrer' }).catch(() => 0)
}`

/** Makes requests that only a script can make, and repeats some, to request files that the browser has cached. */
const SCRIPT = `(async () => { ${ASK}
  await ask('data.json'); await ask('data.json'); await ask(OTHER + 'data.json');
  await fetch(OTHER + 'data.json', { mode: 'no-cors' }).catch(() => 0);
  await new Promise((done) => { const x = new XMLHttpRequest(); x.open('GET', 'xhr.json'); x.onloadend = done; x.send() });
  await import('./dynamic.js');
  const started = (type, url) => new Promise((done) => { const w = new Worker(url, { type }); w.onmessage = done; w.onerror = done; setTimeout(done, 3000) });
  await started('classic', 'worker.js'); await started('module', 'worker.mjs');
  const { serviceWorker } = navigator;
  for (const [url, type] of [['sw.js', 'classic'], ['sw.mjs', 'module']]) {
    const one = await serviceWorker.register(url, { type, scope: '/' + type + '/' });
    await one.update().catch(() => 0);
  }
  for (const type of ['classic', 'module']) {
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: '/' + type + '/' }));
    await new Promise((done) => { frame.onload = done; setTimeout(done, 3000) });
  }
})()`

const SERVED: Readonly<Record<string, string>> = {
  '/worker.js': `${ASK}; importScripts('part.js'); ask('data.json').then(() => postMessage(0))`,
  '/worker.mjs': `import './part.mjs'; ${ASK}; ask('data.json').then(() => import('./later.mjs')).then(() => postMessage(0))`,
  '/sw.js': `importScripts('part.js'); ${ASK}; oninstall = (e) => e.waitUntil(caches.open('a').then((c) => c.addAll(['data.json', 'seen.gif'])).then(() => ask('data.json'))); onactivate = () => clients.claim(); onfetch = (e) => e.respondWith(fetch(e.request))`,
  '/sw.mjs': `import './part.mjs'; oninstall = () => skipWaiting(); onfetch = (e) => e.respondWith(fetch(e.request))`,
  '/module.js': `import './deep.js'`,
}

/** @returns the page's address, and a function that visits it */
export async function serveBlankPage() {
  const server = createServer(answer)
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // Both names lead to this machine; pages of `localhost` are secure contexts, as those of an https shop.
  const [page, other] = ['blank', 'other'].map((name) => `http://${name}.localhost:${port}/`)
  return {
    port,
    hosts: [page, other].map((url) => new URL(url).host),
    async look(context: BrowserContext): Promise<void> {
      const tab = await context.newPage()
      await tab.goto(page)
      await tab.evaluate(
        `document.getElementById('other').src = ${JSON.stringify(`${other}frame.html`)}`,
      )
      await tab.evaluate(SCRIPT.replaceAll('OTHER', JSON.stringify(other)))
      await tab.evaluate('scrollTo(0, 99999)')
      await tab.waitForTimeout(1000)
      await tab.reload()
      await tab.locator('a').click()
      await tab.goto(`${page}classic/`)
      await tab.goto(page)
      await tab.goBack()
      const frame = `document.body.append(Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(page)} }))`
      await tab.goto(other)
      await tab.evaluate(frame)
      await tab.waitForTimeout(1000)
      await tab.close()
    },
    close: () => void server.close(),
  }
}

function answer({ url = '/', headers }: IncomingMessage, answer: ServerResponse): void {
  const { pathname } = new URL(url, 'http://blank')
  const found = TYPES.find(([pattern]) => pattern.test(pathname))
  const body = SERVED[pathname] ?? (pathname === '/' ? MARKUP : (found?.[2] ?? ''))
  answer.writeHead(200, {
    'content-type': found?.[1] ?? 'application/octet-stream',
    etag: '"blank"',
    'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    'access-control-allow-origin': headers.origin ?? '*',
    'service-worker-allowed': '/',
    'access-control-allow-credentials': 'true',
    'cache-control': 'no-cache',
  })
  answer.end(body)
}
