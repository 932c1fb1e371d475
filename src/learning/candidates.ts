/**
 * @module The candidates of a case: its targets and the shopper's own items for certain, a uniform
 * sample of the rest with the correction that makes the sampled softmax stand for the whole one.
 */
import type { History } from '../features/history.ts'
import type { Random } from '../model/random.ts'

export interface Candidates {
  /** Distinct item rows, targets first. */
  readonly items: readonly number[]
  /** How many of them are targets. */
  readonly targets: number
  /** How many come first and are certain (targets included); the rest is sampled. */
  readonly certain: number
  /** log(rest / sampled), added to the score of each sampled item; 0 where all items are in. */
  readonly correction: number
}

/** Share of the places that targets, and own items together with targets, may take. */
const TARGET_SHARE = 1 / 4
const CERTAIN_SHARE = 3 / 4

/**
 * @param targets distinct rows; more than a quarter of the places are thinned at random.
 * @param places K.
 */
export function chooseCandidates(
  items: number,
  targets: readonly number[],
  history: History,
  places: number,
  random: Random,
): Candidates {
  const taken = new Uint8Array(items)
  for (const target of targets) taken[target] = 1
  const exact = items <= places
  const chosen = exact
    ? [...targets]
    : sample([...targets], Math.max(1, Math.floor(places * TARGET_SHARE)), random)
  const targetCount = chosen.length
  const limit = exact ? items : Math.floor(places * CERTAIN_SHARE)
  for (let k = history.length - 1; k >= 0 && chosen.length < limit; k--) {
    const { item } = history[k]
    if (taken[item]) continue
    taken[item] = 1
    chosen.push(item)
  }
  const certain = chosen.length
  const rest: number[] = []
  for (let item = 0; item < items; item++) if (!taken[item]) rest.push(item)
  const sampled = sample(rest, Math.min(rest.length, places - certain), random)
  return {
    items: [...chosen, ...sampled],
    targets: targetCount,
    certain,
    correction: sampled.length > 0 ? Math.log(rest.length / sampled.length) : 0,
  }
}

/** The first `count` of a partial Fisher–Yates shuffle; changes `pool`. */
function sample(pool: number[], count: number, random: Random): number[] {
  if (count >= pool.length) return pool
  for (let k = 0; k < count; k++) {
    const other = k + random.integer(pool.length - k)
    const value = pool[k]
    pool[k] = pool[other]
    pool[other] = value
  }
  return pool.slice(0, count)
}
