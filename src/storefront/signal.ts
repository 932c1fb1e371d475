/** @module A value to which parts of the page can subscribe, for `useSyncExternalStore`. */
import { useSyncExternalStore } from 'react'

export interface Signal<T> {
  get(): T
  /** Value on a prerendered page. */
  readonly initial: T
  set(next: T): void
  subscribe(listener: () => void): () => void
}

export function createSignal<T>(initial: T, value = initial): Signal<T> {
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    initial,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export function useSignal<T>({ subscribe, get, initial }: Signal<T>): T {
  return useSyncExternalStore(subscribe, get, () => initial)
}
