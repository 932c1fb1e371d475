/**
 * @module A value in `localStorage`, shared by all tabs. What the disk doesn't have lives as long as the page: if
 * storage is denied (private windows), before the shopper's yes, and while the shopper shops as nobody.
 */
import { createSignal, type Signal } from './signal.ts'

/** Ids in the personalizer's `profiles`. */
export const ME = 'me'
export const NOBODY = 'nobody'

const SHOP = 'nearside-shop.'
/** Keys of a person whom the shopper shops for begin with this and the person's id. */
const FOR = `${SHOP}for.`

/** Hint for the next page: until its personalizer has started, the page takes this as the answer. */
const WHO = `${SHOP}who`

/** For whom the shopper shops: id in the personalizer's `profiles` (`who/follow.ts`). */
export const who = createSignal(ME, readHint())

function readHint(): string {
  try {
    const hint: unknown = JSON.parse(localStorage.getItem(WHO) ?? 'null')
    return typeof hint === 'string' ? hint : ME
  } catch {
    return ME
  }
}

/** @throws QuotaExceededError if the disk is full */
export function keepHint(id: string): void {
  if (readHint() === id) return
  if (id === ME) localStorage.removeItem(WHO)
  else localStorage.setItem(WHO, JSON.stringify(id))
}

/** Deletes what is stored about people whom the shopper shops for, except for these. */
export function keepOnly(people: readonly { readonly id: string }[]): void {
  const kept = people.map(({ id }) => `${FOR}${id}.`)
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(FOR) && !kept.some((prefix) => key.startsWith(prefix)))
        localStorage.removeItem(key)
  } catch {
    // Storage is denied, so it has nothing.
  }
}

/** The shopper's answer to the question about storing; null until the personalizer has read it. */
export const mayKeep = createSignal<boolean | null>(null)

type Kind =
  /** Decides what leaves or stays on this device; stored even as nobody. */
  | 'promise'
  /** The page's looks; nobody takes over the value, and a change lasts as long as the page. */
  | 'setting'
  /** One for the shopper and all people they shop for; nobody has one of their own. */
  | 'shared'
  /** Everybody's own. */
  | 'own'
  /** Everybody's own, and written by the shop, so it is stored only after a yes (`mayKeep`). */
  | 'note'

interface Stored<T> extends Signal<T> {
  /** Erases the values of the shopper and of nobody. `keepOnly` erases those of others. */
  clear(): void
}

/** @param read parses the stored JSON; anything unexpected must become the default */
export function createStored<T>(
  name: string,
  read: (value: unknown) => T,
  kind: Kind = 'setting',
): Stored<T> {
  const isOwn = kind === 'own' || kind === 'note'
  /** Values that are not on the disk, by key. */
  const unstored = new Map<string, T>()
  function keyNow(): string {
    const id = who.get()
    if (id === NOBODY && (isOwn || kind === 'shared')) return NOBODY
    return isOwn && id !== ME ? name.replace(SHOP, `${FOR}${id}.`) : name
  }
  function load(): T {
    const value = unstored.get(key)
    if (value !== undefined) return value
    try {
      return read(JSON.parse((key !== NOBODY && localStorage.getItem(key)) || 'null'))
    } catch {
      return read(null)
    }
  }
  let key = keyNow()
  const signal = createSignal(read(null), load())
  // `addEventListener` is missing while prerendering, where there are no other tabs.
  globalThis.addEventListener?.('storage', ({ key: changed }) => {
    if (changed !== null) unstored.delete(changed)
    if (changed === null || changed === key) signal.set(load())
  })

  function mayStore(at: string): boolean {
    if (kind === 'promise') return true
    if (who.get() === NOBODY) return false
    return mayKeep.get() === true || (kind !== 'note' && at === name)
  }
  function store(): void {
    for (const [at, value] of unstored) {
      if (at === NOBODY || !mayStore(at)) continue
      try {
        localStorage.setItem(at, JSON.stringify(value))
        unstored.delete(at)
      } catch {
        // Storage is denied or full. The value still applies to this page.
      }
    }
  }
  function erase(): void {
    try {
      localStorage.removeItem(name)
    } catch {
      // Storage is denied, so it has nothing.
    }
  }
  if (isOwn)
    mayKeep.subscribe(() => {
      if (mayKeep.get()) return store()
      if (mayKeep.get() === null) return
      // A no: the visit goes on in memory.
      if (key !== name || kind === 'note') unstored.set(key, signal.get())
      if (kind === 'note') erase()
    })
  who.subscribe(() => {
    const next = keyNow()
    if (next === key) return
    key = next
    if (key !== NOBODY) unstored.delete(NOBODY)
    signal.set(load())
  })
  return {
    ...signal,
    set(next) {
      unstored.set(key, next)
      signal.set(next)
      store()
    },
    clear() {
      unstored.clear()
      erase()
      signal.set(read(null))
    },
  }
}
