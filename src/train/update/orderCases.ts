/**
 * @module The cases that an update learns from: a few of the new ones, so that it costs a share of
 * what training on everything would, described by lists that know neither their shopper nor the
 * orders that are new.
 */
import type { Item } from '../../core/catalog/item.ts'
import { buildCases, type ShopperHistory } from '../../core/features/cases.ts'
import type { Case, History } from '../../core/features/history.ts'
import type { ItemStatistics } from '../../core/features/itemStatistics.ts'
import { buildStatistics } from '../../core/features/statistics.ts'
import type { Random } from '../../core/model/random.ts'
import { DAY } from '../../core/time.ts'
import { candidatesOf } from '../ranker/candidates.ts'
import { buildDataset, type RankerCase, type RankerDataset } from '../ranker/dataset.ts'
import { focusTargets } from '../ranker/focus.ts'
import { foldOf } from '../ranker/outOfFold.ts'
import { DEFAULT_RANKER } from '../ranker/trainRanker.ts'
import type { WeighedLists } from './fusedLists.ts'

/** Milliseconds since the epoch; `to` is exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface OrderCasesInput {
  readonly items: readonly Item[]
  /** Nothing after a span's end is looked at. */
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly scale: Float32Array
  /** Cases of an update at most, as a share of what training on everything would describe. */
  readonly share: number
}

/** What a span asks for, and how much of it may be described. */
export interface NewCases {
  readonly from: number
  readonly all: readonly Case[]
  readonly most: number
}

export interface Described {
  readonly table: RankerDataset
  /** Cases looked at; those whose answers are out of reach are not in the table. */
  readonly cases: number
}

/** Days between two counts of popularity while cases are described. */
const POPULARITY_DAYS = 7

export class OrderCases {
  readonly #input: OrderCasesInput
  /** Of all cases with a history until now: what training on everything would choose from. */
  readonly #times: number[] = []
  /** By fold: everybody else. */
  readonly #others: readonly (readonly History[])[]

  constructor(input: OrderCasesInput) {
    this.#input = input
    this.#others = Array.from({ length: DEFAULT_RANKER.folds }, (_, out) =>
      input.shoppers
        .filter(({ id }) => foldOf(id, DEFAULT_RANKER.folds) !== out)
        .map(({ interactions }) => interactions),
    )
  }

  /** Spans are read once each, in their order. */
  read({ from, to }: Span): NewCases {
    const { shoppers, dayOnly, share } = this.#input
    const all = shoppers
      .flatMap((shopper) => buildCases(shopper, dayOnly, from))
      .filter(({ time }) => time < to)
    for (const { time, history } of all) if (history.length > 0) this.#times.push(time)
    return { from, all, most: Math.floor(share * this.#ofEverything(to)) }
  }

  /** Cases that training on everything before `to` would describe: those after its warm-up. */
  #ofEverything(to: number): number {
    const { warmUp, maxCases } = DEFAULT_RANKER
    const first = this.#times.reduce((least, time) => Math.min(least, time), to)
    const begin = first + warmUp * (to - first)
    const known = this.#times.reduce((count, time) => count + (time >= begin ? 1 : 0), 0)
    return Math.min(maxCases, known)
  }

  /**
   * A case is asked among what `weights` rank highest: they are trained already, so the first of
   * full training's two fits has nothing to find.
   * @param lists by fold
   */
  describe(
    { from, all, most }: NewCases,
    lists: readonly WeighedLists[],
    weights: Float64Array,
    random: Random,
  ): Described {
    const { items, scale } = this.#input
    const { folds, firstShare, candidates, focus } = DEFAULT_RANKER
    const asked = all.filter(({ history }) => history.length > 0 || random.next() < firstShare)
    const cases: RankerCase[] = drawn(asked, most, random)
      .map((one) => ({ ...one, history: one.history, weight: 1 }))
      .sort((a, b) => foldOf(a.shopper, folds) - foldOf(b.shopper, folds) || a.time - b.time)
    let known: { key: string; statistics: ItemStatistics } | null = null
    const dataset = buildDataset(
      cases,
      ({ shopper, time }) => {
        const fold = foldOf(shopper, folds)
        const step = POPULARITY_DAYS * DAY
        const asOf = from + Math.floor((time - from) / step) * step
        const key = `${fold} ${asOf}`
        if (known?.key !== key) {
          const neighbours = lists[fold]
          const others = this.#others[fold]
          known = { key, statistics: buildStatistics(items, others, asOf, { neighbours }) }
        }
        return known.statistics
      },
      random,
    )
    const close = candidatesOf(dataset, scale, weights, candidates)
    return { table: focusTargets(close, scale, weights, focus), cases: cases.length }
  }
}

/** `most` of them, each as likely as any other, in their order. */
function drawn<T>(all: readonly T[], most: number, random: Random): T[] {
  let wanted = Math.min(all.length, most)
  return all.filter((_, k) => {
    if (random.next() * (all.length - k) >= wanted) return false
    wanted--
    return true
  })
}
