/**
 * @module Tells a screen reader that a list changed: once when it has stood still for a moment, however
 * often it moved before, and not at all for what it shows at first, which nobody asked for.
 */

const STILL_MS = 1000

export interface Announcer {
  /** The list's order as it is shown now; null while there is none. */
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
      // What has moved back where it was is no change.
      if (order === heard) return
      timer = setTimeout(() => {
        heard = order
        announce()
      }, STILL_MS)
    },
    stop: () => clearTimeout(timer),
  }
}
