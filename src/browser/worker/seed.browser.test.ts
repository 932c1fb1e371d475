/** @module Tests the import of a signed-in shopper's own orders. */

import { DAY } from '@nearside/core/time.ts'
import { describe, expect, test } from 'vitest'
import type { PastOrder } from '../api.ts'
import { ids, live, newDatabase, openDevice, start, testServer } from './testDevice.ts'

const order = (id: string, daysAgo: number, ...items: readonly string[]): PastOrder => ({
  id,
  time: Date.now() - daysAgo * DAY,
  items: items.map((item_id) => ({ item_id, quantity: 2 })),
})

const ORDERS = [
  order('A', 300, 'item-4', 'item-8'),
  order('B', 200, 'item-4'),
  order('C', 100, 'item-12', 'gone'),
]

describe('orders that the shop imports', () => {
  test('imported orders have the times at which they were placed, each is a separate visit, and the import is logged', async () => {
    const database = newDatabase()
    const tested = await openDevice(await testServer(), database)
    const before = ids(await tested.device.recommend({ limit: 99 }))
    await tested.capture({ name: 'view_item', item_id: 'item-1' })
    expect(await tested.device.seed(ORDERS)).toBe(3)
    await tested.capture({ name: 'view_item', item_id: 'item-2' })
    const events = await tested.device.events(10)
    expect(events.map(({ items }) => items.join())).toEqual([
      'item-2',
      'item-1',
      'item-12',
      'item-4',
      'item-4,item-8',
    ])
    expect(events[4]).toMatchObject({ name: 'purchase', time: ORDERS[0].time })
    expect(events[4].lines).toEqual([{ quantity: 2 }, { quantity: 2 }])
    // The current visit continues, and each order is a separate visit.
    expect(events[0].session).toBe(events[1].session)
    expect(new Set(events.map(({ session }) => session)).size).toBe(4)
    expect(tested.device.snapshot().notices).toEqual([])
    const after = ids(await tested.device.recommend({ limit: 99 }))
    expect(after.indexOf('item-4')).toBeLessThan(before.indexOf('item-4'))
    expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
    const logged = async (device: typeof tested.device) =>
      (await device.entries()).filter(({ kind }) => kind === 'seed')
    expect(await logged(tested.device)).toMatchObject([{ detail: { orders: 3 }, bytesSent: 0 }])
    await tested.device.close()

    const again = await start(await testServer(), database)
    expect(await again.device.seed(ORDERS)).toBe(0)
    expect(await again.device.events(10)).toEqual(events)
    expect(await logged(again.device)).toHaveLength(1)
    expect(await again.device.verify()).toMatchObject({ ok: true })
  })

  test('orders are stored once if they are imported twice at the same time', async () => {
    const { device } = await start(await testServer(), newDatabase())
    expect(await Promise.all([device.seed(ORDERS), device.seed(ORDERS)])).toEqual([3, 0])
    const logged = (await device.entries()).filter(({ kind }) => kind === 'seed')
    expect(logged).toMatchObject([{ detail: { orders: 3 } }])
  })

  test('an order that the device both captured and imported is stored once, whichever came first', async () => {
    const tested = await start(await testServer(), newDatabase())
    const items = [{ item_id: 'item-8' }, { item_id: 'item-4' }]
    await tested.capture({ name: 'purchase', items }, 'seen')
    expect(await tested.device.seed([order('A', 0.5, 'item-4', 'item-8')])).toBe(0)
    expect(await tested.device.seed([order('A', 0.5, 'item-4')])).toBe(1)
    expect(await tested.device.seed([order('B', 2, 'item-4', 'item-8')])).toBe(1)
    expect(await tested.capture({ name: 'purchase', item_id: 'item-4' })).toBe('order A')
    await tested.capture({ name: 'view_item', item_id: 'item-4' })
    expect(tested.device.snapshot().events.byName).toEqual({ purchase: 3, view_item: 1 })
    expect(await tested.device.seed([order('C', 9, 'item-0'), order('C', 9, 'item-0')])).toBe(1)
    expect(tested.device.snapshot().events.count).toBe(5)
  })

  test('imported orders are not imported again after they were forgotten or erased, while later orders are', async () => {
    let now = Date.now()
    const tested = await start(await testServer(), newDatabase(), { now: () => now })
    const later = (id: string) => ({ ...order(id, 0, 'item-16'), time: now })
    await tested.device.seed(ORDERS)
    await tested.device.forget({ kind: 'item', name: 'item-4' })
    expect(tested.device.snapshot().events.count).toBe(1)
    expect(await tested.device.seed(ORDERS)).toBe(0)
    now += 1000
    expect(await tested.device.seed([...ORDERS, later('D')])).toBe(1)
    await tested.device.erase()
    expect(await tested.device.seed([...ORDERS, later('E')])).toBe(0)
    now += 1000
    expect(await tested.device.seed([...ORDERS, later('F')])).toBe(1)
    // Forgetting an order stops the import of earlier orders; forgetting a view doesn't.
    const fresh = await start(await testServer(), newDatabase())
    await fresh.capture({ name: 'view_item', item_id: 'item-4' }, 'look')
    await fresh.device.forget({ kind: 'event', id: 'look' })
    expect(await fresh.device.seed(ORDERS)).toBe(3)
  })

  test('orders are not imported while paused or if older than the retention time', async () => {
    const kept = await start(await testServer(), newDatabase(), {}, { retentionDays: 150 })
    expect(await kept.device.seed(ORDERS)).toBe(1)
    await kept.device.pause(true)
    expect(await kept.device.seed([order('D', 1, 'item-4')])).toBe(0)
    await kept.device.pause(false)
    expect(await kept.device.seed([order('D', 1, 'item-4')])).toBe(1)
  })

  test('imported orders are checked: an invalid order is left out and reported, and a value that is not an array is refused', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    const { count } = tested.device.snapshot().events
    const bad = [
      null,
      {},
      { ...ORDERS[0], id: '' },
      { ...ORDERS[0], time: Date.now() + 2 * DAY },
      { ...ORDERS[0], time: '2011-09-01' },
      { ...ORDERS[0], items: [] },
      { ...ORDERS[0], items: [{ item_id: {} }] },
    ]
    expect(await tested.device.seed(bad as unknown as PastOrder[])).toBe(0)
    expect(tested.device.snapshot().events.count).toBe(count)
    expect(tested.device.snapshot().notices).toMatchObject([{ code: 'event-invalid' }])
    const given: unknown = { orders: ORDERS }
    const seeding = tested.device.seed(given as PastOrder[])
    await expect(seeding).rejects.toMatchObject({ code: 'input-invalid' })
    const many = Array.from({ length: 1200 }, (_, k) => order(`${k}`, k + 30, 'item-4'))
    expect(await tested.device.seed(many)).toBe(1000)
    expect(Math.min(...(await tested.device.events(2000)).map(({ time }) => time))).toBe(
      many[999].time,
    )
  })
})
