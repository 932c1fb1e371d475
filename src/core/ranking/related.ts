/** @module Relates items to one another: by similarity, and by joint purchases. */
import type { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import { FEATURES } from '../features/features.ts'
import { groupBy } from '../groupBy.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { titleWords } from '../model/content.ts'
import { highestRows } from '../model/highest.ts'

/** Similarity that a shared category adds; chosen by eye on thirty items of the demo shop. */
const SAME_CATEGORY = 0.3

/**
 * Least similarity at which products of different categories count as similar. In a model of a small shop, cosines of
 * unrelated products reach 0.37; in the demo shop, most titles less similar than 0.4 share one unimportant word.
 */
const SIMILAR = 0.4

/** Least cosine of the picture vectors of products that look alike; one pair of random vectors in 90,000 reaches it. */
const LOOKS_ALIKE = 0.5

export class Related {
  readonly #model: BaseModel
  readonly #catalog: Catalog | null
  #alike: Alike | null = null

  constructor(model: BaseModel, catalog: Catalog | null) {
    this.#model = model
    this.#catalog = catalog
  }

  /**
   * Similarity by item vectors, title and category. Co-occurrence counts only in a log with views: joint purchases
   * rarely mean similarity.
   * @returns scores by row, [N]; 0 for rows outside `others`, and for items of another category with a score below
   *   `SIMILAR`
   */
  similarTo(row: number, others: readonly number[]): Float32Array {
    const { itemIds, itemVectors } = this.#model
    const ties = countsViews(this.#model) ? this.#ties(row) : new Map<number, number>()
    this.#alike ??= createAlike(this.#catalog?.items ?? [])
    const alike = this.#alike(itemIds[row])
    const categoryOf = (one: number) => this.#itemOf(one)?.category
    const category = categoryOf(row)
    const likeness = rowCosine(itemVectors, row)
    const scores = new Float32Array(itemIds.length)
    for (const other of others) {
      const isSame = category !== undefined && categoryOf(other) === category
      const score =
        likeness(other) +
        (alike.get(itemIds[other]) ?? 0) +
        (ties.get(other) ?? 0) +
        (isSame ? SAME_CATEGORY : 0)
      scores[other] = isSame || score >= SIMILAR ? score : 0
    }
    return scores
  }

  /**
   * Scores of `similarTo` for the variants of the `count` most similar products; 0 for `row` itself and for all other
   * rows.
   */
  nearestTo(row: number, others: readonly number[], count: number): Float32Array {
    const scores = this.similarTo(row, others)
    keepNearest(scores, row, count, (one) => this.#itemOf(one)?.groupId ?? one)
    scores[row] = 0
    return scores
  }

  /** Cosine of each item's picture vector with that of `row`, [N]; 0 for items that look different. */
  looksLike(row: number): Float32Array {
    const { itemIds, pictures = new Int8Array() } = this.#model
    const likeness = rowCosine(pictures, row)
    const floored = (one: number) => (one < LOOKS_ALIKE ? 0 : one)
    return Float32Array.from(itemIds, (_, other) => floored(likeness(other)))
  }

  /** Maps the most similar rows to their similarity relative to the most similar row, in (0, 1]. */
  alikeTo(row: number, others: readonly number[]): ReadonlyMap<number, number> {
    const scores = this.nearestTo(row, others, NEAREST)
    const most = scores.reduce((a, b) => Math.max(a, b), 0)
    const alike = new Map<number, number>()
    for (const [other, score] of scores.entries()) if (score > 0) alike.set(other, score / most)
    return alike
  }

  /**
   * Finds the items bought together with the items at `rows`.
   * @returns `scores` by row, [N]: a sum to which each of `rows` adds 0 (never bought together) to 1; `mostWith` maps a
   *   row to the one of `rows` with which it is bought most often
   */
  boughtWith(rows: readonly number[]): {
    readonly scores: Float32Array
    readonly mostWith: (other: number) => number | undefined
  } {
    const scores = new Float32Array(this.#model.itemIds.length)
    const most = new Map<number, readonly [row: number, tie: number]>()
    for (const row of rows)
      for (const [other, tie] of this.#ties(row)) {
        scores[other] += tie
        if (tie > (most.get(other)?.[1] ?? 0)) most.set(other, [row, tie])
      }
    return { scores, mostWith: (other) => most.get(other)?.[0] }
  }

  #itemOf(row: number): Item | undefined {
    return this.#catalog?.get(this.#model.itemIds[row])
  }

  /** Rows that co-occur with `row` → weight in (0, 1]. */
  #ties(row: number): ReadonlyMap<number, number> {
    const { neighboursPerItem, neighbourItems, neighbourWeights } = this.#model.statistics
    const ties = new Map<number, number>()
    const end = (row + 1) * neighboursPerItem
    for (let k = row * neighboursPerItem; k < end && neighbourWeights[k] > 0; k++) {
      if (neighbourItems[k] !== row) ties.set(neighbourItems[k], neighbourWeights[k])
    }
    return ties
  }
}

/** Number of products that count as similar to an item; chosen on lists of dearer items in the demo shop. */
export const NEAREST = 30

/**
 * Sets all but the highest scores to 0.
 * @param about row of the item that the scores are about
 * @param count number of products whose scores stay; the variants of a product count as one
 */
function keepNearest(
  scores: Float32Array,
  about: number,
  count: number,
  familyOf: (row: number) => unknown,
): void {
  const families = new Set([familyOf(about)])
  const highest = highestRows(scores, 4 * count)
  const beyond = highest.find((row) => families.add(familyOf(row)).size > count + 1)
  const floor = scores[beyond ?? highest[highest.length - 1]]
  for (let row = 0; row < scores.length; row++)
    if (scores[row] < floor || row === beyond) scores[row] = 0
}

/** Whether the co-occurrence counts views as well as orders. */
function countsViews({ manifest }: BaseModel): boolean {
  const counted = manifest.features.filter(({ kept }) => kept).map(({ name }) => name)
  return FEATURES.some(({ name, group }) => group === 'interaction' && counted.includes(name))
}

/** Cosine of one row of a matrix [N, d] with another; 0 if one row has only zeros or lies beyond the end. */
function rowCosine(matrix: Float32Array | Int8Array, row: number): (other: number) => number {
  return (other) => {
    let dot = 0
    let aa = 0
    let bb = 0
    for (let j = 0, a = row * DIMENSION, b = other * DIMENSION; j < DIMENSION; j++, a++, b++) {
      dot += matrix[a] * matrix[b]
      aa += matrix[a] * matrix[a]
      bb += matrix[b] * matrix[b]
    }
    return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0
  }
}

type Alike = (id: string) => ReadonlyMap<string, number>

/**
 * Returns a function that maps an item to the items that share a title word, with their similarity in (0, 1]: the cosine
 * of the title words, each weighted by the logarithm of its rarity.
 */
export function createAlike(items: readonly Item[]): Alike {
  const words = new Map(items.map(({ id, title = '' }) => [id, titleWords(title)]))
  const found = [...words].flatMap(([id, own]) => own.map((word) => ({ id, word })))
  const byWord = groupBy(found, ({ word }) => word)
  const weightOf = (word: string) =>
    Math.log(items.length / (byWord.get(word)?.length ?? items.length)) ** 2
  const lengthOf = (id: string) =>
    Math.sqrt((words.get(id) ?? []).reduce((sum, word) => sum + weightOf(word), 0))
  return (id) => {
    const shared = new Map<string, number>()
    for (const word of words.get(id) ?? []) {
      const weight = weightOf(word)
      if (weight === 0) continue
      for (const { id: other } of byWord.get(word) ?? [])
        shared.set(other, (shared.get(other) ?? 0) + weight)
    }
    const length = lengthOf(id)
    for (const [other, sum] of shared) shared.set(other, sum / (length * lengthOf(other)))
    return shared
  }
}
