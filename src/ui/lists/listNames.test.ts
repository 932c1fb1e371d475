import { expect, test } from 'vitest'
import { keepsNoRoom, queryOf } from './listNames.ts'

test('best sellers exclude the basket’s items, unless the page sets `exclude`', () => {
  const excluded = (...given: Parameters<typeof queryOf>) => queryOf(...given).options?.exclude
  expect(excluded('bestSellers', { exclude: undefined })).toEqual(['basket'])
  expect(excluded('forYou', { order: 'base' })).toEqual(['basket'])
  expect(excluded('bestSellers', { exclude: [] })).toEqual([])
  // For the shopper's own lists the device sets `exclude`.
  expect(excluded('forYou', {})).toBeUndefined()
  expect(excluded('buyAgain', { order: 'base' })).toBeUndefined()
  expect(excluded('similar', { order: 'base' }, 'tin')).toBeUndefined()
})

test('lists that are empty for most new visitors reserve no space while they load', () => {
  for (const name of ['recentlyViewed', 'buyAgain', 'onYourMind'] as const)
    expect(keepsNoRoom(name)).toBe(true)
  expect(keepsNoRoom('basket', [])).toBe(true)
  for (const name of ['forYou', 'bestSellers', 'similar'] as const)
    expect(keepsNoRoom(name, 'tin')).toBe(false)
  expect(keepsNoRoom('basket', ['tin'])).toBe(false)
})
