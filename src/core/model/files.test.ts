import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NearsideError } from '../error.ts'
import type { BaseModel } from './baseModel.ts'
import {
  describeFile,
  manifestBytes,
  readBaseModel,
  releaseShared,
  writeBaseModel,
} from './files.ts'
import { parseManifest } from './manifest.ts'
import { readSafetensors, type Tensor, writeSafetensors } from './safetensors.ts'
import { tinyModel, tinyTrees } from './testModel.ts'
import { TREES_FILE } from './trees.ts'

async function refusal(read: Promise<unknown>): Promise<NearsideError> {
  const thrown = await read.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(NearsideError)
  return thrown as NearsideError
}

/** Reads a model in which one tensor of one file is replaced, with hashes that fit the changed file. */
async function tampered(file: string, name: string, change: (tensor: Tensor) => Tensor | null) {
  const { manifest, files } = await writeBaseModel({ ...tinyModel(), trees: tinyTrees() })
  const tensors = new Map(readSafetensors(files.get(file) as Uint8Array))
  const changed = change(tensors.get(name) as Tensor)
  if (changed) tensors.set(name, changed)
  else tensors.delete(name)
  const bytes = writeSafetensors(tensors)
  const described = await describeFile(file, bytes)
  return readBaseModel(
    {
      ...manifest,
      files: manifest.files.map((known) => (known.name === file ? described : known)),
    },
    new Map([...files, [file, bytes]]),
  )
}

test('a written model is read back, and writing it again gives the same bytes', async () => {
  const model = tinyModel()
  const { manifest, files } = await writeBaseModel(model)
  const parsed = parseManifest(JSON.parse(new TextDecoder().decode(manifestBytes(manifest))))
  expect(parsed).toEqual(manifest)
  const read = await readBaseModel(parsed, files)
  const plain = ({ manifest: _, itemVectors: _i, content: _c, encoder: _e, ...rest }: BaseModel) =>
    rest
  expect(plain(read)).toEqual(plain(model))
  for (let k = 0; k < model.itemVectors.length; k++)
    expect(read.itemVectors[k]).toBeCloseTo(model.itemVectors[k], 6)
  expect([...read.encoder.keys()].sort()).toEqual([...model.encoder.keys()].sort())
  for (const [name, { shape, data }] of model.encoder) {
    const columns = shape[1] ?? 1
    const kept = read.encoder.get(name)
    expect(kept?.shape).toEqual(shape)
    data.forEach((value, k) => {
      const row = data.slice(k - (k % columns), k - (k % columns) + columns)
      // A matrix is stored in steps of 1/127 of its row's largest value, and a vector is stored exactly.
      const step = columns > 1 ? Math.max(...Array.from(row, Math.abs)) / 127 : 0
      expect(Math.abs((kept?.data[k] ?? Number.NaN) - value)).toBeLessThanOrEqual(step * 0.501)
    })
  }
  expect(read.content?.words).toEqual(model.content?.words)
  const again = await writeBaseModel(tinyModel())
  expect(again.manifest.files).toEqual(manifest.files)
})

test('trees are read back unchanged, and trees with invalid references are refused as corrupt', async () => {
  const trees = tinyTrees()
  const { manifest, files } = await writeBaseModel({ ...tinyModel(), trees })
  expect((await readBaseModel(manifest, files)).trees).toEqual(trees)
  const astray: [string, (data: Tensor['data']) => Tensor['data']][] = [
    ['next', (data) => (data as Uint16Array).with(1, 0)],
    ['next', (data) => (data as Uint16Array).with(1, data.length)],
    ['feature', (data) => (data as Uint8Array).with(0, 200)],
    ['roots', (data) => (data as Uint16Array).with(0, 65_000)],
    ['threshold', (data) => (data as Float32Array).slice(1)],
  ]
  for (const [name, change] of astray) {
    const error = await refusal(
      tampered(TREES_FILE, name, ({ data }) => {
        const changed = change(data)
        return { shape: [changed.length], data: changed }
      }),
    )
    expect([error.code, error.message]).toEqual([
      'model-corrupt',
      expect.stringContaining(TREES_FILE),
    ])
  }
})

