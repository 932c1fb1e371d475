/** @module What a list of products can be narrowed down by, and how the choice stands in the address. */
import { useCallback, useMemo } from 'react'
import type { Item } from '../index.ts'
import { type Facet, type FacetGroup, narrow } from '../search.ts'
import { useChoices } from './address.ts'
import { isSold, OTHER } from './catalog.ts'

const BANDS = [
  { value: '0-1', label: 'Under £1', from: 0, to: 1 },
  { value: '1-3', label: '£1 to £3', from: 1, to: 3 },
  { value: '3-8', label: '£3 to £8', from: 3, to: 8 },
  { value: '8-', label: '£8 and more', from: 8, to: Number.POSITIVE_INFINITY },
] as const

const PRICE: FacetGroup = {
  name: 'price',
  label: 'Price',
  options: BANDS,
  matches({ price }, value) {
    const band = BANDS.find((one) => one.value === value)
    return band !== undefined && price !== undefined && price >= band.from && price < band.to
  },
}

const STOCK: FacetGroup = {
  name: 'stock',
  label: 'Availability',
  options: [
    { value: 'in', label: 'In stock' },
    { value: 'out', label: 'Sold out' },
  ],
  matches: (item, value) => isSold(item) === (value === 'in'),
}

const departmentOf = (item: Item): string => item.category ?? OTHER

/**
 * The departments of these items, most items first; equal ones by name, so that none moves when
 * the same items come in another order. By its letters' codes: a language's order takes a slow phone
 * a twentieth of a second to load, while one types.
 */
function departmentGroup(items: readonly Item[]): FacetGroup {
  const counts = new Map<string, number>()
  for (const item of items)
    counts.set(departmentOf(item), (counts.get(departmentOf(item)) ?? 0) + 1)
  return {
    name: 'in',
    label: 'Department',
    options: [...counts]
      .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
      .map(([name]) => ({ value: name, label: name })),
    matches: (item, value) => departmentOf(item) === value,
  }
}

export interface Facets {
  readonly items: readonly Item[]
  readonly facets: readonly Facet[]
  /** How many choices are made. */
  readonly chosen: number
  readonly toggle: (group: string, value: string) => void
  readonly clear: () => void
}

/**
 * Each choice is a page of its own: it can be linked to, and "back" takes it back.
 * @param departments whether to offer them: not inside of one
 */
export function useFacets(items: readonly Item[], departments: boolean): Facets {
  const [choices, choose] = useChoices()
  const groups = useMemo(
    () => (departments ? [departmentGroup(items), PRICE, STOCK] : [PRICE, STOCK]),
    [items, departments],
  )
  // By what is chosen and not by the address: that changes with every letter of a search.
  const selected = JSON.stringify(groups.map(({ name }) => [name, choices.getAll(name)]))
  const narrowed = useMemo(
    () => narrow(items, groups, Object.fromEntries(JSON.parse(selected))),
    [items, groups, selected],
  )
  const chosen = narrowed.facets
    .flatMap(({ options }) => options)
    .filter(({ selected }) => selected).length

  const toggle = useCallback(
    (group: string, value: string) =>
      choose((next) => {
        if (next.getAll(group).includes(value)) next.delete(group, value)
        else next.append(group, value)
        next.delete('show')
      }),
    [choose],
  )
  const clear = useCallback(
    () =>
      choose((next) => {
        for (const { name } of groups) next.delete(name)
        next.delete('show')
      }),
    [choose, groups],
  )

  return { ...narrowed, chosen, toggle, clear }
}
