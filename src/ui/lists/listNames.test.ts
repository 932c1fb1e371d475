import { expect, test } from 'vitest'
import { keepsNoRoom, queryOf } from './listNames.ts'

test('the list that is the same for everybody leaves out the basket, unless the page says otherwise', () => {
  const excluded = (...given: Parameters<typeof queryOf>) => queryOf(...given).options?.exclude
  expect(excluded('bestSellers', { exclude: undefined })).toEqual(['basket'])
  expect(excluded('forYou', { order: 'base' })).toEqual(['basket'])
  expect(excluded('bestSellers', { exclude: [] })).toEqual([])
  // The device's own defaults hold for the shopper's lists.
  expect(excluded('forYou', {})).toBeUndefined()
  expect(excluded('buyAgain', { order: 'base' })).toBeUndefined()
  expect(excluded('similar', { order: 'base' }, 'tin')).toBeUndefined()
})

test('lists that a new visitor has no products for keep no room while they load', () => {
  for (const name of ['recentlyViewed', 'buyAgain', 'onYourMind'] as const)
    expect(keepsNoRoom(name)).toBe(true)
  expect(keepsNoRoom('basket', [])).toBe(true)
  for (const name of ['forYou', 'bestSellers', 'similar'] as const)
    expect(keepsNoRoom(name, 'tin')).toBe(false)
  expect(keepsNoRoom('basket', ['tin'])).toBe(false)
})
