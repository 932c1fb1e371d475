/**
 * @module A value in `localStorage`, shared by all tabs. If storage is denied (private windows), the value lives as
 * long as the page.
 */
import { createSignal, type Signal } from './signal.ts'

/** The shopper's answer to the question about storing; null until the personalizer has read it. */
export const mayKeep = createSignal<boolean | null>(null)

/**
 * @param read parses the stored JSON; anything unexpected must become the default
 * @param of whose value it is: a setting of the shopper is always stored; a note of the shop about the shopper only
 * after a yes (`mayKeep`)
 */
export function createStored<T>(
  key: string,
  read: (value: unknown) => T,
  of: 'shopper' | 'shop' = 'shopper',
): Signal<T> {
  const load = () => {
    try {
      return read(JSON.parse(localStorage.getItem(key) ?? 'null'))
    } catch {
      return read(null)
    }
  }
  const signal = createSignal(read(null), load())
  // `addEventListener` is missing while prerendering, where there are no other tabs.
  globalThis.addEventListener?.('storage', (event) => {
    if (event.key === key || event.key === null) signal.set(load())
  })
  function store(): void {
    const allowed = of === 'shopper' || mayKeep.get()
    try {
      if (allowed) localStorage.setItem(key, JSON.stringify(signal.get()))
      else if (allowed === false) localStorage.removeItem(key)
    } catch {
      // Storage is denied or full. The value still applies to this page.
    }
  }
  if (of === 'shop') mayKeep.subscribe(store)
  return {
    ...signal,
    set(next) {
      signal.set(next)
      store()
    },
  }
}
