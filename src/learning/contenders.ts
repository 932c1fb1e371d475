/**
 * @module The contenders of a case: the items that the base ranks highest. What a list shows is
 * decided among them, and the softmax over them is exact, so nothing is sampled.
 *
 * A fit asks for the contenders of up to 64 cases, and most of a catalogue is never near the top. So
 * all items are scored roughly, with a bound on how far that can be off, and only those that may be
 * among the highest are scored as the base scores them: the contenders are the same, to the bit.
 */
import { readHistory, writeFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { searchLifts } from '../features/searches.ts'
import { eventStrength } from '../features/strength.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { createEncoder, type Encode } from '../model/encoder.ts'
import { addScores, addSearches, project, scoreTerms } from '../model/score.ts'
import { type RoughScores, roughScores, type TableProduct } from './roughScores.ts'

/** How many items compete for the top of a list; the ranker is finally fitted among as many. */
export const CONTENDERS = 64

export interface Contenders {
  /** By base score, descending, equal scores by row. */
  readonly items: readonly number[]
  /** Their base scores, [K]. */
  readonly base: Float32Array
  /** Scaled features, row-major [K, F]. */
  readonly features: Float32Array
  /** h, [d]. */
  readonly hidden: Float32Array
}

/** @param now milliseconds since the epoch */
export type FindContenders = (history: History, now: number) => Contenders

/** Where the work is done; the contenders are the same. */
export interface ContenderTools {
  readonly encode: Encode
  /** Of the item vectors. */
  readonly product: TableProduct
}

export function plainTools(model: BaseModel): ContenderTools {
  return {
    encode: createEncoder(model),
    product(vector, out) {
      out.fill(0)
      addScores(out, model.itemVectors, vector)
    },
  }
}

export function createContenders(
  model: BaseModel,
  { encode, product }: ContenderTools = plainTools(model),
): FindContenders {
  const rough = roughScores(model)
  return (history, now) => {
    const hidden = encode(history, now)
    const some =
      rough && history.some(({ name }) => eventStrength(name) > 0)
        ? amongFew(model, history, now, hidden, rough, product)
        : null
    return some ?? amongAll(model, history, now, hidden)
  }
}

/** The highest of the whole catalogue, each item scored. */
export function amongAll(
  model: BaseModel,
  history: History,
  now: number,
  hidden: Float32Array,
): Contenders {
  const { base, features } = scoreTerms(model, history, now, hidden)
  return gather(contendersOf(base, CONTENDERS), (place) => place, base, features, hidden)
}

/** Null where the rough scores can't tell. */
function amongFew(
  model: BaseModel,
  history: History,
  now: number,
  hidden: Float32Array,
  rough: RoughScores,
  product: TableProduct,
): Contenders | null {
  const signals = readHistory(model.statistics, history, now)
  const taste = project(model.projection, hidden)
  const lifts = searchLifts(model.statistics, history, now)
  const own = [...signals.profile.touches.map(({ item }) => item), ...lifts.keys()]
  const few = shortlist(rough(signals, taste, product), own)
  if (!few) return null
  const features = new Float32Array(few.length * FEATURE_COUNT)
  writeFeatures(model.statistics, signals, model.featureScale, few, features)
  const vectors = new Float32Array(few.length * DIMENSION)
  few.forEach((item, place) => {
    const row = model.itemVectors.subarray(item * DIMENSION, (item + 1) * DIMENSION)
    vectors.set(row, place * DIMENSION)
  })
  const base = Float32Array.from(few, (item) => model.bias[item])
  addScores(base, vectors, taste)
  addScores(base, features, model.featureWeights)
  addSearches(base, lifts, few)
  // Ascending, so that equal scores are still in the order of their rows.
  return gather(contendersOf(base, CONTENDERS), (place) => few[place], base, features, hidden)
}

/**
 * Ascending rows that hold the highest.
 * @param own items that the history touched or searched for: of these the rough scores know little,
 *   so all of them are in
 */
function shortlist(
  { scores, error }: ReturnType<RoughScores>,
  own: readonly number[],
): number[] | null {
  for (const item of own) scores[item] = Number.NEGATIVE_INFINITY
  const last = contendersOf(scores, CONTENDERS)[CONTENDERS - 1]
  // Whatever is really among the highest is roughly at most this far below the last of them.
  const floor = scores[last] - 2 * error
  if (!Number.isFinite(floor)) return null
  for (const item of own) scores[item] = Number.POSITIVE_INFINITY
  const few: number[] = []
  for (let row = 0; row < scores.length; row++) if (scores[row] >= floor) few.push(row)
  return few
}

function gather(
  places: readonly number[],
  itemAt: (place: number) => number,
  base: Float32Array,
  features: Float32Array,
  hidden: Float32Array,
): Contenders {
  const gathered = new Float32Array(places.length * FEATURE_COUNT)
  places.forEach((place, k) => {
    const row = features.subarray(place * FEATURE_COUNT, (place + 1) * FEATURE_COUNT)
    gathered.set(row, k * FEATURE_COUNT)
  })
  return {
    items: places.map(itemAt),
    base: Float32Array.from(places, (place) => base[place]),
    features: gathered,
    hidden,
  }
}

/**
 * Rows by score, descending, equal scores by row; all of them where there are no more than `places`.
 * @param scores [N], no NaN.
 */
export function contendersOf(scores: Float32Array, places: number): number[] {
  // A heap of the best so far with the weakest on top: N comparisons, few moves.
  const heap: number[] = []
  const weaker = (a: number, b: number) =>
    scores[a] < scores[b] || (scores[a] === scores[b] && a > b)
  const sink = (from: number) => {
    let at = from
    for (;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && weaker(heap[child], heap[least])) least = child
      }
      if (least === at) return
      const row = heap[at]
      heap[at] = heap[least]
      heap[least] = row
      at = least
    }
  }
  for (let row = 0; row < scores.length; row++) {
    if (heap.length < places) {
      heap.push(row)
      if (heap.length === places) for (let at = places >> 1; at >= 0; at--) sink(at)
    } else if (weaker(heap[0], row)) {
      heap[0] = row
      sink(0)
    }
  }
  return heap.sort((a, b) => scores[b] - scores[a] || a - b)
}
