/**
 * @module The next order, period after period: statistics and ranker frozen, updated from the new
 * orders, or trained again from the first one on; tested on shoppers whom no training saw.
 */
import type { Item } from '../../core/catalog/item.ts'
import { buildCases, type ShopperHistory } from '../../core/features/cases.ts'
import { computeFeatures } from '../../core/features/computeFeatures.ts'
import type { History } from '../../core/features/history.ts'
import type { ItemStatistics } from '../../core/features/itemStatistics.ts'
import { buildStatistics, refreshPopularity } from '../../core/features/statistics.ts'
import { eventStrength } from '../../core/features/strength.ts'
import { addScores } from '../../core/model/score.ts'
import { hitRate, ndcg, placesOf } from '../../train/metrics.ts'
import { trainRanker } from '../../train/ranker/trainRanker.ts'
import { OrderBook, type OrderSettings } from '../../train/update/orderBook.ts'
import type { Span } from '../periods/cut.ts'
import type { FitWeights, WeightRule } from '../periods/rankerTable.ts'
import { type ArmPlan, PeriodResults } from '../periods/results.ts'
import { NO_WORK, type Work } from '../periods/work.ts'
import { byDay } from '../popularity.ts'

const RULES = ['keep', 'fuse', 'replay', 'distil'] as const satisfies readonly WeightRule[]

export const ORDER_ARMS: readonly ArmPlan[] = [
  { name: 'frozen', describe: 'lists, weights and popularity of the first periods' },
  {
    name: 'frozen-nightly',
    describe: "the same, popularity as of each case's day, as in all below",
  },
  { name: 'incremental-lists', describe: 'lists: old × decay + new; weights of the first periods' },
  { name: 'incremental', describe: 'the same lists; weights: λ·new + (1−λ)·old' },
  { name: 'incremental-replay', describe: 'the same lists; weights from new and remembered cases' },
  { name: 'incremental-distil', describe: 'the same lists; weights distilled to the old ones' },
  { name: 'full', describe: 'lists and weights trained again on everything' },
]

/**
 * `share` is the promise that an update keeps: early in a log a new month is a large part of
 * everything, and describing all of it would cost a fifth. The rest was chosen before the first run.
 */
export const ORDER_SETTINGS: OrderSettings = {
  decay: 0.8,
  share: 0.1,
  fusionWeight: 0.5,
  cases: 1000,
  distillation: 0.5,
}

/** Periods that the first model is trained on. */
export const FIRST_PERIODS = 3

export interface OrderPeriodsInput {
  readonly items: readonly Item[]
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly spans: readonly Span[]
  readonly isHeldOut: (shopper: string) => boolean
  readonly seeds: readonly number[]
  readonly fit: (scale: Float32Array) => FitWeights
  readonly clock: () => number
  onProgress(label: string, done: number, total: number): Promise<void>
}

interface Trained {
  readonly weights: readonly Float64Array[]
  readonly scale: Float32Array
  readonly statistics: ItemStatistics
  readonly work: Work
}