const PICTURES = 'pictures.safetensors'

test('picture vectors are read back unchanged; models without picture vectors have no such file', async () => {
  const pictures = Int8Array.from({ length: 12 * 64 }, (_, k) => (k % 255) - 127)
  const { manifest, files } = await writeBaseModel({ ...tinyModel(), pictures })
  const parsed = parseManifest(JSON.parse(new TextDecoder().decode(manifestBytes(manifest))))
  const read = await readBaseModel(parsed, files)
  expect(read.pictures).toEqual(pictures)
  const before = await writeBaseModel(tinyModel())
  expect([...before.files.keys()]).not.toContain(PICTURES)
  expect((await readBaseModel(before.manifest, before.files)).pictures).toBeUndefined()
  // The model's other files stay the same, so that devices keep them.
  expect(manifest.files.filter(({ name }) => name !== PICTURES)).toEqual(before.manifest.files)
  const release = await releaseShared(read, '2', {}, false)
  expect(release.manifest.files.map(({ name }) => name)).toContain(PICTURES)
})

test.each([
  ['of 63 numbers each', [12, 63], Int8Array],
  ['of 13 items instead of 12', [13, 64], Int8Array],
  ['of another type', [12, 64], Float32Array],
] as const)('picture vectors %s are refused as corrupt', async (_, [rows, columns], Values) => {
  const { manifest, files } = await writeBaseModel({
    ...tinyModel(),
    pictures: new Int8Array(12 * 64),
  })
  const data = new Values(rows * columns)
  const bytes = writeSafetensors(new Map([['vectors', { shape: [rows, columns], data }]]))
  const described = await describeFile(PICTURES, bytes)
  const changed = manifest.files.map((file) => (file.name === PICTURES ? described : file))
  const reading = readBaseModel(
    { ...manifest, files: changed },
    new Map([...files, [PICTURES, bytes]]),
  )
  expect(await refusal(reading)).toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining(PICTURES),
  })
})

test('a model file that this version doesn’t know is ignored', async () => {
  const { manifest, files } = await writeBaseModel(tinyModel())
  const [name, bytes] = ['later.safetensors', writeSafetensors(new Map([['new', vector(3)]]))]
  const described = [...manifest.files, await describeFile(name, bytes)]
  const read = await readBaseModel(
    { ...manifest, files: described },
    new Map([...files, [name, bytes]]),
  )
  expect(read.bias).toEqual((await readBaseModel(manifest, files)).bias)
})

test('a model without content tables is valid', async () => {
  const { manifest, files } = await writeBaseModel({ ...tinyModel(), content: undefined })
  expect((await readBaseModel(manifest, files)).content).toBeUndefined()
})

test('a flipped bit or a missing byte gives the error model-corrupt, which names the file', async () => {
  const { manifest, files } = await writeBaseModel(tinyModel(4))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files.keys()),
      fc.nat(),
      fc.nat(7),
      async (name, at, bit) => {
        const bytes = (files.get(name) as Uint8Array).slice()
        bytes[at % bytes.length] ^= 1 << bit
        const flipped = await refusal(readBaseModel(manifest, new Map([...files, [name, bytes]])))
        expect(flipped.code).toBe('model-corrupt')
        expect(flipped.message).toContain(name)
        const cut = bytes.subarray(0, at % bytes.length)
        const shorter = await refusal(readBaseModel(manifest, new Map([...files, [name, cut]])))
        expect(shorter.code).toBe('model-corrupt')
        const without = new Map([...files].filter(([other]) => other !== name))
        expect((await refusal(readBaseModel(manifest, without))).message).toBe(`${name} is missing`)
      },
    ),
    { numRuns: 40 },
  )
})

const vector = (length: number) => ({ shape: [length], data: new Float32Array(length) })

