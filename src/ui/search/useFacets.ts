/** @module What a list is narrowed down by: groups, what is chosen of them, and what is left. */
import { useCallback, useMemo, useState } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import {
  type Facet,
  type FacetGroup,
  type FacetSelection,
  narrow,
} from '../../core/search/facets.ts'
import { usePersonalizationContext } from '../react/context.ts'
import { defaultGroups, toggled } from './defaultGroups.ts'
import { SEARCH_ENGLISH, type SearchLabels } from './labels.ts'

/** What the hook is told; each object a stable reference, else the list is narrowed anew. */
export interface FacetsOptions {
  /** Default: category, brand, price and availability, as far as these items differ in them. */
  readonly groups?: readonly FacetGroup[]
  /** What is chosen, where the page keeps it, in its address for instance; else the hook keeps it. */
  readonly selection?: FacetSelection
  /** Called with the next selection. */
  readonly onSelection?: (selection: FacetSelection) => void
  /** Names of the default groups in the shop's language; English where left out. */
  readonly labels?: Partial<SearchLabels>
}

/** What is left of a list, and what `Facets` shows. */
export interface FacetsState {
  /** Those that fit what is chosen, in their order. */
  readonly items: readonly Item[]
  /** The groups, with how many items there would be with each choice. */
  readonly facets: readonly Facet[]
  /** How many choices are made. */
  readonly chosen: number
  /** Makes a choice, or takes it back. */
  readonly toggle: (group: string, value: string) => void
  /** Takes all choices back. */
  readonly clear: () => void
}

/**
 * @example
 * const { items, ...facets } = useFacets(found)
 * <Facets {...facets} />
 */
export function useFacets(all: readonly Item[], options: FacetsOptions = {}): FacetsState {
  const { groups: given, selection: chosenThere, onSelection, labels } = options
  const { locale } = usePersonalizationContext()
  const [chosenHere, setChosen] = useState<FacetSelection>({})
  const selection = chosenThere ?? chosenHere
  const groups = useMemo(
    () => given ?? defaultGroups(all, { ...SEARCH_ENGLISH, ...labels }, locale),
    [given, all, labels, locale],
  )
  const { items, facets } = useMemo(() => narrow(all, groups, selection), [all, groups, selection])
  const choose = useCallback(
    (next: FacetSelection) => {
      setChosen(next)
      onSelection?.(next)
    },
    [onSelection],
  )
  const toggle = useCallback(
    (group: string, value: string) => choose(toggled(selection, group, value)),
    [selection, choose],
  )
  const clear = useCallback(() => choose({}), [choose])
  const chosen = facets.flatMap((facet) => facet.options).filter(({ selected }) => selected).length
  return { items, facets, chosen, toggle, clear }
}
