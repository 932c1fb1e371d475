/**
 * @module Tells a screen reader that a list changed. It announces a change once, when the list has been still for a
 * moment, and never the first list, which the shopper did not request.
 */

const STILL_MS = 1000

export interface Announcer {
  /** Current order of the list; null while there is none. */
  shows(order: string | null): void
  stop(): void
}

export function createAnnouncer(announce: () => void): Announcer {
  let heard: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    shows(order) {
      clearTimeout(timer)
      if (order === null) return
      if (heard === null) heard = order
      // A list that moved back to the announced order has not changed.
      if (order === heard) return
      timer = setTimeout(() => {
        heard = order
        announce()
      }, STILL_MS)
    },
    stop: () => clearTimeout(timer),
  }
}
