/**
 * @module Converts the files of a base model to named tensors and back. A federated update rewrites only `shared` and,
 * if it counts items, `popularity`. `popularity` suffices for a cold-start user's list until the other files arrive.
 */
import type { EventWeights } from '../events/strength.ts'
import type { ItemStatistics } from '../features/itemStatistics.ts'
import { type BaseModel, DIMENSION, type PersonalPrior } from './baseModel.ts'
import type { ContentTables } from './content.ts'
import { ENCODER_SHAPES, encoderWeights } from './encoder.ts'
import {
  corrupt,
  notNegative,
  readRows,
  readStrings,
  rows,
  strings,
  type Take,
  taker,
  vector,
} from './fields.ts'
import type { Tensor, TensorData, Tensors } from './safetensors.ts'

export const MODEL_FILES = {
  popularity: 'popularity.safetensors',
  items: 'items.safetensors',
  statistics: 'statistics.safetensors',
  encoder: 'encoder.safetensors',
  shared: 'shared.safetensors',
  /** Exists only if training found contexts (such as the weather) that help. */
  context: 'context.safetensors',
  /** Exists only if the catalog has picture vectors. */
  pictures: 'pictures.safetensors',
} as const

export interface PopularityPart
  extends Pick<BaseModel, 'itemIds'>,
    Pick<ItemStatistics, keyof typeof POPULARITY> {}

type ItemsPart = Pick<BaseModel, 'itemVectors' | 'content'>
type StatisticsPart = Omit<ItemStatistics, keyof typeof POPULARITY | 'context'>
type SharedPart = Pick<
  BaseModel,
  'projection' | 'bias' | 'featureWeights' | 'featureScale' | 'prior'
>

export function popularityToTensors({ itemIds, statistics }: BaseModel): Tensors {
  return new Map([['item_ids', strings(itemIds)], ...namedVectors(POPULARITY, statistics)])
}

export function popularityFromTensors(tensors: Tensors, items: number): PopularityPart {
  const take = taker(tensors, MODEL_FILES.popularity)
  const itemIds = readStrings(take('item_ids', Uint8Array, null), 'item_ids')
  if (itemIds.length !== items || new Set(itemIds).size !== items)
    throw corrupt(
      `${MODEL_FILES.popularity} names ${itemIds.length} items, the manifest ${items}, or repeats one`,
    )
  return { itemIds, ...vectors(take, POPULARITY, items) }
}

export function itemsToTensors({ itemVectors, content }: ItemsPart): Tensors {
  return new Map([
    ...rows('item', itemVectors, DIMENSION),
    ...(content ? contentToTensors(content) : []),
  ])
}

export function itemsFromTensors(tensors: Tensors, items: number): ItemsPart {
  const take = taker(tensors, MODEL_FILES.items)
  return {
    itemVectors: readRows(take, 'item', items),
    content: tensors.has('words') ? contentFromTensors(take) : undefined,
  }
}

function contentToTensors(content: ContentTables): [string, Tensor][] {
  return [
    ['words', strings(content.words)],
    ...rows('word', content.wordVectors, DIMENSION),
    ['categories', strings(content.categories)],
    ...rows('category', content.categoryVectors, DIMENSION),
    ['price_edges', vector(content.priceEdges)],
    ...rows('price', content.priceVectors, DIMENSION),
  ]
}

function contentFromTensors(take: Take): ContentTables {
  const words = readStrings(take('words', Uint8Array, null), 'words')
  const categories = readStrings(take('categories', Uint8Array, null), 'categories')
  const priceEdges = take('price_edges', Float32Array, null)
  return {
    words,
    wordVectors: readRows(take, 'word', words.length),
    categories,
    categoryVectors: readRows(take, 'category', categories.length),
    priceEdges,
    priceVectors: readRows(take, 'price', priceEdges.length + 1),
  }
}

const POPULARITY = {
  popularity7: 'popularity_7',
  popularity30: 'popularity_30',
  popularityAll: 'popularity_all',
} as const

const PER_ITEM = {
  logPrice: 'log_price',
  ageDays: 'age_days',
  repeatRate: 'repeat_rate',
} as const

export function statisticsToTensors(statistics: ItemStatistics): Tensors {
  const { items, neighboursPerItem } = statistics
  const weights = Uint8Array.from(statistics.neighbourWeights, (weight) =>
    // At least 1, because 0 would mean that the item is no neighbour.
    weight > 0 ? Math.max(1, Math.round(Math.min(1, weight) * 255)) : 0,
  )
  return new Map<string, Tensor>([
    [
      'neighbour_items',
      { shape: [items, neighboursPerItem], data: statistics.neighbourItems as TensorData },
    ],
    ['neighbour_weights', { shape: [items, neighboursPerItem], data: weights }],
    ['category', vector(statistics.category as TensorData)],
    ['peer_group', vector(statistics.peerGroup as TensorData)],
    ...namedVectors(PER_ITEM, statistics),
  ])
}

