/** @module Tests one fold of the shoppers on models that the other folds trained, with and without clicks. */
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import type { Case, History } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { buildStatistics, refreshPopularity } from '@nearside/core/features/statistics.ts'
import { TARGET_FOCUS } from '@nearside/core/learning/fitProblem.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { addScores, isKnown } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { isPurchase } from '@nearside/evaluate/cases.ts'
import { byDay } from '@nearside/evaluate/popularity.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { candidatesOfCatalog } from '@nearside/train/ranker/catalogCandidates.ts'
import {
  buildDataset,
  type RankerCase,
  type RankerDataset,
} from '@nearside/train/ranker/dataset.ts'
import { fitNewton } from '@nearside/train/ranker/newton.ts'
import { OUT_OF_FOLD, OutOfFoldStatistics } from '@nearside/train/ranker/outOfFold.ts'
import { partOf } from '@nearside/train/ranker/part.ts'
import { logsBefore, sampleCases } from '@nearside/train/ranker/sample.ts'
import { spreadOf } from '@nearside/train/ranker/select.ts'
import {
  DEFAULT_RANKER,
  focusTargets,
  type RankerData,
  trainRanker,
} from '@nearside/train/ranker/trainRanker.ts'
import { type Crowd, playRounds, type Terms } from './rounds.ts'

/** Number of days before the limit that are used for training, centrally and in rounds. */
const LEARNED_DAYS = 30

export interface Arm {
  readonly name: string
  /** Devices of the rounds; null: no rounds, the weights are fitted centrally to the same cases. */
  readonly crowd: Crowd | null
}

interface Weights {
  /** Weights for scaled features, [F]. */
  readonly weights: ArrayLike<number>
  readonly scale: Float32Array
}

/** NDCG@10 of each case by: a server without clicks, the base from orders, the base from everything, the arms. */
type Asked = readonly { readonly shopper: string; readonly values: readonly number[] }[]

const onlyOrders = (history: History): History => history.filter(isPurchase)

function ordersOf(shoppers: readonly ShopperHistory[]): ShopperHistory[] {
  return shoppers
    .map(({ id, interactions }) => ({ id, interactions: onlyOrders(interactions) }))
    .filter(({ interactions }) => interactions.length > 0)
}

/**
 * @param data data of the training shoppers
 * @param asked purchases of the other shoppers from `until` on
 * @param terms terms of the rounds, which have two phases of equal length. In the first phase a case's candidates are
 *   sampled items. In the second they are the items that the weights of the first phase rank highest, as in `pretrain`
 */
export function askFold(
  data: RankerData,
  asked: readonly Case[],
  { until, seed, terms }: { until: number; seed: number; terms: Terms },
  arms: readonly Arm[],
): Asked {
  const orders: RankerData = { ...data, shoppers: ordersOf(logsBefore(data.shoppers, until)) }
  const taught = { from: until - LEARNED_DAYS * DAY, until, seed }
  const blind = trainRanker(orders, taught)
  const seeing = trainRanker(data, taught)
  const devices = describeDevices(data, orders, taught)
  const start = rescaled({ weights: blind.alone.weights, scale: blind.scale }, devices.scale)
  const learned = arms.map(({ crowd }) =>
    crowd ? inRounds(devices, start, terms, crowd, seed) : centrally(devices, start),
  )
  const ofOrders = nightly(orders, until)
  const ofAll = nightly(data, until)
  return asked.map(({ shopper, time, history, targets }) => {
    const quality = (known: ItemStatistics, held: History, rankers: readonly Weights[]) => {
      // For an empty history rank by popularity, as the base model does.
      const raw = isKnown(held) ? computeFeatures(known, held, time, null) : null
      return rankers.map(({ weights, scale }) => {
        if (!raw) return ndcg(placesOf(known.popularity30, targets), 10)
        const scores = new Float32Array(known.items)
        const perRaw = Float32Array.from(weights, (weight, f) => weight / scale[f])
        addScores(scores, raw, perRaw)
        return ndcg(placesOf(scores, targets), 10)
      })
    }
    const values = [
      ...quality(ofOrders(time), onlyOrders(history), [start]),
      ...quality(ofOrders(time), history, [start]),
      ...quality(ofAll(time), history, [{ weights: seeing.alone.weights, scale: seeing.scale }]),
      ...quality(ofOrders(time), history, learned),
    ]
    return { shopper, values }
  })
}

interface Devices {
  readonly cases: readonly RankerCase[]
  readonly statisticsOf: (one: RankerCase) => ItemStatistics
  readonly sampled: RankerDataset
  /** Scale of the devices' features, clicks included; the server may know it, because rounds could sum it, too. */
  readonly scale: Float32Array
}

/** Cases of the devices. The server's statistics contain only orders of other shoppers before the case. */
function describeDevices(
  data: RankerData,
  orders: RankerData,
  { from, until, seed }: { from: number; until: number; seed: number },
): Devices {
  const random = createRandom(seed)
  const { cases } = sampleCases(data, { ...DEFAULT_RANKER, firstShare: 0, from, until }, random)
  const statistics = new OutOfFoldStatistics(data.items, orders.shoppers, {
    ...OUT_OF_FOLD,
    ...{ from, until },
  })
  cases.sort(statistics.compareCases)
  const statisticsOf = ({ shopper, time }: RankerCase) => statistics.at(shopper, time)
  const sampled = buildDataset(cases, statisticsOf, random)
  return { cases, statisticsOf, sampled, scale: spreadOf(sampled).scale }
}

/** Each case's highest items by these weights; targets that could still enter the list weigh most. */
function highest({ cases, statisticsOf }: Devices, { weights, scale }: Weights): RankerDataset {
  const table = candidatesOfCatalog(cases, statisticsOf, scale, weights, DEFAULT_RANKER.candidates)
  return focusTargets(table, scale, Float64Array.from(weights), TARGET_FOCUS)
}

function inRounds(
  devices: Devices,
  { weights, scale }: Weights,
  terms: Terms,
  crowd: Crowd,
  seed: number,
): Weights {
  const random = createRandom(seed + 1)
  const play = (table: RankerDataset, from: ArrayLike<number>) =>
    playRounds(byShopper(table), scale, Float64Array.from(from), terms, crowd, random)
  const first = play(devices.sampled, weights)
  return { weights: play(highest(devices, { weights: first, scale }), first), scale }
}

function centrally(devices: Devices, { weights, scale }: Weights): Weights {
  const options = { l2: DEFAULT_RANKER.l2, frozen: new Set<number>() }
  const fitted = (table: RankerDataset, from: ArrayLike<number>) =>
    fitNewton(table, scale, { ...options, centre: Float64Array.from(from) }).weights
  const first = fitted(devices.sampled, weights)
  return { weights: fitted(highest(devices, { weights: first, scale }), first), scale }
}

/** The same scores with other feature scales. */
function rescaled({ weights, scale }: Weights, to: Float32Array): Weights {
  return { weights: Float64Array.from(weights, (w, f) => (w / scale[f]) * to[f]), scale: to }
}

function byShopper(table: RankerDataset): RankerDataset[] {
  const shoppers = new Set(table.cases.map(({ shopper }) => shopper))
  return [...shoppers].map((id) => partOf(table, ({ shopper }) => shopper === id))
}

/** Statistics for a time: co-occurrence lists as of `until`, popularity as of the night before the time. */
function nightly({ items, shoppers }: RankerData, until: number): (time: number) => ItemStatistics {
  const histories = shoppers.map(({ interactions }) => interactions)
  const lists = buildStatistics(items, histories, until)
  return byDay((midnight) => refreshPopularity(lists, histories, midnight))
}
