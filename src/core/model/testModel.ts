/** @module Makes a small valid model of random numbers, for tests. */
import { FEATURE_COUNT, FEATURES } from '../features/features.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import { ENCODER_SHAPES } from './encoder.ts'
import { dequantizeRows, quantizeRows } from './fields.ts'
import { MANIFEST_FORMAT } from './manifest.ts'
import { createRandom } from './random.ts'
import { LEAF, type Trees } from './trees.ts'

const WORDS = ['blue', 'cup', 'red']
const CATEGORIES = ['', 'kitchen', 'garden']
const GROUPS = 4
const BANDS = 3

export function tinyModel(items = 12, seed = 1): BaseModel {
  const random = createRandom(seed)
  const normal = (length: number, deviation: number) =>
    Float32Array.from({ length }, () => deviation * random.normal())
  // The values are rounded to int8 steps, as a model file stores them.
  const table = (rows: number) =>
    dequantizeRows(quantizeRows(normal(rows * DIMENSION, 0.2), DIMENSION), DIMENSION)
  const neighboursPerItem = 4
  const encoder = Object.entries(ENCODER_SHAPES).map(([name, shape]) => {
    const count = shape.reduce((product: number, extent) => product * extent, 1)
    return [name, { shape: [...shape], data: normal(count, 0.2) }] as const
  })
  const featureWeights = normal(FEATURE_COUNT, 0.3)
  const parameters = DIMENSION + FEATURE_COUNT
  return {
    manifest: {
      format: MANIFEST_FORMAT,
      version: '1',
      parent: null,
      shop: 'tiny',
      items,
      dimension: DIMENSION,
      features: FEATURES.map(({ name }, f) => ({
        name,
        scale: 1,
        weight: featureWeights[f],
        kept: true,
        reason: 'random',
      })),
      files: [],
      data: { from: '2024-01-01', to: '2024-02-29', until: '2024-03-01' },
      seed,
      holdout: { fraction: 0.2, shoppers: 3 },
      metrics: { 'ndcg@10': 0.3 },
    },
    itemIds: Array.from({ length: items }, (_, i) => `item ${i}`),
    itemVectors: table(items),
    bias: normal(items, 0.1),
    projection: normal(DIMENSION * DIMENSION, 0.1),
    featureWeights,
    featureScale: new Float32Array(FEATURE_COUNT).fill(1),
    encoder: new Map(encoder),
    statistics: {
      items,
      neighboursPerItem,
      neighbourItems: Uint16Array.from({ length: items * neighboursPerItem }, () =>
        random.integer(items),
      ),
      neighbourWeights: Float32Array.from(
        { length: items * neighboursPerItem },
        (_, k) => (200 - 40 * (k % neighboursPerItem)) / 255,
      ),
      popularity7: normal(items, 1).map(Math.abs),
      popularity30: normal(items, 1).map(Math.abs),
      popularityAll: normal(items, 1).map(Math.abs),
      logPrice: normal(items, 1),
      category: Uint16Array.from({ length: items }, () => random.integer(CATEGORIES.length)),
      peerGroup: Uint16Array.from({ length: items }, (_, item) => item % GROUPS),
      ageDays: normal(items, 100).map(Math.abs),
      repeatRate: Float32Array.from({ length: items }, () => random.next()),
    },
    prior: {
      mean: normal(parameters, 0.01),
      variance: normal(parameters, 0.1).map(Math.abs),
      stepSize: normal(parameters, 0.01).map(Math.abs),
      steps: 30,
      fusionWeight: 0.5,
      halfLifeDays: 60,
    },
    content: {
      words: WORDS,
      wordVectors: table(WORDS.length),
      categories: CATEGORIES,
      categoryVectors: table(CATEGORIES.length),
      priceEdges: Float32Array.of(0, 1),
      priceVectors: table(BANDS),
    },
  }
}

const TREES = 6

/** Trees with two inner nodes and three leaves each, on random features. */
export function tinyTrees(seed = 1): Trees {
  const random = createRandom(seed)
  const nodes = Array.from({ length: TREES }, (_, tree) => {
    const root = 5 * tree
    const ask = () => random.integer(FEATURE_COUNT)
    const worth = () => 0.5 * random.normal()
    return [
      { feature: ask(), threshold: random.normal(), next: root + 1, value: 0 },
      { feature: ask(), threshold: random.normal(), next: root + 3, value: worth() },
      { feature: LEAF, threshold: 0, next: 0, value: worth() },
      { feature: LEAF, threshold: 0, next: 0, value: worth() },
      { feature: LEAF, threshold: 0, next: 0, value: worth() },
    ]
  }).flat()
  return {
    roots: Uint16Array.from({ length: TREES }, (_, tree) => 5 * tree),
    feature: Uint8Array.from(nodes, ({ feature }) => feature),
    threshold: Float32Array.from(nodes, ({ threshold }) => threshold),
    next: Uint16Array.from(nodes, ({ next }) => next),
    value: Float32Array.from(nodes, ({ value }) => value),
  }
}
