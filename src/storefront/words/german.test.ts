import { readFileSync } from 'node:fs'
import { leftInEnglish } from '@nearside/ui/testWords.ts'
import { afterEach, expect, test, vi } from 'vitest'
import { count, money, pounds } from '../text.ts'
import { ENGLISH } from './english.ts'
import { GERMAN } from './german.ts'
import { choose, labels, words } from './words.ts'

afterEach(() => vi.unstubAllGlobals())

test('no string of the German set is left in English', () => {
  const source = readFileSync(new URL('german.ts', import.meta.url), 'utf8')
  const same = leftInEnglish(ENGLISH, GERMAN, source)
  // The same in both languages.
  const months = [3, 7, 8, 10].map((month) => `product.facts.months.${month}`)
  expect(same).toEqual(['list.name', 'product.facts.materials', ...months])
})

test('sentences that name what was done and how often', () => {
  const { entered, others, viewed, earlier, search } = GERMAN.yourList
  expect(entered(1, 12, viewed('Paper Chain Kit', 1))).toBe(
    '1 von diesen 12 ist neu, seit Sie Paper Chain Kit und einen weiteren Artikel angesehen haben.',
  )
  expect(entered(9, 12, earlier(search('lantern'), 2, 1))).toBe(
    '9 von diesen 12 sind neu, seit Sie nach „lantern“ gesucht haben, nach 2 weiteren Artikeln und einer weiteren Suche.',
  )
  expect(others(2, 12)).toBe('2 von diesen 12 stehen hier, weil Sie hier schon etwas getan haben.')
  expect([1, 2].map(GERMAN.orders.butFor)).toEqual([
    'Im Warenkorb, bis auf einen ausverkauften Artikel.',
    'Im Warenkorb, bis auf 2 ausverkaufte Artikel.',
  ])
  expect(GERMAN.product.added(2, 'Paper Chain Kit')).toBe(
    '2 × Paper Chain Kit liegen jetzt im Warenkorb.',
  )
  expect(GERMAN.replay.result(0, 3)).toBe(
    'Keiner der zehn Artikel, die das lernende Modell zeigte, wurde gekauft; die Bestellung enthielt 3 Artikel.',
  )
})

test('prices and numbers follow the language, by Intl where it is not English', async () => {
  const page = { documentElement: { lang: 'en-GB' } }
  vi.stubGlobal('document', page)
  expect(await choose('de')).toBe(true)
  expect(page.documentElement.lang).toBe('de-DE')
  expect([words.basket.title, labels.forYou]).toEqual(['Ihr Warenkorb', 'Für Sie'])
  expect([money(1234.5), pounds(3), count(3659)]).toEqual(['1.234,50\u00a0£', '3\u00a0£', '3.659'])
  await choose('en')
  expect([money(1234.5), pounds(3), count(3659)]).toEqual(['£1,234.50', '£3', '3,659'])
  expect(page.documentElement.lang).toBe('en-GB')
})
