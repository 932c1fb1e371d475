/**
 * @module A value that outlives the page and is shared by all tabs. Where storage is denied (private windows) it
 * lives as long as the page.
 */
import { createSignal, type Signal } from './signal.ts'

/** The shopper's answer to storing what the shop learns; null before the personalizer knows it. */
export const mayKeep = createSignal<boolean | null>(null)

/**
 * @param read parses the stored JSON; anything unexpected must become the default
 * @param of origin of the value: a shopper's own setting is always stored, the shop's notes about them only with
 * their agreement (`mayKeep`)
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
  // While prerendering there are no other tabs.
  globalThis.addEventListener?.('storage', (event) => {
    if (event.key === key || event.key === null) signal.set(load())
  })
  function store(): void {
    const allowed = of === 'shopper' || mayKeep.get()
    try {
      if (allowed) localStorage.setItem(key, JSON.stringify(signal.get()))
      else if (allowed === false) localStorage.removeItem(key)
    } catch {
      // Denied or full: the value still applies to this page.
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
