/** @module Makes one personalizer known to all components below. */
import { type ReactNode, useMemo } from 'react'
import type { Item } from '../catalog/item.ts'
import type { Personalizer } from '../personalizer/api.ts'
import { type Personalization, PersonalizationContext } from './context.ts'

export interface PersonalizationProviderProps {
  /** Null is fine while `createPersonalizer` is still at work. */
  readonly personalizer: Personalizer | null
  /** The shop's products, for titles, prices and pictures. A stable reference saves work. */
  readonly items?: readonly Item[]
  /** Default: `/product/<id>`. A stable reference saves work. */
  readonly linkTo?: (item: Item) => string
  readonly children?: ReactNode
}

const NO_ITEMS: readonly Item[] = []
const productPage = (item: Item) => `/product/${encodeURIComponent(item.id)}`

/**
 * @example
 * <PersonalizationProvider personalizer={personalizer} items={catalog}>
 *   <Recommendations limit={8} title="For you" />
 * </PersonalizationProvider>
 */
export function PersonalizationProvider({
  personalizer,
  items = NO_ITEMS,
  linkTo = productPage,
  children,
}: PersonalizationProviderProps) {
  const byId = useMemo(() => new Map(items.map((item) => [item.id, item])), [items])
  const value = useMemo<Personalization>(
    () => ({ personalizer, itemOf: (id) => byId.get(id), linkTo }),
    [personalizer, byId, linkTo],
  )
  return <PersonalizationContext.Provider value={value}>{children}</PersonalizationContext.Provider>
}
