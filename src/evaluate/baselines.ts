/**
 * @module Simple baselines in their best form: with decay, repeats, popularity as a fallback, and tuned parameters.
 * Every baseline gives log-probabilities up to a constant, so that likelihoods are comparable.
 */

import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'
import { onceFor } from '@nearside/core/onceFor.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Popularity } from './popularity.ts'

/** Information that a baseline gets before a test case: nothing of the case itself or of later events. */
export interface BaselineContext {
  readonly history: History
  /** Time of the case, milliseconds since the epoch. */
  readonly time: number
  readonly popularity: Popularity
  readonly neighbours: NeighbourTable
  /** Fold of a tuning case's shopper; neighbours and popularity come from the shoppers of other folds. */
  readonly fold?: number
}

interface NeighbourTable {
  readonly neighboursPerItem: number
  readonly neighbourItems: Uint16Array | Uint32Array
  readonly neighbourWeights: Float32Array
}

/** Writes log-probabilities of all items, up to a constant, [N], to `out`. */
export type Score = (context: BaselineContext, out: Float32Array) => void

/** An arm with a few parameters that are tuned on training shoppers. */
export interface TunableArm<P extends object = object> {
  readonly start: P
  readonly grid: { readonly [K in keyof P]: readonly P[K][] }
  /** Upper limit of a parameter. The search never exceeds this limit, and tries it only if the grid contains it. */
  readonly below?: { readonly [K in keyof P]?: number }
  score(parameters: P, context: BaselineContext, out: Float32Array): void
}

/** Scores each item by log(count + 1). */
export function scorePopular({ popularity }: BaselineContext, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.log(popularity.all[i] + 1)
}

export function scorePopularMonth({ popularity }: BaselineContext, out: Float32Array): void {
  const { share } = popularity
  for (let i = 0; i < out.length; i++) out[i] = Math.log(share[i])
}

/**
 * Ranks the last items of the history first, as the “last viewed” strip of most shops does, then all other items by
 * popularity. The n-th last item has weight 1/n; each item outside the history weighs less than every item in it.
 */
export const LAST_VIEWED: TunableArm = {
  start: {},
  grid: {},
  score(_, { history, popularity: { share } }, out) {
    const latest = new Set<number>()
    for (const { item, name } of history) {
      if (eventStrength(name) === 0) continue
      latest.delete(item)
      latest.add(item)
    }
    const highest = share.reduce((most, one) => Math.max(most, one), 0)
    for (let i = 0; i < out.length; i++)
      out[i] = Math.log(share[i] / highest) - Math.log(latest.size + 1)
    let place = latest.size
    for (const item of latest) out[item] = -Math.log(place--)
  },
}

export interface Decay {
  /** Unit of an event's age; in the unit `looks`, the age is the number of later events. */
  readonly unit: 'days' | 'sessions' | 'looks'
  /** Age at which an interaction counts half. */
  readonly halfLife: number
  /**
   * Weight of several events of one item in a session. `once`: the strongest event's weight; `log`: that weight times a
   * logarithm of the number of events; `each`: the sum of the weights.
   */
  readonly looks: 'once' | 'log' | 'each'
}

/** Calls `make` once per parameter. */
export function oncePer<T>(make: (parameter: number) => T): (parameter: number) => T {
  const known = new Map<number, T>()
  return (parameter) => {
    const made = known.get(parameter) ?? make(parameter)
    known.set(parameter, made)
    return made
  }
}

interface Aged {
  readonly item: number
  /** Weight without decay. */
  readonly amount: number
  readonly age: number
}

/** Caches event weights and ages per context for the latest `unit` and `looks`; tuning tries many half-lives. */
const agedOf = onceFor((_: BaselineContext) => ({ key: '', aged: [] as Aged[] }))

/** Decayed weight of each item in each session of the history. */
export function decayedInteractions(context: BaselineContext, { unit, halfLife, looks }: Decay) {
  const known = agedOf(context)
  const key = `${unit} ${looks}`
  if (known.key !== key) Object.assign(known, { key, aged: agedInteractions(context, unit, looks) })
  return known.aged.map(({ item, amount, age }) => ({
    item,
    weight: amount * 2 ** (-age / halfLife),
  }))
}

function agedInteractions(
  { history, time: now }: BaselineContext,
  unit: Decay['unit'],
  looks: Decay['looks'],
): Aged[] {
  type Session = Map<number, { strengths: number[]; time: number }>
  const sessions = new Map<string | number, Session>()
  for (const [nth, { name, session: named, item, time }] of history.entries()) {
    const strength = eventStrength(name)
    if (strength === 0) continue
    const key = unit === 'looks' ? nth : named
    const session: Session = sessions.get(key) ?? new Map()
    // Deletes the session and inserts it again, so that the map is sorted by the latest event of each session.
    sessions.delete(key)
    sessions.set(key, session)
    session.set(item, { strengths: [...(session.get(item)?.strengths ?? []), strength], time })
  }
  const amountOf = (strengths: readonly number[]) =>
    looks === 'each'
      ? strengths.reduce((sum, one) => sum + one, 0)
      : Math.max(...strengths) * (looks === 'log' ? 1 + Math.log2(strengths.length) : 1)
  let ago = sessions.size
  return [...sessions.values()].flatMap((session) => {
    ago--
    return Array.from(session, ([item, { strengths, time }]) => {
      const age = unit === 'days' ? (now - time) / DAY : ago
      return { item, amount: amountOf(strengths), age }
    })
  })
}

/** For each day's popularity, caches log(factor · share) for the factor that tuning asked for last. */
const logsOf = onceFor(({ share }: Popularity) => ({
  factor: Number.NaN,
  logs: new Float32Array(share.length),
}))

