/** @module How well other items go with one item: what is like it, and what is bought with it. */
import { type Alike, createAlike } from '../catalog/alike.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { FEATURES } from '../features/features.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'

/** What the same category adds to the likeness of two items: chosen by eye, on thirty of the demo's. */
const SAME_CATEGORY = 0.3

export class Related {
  readonly #model: BaseModel
  readonly #catalog: Catalog | null
  /** Made when first needed. */
  #alike: Alike | null = null

  constructor(model: BaseModel, catalog: Catalog | null) {
    this.#model = model
    this.#catalog = catalog
  }

  /**
   * By direction of the item vectors, by title and by category; and by what is looked at together, where
   * the log tells: what is bought together is more often no likeness.
   * @returns by row, [N]; 0 for what is not among `others`
   */
  similarTo(row: number, others: readonly number[]): Float32Array {
    const { itemIds, itemVectors } = this.#model
    const ties = countsViews(this.#model) ? this.#ties(row) : new Map<number, number>()
    this.#alike ??= createAlike(this.#catalog?.items ?? [])
    const alike = this.#alike(itemIds[row])
    const categoryOf = (one: number) => this.#catalog?.get(itemIds[one])?.category
    const category = categoryOf(row)
    const vectorOf = (one: number) => itemVectors.subarray(one * DIMENSION, (one + 1) * DIMENSION)
    const seed = vectorOf(row)
    const scores = new Float32Array(itemIds.length)
    for (const other of others) {
      const isSame = category !== undefined && categoryOf(other) === category
      scores[other] =
        cosine(seed, vectorOf(other)) +
        (alike.get(itemIds[other]) ?? 0) +
        (ties.get(other) ?? 0) +
        (isSame ? SAME_CATEGORY : 0)
    }
    return scores
  }

  /**
   * @param rows of one item, or of several that lie in a basket
   * @returns `scores` by row, [N], 0 for what isn't bought with any of them, at most 1 for each; `mostWith`: with
   * which of them another is bought most
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

  /** Other items that go with the one at `row` → weight in (0, 1]. */
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

/** Whether what goes together is counted from looks as well; else from orders alone. */
function countsViews({ manifest }: BaseModel): boolean {
  const counted = manifest.features.filter(({ kept }) => kept).map(({ name }) => name)
  return FEATURES.some(({ name, group }) => group === 'interaction' && counted.includes(name))
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let j = 0; j < a.length; j++) {
    dot += a[j] * b[j]
    aa += a[j] * a[j]
    bb += b[j] * b[j]
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0
}
