/**
 * @module Keeps the shop on the device, so that it opens without a network after the first visit. The
 * service worker begins to watch after that visit's files have passed, so it is told which they were.
 */
import { useSyncExternalStore } from 'react'
import { loadJson } from './load.ts'

/** What fast-forward needs is kept, or why it isn't. */
export type ReplayKept = 'unknown' | 'kept' | 'saves-data' | 'full' | 'failed'

let replayKept: ReplayKept = 'unknown'
const listeners = new Set<() => void>()

function settle(outcome: ReplayKept): void {
  replayKept = outcome
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useReplayKept = (): ReplayKept =>
  useSyncExternalStore(
    subscribe,
    () => replayKept,
    () => 'unknown',
  )

const address = (path: string): string =>
  new URL(path, location.origin + import.meta.env.BASE_URL).href

let watching: Promise<ServiceWorker> | null = null

/** Registers the service worker and has it keep what this visit has loaded. */
export function keepForOffline(): void {
  watching = loaded().then(register)
  watching.then(keepVisit).catch((error: unknown) => {
    // The shop works without it; only the next visit needs a network.
    console.info('Offline use is not available:', error)
  })
}

/** After the first lists are on screen: nothing of this may delay them. */
function loaded(): Promise<unknown> {
  if (document.readyState === 'complete') return Promise.resolve()
  return new Promise((resolve) => addEventListener('load', resolve, { once: true }))
}

/** Both documents, whichever this visit began with; and what every page reads. */
const ALWAYS = ['', 'shell.html', 'catalog/catalog.json', 'federation.json']

function keepVisit(worker: ServiceWorker): Promise<readonly Missing[]> {
  const seen = performance.getEntriesByType('resource').map((entry) => entry.name)
  const own = seen.filter((url) => url.startsWith(location.origin))
  return keep(worker, [...ALWAYS.map(address), ...own])
}

async function register(): Promise<ServiceWorker> {
  if (!('serviceWorker' in navigator)) throw new Error('This browser has no service workers.')
  await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`)
  const { active } = await navigator.serviceWorker.ready
  if (!active) throw new Error('The service worker has gone.')
  return active
}

interface Missing {
  readonly url: string
  /** Name of the error, as browsers have it. */
  readonly why: string
}

/** @returns what could not be kept */
function keep(worker: ServiceWorker, urls: readonly string[]): Promise<readonly Missing[]> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<{ missing: readonly Missing[] }>) => {
      port1.close()
      resolve(data.missing)
    }
    worker.postMessage({ kind: 'keep', urls }, [port2])
  })
}

const savesData = (): boolean =>
  (navigator as { connection?: { readonly saveData?: boolean } }).connection?.saveData === true

/**
 * Has all kept that no visit may have asked for yet: the scripts of other pages and of learning, and,
 * unless the shopper saves data, what fast-forward needs. To be called when the shop is at rest.
 */
export async function keepTheRest(): Promise<void> {
  if (!watching) return
  settle(await keepListed(watching).catch(() => 'failed'))
}

async function keepListed(watching: Promise<ServiceWorker>): Promise<ReplayKept> {
  const worker = await watching
  const list = (await loadJson('offline.json')) as Record<'shop' | 'replay', readonly string[]>
  await keep(worker, [...list.shop, '/offline.json'].map(address))
  const replay = list.replay.map(address)
  if (savesData()) {
    // Who has played one has it all the same.
    const kept = await Promise.all(replay.map((url) => caches.match(url, { ignoreVary: true })))
    return kept.every(Boolean) ? 'kept' : 'saves-data'
  }
  const missing = await keep(worker, replay)
  if (missing.length === 0) return 'kept'
  return missing.some(({ why }) => why === 'QuotaExceededError') ? 'full' : 'failed'
}
