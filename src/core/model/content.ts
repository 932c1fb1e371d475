/**
 * @module Computes item vectors from content, so that a product added after training has a vector at once. Each title
 * word, the category and the price band have a vector in the space of the item vectors; n is the number of title words:
 *
 *   c = (1/√n) Σ word vectors + category vector + price-band vector
 */
import type { Item } from '../catalog/item.ts'
import { firstIndex } from '../firstIndex.ts'
import { DIMENSION } from './baseModel.ts'

export interface ContentTables {
  /** Lower-case words in the row order of `wordVectors`, [W]. */
  readonly words: readonly string[]
  /** Word vectors, row-major [W, d]. */
  readonly wordVectors: Float32Array
  /** Category names by the index that `ItemStatistics.category` uses; [0] is '' (none). */
  readonly categories: readonly string[]
  /** Category vectors, row-major [C, d]. */
  readonly categoryVectors: Float32Array
  /** Ascending natural logarithms of the prices that separate the bands, [B − 1]. */
  readonly priceEdges: Float32Array
  /** Price-band vectors, row-major [B, d]. */
  readonly priceVectors: Float32Array
}

/** Rows of an item in the content tables. */
export interface ContentRows {
  /** Distinct rows of `words`. */
  readonly words: readonly number[]
  /** Row of `categories`; 0 for none. */
  readonly category: number
  /** Price band; −1 without a price. */
  readonly price: number
}

/** Returns a function that finds an item's rows in the content tables. */
export function createContentReader(
  tables: Pick<ContentTables, 'words' | 'categories' | 'priceEdges'>,
): (item: Item) => ContentRows {
  const wordRows = new Map(tables.words.map((word, row) => [word, row]))
  const categoryRows = new Map(tables.categories.map((name, row) => [name, row]))
  return ({ title = '', category = '', price }) => ({
    words: titleWords(title).flatMap((word) => wordRows.get(word) ?? []),
    category: categoryRows.get(category) ?? 0,
    price: priceBand(tables.priceEdges, price),
  })
}

/** Content vectors of items, row-major [items, d]; zeros if the content is unknown. */
export function contentVectors(
  tables: ContentTables,
  items: readonly Item[],
): Float32Array<ArrayBuffer> {
  const read = createContentReader(tables)
  const vectors = new Float32Array(items.length * DIMENSION)
  items.forEach((item, row) => {
    const { words, category, price } = read(item)
    const vector = vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)
    const share = 1 / Math.sqrt(Math.max(1, words.length))
    for (const word of words) addRow(vector, tables.wordVectors, word, share)
    if (category > 0) addRow(vector, tables.categoryVectors, category, 1)
    if (price >= 0) addRow(vector, tables.priceVectors, price, 1)
  })
  return vectors
}

/** Distinct lower-case words and numbers of a title, without plural s: "Set of 3 Tins" gives set, of, 3 and tin. */
export function titleWords(title: string): string[] {
  const found = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(found.map(singular))]
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

function priceBand(edges: Float32Array, price = 0): number {
  return price > 0 ? firstIndex(edges.length, (band) => Math.log(price) < edges[band]) : -1
}

function addRow(into: Float32Array, table: Float32Array, row: number, factor: number): void {
  const start = row * DIMENSION
  for (let j = 0; j < DIMENSION; j++) into[j] += factor * table[start + j]
}