test.each<[string, string, (tensor: Tensor) => Tensor | null]>([
  ['shared.safetensors', 'bias', () => vector(5)],
  ['shared.safetensors', 'bias', () => null],
  [
    'shared.safetensors',
    'prior_variance',
    ({ shape, data }) => ({ shape, data: data.map(() => -1) }),
  ],
  [
    'shared.safetensors',
    'prior_recipe',
    () => ({ shape: [3], data: Float32Array.of(30, 1.5, 60) }),
  ],
  [
    'shared.safetensors',
    'prior_recipe',
    () => ({ shape: [3], data: Float32Array.of(1e4, 0.5, 60) }),
  ],
  ['encoder.safetensors', 'query_vectors', () => vector(64 * 64)],
  ['encoder.safetensors', 'norm1_bias', () => null],
  ['items.safetensors', 'item_scale', ({ shape, data }) => ({ shape, data: data.map(() => -1) })],
  ['popularity.safetensors', 'item_ids', () => ({ shape: [2], data: Uint8Array.of(65, 10) })],
  ['popularity.safetensors', 'item_ids', () => ({ shape: [1], data: Uint8Array.of(0xff) })],
  ['items.safetensors', 'price_vectors', () => ({ shape: [1, 64], data: new Int8Array(64) })],
  [
    'statistics.safetensors',
    'neighbour_items',
    ({ shape, data }) => ({ shape, data: data.map(() => 12) }),
  ],
  [
    'statistics.safetensors',
    'category',
    ({ shape, data }) => ({ shape, data: Float32Array.from(data) }),
  ],
])('a well-formed %s with a wrong tensor %s is refused', async (file, name, change) => {
  const error = await refusal(tampered(file, name, change))
  expect(error.code).toBe('model-corrupt')
  expect(error.message).toContain(name === 'prior_recipe' ? file : name.split('_')[0].slice(0, 3))
})

test('learned event weights are read back unchanged, and a negative event weight is refused as corrupt', async () => {
  const model = tinyModel()
  const eventWeights = { purchase: 3, cart: 3, view: 0.5 }
  const written = await writeBaseModel({ ...model, prior: { ...model.prior, eventWeights } })
  const read = await readBaseModel(written.manifest, written.files)
  expect(read.prior).toEqual({ ...model.prior, eventWeights })
  const bad = { ...model.prior, eventWeights: { ...eventWeights, view: -1 } }
  const { manifest, files } = await writeBaseModel({ ...model, prior: bad })
  expect((await refusal(readBaseModel(manifest, files))).code).toBe('model-corrupt')
})

test('a model of another dimension or with other features gives the error model-incompatible', async () => {
  const { manifest, files } = await writeBaseModel(tinyModel())
  expect((await refusal(readBaseModel({ ...manifest, dimension: 32 }, files))).code).toBe(
    'model-incompatible',
  )
  const features = manifest.features.slice(1)
  expect((await refusal(readBaseModel({ ...manifest, features }, files))).code).toBe(
    'model-incompatible',
  )
})

test('a model with non-finite weights can’t be written', async () => {
  const model = tinyModel()
  model.bias[3] = Number.NaN
  expect((await refusal(writeBaseModel(model))).code).toBe('model-corrupt')
})

test('a federated release changes only the file shared.safetensors', async () => {
  const { manifest, files } = await writeBaseModel(tinyModel())
  const model = await readBaseModel(manifest, files)
  const projection = model.projection.map((value, k) => value + (k % 65 === 0 ? 0.01 : 0))
  const release = await releaseShared({ ...model, projection }, '2', { 'ndcg@10': 0.31 }, false)
  expect(release.manifest).toMatchObject({ version: '2', parent: '1' })
  const changed = release.manifest.files.filter(
    ({ sha256 }) => !manifest.files.some((known) => known.sha256 === sha256),
  )
  expect(changed.map(({ name }) => name)).toEqual(['shared.safetensors'])
  const read = await readBaseModel(
    parseManifest(structuredClone(release.manifest)),
    new Map([...files, ...release.files]),
  )
  expect(read.projection).toEqual(projection)
})
