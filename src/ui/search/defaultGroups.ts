/** @module Default groups to narrow a list by: category, brand, price and availability. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { priceGroup, priceLimits, valueGroup } from '@nearside/core/search/facetGroups.ts'
import type { FacetGroup, FacetSelection } from '@nearside/core/search/facets.ts'
import { priceText } from '../react/itemText.ts'
import type { SearchLabels } from './labels.ts'

/** Number of options shown before "All …". */
export const FIRST = 8

/** Selection with that choice added, or removed. */
export function toggled(selection: FacetSelection, group: string, value: string): FacetSelection {
  const before = selection[group] ?? []
  const without = before.filter((one) => one !== value)
  return { ...selection, [group]: without.length < before.length ? without : [...before, value] }
}

/** Default groups in which these items differ. */
export function defaultGroups(
  items: readonly Item[],
  labels: SearchLabels,
  locale: string,
): readonly FacetGroup[] {
  const currency = items.find((item) => item.currency)?.currency
  const money = (price: number) => priceText({ id: '', price, currency }, locale)
  const groups = [
    valueGroup(items, { name: 'category', label: labels.category }, (item) => item.category),
    valueGroup(items, { name: 'brand', label: labels.brand }, (item) => item.brand),
    priceGroup({ name: 'price', label: labels.price }, priceLimits(items), (from, to) => {
      if (from === 0) return labels.under(money(to))
      return to === Number.POSITIVE_INFINITY
        ? labels.over(money(from))
        : labels.between(money(from), money(to))
    }),
    valueGroup(
      items,
      { name: 'stock', label: labels.availability },
      ({ available }) => (available === false ? 'out' : 'in'),
      (value) => (value === 'in' ? labels.inStock : labels.soldOut),
    ),
  ]
  return groups.filter(({ options }) => options.length > 1)
}
