/** @module Converts the catalog to the form that pages need. */
import type { Item } from '../index.ts'
import { type AskSearch, parseItem } from '../search.ts'
import { breathing } from './breathe.ts'
import { kindOf } from './kinds.ts'
import { loadArray } from './load.ts'
import type { Searches } from './search/here.ts'
import { askThread, readsGerman } from './search/searchThread.ts'
import { inUse, words } from './words/words.ts'

export interface Department {
  readonly name: string
  /** Number of products. */
  readonly size: number
  /** Product whose picture stands for the department. */
  readonly face: Item
  /** All products, once the catalog is complete. */
  readonly items: readonly Item[]
}

export interface Catalog {
  /** Path of the only page that this part of the catalog suffices for; null if the catalog is complete. */
  readonly enoughFor: string | null
  readonly items: readonly Item[]
  readonly get: (id: string) => Item | undefined
  /** Departments, largest first. */
  readonly departments: readonly Department[]
  readonly department: (name: string) => Department | undefined
  /** Searches without blocking the page. */
  readonly search: AskSearch
}

export const OTHER = 'Everything else'

/** The item's department: its category, or the first level of a path ("Kitchen > Mugs"). */
export const departmentOf = ({ category = OTHER }: Item): string => category.split(' > ', 1)[0]

/**
 * @param known products already on screen; the catalog uses these objects, so that their cards don't render again
 * @throws Error with a message for the shopper
 */
export async function loadCatalog(
  known: readonly Item[] = [],
  signal?: AbortSignal,
): Promise<Catalog> {
  const shown = new Map(known.map((item) => [item.id, item]))
  const items: Item[] = []
  const breathe = breathing()
  for await (const some of loadArray('catalog/catalog.json', signal)) {
    for (const raw of some) {
      const item = parseItem(raw, `catalog item ${items.length + 1}`)
      const same = shown.get(item.id)
      const kept = same && JSON.stringify(same) === JSON.stringify(item) ? same : item
      // The kind of each product is computed here, between pauses. Otherwise the first search would compute all kinds
      // at once, and block a slow phone.
      kindOf(kept)
      items.push(kept)
    }
    await breathe()
  }
  if (items.length === 0) throw new Error(words('load.empty'))
  const here = searchWhenAsked(items)
  return createCatalog(items, (question) => askThread(question).catch(() => here(question)))
}

export function createCatalog(items: readonly Item[], search = searchWhenAsked(items)): Catalog {
  const byId = new Map(items.map((item) => [item.id, item]))
  const byName = new Map<string, Item[]>()
  for (const item of items) {
    const name = departmentOf(item)
    const members = byName.get(name)
    if (members) members.push(item)
    else byName.set(name, [item])
  }
  const departments = [...byName]
    .map(([name, members]) => ({
      name,
      size: members.length,
      face: members.find((item) => isSold(item) && item.image) ?? members[0],
      items: members,
    }))
    .sort(
      (a, b) =>
        Number(a.name === OTHER) - Number(b.name === OTHER) || b.items.length - a.items.length,
    )
  return {
    enoughFor: null,
    items,
    get: (id) => byId.get(id),
    departments,
    department: (name) => departments.find((department) => department.name === name),
    search,
  }
}

/** Search in the page, without a worker. The index is built once, on the first search. */
function searchWhenAsked(items: readonly Item[]): AskSearch {
  let searches: Promise<Searches> | null = null
  return async (question) => {
    searches ??= import('./search/here.ts').then(({ searchHere }) => searchHere(items, breathing()))
    const search = await (await searches)(readsGerman())
    return search(question)
  }
}

/** Title on screen; an item without a title shows its id. */
export const titleOf = (item: Item): string => item.title ?? words('item', { code: item.id })

export const isSold = (item: Item): boolean => item.available !== false && item.price !== undefined

/** Comparator that puts unavailable products last, however a list is sorted. */
export const soldFirst = (a: Item, b: Item): number => Number(isSold(b)) - Number(isSold(a))

/** Maximum number of variants on a product's page. */
const VARIANTS = 8

/** Available variants of a product (colour, size or pattern), in the catalog's order. */
export const variantsOf = ({ items }: Catalog, { id, groupId }: Item): readonly Item[] =>
  groupId === undefined
    ? []
    : items
        .filter((other) => other.groupId === groupId && other.id !== id && isSold(other))
        .slice(0, VARIANTS)

export const productPath = (item: Item): string => `/product/${encodeURIComponent(item.id)}`

export const departmentText = (name: string): string =>
  name === OTHER ? words('otherDepartment') : (inUse().departments[name] ?? name)

export const categoryPath = (name: string): string => `/category/${encodeURIComponent(name)}`

export const searchPath = (query: string): string => `/search#${new URLSearchParams({ q: query })}`

/** Whether two paths are equal once percent-decoded: the same path can be escaped in different ways. */
export function samePath(a: string, b: string): boolean {
  if (a === b) return true
  try {
    return decodeURIComponent(a) === decodeURIComponent(b)
  } catch {
    return false
  }
}
