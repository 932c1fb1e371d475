/** @module Default filters of a list: category, brand, price and availability. */

import type { Words } from '@nearside/browser/page/words.ts'
import { inOneCurrency, mainCurrency } from '@nearside/core/catalog/currency.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { priceGroup, priceLimits, valueGroup } from '@nearside/core/search/facetGroups.ts'
import type { FacetGroup, FacetSelection } from '@nearside/core/search/facets.ts'
import { priceText } from '../lists/itemText.ts'
import type { SearchKey } from '../messages/search.ts'

/** Number of options shown until the shopper presses the button "All …". */
export const FIRST = 8

/**
 * Selection after a choice was added, or removed if it was selected.
 * @param single whether the choice replaces the other choices of its group
 */
export function toggled(
  selection: FacetSelection,
  group: string,
  value: string,
  single = false,
): FacetSelection {
  const before = selection[group] ?? []
  const without = before.filter((one) => one !== value)
  if (without.length < before.length) return { ...selection, [group]: single ? [] : without }
  return { ...selection, [group]: single ? [value] : [...before, value] }
}

/** Default groups in which these items differ. */
export function defaultGroups(
  items: readonly Item[],
  words: Words<SearchKey>,
  locale: string,
): readonly FacetGroup[] {
  const currency = mainCurrency(items)
  const money = (price: number) => priceText({ id: '', price, currency }, locale)
  const bands = priceLimits(inOneCurrency(items))
  const byPrice = priceGroup({ name: 'price', label: words('price') }, bands, (from, to) => {
    if (from === 0) return words('under', { price: money(to) })
    return to === Infinity
      ? words('over', { price: money(from) })
      : words('between', { low: money(from), high: money(to) })
  })
  const groups = [
    valueGroup(items, { name: 'category', label: words('category') }, (item) => item.category),
    valueGroup(items, { name: 'brand', label: words('brand') }, (item) => item.brand),
    {
      ...byPrice,
      matches: (item: Item, band: string) =>
        (item.currency ?? currency) === currency && byPrice.matches(item, band),
    },
    valueGroup(
      items,
      { name: 'stock', label: words('availability') },
      ({ available }) => (available === false ? 'out' : 'in'),
      (value) => (value === 'in' ? words('inStock') : words('soldOut')),
    ),
  ]
  return groups.filter(({ options }) => options.length > 1)
}
