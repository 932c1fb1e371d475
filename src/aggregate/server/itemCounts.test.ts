/**
 * @module Tests that a shop without an event log learns from rounds which items sell. The test runs devices and both
 * servers, and reads lists of the next model.
 */
import { join } from 'node:path'
import { updateOf } from '@nearside/browser/contribution/update.ts'
import type { History } from '@nearside/core/features/history.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { createVirtualDevice } from '@nearside/research/simulate/device.ts'
import { makeCatalogBase } from '@nearside/train/catalogBase/catalogBase.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readLatest, readModel, readVersion } from '@nearside/train/models/read.ts'
import { expect, it } from 'vitest'
import { discreteGaussianNoise } from '../privacy/discreteGaussian.ts'
import { DEMO_PARAMETERS } from '../protocol/demoParameters.ts'
import { applyUpdate, distanceOf, layoutOf, readCandidate } from './nextModel.ts'
import { createFederation, HELPER, LEADER } from './testFederation.ts'

const NOW = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const DEVICES = 40
const ITEMS = Array.from({ length: 24 }, (_, i) => ({
  id: `i${i}`,
  title: `${['cup', 'lamp', 'bag'][i % 3]} ${i}`,
  price: 1 + (i % 7),
}))
/** Row of the item that every device buys, and of an item that no device touches. */
const [SOLD, UNSOLD] = [17, 3]

/** Orders of a device: first a product that few devices buy, then the best seller. */
const ordersOf = (device: number): History =>
  [5 + (device % 4), SOLD].map((item, order) => ({
    ...{ item, name: 'purchase' as const, session: `order ${order}` },
    time: NOW - (2 - order) * HOUR,
  }))

async function publishBase(items: typeof ITEMS): Promise<string> {
  const models = testFolder()
  await publishModel(models, await makeCatalogBase('shop', items, NOW))
  return models
}

it('items that devices bought lead a new shopper’s list after one round', async () => {
  const models = await publishBase(ITEMS)
  const terms = { ...DEMO_PARAMETERS, countShare: 0.8, aggregationGoal: DEVICES }
  const noise = { noise: discreteGaussianNoise }
  const federation = await createFederation({
    parameters: terms,
    leader: { ...noise, models, layout: layoutOf, applyUpdate, distance: distanceOf },
    helper: noise,
  })
  federation.now = NOW
  const before = await readModel(models)
  const { hash } = await readLatest(models)
  let spent = 0
  for (let device = 0; device < DEVICES; device++) {
    const { contribute, disk } = createVirtualDevice({
      ...{ leader: LEADER, helper: HELPER, modelHash: hash, fetch: federation.fetch },
      now: () => federation.now,
    })
    const made = await contribute((now, policy) => updateOf(policy, before, ordersOf(device), now))
    expect(made).toMatchObject({ sent: true })
    // The device's log says that the update has counts; the report costs as much ε as a report without counts.
    for (const kind of ['consent', 'upload'])
      expect(disk.ledger.find((entry) => entry.kind === kind)?.detail.counts).toBe(true)
    spent = disk.settings.sent?.epsilon ?? 0
  }
  expect(spent).toBeCloseTo(11, 1)
  await federation.leader.advance()
  const [, done] = await federation.leader.store.rounds(20)
  expect(done).toMatchObject({ state: 'released', version: '2', counted: DEVICES })

  const after = await readModel(models)
  const changed = after.manifest.files.filter(
    ({ name, sha256 }) =>
      before.manifest.files.find((file) => file.name === name)?.sha256 !== sha256,
  )
  expect(changed.map(({ name }) => name).sort()).toEqual([
    'popularity.safetensors',
    'shared.safetensors',
  ])
  const list = scoreTerms(after, [], NOW).base
  expect(list.indexOf(Math.max(...list))).toBe(SOLD)
  expect(list[SOLD]).toBeGreaterThan(2 * list[UNSOLD])
  expect(after.featureWeights).not.toEqual(before.featureWeights)
  // A later round, whose counts are only noise, leaves the items' popularity unchanged. `distanceOf` can still compare
  // the later round's model with the first model.
  const [first, latest] = [await readVersion(join(models, '1')), await readLatest(models)]
  const nothing = new Float64Array(42 + ITEMS.length)
  const candidate = await applyUpdate(latest, nothing, { ...terms, noiseMultiplier: 1e6 }, '3')
  expect([...candidate.files.keys()]).toEqual(['shared.safetensors'])
  expect(await distanceOf(first, candidate)).toBeGreaterThan(0)
  expect(await distanceOf(latest, candidate)).toBeCloseTo(0, 5)
  // The next round has the same terms, so it counts items too, and it starts from the new model.
  const open = await federation.leader.store.current()
  expect(open?.policy).toMatchObject({ model: { version: '2' }, parameters: { itemCounts: 24 } })
})

it('in a catalog too large for one update, several items share one count, which the next model divides equally among them', async () => {
  const items = Array.from({ length: 16_400 }, (_, i) => ({ id: `i${i}`, title: '', price: 1 }))
  const models = await publishBase(items)
  const latest = await readLatest(models)
  const terms = { ...DEMO_PARAMETERS, countShare: 0.8, noiseMultiplier: 0 }
  expect(layoutOf(latest)).toEqual({ featureWeights: 42 })
  const counts = 16_384 - 42
  expect(layoutOf(latest, terms)).toEqual({ featureWeights: 42, itemCounts: counts })

  // Rows 5 and 16,347 share a count; row 100 has a count of its own, and as many orders as these two rows together.
  const both = [5, counts + 5]
  const model = await readModel(models)
  const history: History = [...both, 100].map((item) => ({
    ...{ item, name: 'purchase' as const, session: 'order', time: NOW - HOUR },
  }))
  const update = updateOf(terms, model, history, NOW)
  expect(update).toHaveLength(16_384)
  const counted = Array.from(update).flatMap((x, at) => (at >= 42 && x > 0 ? [at - 42] : []))
  expect(counted).toEqual([5, 100])
  const next = await applyUpdate(latest, Float64Array.from(update), terms, '2')
  const { popularity30 } = (await readCandidate(latest, next)).statistics
  expect(popularity30[both[0]]).toBe(popularity30[both[1]])
  expect(Math.expm1(popularity30[100])).toBeCloseTo(2 * Math.expm1(popularity30[5]), 2)
  expect(popularity30.filter((x) => x > 0)).toHaveLength(3)
})
