import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { testFolder } from '@nearside/core/testFolder.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readFiles, readLatest, readModel } from '@nearside/train/models/read.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { describe, expect, it } from 'vitest'
import { norm } from '../privacy/clip.ts'
import { DEMO_PARAMETERS } from '../protocol/demoParameters.ts'
import { dimensionOf } from '../protocol/policy.ts'
import { createHeldOutGate, unmeasuredGate } from './heldOutGate.ts'
import { applyUpdate, distanceOf, layoutOf, readCandidate } from './nextModel.ts'

const path = (relative: string) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url))
const parent = await readLatest(path('public/models'))
const model = await readModel(path('public/models'))
const shop = await readShop(path('data/online-retail'))
const dimension = dimensionOf({ parameters: layoutOf(parent) })
const WHOLE = { ...DEMO_PARAMETERS, learningRate: 1 }
const HALF = { ...DEMO_PARAMETERS, learningRate: 0.5 }

describe('the next model', () => {
  it('the next model differs only in the feature weights, by the learning rate times the mean update', async () => {
    const mean = Float64Array.from({ length: dimension }, (_, i) => (i + 1) / 1000)
    const candidate = await applyUpdate(parent, mean, HALF, '2')
    expect([...candidate.files.keys()]).toEqual(['shared.safetensors'])
    expect(candidate.manifest).toMatchObject({ version: '2', parent: parent.version })
    const next = await readCandidate(parent, candidate)
    expect(next.projection).toEqual(model.projection)
    for (const [f, weight] of next.featureWeights.entries()) {
      expect(weight).toBeCloseTo(model.featureWeights[f] + 0.5 * mean[f], 6)
      expect(candidate.manifest.features[f].weight).toBe(weight)
    }
    expect(next.bias).toEqual(model.bias)
    expect(next.itemVectors).toEqual(model.itemVectors)
    // The result is deterministic, so a leader that dies while publishing makes the same bytes again.
    const again = await applyUpdate(parent, mean, HALF, '2')
    expect(again.manifest).toEqual(candidate.manifest)
    expect(again.files).toEqual(candidate.files)
  })

  it('the next model adds momentum from the step of the round that made its parent', async () => {
    const mean = Float64Array.from({ length: dimension }, (_, i) => (i + 1) / 1000)
    const first = await applyUpdate(parent, mean, { ...HALF, momentum: 0.9 }, '2')
    expect(first).toEqual(await applyUpdate(parent, mean, HALF, '2'))
    const models = testFolder()
    cpSync(path('public/models'), models, { recursive: true })
    const files = await readFiles({ ...parent, manifest: first.manifest }, first.files)
    await publishModel(models, { manifest: first.manifest, files })
    const second = await applyUpdate(
      await readLatest(models),
      mean,
      { ...HALF, momentum: 0.9 },
      '3',
    )
    for (const [f, { weight }] of second.manifest.features.entries())
      expect(weight).toBeCloseTo(model.featureWeights[f] + (0.5 + 0.5 + 0.45) * mean[f], 6)
  })

  it('an update of the wrong length gives no next model', async () => {
    await expect(applyUpdate(parent, new Float64Array(3), HALF, '2')).rejects.toMatchObject({
      code: 'model-incompatible',
    })
  })
})

describe('the held-out gate', () => {
  it('the held-out gate accepts a model that ranks as well as its parent, and rejects a worse model', async () => {
    const gate = createHeldOutGate(shop)
    const same = await applyUpdate(parent, new Float64Array(dimension), WHOLE, '2')
    const verdict = await gate(parent, same, parent)
    expect(verdict.accepted).toBe(true)
    expect(verdict.metrics['ndcg@10 after']).toBe(verdict.metrics['ndcg@10 before'])
    expect(verdict.metrics['ndcg@10 before']).toBeGreaterThan(0.1)

    const inverted = Float64Array.from(model.featureWeights, (weight) => -2 * weight)
    const worse = await gate(parent, await applyUpdate(parent, inverted, WHOLE, '2'), parent)
    expect(worse.accepted).toBe(false)
    expect(worse.reasons[0]).toMatch(/NDCG@10 .* would fall by \d/)
  })

  it('the held-out gate rejects a model that equals its parent but is worse than the last trained model', async () => {
    const gate = createHeldOutGate(shop)
    // Many rounds have slowly made this parent worse.
    const step = Float64Array.from(model.featureWeights, (weight) => -2 * weight)
    const spoiled = await applyUpdate(parent, step, WHOLE, '2')
    const models = testFolder()
    const files = await readFiles(
      { manifest: spoiled.manifest, directory: parent.directory },
      spoiled.files,
    )
    await publishModel(models, { manifest: spoiled.manifest, files })
    const child = await readLatest(models)
    const same = await applyUpdate(child, new Float64Array(dimension), WHOLE, '3')
    const verdict = await gate(child, same, parent)
    expect(verdict.metrics['ndcg@10 after']).toBe(verdict.metrics['ndcg@10 before'])
    expect(verdict.accepted).toBe(false)
    expect(verdict.reasons).toEqual([
      expect.stringMatching(
        /would be \d+\.\d % below that of version 1, the last that was trained/,
      ),
    ])
    expect(await distanceOf(parent, same)).toBeCloseTo(norm(step), 4)
  })

  it('the held-out gate accepts a model without measuring it if there are no test cases', async () => {
    const same = await applyUpdate(parent, new Float64Array(dimension), WHOLE, '2')
    const unmeasured = { accepted: true, reasons: [], metrics: { cases: 0 } }
    expect(await unmeasuredGate(parent, same, parent)).toEqual(unmeasured)
    const gate = createHeldOutGate({ ...shop, shoppers: [] })
    expect(await gate(parent, same, parent)).toEqual(unmeasured)
  })
})
