/** @module Trains the encoder and the item table together, by sampled softmax and Adam. */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { History } from '@nearside/core/features/history.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import type { ContentTables } from '@nearside/core/model/content.ts'
import {
  ENCODER_SHAPES,
  type EncoderName,
  type EncoderWeights,
  encoderWeights,
} from '@nearside/core/model/encoder.ts'
import { dequantizeRows, quantizeRows } from '@nearside/core/model/fields.ts'
import { encoderFromTensors, encoderToTensors } from '@nearside/core/model/parts.ts'
import { createRandom, type Random, shuffled } from '@nearside/core/model/random.ts'
import type { Tensors } from '@nearside/core/model/safetensors.ts'
import type { WordVectors } from '../wordVectors.ts'
import { createAdam, createParameter, type Parameter } from './adamW.ts'
import { BLOCK_FLOATS, createBlock } from './block.ts'
import {
  createItemTable,
  type EarlierVectors,
  frequentWords,
  type ItemTable,
  type ItemTableSettings,
  tableFloats,
  wordInputs,
} from './itemTable.ts'
import { createMatrix, type Matrix } from './matrix.ts'
import { createSampledSoftmax, createSampler, softmaxFloats } from './sampledSoftmax.ts'
import { drawWindows, type ItemSet, itemSets, packWindows, type Window } from './sequences.ts'

export interface EncoderSettings {
  readonly epochs: number
  /** Number of windows per training step. */
  readonly batch: number
  readonly learningRate: number
  readonly dropout: number
  readonly negatives: number
  /** Whether `packWindows` joins the windows of a batch, which is much faster if histories are short. */
  readonly pack: boolean
  /** Whether items have a bias during training; the trained model has none. */
  readonly bias: boolean
  readonly table: ItemTableSettings
}

/** Minimum number of items of a large catalog, of which a batch reads only a small part. */
export const LARGE_CATALOG = 20_000

export const ENCODER_SETTINGS: EncoderSettings = {
  epochs: 20,
  batch: 32,
  learningRate: 1e-3,
  dropout: 0.2,
  negatives: 256,
  pack: false,
  bias: true,
  table: { leastTitles: 2, priceBands: 8, idDropout: 0.1, decay: 0.01, sparseFrom: LARGE_CATALOG },
}

/** Settings for a large catalog: fewer and larger batches, because each batch takes long. */
export const LARGE_SETTINGS: EncoderSettings = {
  ...ENCODER_SETTINGS,
  batch: 128,
  learningRate: 2e-3,
  pack: true,
}

/** Maximum number of shoppers whose windows are in memory at once. */
const SHOPPERS_AT_ONCE = 50_000

/** Settings for leave-one-out training, on short sequences of single items without repetition. */
export const SEQUENCE_SETTINGS: EncoderSettings = {
  ...ENCODER_SETTINGS,
  epochs: 24,
  batch: 256,
  learningRate: 2e-3,
  pack: true,
  bias: false,
}

/** Encoder whose values are rounded to int8, as on devices, because the ranker is fitted to its scores. */
export interface TrainedEncoder {
  readonly encoder: Tensors
  /** Item table E, [N, d]. */
  readonly itemVectors: Float32Array
  readonly content: ContentTables
}

interface EncoderData {
  readonly items: readonly Item[]
  /** Category names, indexed as in `ItemStatistics.category`. */
  readonly categories: readonly string[]
  readonly shoppers: readonly { readonly interactions: History }[]
  /** Exclusive limit of the events, milliseconds. */
  readonly until: number
  readonly words: WordVectors
  /** Model of the same items to start from; default: random weights. */
  readonly earlier?: EarlierVectors & { readonly encoder: Tensors }
}

