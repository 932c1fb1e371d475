/** @module Makes a small synthetic shop for tests, whose regular customers buy their favourites, and a model for it. */

import type { Item } from '@nearside/core/catalog/item.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { FEATURE_COLUMN, FEATURE_COUNT, FEATURES } from '@nearside/core/features/features.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { PARAMETERS } from '@nearside/core/learning/fitProblem.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from '@nearside/core/model/baseModel.ts'
import { ENCODER_SHAPES } from '@nearside/core/model/encoder.ts'
import { MANIFEST_FORMAT } from '@nearside/core/model/manifest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import type { Tensor } from '@nearside/core/model/safetensors.ts'
import { DAY } from '@nearside/core/time.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import type { EvaluationInput } from './cases.ts'

export const START = Date.UTC(2024, 0, 1)
export const UNTIL = START + 60 * DAY

export function purchase(item: number, time: number, session: string): Interaction {
  return { item, name: 'purchase', time, session }
}

export interface TestShop {
  readonly name: string
  readonly items: readonly Item[]
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
}

/** Shop of regular customers with orders over 100 days; two of three order lines are one of five favourites. */
export function testShop(shoppers = 60, items = 30, seed = 1): TestShop {
  const random = createRandom(seed)
  return {
    name: 'testshop',
    dayOnly: false,
    items: Array.from({ length: items }, (_, i) => ({
      id: `item${i}`,
      title: `Thing ${i}`,
      price: 1 + (i % 7),
      category: `kind${i % 3}`,
    })),
    shoppers: Array.from({ length: shoppers }, (_, s) => {
      const favourites = Array.from({ length: 5 }, () => random.integer(items))
      const orders = 4 + random.integer(5)
      const interactions: Interaction[] = []
      for (let order = 0; order < orders; order++) {
        const time = START + Math.floor(((order + random.next()) / orders) * 100) * DAY + 3_600_000
        const lines = new Set(
          Array.from({ length: 3 }, () =>
            random.next() < 2 / 3 ? favourites[random.integer(5)] : random.integer(items),
          ),
        )
        for (const item of lines) interactions.push(purchase(item, time, `${s}-${order}`))
      }
      return { id: `shopper${s}`, interactions }
    }),
  }
}

export interface TestModelOptions {
  readonly holdout?: number
  readonly seed?: number
  readonly until?: number
  readonly prior?: Partial<PersonalPrior>
}

/** Makes a model that ranks by popularity and repeats, with weights set by hand and without an encoder. */
export function testModel(shop: TestShop, options: TestModelOptions = {}): BaseModel {
  const { holdout = 0.5, seed = 1, until = UNTIL } = options
  const training = shop.shoppers.filter(({ id }) => !isHeldOut(id, holdout, seed))
  const histories = training.map(({ interactions }) => interactions)
  const random = createRandom(9)
  const items = shop.items.length
  const featureWeights = new Float32Array(FEATURE_COUNT)
  featureWeights[FEATURE_COLUMN.bought180] = 2
  featureWeights[FEATURE_COLUMN.popularity30] = 0.5
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  return {
    manifest: {
      format: MANIFEST_FORMAT,
      version: '1',
      parent: null,
      shop: shop.name,
      items,
      dimension: DIMENSION,
      features: FEATURES.map(({ name }, f) => ({
        name,
        scale: 1,
        weight: featureWeights[f],
        kept: featureWeights[f] !== 0,
        reason: 'set by hand',
      })),
      files: [],
      data: { from: day(START), to: day(until - DAY), until: day(until) },
      seed,
      holdout: { fraction: holdout, shoppers: shop.shoppers.length - training.length },
      metrics: {},
    },
    itemIds: shop.items.map(({ id }) => id),
    itemVectors: Float32Array.from({ length: items * DIMENSION }, () => random.normal() / 8),
    bias: new Float32Array(items),
    projection: Float32Array.from({ length: DIMENSION ** 2 }, (_, i) =>
      i % (DIMENSION + 1) === 0 ? 1 : 0,
    ),
    featureWeights,
    featureScale: new Float32Array(FEATURE_COUNT).fill(1),
    encoder: new Map(
      Object.entries(ENCODER_SHAPES).map(([name, shape]): [string, Tensor] => {
        const size = shape.reduce((product: number, extent) => product * extent, 1)
        return [name, { shape: [...shape], data: new Float32Array(size) }]
      }),
    ),
    statistics: buildStatistics(shop.items, histories, until),
    prior: {
      mean: new Float32Array(PARAMETERS),
      variance: new Float32Array(PARAMETERS).fill(0.1),
      stepSize: new Float32Array(PARAMETERS).fill(0.02),
      steps: 10,
      fusionWeight: 0.5,
      halfLifeDays: 90,
      ...options.prior,
    },
  }
}

/** Evaluation input for a test shop, with half of its shoppers held out. */
export function testInput(
  shop: TestShop,
  changes: Partial<EvaluationInput> = {},
  model: TestModelOptions = {},
): EvaluationInput {
  return {
    model: testModel(shop, model),
    shoppers: shop.shoppers,
    dayOnly: false,
    isHeldOut: (id) => isHeldOut(id, 0.5, 1),
    until: UNTIL,
    protocol: 'personal',
    historyFrom: 'beginning',
    target: 'any',
    kinds: { purchases: true, others: false },
    serverKnows: 'orders',
    seed: 1,
    ...changes,
  }
}
