/** @module Decides which features the ranker drops, and describes the reason in each feature's manifest record. */
import { FEATURE_COLUMN, FEATURE_COUNT, FEATURES } from '@nearside/core/features/features.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import type { RankerDataset } from './dataset.ts'

/**
 * Smallest relevant weight of a scaled feature: nats by which one standard deviation of the feature changes a score.
 */
export const NEGLIGIBLE = 0.01

interface Spread {
  /** Standard deviation over the training rows, 1 if it is 0; [columns]. */
  readonly scale: Float32Array
  readonly constant: ReadonlySet<number>
}

export function spreadOf(data: Pick<RankerDataset, 'columns' | 'features' | 'item'>): Spread {
  const { columns, features } = data
  const rows = data.item.length
  const scale = new Float32Array(columns)
  const constant = new Set<number>()
  for (let f = 0; f < columns; f++) {
    let sum = 0
    let squares = 0
    for (let at = f; at < features.length; at += columns) {
      sum += features[at]
      squares += features[at] ** 2
    }
    const mean = rows > 0 ? sum / rows : 0
    const deviation = rows > 0 ? Math.sqrt(Math.max(0, squares / rows - mean ** 2)) : 0
    if (deviation > 1e-6) scale[f] = deviation
    else {
      scale[f] = 1
      constant.add(f)
    }
  }
  return { scale, constant }
}

/** Features whose weights after a first fit are below `NEGLIGIBLE`. */
export function negligible(weights: Float64Array): Set<number> {
  const found = new Set<number>()
  for (let f = 0; f < FEATURE_COUNT; f++) if (Math.abs(weights[f]) < NEGLIGIBLE) found.add(f)
  return found
}

/** Features that get no weight: those of views, carts and wishes (`interaction`), if the log has only purchases. */
export function untaught(purchasesOnly: boolean): Set<number> {
  const interactions = FEATURES.flatMap(({ group }, f) => (group === 'interaction' ? [f] : []))
  return new Set(purchasesOnly ? interactions : [])
}

/**
 * Raw weights of the intent features (shares, 0 to 1), in nats, learned from the views of jdata2017
 * (docs/results/visit-state.md).
 */
const LENT = [
  ['peersRecent', 1.1],
  ['peersLast', 1.1],
] as const

/** Weights from another log, by column; empty unless this log has only purchases, which can't teach these weights. */
export function lentWeights(purchasesOnly: boolean): ReadonlyMap<number, number> {
  return new Map(purchasesOnly ? LENT.map(([name, weight]) => [FEATURE_COLUMN[name], weight]) : [])
}

/** Manifest records of the fixed features. @param weights for scaled features, [F] or more */
export function recordsOf(
  weights: Float64Array,
  spread: Spread,
  untaught: ReadonlySet<number>,
  lent: ReadonlyMap<number, number>,
  dropped: ReadonlySet<number>,
): FeatureRecord[] {
  const whyDropped = (f: number) => {
    if (spread.constant.has(f)) return 'constant in the training data'
    if (untaught.has(f)) return 'the log has only purchases, so training saw no views'
    return dropped.has(f) ? `|weight| below ${NEGLIGIBLE} in a first fit` : null
  }
  return FEATURES.map(({ name }, f) => {
    const record = { name, scale: spread.scale[f], weight: weights[f] }
    const reason = lent.has(f)
      ? 'learned in a shop whose log has views, because this log has none'
      : whyDropped(f)
    if (reason) return { ...record, kept: lent.has(f), reason }
    return { ...record, kept: true, reason: describeWeight(weights[f]) }
  })
}

export function describeWeight(weight: number): string {
  const direction = weight > 0 ? 'raises' : 'lowers'
  return `one standard deviation ${direction} the log-odds by ${Math.abs(weight).toFixed(3)}`
}
