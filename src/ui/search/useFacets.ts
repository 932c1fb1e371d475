/** @module Hook that narrows a list: groups of choices, the selection, and the remaining items. */

import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import {
  type Facet,
  type FacetGroup,
  type FacetSelection,
  narrow,
} from '@nearside/core/search/facets.ts'
import { useCallback, useMemo, useState } from 'react'
import { SEARCH_ENGLISH, type SearchLabels } from '../messages/search.ts'
import { usePersonalizationContext } from '../react/context.ts'
import { useCurrentItems } from '../react/useCurrentItems.ts'
import { defaultGroups, toggled } from './defaultGroups.ts'

/** Items that remain after narrowing a list, and the props of `Facets`. */
export interface FacetsState<TItem extends Item = Item> {
  /** Items that match the selection, in the given sequence. */
  readonly items: readonly TItem[]
  /** Groups of choices; each choice has the number of items that match it. */
  readonly facets: readonly Facet[]
  /** Number of choices made. */
  readonly chosen: number
  /** Adds or removes a choice. */
  readonly toggle: (group: string, value: string) => void
  /** Removes all choices. */
  readonly clear: () => void
}

/**
 * Narrows a list by the choices that `Facets` shows. Each object in `options` needs a stable reference, otherwise the
 * hook narrows the list again at each rendering.
 * @example
 * const { items, ...facets } = useFacets(found)
 * <Facets {...facets} />
 */
export function useFacets<TItem extends Item>(
  found: readonly TItem[],
  options: {
    /** Groups; default: those of category, brand, price and availability in which these items differ. */
    readonly groups?: readonly FacetGroup<TItem>[]
    /** Selection, if the page stores it, e.g. in its address; default: the hook stores it. */
    readonly selection?: FacetSelection
    /** Called with the next selection. */
    readonly onSelection?: (selection: FacetSelection) => void
    /** Names of the default groups in the shop's language; missing names are English. */
    readonly labels?: Partial<SearchLabels>
  } = {},
): FacetsState<TItem> {
  const { groups: given, selection: chosenThere, onSelection, labels } = options
  const { locale, personalizer } = usePersonalizationContext()
  const all = useCurrentItems(found, personalizer, false)
  const [chosenHere, setChosen] = useState<FacetSelection>({})
  const selection = chosenThere ?? chosenHere
  const groups = useMemo<readonly FacetGroup<TItem>[]>(
    () => given ?? defaultGroups(all, wordsIn({ ...SEARCH_ENGLISH, ...labels }, locale), locale),
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
    (group: string, value: string) => {
      const single = groups.some(({ name, tree }) => tree && name === group)
      choose(toggled(selection, group, value, single))
    },
    [selection, groups, choose],
  )
  const clear = useCallback(() => choose({}), [choose])
  const chosen = facets.flatMap((facet) => facet.options).filter(({ selected }) => selected).length
  return { items, facets, chosen, toggle, clear }
}
