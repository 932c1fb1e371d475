import { readFile } from 'node:fs/promises'
import { createProductSearch } from '@nearside/core/search/search.ts'
import { expect, test } from 'vitest'
import type { Item } from '../index.ts'
import { SYNONYMS } from './synonyms.ts'

const items: readonly Item[] = JSON.parse(await readFile('public/catalog/catalog.json', 'utf8'))
const search = createProductSearch(items, SYNONYMS)
const finds = (query: string) => search.find(query).some(({ complete }) => complete)

test('every synonym finds products of the shop', () => {
  const wordings = SYNONYMS.flatMap((one) => ('of' in one ? one.of.replace('#', '5') : one))
  expect(wordings.filter((wording) => !finds(wording))).toEqual([])
})

test('a query for a gift’s recipient finds products', () => {
  for (const query of ['gift for him', 'Presents for her', 'gift for a 5 year old', 'gift for mum'])
    expect(search.find(query)[0], query).toMatchObject({ complete: true })
})
