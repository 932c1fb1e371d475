/**
 * @module Narrows a list by facets and counts each option: the number of items that the list would have with this option
 * alone in its group, while the choices in other groups stay.
 */
import type { Item } from '../catalog/item.ts'

/** Property by which a shopper can narrow a list. */
export interface FacetGroup<TItem extends Item = Item> {
  /** Name of the group. The name never changes, so it can stand in a page's address. */
  readonly name: string
  /** Text that the shopper reads. */
  readonly label: string
  /** Whether values are paths (`Kitchen > Mugs`); the shopper chooses one path at a time. */
  readonly tree?: boolean
  /** Choices in display order. */
  readonly options: readonly { readonly value: string; readonly label: string }[]
  /** Whether an item has the value. */
  readonly matches: (item: TItem, value: string) => boolean
}

/** Chosen values by the name of their group. */
export type FacetSelection = Readonly<Record<string, readonly string[]>>

/** Facet group with its counts. */
export interface Facet {
  /** Name of the group. */
  readonly name: string
  /** Text that the shopper reads. */
  readonly label: string
  /** Whether values are paths (`Kitchen > Mugs`); the shopper chooses one path at a time. */
  readonly tree?: boolean
  /** Choices in the group's order: value and text, number of items, and whether the shopper chose it. */
  readonly options: readonly {
    readonly value: string
    readonly label: string
    readonly count: number
    readonly selected: boolean
  }[]
}

/** Narrows the items. An item must match a chosen value in every group; a group without a choice matches any item. */
export function narrow<TItem extends Item>(
  items: readonly TItem[],
  groups: readonly FacetGroup<TItem>[],
  selection: FacetSelection,
): { readonly items: readonly TItem[]; readonly facets: readonly Facet[] } {
  const chosen = groups.map(({ name, options, tree }) => {
    const wanted = new Set(selection[name])
    // A page's address can name values that the shop doesn't have.
    const values = options.filter(({ value }) => wanted.has(value)).map(({ value }) => value)
    return tree ? values.slice(0, 1) : values
  })
  const holds = (item: TItem, g: number) =>
    chosen[g].length === 0 || chosen[g].some((value) => groups[g].matches(item, value))
  const counts = groups.map(({ options }) => options.map(() => 0))
  const kept: TItem[] = []
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
    facets: groups.map(({ name, label, tree, options }, g) => ({
      name,
      label,
      tree,
      options: options.map((option, o) => ({
        ...option,
        count: counts[g][o],
        selected: chosen[g].includes(option.value),
      })),
    })),
  }
}