/** @param known number of items that can be neighbours: all of the catalog, of which a shard has only `items` */
export function statisticsFromTensors(
  tensors: Tensors,
  items: number,
  known = items,
): StatisticsPart {
  const file = MODEL_FILES.statistics
  const take = taker(tensors, file)
  const neighbours = tensors.get('neighbour_items')
  const neighboursPerItem = neighbours?.shape[1] ?? 0
  const shape = [items, neighboursPerItem]
  const neighbourItems =
    neighbours?.data instanceof Uint32Array
      ? take('neighbour_items', Uint32Array, shape)
      : take('neighbour_items', Uint16Array, shape)
  for (const item of neighbourItems)
    if (item >= known) throw corrupt(`${file} names a neighbour that is not an item`)
  const weights = take('neighbour_weights', Uint8Array, shape)
  return {
    items,
    neighboursPerItem,
    neighbourItems,
    neighbourWeights: Float32Array.from(weights, (weight) => weight / 255),
    category: take('category', Uint16Array, [items]),
    peerGroup: take('peer_group', Uint16Array, [items]),
    ...vectors(take, PER_ITEM, items),
  }
}

const namedVectors = <K extends string>(
  names: Readonly<Record<K, string>>,
  values: Readonly<Record<NoInfer<K>, Float32Array>>,
): [string, Tensor][] => (Object.keys(names) as K[]).map((key) => [names[key], vector(values[key])])

/** Reads one number per item for each field of `names`. */
function vectors<K extends string>(
  take: Take,
  names: Readonly<Record<K, string>>,
  items: number,
): Record<K, Float32Array> {
  const read = Object.entries<string>(names).map(([key, name]) => [
    key,
    take(name, Float32Array, [items]),
  ])
  return Object.fromEntries(read)
}

export function sharedToTensors(shared: SharedPart): Tensors {
  const { prior } = shared
  return new Map<string, Tensor>([
    ['projection', { shape: [DIMENSION, DIMENSION], data: shared.projection }],
    ['bias', vector(shared.bias)],
    ['feature_weights', vector(shared.featureWeights)],
    ['feature_scale', vector(shared.featureScale)],
    ['prior_mean', vector(prior.mean)],
    ['prior_variance', vector(prior.variance)],
    ['prior_step_size', vector(prior.stepSize)],
    ['prior_recipe', vector(Float32Array.of(prior.steps, prior.fusionWeight, prior.halfLifeDays))],
    ...eventWeightsToTensors(prior.eventWeights),
  ])
}

export function sharedFromTensors(tensors: Tensors, items: number, features: number): SharedPart {
  const file = MODEL_FILES.shared
  const take = taker(tensors, file)
  const parameters = [DIMENSION + features]
  const [steps, fusionWeight, halfLifeDays] = take('prior_recipe', Float32Array, [3])
  if (!Number.isInteger(steps) || steps < 0 || steps > 1000)
    throw corrupt(`${file} has ${steps} learning steps, not 0 to 1000`)
  if (!(fusionWeight >= 0 && fusionWeight <= 1))
    throw corrupt(`${file} has a fusion weight of ${fusionWeight}, not between 0 and 1`)
  if (!(halfLifeDays > 0)) throw corrupt(`${file} has a half-life of ${halfLifeDays} days`)
  const prior: PersonalPrior = {
    mean: take('prior_mean', Float32Array, parameters),
    variance: notNegative(take('prior_variance', Float32Array, parameters), 'prior_variance'),
    stepSize: notNegative(take('prior_step_size', Float32Array, parameters), 'prior_step_size'),
    steps,
    fusionWeight,
    halfLifeDays,
    ...(tensors.has(EVENT_WEIGHTS) && { eventWeights: eventWeightsFromTensors(take) }),
  }
  return {
    projection: take('projection', Float32Array, [DIMENSION, DIMENSION]),
    bias: take('bias', Float32Array, [items]),
    featureWeights: take('feature_weights', Float32Array, [features]),
    featureScale: notNegative(take('feature_scale', Float32Array, [features]), 'feature_scale'),
    prior,
  }
}

const EVENT_WEIGHTS = 'prior_event_weights'

const eventWeightsToTensors = (weights?: EventWeights): [string, Tensor][] =>
  weights
    ? [[EVENT_WEIGHTS, vector(Float32Array.of(weights.purchase, weights.cart, weights.view))]]
    : []

function eventWeightsFromTensors(take: Take): EventWeights {
  const [purchase, cart, view] = notNegative(take(EVENT_WEIGHTS, Float32Array, [3]), EVENT_WEIGHTS)
  return { purchase, cart, view }
}

/** Writes matrices in int8 with one scale per row, and vectors unchanged. */
export function encoderToTensors(encoder: Tensors): Tensors {
  return new Map(
    Object.entries(encoderWeights(encoder)).flatMap(([name, data]) => {
      const columns = columnsOf(name)
      return columns ? rows(name, data, columns) : [[name, vector(data)]]
    }),
  )
}

export function encoderFromTensors(tensors: Tensors): Tensors {
  const take = taker(tensors, MODEL_FILES.encoder)
  const read = Object.entries(ENCODER_SHAPES).map(([name, shape]): [string, Tensor] => {
    const columns = columnsOf(name)
    const data = columns
      ? readRows(take, name, shape[0], columns)
      : take(name, Float32Array, [shape[0]])
    return [name, { shape, data }]
  })
  return new Map(read)
}

/** Number of columns of a matrix; undefined for a vector. */
function columnsOf(name: string): number | undefined {
  const shape: readonly number[] = ENCODER_SHAPES[name as keyof typeof ENCODER_SHAPES]
  return shape[1]
}
