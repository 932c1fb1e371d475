/**
 * @module Trains item vectors as a sum of parts: E = id part + content (title words, category, price band). The vector
 * of a title word is a projection of its pre-trained vector plus a vector of its own, so that a rare word still lies
 * near similar words. The id part is dropped at random, so that training also fits the content.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import {
  type ContentRows,
  type ContentTables,
  createContentReader,
  titleWords,
} from '@nearside/core/model/content.ts'
import type { Random } from '@nearside/core/model/random.ts'
import type { WordVectors } from '../wordVectors.ts'
import { createParameter, MetRows, type Parameter } from './adamW.ts'
import type { Matrix } from './matrix.ts'

const D = DIMENSION

export interface ItemTableSettings {
  /** Minimum number of titles that contain a word; rarer words are left out. */
  readonly leastTitles: number
  readonly priceBands: number
  /** Probability that an item's id part is left out of a batch. */
  readonly idDropout: number
  /** Weight decay of all parts but the projection of pre-trained vectors. */
  readonly decay: number
  /**
   * In a catalog of at least this many items, a batch computes and updates only the items that it reads (sparse Adam,
   * lazy decay). In a smaller catalog, nearly every batch reads all items.
   */
  readonly sparseFrom: number
}

/** Vectors of an earlier model with the same item rows. */
export interface EarlierVectors {
  readonly itemVectors: Float32Array
  readonly content?: ContentTables
}

export type ItemTable = ReturnType<typeof createItemTable>

/** Upper bound of the float32 values that a table allocates. */
export function tableFloats(
  items: number,
  words: number,
  inputs: number,
  categories: number,
  priceBands: number,
): number {
  return (
    words * (inputs + 4 * D) +
    3 * D * inputs +
    D * (4 * items + 2 * (categories + priceBands + 1)) +
    1000
  )
}

/** @param earlier vectors to start from: before the first step, `compose(null)` gives its item vectors */
export function createItemTable(
  matrix: Matrix,
  items: readonly Item[],
  categories: readonly string[],
  pretrained: WordVectors,
  settings: ItemTableSettings,
  random: Random,
  earlier?: EarlierVectors,
) {
  const words = frequentWords(items, settings.leastTitles)
  const priceEdges = earlier?.content?.priceEdges ?? quantiles(items, settings.priceBands)
  const read = createContentReader({ words, categories, priceEdges })
  const rows = items.map(read)
  const inputs = wordInputs(pretrained)
  const source = matrix.allocate(words.length * inputs)
  fillUnitRows(source, words, pretrained)

  const met = items.length >= settings.sparseFrom ? new MetRows(items.length, D) : undefined
  const id = { ...createParameter(items.length * D, settings.decay, matrix.allocate), met }
  const own = createParameter(words.length * D, settings.decay, matrix.allocate)
  const projection = createParameter(D * inputs, 0, matrix.allocate)
  const category = createParameter(categories.length * D, settings.decay, matrix.allocate)
  const price = createParameter((priceEdges.length + 1) * D, settings.decay, matrix.allocate)
  fillNormal(id.value, 0.02, random)
  fillNormal(projection.value, 0.1 / Math.sqrt(inputs), random)
  const wordVectors = matrix.allocate(words.length * D)
  const dWords = matrix.allocate(words.length * D)
  /** Item vectors E after the last `compose`, [N, d]. */
  const vectors = matrix.allocate(items.length * D)
  /** ∂loss/∂E, filled by the caller between `compose` and `backward`, [N, d]. */
  const gradient = matrix.allocate(items.length * D)
  const kept = new Uint8Array(items.length)

  let batch = 0
  /** Index of the latest batch that computed each row's vector. */
  const composedIn = new Int32Array(items.length)
  let dropped: Random | null = null

  /**
   * Starts a batch: computes the word vectors and sums the parts of all items. In training, a sparse table leaves the
   * sums to `meet`.
   * @param drop draws the id parts to leave out; null: no training, so all parts count
   */
  function compose(drop: Random | null): void {
    matrix.linear(wordVectors, source, projection.value, words.length, D, inputs)
    for (let k = 0; k < wordVectors.length; k++) wordVectors[k] += own.value[k]
    batch++
    dropped = drop
    if (met && drop) return
    for (let i = 0; i < items.length; i++) {
      met?.settle(i, id.value)
      composeRow(i)
    }
  }

  /** Adds factor · row `k` of `from` to row `i` of `into`. */
  const add = (into: Float32Array, i: number, from: Float32Array, k: number, factor: number) =>
    matrix.add(into.byteOffset + 4 * i * D, from.byteOffset + 4 * k * D, D, factor)

  function composeRow(i: number): void {
    vectors.fill(0, i * D, (i + 1) * D)
    kept[i] = dropped && dropped.next() < settings.idDropout ? 0 : 1
    if (kept[i]) add(vectors, i, id.value, i, 1)
    spread(rows[i], (table, row, factor) => add(vectors, i, table.value, row, factor))
  }

  /** In a sparse table, sums the parts of these rows. Call this after `compose`, before reading the rows. */
  function meet(wanted: Int32Array): void {
    if (!met || !dropped) return
    for (const i of wanted) {
      if (composedIn[i] === batch) continue
      composedIn[i] = batch
      met.meet(i, id.value)
      composeRow(i)
    }
  }

  /** Adds each vector's gradient to the gradients of its parts, and clears `gradient`. */
  function backward(): void {
    dWords.fill(0)
    const count = met ? met.count : items.length
    for (let k = 0; k < count; k++) {
      const i = met ? met.rows[k] : k
      if (kept[i]) add(id.gradient, i, gradient, i, 1)
      spread(rows[i], (table, row, factor) => add(table.gradient, row, gradient, i, factor))
      gradient.fill(0, i * D, (i + 1) * D)
    }
    for (let k = 0; k < dWords.length; k++) own.gradient[k] += dWords[k]
    matrix.linearBackWeight(projection.gradient, dWords, source, words.length, D, inputs)
  }

  const word = { value: wordVectors, gradient: dWords }
  type Part = Pick<Parameter, 'value' | 'gradient'>
  function spread(row: ContentRows, each: (table: Part, row: number, factor: number) => void) {
    const share = 1 / Math.sqrt(Math.max(1, row.words.length))
    for (const w of row.words) each(word, w, share)
    if (row.category > 0) each(category, row.category, 1)
    if (row.price >= 0) each(price, row.price, 1)
  }

  if (earlier) {
    // A word's earlier vector already contains the projected pre-trained vector, so the projection starts at 0.
    projection.value.fill(0)
    const { content } = earlier
    if (content) {
      copyRows(own.value, words, content.wordVectors, content.words)
      copyRows(category.value, categories, content.categoryVectors, content.categories)
      price.value.set(content.priceVectors)
    }
    id.value.fill(0)
    compose(null)
    earlier.itemVectors.forEach((value, k) => {
      id.value[k] = value - vectors[k]
    })
  }
  compose(null)
  return {
    parameters: [id, own, projection, category, price],
    vectors,
    gradient,
    compose,
    meet,
    backward,
    /** Content tables as the model stores them. */
    content: (): ContentTables => ({
      words,
      wordVectors: wordVectors.slice(),
      categories,
      categoryVectors: category.value.slice(),
      priceEdges,
      priceVectors: price.value.slice(),
    }),
  }
}

