/** @module Tests what a device learns from a search without a click, and how long the effect lasts. */

import { TEST_MODEL_URL, testCatalog } from '@nearside/core/model/testShop.ts'
import { DAY } from '@nearside/core/time.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ids, live, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

const query = (search_term: string) => ({ name: 'search', search_term }) as const

/** Parameters of the personal model after a fit, and a list. */
async function model({ device }: TestDevice) {
  await device.fineTune({})
  const { current, versions } = JSON.parse(await device.export()).personal
  const { u, w, fusionWeight, guard } = versions.find(
    (row: { version: number }) => row.version === current,
  )
  return { u, w, fusionWeight, guard, list: await device.recommend({ limit: 32 }) }
}

test('a searched item rises, with the search as its reason, for about six weeks', async () => {
  let clock = Date.now()
  const tested = await start(await testServer(), newDatabase(), { now: () => clock })
  const placeOf = async (id: string) =>
    ids(await tested.device.recommend({ limit: 32 })).indexOf(id)
  const before = ids(await tested.device.recommend({ limit: 32 }))
  expect(before.indexOf('item-2')).toBe(29)
  await tested.capture(query('number 2'))
  // Items that co-occur with item-2 in this shop's log rise, too. All other items are still sorted by popularity.
  const list = await tested.device.recommend({ limit: 32 })
  const risen = ['item-2', 'item-6', 'item-10', 'item-14']
  expect(ids(list.slice(0, 4)).toSorted()).toEqual(risen.toSorted())
  expect(ids(list.slice(4))).toEqual(before.filter((id) => !risen.includes(id)))
  const reason = { kind: 'searched', query: 'number 2' }
  for (const one of list.slice(0, 4)) expect(one.reason).toEqual(reason)
  for (const one of list.slice(4)) expect(['popular', 'shop-order']).toContain(one.reason.kind)
  const explained = await tested.device.explain('item-2')
  expect(explained).toMatchObject({ baseRank: 30, reason })
  const parts = explained?.contributions ?? []
  expect(parts[0].kind).toBe('searched')
  const sum = parts.reduce((total, { amount }) => total + amount, 0)
  expect(sum).toBeCloseTo((explained?.score ?? 0) - (explained?.meanScore ?? 0), 3)
  expect(tested.device.snapshot().learned).toEqual([
    { kind: 'query', name: 'number 2', strength: 1 },
  ])
  clock += 43 * DAY
  expect(await placeOf('item-2')).toBe(29)
})

test('after a fit, an explanation’s contributions still add up to the score minus the mean score, and a search is the reason', async () => {
  const tested = await start(await testServer(), newDatabase())
  await live(tested)
  await tested.device.fineTune({})
  await tested.capture(query('thing number 19'))
  for (const { id } of await tested.device.recommend({ limit: 32 })) {
    const explained = await tested.device.explain(id)
    if (!explained) throw new Error(`${id} is not explained`)
    const sum = explained.contributions.reduce((total, { amount }) => total + amount, 0)
    expect(sum).toBeCloseTo(explained.score - explained.meanScore, 3)
  }
  const found = await tested.device.explain('item-19')
  expect(found?.reason).toEqual({ kind: 'searched', query: 'thing number 19' })
})

test('a forgotten query leaves the model as if the query had never been typed', async () => {
  const server = await testServer()
  const clock = Date.now()
  const asked = fc.array(
    fc.tuple(fc.constantFrom('number 5', 'numbers 7', 'thing', 'lamp', 'num 9'), fc.nat(9 * DAY)),
    { minLength: 1, maxLength: 4 },
  )
  await fc.assert(
    fc.asyncProperty(asked, fc.nat(3), async (queries, chosen) => {
      const regretted = chosen % queries.length
      const [never, forgot] = await Promise.all(
        [0, 1].map(() => start(server, newDatabase(), { now: () => clock })),
      )
      for (const tested of [never, forgot]) {
        await live(tested, clock - 10 * DAY)
        for (const [i, [search_term, ago]] of queries.entries()) {
          if (tested === never && i === regretted) continue
          await tested.device.capture({ id: `q${i}`, time: clock - ago, input: query(search_term) })
        }
      }
      await forgot.device.fineTune({})
      await forgot.device.forget({ kind: 'event', id: `q${regretted}` })
      expect(await model(forgot)).toEqual(await model(never))
    }),
    {
      numRuns: 6,
      // If the second query is forgotten, the queries before and after it form one visit.
      examples: [
        [
          [
            ['numbers 7', 9 * DAY - 20],
            ['thing', 6 * DAY],
            ['num 9', 9 * DAY - 10],
            ['num 9', 9 * DAY - 30],
          ],
          1,
        ],
      ],
    },
  )
}, 60_000)

test('forgetting a query by its words deletes all searches with these words in any form', async () => {
  const tested = await start(await testServer(), newDatabase())
  const before = ids(await tested.device.recommend({ limit: 32 }))
  for (const [i, words] of ['Number 2', 'numbers 2', 'number 20'].entries())
    await tested.device.capture({ id: `q${i}`, time: Date.now() - i * DAY, input: query(words) })
  await tested.device.forget({ kind: 'query', name: 'number 2' })
  expect(tested.device.snapshot().learned.map(({ name }) => name)).toEqual(['number 20'])
  await tested.device.forget({ kind: 'query', name: 'number 20' })
  expect(ids(await tested.device.recommend({ limit: 32 }))).toEqual(before)
  expect(tested.device.snapshot().events.count).toBe(0)
})

test('while paused a query is not stored; otherwise a query is stored and exported', async () => {
  const tested = await start(await testServer(), newDatabase())
  const before = ids(await tested.device.recommend({ limit: 32 }))
  await tested.device.pause(true)
  expect(await tested.capture(query('number 2'))).toBe(null)
  expect(ids(await tested.device.recommend({ limit: 32 }))).toEqual(before)
  await tested.device.pause(false)
  await tested.capture(query('number 2'))
  expect(ids(await tested.device.recommend({ limit: 32 }))).not.toEqual(before)
  const { events } = JSON.parse(await tested.device.export())
  expect(events).toMatchObject([{ name: 'search', query: 'number 2', items: [] }])
})

test('a query that matches nothing or everything changes no list and is not listed as learned', async () => {
  const tested = await start(await testServer(), newDatabase())
  const before = ids(await tested.device.recommend({ limit: 32 }))
  await tested.capture(query('lamp'))
  await tested.capture(query('?!'))
  expect(ids(await tested.device.recommend({ limit: 32 }))).toEqual(before)
  expect(tested.device.snapshot().learned).toEqual([])
  expect(tested.device.snapshot().events.count).toBe(2)
})

test('a product that is added later is found by an earlier query', async () => {
  const server = await testServer()
  const publish = (items: readonly object[]) =>
    server.files.set('catalog.json', new TextEncoder().encode(JSON.stringify(items)))
  publish(testCatalog)
  const catalog = `${TEST_MODEL_URL}catalog.json`
  const tested = await start(server, newDatabase(), {}, { catalog })
  await tested.capture(query('parasol'))
  expect(tested.device.snapshot().learned).toEqual([])
  publish([...testCatalog, { id: 'new', title: 'Parasol', category: 'bags' }])
  await tested.device.checkForUpdate()
  const [first] = await tested.device.recommend({ limit: 1 })
  expect(first).toMatchObject({
    id: 'new',
    reason: { kind: 'searched', query: 'parasol' },
  })
})
