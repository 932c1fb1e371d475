/** @module Tests which values the shop stores for which person, in a real `localStorage`. */
import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { addToBasket, basket, toggleWish, wishlist } from '../basket.ts'
import { orders, placeOrder } from '../orders.ts'
import { refused, sendOrder, unsent } from '../outbox.ts'
import { declined, theme } from '../preferences.ts'
import { ME, mayKeep, NOBODY, who } from '../stored.ts'
import { NEUTRAL } from '../tune/tuned.ts'
import { tuning } from '../tune/tuning.ts'
import { followWho, switchTo } from './follow.ts'

const LINES = [{ id: 'a', quantity: 2, total: 2, item: { id: 'a', price: 1 } }]
const TUNED = { ...NEUTRAL, surprise: 1 }
const keys = () => Object.keys(localStorage).sort()
const disk = () => JSON.stringify({ ...localStorage })
const person = { id: '1-2', name: 'Grandma' }
let personalizer: ReturnType<typeof createFakePersonalizer>
let status = 200

function reset(): void {
  localStorage.clear()
  mayKeep.set(null)
  who.set(ME)
  for (const one of [basket, wishlist, orders, refused, tuning, theme, declined]) one.clear()
  localStorage.clear()
}

beforeEach(() => {
  reset()
  status = 200
  vi.stubGlobal('fetch', async () => new Response(null, { status }))
  personalizer = createFakePersonalizer([])
  personalizer.change({
    storage: 'indexeddb',
    profiles: { current: ME, others: [person] },
  })
  mayKeep.set(true)
  followWho(personalizer)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  reset()
})

test('wishes and list settings are separate for each person, while basket and orders belong to the device', async () => {
  toggleWish('mine')
  addToBasket('shared', 1)
  await switchTo(personalizer, person.id)
  expect(wishlist.get()).toEqual([])
  toggleWish('theirs')
  tuning.set(TUNED)
  placeOrder(LINES, 1)
  expect(basket.get()).toEqual([{ id: 'shared', quantity: 1 }])
  await switchTo(personalizer, ME)
  expect(wishlist.get()).toEqual(['mine'])
  expect(tuning.get()).toEqual(NEUTRAL)
  expect(orders.get()).toMatchObject([{ number: 1, who: person.id }])
  await switchTo(personalizer, person.id)
  expect(wishlist.get()).toEqual(['theirs'])
  expect(tuning.get()).toEqual(TUNED)
  expect(disk()).not.toContain(person.name)
})

test('a visit as “Nobody” starts empty and writes only values that decide what this device may send or store', async () => {
  toggleWish('mine')
  addToBasket('mine', 1)
  placeOrder(LINES, 1)
  await vi.waitFor(() => expect(unsent.get()).toEqual([]))
  await switchTo(personalizer, NOBODY)
  const before = disk()
  expect([basket.get(), wishlist.get(), orders.get()]).toEqual([[], [], []])
  addToBasket('other', 1)
  toggleWish('other')
  tuning.set(TUNED)
  theme.set('dark')
  placeOrder(LINES, 2)
  mayKeep.set(false)
  mayKeep.set(true)
  await vi.waitFor(() => expect(unsent.get()).toEqual([]))
  expect(orders.get()).toHaveLength(1)
  expect(disk()).toBe(before)
  declined.set(true)
  expect(keys()).toContain('nearside-shop.declined')
  await switchTo(personalizer, ME)
  expect([basket.get(), wishlist.get()]).toEqual([[{ id: 'mine', quantity: 1 }], ['mine']])
  expect(orders.get()).toMatchObject([{ time: 1 }])
  await switchTo(personalizer, NOBODY)
  expect([basket.get(), wishlist.get(), orders.get()]).toEqual([[], [], []])
})

test('an order that the server refuses is shown as refused to the person who placed it; a refusal in a visit as “Nobody” is not stored', async () => {
  status = 422
  await switchTo(personalizer, NOBODY)
  sendOrder('nobodys', [])
  await vi.waitFor(() => expect(refused.get()).toEqual(['nobodys']))
  localStorage.setItem('nearside-shop.unsent.mine', '{}')
  sendOrder('nobodys too', [])
  await vi.waitFor(() => expect(refused.get()).toEqual(['nobodys', 'nobodys too']))
  expect(unsent.get()).toEqual(['mine'])
  expect(disk()).not.toContain('nobodys')
  await switchTo(personalizer, ME)
  sendOrder('mine too', [])
  await vi.waitFor(() => expect(refused.get().toSorted()).toEqual(['mine', 'mine too']))
  expect(disk()).not.toContain('nobodys')
})

test('the stored values of a person are deleted with the person, also if another tab deletes the person', async () => {
  await switchTo(personalizer, person.id)
  toggleWish('theirs')
  expect(disk()).toContain('theirs')
  // The database can't be read now, so it is unknown which people are stored in it.
  personalizer.change({ storage: 'memory', profiles: { current: ME, others: [] } })
  expect(disk()).toContain('theirs')
  personalizer.change({ storage: 'indexeddb' })
  expect(disk()).not.toContain('theirs')
  expect([who.get(), wishlist.get()]).toEqual([ME, []])
})

test('until the shopper allows storing, no values of other people are stored; after the shopper refuses it, no person’s values are left in storage, but the page keeps them in memory', async () => {
  mayKeep.set(false)
  personalizer.change({ persist: { option: 'ask', allowed: null } })
  await switchTo(personalizer, person.id)
  toggleWish('theirs')
  await switchTo(personalizer, ME)
  expect(keys()).toEqual([])
  await switchTo(personalizer, person.id)
  expect(wishlist.get()).toEqual(['theirs'])
  mayKeep.set(true)
  expect(disk()).toContain('theirs')
  mayKeep.set(false)
  personalizer.change({ storage: 'memory', persist: { option: 'ask', allowed: false } })
  expect(keys()).toEqual([])
  expect(wishlist.get()).toEqual(['theirs'])
})

test('if the disk is full, a switch to “Nobody” is refused, because after a reload the visit would count for another person', async () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('as the test asked', 'QuotaExceededError')
  })
  await expect(switchTo(personalizer, NOBODY)).rejects.toThrow()
  expect(who.get()).toBe(ME)
  expect(personalizer.getSnapshot().profiles.current).toBe(ME)
})

test('a switch that the personalizer refuses is undone', async () => {
  vi.spyOn(personalizer.profiles, 'switch').mockRejectedValue(new Error('as the test asked'))
  await expect(switchTo(personalizer, NOBODY)).rejects.toThrow()
  expect(who.get()).toBe(ME)
  expect(keys()).toEqual([])
})
