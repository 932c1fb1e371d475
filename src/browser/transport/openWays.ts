/**
 * @module Checks that a worker has no network access. The check requests the worker's own file by each API that only a
 * Content-Security-Policy can block.
 *
 * - An API is closed if the browser lacks it, or reports that the policy blocked it. A failed request by itself proves
 *   nothing, since the server could be down.
 * - WebKit reports no blocked requests to a worker. There, an API is closed if the request fails, because the worker's
 *   file was loaded just now.
 * - All other APIs are removed from the worker's scope, since Firefox blocks them without a report.
 */

/** Part of a worker's scope that this check uses. The scope also has the browser's APIs by name. */
interface Ways extends EventTarget {
  readonly location: { readonly href: string }
}

/** Makes a request by one API; rejects if the request fails. */
type Attempt = (url: string) => Promise<unknown>

const WAYS: Readonly<Record<string, Attempt>> = {
  fetch: (url) => globalThis.fetch(url, { cache: 'force-cache' }),
  XMLHttpRequest: (url) =>
    new Promise((resolve, reject) => {
      const request = new globalThis.XMLHttpRequest()
      request.onload = resolve
      request.onerror = reject
      request.open('GET', url)
      request.send()
    }),
  // A WebSocket's failure is ignored: it comes after the constructor has returned, and proves nothing, because the
  // server need not support WebSocket.
  WebSocket: async (url) => new globalThis.WebSocket(url.replace(/^http/, 'ws')).close(),
  import: (url) => import(/* @vite-ignore */ url),
}

const PROBE = 'nearside-probe'

const TAKEN_AWAY = [
  ...['EventSource', 'FontFace', 'RTCPeerConnection', 'SharedWorker'],
  ...['WebSocketStream', 'WebTransport', 'Worker'],
]

/** Maximum milliseconds to wait for a busy browser's reports. An API without a report by then counts as open. */
const PATIENCE_MS = 10_000
/** Milliseconds to wait after the last attempt, because browsers report a blocked attempt a little later. */
const REPORT_MS = 500

/** @returns names of the APIs that could be open; empty if there is no network access */
export async function openWays(scope: Ways, attempts = WAYS): Promise<string[]> {
  for (const name of TAKEN_AWAY) Reflect.deleteProperty(scope, name)
  const names = Object.keys(attempts).filter((name) => name === 'import' || name in scope)
  const [reported, failed] = [new Set<string>(), new Set<string>()]
  const isShut = (name: string) => (reported.size > 0 ? reported : failed).has(name)
  await new Promise<void>((resolve) => {
    scope.addEventListener('securitypolicyviolation', (event) => {
      const { blockedURI } = event as SecurityPolicyViolationEvent
      const [, name] = blockedURI.split(`?${PROBE}=`)
      if (name) reported.add(name)
      if (names.every((name) => reported.has(name))) resolve()
    })
    const tried = names.map((name) => {
      const url = `${scope.location.href}?${PROBE}=${name}`
      return attempts[name](url).catch(() => failed.add(name))
    })
    const ended = Promise.all(tried).then(() => after(REPORT_MS))
    ended.then(() => reported.size === 0 && resolve())
    after(PATIENCE_MS).then(resolve)
  })
  return [...TAKEN_AWAY.filter((name) => name in scope), ...names.filter((name) => !isShut(name))]
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
