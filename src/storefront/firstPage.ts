/**
 * @module What the home page shows before the shop's script has run: rendered when the shop is built,
 * and handed to the script as data, so that it goes on from the same page.
 */
import type { Item } from '../index.ts'
import type { Catalogue, Department } from './catalogue.ts'
import { windowOf } from './shopWindow.ts'

export interface FirstPage {
  /** Products that it shows. */
  readonly items: readonly Item[]
  readonly departments: readonly {
    readonly name: string
    readonly size: number
    /** Id of the product on its tile. */
    readonly face: string
  }[]
  /** Ids, best first: what the base model answers to somebody of whom it knows nothing. */
  readonly bestsellers: readonly string[]
}

/** Id of the element that holds it in the document. */
export const FIRST_PAGE = 'first-page'

/** How many products "For you" shows. */
export const FOR_YOU = 12

/** @param bestsellers ids, best first */
export function firstPageOf(whole: Catalogue, bestsellers: readonly string[]): FirstPage {
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
    items: [...shown].flatMap((id) => whole.get(id) ?? []),
    departments,
    bestsellers: bestsellers.filter((id) => whole.get(id)),
  }
}

/** The part of the catalogue that this page needs; the rest is on its way. */
export function firstCatalogue(page: FirstPage): Catalogue {
  const byId = new Map(page.items.map((item) => [item.id, item]))
  const departments = page.departments.map(({ name, size, face }): Department => {
    const item = byId.get(face) ?? page.items[0]
    return { name, size, face: item, items: [] }
  })
  return {
    whole: false,
    items: page.items,
    get: (id) => byId.get(id),
    departments,
    department: () => undefined,
    prepareSearch: () => {},
    search: () => new Promise(() => {}),
  }
}

/** Null where the document is the shop's outline only, as for every page but the first. */
export function readFirstPage(document: Document): FirstPage | null {
  const text = document.getElementById(FIRST_PAGE)?.textContent
  return text ? (JSON.parse(text) as FirstPage) : null
}
