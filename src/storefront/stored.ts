/**
 * @module A value in `localStorage`, shared by all tabs. A value that can't be on the disk lives as long as the page. A
 * value is not on the disk if the browser denies storage (private windows), before the shopper allows storing, and
 * while "Nobody" is chosen under "Who's it for?".
 */
import { createSignal, type Signal } from './signal.ts'

/** Ids in the personalizer's `profiles`. */
export const ME = 'me'
export const NOBODY = 'nobody'

const SHOP = 'nearside-shop.'
/** Prefix of the keys of a person for whom the shopper shops; the person's id follows. */
const FOR = `${SHOP}for.`

/** Key of a hint that says for whom the shopper shops. The next page uses it until its personalizer has started. */
const WHO = `${SHOP}who`

/** Person for whom the shopper shops: an id in the personalizer's `profiles` (`who/follow.ts`). */
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

/** Deletes the stored values of every person for whom the shopper shopped, except those of `people`. */
export function keepOnly(people: readonly { readonly id: string }[]): void {
  const kept = people.map(({ id }) => `${FOR}${id}.`)
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(FOR) && !kept.some((prefix) => key.startsWith(prefix)))
        localStorage.removeItem(key)
  } catch {
    // Storage is denied, so there is nothing to delete.
  }
}

/** The shopper's answer to the question about storing; null until the personalizer has read it. */
export const mayKeep = createSignal<boolean | null>(null)

type Kind =
  /** Value that decides what this device may send or store; stored even during a visit as "Nobody". */
  | 'promise'
  /**
   * Value for the page's appearance. A visit as "Nobody" starts with the stored value; changes made in that visit last
   * as long as the page.
   */
  | 'setting'
  /** One value for the shopper and all people for whom the shopper shops; a visit as "Nobody" has a separate value. */
  | 'shared'
  /** A separate value for each person. */
  | 'own'
  /** Like `own`, but the shop writes the value unasked, so it needs the consent to storing (`mayKeep`). */
  | 'note'

interface Stored<T> extends Signal<T> {
  /** Erases the shopper's values and those of a visit as "Nobody". `keepOnly` erases those of other people. */
  clear(): void
}

/** @param read parses the stored JSON; it must return the default for any unexpected value */
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
      // Storage is denied, so there is nothing to delete.
    }
  }
  if (isOwn)
    mayKeep.subscribe(() => {
      if (mayKeep.get()) return store()
      if (mayKeep.get() === null) return
      // After the shopper refused storing, the visit continues in memory.
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
