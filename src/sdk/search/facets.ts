/**
 * @module Narrowing a list down by properties of its items, with counts that hold: beside each choice
 * stands how many items there would be with it and the other groups as they are.
 */
import type { Item } from '../../core/catalog/item.ts'

export interface FacetGroup {
  /** Stable name, e.g. for an address. */
  readonly name: string
  readonly label: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly matches: (item: Item, value: string) => boolean
}

export type FacetSelection = Readonly<Record<string, readonly string[]>>

export interface FacetOption {
  readonly value: string
  readonly label: string
  readonly count: number
  readonly selected: boolean
}

export interface Facet {
  readonly name: string
  readonly label: string
  readonly options: readonly FacetOption[]
}

/** Inside a group one of the choices must hold, and so in every group; no choice means any. */
export function narrow(
  items: readonly Item[],
  groups: readonly FacetGroup[],
  selection: FacetSelection,
): { readonly items: readonly Item[]; readonly facets: readonly Facet[] } {
  const chosen = groups.map(({ name, options }) => {
    const wanted = new Set(selection[name])
    // What an address names and the shop doesn't know narrows nothing.
    return options.filter(({ value }) => wanted.has(value)).map(({ value }) => value)
  })
  const holds = (item: Item, g: number) =>
    chosen[g].length === 0 || chosen[g].some((value) => groups[g].matches(item, value))
  const counts = groups.map(({ options }) => options.map(() => 0))
  const kept: Item[] = []
  for (const item of items) {
    const failed = groups.flatMap((_, g) => (holds(item, g) ? [] : [g]))
    if (failed.length === 0) kept.push(item)
    groups.forEach(({ options, matches }, g) => {
      if (failed.length > 1 || (failed.length === 1 && failed[0] !== g)) return
      options.forEach(({ value }, o) => {
        if (matches(item, value)) counts[g][o]++
      })
    })
  }
  return {
    items: kept,
    facets: groups.map(({ name, label, options }, g) => ({
      name,
      label,
      options: options.map((option, o) => ({
        ...option,
        count: counts[g][o],
        selected: chosen[g].includes(option.value),
      })),
    })),
  }
}
