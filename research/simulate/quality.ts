/**
 * @module Quality of each version for held-out shoppers, whose data no version contains. Each version is measured
 * in the time in which it was the newest, beside the version before the rounds.
 */
import { buildCases } from '@nearside/core/features/cases.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { type Lift, pairedBootstrap } from '@nearside/evaluate/bootstrap.ts'
import { type EvaluationInput, trainingHistories } from '@nearside/evaluate/cases.ts'
import { groupByShopper } from '@nearside/evaluate/perShopper.ts'
import { publishedFiles } from '@nearside/evaluate/popularity.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'

export const FROZEN = 'frozen'
export const ROUNDS = 'rounds'

/** A period in milliseconds since the epoch, and each arm's model in it. */
export interface Period {
  readonly from: number
  readonly to: number
  /** Version of the rounds' arm. */
  readonly version: string
  /** Model of each arm by name; all have the rows of the input's model. */
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
  /** Means over shoppers, with 95 % intervals by bootstrap over shoppers. */
  readonly versions: readonly VersionQuality[]
  /** Lift of each arm over the frozen one, on the same test cases of all periods in which the arm has a model. */
  readonly lifts: readonly { readonly arm: string; readonly lift: Lift | null }[]
  readonly shoppers: number
  readonly cases: number
}

/** One test case of a held-out shopper in one period. */
interface Asked {
  readonly shopper: string
  readonly period: Period
  readonly values: Readonly<Record<string, number>>
}

/** Measures all arms with the popularity of the night before each test case. */
export async function measureQuality(
  input: EvaluationInput,
  periods: readonly Period[],
  steps: Steps,
): Promise<Quality> {
  const held = input.shoppers.filter(({ id }) => input.isHeldOut(id))
  const histories = trainingHistories(input)
  const nightly = new Map<ItemStatistics, ReturnType<typeof publishedFiles>>()
  const asked: Asked[] = []
  for (const [p, period] of periods.entries()) {
    const models = Object.entries(period.models)
    for (const [, model] of models) {
      const { statistics } = model
      if (!nightly.has(statistics))
        nightly.set(statistics, publishedFiles({ ...input, model }, histories))
    }
    for (const [s, shopper] of held.entries()) {
      await step(steps, 'testing', p * held.length + s, periods.length * held.length)
      const cases = buildCases(shopper, input.dayOnly, period.from)
      for (const { history, time, targets } of cases.filter((one) => one.time < period.to)) {
        const values = models.map(([arm, model]) => {
          const statistics = nightly.get(model.statistics)?.(time) ?? model.statistics
          const { base } = scoreTerms({ ...model, statistics }, history, time)
          return [arm, ndcg(placesOf(base, targets), 10)] as const
        })
        asked.push({ shopper: shopper.id, period, values: Object.fromEntries(values) })
      }
    }
  }
  const arms = [...new Set(periods.flatMap(({ models }) => Object.keys(models)))]
  const versions = [...new Set(periods.map(({ version }) => version))].flatMap((version) => {
    const here = asked.filter(({ period }) => period.version === version)
    return arms.flatMap((arm) => {
      const mean = liftOver(here, arm, null, input.seed)
      if (mean === null) return []
      const { relative, lo, hi } = mean
      return [{ version, arm, 'ndcg@10': relative + 1, lo: lo + 1, hi: hi + 1 }]
    })
  })
  return {
    versions,
    lifts: arms
      .filter((arm) => arm !== FROZEN)
      .map((arm) => ({ arm, lift: liftOver(asked, arm, FROZEN, input.seed) })),
    shoppers: new Set(asked.map(({ shopper }) => shopper)).size,
    cases: asked.length,
  }
}

/**
 * Lift of an arm; each shopper has equal weight.
 * @param over arm to compare with; null: 1, so the mean is the lift and 1
 */
function liftOver(
  asked: readonly Asked[],
  arm: string,
  over: string | null,
  seed: number,
): Lift | null {
  const byShopper = groupByShopper(asked.filter(({ values }) => arm in values))
  const ones = new Float64Array(byShopper.length).fill(1)
  const meanOf = (name: string) =>
    Float64Array.from(byShopper, (own) =>
      own.reduce((sum, { values }) => sum + values[name] / own.length, 0),
    )
  const pair = { values: meanOf(arm), over: over === null ? ones : meanOf(over), weights: ones }
  return pairedBootstrap([pair], byShopper.length, createRandom(seed))[0]
}
