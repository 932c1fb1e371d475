/**
 * @module Makes a base model from a catalog alone, for a shop without a log. The feature weights come from the logs of
 * other shops (`weights.json`). Items with similar titles count as neighbours, in place of items that are bought
 * together. Items have no popularity until shoppers' contributions bring counts.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { DEFAULT_COOCCURRENCE, type NeighbourLists } from '@nearside/core/features/cooccurrence.ts'
import { FEATURES } from '@nearside/core/features/features.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { groupBy } from '@nearside/core/groupBy.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { titleWords } from '@nearside/core/model/content.ts'
import { ENCODER_SHAPES } from '@nearside/core/model/encoder.ts'
import { type WrittenModel, writeBaseModel } from '@nearside/core/model/files.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import type { Tensor } from '@nearside/core/model/safetensors.ts'
import { DAY } from '@nearside/core/time.ts'
import { describeModel } from '../describeModel.ts'
import { NO_PRIOR } from '../pretrain.ts'
import { type PicturedItem, packPictures } from '../shop/pictureVectors.ts'
import taught from './weights.json' with { type: 'json' }

type Weights = Readonly<Record<string, { readonly scale: number; readonly weight: number }>>

/** Hold-out share for the manifest: if the shop has a log later, `evaluate` tests on this share of its shoppers. */
const HELD_OUT = 0.2

export function catalogStatistics(items: readonly Item[]): ItemStatistics {
  return buildStatistics(items, [], 0, { neighbours: contentNeighbours(items) })
}

/**
 * Makes the model. The same catalog on the same day gives the same files.
 * @param name the shop's name
 * @throws NearsideError `input-invalid` for fewer than two items
 */
export async function makeCatalogBase(
  name: string,
  items: readonly PicturedItem[],
  now: number,
  weights: Weights = taught.weights,
): Promise<WrittenModel> {
  if (items.length < 2)
    throw invalidInput(
      `the catalog has ${items.length} item${items.length === 1 ? '' : 's'}: ranking needs at least two`,
    )
  const statistics = catalogStatistics(items)
  const today = Math.floor(now / DAY) * DAY
  const records = FEATURES.map(({ name }) => recordOf(name, weights))
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
    // Item vectors are 0: without a log, they would add nothing to the similarity of titles.
    itemVectors: new Float32Array(items.length * DIMENSION),
    bias: new Float32Array(items.length),
    projection: new Float32Array(DIMENSION * DIMENSION),
    encoder: noEncoder(),
    featureWeights: Float32Array.from(records, ({ weight }) => weight),
    featureScale: Float32Array.from(records, ({ scale }) => scale),
    statistics,
    pictures: packPictures(items),
    prior: NO_PRIOR,
  }
  return writeBaseModel({ ...base, manifest: { ...base.manifest, source: 'catalog' } })
}

function recordOf(name: string, weights: Weights): FeatureRecord {
  const { scale, weight } = weights[name] ?? { scale: 1, weight: 0 }
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

/**
 * A word in more titles than this makes no items neighbours by itself, so that the time grows linearly with the number
 * of items. Such a word still counts in the similarity of titles that share a rarer word.
 */
const MOST_TITLES = 1000

/**
 * Neighbours of each item, in the format of `cooccurrence`, by the cosine of the titles' words (TF-IDF), highest first.
 */
export function contentNeighbours(
  items: readonly Item[],
): NeighbourLists & { readonly neighboursPerItem: number } {
  const { neighboursPerItem } = DEFAULT_COOCCURRENCE
  const found = items.flatMap(({ title }, row) =>
    titleWords(title ?? '').map((word) => ({ word, row })),
  )
  const titles = groupBy(found, ({ word }) => word)
  /** Squared inverse document frequency. */
  const rarity = (word: string) => Math.log(items.length / (titles.get(word)?.length ?? 1)) ** 2
  const words = items.map(({ title }) =>
    // Rare words come first: they find the neighbours, before common words add to the similarity.
    titleWords(title ?? '').sort((a, b) => rarity(b) - rarity(a)),
  )
  const norms = words.map((own) => Math.sqrt(own.reduce((sum, word) => sum + rarity(word), 0)))

  const cells = items.length * neighboursPerItem
  const neighbourItems = items.length > 65_535 ? new Uint32Array(cells) : new Uint16Array(cells)
  const neighbourWeights = new Float32Array(cells)
  const shared = new Float64Array(items.length)
  items.forEach((_, row) => {
    const met: number[] = []
    for (const word of words[row]) {
      const rows = titles.get(word) ?? []
      const rare = rarity(word)
      if (rare === 0) break
      const isCommon = rows.length > MOST_TITLES
      for (const { row: other } of rows) {
        if (other === row || (isCommon && shared[other] === 0)) continue
        if (shared[other] === 0) met.push(other)
        shared[other] += rare
      }
    }
    const likeness = Float32Array.from(met, (other) => shared[other] / (norms[row] * norms[other]))
    const first = row * neighboursPerItem
    neighbourItems.fill(row, first, first + neighboursPerItem)
    highestRows(likeness, neighboursPerItem).forEach((at, k) => {
      neighbourItems[first + k] = met[at]
      neighbourWeights[first + k] = Math.min(1, likeness[at])
    })
    for (const other of met) shared[other] = 0
  })
  return { neighbourItems, neighbourWeights, neighboursPerItem }
}
