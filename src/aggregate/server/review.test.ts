import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { testFolder } from '@nearside/core/testFolder.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readFiles, readLatest, readTrained } from '@nearside/train/models/read.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { expect, it } from 'vitest'
import { DEMO_PARAMETERS } from '../protocol/demoParameters.ts'
import { createHeldOutGate } from './heldOutGate.ts'
import { applyUpdate, layoutOf } from './nextModel.ts'
import { createFederation, LEADER } from './testFederation.ts'

const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url))
const shop = await readShop(path('data/online-retail'))
/**
 * The shop at the time when the gate (check of a round's model) judged the round. No shopper had come since the model's
 * training, so there were no test cases.
 */
const before = {
  ...shop,
  shoppers: shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.filter(({ time }) => time < Date.parse('2011-09-01')),
  })),
}

const TERMS = { ...DEMO_PARAMETERS, learningRate: 1 }

/** Directory with the shipped model, and with version 2, which a round made worse. */
async function spoiledModels(): Promise<string> {
  const models = testFolder()
  cpSync(path('public/models'), models, { recursive: true })
  const first = await readLatest(models)
  const update = first.manifest.features.map((f) => -2 * f.weight)
  const { manifest, files } = await applyUpdate(first, Float64Array.from(update), TERMS, '2')
  await publishModel(models, { manifest, files: await readFiles({ ...first, manifest }, files) })
  return models
}

const start = async (models: string, judges: typeof shop, takesBack?: boolean) =>
  createFederation({
    leader: { models, layout: layoutOf, gate: createHeldOutGate(judges), takesBack },
  })

const takenBack = async ({ fetch }: { fetch: typeof globalThis.fetch }) =>
  /^nearside_models_taken_back_total (\d+)$/m.exec(
    await (await fetch(`${LEADER}/metrics`)).text(),
  )?.[1]

it('a round’s model that ranks newer test cases worse than the last trained model is replaced by that model, once', async () => {
  const models = await spoiledModels()
  expect((await readTrained(models, await readLatest(models))).version).toBe('1')
  const unaware = await start(models, before, true)
  expect(await takenBack(unaware)).toBe('0')
  expect((await unaware.leader.store.current())?.policy.model.version).toBe('2')
  const kept = await start(models, shop, false)
  expect(await takenBack(kept)).toBe('0')
  expect((await readLatest(models)).version).toBe('2')

  const federation = await start(models, shop, true)
  const { leader, log } = federation
  expect(await takenBack(federation)).toBe('1')
  expect((await leader.store.current())?.policy.model.version).toBe('3')
  expect(log[0]).toMatch(
    /model 3 is version 1 once more, in place of 2: .* below that of version 1/,
  )
  const latest = await readLatest(models)
  expect((await readTrained(models, latest)).version).toBe('3')

  const again = await start(models, shop, true)
  expect(await takenBack(again)).toBe('0')
  expect((await readLatest(models)).version).toBe('3')
}, 120_000)
