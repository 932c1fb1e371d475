/**
 * @module The next click of a session, period after period: update every arm with period t, test it
 * on period t + 1, in the protocol of Mi, Lin and Faltings (ADER, doi 10.1145/3383313.3412218).
 * Every click after a session's first is asked for, from the clicks before it; clicks on items that
 * no earlier period has shown are left out; all known items are ranked.
 */
import { reciprocalRank } from '../../train/metrics.ts'
import { onlyKnown, placeOf } from './clickRanker.ts'
import { ClickTerms } from './clickTerms.ts'
import { type ClickSettings, type CountRule, createTrack } from './clickTracks.ts'
import type { FitWeights, WeightRule } from './rankerTable.ts'
import { type ArmPlan, PeriodResults } from './results.ts'
import { DEFAULT_COUNTS, type Session } from './sessionCounts.ts'

export const CLICK_METRICS = ['recall@20', 'mrr@20']
const DEPTH = 20

interface ClickArm extends ArmPlan {
  readonly counts: CountRule
  readonly weights: WeightRule
}

export const CLICK_ARMS: readonly ClickArm[] = [
  {
    name: 'frozen',
    describe: 'counts and weights of the first period',
    counts: 'frozen',
    weights: 'renew',
  },
  {
    name: 'latest',
    describe: 'counts and weights of the last period alone',
    counts: 'latest',
    weights: 'renew',
  },
  {
    name: 'incremental-counts',
    describe: 'counts: old × decay + new; weights of the first period',
    counts: 'fused',
    weights: 'keep',
  },
  {
    name: 'incremental',
    describe: 'the same counts; weights: λ·new + (1−λ)·old',
    counts: 'fused',
    weights: 'fuse',
  },
  {
    name: 'incremental-replay',
    describe: 'the same counts; weights learned from new and remembered cases',
    counts: 'fused',
    weights: 'replay',
  },
  {
    name: 'incremental-distil',
    describe: 'the same counts; weights distilled to the old ones on new cases',
    counts: 'fused',
    weights: 'distil',
  },
  {
    name: 'full',
    describe: 'everything counted and learned again from the first period on',
    counts: 'all',
    weights: 'renew',
  },
]

export const CLICK_SETTINGS: ClickSettings = {
  counts: DEFAULT_COUNTS,
  fusionWeight: 0.5,
  share: 0.1,
  cases: 1000,
  distillation: 0.5,
}

export interface ClickOptions {
  readonly arms?: readonly ClickArm[]
  readonly settings?: ClickSettings
  readonly seeds: readonly number[]
  /** Share of a period's sessions that are tested, evenly spread; default all. */
  readonly testedShare?: number
  readonly fit: FitWeights
  readonly clock: () => number
  onProgress(label: string, done: number, total: number): Promise<void>
}

export interface ClickPeriods {
  readonly results: PeriodResults
  /** Sessions and their clicks asked for in each tested period, and clicks left out as unknown. */
  readonly asked: readonly {
    readonly sessions: number
    readonly cases: number
    readonly unknown: number
  }[]
}

/** @param periods at least two; sessions hold catalogue rows below `items`. */
export async function runClickPeriods(
  items: number,
  periods: readonly (readonly Session[])[],
  options: ClickOptions,
): Promise<ClickPeriods> {
  const { arms = CLICK_ARMS, settings = CLICK_SETTINGS, seeds, testedShare = 1 } = options
  const terms = new ClickTerms(items)
  const context = { items, terms, settings, fit: options.fit, seeds, clock: options.clock }
  const tracks = [...new Set(arms.map(({ counts }) => counts))].map((rule) => {
    const of = arms.filter(({ counts }) => counts === rule)
    return {
      of,
      track: createTrack(
        rule,
        of.map(({ weights }) => weights),
        context,
      ),
    }
  })
  const results = new PeriodResults(arms, CLICK_METRICS, seeds.length)
  const known = new Uint8Array(items)
  const asked: { sessions: number; cases: number; unknown: number }[] = []
  const last = periods.length - 1
  let shopper = 0
  for (let t = 0; t < last; t++) {
    for (const { of, track } of tracks) {
      await options.onProgress('updating', t, last)
      track.update(periods[t])
      of.forEach((arm, k) => {
        results.work[arms.indexOf(arm)].push(track.learners[k].work)
      })
    }
    for (const session of periods[t]) for (const item of session) known[item] = 1
    const next = periods[t + 1]
    const tested = onlyKnown(next, known)
    let cases = 0
    const before = shopper
    for (const [index, session] of tested.entries()) {
      if (Math.floor(index * testedShare) === Math.floor((index - 1) * testedShare)) continue
      if (index % 200 === 0) await options.onProgress('testing', t + index / tested.length, last)
      const sums = new Float32Array(results.width)
      for (const { of, track } of tracks) {
        for (let length = 1; length < session.length; length++) {
          const candidates = terms.of(track.counts, session, length)
          of.forEach((arm, k) => {
            const a = arms.indexOf(arm)
            track.learners[k].weights.forEach((weights, s) => {
              const place = placeOf(weights, candidates, session[length])
              if (place === null || place >= DEPTH) return
              sums[results.at(a, s, 0)] += 1
              sums[results.at(a, s, 1)] += reciprocalRank(Int32Array.of(place), DEPTH)
            })
          })
        }
      }
      cases += session.length - 1
      results.add(shopper++, t + 1, session.length - 1, sums)
    }
    const clicks = (all: readonly Session[]) => all.reduce((sum, one) => sum + one.length, 0)
    asked.push({ sessions: shopper - before, cases, unknown: clicks(next) - clicks(tested) })
  }
  return { results, asked }
}
