/**
 * @module A comparison that needs no server: a few browsers, each by a coin of its own, keep the shop's order.
 * What is kept of the coin is one bit, which tells nobody apart.
 */

import { NearsideError } from '../../core/error.ts'
import { isRecord } from '../../core/isRecord.ts'
import type { Personalizer } from '../../device/api.ts'
import type { ListOptions, ListQuery } from '../../device/apiLists.ts'
import type { Arm, PersonalizerSnapshot } from '../../device/apiSnapshot.ts'

/** Of whom, and under which name. */
export interface HoldOutOptions {
  /** Of all browsers, from 0 to 1: 0.1 is a tenth. */
  readonly share: number
  /** A new name draws anew; with the same name a browser keeps its arm, also when `share` changes. */
  readonly name: string
  /** Where the outcome is kept. Default: `localStorage`. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** A number from 0 up to, but not including, 1. Default: the browser's cryptographic ones. */
  readonly draw?: () => number
}

const KEY = 'nearside.trial'

const ARMS: readonly Arm[] = ['personal', 'hold-out']

const byCrypto = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32

/**
 * The same personalizer, which in a browser that was drawn lists in the shop's order, as `order: 'base'`
 * does; what the shopper viewed or bought (`from`) is listed as ever, and learning goes on. The snapshot's
 * `trial` says which arm this is, and the privacy console shows it. Where the browser keeps nothing,
 * nobody is held out, and there is no trial. `erase` also forgets the arm: the next page draws anew.
 * @throws NearsideError `input-invalid` for a share that is none
 * @example const personalizer = holdOut(await createPersonalizer(options), { share: 0.1, name: 'autumn' })
 */
export function holdOut(personalizer: Personalizer, options: HoldOutOptions): Personalizer {
  const { share, name, draw = byCrypto } = options
  if (!(share >= 0 && share <= 1))
    throw new NearsideError('input-invalid', 'share must be a number from 0 to 1.')
  const storage = options.storage ?? available()
  const arm = storage && armOf(storage, name, share, draw)
  const trial = arm && { name, share, arm }
  const held = arm === 'hold-out'
  const own = (given: ListOptions = {}): ListOptions =>
    !held || given.from === 'viewed' || given.from === 'bought'
      ? given
      : { ...given, order: 'base' }
  const asked = (query: ListQuery) => ({ ...query, options: own(query.options) }) as ListQuery

  let last: PersonalizerSnapshot | null = null
  let shown: PersonalizerSnapshot | null = null
  return {
    ...personalizer,
    recommend: (given) => personalizer.recommend(own(given)),
    similar: (item, given) => personalizer.similar(item, own(given)),
    boughtTogether: (item, given) => personalizer.boughtTogether(item, own(given)),
    rerank: (items, given) => personalizer.rerank(items, own(given)),
    watch: (query, listener) => personalizer.watch(asked(query), listener),
    async erase() {
      await personalizer.erase()
      storage?.removeItem(KEY)
    },
    getSnapshot() {
      const now = personalizer.getSnapshot()
      if (now !== last || !shown) shown = Object.freeze({ ...now, trial: trial ?? null })
      last = now
      return shown
    },
  }
}

/** Null where scripts may keep nothing. */
function available(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

/** As it was drawn before, else drawn now; null where that can't be kept. */
function armOf(
  storage: NonNullable<HoldOutOptions['storage']>,
  name: string,
  share: number,
  draw: () => number,
): Arm | null {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? 'null')
    const known = isRecord(kept) && kept.name === name && ARMS.find((arm) => arm === kept.arm)
    if (known) return known
  } catch {}
  const drawn: Arm = draw() < share ? 'hold-out' : 'personal'
  try {
    const text = JSON.stringify({ name, arm: drawn })
    storage.setItem(KEY, text)
    return storage.getItem(KEY) === text ? drawn : null
  } catch {
    return null
  }
}
