/**
 * @module Narrowing a list down by properties of its items, with counts that hold: beside each choice
 * stands how many items there would be with it and the other groups as they are.
 */
import type { Item } from '../catalog/item.ts'

/** A property to narrow a list by. */
export interface FacetGroup {
  /** Stable name, e.g. for an address. */
  readonly name: string
  /** What the shopper reads. */
  readonly label: string
  /** Its choices, in the order in which they are shown. */
  readonly options: readonly { readonly value: string; readonly label: string }[]
  /** Whether an item has that value. */
  readonly matches: (item: Item, value: string) => boolean
}

/** Chosen values by the group’s name. */
export type FacetSelection = Readonly<Record<string, readonly string[]>>

/** One choice. */
export interface FacetOption {
  /** As `matches` is given it. */
  readonly value: string
  /** What the shopper reads. */
  readonly label: string
  /** Items that there would be with it. */
  readonly count: number
  /** Whether it is chosen. */
  readonly selected: boolean
}

/** A group with its counts. */
export interface Facet {
  /** Of its group. */
  readonly name: string
  /** What the shopper reads. */
  readonly label: string
  /** Its choices, in the group’s order. */
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
