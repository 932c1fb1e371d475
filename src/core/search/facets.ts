/**
 * @module Narrows a list by facets and counts each choice. The count beside a choice is the number of items
 * with that choice while the other groups stay as they are.
 */
import type { Item } from '../catalog/item.ts'

/** Property that a list can be narrowed by. */
export interface FacetGroup {
  /** Stable name, e.g. for an address. */
  readonly name: string
  /** Text that the shopper reads. */
  readonly label: string
  /** Choices in display order. */
  readonly options: readonly { readonly value: string; readonly label: string }[]
  /** Whether an item has the value. */
  readonly matches: (item: Item, value: string) => boolean
}

/** Chosen values by name of the group. */
export type FacetSelection = Readonly<Record<string, readonly string[]>>

/** One choice of a facet. */
export interface FacetOption {
  /** Value as passed to `matches`. */
  readonly value: string
  /** Text that the shopper reads. */
  readonly label: string
  /** Number of items with this choice. */
  readonly count: number
  /** Whether the shopper chose it. */
  readonly selected: boolean
}

/** Facet group with its counts. */
export interface Facet {
  /** Name of the group. */
  readonly name: string
  /** Text that the shopper reads. */
  readonly label: string
  /** Choices in the group's order. */
  readonly options: readonly FacetOption[]
}

/**
 * Narrows the items. An item must match one chosen value in every group; a group without a choice matches
 * all.
 */
export function narrow(
  items: readonly Item[],
  groups: readonly FacetGroup[],
  selection: FacetSelection,
): { readonly items: readonly Item[]; readonly facets: readonly Facet[] } {
  const chosen = groups.map(({ name, options }) => {
    const wanted = new Set(selection[name])
    // An address may name values that the shop doesn't have; they are ignored.
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
