/** @module Tests which events a device accepts and stores. */
import { describe, expect, test } from 'vitest'
import { ids, live, newDatabase, openDevice, start, testServer } from './testDevice.ts'

describe('events', () => {
  test('an invalid event is refused with one notice and is not stored', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item' })
    await tested.capture({ name: 'view_item', item_id: 'nowhere' })
    await tested.capture({ name: 'nonsense' as never, item_id: 'item-1' })
    const { events, notices } = tested.device.snapshot()
    expect(events.count).toBe(0)
    expect(notices.map(({ code }) => code)).toEqual([
      'event-invalid',
      'item-unknown',
      'event-invalid',
    ])
  })

  test('each known product of an order is stored with its own quantity and price', async () => {
    const database = newDatabase()
    const tested = await openDevice(await testServer(), database)
    const shipping = { item_id: 'SHIPPING', quantity: 1, price: 4.9 }
    const one = { item_id: 'item-1', quantity: 7, price: 109.95 }
    const two = { item_id: 'item-2', quantity: 3, price: 49.95 }
    await tested.capture({ name: 'purchase', items: [shipping, one, two] })
    await tested.capture({ name: 'purchase', items: [one, shipping] })
    const expected = [
      { items: ['item-1'], quantity: 7, price: 109.95 },
      {
        items: ['item-1', 'item-2'],
        lines: [
          { quantity: 7, price: 109.95 },
          { quantity: 3, price: 49.95 },
        ],
      },
    ]
    expect(await tested.device.events(10)).toMatchObject(expected)
    await tested.device.close()
    const again = await start(await testServer(), database)
    expect(await again.device.events(10)).toMatchObject(expected)
  })

  test('an event captured twice under one id is stored once', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item', item_id: 'item-0' }, 'same')
    await tested.capture({ name: 'view_item', item_id: 'item-0' }, 'same')
    expect(tested.device.snapshot().events.count).toBe(1)
  })

  test('events, model and list are the same after a reload offline', async () => {
    const server = await testServer()
    const database = newDatabase()
    const first = await openDevice(server, database)
    await live(first)
    await first.device.fineTune({})
    const before = await first.device.recommend({ limit: 8 })
    await first.device.close()
    server.online = false
    const second = await start(server, database)
    const snapshot = second.device.snapshot()
    expect(snapshot.events.count).toBe(12)
    expect(snapshot.model?.version).toBe('1')
    expect(snapshot.fit?.cases).toBeGreaterThan(0)
    const after = await second.device.recommend({ limit: 8 })
    expect(ids(after)).toEqual(ids(before))
  })

  test('while the device is paused, no event is stored', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.device.pause(true)
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    expect(tested.device.snapshot().events.count).toBe(0)
    await tested.device.pause(false)
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    expect(tested.device.snapshot().events.count).toBe(1)
  })

  test('while the device is paused, a requested fit is refused', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    await tested.device.pause(true)
    await expect(tested.device.fineTune({})).rejects.toMatchObject({ code: 'aborted' })
    expect(tested.device.snapshot().fit).toBe(null)
    await tested.device.pause(false)
    expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
  })
})
