/** @module Builds facet groups from the items of a list. */
import type { AttributeValue, Item } from '../catalog/item.ts'
import type { FacetGroup } from './facets.ts'

/**
 * Facet group of the values that the items have. Equally frequent values are sorted by name, so that the sequence of
 * the items doesn't matter. Names are compared by character code, because a locale's order takes a slow phone 50 ms to
 * load while the shopper types.
 * @param tree whether values are paths: an item with `Kitchen > Mugs` has the values `Kitchen` and `Kitchen > Mugs`
 * @param valuesOf an item's value or values, e.g. `(item) => item.attributes?.colour`
 * @param text text that the shopper reads for a value, or for the last level of a path
 */
export function valueGroup<TItem extends Item>(
  items: readonly TItem[],
  { name, label, tree }: Pick<FacetGroup, 'name' | 'label' | 'tree'>,
  valuesOf: (item: TItem) => AttributeValue | readonly AttributeValue[] | undefined,
  text: (value: string) => string = (value) => value,
): FacetGroup<TItem> {
  const read = (item: TItem) => {
    const values = [valuesOf(item) ?? []].flat().map(String)
    return new Set(tree ? values.flatMap(levels) : values)
  }
  const known = new Map(items.map((item) => [item, read(item)]))
  const counts = new Map<string, number>()
  for (const values of known.values())
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return {
    name,
    label,
    tree,
    options: [...counts]
      .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
      .map(([value]) => ({ value, label: text(tree ? value.split(' > ').at(-1)! : value) })),
    matches: (item, value) => (known.get(item) ?? read(item)).has(value),
  }
}

/** @example levels('Kitchen > Mugs') // ['Kitchen', 'Kitchen > Mugs'] */
const levels = (path: string): readonly string[] =>
  path.split(' > ').map((_, level, names) => names.slice(0, level + 1).join(' > '))

/**
 * Facet group of price bands; items without a price are in no band.
 * @param limits ascending limits between the bands, e.g. `[1, 3, 8]`: four bands with the values `0-1` … `8-`
 * @param text text that the shopper reads; `to` is infinite for the last band
 */
export function priceGroup(
  { name, label }: Pick<FacetGroup, 'name' | 'label'>,
  limits: readonly number[],
  text: (from: number, to: number) => string,
): FacetGroup {
  const bands = [0, ...limits].map((from, band) => ({
    from,
    to: limits[band] ?? Number.POSITIVE_INFINITY,
    value: `${from}-${limits[band] ?? ''}`,
  }))
  const byValue = new Map(bands.map((band) => [band.value, band]))
  return {
    name,
    label,
    options: bands.map(({ value, from, to }) => ({ value, label: text(from, to) })),
    matches({ price = -1 }, value) {
      const band = byValue.get(value)
      return band !== undefined && price >= band.from && price < band.to
    },
  }
}

/** Limits of price bands with about a quarter of the items in each, rounded to 1, 2 or 5 times a power of ten. */
export function priceLimits(items: readonly Item[]): readonly number[] {
  const prices = items.flatMap(({ price }) => price ?? []).sort((a, b) => a - b)
  const limits = [0.25, 0.5, 0.75].map((share) =>
    round(prices[Math.floor(share * prices.length)] ?? 0),
  )
  return [...new Set(limits)].filter((limit) => limit > 0)
}

function round(price: number): number {
  if (price <= 0) return 0
  const power = 10 ** Math.floor(Math.log10(price))
  const step = [1, 2, 5, 10].reduce((best, one) =>
    Math.abs(one * power - price) < Math.abs(best * power - price) ? one : best,
  )
  // Removes the rounding error of negative powers, e.g. of 5 × 0.1 ** 2.
  return Number((step * power).toPrecision(1))
}
