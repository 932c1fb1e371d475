/** @module Provides one personalizer to all components below it. */

import type { PastOrder, Personalizer } from '@nearside/browser/api.ts'
import type { ListMeasure } from '@nearside/browser/measure/measureLists.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import { type Item, productPage } from '@nearside/core/catalog/item.ts'
import type { NearsideError } from '@nearside/core/error.ts'
import { type ReactNode, useCallback, useEffect, useMemo } from 'react'
import { createItemFinder } from '../lists/itemFinder.ts'
import { ENGLISH, type Labels } from '../messages/panel.ts'
import { type Personalization, PersonalizationContext } from './context.ts'
import { useCurrentItems } from './useCurrentItems.ts'

const NO_ITEMS: readonly never[] = []

/**
 * Gives the personalizer and the shop's products to all widgets below it.
 * @example
 * <PersonalizationProvider personalizer={personalizer} items={catalog}>
 *   <Recommendations limit={8} title="For you" />
 * </PersonalizationProvider>
 */
export function PersonalizationProvider<TItem extends Item = Item>({
  personalizer,
  items = NO_ITEMS,
  linkTo = productPage,
  labels,
  locale = 'en-GB',
  measure,
  onAdd,
  orders,
  children,
}: {
  /** Personalizer; null while `createPersonalizer` is still running. */
  readonly personalizer: Personalizer | null
  /** The shop's products. The provider applies running sales, new prices and stock. A stable reference saves work. */
  readonly items?: readonly TItem[]
  /** Address of an item's page; default: its `url`, else `/product/<id>`. A stable reference saves work. */
  readonly linkTo?: (item: TItem) => string
  /** The widgets' messages in the shop's language; missing messages are English. A stable reference saves work. */
  readonly labels?: Partial<Labels>
  /**
   * BCP 47 locale of prices, numbers and dates; default `en-GB`. The locale is never the machine's locale, because a
   * server and a browser would then format the same price differently.
   */
  readonly locale?: string
  /** Result of `measureLists(…)` of `nearside/measure`; default: nothing is measured. A stable reference saves work. */
  readonly measure?: ListMeasure
  /**
   * Puts products into the shop's basket. With `onAdd`, each default card has the button "Add to basket", and lists of
   * items bought together the button "Add all". If `onAdd` rejects, the card says that adding failed. Capture
   * `add_to_cart` in this function. A stable reference saves work.
   */
  readonly onAdd?: (items: readonly TItem[]) => unknown
  /**
   * A signed-in shopper's own orders. The provider passes the orders to `seed` as soon as the personalizer exists, and
   * again whenever it gets another array. A stable reference saves work.
   */
  readonly orders?: readonly PastOrder[]
  /** Components that contain the widgets. */
  readonly children?: ReactNode
}) {
  const current = useCurrentItems(items, personalizer, true)
  const itemOf = useMemo(() => createItemFinder(current), [current])
  const mayShow = useCallback(
    (id: string) => {
      const item = itemOf(id)
      return current.length === 0 || (item !== undefined && item.available !== false)
    },
    [current, itemOf],
  )
  const value = useMemo<Personalization<TItem>>(
    () => ({
      personalizer,
      itemOf,
      mayShow,
      linkTo,
      words: wordsIn({ ...ENGLISH, ...labels }, locale),
      locale,
      measure,
      onAdd,
    }),
    [personalizer, itemOf, mayShow, linkTo, labels, locale, measure, onAdd],
  )
  useEffect(() => {
    // Lists work without the orders, so an error goes only to the page's error reporting.
    if (orders && personalizer)
      personalizer.seed(orders).catch((error: NearsideError) => {
        if (error.code !== 'closed') reportError(error)
      })
  }, [orders, personalizer])
  return <PersonalizationContext.Provider value={value}>{children}</PersonalizationContext.Provider>
}
