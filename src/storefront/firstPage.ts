/**
 * @module What a page shows before the shop's script has run: rendered when the shop is built, and
 * handed to the script as data, so that it goes on from the same page. Home, departments, products, search
 * and basket have it; whatever else is opened first begins with the shop's outline.
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
import { PAGE } from './parts/StockList.tsx'
import { askThread } from './search/searchThread.ts'

export interface FirstPage {
  /** Its address, as the router gives it. */
  readonly path: string
  /** Products that it shows, and of a department also the rest, as far as its choices count them. */
  readonly items: readonly Item[]
  readonly departments: readonly {
    readonly name: string
    readonly size: number
    /** Id of the product on its tile, where the page has tiles. */
    readonly face?: string
  }[]
  /** The department that all items are of, if it is one's page. */
  readonly department?: string
  /** Ids, best first, of both lists: what the base model answers to somebody of whom it knows nothing. */
  readonly bestsellers?: readonly string[]
  /** Of the product, if it is one's page. */
  readonly history?: HistoryLine
}

/** Id of the element that holds it in the document. */
export const FIRST_PAGE = 'first-page'

/** How many products "For you" shows. */
export const FOR_YOU = 12
/** Products on a shelf: one row on a desktop. */
export const SHELF = 6

/** The home page's lists repeat nothing of one another: these come first, whatever order they are shown in. */
export const DISTINCT = {
  again: 1,
  forYou: 2,
  onYourMind: 3,
  viewed: 4,
  similar: 5,
  popular: 6,
} as const

/** In the shop's window, at the top of the home page. */
const CHOSEN = ['85123A', '22423', '20725', '22720']

/** Chosen products; a catalog without them shows one of each of its largest departments instead. */
export function windowOf({ get, departments }: Catalog): readonly Item[] {
  const chosen = CHOSEN.flatMap((id) => get(id) ?? []).filter(isSold)
  if (chosen.length === CHOSEN.length) return chosen
  return departments
    .map(({ face }) => face)
    .filter((item) => isSold(item) && item.image)
    .slice(0, CHOSEN.length)
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

/** @param path of the department's page */
export function firstDepartment(whole: Catalog, path: string, of: Department): FirstPage {
  const shown = new Set([...of.items].sort(soldFirst).slice(0, PAGE))
  const items = of.items.map((item) => (shown.has(item) ? item : counted(item)))
  return { path, items, departments: namesOf(whole), department: of.name }
}

/** As much of a product as choices need to count it. */
const counted = ({ id, category, price, available }: Item): Item => ({
  id,
  category,
  price,
  available,
})

/** @param path of the product's page */
export function firstProduct(
  whole: Catalog,
  path: string,
  item: Item,
  history: HistoryLine | undefined,
): FirstPage {
  const items = [item, ...variantsOf(whole, item)]
  return { path, items, departments: namesOf(whole), history }
}

/** An empty one; a basket's lines are known on the device alone. @param popular ids, best first */
export const firstBasket = (whole: Catalog, popular: readonly string[]): FirstPage => ({
  path: '/basket',
  items: popular.flatMap((id) => whole.get(id) ?? []),
  departments: namesOf(whole),
  bestsellers: popular,
})

/** What is searched for, too. */
export const firstSearch = (whole: Catalog): FirstPage => ({
  path: '/search',
  items: [],
  departments: namesOf(whole),
})

const namesOf = ({ departments }: Catalog) => departments.map(({ name, size }) => ({ name, size }))

/** Of a page that shows no product. */
const NONE: Item = { id: '' }

/** The part of the catalog that this page needs; the rest is on its way. */
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
    // Where the thread can't, the whole catalog is asked, once it is there.
    search: (question) => askThread(question).catch(() => new Promise(() => {})),
  }
}

/** Null where the document is the shop's outline only, or was rendered for another address. */
export function readFirstPage(document: Document): FirstPage | null {
  const text = document.getElementById(FIRST_PAGE)?.textContent
  if (!text) return null
  const page = JSON.parse(text) as FirstPage
  return samePath(page.path, document.location.pathname) ? page : null
}
