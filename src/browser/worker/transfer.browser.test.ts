/** @module Tests the transfer file that a shopper carries from one device to another. */

import { DAY } from '@nearside/core/time.ts'
import { describe, expect, test } from 'vitest'
import { MAX_EVENTS } from '../storage/eventRows.ts'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import {
  ids,
  live,
  newDatabase,
  openDevice,
  start,
  type TestDevice,
  testServer,
} from './testDevice.ts'

const WITHOUT = { transferred: undefined }
const eventsOf = async ({ device }: TestDevice) => await device.events(MAX_EVENTS)
const logged = async ({ device }: TestDevice) =>
  (await device.entries()).filter(({ kind }) => kind === 'transfer').map(({ detail }) => detail)

async function bring({ device }: TestDevice, to: TestDevice): Promise<number> {
  const { file, code } = await device.exportTransfer()
  return to.device.importTransfer(file, code)
}

describe('a transfer between devices', () => {
  test('a transfer adds the other device’s events with their times and visits, which changes the lists', async () => {
    const server = await testServer()
    const phone = await start(server, newDatabase())
    const database = newDatabase()
    const desk = await openDevice(server, database)
    await live(phone)
    const before = ids(await desk.device.recommend({ limit: 99 }))
    await desk.capture({ name: 'view_item', item_id: 'item-2' }, 'first')
    const others = await eventsOf(phone)
    expect(await bring(phone, desk)).toBe(12)
    await desk.capture({ name: 'view_item', item_id: 'item-3' }, 'second')
    const events = await eventsOf(desk)
    expect(
      events.filter(({ transferred }) => transferred).map((one) => ({ ...one, ...WITHOUT })),
    ).toEqual(others.map((one) => ({ ...one, ...WITHOUT })))
    // The visit in which the shopper imports the file continues.
    const [second, first] = ['second', 'first'].map((id) => events.find((one) => one.id === id))
    expect(second?.session).toBe(first?.session)
    expect(ids(await desk.device.recommend({ limit: 99 }))).not.toEqual(before)
    expect((await desk.device.fineTune({})).cases).toBeGreaterThan(0)
    expect(await logged(phone)).toEqual([{ direction: 'out', events: 12 }])
    expect(await logged(desk)).toEqual([{ direction: 'in', events: 12 }])
    await desk.device.close()
    const again = await start(server, database)
    expect(await eventsOf(again)).toEqual(events)
    expect(await again.device.verify()).toMatchObject({ ok: true })
  })

  test('no event is stored twice, even if it arrives again in a second file, by way of other devices, or in the shop’s orders', async () => {
    const server = await testServer()
    const [a, b, c] = [
      await start(server, newDatabase()),
      await start(server, newDatabase()),
      await start(server, newDatabase()),
    ]
    const line = { item_id: 'item-8', quantity: 2 }
    await live(a)
    await a.capture({ name: 'purchase', items: [line] }, 'bought')
    await b.device.seed([{ id: 'A', time: Date.now() - 1000, items: [line] }])
    await b.capture({ name: 'search', search_term: 'lamp' })
    expect(await bring(a, b)).toBe(12)
    expect(await bring(a, b)).toBe(0)
    expect(await bring(b, a)).toBe(1)
    expect(await bring(b, c)).toBe(14)
    expect(await bring(a, c)).toBe(0)
    expect(await bring(c, a)).toBe(0)
    expect(await c.device.seed([{ id: 'A', time: Date.now() - 1000, items: [line] }])).toBe(0)
    for (const { device } of [a, b, c])
      expect(device.snapshot().events).toEqual({
        count: 14,
        byName: { view_item: 4, add_to_cart: 4, purchase: 5, search: 1 },
      })
    expect(await logged(b)).toHaveLength(3)
  })

  test('a transfer contains no consent, and its events can be forgotten and erased', async () => {
    const server = await testServer()
    const fetch = (await TestAggregators.start(server)).fetchWith(server.fetch)
    const federation = FEDERATION
    const [a, b] = [
      await start(server, newDatabase(), { fetch }, { federation }),
      await start(server, newDatabase(), { fetch }, { federation }),
    ]
    await live(a)
    await agreeTo(a.device, 'These words.')
    expect(await bring(a, b)).toBe(12)
    expect(b.device.snapshot().consent).toEqual({ contribute: false, since: null })
    expect((await b.device.entries()).some(({ kind }) => kind === 'consent')).toBe(false)
    await b.device.forget({ kind: 'item', name: 'item-4' })
    expect(b.device.snapshot().events.count).toBe(9)
    await b.device.erase()
    expect(b.device.snapshot().events.count).toBe(0)
    expect(JSON.stringify(await b.device.export())).not.toContain('item-8')
  })

  test('a transfer imports nothing if the file is another shop’s, locked or damaged, or while the device is paused', async () => {
    const server = await testServer()
    const [a, b] = [await start(server, newDatabase()), await start(server, newDatabase())]
    const elsewhere = await start(
      server,
      newDatabase(),
      {},
      { baseModel: 'https://other.test/models/' },
    )
    await live(a)
    await b.capture({ name: 'view_item', item_id: 'item-1' })
    const { file, code } = await a.device.exportTransfer()
    const before = [await eventsOf(b), await b.device.entries()]
    const refused = (given: string, by: string) => b.device.importTransfer(given, by)
    await expect(refused(file, 'AAAA-AAAA-AAAA-AAAA')).rejects.toMatchObject({
      code: 'transfer-locked',
    })
    await expect(refused(file.slice(1), code)).rejects.toMatchObject({ code: 'transfer-invalid' })
    await expect(bring(elsewhere, b)).rejects.toMatchObject({ code: 'transfer-foreign' })
    await b.device.pause(true)
    await expect(refused(file, code)).rejects.toMatchObject({ code: 'aborted' })
    expect([await eventsOf(b), await b.device.entries()]).toEqual(before)
    await b.device.pause(false)
    expect(await refused(file, code)).toBe(12)
  })

  test('a transfer leaves out events older than this device’s retention time', async () => {
    const server = await testServer()
    const a = await start(server, newDatabase())
    const b = await start(server, newDatabase(), {}, { retentionDays: 30 })
    for (const [k, daysAgo] of [31, 5, 4].entries())
      await a.device.capture({
        ...{ id: `${k}`, time: Date.now() - daysAgo * DAY },
        input: { name: 'view_item', item_id: 'item-4' },
      })
    expect(await bring(a, b)).toBe(2)
    expect((await eventsOf(b)).map(({ id }) => id)).toEqual(['2', '1'])
  })
})
