/**
 * @module The best k of a list in one order that everybody agrees on: by score, best first, and among
 * equals by id, lowest first. Exact and deterministic, in O(n log k) at worst and O(n) as a rule.
 */
import { NearsideError } from '../../core/error.ts'

export interface TopK {
  /** Best first, [min(k, n)]. */
  readonly ids: Int32Array
  readonly scores: Float32Array
}

/** The best so far, the worst of them on top, so that most candidates cost one comparison. */
export class TopHeap {
  /** What a candidate with an id above all ids so far must exceed; −∞ while there is room. */
  floor = Number.NEGATIVE_INFINITY
  readonly #k: number
  readonly #ids: Int32Array<ArrayBufferLike>
  readonly #scores: Float32Array<ArrayBufferLike>
  #size = 0

  /**
   * @param k ≥ 0, at most what will be offered
   * @param ids with `scores`, where to keep them, [≥ k]: memory that other threads read
   */
  constructor(
    k: number,
    ids: Int32Array<ArrayBufferLike> = new Int32Array(k),
    scores: Float32Array<ArrayBufferLike> = new Float32Array(k),
  ) {
    this.#k = k
    this.#ids = ids
    this.#scores = scores
    if (k === 0) this.floor = Number.POSITIVE_INFINITY
  }

  get size(): number {
    return this.#size
  }

  offer(id: number, score: number): void {
    if (this.#size < this.#k) {
      let at = this.#size++
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!this.#worse(id, score, parent)) break
        this.#move(parent, at)
        at = parent
      }
      this.#put(at, id, score)
    } else {
      if (this.#k === 0 || this.#worse(id, score, 0)) return
      this.#sink(id, score)
    }
    if (this.#size === this.#k) this.floor = this.#scores[0]
  }

  /** Empties the heap. */
  take(): TopK {
    const count = this.#size
    const ids = new Int32Array(count)
    const scores = new Float32Array(count)
    for (let place = count - 1; place >= 0; place--) {
      ids[place] = this.#ids[0]
      // −0, equal to 0 in the order, comes out as 0: its sign would depend on the order of sums.
      scores[place] = this.#scores[0] + 0
      this.#size--
      this.#sink(this.#ids[place], this.#scores[place])
    }
    return { ids, scores }
  }

  /** Puts a candidate in the place of the worst. */
  #sink(id: number, score: number): void {
    const size = this.#size
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      const right = child + 1
      if (right < size && this.#worse(this.#ids[right], this.#scores[right], child)) child = right
      if (this.#worse(id, score, child)) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, id, score)
  }

  #worse(id: number, score: number, than: number): boolean {
    const other = this.#scores[than]
    return score < other || (score === other && id > this.#ids[than])
  }

  #move(from: number, to: number): void {
    this.#ids[to] = this.#ids[from]
    this.#scores[to] = this.#scores[from]
  }

  #put(at: number, id: number, score: number): void {
    this.#ids[at] = id
    this.#scores[at] = score
  }
}

/**
 * @param scores [n]; their index is the id
 * @param k whole, ≥ 0; more than n gives n
 * @throws NearsideError `input-invalid` for a k or a score that has no order
 */
export function selectTop(scores: Float32Array, k: number): TopK {
  checkCount(k)
  const heap = new TopHeap(Math.min(k, scores.length))
  let { floor } = heap
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]
    if (score > floor || floor === Number.NEGATIVE_INFINITY) {
      heap.offer(id, score)
      floor = heap.floor
    }
    // Comparisons with NaN are false: it would be dropped, or stay on top for ever.
    if (Number.isNaN(score)) throw new NearsideError('input-invalid', `Score ${id} is not a number`)
  }
  return heap.take()
}

/** @throws NearsideError `input-invalid` */
export function checkCount(k: number): void {
  if (!Number.isInteger(k) || k < 0)
    throw new NearsideError('input-invalid', `k must be a whole number of at least 0, not ${k}`)
}
