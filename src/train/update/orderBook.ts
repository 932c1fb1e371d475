/**
 * @module A shop's neighbour lists and ranker kept up to date from the new events alone: lists are
 * decayed and added, weights fused. As in full training, a case is described by statistics without
 * its own shopper: lists are kept once for each fold beside those that serve.
 */

import type { Item } from '../../core/catalog/item.ts'
import type { ShopperHistory } from '../../core/features/cases.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE } from '../../core/features/cooccurrence.ts'
import { eventStrength } from '../../core/features/strength.ts'
import { createRandom } from '../../core/model/random.ts'
import { fitNewton } from '../ranker/newton.ts'
import { foldOf } from '../ranker/outOfFold.ts'
import { DEFAULT_RANKER } from '../ranker/trainRanker.ts'
import { fuseLists, type WeighedLists } from './fusedLists.ts'
import { OrderCases, type Span } from './orderCases.ts'
import { NO_WORK, type Work } from './work.ts'

export interface OrderSettings {
  /** Factor of the lists' old evidence, each update. */
  readonly decay: number
  /** Cases that an update describes at most, as a share of what training on everything would. */
  readonly share: number
  /** λ of θ = λ·θ_new + (1−λ)·θ_old. */
  readonly fusionWeight: number
}

export interface OrderBookInput {
  readonly items: readonly Item[]
  /** Training shoppers with all they will ever do; nothing after an update's end is looked at. */
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly settings: OrderSettings
  readonly seed: number
  /** The first full training's. */
  readonly weights: Float64Array
  readonly scale: Float32Array
  /** End of what they were trained on. */
  readonly until: number
  /** Processor seconds. */
  readonly clock: () => number
}

const NONE: ReadonlySet<number> = new Set()

export class OrderBook {
  readonly #input: OrderBookInput
  /** By fold: everybody but that fold; at the end, everybody. */
  #lists: WeighedLists[]
  readonly #cases: OrderCases
  weights: Float64Array

  constructor(input: OrderBookInput) {
    this.#input = input
    this.weights = input.weights
    const past = { from: Number.NEGATIVE_INFINITY, to: input.until }
    this.#lists = this.#count(past)
    this.#cases = new OrderCases({ ...input, share: input.settings.share })
    this.#cases.read(past)
  }

  /** Those that serve. */
  get lists(): WeighedLists {
    return this.#lists[this.#lists.length - 1]
  }

  /** Learns from the span by the lists of before it, then counts it into them. */
  update(span: Span): Work {
    const { clock, settings, seed, weights: first } = this.#input
    const started = clock()
    const described = this.#cases.describe(
      this.#cases.read(span),
      this.#lists,
      first,
      createRandom(seed + (span.from % 7919)),
    )
    const rows = described.table.cases.length > 0 ? this.#learn(described.table) : 0
    const counts = this.#count(span)
    this.#lists = this.#lists.map((old, fold) => fuseLists(old, counts[fold], settings.decay))
    const events = eventsIn(this.#input.shoppers, span)
    return { ...NO_WORK, events, cases: described.cases, rows, seconds: clock() - started }
  }

  /** @returns training rows gone through, each once a step */
  #learn(table: Parameters<typeof fitNewton>[0]): number {
    const { scale, settings } = this.#input
    const old = this.weights
    const fitted = fitNewton(table, scale, { l2: DEFAULT_RANKER.l2, frozen: NONE, centre: old })
    const { fusionWeight } = settings
    this.weights = fitted.weights.map(
      (value, f) => fusionWeight * value + (1 - fusionWeight) * old[f],
    )
    return fitted.steps * table.target.length
  }

  #count({ from, to }: Span): WeighedLists[] {
    const { shoppers, items } = this.#input
    const folds = DEFAULT_RANKER.folds
    const parts = shoppers.map(({ id, interactions }) => ({
      fold: foldOf(id, folds),
      history: interactions.filter(({ time }) => time >= from && time < to),
    }))
    return Array.from({ length: folds + 1 }, (_, out) => {
      const histories = parts
        .filter(({ fold, history }) => fold !== out && history.length > 0)
        .map(({ history }) => history)
      const evidence = new Float64Array(items.length)
      for (const history of histories)
        for (const { item, name } of history) if (eventStrength(name) > 0) evidence[item]++
      const { neighboursPerItem } = DEFAULT_COOCCURRENCE
      return { ...cooccurrence(items.length, histories, to), neighboursPerItem, evidence }
    })
  }
}

export function eventsIn(shoppers: readonly ShopperHistory[], { from, to }: Span): number {
  return shoppers.reduce(
    (sum, { interactions }) =>
      sum + interactions.filter(({ time }) => time >= from && time < to).length,
    0,
  )
}
