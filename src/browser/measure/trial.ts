/** @module Storage of a trial (hold-out or interleaving) in the browser, and its entry in the snapshot. */
import type { Personalizer } from '../api.ts'
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'

/** Name, storage and random source of a trial. */
export interface TrialOptions {
  /** Name of the trial; a new name starts a new trial. */
  readonly name: string
  /** Storage of the trial. Default: `localStorage`. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** Draws a number in [0, 1). Default: from the browser's cryptographic random source. */
  readonly draw?: () => number
}

export interface TrialStorage {
  /** Stored value; null if there is none or it can't be read. */
  read(): unknown
  /** Stores a value; false if it can't be stored. */
  write(value: object): boolean
  remove(): void
}

/** Opens the trial's storage; null if the browser stores nothing or the shopper has not agreed. */
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

/** Adds a trial to the snapshot. `erase`, or a shopper's no to storage, also deletes the trial's stored value. */
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
