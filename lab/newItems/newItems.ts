/**
 * @module How items that training never saw are ranked when they are what the shopper turns to.
 * They have no past: popularity can only guess among them, so equal scores are worth what chance
 * would make of them, and the question is what content adds.
 */
import type { Case, History } from '../../src/core/features/history.ts'
import type { ItemStatistics } from '../../src/core/features/itemStatistics.ts'
import type { BaseModel } from '../../src/core/model/baseModel.ts'
import { multiply } from '../../src/core/model/multiply.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { addScores, scoreTerms } from '../../src/core/model/score.ts'
import type { Estimate } from '../../src/evaluate/report/numbers.ts'
import { bootstrapMeans } from '../interval.ts'

export const NEW_ITEM_ARMS = [
  'popular',
  'popular-in-category',
  'encoder',
  'base-fresh',
  'base-unaided',
] as const

export type NewItemArm = (typeof NEW_ITEM_ARMS)[number]

export const NEW_ITEM_ARM_MEANINGS: Readonly<Record<NewItemArm, string>> = {
  popular: 'shoppers ever: none for a new item, so chance among the new ones',
  'popular-in-category': 'the same; a new item counts as the mean of its category',
  encoder: 'A·h·E + b: the sequence model on the vector made of content',
  'base-fresh': 'the base model, as it ships',
  'base-unaided': 'the same, where a new item reads as one that nobody wants',
}

/** `@all`: among all items that the shopper has not had; `@new`: among the new ones alone. */
export const NEW_ITEM_METRICS = [
  'ndcg@10@all',
  'hitRate@10@all',
  'percentile@all',
  'ndcg@10@new',
  'hitRate@10@new',
  'percentile@new',
] as const

export type NewItemMetric = (typeof NEW_ITEM_METRICS)[number]

export interface NewItemSummary {
  readonly shoppers: number
  /** Wanted new items. */
  readonly cases: number
  readonly arms: readonly ({ readonly name: NewItemArm } & Readonly<
    Record<NewItemMetric, Estimate>
  >)[]
  /** Mean difference to `popular-in-category`. */
  readonly gains: readonly ({ readonly name: NewItemArm } & Readonly<
    Record<NewItemMetric, Estimate>
  >)[]
}

/** What of a shopper's cases is about new items, and a past without any. */
export function newItemCases(cases: readonly Case[], isNew: Uint8Array): Case[] {
  return cases.flatMap(({ shopper, time, history, targets }) => {
    const wanted = targets.filter((item) => isNew[item])
    return wanted.length > 0
      ? [{ shopper, time, history: withoutItems(history, isNew), targets: wanted }]
      : []
  })
}

export function withoutItems(history: History, isNew: Uint8Array): History {
  return history.filter(({ item }) => !isNew[item])
}

/** Mean popularity of the known items of each category, [N]; of all known items where it has none. */
export function categoryMeans(
  popularity: Float32Array,
  { category }: ItemStatistics,
  isNew: Uint8Array,
): Float32Array {
  const sums = new Map<number, { sum: number; count: number }>()
  const whole = { sum: 0, count: 0 }
  for (let i = 0; i < popularity.length; i++) {
    if (isNew[i]) continue
    const group = sums.get(category[i]) ?? { sum: 0, count: 0 }
    sums.set(category[i], group)
    for (const one of [group, whole]) {
      one.sum += popularity[i]
      one.count++
    }
  }
  return Float32Array.from(popularity, (known, i) => {
    if (!isNew[i]) return known
    const { sum, count } = (category[i] > 0 && sums.get(category[i])) || whole
    return count > 0 ? sum / count : 0
  })
}

/** As if what nobody was counted for were known not to be wanted. */
export function unaided(statistics: ItemStatistics): ItemStatistics {
  return { ...statistics, coldStart: undefined }
}

export interface NewItemShop {
  /** With content vectors for the new items. */
  readonly model: BaseModel
  readonly isNew: Uint8Array
  /** As of the night before `time`, without the new items' events. */
  statisticsAt(time: number): ItemStatistics
  /** Distinct shoppers ever, likewise, [N]. */
  popularityAt(time: number): Float32Array
}

