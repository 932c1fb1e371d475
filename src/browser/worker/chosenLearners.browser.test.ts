/** @module Tests learners and cleaning that a shop chooses in addition to the defaults. */

import { LEARNER_NAMES } from '@nearside/core/learning/learners/names.ts'
import { expect, test } from 'vitest'
import { ids, live, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

const ALL = { learners: LEARNER_NAMES, imbalance: 'smote' } as const
const DAY = 86_400_000

const weights = ({ device }: TestDevice) => device.snapshot().learners

async function learned(tested: TestDevice): Promise<void> {
  await tested.device.fineTune({})
  await expect.poll(() => weights(tested).length).toBe(4)
}

test('without the option `learners`, no additional learner runs', async () => {
  const tested = await start(await testServer(), newDatabase())
  await live(tested)
  await tested.device.fineTune({})
  expect(weights(tested)).toEqual([])
})

test('chosen learners learn after a fit, show their weights, and work as before after a reload', async () => {
  const server = await testServer()
  const database = newDatabase()
  const now = () => Date.UTC(2026, 5, 20)
  const first = await start(server, database, { now }, ALL)
  await live(first, now() - 10 * DAY)
  await learned(first)
  const before = weights(first)
  expect(before.map(({ name }) => name)).toEqual(['model', ...LEARNER_NAMES])
  expect(before.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9)
  const list = await first.device.recommend({ limit: 8 })
  await first.device.close()
  const again = await start(server, database, { now }, ALL)
  expect(weights(again)).toHaveLength(4)
  expect(await again.device.recommend({ limit: 8 })).toHaveLength(list.length)
})

test('with chosen learners, an explanation’s contributions add up to the score minus the mean score', async () => {
  const tested = await start(await testServer(), newDatabase(), {}, ALL)
  await live(tested)
  await learned(tested)
  for (const { id } of await tested.device.recommend({ limit: 12 })) {
    const explained = await tested.device.explain(id)
    const sum = explained?.contributions.reduce((total, { amount }) => total + amount, 0) ?? 0
    expect(sum).toBeCloseTo((explained?.score ?? 0) - (explained?.meanScore ?? 0), 3)
  }
})

test('forgetting an item leaves the learners as if the item had never been bought', async () => {
  const server = await testServer()
  const now = () => Date.UTC(2026, 5, 20)
  const began = now() - 10 * DAY
  const never = await start(server, newDatabase(), { now }, ALL)
  await live(never, began)
  await learned(never)
  const forgot = await start(server, newDatabase(), { now }, ALL)
  await live(forgot, began)
  const input = { name: 'purchase', item_id: 'item-9' } as const
  await forgot.device.capture({ id: 'regretted', time: began + 5 * DAY, input })
  await learned(forgot)
  const before = weights(forgot)
  expect(before).not.toEqual(weights(never))
  await forgot.device.forget({ kind: 'item', name: 'item-9' })
  expect(weights(forgot)).toEqual([])
  await learned(forgot)
  expect(weights(forgot)).toEqual(weights(never))
  expect(ids(await forgot.device.recommend({ limit: 20 }))).toEqual(
    ids(await never.device.recommend({ limit: 20 })),
  )
})

test('erasing everything erases the learners', async () => {
  const tested = await start(await testServer(), newDatabase(), {}, ALL)
  await live(tested)
  await learned(tested)
  await tested.device.erase()
  expect(weights(tested)).toEqual([])
})

test('cleaning by interquartile range reports the dropped events', async () => {
  const now = () => Date.UTC(2026, 5, 20)
  const tested = await start(await testServer(), newDatabase(), { now }, { cleaning: 'iqr' })
  const began = now() - 60 * DAY
  const look = (visit: number, step: number, time: number, dwell_ms?: number) =>
    tested.device.capture({
      id: `${visit}-${step}`,
      time,
      input: { name: 'view_item', item_id: `item-${(7 * visit + step) % 32}`, dwell_ms },
    })
  for (let visit = 0; visit < 24; visit++)
    for (let step = 0; step < 4; step++)
      await look(visit, step, began + visit * DAY + step * (20_000 + 1000 * visit), 15_000)
  // A fast visit: thirty views, one about every 1.5 seconds. The default cleaning rules keep such views.
  for (let step = 0; step < 30; step++)
    await look(30, step, began + 30 * DAY + 1500 * step + 300 * (step % 3))
  expect(tested.device.snapshot().cleaning.dropped).toEqual({ 'fast visit': 30 })
})
