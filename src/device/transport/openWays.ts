/**
 * @module Whether a worker has a network: it tries each way out that it needs a policy against, to the very file
 * that it came from. A way is shut where the browser hasn't got it, or says that its policy stopped it: that a
 * request failed proves nothing else, since the server may be away. WebKit never says so to a worker. There the
 * way is shut if it leads not even to that file, which came just now. The rest is shut by taking it away:
 * Firefox stops that without a word.
 */

/** What of a worker's scope is used; whatever a browser lacks is missing. */
interface Ways extends EventTarget {
  readonly location: { readonly href: string }
}

/** Rejects where it leads nowhere. */
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
  // That it can't be opened shows later, and nothing: a server need not speak it.
  WebSocket: async (url) => new globalThis.WebSocket(url.replace(/^http/, 'ws')).close(),
  import: (url) => import(/* @vite-ignore */ url),
}

const PROBE = 'nearside-probe'

const TAKEN_AWAY = [
  ...['EventSource', 'FontFace', 'RTCPeerConnection', 'SharedWorker'],
  ...['WebSocketStream', 'WebTransport', 'Worker'],
]

/** Patience with a busy browser: what it hasn't reported by then counts as open. */
const PATIENCE_MS = 10_000
/** For a report that comes after the failure it is about. */
const REPORT_MS = 500

/** @returns names of the ways that are not shown to be shut; empty where there is no network */
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
