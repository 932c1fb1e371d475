/** @module What the fused loss is as a TensorFlow.js kernel: its name, inputs and sizes. */

/** Two outputs: L, a scalar, and ∂L/∂p, [P]. */
export const KERNEL = 'NearsidePersonalLoss'

/** In the order in which the kernels read them. */
export const INPUTS = [
  'parameters',
  'design',
  'offset',
  'target',
  'weight',
  'mean',
  'precision',
] as const

export type InputName = (typeof INPUTS)[number]

export interface LossSize {
  /** T, K, P */
  readonly cases: number
  readonly candidates: number
  readonly parameters: number
}

/** @param shape of the design, [T, K, P] */
export function sizeOf([cases, candidates, parameters]: readonly number[]): LossSize {
  return { cases, candidates, parameters }
}
