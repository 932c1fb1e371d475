/**
 * @module The base model in memory: what every shopper of a shop shares.
 *
 *   s_i = (A·h(H) + u) · E_i + b_i + (w + w_p) · f_i(H, t) + w_c · c_i(H, t, context) + trees(f_i)
 *
 * `u` and `w_p` are personal and never in here. With u = 0 and w_p = 0 this is exactly the base.
 */

import type { ContextSource } from '../features/context/context.ts'
import type { ContextFeature } from '../features/context/contextFeatures.ts'
import type { ItemStatistics } from '../features/itemStatistics.ts'
import type { EventWeights } from '../features/strength.ts'
import type { ContentTables } from './content.ts'
import type { ModelManifest } from './manifest.ts'
import type { Tensors } from './tensor.ts'
import type { Trees } from './trees.ts'

/** d: length of item vectors and of the encoded history. */
export const DIMENSION = 64

export interface BaseModel {
  readonly manifest: ModelManifest
  /** Item ids by row. */
  readonly itemIds: readonly string[]
  /** E, dequantised, row-major [N, d]. */
  readonly itemVectors: Float32Array
  /** b, [N]. */
  readonly bias: Float32Array
  /** A, row-major [d, d]. */
  readonly projection: Float32Array
  /** w, [F]; applied to scaled features. */
  readonly featureWeights: Float32Array
  /** Raw features are divided by this, [F]. */
  readonly featureScale: Float32Array
  readonly encoder: Tensors
  readonly statistics: ItemStatistics
  readonly prior: PersonalPrior
  /** Gives items added after training a vector; without it they start from zeros. */
  readonly content?: ContentTables
  /** What depends on the context; absent where training found nothing that helps. */
  readonly context?: ContextPart
  /** Re-rank the highest; absent where training found that they don't help. */
  readonly trees?: Trees
}

/** Terms of the score beside the features'; nothing of them is personal, nothing is uploaded. */
export interface ContextPart {
  readonly terms: readonly ContextTerm[]
  /** What is known where the model is used; not part of its files. */
  readonly contexts: ContextSource
}

export interface ContextTerm {
  readonly feature: ContextFeature
  /** Of a raw value. */
  readonly weight: number
}

/**
 * The population's prior over personal parameters p = (u, w_p), P = d + F, and the recipe of the
 * fit, both learned on training shoppers by what helps their next case.
 */
export interface PersonalPrior {
  /** [P]. */
  readonly mean: Float32Array
  /** [P], ≥ 0; 0 freezes the parameter at its mean. */
  readonly variance: Float32Array
  /** Adam step size, [P]. */
  readonly stepSize: Float32Array
  readonly steps: number
  /** λ: θ = λ·θ_new + (1−λ)·θ_base. */
  readonly fusionWeight: number
  /** Half-life of a case's weight, days. */
  readonly halfLifeDays: number
  /** Of a case; absent: by rule. */
  readonly eventWeights?: EventWeights
}

/** p = (u, w_p). */
export interface PersonalParameters {
  /** u, [d]. */
  readonly u: Float32Array
  /** w_p, [F]. */
  readonly w: Float32Array
}
