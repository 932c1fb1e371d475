/**
 * @module A value that outlives the page and is the same in every tab. Where storage is refused
 * (private windows) it lives as long as the page.
 */
import { createSignal, type Signal } from './signal.ts'

/** The shopper's answer to storing what the shop learns; null before the personalizer knows it. */
export const mayKeep = createSignal<boolean | null>(null)

/**
 * @param read what the stored JSON means; anything unexpected must become the default
 * @param of whose wish it is: what the shopper set themselves is stored, what the shop noted of them only where they
 * agreed to that (`mayKeep`)
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
  // Where pages are rendered beforehand, there is no other tab.
  globalThis.addEventListener?.('storage', (event) => {
    if (event.key === key || event.key === null) signal.set(load())
  })
  function store(): void {
    const allowed = of === 'shopper' || mayKeep.get()
    try {
      if (allowed) localStorage.setItem(key, JSON.stringify(signal.get()))
      else if (allowed === false) localStorage.removeItem(key)
    } catch {
      // Refused or full: the value still holds for this page, which is all that can be had.
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
