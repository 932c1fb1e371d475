/**
 * @module A comparison that needs no server: a few browsers, each by a coin of its own, keep the shop's order.
 * What is kept of the coin is one bit, which tells nobody apart.
 */

import { NearsideError } from '../../core/error.ts'
import { isRecord } from '../../core/isRecord.ts'
import type { ListOptions, ListQuery } from '../../core/ranking/apiLists.ts'
import type { Personalizer } from '../../device/api.ts'
import type { Arm } from '../../device/apiSnapshot.ts'
import { byCrypto, type TrialOptions, type TrialStorage, trialStorage, withTrial } from './trial.ts'

/** Of whom, and under which name; with the same name a browser keeps its arm, also when `share` changes. */
export interface HoldOutOptions extends TrialOptions {
  /** Of all browsers, from 0 to 1: 0.1 is a tenth. */
  readonly share: number
}

const KEY = 'nearside.trial'

const ARMS: readonly Arm[] = ['personal', 'hold-out']

/**
 * The same personalizer, which in a browser that was drawn lists in the shop's order, as `order: 'base'`
 * does; what the shopper viewed or bought (`from`) is listed as ever, and learning goes on. The snapshot's
 * `trial` says which arm this is, and the privacy console shows it. Where nothing may be stored in the browser,
 * nobody is held out, and there is no trial; after a yes to that, it begins with the next page. `erase` also forgets the arm: the next page draws anew.
 * @throws NearsideError `input-invalid` for a share that is none
 * @example const personalizer = holdOut(await createPersonalizer(options), { share: 0.1, name: 'autumn' })
 */
export function holdOut(personalizer: Personalizer, options: HoldOutOptions): Personalizer {
  const { share, name, draw = byCrypto } = options
  if (!(share >= 0 && share <= 1))
    throw new NearsideError('input-invalid', 'share must be a number from 0 to 1.')
  const storage = trialStorage(personalizer, options.storage, KEY)
  const arm = storage && armOf(storage, name, share, draw)
  const trial = arm && { name, share, arm }
  const held = arm === 'hold-out'
  const own = (given: ListOptions = {}): ListOptions =>
    !held || given.from === 'viewed' || given.from === 'bought'
      ? given
      : { ...given, order: 'base' }
  const asked = (query: ListQuery) => ({ ...query, options: own(query.options) }) as ListQuery

  return {
    ...withTrial(personalizer, trial, storage),
    recommend: (given) => personalizer.recommend(own(given)),
    similar: (item, given) => personalizer.similar(item, own(given)),
    boughtTogether: (item, given) => personalizer.boughtTogether(item, own(given)),
    rerank: (items, given) => personalizer.rerank(items, own(given)),
    watch: (query, listener) => personalizer.watch(asked(query), listener),
  }
}

/** As it was drawn before, else drawn now; null where that can't be kept. */
function armOf(storage: TrialStorage, name: string, share: number, draw: () => number): Arm | null {
  const kept = storage.read()
  const known = isRecord(kept) && kept.name === name && ARMS.find((arm) => arm === kept.arm)
  if (known) return known
  const drawn: Arm = draw() < share ? 'hold-out' : 'personal'
  return storage.write({ name, arm: drawn }) ? drawn : null
}
