/**
 * @module An order shop's statistics and ranker kept up to date from the new orders alone. As in full
 * training, a case is described by statistics without its own shopper: lists are kept once for each
 * fold beside those that serve.
 */
import type { Item } from '../../core/catalog/item.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE } from '../../core/features/cooccurrence.ts'
import { eventStrength } from '../../core/features/strength.ts'
import { createRandom } from '../../core/model/random.ts'
import type { Span } from '../../evaluate/periods/cut.ts'
import {
  type FitWeights,
  RuledWeights,
  type RuleSettings,
  type WeightRule,
} from '../../evaluate/periods/rankerTable.ts'
import { addWork, NO_WORK, type Work } from '../../evaluate/periods/work.ts'
import { foldOf } from '../ranker/outOfFold.ts'
import { DEFAULT_RANKER } from '../ranker/trainRanker.ts'
import type { ShopperLog } from '../shop/shop.ts'
import { fuseLists, type WeighedLists } from './fusedLists.ts'
import { OrderCases } from './orderCases.ts'

export interface OrderSettings extends RuleSettings {
  /** Factor of the lists' old evidence, each period. */
  readonly decay: number
  /** Cases that an update describes at most, as a share of what training on everything would. */
  readonly share: number
}

export interface OrderBookInput {
  readonly items: readonly Item[]
  /** Training shoppers with all they will ever do; nothing after an update's end is looked at. */
  readonly shoppers: readonly ShopperLog[]
  readonly dayOnly: boolean
  readonly settings: OrderSettings
  readonly rules: readonly WeightRule[]
  readonly seeds: readonly number[]
  /** The first full training's, one a seed; scale is the same for all. */
  readonly first: readonly Float64Array[]
  readonly scale: Float32Array
  readonly fit: FitWeights
  /** Processor seconds. */
  readonly clock: () => number
  /** End of what `first` was trained on. */
  readonly until: number
}

export class OrderBook {
  readonly #input: OrderBookInput
  /** By fold: everybody but that fold; at the end, everybody. */
  #lists: WeighedLists[]
  readonly #learners: readonly (readonly RuledWeights[])[]
  readonly #cases: OrderCases
  /** Of the last update, by rule, one seed's. */
  work: readonly Work[] = []

  constructor(input: OrderBookInput) {
    this.#input = input
    const past = { from: Number.NEGATIVE_INFINITY, to: input.until }
    this.#lists = this.#count(past)
    this.#cases = new OrderCases({ ...input, share: input.settings.share })
    this.#cases.read(past)
    this.#learners = input.rules.map((rule) =>
      input.seeds.map(
        (seed, s) => new RuledWeights(rule, input.settings, createRandom(seed), input.first[s]),
      ),
    )
  }

  /** Those that serve. */
  get lists(): WeighedLists {
    return this.#lists[this.#lists.length - 1]
  }

  /** [rule][seed] */
  get weights(): Float64Array[][] {
    return this.#learners.map((seeds) => seeds.map(({ weights }) => weights))
  }

  /** Learns from the span by the lists of before it, then counts it into them. */
  update(span: Span): void {
    const { seeds, fit, clock, settings, first } = this.#input
    let started = clock()
    const fresh = this.#cases.read(span)
    const read = clock() - started
    started = clock()
    const described = seeds.map((seed, s) =>
      this.#cases.describe(fresh, this.#lists, first[s], createRandom(seed + (span.from % 7919))),
    )
    const describing = read + (clock() - started) / seeds.length
    const cases = described.reduce((sum, one) => sum + one.cases, 0) / seeds.length
    const learned = this.#learners.map((ruled) => {
      const from = clock()
      const rows = ruled.map((one, s) => one.learn(described[s].table, fit, first[s]))
      return {
        rows: rows.reduce((a, b) => a + b, 0) / seeds.length,
        seconds: (clock() - from) / seeds.length,
      }
    })
    started = clock()
    const counts = this.#count(span)
    this.#lists = this.#lists.map((old, fold) => fuseLists(old, counts[fold], settings.decay))
    const counted = clock() - started
    const events = this.lists === undefined ? 0 : this.#eventsIn(span)
    this.work = this.#input.rules.map((rule, r) =>
      addWork(
        { ...NO_WORK, events, seconds: counted },
        // Kept weights need no cases.
        rule === 'keep' ? NO_WORK : { ...NO_WORK, cases, seconds: describing },
        { ...NO_WORK, ...learned[r] },
      ),
    )
  }

  #eventsIn({ from, to }: Span): number {
    return this.#input.shoppers.reduce(
      (sum, { interactions }) =>
        sum + interactions.filter(({ time }) => time >= from && time < to).length,
      0,
    )
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
