import { expect, test } from 'vitest'
import { sha256Hex, utf8 } from '../bytes.ts'
import { Catalog } from './catalog.ts'
import { CatalogLines, HEAD, headOf, writeCatalog } from './catalogLines.ts'

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `p${i}`, title: `Träume „${i}“ ]\n[` }))
const ids = (catalog: Catalog | null) => catalog?.items.map(({ id }) => id)

function read(text: string, size = 1000) {
  const heads: { readonly head: Catalog; readonly text: string; readonly after: number }[] = []
  const bytes = utf8(text)
  let from = 0
  const lines = new CatalogLines((head, text) => heads.push({ head, text, after: from }))
  for (; from < bytes.length; from += size) lines.add(bytes.subarray(from, from + size))
  return { heads, whole: lines.end(), bytes: bytes.length }
}

test('CatalogLines gives the head of a catalog (its first products) before the other products arrive', async () => {
  const all = rows(HEAD + 700)
  const text = writeCatalog(all, ['p900', 'p7', 'unknown'])
  for (const size of [1, 997, 1_000_000]) {
    const { heads, whole, bytes } = read(text, size)
    expect(ids(whole)).toEqual(ids(Catalog.parse(JSON.parse(text))))
    expect(heads).toHaveLength(1)
    expect(ids(heads[0].head)?.slice(0, 3)).toEqual(['p900', 'p7', 'p0'])
    expect(heads[0].head.size).toBe(HEAD)
    expect(heads[0].after).toBeLessThan(bytes / 2)
    expect(await sha256Hex(utf8(heads[0].text))).toBe(await sha256Hex(utf8(headOf(text))))
  }
})

test('a small catalog has no separate first part (head), and its faults are those of `Catalog.parse`', () => {
  for (const count of [1, HEAD]) {
    const { heads, whole } = read(writeCatalog(rows(count), []))
    expect([heads.length, whole?.size]).toEqual([0, count])
  }
  const { whole } = read(writeCatalog([...rows(2), { id: 'p0' }, { id: '' }], []))
  expect(whole?.faults).toEqual(Catalog.parse([...rows(2), { id: 'p0' }, { id: '' }]).faults)
})

test('a text that does not have one product per line gives no catalog', () => {
  const good = writeCatalog(rows(HEAD + 9), [])
  for (const text of [
    '',
    '[]',
    JSON.stringify(rows(HEAD + 9)),
    JSON.stringify(rows(HEAD + 9), null, 1),
    good.replaceAll('\n', '\r\n'),
    good.slice(0, -3),
    good.slice(0, good.length / 2),
    `${good}[]`,
    good.replace('{"id":"p505"', '{"id":p505"'),
    good.replace(/\n\]/, ',\n]'),
    good.replace('\n{"id":"p3"', '\n[],\n{"id":"p3"'),
  ])
    for (const size of [7, 100_000]) expect(read(text, size).whole, text.slice(0, 40)).toBeNull()
})
