/** @module What the provider hands down: the personalizer and how this shop shows an item. */
import { createContext, useContext } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import type { Personalizer } from '../../device/api.ts'
import type { ListMeasure } from '../../sdk/measure/listMeasure.ts'
import type { Labels } from './labels.ts'

export interface Personalization {
  /** Null while it starts, on a server, or where it could not start: widgets then stay empty. */
  readonly personalizer: Personalizer | null
  /** The shop's product for an id; widgets leave out ids that the shop doesn't know. */
  readonly itemOf: (id: string) => Item | undefined
  /** False for what is sold out, and for ids that the shop doesn't know; where it gave no items, all may. */
  readonly mayShow: (id: string) => boolean
  /** Address of an item's page. */
  readonly linkTo: (item: Item) => string
  readonly labels: Labels
  /** Told what is seen and followed; absent where nothing is measured. */
  readonly measure?: ListMeasure
  /** BCP 47, for prices, numbers and dates. */
  readonly locale: string
}

export const PersonalizationContext = createContext<Personalization | null>(null)

/** @throws Error outside of a `<PersonalizationProvider>` */
export function usePersonalizationContext(): Personalization {
  const value = useContext(PersonalizationContext)
  if (!value) throw new Error('Nearside: wrap this in a <PersonalizationProvider>.')
  return value
}
