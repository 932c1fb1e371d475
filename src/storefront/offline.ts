/** @module Stores the shop on the device (`public/sw.js`), so that later visits open without a server request. */
import { createSignal } from './signal.ts'
import { mayKeep } from './stored.ts'
import { checkBy, isCut, setWire, WORKER_FILE } from './wire/wire.ts'

/**
 * If the shopper refuses storing, the shop's files are removed, but only once the service worker has finished storing
 * them. This is the maximum wait, milliseconds.
 */
const KEEPING_PATIENCE = 10_000

/** Whether the files of the page `/fast-forward` are stored for use without a network; if not, the reason. */
export const replayKept = createSignal<'unknown' | 'kept' | 'saves-data' | 'full' | 'failed'>(
  'unknown',
)

export const savesData = (): boolean =>
  (navigator as { connection?: { readonly saveData?: boolean } }).connection?.saveData === true

/**
 * Stores the shop on the device once the shopper agrees to storing (`mayKeep`), and removes it after a refusal. Call
 * this when the shop is idle, because it must not delay a first list.
 */
export function followForOffline(): void {
  let allowed: boolean | null = null
  let keeping = Promise.resolve()
  const follow = () => {
    const before = allowed
    allowed = mayKeep.get()
    if (allowed && !before) keeping = keepForOffline()
    if (allowed !== false || before === false) return
    const leave = () => (allowed === false ? leaveOffline() : undefined)
    // The files are removed after storing has finished, because storing could otherwise add files after the removal. If
    // another tab's removal stops the service worker while it stores, the service worker never answers. So the files
    // are removed after `KEEPING_PATIENCE` at the latest.
    void keeping.then(leave)
    setTimeout(leave, KEEPING_PATIENCE)
  }
  mayKeep.subscribe(follow)
  follow()
}

async function leaveOffline(): Promise<void> {
  replayKept.set('unknown')
  try {
    // If the shopper has blocked all requests, the service worker refuses them. The service worker is removed below, so
    // the block ends first.
    if (isCut.get()) await setWire(false, null)
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
    // The failure is ignored: the shop works, but the next visit needs a network and requests its page from the server.
    console.info('Offline use is not available:', error)
    replayKept.set('failed')
  }
}

async function register(): Promise<ServiceWorker> {
  if (!('serviceWorker' in navigator)) throw new Error('This browser has no service workers.')
  const registered = await navigator.serviceWorker.register(WORKER_FILE, checkBy(isCut.get()))
  // Looks for a newer service worker (a new release). Without a network this fails, which doesn't matter.
  if (!isCut.get()) registered.update().catch(() => undefined)
  const { active } = await navigator.serviceWorker.ready
  if (!active) throw new Error('The service worker has gone.')
  return active
}

interface Missing {
  readonly url: string
  /** Name of the browser's error. */
  readonly why: string
}

/**
 * Asks the service worker to store the shop's files. The files of the first visit loaded before the service worker
 * started, so the page sends the list of these files.
 * @returns files of the fast-forward page that could not be stored
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
