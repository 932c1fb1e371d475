/**
 * @module Computes, from what the device learned, the values that the settings of a list need: usual price, familiar
 * departments, themes. Pure functions.
 */
import type { Item } from '../../index.ts'
import type { Tuning } from './tuned.ts'

/** One interest of the shopper (product, category or query), from `learned` of the personalizer's snapshot. */
interface Learned {
  readonly kind: string
  readonly name: string
  readonly strength: number
  readonly signal?: string
}

type ItemOf = (id: string) => Item | undefined

const TURNED_TO = ['viewed', 'wished', 'basket', 'bought']

/** Weighted geometric mean of the prices of products that the shopper acted on; null if there are no such products. */
export function usualPrice(learned: readonly Learned[], itemOf: ItemOf): number | null {
  let sum = 0
  let weights = 0
  for (const { kind, name, strength, signal = '' } of learned) {
    const price = kind === 'item' && TURNED_TO.includes(signal) ? itemOf(name)?.price : undefined
    if (!price) continue
    sum += strength * Math.log(price)
    weights += strength
  }
  return weights > 0 ? Math.exp(sum / weights) : null
}

/** Strength of the shopper's interest in each department, relative to the strongest interest. */
export const familiarOf = (learned: readonly Learned[]): ReadonlyMap<string, number> =>
  new Map(
    learned
      .filter(({ kind }) => kind === 'category')
      .map(({ name, strength }) => [name, strength] as const),
  )

/** Maximum number of themes. */
const THEMES = 4
const DEPARTMENTS = 2
/** A theme is offered only if at least this number of the list's products have it. */
const LEAST = 2

export const wordsIn = ({ title = '' }: Item): readonly string[] => [
  ...new Set(title.match(/\p{L}{4,}/gu)?.map((word) => word.toLowerCase())),
]

/**
 * Themes of a list. The list's departments come first, starting with those that are most familiar to the shopper. Title
 * words follow that are typical of the list, because they are frequent in it and rare in the shop. A theme for which
 * the shopper has a setting is always included.
 */
export function themesOf(
  list: readonly Item[],
  familiar: ReadonlyMap<string, number>,
  all: readonly Item[],
  wanted: Tuning['themes'],
): readonly string[] {
  const often = (counts: ReadonlyMap<string, number>) =>
    [...counts].filter(([, count]) => count >= LEAST)
  const departments = often(countOf(list, ({ category }) => (category ? [category] : [])))
    .sort(([a, n], [b, m]) => (familiar.get(b) ?? 0) - (familiar.get(a) ?? 0) || m - n)
    .map(([name]) => name)
  const inShop = countOf(all, wordsIn)
  const lift = (word: string, count: number) => count / Math.sqrt(inShop.get(word) ?? 1)
  const words = often(countOf(list, wordsIn))
    .sort(([a, n], [b, m]) => lift(b, m) - lift(a, n))
    .map(([word]) => word)
  const found = [...departments.slice(0, DEPARTMENTS), ...words].slice(0, THEMES)
  // Themes that only a setting adds come last, so that no theme moves when the shopper presses it.
  return [...new Set([...found, ...Object.keys(wanted)])]
}

function countOf(
  items: readonly Item[],
  namesOf: (item: Item) => readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const item of items)
    for (const name of namesOf(item)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
