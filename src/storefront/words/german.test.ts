import { afterEach, expect, test, vi } from 'vitest'
import { count, money, pounds } from '../text.ts'
import { choose, words } from './words.ts'

afterEach(() => vi.unstubAllGlobals())

test('prices and numbers follow the language', async () => {
  const page = { documentElement: { lang: 'en-GB' } }
  vi.stubGlobal('document', page)
  expect(await choose('de')).toBe(true)
  expect(page.documentElement.lang).toBe('de-DE')
  expect([words('basket.title'), words('forYou')]).toEqual(['Ihr Warenkorb', 'Für Sie'])
  expect(words('yourList.others', { n: 1, of: 12 })).toMatch(/^1 von diesen 12 steht hier/)
  expect([1, 2].map((n) => words('orders.butFor', { n }))).toEqual([
    'Im Warenkorb, bis auf einen ausverkauften Artikel.',
    'Im Warenkorb, bis auf 2 ausverkaufte Artikel.',
  ])
  expect(words('replay.result', { n: 0, products: words('products', { n: 3 }) })).toMatch(
    /^Keiner der zehn Artikel.*wurde gekauft; die Bestellung enthielt 3 Artikel\.$/,
  )
  expect([money(1234.5), pounds(3), count(3659)]).toEqual(['1.234,50\u00a0£', '3\u00a0£', '3.659'])
  await choose('en')
  expect([money(1234.5), pounds(3), count(3659)]).toEqual(['£1,234.50', '£3', '3,659'])
  expect(page.documentElement.lang).toBe('en-GB')
})
