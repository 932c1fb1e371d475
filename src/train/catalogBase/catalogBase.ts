/**
 * @module Makes a base model from a catalog alone, for a shop without a log. Its weights were taught once by other
 * shops' logs (`weights.json`). Popularity is unknown; titles take the place of co-occurrence.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { FEATURES } from '@nearside/core/features/features.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { ENCODER_SHAPES } from '@nearside/core/model/encoder.ts'
import { type WrittenModel, writeBaseModel } from '@nearside/core/model/files.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import type { Tensor } from '@nearside/core/model/tensor.ts'
import { DAY } from '@nearside/core/time.ts'
import { describeModel } from '../describeModel.ts'
import { NO_PRIOR } from '../pretrain.ts'
import { contentNeighbours } from './contentNeighbours.ts'
import taught from './weights.json' with { type: 'json' }

const WEIGHTS: Readonly<Record<string, { readonly scale: number; readonly weight: number }>> =
  taught.weights

/**
 * No log trained this model. `evaluate` tests it on a fifth of a later log's shoppers and tunes baselines on the
 * rest.
 */
const HELD_OUT = 0.2

/** Statistics of a catalog: no shoppers are counted, and neighbours have similar titles. */
export function catalogStatistics(items: readonly Item[]): ItemStatistics {
  return buildStatistics(items, [], 0, { neighbours: contentNeighbours(items) })
}

/**
 * Makes the model. The same catalog on the same day gives the same files.
 * @param name the shop's name
 * @param now milliseconds since the epoch
 * @throws NearsideError `input-invalid` for fewer than two items
 */
export async function makeCatalogBase(
  name: string,
  items: readonly Item[],
  now: number,
): Promise<WrittenModel> {
  if (items.length < 2)
    throw new NearsideError(
      'input-invalid',
      `the catalog has ${items.length} item${items.length === 1 ? '' : 's'}: ranking needs at least two`,
    )
  const statistics = catalogStatistics(items)
  const today = Math.floor(now / DAY) * DAY
  const records = FEATURES.map(({ name }) => recordOf(name))
  const base: BaseModel = {
    manifest: describeModel({
      seed: 1,
      shop: { name, items },
      split: { heldOut: 0, from: today, to: today, until: today },
      heldOutShare: HELD_OUT,
      heldOutHash: {},
      records,
      hasContext: false,
      report: null,
      metrics: {},
    }),
    itemIds: items.map(({ id }) => id),
    // Zeros, because without a log vectors would add nothing to the titles.
    itemVectors: new Float32Array(items.length * DIMENSION),
    bias: new Float32Array(items.length),
    projection: new Float32Array(DIMENSION * DIMENSION),
    encoder: noEncoder(),
    featureWeights: Float32Array.from(records, ({ weight }) => weight),
    featureScale: Float32Array.from(records, ({ scale }) => scale),
    statistics,
    prior: NO_PRIOR,
  }
  return writeBaseModel({ ...base, manifest: { ...base.manifest, source: 'catalog' } })
}

/** A feature that `weights.json` lacks has weight 0. */
function recordOf(name: string): FeatureRecord {
  const { scale, weight } = WEIGHTS[name] ?? { scale: 1, weight: 0 }
  const kept = weight !== 0
  return { name, scale, weight, kept, reason: kept ? 'taught by other shops' : 'not taught' }
}

/** An encoder whose output is 0. */
function noEncoder(): ReadonlyMap<string, Tensor> {
  const zeros = (shape: readonly number[]) =>
    new Float32Array(shape.reduce((product, length) => product * length, 1))
  return new Map(
    Object.entries(ENCODER_SHAPES).map(([name, shape]) => [name, { shape, data: zeros(shape) }]),
  )
}