/** [arm × metric] of one case: means over its wanted new items. */
export function measureNewItems(shop: NewItemShop, one: Case): Float64Array {
  const { history, time, targets } = one
  const { isNew } = shop
  const items = isNew.length
  const model = { ...shop.model, statistics: shop.statisticsAt(time) }
  const popularity = shop.popularityAt(time)
  const terms = scoreTerms(model, history, time)
  const encoder = new Float32Array(model.bias)
  addScores(encoder, model.itemVectors, multiply(model.projection, terms.hidden))
  const scores: Readonly<Record<NewItemArm, Float32Array>> = {
    popular: popularity,
    'popular-in-category': categoryMeans(popularity, model.statistics, isNew),
    encoder,
    'base-fresh': terms.base,
    'base-unaided': scoreTerms(
      { ...model, statistics: unaided(model.statistics) },
      history,
      time,
      terms.hidden,
    ).base,
  }
  const had = new Uint8Array(items)
  for (const { item } of history) had[item] = 1
  const known = isNew.map((flag) => (flag ? 0 : 1))
  const values = new Float64Array(NEW_ITEM_ARMS.length * NEW_ITEM_METRICS.length)
  NEW_ITEM_ARMS.forEach((arm, a) => {
    for (const target of targets) {
      const all = rankOf(scores[arm], target, had)
      const fresh = rankOf(scores[arm], target, known)
      const found = [
        expected(all, gain),
        expected(all, () => 1),
        percentile(all),
        expected(fresh, gain),
        expected(fresh, () => 1),
        percentile(fresh),
      ]
      found.forEach((value, m) => {
        values[a * NEW_ITEM_METRICS.length + m] += value / targets.length
      })
    }
  })
  return values
}

/** How many other items stand above the target, and how many beside it. */
interface Rank {
  readonly above: number
  readonly equal: number
  readonly others: number
}

function rankOf(scores: Float32Array, target: number, excluded: Uint8Array): Rank {
  let above = 0
  let equal = 0
  let others = 0
  for (let i = 0; i < scores.length; i++) {
    if (i === target || excluded[i]) continue
    others++
    if (scores[i] > scores[target]) above++
    else if (scores[i] === scores[target]) equal++
  }
  return { above, equal, others }
}

const PLACES = 10

/** Mean of `worth` over the places that the target may take among its equals, 0 from the tenth on. */
function expected({ above, equal }: Rank, worth: (place: number) => number): number {
  let sum = 0
  for (let place = above; place <= above + equal && place < PLACES; place++) sum += worth(place)
  return sum / (equal + 1)
}

/** Share of the others that stand below; half of those beside. */
function percentile({ above, equal, others }: Rank): number {
  return others > 0 ? (others - above - equal / 2) / others : 0.5
}

function gain(place: number): number {
  return 1 / Math.log2(place + 2)
}

/** @param results by case, as `measureNewItems` gives them */
export function summariseNewItems(
  results: readonly { readonly shopper: string; readonly targets: number; values: Float64Array }[],
  seed: number,
): NewItemSummary {
  const byShopper = new Map<string, { count: number; sums: Float64Array }>()
  for (const { shopper, values } of results) {
    const own = byShopper.get(shopper) ?? { count: 0, sums: new Float64Array(values.length) }
    byShopper.set(shopper, own)
    own.count++
    for (let k = 0; k < values.length; k++) own.sums[k] += values[k]
  }
  const shoppers = [...byShopper.values()]
  const column = (arm: number, metric: number) =>
    Float64Array.from(
      shoppers,
      ({ count, sums }) => sums[arm * NEW_ITEM_METRICS.length + metric] / count,
    )
  const guess = NEW_ITEM_ARMS.indexOf('popular-in-category')
  const columns = NEW_ITEM_ARMS.flatMap((_, arm) => NEW_ITEM_METRICS.map((__, m) => column(arm, m)))
  const gains = NEW_ITEM_ARMS.flatMap((_, arm) =>
    NEW_ITEM_METRICS.map((__, m) => {
      const base = column(guess, m)
      return column(arm, m).map((value, s) => value - base[s])
    }),
  )
  const found = bootstrapMeans([...columns, ...gains], createRandom(seed))
  const rows = (from: number) =>
    NEW_ITEM_ARMS.map((name, arm) => ({
      name,
      ...(Object.fromEntries(
        NEW_ITEM_METRICS.map((metric, m) => [
          metric,
          found[from + arm * NEW_ITEM_METRICS.length + m],
        ]),
      ) as Record<NewItemMetric, Estimate>),
    }))
  return {
    shoppers: shoppers.length,
    cases: results.reduce((sum, { targets }) => sum + targets, 0),
    arms: rows(0),
    gains: rows(columns.length),
  }
}
