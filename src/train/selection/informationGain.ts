/**
 * @module Measures how much each feature alone says about the target: information gain over binned values.
 * The reference is the gain of the same values shuffled inside each case.
 * A feature that separates shoppers but not their items gains as much when shuffled, so it counts as nothing.
 * @see Quinlan, Induction of decision trees, doi 10.1007/BF00116251
 */
import type { Random } from '@nearside/core/model/random.ts'
import type { RankerDataset } from '../ranker/dataset.ts'

interface FeatureGain {
  /** Gain in bits per item of the catalog, estimated from the corrected sample. */
  readonly gain: number
  /** Largest of the shuffled gains, bits. Chance exceeds it with probability 1 / (`SHUFFLES` + 1). */
  readonly noise: number
}

const BINS = 12
const SHUFFLES = 19

export function informationGains(data: RankerDataset, random: Random): FeatureGain[] {
  const weights = data.correction.map(Math.exp)
  const labels = Uint8Array.from(data.target, (share) => (share > 0 ? 1 : 0))
  return Array.from({ length: data.columns }, (_, column) => {
    const { bins, count } = binned(data, column)
    if (count < 2) return { gain: 0, noise: 0 }
    const gain = gainOf(bins, count, weights, labels)
    let noise = 0
    for (let run = 0; run < SHUFFLES; run++) {
      shuffleInCases(bins, data.start, random)
      noise = Math.max(noise, gainOf(bins, count, weights, labels))
    }
    return { gain, noise }
  })
}

/** Bin of each row of a column. Edges are quantiles of its values; equal values share a bin. */
function binned(data: RankerDataset, column: number) {
  const rows = data.target.length
  const values = new Float32Array(rows)
  for (let row = 0; row < rows; row++) values[row] = data.features[row * data.columns + column]
  const sorted = values.slice().sort()
  // Most features are 0 for most items, so edges come from the quantiles of the other values.
  const varied = sorted.filter((value) => value !== sorted[rows >> 1])
  const edges = new Set<number>([sorted[rows >> 1]])
  for (let bin = 0; bin < BINS; bin++) edges.add(varied[Math.floor((bin * varied.length) / BINS)])
  const cuts = [...edges].filter((edge) => edge !== undefined).sort((a, b) => a - b)
  const bins = Uint8Array.from(values, (value) => {
    let bin = 0
    while (bin + 1 < cuts.length && value >= cuts[bin + 1]) bin++
    return bin
  })
  return { bins, count: cuts.length }
}

function shuffleInCases(bins: Uint8Array, start: Int32Array, random: Random): void {
  for (let c = 0; c + 1 < start.length; c++) {
    for (let row = start[c + 1] - 1; row > start[c]; row--) {
      const other = start[c] + random.integer(row - start[c] + 1)
      const value = bins[row]
      bins[row] = bins[other]
      bins[other] = value
    }
  }
}

/** H(label) − H(label | bin), bits. */
export function gainOf(
  bins: Uint8Array,
  count: number,
  weights: Float32Array,
  labels: Uint8Array,
): number {
  const sums = new Float64Array(2 * count)
  for (let row = 0; row < bins.length; row++) sums[2 * bins[row] + labels[row]] += weights[row]
  let no = 0
  let yes = 0
  let inside = 0
  for (let bin = 0; bin < count; bin++) {
    no += sums[2 * bin]
    yes += sums[2 * bin + 1]
    inside += entropy(sums[2 * bin], sums[2 * bin + 1])
  }
  return no + yes > 0 ? Math.max(0, (entropy(no, yes) - inside) / (no + yes)) : 0
}

/** (a + b) · H(a / (a + b)), bits. */
function entropy(a: number, b: number): number {
  const part = (value: number) => (value > 0 ? value * Math.log2((a + b) / value) : 0)
  return part(a) + part(b)
}
