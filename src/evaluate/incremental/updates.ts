/**
 * @module The next order, period after period: lists and ranker frozen, updated from the new events,
 * or trained again from the first one on; tested on shoppers whom no training saw. The ranker over
 * co-occurrence, own history and popularity, without the encoder.
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
import { eventsIn, OrderBook, type OrderSettings } from '../../train/update/orderBook.ts'
import type { Span } from '../../train/update/orderCases.ts'
import { NO_WORK, type Work } from '../../train/update/work.ts'
import { byDay } from '../popularity.ts'
import { type Steps, step } from '../steps.ts'
import { type ArmPlan, PeriodResults } from './results.ts'

export const UPDATE_ARMS: readonly ArmPlan[] = [
  { name: 'frozen', describe: 'lists, weights and popularity of the first periods' },
  {
    name: 'frozen-nightly',
    describe: "the same, popularity as of each case's day, as in all below",
  },
  { name: 'incremental', describe: 'lists: old × decay + new; weights: λ·new + (1−λ)·old' },
  { name: 'full', describe: 'lists and weights trained again on everything' },
]

/**
 * `share` is the promise that an update keeps: early in a log a new month is a large part of
 * everything, and describing all of it would cost a fifth. The rest was chosen before the first run.
 */
export const UPDATE_SETTINGS: OrderSettings = { decay: 0.8, share: 0.1, fusionWeight: 0.5 }

/** Periods that the first model is trained on. */
export const FIRST_PERIODS = 3

export interface UpdatesInput {
  readonly items: readonly Item[]
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly spans: readonly Span[]
  readonly isHeldOut: (shopper: string) => boolean
  readonly seed: number
  /** Processor seconds. */
  readonly clock: () => number
}

interface Ranker {
  readonly weights: Float64Array
  readonly scale: Float32Array
  readonly lists: Pick<ItemStatistics, 'neighboursPerItem' | 'neighbourItems' | 'neighbourWeights'>
}

/** @returns what each tested period asked for, by period from `FIRST_PERIODS` on */
export async function runUpdates(input: UpdatesInput, steps: Steps) {
  const { items, dayOnly, spans, isHeldOut, seed, clock } = input
  const training = input.shoppers.filter(({ id }) => !isHeldOut(id))
  const held = input.shoppers.filter(({ id }) => isHeldOut(id))
  const histories = training.map(({ interactions }) => interactions)
  const results = new PeriodResults(UPDATE_ARMS, ['ndcg@10', 'hitRate@10'])
  const total = spans.length - FIRST_PERIODS
  const train = async (until: number, done: number) => {
    await step(steps, 'full training', done, total)
    const started = clock()
    const statistics = buildStatistics(items, histories, until)
    const { scale, weights, cases } = trainRanker(
      { items, shoppers: training, dayOnly },
      { until, seed },
    )
    const events = eventsIn(training, { from: Number.NEGATIVE_INFINITY, to: until })
    const work: Work = { ...NO_WORK, events, cases, seconds: clock() - started }
    const ranker: Ranker = { scale, weights: Float64Array.from(weights), lists: statistics }
    return { ranker, statistics, work }
  }
  const first = await train(spans[FIRST_PERIODS - 1].to, 0)
  const book = new OrderBook({
    items,
    shoppers: training,
    dayOnly,
    settings: UPDATE_SETTINGS,
    seed,
    weights: first.ranker.weights,
    scale: first.ranker.scale,
    clock,
    until: spans[FIRST_PERIODS - 1].to,
  })
  for (const work of results.work) work.push(first.work)
  let full = first
  const asked: { cases: number; shoppers: number }[] = []
  for (let t = FIRST_PERIODS; t < spans.length; t++) {
    if (t > FIRST_PERIODS) {
      await step(steps, 'updating', t - FIRST_PERIODS, total)
      const updated = book.update(spans[t - 1])
      full = await train(spans[t - 1].to, t - FIRST_PERIODS)
      const works = [NO_WORK, NO_WORK, updated, full.work]
      works.forEach((work, a) => {
        results.work[a].push(work)
      })
    }
    // Popularity is the same for all but the first; an arm's lists are its own.
    const nightly = byDay((day) => refreshPopularity(first.statistics, histories, day))
    const incremental = { ...first.ranker, weights: book.weights, lists: book.lists }
    const served = [first.ranker, first.ranker, incremental, full.ranker]
    let cases = 0
    let shoppers = 0
    for (const [who, shopper] of held.entries()) {
      if (who % 20 === 0) await step(steps, 'testing', t - FIRST_PERIODS + who / held.length, total)
      const all = buildCases(shopper, dayOnly, spans[t].from).filter(
        ({ time }) => time < spans[t].to,
      )
      if (all.length === 0) continue
      const means = new Float32Array(results.width)
      for (const { history, time, targets } of all)
        served.forEach((ranker, arm) => {
          const popularity = arm === 0 ? first.statistics : nightly(time)
          const places = placesOf(scoresOf(ranker, popularity, history, time), targets)
          means[results.at(arm, 0)] += ndcg(places, 10) / all.length
          means[results.at(arm, 1)] += hitRate(places, 10) / all.length
        })
      // Means are over shoppers, as everywhere: a wholesaler counts as much as a new shopper.
      results.add(who, t, means)
      cases += all.length
      shoppers++
    }
    asked.push({ cases, shoppers })
  }
  return { results, asked }
}

function scoresOf(
  { weights, scale, lists }: Ranker,
  popularity: ItemStatistics,
  history: History,
  time: number,
): Float32Array {
  const { neighboursPerItem, neighbourItems, neighbourWeights } = lists
  const statistics = { ...popularity, neighboursPerItem, neighbourItems, neighbourWeights }
  // Of whom nothing is known: the product ranks by popularity for them.
  if (!history.some(({ name }) => eventStrength(name) > 0))
    return Float32Array.from(statistics.popularity30)
  const scores = new Float32Array(statistics.popularity30.length)
  const features = computeFeatures(statistics, history, time, scale)
  addScores(scores, features, Float32Array.from(weights))
  return scores
}
