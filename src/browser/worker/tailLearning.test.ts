/** @module Tests that fits and updates don't depend on which products of a large catalog the device has loaded. */
import 'fake-indexeddb/auto'
import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { createTitleIndex } from '@nearside/core/catalog/titleIndex.ts'
import { TestServer } from '@nearside/core/model/testShop.ts'
import { waitFor } from '@nearside/core/testPatience.ts'
import { expect, test } from 'vitest'
import type { CaptureInput } from '../api.ts'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import { ids, newDatabase, start } from './testDevice.ts'
import { HEAD, TAIL, tailShop } from './testTail.ts'

const HOUR = 3_600_000

test('a fit and an update equal those of a device that has only the best sellers, and an auditor recomputes the update from the best sellers', async () => {
  const shop = await tailShop()
  const inHead = new Set(shop.head.map(({ id }) => id))
  const tail = shop.catalog.map(({ id }) => id).filter((id) => !inHead.has(id))
  // A search with too many hits in the whole catalog (then none count), but not among the best sellers alone.
  const prices = shop.head.map(({ price = 0 }) => price).sort((x, y) => x - y)
  const search_term = `item under ${prices[97]}`
  expect(createTitleIndex(shop.head)(search_term).length).toBeGreaterThan(50)
  expect(createTitleIndex(shop.catalog)(search_term)).toEqual([])
  const clock = Date.now()
  // The events are about products that the base model ranks high, because a fit needs such products.
  const { device: probe } = await start(
    ...([new TestServer(new Map(shop.files)), newDatabase()] as const),
    {},
    { catalog: shop.head },
  )
  const best = ids(await probe.recommend({ limit: 9 }))
  const steps: readonly CaptureInput[] = [
    { name: 'view_item', item_id: best[8] },
    { name: 'search', search_term },
    ...best.map((id) => ({ name: 'purchase', item_id: id }) as const),
    ...tail.slice(0, 3).map((id) => ({ name: 'purchase', item_id: id }) as const),
  ]

  async function learn(hasShards: boolean) {
    const server = new TestServer(new Map(shop.files))
    if (!hasShards)
      for (const name of shop.files.keys()) if (/^tail-/.test(name)) server.files.delete(name)
    const aggregators = await TestAggregators.start(server)
    aggregators.now = () => clock
    const fetch = aggregators.fetchWith(server.fetch)
    const { device } = await start(
      ...([server, newDatabase(), { now: () => clock, fetch }] as const),
      { catalog: shop.head, federation: FEDERATION },
    )
    for (const [at, input] of steps.entries()) {
      const time = clock - (2 * steps.length - at) * HOUR
      await device.capture({ id: `e${at}`, time, input })
    }
    if (hasShards) {
      for (const category of ['kitchen', 'garden'])
        await device.need({ kind: 'recommend', options: { category } })
      await waitFor(() =>
        expect(
          device.list({ kind: 'recommend', options: { limit: HEAD + TAIL } }),
        ).not.toHaveLength(0),
      )
      expect(device.changes()?.added.length).toBeGreaterThan(TAIL / 2)
    } else expect(device.changes()).toBeNull()
    expect((await device.fineTune({})).cases).toBeGreaterThan(2)
    await agreeTo(device)
    expect(await device.contribute()).toMatchObject({ sent: true })
    const text = await device.export()
    const { personal, settings } = JSON.parse(text)
    const [{ u, w, fusionWeight }] = personal.versions
    return {
      bundle: parseBundle(text),
      fit: { u, w, fusionWeight },
      delta: settings.openings[0].delta,
    }
  }

  const [some, none] = [await learn(true), await learn(false)]
  expect(some.fit.u).toHaveLength(64)
  expect(some.fit).toEqual(none.fit)
  expect(some.delta.some((value: number) => value !== 0)).toBe(true)
  expect(some.delta).toEqual(none.delta)
  const hash = await sha256Hex(shop.files.get('1/manifest.json') ?? utf8(''))
  const given = { model: shop.headModel, hash, catalog: Catalog.parse(shop.head) }
  for (const { bundle } of [some, none])
    expect(await verifyBundle(bundle, { shop: given })).toMatchObject({ faults: [], follow: 1 })
})
