/** @module What a hold-out and interleaving have in common: what a browser keeps of a trial, and what its snapshot says. */
import type { Personalizer } from '../../device/api.ts'
import type { PersonalizerSnapshot } from '../../device/apiSnapshot.ts'

/** How a trial is told from others, and what it is kept and drawn with. */
export interface TrialOptions {
  /** A new name begins anew. */
  readonly name: string
  /** Where it is kept. Default: `localStorage`. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** A number from 0 up to, but not including, 1. Default: the browser's cryptographic ones. */
  readonly draw?: () => number
}

/** What one key of it holds, and what can be done with that. */
export interface TrialStorage {
  /** Null for nothing, and for what can't be read. */
  read(): unknown
  /** False where it isn't kept. */
  write(value: object): boolean
  remove(): void
}

/** Null where scripts may keep nothing, or the shopper has not agreed to it. */
export function trialStorage(
  { getSnapshot }: Pick<Personalizer, 'getSnapshot'>,
  given: TrialOptions['storage'],
  key: string,
): TrialStorage | null {
  const mayStore = () => getSnapshot().persist.allowed === true
  const storage = mayStore() ? (given ?? available()) : null
  return (
    storage && {
      read() {
        try {
          return JSON.parse(storage.getItem(key) ?? 'null')
        } catch {
          return null
        }
      },
      write(value) {
        if (!mayStore()) return false
        const text = JSON.stringify(value)
        try {
          storage.setItem(key, text)
          return storage.getItem(key) === text
        } catch {
          return false
        }
      },
      remove: () => storage.removeItem(key),
    }
  )
}

function available(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

export const byCrypto = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32

/** The same personalizer, which says in its snapshot what it takes part in, and whose `erase` forgets that, as a no to storing does. */
export function withTrial(
  personalizer: Personalizer,
  trial: PersonalizerSnapshot['trial'],
  storage: TrialStorage | null,
): Personalizer {
  let last: PersonalizerSnapshot | null = null
  let shown: PersonalizerSnapshot | null = null
  return {
    ...personalizer,
    async erase() {
      await personalizer.erase()
      storage?.remove()
    },
    async setPersist(allowed) {
      if (!allowed) storage?.remove()
      await personalizer.setPersist(allowed)
    },
    getSnapshot() {
      const now = personalizer.getSnapshot()
      if (now !== last || !shown) shown = Object.freeze({ ...now, trial })
      last = now
      return shown
    },
  }
}
