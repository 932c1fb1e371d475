/** @module Layer normalisation over rows of d values, forward and backward. */
import { LAYER_NORM_EPSILON } from '@nearside/core/model/encoder.ts'

interface Norm {
  /** Result, [rows, d]. */
  readonly out: Float32Array
  /** Normalised rows, and 1 / deviation of each row, for the backward pass. */
  readonly normal: Float32Array
  readonly inverse: Float32Array
}

/** Writes out = (x − mean) / deviation · scale + bias. */
export function normForward(
  { out: y, normal, inverse }: Norm,
  x: Float32Array,
  scale: Float32Array,
  bias: Float32Array,
  n: number,
): void {
  const d = scale.length
  for (let t = 0; t < n; t++) {
    const row = t * d
    let sum = 0
    let squares = 0
    for (let j = row; j < row + d; j++) sum += x[j]
    const mean = sum / d
    for (let j = row; j < row + d; j++) squares += (x[j] - mean) * (x[j] - mean)
    const by = 1 / Math.sqrt(squares / d + LAYER_NORM_EPSILON)
    inverse[t] = by
    for (let j = 0; j < d; j++) {
      const value = (x[row + j] - mean) * by
      normal[row + j] = value
      y[row + j] = value * scale[j] + bias[j]
    }
  }
}

/** Adds the gradient through the normalisation to dx, and the gradients of scale and bias to dscale and dbias. */
export function normBackward(
  dx: Float32Array,
  dscale: Float32Array,
  dbias: Float32Array,
  dy: Float32Array,
  { normal, inverse }: Norm,
  scale: Float32Array,
  n: number,
): void {
  const d = scale.length
  for (let t = 0; t < n; t++) {
    const row = t * d
    let sum = 0
    let along = 0
    for (let j = 0; j < d; j++) {
      const g = dy[row + j]
      dscale[j] += g * normal[row + j]
      dbias[j] += g
      sum += g * scale[j]
      along += g * scale[j] * normal[row + j]
    }
    const mean = sum / d
    const slope = along / d
    const by = inverse[t]
    for (let j = 0; j < d; j++)
      dx[row + j] += by * (dy[row + j] * scale[j] - mean - normal[row + j] * slope)
  }
}
