/**
 * @module Does noise in the history cost ranking, and does cleaning win it back? The cases stay what
 * they are; only what was known before each of them gets misclicks, and is cleaned or not.
 */
import type { Usual } from '../../src/core/events/clean/outliers.ts'
import { fromEvents } from '../../src/core/events/history.ts'
import { firstAtOrAfter, type ShopperHistory } from '../../src/core/features/cases.ts'
import type { Case, History } from '../../src/core/features/history.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { type DeviceShop, ShopperDevice } from '../../src/evaluate/device.ts'
import { ndcg, placesOf } from '../../src/train/metrics.ts'
import { CLEANERS, type CleanerName } from './cleaners.ts'
import { addMisclicks, type BrowsingLog, browse } from './simulate.ts'

export interface NoiseSetting {
  /** Misclicks for each item entry of the history. */
  readonly share: number
  readonly cleaner: CleanerName
}

/** NDCG@10 of one case; each list in the order of the settings. */
export interface NoisyCase {
  readonly base: readonly number[]
  readonly personal: readonly number[]
}

export interface NoisyWalk {
  readonly devices: DeviceShop
  readonly settings: readonly NoiseSetting[]
  /** What is usual in the shop's log, in the order of the settings. */
  readonly usual: readonly Usual[]
  /** An item as the shop's lists would show it. */
  readonly draw: (place: number) => number
}

/** @param cases of this shopper, ascending by time. */
export async function walkNoisy(
  { devices, settings, usual, draw }: NoisyWalk,
  shopper: ShopperHistory,
  cases: readonly Case[],
  seed: number,
): Promise<NoisyCase[]> {
  const log = browse(shopper.id, shopper.interactions, createRandom(seed))
  const results = cases.map(() => ({ base: [] as number[], personal: [] as number[] }))
  for (const [k, { share, cleaner }] of settings.entries()) {
    // The same misclicks whatever cleans them.
    const random = createRandom(seed + Math.round(1000 * share))
    const { events } = addMisclicks(log, share, () => draw(random.next()), random)
    const history = fromEvents(CLEANERS[cleaner](events, usual[k]).events, Number)
    const device = new ShopperDevice(devices)
    for (const [index, one] of cases.entries()) {
      const scored = await device.score({
        history: past(history, one, shopper, log),
        time: one.time,
      })
      const quality = (scores: Float32Array) => ndcg(placesOf(scores, one.targets), 10)
      results[index].base.push(quality(scored.terms.base))
      results[index].personal.push(quality(scored.shown))
      device.observe(scored, one.targets)
    }
  }
  return results
}

/** What came before the visit that the case ends: its looks would give the answer away. */
function past(
  history: History,
  { time }: Case,
  { interactions }: ShopperHistory,
  { began }: BrowsingLog,
): History {
  let start = time
  const own = new Set<string>()
  for (let k = firstAtOrAfter(interactions, time); interactions[k]?.time === time; k++) {
    const { name, session } = interactions[k]
    if (name !== 'purchase') continue
    own.add(session)
    start = Math.min(start, began.get(session) ?? time)
  }
  const before = history.slice(0, firstAtOrAfter(history, start))
  return before.filter(({ session }) => !own.has(session))
}
