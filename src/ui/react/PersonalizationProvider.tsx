/** @module Makes one personalizer known to all components below. */
import { type ReactNode, useCallback, useEffect, useMemo } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import { productPage } from '../../core/catalog/productPage.ts'
import type { NearsideError } from '../../core/error.ts'
import type { PastOrder, Personalizer } from '../../device/api.ts'
import type { ListMeasure } from '../../sdk/measure/listMeasure.ts'
import { type Personalization, PersonalizationContext } from './context.ts'
import { ENGLISH, type Labels } from './labels.ts'

/** What all widgets below it share. */
export interface PersonalizationProviderProps {
  /** Null is fine while `createPersonalizer` is still at work. */
  readonly personalizer: Personalizer | null
  /** The shop's products, for titles, prices and pictures. A stable reference saves work. */
  readonly items?: readonly Item[]
  /** Address of an item's page; default: its `url`, else `/product/<id>`. A stable reference saves work. */
  readonly linkTo?: (item: Item) => string
  /** The widgets' strings in the shop's language; English where left out. A stable reference saves work. */
  readonly labels?: Partial<Labels>
  /**
   * BCP 47, for prices, numbers and dates; default `en-GB`. Never the machine's own: a server and a
   * browser would write the same price differently.
   */
  readonly locale?: string
  /** `measureLists(…)` of `nearside/measure`; default: nothing is measured. A stable reference saves work. */
  readonly measure?: ListMeasure
  /**
   * A signed-in shopper's own orders, handed to `seed` once the personalizer is there, and again
   * whenever this is another array. A stable reference saves work.
   */
  readonly orders?: readonly PastOrder[]
  /** Whatever holds the widgets. */
  readonly children?: ReactNode
}

const NO_ITEMS: readonly Item[] = []

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
  labels,
  locale = 'en-GB',
  measure,
  orders,
  children,
}: PersonalizationProviderProps) {
  const byId = useMemo(() => new Map(items.map((item) => [item.id, item])), [items])
  const mayShow = useCallback(
    (id: string) => byId.size === 0 || (byId.has(id) && byId.get(id)?.available !== false),
    [byId],
  )
  const value = useMemo<Personalization>(
    () => ({
      personalizer,
      itemOf: (id) => byId.get(id),
      mayShow,
      linkTo,
      labels: { ...ENGLISH, ...labels },
      locale,
      measure,
    }),
    [personalizer, byId, mayShow, linkTo, labels, locale, measure],
  )
  useEffect(() => {
    // To the page's own error reporting: lists are none the worse for it.
    if (orders && personalizer)
      personalizer.seed(orders).catch((error: NearsideError) => {
        if (error.code !== 'closed') reportError(error)
      })
  }, [orders, personalizer])
  return <PersonalizationContext.Provider value={value}>{children}</PersonalizationContext.Provider>
}
