/** @module Reads lists of a shop system's API page by page. */
import { invalidInput } from '@nearside/core/error.ts'

/** Page of a list that is read by position. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly totalItems: number
}

/** Page of a list that is read by cursor. */
export interface Connection<T> {
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

const changed = () => invalidInput('the shop changed while it was read: run the command again')

/**
 * Yields the entries of all pages. Each page begins with the last entry of the page before, which detects a change of
 * the list between two pages.
 * @throws NearsideError `input-invalid` after such a change of the list
 */
export async function* readPages<T extends { readonly id: string | number }>(
  readPage: (skip: number) => Promise<Page<T>>,
): AsyncGenerator<T, void> {
  let last: T | undefined
  for (let count = 0, total = 1; count < total; ) {
    const { items, totalItems } = await readPage(Math.max(0, count - 1))
    const fresh = last ? items.slice(1) : items
    const isShort = fresh.length === 0 && count < totalItems
    if ((last && items[0]?.id !== last.id) || isShort || count + fresh.length > totalItems)
      throw changed()
    yield* fresh
    last = items.at(-1)
    count += fresh.length
    total = totalItems
  }
}

/**
 * Yields the nodes of all pages. A cursor stays valid if other nodes are added or removed.
 * @param first page that is already known
 * @throws NearsideError `input-invalid` if a page has a cursor that an earlier page had
 */
export async function* readConnection<T>(
  readPage: (after: string | null) => Promise<Connection<T>>,
  first?: Connection<T>,
): AsyncGenerator<T, void> {
  const passed = new Set<string | null>([null])
  for (let page = first ?? (await readPage(null)); ; ) {
    yield* page.nodes
    const { hasNextPage, endCursor } = page.pageInfo
    if (!hasNextPage) return
    if (passed.has(endCursor)) throw changed()
    passed.add(endCursor)
    page = await readPage(endCursor)
  }
}

/**
 * Reads a tree of categories. Returns a function that gives the names on the way from the top to a category; none if
 * the tree lacks the category.
 */
export async function readPaths<T extends { readonly id: string | number; readonly name: string }>(
  entries: AsyncIterable<T>,
  parentOf: (entry: T) => T['id'] | null,
): Promise<(id: T['id'] | undefined) => readonly string[]> {
  const known = new Map<T['id'] | null | undefined, T>()
  for await (const one of entries) known.set(one.id, one)
  return (id) => {
    const names: string[] = []
    // The limit ends a circular path of categories, which data from outside could contain.
    for (let one = known.get(id); one && names.length < 100; one = known.get(parentOf(one)))
      names.unshift(one.name)
    return names
  }
}
