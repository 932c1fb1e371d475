/**
 * @module A value that outlives the page and is the same in every tab. Where storage is refused
 * (private windows) it lives as long as the page.
 */
import { createSignal, type Signal } from './signal.ts'

/** @param read what the stored JSON means; anything unexpected must become the default */
export function createStored<T>(key: string, read: (value: unknown) => T): Signal<T> {
  const load = () => {
    try {
      return read(JSON.parse(localStorage.getItem(key) ?? 'null'))
    } catch {
      return read(null)
    }
  }
  const signal = createSignal(read(null), load())
  // Where pages are rendered beforehand, there is no other tab.
  globalThis.addEventListener?.('storage', (event) => {
    if (event.key === key || event.key === null) signal.set(load())
  })
  return {
    ...signal,
    set(next) {
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // Refused or full: the value still holds for this page, which is all that can be had.
      }
      signal.set(next)
    },
  }
}