/** Length of a pre-trained vector, padded with zeros to a multiple of 8. */
export function wordInputs({ dimension }: WordVectors): number {
  return Math.ceil(dimension / 8) * 8
}

/** Writes the words' vectors scaled to length 1; an unknown word gets zeros. */
function fillUnitRows(into: Float32Array, wanted: readonly string[], known: WordVectors): void {
  const { words, vectors, dimension } = known
  const width = wordInputs(known)
  const rowOf = new Map(words.map((word, row) => [word, row]))
  wanted.forEach((word, k) => {
    // `titleWords` removes the plural s; the pre-trained words still have it.
    const row = rowOf.get(word) ?? rowOf.get(`${word}s`)
    if (row === undefined) return
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension)
    const length = Math.hypot(...vector) || 1
    for (let j = 0; j < dimension; j++) into[k * width + j] = vector[j] / length
  })
}

export function frequentWords(items: readonly Item[], leastTitles: number): string[] {
  const titles = new Map<string, number>()
  for (const { title } of items) {
    for (const word of titleWords(title ?? '')) titles.set(word, (titles.get(word) ?? 0) + 1)
  }
  return [...titles]
    .filter(([, count]) => count >= leastTitles)
    .map(([word]) => word)
    .sort()
}

/** Logarithms of the prices that divide the catalog into bands with equal numbers of items. */
function quantiles(items: readonly Item[], bands: number): Float32Array {
  const logs = items
    .flatMap(({ price }) => (price !== undefined && price > 0 ? [Math.log(price)] : []))
    .sort((a, b) => a - b)
  if (logs.length === 0) return new Float32Array(0)
  const edges = Array.from({ length: bands - 1 }, (_, k) =>
    Math.fround(logs[Math.floor(((k + 1) * logs.length) / bands)]),
  )
  return Float32Array.from(new Set(edges))
}

function fillNormal(values: Float32Array, deviation: number, random: Random): void {
  for (let k = 0; k < values.length; k++) values[k] = deviation * random.normal()
}

/** Copies rows by name; a name that the source lacks gets zeros. */
function copyRows(
  into: Float32Array,
  names: readonly string[],
  from: Float32Array,
  known: readonly string[],
): void {
  const rowOf = new Map(known.map((name, row) => [name, row]))
  into.fill(0)
  names.forEach((name, k) => {
    const row = rowOf.get(name)
    if (row !== undefined) into.set(from.subarray(row * D, (row + 1) * D), k * D)
  })
}
