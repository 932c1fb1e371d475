/**
 * @module Whose doing a taste is. What the encoder makes of a history is of no single event. But each
 * thing can be left out of it, and what costs an item most of its lift then is what it goes with. Where
 * that is a good part, and at least twice what leaving out anything else costs, that thing is why.
 */
import type { History } from '../../core/features/history.ts'
import type { PastInteraction } from '../../core/features/profile.ts'
import { type BaseModel, DIMENSION } from '../../core/model/baseModel.ts'
import { encode } from '../../core/model/encoder.ts'
import { multiply } from '../../core/model/multiply.ts'

/** Things that are left out, the latest first: each costs the encoding of a history. */
const TRIED = 6
/** Share of the lift. */
const GOOD_PART = 0.1

/**
 * @param interactions the latest first
 * @param encoded A·h of the whole history, [d]
 * @param taste the same with what was learned: what meets an item's vector in its score, [d]
 * @param mean of the item vectors, [d]
 * @returns row of the touched item that lifts the one at `row` most, and whether it does so by itself;
 * null where none lifts it
 */
export function createTasteSource(
  model: BaseModel,
  history: History,
  now: number,
  interactions: readonly PastInteraction[],
  encoded: Float32Array,
  taste: Float32Array,
  mean: ArrayLike<number>,
): (row: number) => { readonly item: number; readonly alone: boolean } | null {
  const tried = [...new Set(interactions.map(({ item }) => item))].slice(0, TRIED)
  const losses = (item: number) => {
    // Whoever had touched nothing else would be scored by popularity alone.
    if (tried.length === 1) return taste
    const others = history.filter((entry) => entry.item !== item)
    const without = multiply(model.projection, encode(model, others, now))
    return encoded.map((value, j) => value - without[j])
  }
  let lost: readonly Float32Array[] | null = null
  const lift = (direction: Float32Array, row: number) => {
    let sum = 0
    for (let j = 0, at = row * DIMENSION; j < DIMENSION; j++, at++)
      sum += direction[j] * (model.itemVectors[at] - mean[j])
    return sum
  }
  return (row) => {
    lost ??= tried.map(losses)
    const falls = lost.map((direction) => lift(direction, row))
    const [most, next = 0] = [...falls].sort((a, b) => b - a)
    const least = Math.max(GOOD_PART * lift(taste, row), 2 * next)
    return most > 0 ? { item: tried[falls.indexOf(most)], alone: most >= least } : null
  }
}
