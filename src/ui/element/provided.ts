/** @module Stores what the page gives its elements (personalizer, products, labels), and their shared styles. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { ListMeasure } from '@nearside/browser/measure/measureLists.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import { type Item, productPage } from '@nearside/core/catalog/item.ts'
import { withLive } from '@nearside/core/catalog/live.ts'
import { atPrice } from '@nearside/core/catalog/sale.ts'
import { followPrices } from '../lists/followPrices.ts'
import { createItemFinder } from '../lists/itemFinder.ts'
import { ENGLISH_LISTS, type ListLabels } from '../messages/lists.ts'
import type { SearchLabels } from '../messages/search.ts'
import css from '../react/nearside.css?inline'
import type { Shop } from './card.ts'

/** Options of the page; null before the page has called `provide`. */
export let provided: {
  readonly personalizer: Personalizer
  readonly items: readonly Item[]
  readonly shop: Shop
  readonly searchLabels?: Partial<SearchLabels>
  readonly measure?: ListMeasure
} | null = null

/** Elements that are connected to the page. */
export const elements = new Set<{ connect(isSame?: boolean): void; refresh(): void }>()

let stopFollowing = () => {}

/**
 * Sets the personalizer and the products for the page's elements. `provide` may be called again with more products.
 * @example
 * provide({ personalizer, items: catalog })
 */
export function provide<TItem extends Item>(options: {
  /** Personalizer that `createPersonalizer` returned. */
  readonly personalizer: Personalizer
  /** The shop's products, for titles, prices and pictures. */
  readonly items: readonly TItem[]
  /** Address of an item's page; default: its `url`, else `/product/<id>`. */
  readonly linkTo?: (item: TItem) => string
  /** Strings in the shop's language; missing strings are English. */
  readonly labels?: Partial<ListLabels>
  /** Strings of `<nearside-search>`; missing strings are English. */
  readonly searchLabels?: Partial<SearchLabels>
  /** BCP 47 locale; default `en-GB`. */
  readonly locale?: string
  /**
   * Puts products into the shop's basket. With `onAdd`, each card of `<nearside-recommendations>` has the button "Add
   * to basket", and lists of items bought together the button "Add all". If `onAdd` rejects, the card says that adding
   * failed. Capture `add_to_cart` here.
   */
  readonly onAdd?: (items: readonly TItem[]) => unknown
  /** Result of `measureLists(…)` of `nearside/measure`; default: nothing is measured. */
  readonly measure?: ListMeasure
}): void {
  const { personalizer, items, labels, onAdd, searchLabels, measure } = options
  const { linkTo = productPage, locale = 'en-GB' } = options
  const isSame = provided?.personalizer === personalizer
  let find: (id: string) => TItem | undefined = () => undefined
  let all = items
  provided = {
    personalizer,
    get items() {
      return all
    },
    ...{ searchLabels, measure },
    shop: {
      itemOf: (id) => find(id),
      // Elements pass only items that the page provided.
      linkTo: (item) => linkTo(item as TItem),
      words: wordsIn({ ...ENGLISH_LISTS, ...labels }, locale),
      locale,
      ...(onAdd && { onAdd: (added) => onAdd(added as readonly TItem[]) }),
    },
  }
  stopFollowing()
  stopFollowing = followItems(personalizer, items, (itemOf, withNew) => {
    find = itemOf
    all = withNew
    for (const shown of elements) shown.refresh()
  })
  for (const known of elements) known.connect(isSame)
}

/**
 * Calls `onChange` at once, and again after each change of a price, of stock or of the products.
 * @param onChange gets a function that finds current products, and all products for search: an array that changes only
 *   if there are new products
 * @returns function that ends the calls
 */
function followItems<TItem extends Item>(
  personalizer: Personalizer,
  items: readonly TItem[],
  onChange: (itemOf: (id: string) => TItem | undefined, all: readonly TItem[]) => void,
): () => void {
  let live: PersonalizerSnapshot['live'] | undefined
  let all = items
  let stopPrices = () => {}
  function look(): void {
    const next = personalizer.getSnapshot().live ?? null
    if (next === live) return
    const ids = (changes = live) => changes?.added.map(({ id }) => id).join('\n') ?? ''
    if (ids(next) !== ids()) all = withLive(items, next && { ...next, changed: [], gone: [] })
    live = next
    const current = withLive(items, live)
    const find = createItemFinder(current)
    const now = Date.now()
    const show = (time: number) =>
      onChange((id) => {
        const item = find(id)
        return item && atPrice(item, time)
      }, all)
    show(now)
    stopPrices()
    stopPrices = followPrices(current, now, show)
  }
  look()
  const unsubscribe = personalizer.subscribe(look)
  return () => {
    unsubscribe()
    stopPrices()
  }
}

let sheet: CSSStyleSheet | null = null

/** All elements share one style sheet. A constructed sheet also works under a policy that forbids inline styles. */
export function styles(): CSSStyleSheet {
  sheet ??= sheetOf(`${css}\n:host { display: block } :host([hidden]) { display: none }`)
  return sheet
}

export function sheetOf(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet()
  made.replaceSync(text)
  return made
}

/** Base class of the elements. On a server, which has no HTMLElement, the base class is an empty class. */
export const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)