/** @returns what each tested period asked for, by period from `FIRST_PERIODS` on */
export async function runOrderPeriods(input: OrderPeriodsInput) {
  const { items, dayOnly, spans, isHeldOut, seeds, clock, onProgress } = input
  const training = input.shoppers.filter(({ id }) => !isHeldOut(id))
  const held = input.shoppers.filter(({ id }) => isHeldOut(id))
  const histories = training.map(({ interactions }) => interactions)
  const results = new PeriodResults(ORDER_ARMS, ['ndcg@10', 'hitRate@10'], seeds.length)
  const total = spans.length - FIRST_PERIODS
  const train = async (until: number, done: number): Promise<Trained> => {
    const started = clock()
    const statistics = buildStatistics(items, histories, until)
    const counted = clock() - started
    const fitted = []
    for (const seed of seeds) {
      await onProgress('full training', done, total)
      fitted.push(trainRanker({ items, shoppers: training, dayOnly }, { until, seed }))
    }
    const seconds = counted + (clock() - started - counted) / seeds.length
    const events = histories.reduce(
      (sum, history) => sum + history.filter(({ time }) => time < until).length,
      0,
    )
    // Scales differ a little by seed; weights are carried to the first one's.
    const [{ scale }] = fitted
    return {
      scale,
      statistics,
      weights: fitted.map((one) =>
        Float64Array.from(one.weights, (value, f) => (value * scale[f]) / one.scale[f]),
      ),
      work: { ...NO_WORK, events, cases: fitted[0].cases, seconds },
    }
  }
  const first = await train(spans[FIRST_PERIODS - 1].to, 0)
  const book = new OrderBook({
    items,
    shoppers: training,
    dayOnly,
    settings: ORDER_SETTINGS,
    rules: RULES,
    seeds,
    first: first.weights,
    scale: first.scale,
    fit: input.fit(first.scale),
    clock,
    until: spans[FIRST_PERIODS - 1].to,
  })
  for (const work of results.work) work.push(first.work)
  let full = first
  const asked: { cases: number; shoppers: number }[] = []
  for (let t = FIRST_PERIODS; t < spans.length; t++) {
    if (t > FIRST_PERIODS) {
      await onProgress('updating', t - FIRST_PERIODS, total)
      book.update(spans[t - 1])
      full = await train(spans[t - 1].to, t - FIRST_PERIODS)
      const works = [NO_WORK, NO_WORK, ...book.work, full.work]
      works.forEach((work, a) => {
        results.work[a].push(work)
      })
    }
    // Popularity is the same for all; an arm's lists are its own.
    const popularityAt = byDay((day) => refreshPopularity(first.statistics, histories, day))
    const served: readonly Served[] = [
      {
        arms: [0],
        statistics: () => first.statistics,
        weights: [first.weights],
        scale: first.scale,
      },
      { arms: [1], statistics: popularityAt, weights: [first.weights], scale: first.scale },
      {
        arms: [2, 3, 4, 5],
        statistics: (time) => ({ ...popularityAt(time), ...listsOf(book.lists) }),
        weights: book.weights,
        scale: first.scale,
      },
      {
        arms: [6],
        statistics: (time) => ({ ...popularityAt(time), ...listsOf(full.statistics) }),
        weights: [full.weights],
        scale: full.scale,
      },
    ]
    let cases = 0
    let shoppers = 0
    for (const [who, shopper] of held.entries()) {
      if (who % 20 === 0) await onProgress('testing', t - FIRST_PERIODS + who / held.length, total)
      const all = buildCases(shopper, dayOnly, spans[t].from).filter(
        ({ time }) => time < spans[t].to,
      )
      if (all.length === 0) continue
      const sums = new Float32Array(results.width)
      for (const { history, time, targets } of all) {
        for (const { arms, statistics, weights, scale } of served) {
          const now = statistics(time)
          const features = isNewcomer(history) ? null : computeFeatures(now, history, time, scale)
          arms.forEach((arm, r) => {
            weights[r].forEach((of, s) => {
              const scores = features
                ? scoresOf(features, of, items.length)
                : Float32Array.from(now.popularity30)
              const places = placesOf(scores, targets)
              sums[results.at(arm, s, 0)] += ndcg(places, 10) / all.length
              sums[results.at(arm, s, 1)] += hitRate(places, 10) / all.length
            })
          })
        }
      }
      // Means are over shoppers, as everywhere: a wholesaler counts as much as a newcomer.
      results.add(who, t, 1, sums)
      cases += all.length
      shoppers++
    }
    asked.push({ cases, shoppers })
  }
  return { results, asked }
}

interface Served {
  /** Rows of `ORDER_ARMS`, one a set of weights. */
  readonly arms: readonly number[]
  statistics(time: number): ItemStatistics
  /** [arm][seed] */
  readonly weights: readonly (readonly Float64Array[])[]
  readonly scale: Float32Array
}

function listsOf({
  neighboursPerItem,
  neighbourItems,
  neighbourWeights,
}: Pick<ItemStatistics, 'neighboursPerItem' | 'neighbourItems' | 'neighbourWeights'>) {
  return { neighboursPerItem, neighbourItems, neighbourWeights }
}

/** Of whom nothing is known: the product ranks by popularity for them. */
function isNewcomer(history: History): boolean {
  return !history.some(({ name }) => eventStrength(name) > 0)
}

function scoresOf(features: Float32Array, weights: Float64Array, items: number): Float32Array {
  const scores = new Float32Array(items)
  addScores(scores, features, Float32Array.from(weights))
  return scores
}
