/** @module What a list of products can be narrowed down by, and how the choice stands in the address. */
import { useCallback, useMemo } from 'react'
import type { Item } from '../index.ts'
import { type Facet, type FacetGroup, narrow } from '../search.ts'
import { useChoices } from './address.ts'
import { departmentText, isSold, OTHER } from './catalog.ts'
import { pounds } from './text.ts'
import { words } from './words/words.ts'

/** What a price band begins and ends with, in pounds. */
const BANDS: Readonly<Record<string, readonly [from: number, to: number]>> = {
  '0-1': [0, 1],
  '1-3': [1, 3],
  '3-8': [3, 8],
  '8-': [8, Number.POSITIVE_INFINITY],
}

function bandText([from, to]: readonly [number, number]): string {
  const { under, between, over } = words.list
  if (from === 0) return under(pounds(to))
  return Number.isFinite(to) ? between(pounds(from), pounds(to)) : over(pounds(from))
}

const priceGroup = (): FacetGroup => ({
  name: 'price',
  label: words.list.price,
  options: Object.entries(BANDS).map(([value, band]) => ({ value, label: bandText(band) })),
  matches({ price = -1 }, value) {
    const [from, to] = BANDS[value] ?? []
    return from !== undefined && price >= from && price < to
  },
})

const stockGroup = (): FacetGroup => ({
  name: 'stock',
  label: words.list.availability,
  options: [
    { value: 'in', label: words.inStock },
    { value: 'out', label: words.soldOut },
  ],
  matches: (item, value) => isSold(item) === (value === 'in'),
})

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
    label: words.list.department,
    options: [...counts]
      .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
      .map(([name]) => ({ value: name, label: departmentText(name) })),
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
    () => [...(departments ? [departmentGroup(items)] : []), priceGroup(), stockGroup()],
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
