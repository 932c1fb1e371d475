/** @module Context of the provider: the personalizer, and how this shop displays an item. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { ListMeasure } from '@nearside/browser/measure/measureLists.ts'
import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { createContext, useContext } from 'react'
import type { LabelKey } from '../messages/panel.ts'

export interface Personalization<TItem extends Item = Item> {
  /** Personalizer; null while it starts, on a server, or if it could not start. Widgets then stay empty. */
  readonly personalizer: Personalizer | null
  /** The shop's product for an id; widgets omit unknown ids. */
  itemOf(id: string): TItem | undefined
  /** Whether an item may be shown: false if sold out or unknown; always true for a provider without `items`. */
  readonly mayShow: (id: string) => boolean
  linkTo(item: TItem): string
  readonly words: Words<LabelKey>
  /** Puts items into the shop's basket; absent if lists have no buttons for that. */
  onAdd?(items: readonly TItem[]): unknown
  /** Callbacks that measure seen lists and clicked items; absent if nothing is measured. */
  readonly measure?: ListMeasure
  /** BCP 47 locale of prices, numbers and dates. */
  readonly locale: string
}

export const PersonalizationContext = createContext<Personalization | null>(null)

/**
 * Context of the nearest provider. The caller must name the type of the shop's items, because a React context has a
 * fixed type.
 * @throws Error outside of a `<PersonalizationProvider>`
 */
export function usePersonalizationContext<TItem extends Item = Item>(): Personalization<TItem> {
  const value = useContext(PersonalizationContext)
  if (!value) throw new Error('Nearside: wrap this in a <PersonalizationProvider>.')
  return value as Personalization<TItem>
}
