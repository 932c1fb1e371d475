/**
 * @module Hold-out trial without a server: each browser draws at random whether it shows personal lists or, in a small
 * share of browsers, the base lists, which are the same for everybody.
 */
import { invalidInput } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { ListOptions, ListQuery } from '@nearside/core/ranking/apiLists.ts'
import type { Personalizer } from '../api.ts'
import type { Arm } from '../apiSnapshot.ts'
import { byCrypto, type TrialOptions, type TrialStorage, trialStorage, withTrial } from './trial.ts'

const KEY = 'nearside.trial'

const ARMS: readonly Arm[] = ['personal', 'hold-out']

/**
 * Wraps a personalizer so that a held-out browser shows base lists, as with `order: 'base'`. Lists of viewed or bought
 * items (`from`) stay personal, and learning continues. The snapshot's `trial` contains the arm, and `PrivacyConsole`
 * shows it.
 *
 * A browser that must not store anything takes no part in the trial. If the shopper allows storage later, the trial
 * begins when the next page loads. `erase` also deletes the arm, so the next page draws a new arm.
 *
 * `share` is the share of all browsers that are held out, 0 to 1. With the same name a browser keeps its arm, even if
 * `share` changes.
 * @throws NearsideError `input-invalid` if the share is not from 0 to 1
 * @example const personalizer = holdOut(await createPersonalizer(options), { share: 0.1, name: 'autumn' })
 */
export function holdOut(
  personalizer: Personalizer,
  options: TrialOptions & { readonly share: number },
): Personalizer {
  const { share, name, draw = byCrypto } = options
  if (!(share >= 0 && share <= 1)) throw invalidInput('share must be a number from 0 to 1.')
  const storage = trialStorage(personalizer, options.storage, KEY)
  const arm = storage && armOf(storage, name, share, draw)
  const trial = arm && { name, share, arm }
  const own = (given: ListOptions = {}): ListOptions =>
    arm !== 'hold-out' || given.from === 'viewed' || given.from === 'bought'
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

function armOf(storage: TrialStorage, name: string, share: number, draw: () => number): Arm | null {
  const kept = storage.read()
  const known = isRecord(kept) && kept.name === name && ARMS.find((arm) => arm === kept.arm)
  if (known) return known
  const drawn: Arm = draw() < share ? 'hold-out' : 'personal'
  return storage.write({ name, arm: drawn }) ? drawn : null
}
