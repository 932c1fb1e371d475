/** @module Collects the requests that the service worker reports, from the page's first script on. */

/** One request of the shop in this browser. */
export interface Asked {
  readonly address: string
  /** Time, milliseconds since the epoch. */
  readonly time: number
  /**
   * `here`: answered from this device; `network`: passed on to the network; `refused`: the shopper had blocked all
   * requests.
   */
  readonly way: 'here' | 'network' | 'refused'
  /** Number of bytes of the request body; null if unknown. */
  readonly sent: number | null
  /**
   * Source of this entry. `shop`: made by a page or its worker; `service-worker`: made by the service worker;
   * `browser`: listed in the page's Performance entries; `log`: listed in the device's log.
   */
  readonly by: 'shop' | 'service-worker' | 'browser' | 'log'
}

let asked: readonly Asked[] = []
const listeners = new Set<() => void>()

/** Adds requests that the service worker did not report. */
export function addAsked(more: readonly Asked[]): void {
  if (more.length === 0) return
  asked = [...asked, ...more]
  for (const listener of listeners) listener()
}

export const allAsked = (): readonly Asked[] => asked

export function subscribeAsked(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Call this before the document has loaded: until then, the browser holds the service worker's messages back. */
export function collectAsked(): void {
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.kind !== 'request') return
    const { address, time, way, sent, by } = data as Asked
    addAsked([{ address, time, way, sent, by }])
  })
}
