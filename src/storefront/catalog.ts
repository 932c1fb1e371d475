/** @module The catalog as the pages need it. */
import type { Item } from '../index.ts'
import { type AskSearch, parseItem } from '../search.ts'
import { breatheAfter } from './breathe.ts'
import { loadArray } from './load.ts'
import { askThread } from './search/searchThread.ts'
import { words } from './words/words.ts'

export interface Department {
  readonly name: string
  /** Products in it. */
  readonly size: number
  /** The product that stands for it. */
  readonly face: Item
  /** All of them, once the catalog is whole. */
  readonly items: readonly Item[]
}

export interface Catalog {
  /** Address of the only page that it is enough for; null once it is whole. */
  readonly enoughFor: string | null
  readonly items: readonly Item[]
  readonly get: (id: string) => Item | undefined
  /** Largest first. */
  readonly departments: readonly Department[]
  readonly department: (name: string) => Department | undefined
  /** Without holding the page. */
  readonly search: AskSearch
}

export const OTHER = 'Everything else'

/**
 * @param known products that are shown already: they stay the same objects, so that nothing that
 * shows one is drawn again
 * @throws Error in a sentence that can be shown
 */
export async function loadCatalog(
  known: readonly Item[] = [],
  signal?: AbortSignal,
): Promise<Catalog> {
  const shown = new Map(known.map((item) => [item.id, item]))
  const items: Item[] = []
  const breathe = breatheAfter(MOST_MS)
  for await (const some of loadArray('catalog/catalog.json', signal)) {
    for (const raw of some) {
      const item = parseItem(raw, `catalog item ${items.length + 1}`)
      const same = shown.get(item.id)
      items.push(same && JSON.stringify(same) === JSON.stringify(item) ? same : item)
    }
    await breathe()
  }
  if (items.length === 0) throw new Error(words.load.empty)
  const here = searchWhenAsked(items)
  return createCatalog(items, (question) => askThread(question).catch(() => here(question)))
}

/** Between two breaths, milliseconds: each may cost a frame, which somebody who waits for a product waits for, too. */
const MOST_MS = 8

export function createCatalog(items: readonly Item[], search = searchWhenAsked(items)): Catalog {
  const byId = new Map(items.map((item) => [item.id, item]))
  const byName = new Map<string, Item[]>()
  for (const item of items) {
    const name = item.category ?? OTHER
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

/** Where the search has no thread of its own: built once, when somebody waits for it. */
function searchWhenAsked(items: readonly Item[]): AskSearch {
  let search: Promise<AskSearch> | null = null
  return async (question) => {
    search ??= import('./search/here.ts').then(({ searchHere }) =>
      searchHere(items, breatheAfter(MOST_MS)),
    )
    return (await search)(question)
  }
}

/** Title for screens: an item without one is called by its code. */
export const titleOf = (item: Item): string => item.title ?? words.item(item.id)

export const isSold = (item: Item): boolean => item.available !== false && item.price !== undefined

/** What can't be bought comes last, in whichever order. */
export const soldFirst = (a: Item, b: Item): number => Number(isSold(b)) - Number(isSold(a))

/** Variants of a product that its page shows. */
const VARIANTS = 8

/** Other colours, sizes or patterns of it that can be bought, in the catalog's order. */
export const variantsOf = ({ items }: Catalog, { id, groupId }: Item): readonly Item[] =>
  groupId === undefined
    ? []
    : items
        .filter((other) => other.groupId === groupId && other.id !== id && isSold(other))
        .slice(0, VARIANTS)

export const productPath = (item: Item): string => `/product/${encodeURIComponent(item.id)}`

/** Its name on screen. */
export const departmentText = (name: string): string =>
  name === OTHER ? words.otherDepartment : name

export const categoryPath = (name: string): string => `/category/${encodeURIComponent(name)}`

export const searchPath = (query: string): string => `/search#${new URLSearchParams({ q: query })}`

/** Of equal meaning: one may be written with more escapes than the other. */
export function samePath(a: string, b: string): boolean {
  if (a === b) return true
  try {
    return decodeURIComponent(a) === decodeURIComponent(b)
  } catch {
    return false
  }
}
