import { readFile } from 'node:fs/promises'
import { createProductSearch } from '@nearside/core/search/search.ts'
import { expect, test } from 'vitest'
import { germanSynonyms } from '../../scripts/germanSynonyms.ts'
import type { Item } from '../index.ts'
import { loadGermanSynonyms, SYNONYMS } from './synonyms.ts'
import GERMAN_DEPARTMENTS from './words/departments.de.json' with { type: 'json' }
import KINDS from './words/kinds.json' with { type: 'json' }

const items: readonly Item[] = JSON.parse(await readFile('public/catalog/catalog.json', 'utf8'))
const search = createProductSearch(items, SYNONYMS)
const finds = (query: string) => search.find(query).some(({ complete }) => complete)

test('every synonym finds products of the shop', () => {
  const wordings = SYNONYMS.flatMap((one) =>
    'of' in one ? [one.of].flat().map((phrase) => phrase.replace('#', '5')) : one,
  )
  expect(wordings.filter((wording) => !finds(wording))).toEqual([])
})

test('a query that names only the recipient of a gift finds products', () => {
  for (const query of ['gift for him', 'Presents for her', 'gift for a 5 year old', 'gift for mum'])
    expect(search.find(query)[0], query).toMatchObject({ complete: true })
})

const german = await loadGermanSynonyms()
const inGerman = createProductSearch(items, [...german, ...SYNONYMS])
const title = (id: string) => items.find((item) => item.id === id)?.title ?? ''

test('the German list of synonyms equals the output of its script', async () => {
  const written = await readFile('data/online-retail/synonyms.de.json', 'utf8')
  expect(germanSynonyms(await readFile('data/online-retail/german.txt', 'utf8'))).toBe(written)
})

test('every German synonym with an English word finds products of the shop', () => {
  const first = german.flatMap((one) => ('of' in one && one.as.some(Boolean) ? [one.of[0]] : []))
  const lost = first.filter((word) => !inGerman.find(word).some(({ complete }) => complete))
  expect(lost).toEqual([])
})

test.each([
  ['Tassen', /mug|cup/i],
  ['Geschenk für Oma', /./],
  ['WEIHNACHTSBAUM', /christmas.*tree|tree.*christmas/i],
  ['Kerze', /candle/i],
  ['teekannen', /teapot/i],
  ['rote Kissen', /red.*cushion|cushion.*red/i],
  ['Tuerstopper', /doorstop/i],
  ['Kinderbecher', /child.*(mug|cup)|(mug|cup).*child/i],
  ['mug', /mug/i],
])('the query “%s” finds English titles first', (query, words) => {
  const hits = inGerman.find(query, 3)
  expect(hits.map(({ complete }) => complete)).toEqual([true, true, true])
  for (const { id } of hits) expect(title(id)).toMatch(words)
})

test('queries for products that the shop lacks find nothing, in both languages', () => {
  for (const query of ['gluten free', 'printer ink', 'dishwasher tablets'])
    expect(search.find(query), query).toEqual([])
  for (const query of ['Hundefutter', 'Druckertinte'])
    expect(
      inGerman.find(query).filter(({ complete }) => complete),
      query,
    ).toEqual([])
})

test('typed letters are completed to words of best sellers’ titles, and in the German shop to German words', () => {
  expect(search.suggest('can')[0]).toBe('candles')
  expect(inGerman.suggest('tas')).toContain('tasse')
})

test('every department and every kind of product has a German name', () => {
  const kinds = KINDS.map((forms) => forms.split('|')[0])
  const names = new Set([...items.flatMap(({ category }) => category ?? []), ...kinds])
  expect(Object.keys(GERMAN_DEPARTMENTS).sort()).toEqual([...names].sort())
})
