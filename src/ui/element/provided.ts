/**
 * @module Stores the options that the page gives its elements (personalizer, products, labels), and their shared
 * styles.
 */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { ListMeasure } from '@nearside/browser/measure/listMeasure.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { productPage } from '@nearside/core/catalog/productPage.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { followPrices } from '../lists/followPrices.ts'
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
export const elements = new Set<{ connect(): void; refresh(): void }>()

let stopPrices = () => {}

/**
 * Sets the personalizer and the products for the page's elements.
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
  /** Result of `measureLists(…)` of `nearside/measure`; default: nothing is measured. */
  readonly measure?: ListMeasure
}): void {
  const { personalizer, items, labels, searchLabels, measure } = options
  const { linkTo = productPage, locale = 'en-GB' } = options
  let byId = new Map(items.map((item) => [item.id, item]))
  provided = {
    personalizer,
    ...{ items, searchLabels, measure },
    shop: {
      itemOf: (id) => byId.get(id),
      // Elements pass only items that the page provided, which are of the type TItem.
      linkTo: (item) => linkTo(item as TItem),
      words: wordsIn({ ...ENGLISH_LISTS, ...labels }, locale),
      locale,
    },
  }
  stopPrices()
  stopPrices = followPrices(items, null, (now) => {
    byId = new Map(atPrices(items, now).map((item) => [item.id, item]))
    for (const shown of elements) shown.refresh()
  })
  for (const known of elements) known.connect()
}

let sheet: CSSStyleSheet | null = null

/** One style sheet for all elements. A constructed sheet also works under a policy without inline styles. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(`${css}\n:host { display: block } :host([hidden]) { display: none }`)
  }
  return sheet
}

/** Base class of the elements. A server that imports this file has no HTMLElement, so it gets an empty class. */
export const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)