/** Writes log((1 − fill)·counts / Σcounts + fill·popularity), or log(popularity) if there are no counts. */
export function mixWithPopularity(
  counts: Float32Array,
  popularity: Popularity,
  fill: number,
  out: Float32Array,
): void {
  const { share } = popularity
  let total = 0
  for (let i = 0; i < counts.length; i++) total += counts[i]
  const own = total > 0 ? (1 - fill) / total : 0
  const rest = total > 0 ? fill : 1
  const known = logsOf(popularity)
  if (known.factor !== rest)
    for (let i = 0; i < share.length; i++) known.logs[i] = Math.log(rest * share[i])
  known.factor = rest
  out.set(known.logs)
  for (let i = 0; i < out.length; i++)
    if (counts[i] !== 0) out[i] = Math.log(own * counts[i] + rest * share[i])
}

const FILLS = [0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8] as const

const DECAY = {
  unit: ['sessions', 'days', 'looks'],
  halfLife: [0.5, 1, 2, 3, 5, 10, 20, 40, 90, 180, 1000],
  looks: ['once', 'log', 'each'],
} as const

interface RecentlyViewedParameters extends Decay {
  /** Weight of popularity in the mixture, 0 … 1. */
  readonly fill: number
}

/** Ranks by the shopper's own decayed counts, mixed with popularity. */
export const RECENTLY_VIEWED: TunableArm<RecentlyViewedParameters> = {
  start: { unit: 'sessions', halfLife: 3, looks: 'once', fill: 0.1 },
  grid: { ...DECAY, fill: FILLS },
  below: { fill: 1 },
  score({ fill, ...decay }, context, out) {
    const counts = new Float32Array(out.length)
    for (const { item, weight } of decayedInteractions(context, decay)) counts[item] += weight
    mixWithPopularity(counts, context.popularity, fill, out)
  },
}

export interface ItemKnnParameters extends RecentlyViewedParameters {
  /** Weight of the history's own items, 0 … 1; their neighbours get the rest. At 1 the arm equals `recently-viewed`. */
  readonly own: number
}

/** Ranks by the neighbours of the history's items, decayed by age. Each item is also its own neighbour. */
export const ITEM_KNN: TunableArm<ItemKnnParameters> = {
  start: { ...RECENTLY_VIEWED.start, own: 0.5 },
  grid: { ...DECAY, own: [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1], fill: FILLS },
  below: { fill: 1, own: 1 },
  score({ own, fill, ...decay }, context, out) {
    const { neighboursPerItem: M, neighbourItems, neighbourWeights } = context.neighbours
    const counts = new Float32Array(out.length)
    for (const { item, weight } of decayedInteractions(context, decay)) {
      counts[item] += own * weight
      for (let k = item * M; k < (item + 1) * M && neighbourWeights[k] > 0; k++)
        counts[neighbourItems[k]] += (1 - own) * weight * neighbourWeights[k]
    }
    mixWithPopularity(counts, context.popularity, fill, out)
  },
}

interface EwmaParameters extends Decay {
  /** Divisor of the cosines. */
  readonly temperature: number
  /** The softmax of the cosines is multiplied by the popularity share to this power. */
  readonly popularity: number
}

/** Ranks by the cosine of every item to the exponentially weighted mean vector of the history's items. */
export function ewma(itemVectors: Float32Array, dimension: number): TunableArm<EwmaParameters> {
  const unitVectors = normaliseRows(itemVectors, dimension)
  return {
    start: { unit: 'sessions', halfLife: 3, looks: 'once', temperature: 0.1, popularity: 0.5 },
    grid: {
      ...DECAY,
      temperature: [0.02, 0.05, 0.1, 0.2, 0.5],
      popularity: [0, 0.25, 0.5, 1],
    },
    score({ temperature, popularity, ...decay }, context, out) {
      const user = new Float64Array(dimension)
      for (const { item, weight } of decayedInteractions(context, decay)) {
        for (let d = 0; d < dimension; d++) user[d] += weight * unitVectors[item * dimension + d]
      }
      const length = Math.hypot(...user)
      const cosines = length > 0 ? products(unitVectors, user) : new Float64Array(out.length)
      const logs = shareLogsOf(context.popularity)
      // Without a history, popularity alone decides, at full weight.
      const weight = length > 0 ? popularity : 1
      for (let i = 0; i < out.length; i++)
        out[i] = cosines[i] / (length || 1) / temperature + weight * logs[i]
    },
  }
}

const shareLogsOf = onceFor(({ share }: Popularity) => Float64Array.from(share, Math.log))

/** Dot product of each row with a vector. Computing four sums at a time halves the time. */
function products(rows: Float32Array, vector: Float64Array): Float64Array {
  const n = vector.length
  const found = new Float64Array(rows.length / n)
  for (let i = 0; i < found.length; i += 4) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let j = 0, at = i * n; j < n; j++, at++) {
      a += vector[j] * rows[at]
      b += vector[j] * rows[at + n]
      c += vector[j] * rows[at + 2 * n]
      d += vector[j] * rows[at + 3 * n]
    }
    found[i] = a
    found[i + 1] = b
    found[i + 2] = c
    found[i + 3] = d
  }
  return found
}

/** Divides each row by its length, if not 0. Appends rows of zeros up to a multiple of four rows, for `products`. */
function normaliseRows(rows: Float32Array, dimension: number): Float32Array {
  const unit = new Float32Array(Math.ceil(rows.length / dimension / 4) * 4 * dimension)
  for (let at = 0; at < rows.length; at += dimension) {
    const length = Math.hypot(...rows.subarray(at, at + dimension))
    if (length > 0) for (let d = at; d < at + dimension; d++) unit[d] = rows[d] / length
  }
  return unit
}
