/**
 * @module Whether a worker has a network: it tries each way out that workers have, to its own server, where a
 * policy is least likely to stop it. A way is shut where the browser hasn't got it or says that its policy
 * stopped it. That a request failed proves nothing: the server may be away.
 */

/** What of a worker's scope is used; whatever a browser lacks is missing. */
export interface Ways extends EventTarget {
  readonly location: { readonly href: string }
}

type Attempt = (url: string) => unknown

/** Of each way what it is made by, and what opens it. */
const WAYS: Readonly<Record<string, Attempt>> = {
  fetch: (url) => globalThis.fetch(url, { method: 'POST', mode: 'no-cors', body: 'x' }),
  XMLHttpRequest(url) {
    const request = new globalThis.XMLHttpRequest()
    request.open('POST', url)
    request.send('x')
  },
  WebSocket: (url) => new globalThis.WebSocket(url.replace(/^http/, 'ws')),
  EventSource: (url) => new EventSource(url),
  WebTransport: (url) => new WebTransport(url.replace(/^http:/, 'https:')).ready,
  Worker: (url) => new Worker(url),
  FontFace: (url) => new FontFace('probe', `url(${url})`).load(),
  import: (url) => import(/* @vite-ignore */ url),
}

/** Not in workers; where they are, a policy for pages would have to stop them. */
const NEVER = ['RTCPeerConnection', 'SharedWorker', 'document']

/** Patience with a busy browser: what it hasn't reported by then counts as open. */
const PATIENCE_MS = 10_000

/** @returns names of the ways that are not shown to be shut; empty where there is no network */
export async function openWays(scope: Ways, attempts = WAYS): Promise<string[]> {
  const stopped = new Set<string>()
  let told = () => {}
  const listen = (event: Event) => {
    stopped.add(idOf((event as SecurityPolicyViolationEvent).blockedURI))
    told()
  }
  scope.addEventListener('securitypolicyviolation', listen)
  const open = new Set(NEVER.filter((name) => name in scope))
  const waiting = new Map<string, string>()
  for (const [name, attempt] of Object.entries(attempts)) {
    if (name !== 'import' && !(name in scope)) continue
    const id = `nearside-probe-${waiting.size}`
    waiting.set(name, id)
    try {
      Promise.resolve(attempt(new URL(`/${id}`, scope.location.href).href)).catch(() => undefined)
    } catch {
      // What a policy stops may throw; the event says whether it did.
    }
  }
  const left = () => [...waiting].filter(([, id]) => !stopped.has(id)).map(([name]) => name)
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS)
    told = () => {
      if (left().length > 0) return
      clearTimeout(timer)
      resolve()
    }
    told()
  })
  scope.removeEventListener('securitypolicyviolation', listen)
  return [...open, ...left()]
}

const idOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)
