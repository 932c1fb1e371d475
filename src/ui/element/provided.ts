/** @module What the page has given its elements: the personalizer, the products, the words; and the looks that they share. */
import type { Item } from '../../core/catalog/item.ts'
import { productPage } from '../../core/catalog/productPage.ts'
import type { Personalizer } from '../../device/api.ts'
import type { ListMeasure } from '../../sdk/measure/listMeasure.ts'
import { ENGLISH_LISTS, type ListLabels } from '../react/listLabels.ts'
import css from '../react/nearside.css?inline'
import type { SearchLabels } from '../search/labels.ts'
import type { Shop } from './card.ts'

/** What all elements of the page share. */
export interface ProvideOptions {
  /** As `createPersonalizer` resolved with it. */
  readonly personalizer: Personalizer
  /** The shop's products, for titles, prices and pictures. */
  readonly items: readonly Item[]
  /** Address of an item's page; default: its `url`, else `/product/<id>`. */
  readonly linkTo?: (item: Item) => string
  /** Strings in the shop's language; English where left out. */
  readonly labels?: Partial<ListLabels>
  /** Those of `<nearside-search>`; English where left out. */
  readonly searchLabels?: Partial<SearchLabels>
  /** BCP 47; default `en-GB`. */
  readonly locale?: string
  /** `measureLists(…)` of `nearside/measure`; default: nothing is measured. */
  readonly measure?: ListMeasure
}

/** Null before the page has provided anything. */
export let provided: {
  readonly personalizer: Personalizer
  readonly items: readonly Item[]
  readonly shop: Shop
  readonly searchLabels?: Partial<SearchLabels>
  readonly measure?: ListMeasure
} | null = null

/** Those that stand in the page. */
export const elements = new Set<{ connect(): void }>()

/**
 * Gives the page's elements their personalizer and products.
 * @example
 * provide({ personalizer, items: catalog })
 */
export function provide(options: ProvideOptions): void {
  const { personalizer, items, labels, searchLabels, measure } = options
  const { linkTo = productPage, locale = 'en-GB' } = options
  const byId = new Map(items.map((item) => [item.id, item]))
  provided = {
    personalizer,
    ...{ items, searchLabels, measure },
    shop: { itemOf: (id) => byId.get(id), linkTo, labels: { ...ENGLISH_LISTS, ...labels }, locale },
  }
  for (const known of elements) known.connect()
}

let sheet: CSSStyleSheet | null = null

/** One for all elements; a constructed sheet also passes a policy without inline styles. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(`${css}\n:host { display: block } :host([hidden]) { display: none }`)
  }
  return sheet
}

/** A server may import this file too; it has no elements. */
export const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)
