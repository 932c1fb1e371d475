/**
 * @module Data of a prerendered page, from which the shop's script continues. Home, departments, products, search and
 * basket are prerendered. If a visit begins on any other page, the browser first shows the shop's empty frame.
 */
import type { Item } from '../index.ts'
import {
  type Catalog,
  type Department,
  isSold,
  samePath,
  soldFirst,
  variantsOf,
} from './catalog.ts'
import type { HistoryLine } from './history.ts'
import { kindOf } from './kinds.ts'
import { PAGE } from './parts/StockList.tsx'
import { askThread } from './search/searchThread.ts'

export interface FirstPage {
  /** Path of the page, as the router writes paths. */
  readonly path: string
  /**
   * Products on the page. On a department's page, the products that are not shown are included, too, but only with the
   * fields that filters need.
   */
  readonly items: readonly Item[]
  readonly departments: readonly {
    readonly name: string
    readonly size: number
    /** Id of the product whose picture stands for the department, if the page has tiles of departments. */
    readonly face?: string
  }[]
  /** Department of all items, on a department's page. */
  readonly department?: string
  /**
   * Ids of the products in "For you", then those in `Popular`, best first, as the base model ranks them for a new
   * shopper. Only on the home page.
   */
  readonly bestsellers?: readonly string[]
  /** Sales history of the product, on a product's page. */
  readonly history?: HistoryLine
}

/** Id of the document's element that contains the data. */
export const FIRST_PAGE = 'first-page'

/** Number of products in "For you". */
export const FOR_YOU = 12
/** Number of products on a shelf: one row on a desktop. */
export const SHELF = 6

/**
 * Values of the `distinct` option, which keeps a product from being in two lists of the home page. A product that fits
 * two lists goes to the list with the smaller number.
 */
export const DISTINCT = {
  again: 1,
  forYou: 2,
  onYourMind: 3,
  viewed: 4,
  similar: 5,
  popular: 6,
} as const

/** Products in the shop's window, at the top of the home page. */
const CHOSEN = ['85123A', '22423', '20725', '22720']

export const windowOf = (catalog: Catalog): readonly Item[] => chosenOf(catalog, CHOSEN)

/** Returns the named products or, if the catalog lacks one of them, one product of each of the largest departments. */
export function chosenOf({ get, departments }: Catalog, ids: readonly string[]): readonly Item[] {
  const chosen = ids.flatMap((id) => get(id) ?? []).filter(isSold)
  if (chosen.length === ids.length) return chosen
  return departments
    .map(({ face }) => face)
    .filter((item) => isSold(item) && item.image)
    .slice(0, ids.length)
}

/** @param bestsellers ids, best first */
export function firstHome(whole: Catalog, bestsellers: readonly string[]): FirstPage {
  const departments = whole.departments.map(({ name, size, face }) => ({
    name,
    size,
    face: face.id,
  }))
  const shown = new Set([
    ...windowOf(whole).map(({ id }) => id),
    ...bestsellers,
    ...departments.map(({ face }) => face),
  ])
  return {
    path: '/',
    items: [...shown].flatMap((id) => whole.get(id) ?? []),
    departments,
    bestsellers: bestsellers.filter((id) => whole.get(id)),
  }
}

export function firstDepartment(whole: Catalog, path: string, of: Department): FirstPage {
  const shown = new Set([...of.items].sort(soldFirst).slice(0, PAGE))
  const items = of.items.map((item) => (shown.has(item) ? item : counted(item)))
  return { path, items, departments: namesOf(whole), department: of.name }
}

/** Returns only those fields of a product that filters need. */
const counted = (item: Item): Item => {
  const { id, category, price, available } = item
  const kind = kindOf(item)
  return { id, category, price, available, attributes: kind === undefined ? undefined : { kind } }
}

export function firstProduct(
  whole: Catalog,
  path: string,
  item: Item,
  history: HistoryLine | undefined,
): FirstPage {
  const items = [item, ...variantsOf(whole, item)]
  return { path, items, departments: namesOf(whole), history }
}

/**
 * Data of the basket's page. The basket is empty here: only the shopper's device knows its products.
 * @param popular ids, best first
 */
export const firstBasket = (whole: Catalog, popular: readonly string[]): FirstPage => ({
  path: '/basket',
  items: popular.flatMap((id) => whole.get(id) ?? []),
  departments: namesOf(whole),
  bestsellers: popular,
})

/** Data of the search page, the same for every query. */
export const firstSearch = (whole: Catalog): FirstPage => ({
  path: '/search',
  items: [],
  departments: namesOf(whole),
})

const namesOf = ({ departments }: Catalog) => departments.map(({ name, size }) => ({ name, size }))

/** Stands for a department's `face` (pictured product) on a page without products. */
const NONE: Item = { id: '' }

/** The part of the catalog that this page contains. The page uses it while the whole catalog is loading. */
export function firstCatalog({ path, items, departments, department }: FirstPage): Catalog {
  const byId = new Map(items.map((item) => [item.id, item]))
  const known = departments.map(({ name, size, face }): Department => {
    const item = byId.get(face ?? '') ?? items[0] ?? NONE
    return { name, size, face: item, items: name === department ? items : [] }
  })
  return {
    enoughFor: path,
    items,
    get: (id) => byId.get(id),
    departments: known,
    department: (name) =>
      name === department ? known.find((one) => one.name === name) : undefined,
    // If the search worker fails, the search stays pending. The page searches again when the whole catalog has loaded.
    search: (question) => askThread(question).catch(() => new Promise(() => {})),
  }
}

/** Reads the data from the document. Null if the document is the empty frame, or was rendered for another address. */
export function readFirstPage(document: Document): FirstPage | null {
  const text = document.getElementById(FIRST_PAGE)?.textContent
  if (!text) return null
  const page = JSON.parse(text) as FirstPage
  return samePath(page.path, document.location.pathname) ? page : null
}
