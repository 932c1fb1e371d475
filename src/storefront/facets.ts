/** @module Filter groups of a product list, and the shopper's choices in them, which the page's address stores. */
import { useCallback, useMemo } from 'react'
import type { Item } from '../index.ts'
import { type FacetsState, useFacets } from '../react-search.ts'
import { type FacetGroup, type FacetSelection, priceGroup, valueGroup } from '../search.ts'
import { useChoices } from './address.ts'
import { type Catalog, departmentOf, departmentText, isSold } from './catalog.ts'
import { branchesOf } from './kinds.ts'
import { useShop } from './shop.ts'
import { pounds } from './text.ts'
import { searchWords, words } from './words/words.ts'

/** Prices at which one price band ends and the next begins, in pounds. */
const LIMITS = [1, 3, 8]

function bandText(from: number, to: number): string {
  if (from === 0) return searchWords('under', { price: pounds(to) })
  return Number.isFinite(to)
    ? searchWords('between', { low: pounds(from), high: pounds(to) })
    : searchWords('over', { price: pounds(from) })
}

const stockGroup = (): FacetGroup => ({
  name: 'stock',
  label: searchWords('availability'),
  options: [
    { value: 'in', label: words('inStock') },
    { value: 'out', label: words('soldOut') },
  ],
  matches: (item, value) => isSold(item) === (value === 'in'),
})

/** @param departments whether the tree of choices begins with departments; false on a department's page */
function treeGroup(items: readonly Item[], catalog: Catalog, departments: boolean): FacetGroup {
  return valueGroup(
    items,
    { name: 'in', label: departments ? searchWords('category') : words('list.kind'), tree: true },
    (item) => {
      const name = departmentOf(item)
      const department = catalog.department(name)
      const below = (department && branchesOf(department).get(item.id)) ?? []
      return (departments ? [name, ...below] : below).join(' > ') || undefined
    },
    departmentText,
  )
}

/**
 * State of the filters. The address contains the choices, so that a link keeps them and "back" undoes them.
 * @param departments whether departments are choices, with their kinds below; false on a department's page
 */
export function useChosen(items: readonly Item[], departments: boolean): FacetsState {
  const { catalog } = useShop()
  const [choices, choose] = useChoices()
  const groups = useMemo(
    () => [
      treeGroup(items, catalog, departments),
      priceGroup({ name: 'price', label: searchWords('price') }, LIMITS, bandText),
      stockGroup(),
    ],
    [items, catalog, departments],
  )
  // The memo below depends on this text instead of `choices`, which changes with every letter of a search.
  const chosen = JSON.stringify(
    Object.fromEntries(groups.map(({ name }) => [name, choices.getAll(name)])),
  )
  const selection = useMemo<FacetSelection>(() => JSON.parse(chosen), [chosen])
  const onSelection = useCallback(
    (next: FacetSelection) =>
      choose((address) => {
        for (const { name } of groups) {
          const before = address.getAll(name)
          const after = next[name] ?? []
          for (const value of before) if (!after.includes(value)) address.delete(name, value)
          for (const value of after) if (!before.includes(value)) address.append(name, value)
        }
        address.delete('show')
      }),
    [choose, groups],
  )
  return useFacets(items, { groups, selection, onSelection })
}
