/**
 * @module Makes a small shop for tests: 32 items in 4 categories, and its model as the bytes that a server sends. Items
 * co-occur within their category; later items are more popular.
 */
import { sha256Hex } from '../bytes.ts'
import type { Item } from '../catalog/item.ts'
import { FEATURE_COLUMN, FEATURE_COUNT, FEATURES } from '../features/features.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import { ENCODER_SHAPES } from './encoder.ts'
import { manifestBytes, writeBaseModel } from './files.ts'
import { MANIFEST_FORMAT } from './manifest.ts'
import { createRandom } from './random.ts'
import type { Tensors } from './safetensors.ts'

export const ITEMS = 32
export const CATEGORIES = ['mugs', 'cards', 'lights', 'bags']

export const testCatalog: readonly Item[] = Array.from({ length: ITEMS }, (_, i) => ({
  id: `item-${i}`,
  title: `Thing number ${i}`,
  category: CATEGORIES[i % 4],
  price: 1 + i,
}))

export function testModel(version: string, seed = 7): BaseModel {
  const random = createRandom(seed)
  const vector = (length: number, value: (i: number) => number) =>
    Float32Array.from({ length }, (_, i) => value(i))
  const parameters = DIMENSION + FEATURE_COUNT
  const encoder: Tensors = new Map(
    Object.entries(ENCODER_SHAPES).map(([name, shape]) => {
      const length = (shape as readonly number[]).reduce((a, b) => a * b, 1)
      const value = name.endsWith('_scale') ? () => 1 : () => 0.05 * random.normal()
      return [name, { shape, data: vector(length, value) }]
    }),
  )
  // The neighbours of an item are the next three items of the same category, cyclically.
  const neighboursPerItem = 3
  const neighbourItems = new Uint16Array(ITEMS * neighboursPerItem)
  const neighbourWeights = new Float32Array(ITEMS * neighboursPerItem)
  for (let i = 0; i < ITEMS; i++) {
    for (let k = 0; k < neighboursPerItem; k++) {
      neighbourItems[i * neighboursPerItem + k] = (i + 4 * (k + 1)) % ITEMS
      neighbourWeights[i * neighboursPerItem + k] = 1 - k / 4
    }
  }
  const featureWeights = new Float32Array(FEATURE_COUNT)
  featureWeights[FEATURE_COLUMN.cooccurrenceRecent] = 3
  featureWeights[FEATURE_COLUMN.boughtBefore] = 2
  featureWeights[FEATURE_COLUMN.categoryAffinity] = 0.5
  const zeros = new Float32Array(ITEMS)
  return {
    manifest: {
      format: MANIFEST_FORMAT,
      version,
      parent: null,
      shop: 'test',
      items: ITEMS,
      dimension: DIMENSION,
      features: FEATURES.map(({ name }, f) => ({
        name,
        scale: 1,
        weight: featureWeights[f],
        kept: true,
        reason: 'test',
      })),
      files: [],
      data: { from: '2020-01-01', to: '2020-12-31', until: '2021-01-01' },
      seed,
      holdout: { fraction: 0, shoppers: 0 },
      metrics: {},
    },
    itemIds: testCatalog.map(({ id }) => id),
    itemVectors: vector(ITEMS * DIMENSION, () => 0.1 * random.normal()),
    bias: vector(ITEMS, (i) => i / ITEMS),
    projection: new Float32Array(DIMENSION * DIMENSION),
    featureWeights,
    featureScale: new Float32Array(FEATURE_COUNT).fill(1),
    encoder,
    statistics: {
      items: ITEMS,
      neighboursPerItem,
      neighbourItems,
      neighbourWeights,
      popularity7: zeros,
      popularity30: vector(ITEMS, (i) => i / ITEMS),
      popularityAll: vector(ITEMS, (i) => i / ITEMS),
      logPrice: vector(ITEMS, (i) => Math.log(1 + i)),
      category: Uint16Array.from({ length: ITEMS }, (_, i) => 1 + (i % 4)),
      peerGroup: Uint16Array.from({ length: ITEMS }, (_, i) => 1 + (i % 4)),
      ageDays: vector(ITEMS, () => 100),
      repeatRate: zeros,
    },
    prior: {
      mean: new Float32Array(parameters),
      variance: new Float32Array(parameters).fill(0.1),
      stepSize: new Float32Array(parameters).fill(0.05),
      steps: 30,
      fusionWeight: 0.5,
      halfLifeDays: 90,
    },
  }
}

/** Files of a server that serves only this model, by path below the model directory. */
export async function filesOf(model: BaseModel): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { version } = model.manifest
  const { manifest, files } = await writeBaseModel(model)
  const bytes = manifestBytes(manifest)
  const latest = JSON.stringify({ version, manifest: await sha256Hex(bytes) })
  return new Map([
    ['latest.json', new TextEncoder().encode(latest)],
    [`${version}/manifest.json`, bytes],
    ...[...files].map(([name, file]) => [`${version}/${name}`, file] as const),
  ])
}

export const testModelFiles = (version: string, seed?: number) => filesOf(testModel(version, seed))

export const TEST_MODEL_URL = 'https://shop.test/models/'

/** Model server. A test can replace its files and switch it off while a device runs. */
export class TestServer {
  files: Map<string, Uint8Array<ArrayBuffer>>
  online = true
  readonly requests: { url: string; init: RequestInit | undefined }[] = []

  constructor(files: Map<string, Uint8Array<ArrayBuffer>>) {
    this.files = files
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input)
    this.requests.push({ url, init })
    if (!this.online) throw new TypeError('Failed to fetch')
    const file = this.files.get(url.slice(TEST_MODEL_URL.length))
    return file ? new Response(file) : new Response(null, { status: 404 })
  }
}
