/**
 * @module Types of a base model in memory: the parameters that all shoppers of a shop share. With the encoder's output
 * h(H) for a history H, the score of item i is
 *
 *   s_i = (A·h(H) + u) · E_i + b_i + (w + w_p) · f_i(H, t) + w_c · c_i(H, t, context) + trees(f_i)
 *
 * `u` and `w_p` are personal and never part of the base model; without them the score is exactly the base score.
 */
import type { EventWeights } from '../events/strength.ts'
import type { ContextSource } from '../features/context/context.ts'
import type { ContextCode, ContextFeature } from '../features/context/contextFeatures.ts'
import type { ItemStatistics } from '../features/itemStatistics.ts'
import type { ContentTables } from './content.ts'
import type { ModelManifest } from './manifest.ts'
import type { Tensors } from './safetensors.ts'
import type { Trees } from './trees.ts'

/** d, the length of item vectors, of the encoded history and of picture vectors. */
export const DIMENSION = 64

export interface BaseModel {
  readonly manifest: ModelManifest
  /** Item ids by row, [N]. */
  readonly itemIds: readonly string[]
  /** Item vectors E, dequantised, row-major [N, d]. */
  readonly itemVectors: Float32Array
  /** Item biases b, [N]. */
  readonly bias: Float32Array
  /** Projection A of the encoder's output to the user vector, row-major [d, d]. */
  readonly projection: Float32Array
  /** Feature weights w of the scaled features, [F]. */
  readonly featureWeights: Float32Array
  /** Divisor of each raw feature, [F]. */
  readonly featureScale: Float32Array
  readonly encoder: Tensors
  readonly statistics: ItemStatistics
  readonly prior: PersonalPrior
  /** Tables for the vectors of items added after training; without tables, these vectors are zeros. */
  readonly content?: ContentTables
  /** Terms of the score for the hour, the weather and other contexts; absent if training found none that helps. */
  readonly context?: ContextPart
  /** Trees that re-rank the highest items; absent if training found that trees don't help. */
  readonly trees?: Trees
  /**
   * Picture vectors minus the shop's mean, row-major [N, d], each scaled to int8, so only its direction counts. Zeros for
   * an item without a picture vector or added after training. Absent if the catalog has no picture vectors.
   */
  readonly pictures?: Int8Array
}

/** Terms of the score for contexts such as the hour. They contain nothing personal and are never uploaded. */
export interface ContextPart {
  readonly terms: readonly ContextTerm[]
  readonly code: ContextCode
  /** Contexts over time, e.g. the weather, as the device knows them; not in the model files. */
  readonly contexts: ContextSource
}

export interface ContextTerm {
  readonly feature: ContextFeature
  /** Weight of the raw feature value. */
  readonly weight: number
}

/**
 * Population prior over the personal parameters p = (u, w_p), P = d + F, and settings of their fit. Training chose the
 * values that best predict the training shoppers' next cases.
 */
export interface PersonalPrior {
  /** Prior mean, [P]. */
  readonly mean: Float32Array
  /** Prior variance, [P], ≥ 0; 0 freezes the parameter at its mean. */
  readonly variance: Float32Array
  /** Adam step size, [P]. */
  readonly stepSize: Float32Array
  readonly steps: number
  /** Fusion weight λ: θ = λ·θ_new + (1−λ)·θ_base. */
  readonly fusionWeight: number
  /** Half-life of a learning case's weight, in days. */
  readonly halfLifeDays: number
  /** Weight of a learning case by its strongest event; default: `EVENT_WEIGHTS`. */
  readonly eventWeights?: EventWeights
}

export interface PersonalParameters {
  /** Personal offset u of the user vector, [d]. */
  readonly u: Float32Array
  /** Personal offset w_p of the feature weights, [F]. */
  readonly w: Float32Array
}
