/**
 * @module Features of the items of a slate, as a device knows them at the moment of the choice: place and price within
 * the slate, the shopper's looks and choices before, and the habits that these choices show.
 */
import { type Action, isSameList, type Slate } from './log.ts'

/** Features by group. */
export const FEATURE_GROUPS = {
  place: ['logPlace', 'first'],
  price: ['logPrice', 'priceRank', 'cheapest'],
  looks: ['looked', 'lookedLast', 'looks', 'belowLooked'],
  choices: ['chosen', 'chosenLast', 'earlierSession'],
  priceHabits: ['usualRank', 'usualPrice', 'usualCheapest'],
  placeHabits: ['usualPlace', 'usualFirst'],
  sameList: ['sameListNear', 'sameListBelow', 'sameListPlace'],
} as const

export type FeatureGroup = keyof typeof FEATURE_GROUPS
export type SlateFeature = (typeof FEATURE_GROUPS)[FeatureGroup][number]

export const FEATURE_NAMES: readonly SlateFeature[] = Object.values(FEATURE_GROUPS).flat()
export const SLATE_FEATURES = FEATURE_NAMES.length

/** Features that say where on the list an item is; a list that ranks anew can't use them. */
const PLACE_FEATURES: readonly SlateFeature[] = [
  ...FEATURE_GROUPS.place,
  ...FEATURE_GROUPS.placeHabits,
  ...FEATURE_GROUPS.sameList,
  'belowLooked',
]

const COLUMN = new Map(FEATURE_NAMES.map((name, column) => [name, column]))

export function columnsOf(groups: readonly FeatureGroup[]): number[] {
  return groups.flatMap((group) => FEATURE_GROUPS[group].map((name) => columnOf(name)))
}

export function columnOf(name: SlateFeature): number {
  return COLUMN.get(name) ?? -1
}

export const PLACE_COLUMNS: ReadonlySet<number> = new Set(PLACE_FEATURES.map(columnOf))

/** Number of choices after which a choice counts half in the habits. */
const HABIT_HALF_LIFE = 5
/** Choices at which a habit reaches half of its strength. */
const HABIT_TRUST = 1

/**
 * Features of the items of a slate, row-major [K, SLATE_FEATURES].
 * @param past actions before the choice, ascending by time
 */
export function slateFeatures(
  { items, prices }: Pick<Slate, 'items' | 'prices'>,
  session: string,
  past: readonly Action[],
): Float32Array {
  const shown = ordinals(prices)
  const looks = looksOf(past, session)
  const habits = habitsOf(past)
  const last = past.findLast(({ slate }) => slate)
  const lastPlace = last?.slate && isSameList(last.slate.items, items) ? last.slate.chosen : -1
  const lookedPlace = items.indexOf(looks.last)
  const out = new Float32Array(items.length * SLATE_FEATURES)
  items.forEach((item, k) => {
    const first = k === 0 ? 1 : 0
    const cheapest = shown.rank[k] === 0 ? 1 : 0
    const { [k]: logPrice } = shown.logPrice
    const count = looks.counts.get(item) ?? 0
    const values: Readonly<Record<SlateFeature, number>> = {
      logPlace: Math.log1p(k),
      first,
      logPrice,
      priceRank: shown.rank[k],
      cheapest,
      looked: count > 0 ? 1 : 0,
      lookedLast: item === looks.last ? 1 : 0,
      looks: Math.log1p(count),
      belowLooked: lookedPlace >= 0 && k === lookedPlace + 1 ? 1 : 0,
      chosen: looks.chosen.has(item) ? 1 : 0,
      chosenLast: item === last?.item ? 1 : 0,
      earlierSession: looks.earlier.has(item) ? 1 : 0,
      usualPlace: -habits.trust * Math.abs(Math.log1p(k) - habits.logPlace),
      usualFirst: habits.trust * habits.first * first,
      usualRank: -habits.trust * Math.abs(shown.rank[k] - habits.rank),
      usualPrice: -habits.trust * Math.abs(logPrice - habits.logPrice),
      usualCheapest: habits.trust * habits.cheapest * cheapest,
      sameListNear: lastPlace >= 0 ? -Math.abs(Math.log1p(k) - Math.log1p(lastPlace)) : 0,
      sameListBelow: lastPlace >= 0 && k > lastPlace ? 1 : 0,
      sameListPlace: lastPlace >= 0 ? Math.log1p(k) : 0,
    }
    FEATURE_NAMES.forEach((name, column) => {
      out[k * SLATE_FEATURES + column] = values[name]
    })
  })
  return out
}

/** Price rank in [0, 1], 0 for the lowest and ties alike; and log of the price over the slate's median price. */
function ordinals(prices: readonly number[]) {
  const ascending = [...prices].sort((a, b) => a - b)
  const median = ascending[Math.floor(ascending.length / 2)]
  const highest = Math.max(1, prices.length - 1)
  return {
    rank: prices.map((price) => ascending.indexOf(price) / highest),
    logPrice: prices.map((price) => Math.log(price / median)),
  }
}

function looksOf(past: readonly Action[], session: string) {
  const counts = new Map<string, number>()
  const chosen = new Set<string>()
  const earlier = new Set<string>()
  let last = ''
  for (const { item, session: at, slate } of past) {
    if (slate) chosen.add(item)
    if (at !== session) earlier.add(item)
    else {
      counts.set(item, (counts.get(item) ?? 0) + 1)
      last = item
    }
  }
  return { counts, chosen, earlier, last }
}

/** Means over the earlier choices, the newest counting most; `trust` in [0, 1) grows with their number. */
function habitsOf(past: readonly Action[]) {
  const sums = { logPlace: 0, first: 0, rank: 0, logPrice: 0, cheapest: 0 }
  let total = 0
  for (const { slate } of past) {
    if (!slate) continue
    const { rank, logPrice } = ordinals(slate.prices)
    const { chosen } = slate
    const own = {
      logPlace: Math.log1p(chosen),
      first: chosen === 0 ? 1 : 0,
      rank: rank[chosen],
      logPrice: logPrice[chosen],
      cheapest: rank[chosen] === 0 ? 1 : 0,
    }
    const kept = 2 ** (-1 / HABIT_HALF_LIFE)
    total = kept * total + 1
    sums.logPlace = kept * sums.logPlace + own.logPlace
    sums.first = kept * sums.first + own.first
    sums.rank = kept * sums.rank + own.rank
    sums.logPrice = kept * sums.logPrice + own.logPrice
    sums.cheapest = kept * sums.cheapest + own.cheapest
  }
  const by = total > 0 ? 1 / total : 0
  return {
    logPlace: by * sums.logPlace,
    first: by * sums.first,
    rank: by * sums.rank,
    logPrice: by * sums.logPrice,
    cheapest: by * sums.cheapest,
    trust: total / (total + HABIT_TRUST),
  }
}
