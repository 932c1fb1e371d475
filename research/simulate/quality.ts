/**
 * @module Measures each version of the model on held-out shoppers, from whom no version learned. Each version is
 * measured on the period in which it was the newest, and compared with the model before all rounds.
 */

import { isTestCase, nextCases } from '@nearside/core/features/cases.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import {
  bootstrap,
  type Interval,
  lift,
  mean,
  type Statistic,
} from '@nearside/evaluate/bootstrap.ts'
import { type EvaluationInput, trainingHistories } from '@nearside/evaluate/cases.ts'
import { publishedFiles } from '@nearside/evaluate/popularity.ts'
import { asLift, type Lift } from '@nearside/evaluate/results.ts'
import { type RowCase, Rows, type Series } from '@nearside/evaluate/rows.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { hiding, ndcg, placesOf } from '@nearside/train/metrics.ts'

export const FROZEN = 'frozen'
export const ROUNDS = 'rounds'
/** Name of the arm (compared variant) of a shop that collects all events. */
export const COLLECTED = 'collected'

/** A period in milliseconds since the epoch, and the model that each arm (compared variant) has in it. */
export interface Period {
  readonly from: number
  readonly to: number
  /** Version of the newest model at the start of this period. */
  readonly version: string
  /** Model of each arm by name. All models have the same items in the same rows as the input's model. */
  readonly models: Readonly<Record<string, BaseModel>>
}

export interface VersionQuality {
  readonly version: string
  readonly arm: string
  readonly 'ndcg@10': number
  readonly lo: number
  readonly hi: number
}

export interface Quality {
  /** NDCG@10: means over shoppers, with 95 % intervals by bootstrap over shoppers. */
  readonly versions: readonly VersionQuality[]
  /** Measures of each arm on all cases; lifts are over the arm that keeps the first model. */
  readonly arms: readonly {
    readonly arm: string
    readonly ndcg: Interval | null
    readonly lift: Lift | null
    /** NDCG gained over the first model, divided by the gain of a model trained on the log; null: no such model. */
    readonly gap: Interval | null
  }[]
  readonly shoppers: number
  readonly cases: number
}

interface PeriodCase extends RowCase {
  readonly version: string
}

const ndcgOf = (arm: string): Series => ({ arm, metric: 'ndcg@10' })

/** For each test case, a model that was trained on a log knows popularity as of the night before. */
export async function measureQuality(
  input: EvaluationInput,
  periods: readonly Period[],
  steps: Steps,
): Promise<Quality> {
  const held = input.shoppers.filter(({ id }) => input.isHeldOut(id))
  const histories = trainingHistories(input)
  const nightly = new Map<ItemStatistics, ReturnType<typeof publishedFiles>>()
  const rows = new Rows<PeriodCase>()
  for (const [p, period] of periods.entries()) {
    const models = Object.entries(period.models)
    for (const [, model] of models) {
      const { statistics } = model
      if (!isFromCatalog(model) && !nightly.has(statistics))
        nightly.set(statistics, publishedFiles({ ...input, model }, histories))
    }
    for (const [s, shopper] of held.entries()) {
      await step(steps, 'testing', p * held.length + s, periods.length * held.length)
      const cases = nextCases(shopper, input.dayOnly, period.from).filter(isTestCase)
      for (const { history, time, next } of cases.filter((one) => one.time < period.to)) {
        rows.begin({ shopper: shopper.id, version: period.version })
        const excluded = hiding(input.model.itemIds.length, next.hidden)
        for (const [arm, model] of models) {
          const statistics = nightly.get(model.statistics)?.(time) ?? model.statistics
          const { base } = scoreTerms({ ...model, statistics }, history, time)
          rows.put(ndcgOf(arm), ndcg(placesOf(base, next.targets, excluded), 10))
        }
      }
    }
  }
  const arms = [...new Set(periods.flatMap(({ models }) => Object.keys(models)))]
  /** Interval of a statistic over the cases for which an arm has a model; each shopper has equal weight. */
  const intervalOf = (
    arm: string,
    of: Rows<PeriodCase>,
    statistic: (known: typeof of) => Statistic,
  ) => {
    const known = of.having(ndcgOf(arm))
    return bootstrap([statistic(known)], known.byShopper.length, createRandom(input.seed))[0]
  }
  const versions = [...new Set(periods.map(({ version }) => version))].flatMap((version) => {
    const here = rows.where((one) => one.version === version)
    return arms.flatMap((arm) => {
      const found = intervalOf(arm, here, (known) => mean(known.means(ndcgOf(arm))))
      return found ? [{ version, arm, 'ndcg@10': found.value, lo: found.lo, hi: found.hi }] : []
    })
  })
  const all = arms.map((arm) => {
    const over = intervalOf(arm, rows, (known) =>
      lift(known.means(ndcgOf(arm)), known.means(ndcgOf(FROZEN))),
    )
    return {
      arm,
      ndcg: intervalOf(arm, rows, (known) => mean(known.means(ndcgOf(arm)))),
      lift: arm === FROZEN ? null : over && asLift(over),
      gap: arms.includes(COLLECTED) ? intervalOf(arm, rows, gapOf(arm)) : null,
    }
  })
  return { versions, arms: all, shoppers: rows.byShopper.length, cases: rows.cases.length }
}

const gapOf =
  (arm: string) =>
  (rows: Rows<PeriodCase>): Statistic => {
    const [from, here, to] = [FROZEN, arm, COLLECTED].map((one) => mean(rows.means(ndcgOf(one))))
    return (drawn) => (here(drawn) - from(drawn)) / (to(drawn) - from(drawn))
  }
