/**
 * @module A shopper's own offsets to the shared weights, by the project's engine. Each slate is a case of the fit with
 * a candidate set of its own, and the shared weights give its base scores.
 */
import { FIT_CASES } from '@nearside/core/learning/fitProblem.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { STEP_SHARE } from '@nearside/train/prior/spread.ts'
import type { Chooser, Pooled } from './choices.ts'
import { SLATE_FEATURES } from './features.ts'
import { MOST_ITEMS } from './log.ts'

/** Gaussian prior of the offsets around 0, and the share of the fitted offsets that a list uses. */
export interface OwnPrior {
  /** Variance of the offset of each scaled feature, [SLATE_FEATURES]; 0 freezes it. */
  readonly variance: Float32Array
  /** Fusion weight λ in [0, 1], which many choices reach. */
  readonly fusion: number
}

/** A shopper's choices as cases of a fit. */
export interface Prepared {
  readonly chooser: Chooser
  /** Scaled features, row-major [T, K, SLATE_FEATURES]. */
  readonly design: Float32Array
  /** Scores by the shared weights, row-major [T, K]; padded. */
  readonly offset: Float32Array
  /** 1 for the chosen item, row-major [T, K]. */
  readonly target: Float32Array
}

/** Steps of Adam, as `pretrain` sets them. */
export const STEPS = 30
/** Number of choices at which λ reaches half of its value, as in `fuse`. */
const HALF_TRUST = 1

export function prepare(chooser: Chooser, { weights, scale }: Pooled): Prepared {
  const rows = chooser.choices.length * MOST_ITEMS
  const design = new Float32Array(rows * SLATE_FEATURES)
  const offset = new Float32Array(rows).fill(PADDING_OFFSET)
  const target = new Float32Array(rows)
  chooser.choices.forEach(({ features, items, chosen }, t) => {
    const first = t * MOST_ITEMS
    for (let k = 0; k < items; k++) {
      let score = 0
      for (let f = 0; f < SLATE_FEATURES; f++) {
        const value = features[k * SLATE_FEATURES + f]
        score += weights[f] * value
        design[(first + k) * SLATE_FEATURES + f] = value / scale[f]
      }
      offset[first + k] = score
    }
    target[first + chosen] = 1
  })
  return { chooser, design, offset, target }
}

/** Problem of the newest `FIT_CASES` choices before `next`. */
export function ownProblem(
  { design, offset, target }: Prepared,
  next: number,
  variance: Float32Array,
): FitProblem {
  const from = Math.max(0, next - FIT_CASES)
  const [first, last] = [from * MOST_ITEMS, next * MOST_ITEMS]
  return {
    cases: next - from,
    candidates: MOST_ITEMS,
    parameters: SLATE_FEATURES,
    design: design.subarray(first * SLATE_FEATURES, last * SLATE_FEATURES),
    offset: offset.subarray(first, last),
    target: target.subarray(first, last),
    weight: new Float32Array(next - from).fill(1),
    mean: new Float32Array(SLATE_FEATURES),
    precision: variance.map((v) => (v > 0 ? 1 / v : 0)),
    stepSize: variance.map((v) => STEP_SHARE * Math.sqrt(v)),
    steps: STEPS,
  }
}

/** Offsets from the choices before `next`, [SLATE_FEATURES]. */
export async function fitOffsets(
  engine: Engine,
  prepared: Prepared,
  next: number,
  variance: Float32Array,
): Promise<Float32Array> {
  return (await engine.fit(ownProblem(prepared, next, variance))).parameters
}

/** Scores of the items of choice `next` by the shared weights, [K]. */
export function sharedScores({ offset, chooser }: Prepared, next: number): Float32Array {
  const first = next * MOST_ITEMS
  return offset.slice(first, first + chooser.choices[next].items)
}

/** What weights of the scaled features add to the scores of choice `next`, [K]. */
export function partOf(
  { design, chooser }: Prepared,
  next: number,
  weights: ArrayLike<number>,
): Float32Array {
  const first = next * MOST_ITEMS * SLATE_FEATURES
  return Float32Array.from({ length: chooser.choices[next].items }, (_, k) => {
    let sum = 0
    for (let f = 0, at = first + k * SLATE_FEATURES; f < SLATE_FEATURES; f++, at++)
      sum += weights[f] * design[at]
    return sum
  })
}

/** Share of λ that choice `next` may use: it grows with the number of choices before. */
export function trustOf(next: number): number {
  return next / (next + HALF_TRUST)
}
