/** @module Tests lists of a shop system's API that end too early or never. */
import { expect, test } from 'vitest'
import { readConnection, readPages } from './pages.ts'

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of list) found.push(one)
  return found
}

test('an API that sends a cursor a second time is refused, instead of being read forever', async () => {
  const next: Readonly<Record<string, string>> = { a: 'b', b: 'a' }
  const page = async (after: string | null) => ({
    nodes: [after],
    pageInfo: { hasNextPage: true, endCursor: next[after ?? 'b'] },
  })
  await expect(all(readConnection(page))).rejects.toMatchObject({ code: 'input-invalid' })
})

test('a list that sends more entries than its total is refused, instead of ending at the total', async () => {
  const page = async () => ({ items: [{ id: 1 }, { id: 2 }], totalItems: 1 })
  await expect(all(readPages(page))).rejects.toMatchObject({ code: 'input-invalid' })
})
