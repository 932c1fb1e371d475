import { expect, test } from 'vitest'
import { NO_CONTEXT } from '../features/context/context.ts'
import { CONTEXT_CODE, contextFeature } from '../features/context/contextFeatures.ts'
import type { BaseModel } from './baseModel.ts'
import { dequantizeRows, quantizeRows } from './fields.ts'
import {
  describeFile,
  manifestBytes,
  readBaseModel,
  releaseShared,
  writeBaseModel,
} from './files.ts'
import { parseManifest } from './manifest.ts'
import { createRandom } from './random.ts'
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts'
import { scoreTerms, withContext } from './score.ts'
import { tinyModel } from './testModel.ts'

const ITEMS = 12
const FILE = 'context.safetensors'

function contextModel(): BaseModel {
  const model = tinyModel(ITEMS)
  const random = createRandom(3)
  const lifts = Float32Array.from({ length: 2 * ITEMS }, () => random.normal())
  const record = { name: 'weatherLift', scale: 1, weight: 0.5, kept: true, reason: 'by hand' }
  const term = (name: string, weight: number) => ({ feature: contextFeature(name)!, weight })
  return {
    ...model,
    manifest: { ...model.manifest, contextFeatures: [record] },
    statistics: {
      ...model.statistics,
      context: [
        // The lifts are rounded to int8 steps, as a model file stores them.
        {
          kind: 'weather',
          values: ['rain', 'snow & ice'],
          lifts: dequantizeRows(quantizeRows(lifts, ITEMS), ITEMS),
        },
      ],
    },
    context: {
      terms: [term('weatherLift', 0.5), term('discount', 0.25)],
      code: CONTEXT_CODE,
      contexts: NO_CONTEXT,
    },
  }
}

/** Reads a model in which one tensor of the context file is replaced, with hashes that fit the changed file. */
async function tampered(name: string, change: (tensor: Tensor) => Tensor) {
  const { manifest, files } = await writeBaseModel(contextModel())
  const tensors = new Map(readSafetensors(files.get(FILE)!))
  tensors.set(name, change(tensors.get(name)!))
  const bytes = writeSafetensors(tensors)
  const described = await describeFile(FILE, bytes)
  const known = manifest.files.map((file) => (file.name === FILE ? described : file))
  return readBaseModel({ ...manifest, files: known }, new Map([...files, [FILE, bytes]]))
}

test('context terms and lifts (changes of demand) are unchanged after writing, reading and a federated update', async () => {
  const model = contextModel()
  const written = await writeBaseModel(model)
  const parsed = parseManifest(
    JSON.parse(new TextDecoder().decode(manifestBytes(written.manifest))),
  )
  expect(parsed).toEqual(written.manifest)
  const read = await readBaseModel(parsed, written.files)
  expect(read.context).toEqual(model.context)
  expect(read.statistics.context).toEqual(model.statistics.context)
  const { manifest, files } = await releaseShared(read, '2', {}, false)
  const next = await readBaseModel(manifest, new Map([...written.files, ...files]))
  expect(next.context).toEqual(model.context)
})

test('a model without context terms has no context file', async () => {
  const { files } = await writeBaseModel(tinyModel())
  expect([...files.keys()]).not.toContain(FILE)
})

test('a damaged context file is refused as corrupt', async () => {
  const text = (value: string) => () => {
    const data = new TextEncoder().encode(value)
    return { shape: [data.length], data }
  }
  await expect(tampered('terms', text('weatherLift\nmagic\n'))).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining("'magic'"),
  })
  const notFinite = { shape: [2], data: Float32Array.of(1, Number.NaN) }
  await expect(tampered('weights', () => notFinite)).rejects.toMatchObject({
    code: 'model-corrupt',
  })
  await expect(tampered('weather_values', text('rain\n'))).rejects.toMatchObject({
    code: 'model-corrupt',
  })
})

test('context terms add weight × lift and weight × discount to the scores', () => {
  const model = contextModel()
  const history = [{ item: 1, name: 'purchase' as const, time: 0, session: 'a' }]
  const scores = (known: typeof NO_CONTEXT) =>
    scoreTerms(withContext(model, known), history, 1).base
  const silent = scores(NO_CONTEXT)
  const { context: _, ...plain } = model
  expect(silent).toEqual(scoreTerms(plain, history, 1).base)
  const discounts = Float32Array.from({ length: ITEMS }, (_, item) => item / 10)
  const said = scores({ at: () => ({ weather: 'snow & ice' }), discountsAt: () => discounts })
  const lifts = model.statistics.context![0].lifts.subarray(ITEMS)
  said.forEach((score, item) => {
    expect(score).toBeCloseTo(silent[item] + 0.5 * lifts[item] + 0.25 * discounts[item], 5)
  })
})
