/** @module Keeps the shop on the device (`public/sw.js`): later visits open without asking the server. */
import { createSignal } from './signal.ts'
import { mayKeep } from './stored.ts'

/** What fast-forward needs is kept, or why it isn't. */
export const replayKept = createSignal<'unknown' | 'kept' | 'saves-data' | 'full' | 'failed'>(
  'unknown',
)

/** Whether the shopper asked the browser to. */
export const savesData = (): boolean =>
  (navigator as { connection?: { readonly saveData?: boolean } }).connection?.saveData === true

/**
 * Keeps the shop on the device where the shopper agreed to storing (`mayKeep`), now or later, and removes it after a no. To
 * be called when the shop is at rest, since nothing of this may delay a first list.
 */
export function followForOffline(): void {
  let allowed: boolean | null = null
  let keeping = Promise.resolve()
  const follow = () => {
    const before = allowed
    allowed = mayKeep.get()
    if (allowed && !before) keeping = keepForOffline()
    // What is still being kept would come after what is removed.
    if (allowed === false && before !== false) void keeping.then(leaveOffline)
  }
  mayKeep.subscribe(follow)
  follow()
}

async function leaveOffline(): Promise<void> {
  replayKept.set('unknown')
  try {
    await (await navigator.serviceWorker?.getRegistration())?.unregister()
    for (const name of await caches.keys())
      if (name.startsWith('nearside-')) await caches.delete(name)
  } catch (error) {
    console.info('What was kept for offline use could not be removed:', error)
  }
}

async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD) return
  try {
    const missing = await keep(await register(), !savesData())
    if (missing.length === 0) replayKept.set('kept')
    else if (savesData()) replayKept.set('saves-data')
    else replayKept.set(missing.some(({ why }) => why === 'QuotaExceededError') ? 'full' : 'failed')
  } catch (error) {
    // The shop works without it; only the next visit needs a network, and tells the server its page.
    console.info('Offline use is not available:', error)
    replayKept.set('failed')
  }
}

async function register(): Promise<ServiceWorker> {
  if (!('serviceWorker' in navigator)) throw new Error('This browser has no service workers.')
  const registered = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`)
  // Whether there is a new release. Without a network there is none to be had.
  registered.update().catch(() => undefined)
  const { active } = await navigator.serviceWorker.ready
  if (!active) throw new Error('The service worker has gone.')
  return active
}

interface Missing {
  readonly url: string
  /** Name of the error, as browsers have it. */
  readonly why: string
}

/**
 * The worker begins to watch after the first visit's files have passed, so it is told which they were.
 * @returns what of fast-forward is not kept
 */
function keep(worker: ServiceWorker, replay: boolean): Promise<readonly Missing[]> {
  const seen = performance.getEntriesByType('resource').map(({ name }) => new URL(name))
  const own = seen.filter(({ origin }) => origin === location.origin)
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<{ missing: readonly Missing[] }>) => {
      port1.close()
      resolve(data.missing)
    }
    const paths = own.map(({ pathname }) => pathname)
    worker.postMessage({ kind: 'keep', seen: paths, replay }, [port2])
  })
}
