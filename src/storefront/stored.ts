/**
 * @module A value that outlives the page and is the same in every tab, shaped for
 * `useSyncExternalStore`. Where storage is refused (private windows) it lives as long as the page.
 */
import { useSyncExternalStore } from 'react'

export interface Stored<T> {
  get(): T
  /** What it is where nothing is stored: on the page as it was rendered before anybody came. */
  readonly initial: T
  set(next: T): void
  subscribe(listener: () => void): () => void
}

/** @param read what the stored JSON means; anything unexpected must become the default */
export function createStored<T>(key: string, read: (value: unknown) => T): Stored<T> {
  const listeners = new Set<() => void>()
  let value = load()

  function load(): T {
    try {
      return read(JSON.parse(localStorage.getItem(key) ?? 'null'))
    } catch {
      return read(null)
    }
  }
  function tell(): void {
    for (const listener of listeners) listener()
  }
  function onStorage(event: StorageEvent): void {
    if (event.key !== key && event.key !== null) return
    value = load()
    tell()
  }
  return {
    get: () => value,
    initial: read(null),
    set(next) {
      value = next
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // Refused or full: the value still holds for this page, which is all that can be had.
      }
      tell()
    },
    subscribe(listener) {
      if (listeners.size === 0) addEventListener('storage', onStorage)
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) removeEventListener('storage', onStorage)
      }
    },
  }
}

export function useStored<T>(stored: Stored<T>): T {
  return useSyncExternalStore(stored.subscribe, stored.get, () => stored.initial)
}
