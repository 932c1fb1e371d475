/**
 * @module Does noise in the history cost ranking, and does cleaning win it back? The cases stay what
 * they are; only what was known before each of them gets misclicks, and is cleaned or not.
 */
import type { Usual } from '../../core/events/clean/outliers.ts'
import { fromEvents } from '../../core/events/history.ts'
import { firstAtOrAfter, type ShopperHistory } from '../../core/features/cases.ts'
import type { Case, History } from '../../core/features/history.ts'
import { createRandom } from '../../core/model/random.ts'
import { personalScores, scoreTerms } from '../../core/model/score.ts'
import { Guard } from '../../core/personal/guard.ts'
import { ndcg, negativeLogLikelihood, placesOf } from '../../train/metrics.ts'
import { learnPersonal, type Walk } from '../walk.ts'
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
  readonly walk: Pick<Walk, 'model' | 'installed' | 'statisticsAt' | 'fit' | 'seed'>
  readonly settings: readonly NoiseSetting[]
  /** What is usual in the shop's log, in the order of the settings. */
  readonly usual: readonly Usual[]
  /** An item as the shop's lists would show it. */
  readonly draw: (place: number) => number
}

/** @param cases of this shopper, ascending by time. */
export async function walkNoisy(
  { walk, settings, usual, draw }: NoisyWalk,
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
    const guard = new Guard()
    for (const [index, one] of cases.entries()) {
      const before = past(history, one, shopper, log)
      const found = await rank(walk, before, one, guard)
      results[index].base.push(found.base)
      results[index].personal.push(found.personal)
    }
  }
  return results
}

async function rank(
  walk: NoisyWalk['walk'],
  history: History,
  { time, targets }: Case,
  guard: Guard,
): Promise<{ base: number; personal: number }> {
  const learned = await learnPersonal(walk, history)
  const terms = scoreTerms({ ...walk.model, statistics: walk.statisticsAt(time) }, history, time)
  const served = learned
    ? personalScores(walk.model, terms, learned.personal, learned.personal.fusionWeight)
    : terms.base
  const quality = (scores: Float32Array) => ndcg(placesOf(scores, targets), 10)
  const result = {
    base: quality(terms.base),
    personal: quality(guard.active ? served : terms.base),
  }
  if (learned && learned.personal.fusionWeight > 0)
    guard.observe(
      -negativeLogLikelihood(served, targets),
      -negativeLogLikelihood(terms.base, targets),
    )
  return result
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
