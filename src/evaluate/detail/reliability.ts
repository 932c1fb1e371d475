/**
 * @module Is what the model says true? The softmax gives each item a share of the case; over all
 * items and cases, items that were given about the same share are held against the share of what
 * was wanted that went to them.
 */

/** Lower edges of the bins of the share given: thirds of a decade, since most items get next to none. */
export const BIN_EDGES: readonly number[] = [
  0,
  ...Array.from({ length: 12 }, (_, k) => 10 ** (-4 + k / 3)),
]

/** Of one case and arm: items in each bin, Σ of the shares given, Σ of the shares that came. */
export interface Tally {
  readonly items: Float64Array
  readonly given: Float64Array
  readonly came: Float64Array
}

export function emptyTally(): Tally {
  const make = () => new Float64Array(BIN_EDGES.length)
  return { items: make(), given: make(), came: make() }
}

/** @param scores log-probabilities up to a constant, [N]. */
export function tally(scores: Float32Array, targets: readonly number[]): Tally {
  const out = emptyTally()
  let highest = Number.NEGATIVE_INFINITY
  for (const score of scores) if (score > highest) highest = score
  let total = 0
  for (const score of scores) total += Math.exp(score - highest)
  const wanted = new Set(targets)
  for (let i = 0; i < scores.length; i++) {
    const share = Math.exp(scores[i] - highest) / total
    const bin = binOf(share)
    out.items[bin]++
    out.given[bin] += share
    if (wanted.has(i)) out.came[bin] += 1 / targets.length
  }
  return out
}

function binOf(share: number): number {
  let bin = BIN_EDGES.length - 1
  while (bin > 0 && share < BIN_EDGES[bin]) bin--
  return bin
}

export function addTally(sum: Tally, one: Tally, weight: number): void {
  for (let bin = 0; bin < BIN_EDGES.length; bin++) {
    sum.items[bin] += weight * one.items[bin]
    sum.given[bin] += weight * one.given[bin]
    sum.came[bin] += weight * one.came[bin]
  }
}