/** Trains the encoder; the same seed gives the same numbers. */
export async function trainEncoder(
  data: EncoderData,
  settings: EncoderSettings,
  seed: number,
  onProgress: (done: number, total: number) => void | Promise<void> = () => {},
): Promise<TrainedEncoder> {
  const random = createRandom(seed)
  const { items, categories, earlier } = data
  const words = frequentWords(items, settings.table.leastTitles).length
  const inTable = tableFloats(
    items.length,
    words,
    wordInputs(data.words),
    categories.length,
    (earlier?.content?.priceEdges.length ?? settings.table.priceBands) + 1,
  )
  // Adam's two moments take as much memory as a parameter's values and gradients, hence the factors.
  const matrix = createMatrix(
    BLOCK_FLOATS +
      softmaxFloats(settings.negatives) +
      4 * WEIGHT_FLOATS +
      2 * inTable +
      4 * items.length,
  )
  const weights = initialWeights(matrix, random)
  const values = arraysOf(weights, 'value')
  const gradients = arraysOf(weights, 'gradient')
  const block = createBlock(matrix, values, settings.dropout)
  const table = createItemTable(
    matrix,
    items,
    categories,
    data.words,
    settings.table,
    random,
    earlier,
  )
  if (earlier)
    for (const [name, { value }] of Object.entries(weights))
      value.set(encoderWeights(earlier.encoder)[name as EncoderName])
  const { shoppers } = data
  const setsOf = (shopper: number) => itemSets(shoppers[shopper].interactions, data.until)
  const sampler = createSampler(countItems(setsOf, shoppers.length, items.length))
  const bias = createParameter(items.length, 0, matrix.allocate)
  const softmax = createSampledSoftmax(matrix, sampler, settings.negatives, items.length)
  const moved = [...Object.values(weights), ...table.parameters]
  const adam = createAdam(matrix, settings.bias ? [...moved, bias] : moved)

  const trainWindow = (window: Window): void => {
    table.meet(window.items)
    fillInput(block.input, window, table.vectors, values)
    block.forward(window.length, random, window.first)
    softmax(window, block.hidden, block.hiddenGradient, table, bias, random)
    block.backward(window.length, gradients, window.first)
    spreadInputGradient(block.inputGradient, window, table.gradient, gradients)
  }

  const parts = Math.ceil(shoppers.length / SHOPPERS_AT_ONCE)
  const everybody = parts > 1 ? shuffled(shoppers.length, random) : [...shoppers.keys()]
  for (let pass = 0; pass < settings.epochs * parts; pass++) {
    const from = (pass % parts) * SHOPPERS_AT_ONCE
    const windows = everybody
      .slice(from, from + SHOPPERS_AT_ONCE)
      .flatMap((shopper) => drawWindows(setsOf(shopper), random))
    const order = shuffled(windows.length, random)
    const steps = Math.ceil(windows.length / settings.batch)
    for (let step = 0; step < steps; step++) {
      const rows = order.slice(step * settings.batch, (step + 1) * settings.batch)
      const batch = rows.map((w) => windows[w])
      table.compose(random)
      let batchWeight = 0
      for (const window of settings.pack ? packWindows(batch) : batch) {
        trainWindow(window)
        batchWeight += window.weights.reduce((sum, weight) => sum + weight, 0)
      }
      table.backward()
      // In the last quarter of the steps the learning rate falls to a tenth.
      const all = settings.epochs * parts * steps
      const done = (pass * steps + step) / all
      const rate = settings.learningRate * Math.min(1, 0.1 + (1 - done) * 3.6)
      adam(rate, 1 / Math.max(batchWeight, 1e-6))
      await onProgress(pass * steps + step + 1, all)
    }
  }
  return trained(weights, table)
}

function trained(
  weights: Readonly<Record<EncoderName, Parameter>>,
  table: ItemTable,
): TrainedEncoder {
  table.compose(null)
  const tensors = Object.entries(ENCODER_SHAPES).map(
    ([name, shape]) =>
      [name, { shape: [...shape], data: weights[name as EncoderName].value.slice() }] as const,
  )
  return {
    encoder: encoderFromTensors(encoderToTensors(new Map(tensors))),
    itemVectors: dequantizeRows(quantizeRows(table.vectors, DIMENSION), DIMENSION),
    content: table.content(),
  }
}

/** Number of float32 values of the encoder's weights, with up to four spare values per array for its alignment. */
const WEIGHT_FLOATS = Object.values(ENCODER_SHAPES).reduce(
  (sum, shape) => sum + 4 + shape.reduce((product: number, extent) => product * extent, 1),
  0,
)

/** Event and gap vectors start at 0, so that kinds of event that training never sees add no noise. */
export function initialWeights(
  matrix: Matrix,
  random: Random,
): Readonly<Record<EncoderName, Parameter>> {
  const entries = Object.entries(ENCODER_SHAPES).map(([name, shape]) => {
    const count = shape.reduce((product: number, extent) => product * extent, 1)
    const one = createParameter(count, 0, matrix.allocate)
    const { value } = one
    if (name.endsWith('_scale')) value.fill(1)
    else if (shape.length === 2 && name !== 'event' && name !== 'gap') {
      const deviation = Math.sqrt(1 / shape[1])
      for (let k = 0; k < count; k++) value[k] = deviation * random.normal()
    }
    return [name, one] as const
  })
  return Object.fromEntries(entries) as Record<EncoderName, Parameter>
}

export function arraysOf(
  weights: Readonly<Record<EncoderName, Parameter>>,
  which: 'value' | 'gradient',
): EncoderWeights {
  return Object.fromEntries(
    Object.entries(weights).map(([name, one]) => [name, one[which]]),
  ) as EncoderWeights
}

/** Writes the inputs x_t = E[item] + event + gap, as in `encode`. */
export function fillInput(
  input: Float32Array,
  window: Window,
  itemVectors: Float32Array,
  { event, gap }: EncoderWeights,
): void {
  for (let t = 0, x = 0; t < window.length; t++) {
    let e = window.items[t] * DIMENSION
    let v = window.events[t] * DIMENSION
    let g = window.gaps[t] * DIMENSION
    for (let j = 0; j < DIMENSION; j++) input[x++] = itemVectors[e++] + event[v++] + gap[g++]
  }
}

export function spreadInputGradient(
  gradient: Float32Array,
  window: Window,
  dItems: Float32Array,
  { event, gap }: EncoderWeights,
): void {
  for (let t = 0, x = 0; t < window.length; t++) {
    let e = window.items[t] * DIMENSION
    let v = window.events[t] * DIMENSION
    let g = window.gaps[t] * DIMENSION
    for (let j = 0; j < DIMENSION; j++, x++) {
      dItems[e++] += gradient[x]
      event[v++] += gradient[x]
      gap[g++] += gradient[x]
    }
  }
}

function countItems(
  setsOf: (shopper: number) => readonly ItemSet[],
  shoppers: number,
  items: number,
): Float64Array {
  const counts = new Float64Array(items)
  for (let shopper = 0; shopper < shoppers; shopper++)
    for (const set of setsOf(shopper)) for (const item of set.items) counts[item]++
  return counts
}
